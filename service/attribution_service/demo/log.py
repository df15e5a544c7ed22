"""A long log of commands, the same on every run: what a few thousand people did and got."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attribution_client import (
    Basis,
    Campaign,
    CampaignKind,
    ExitPolicy,
    Goal,
    PerformsEvent,
    Trigger,
)

from attribution_service.demo.commands import (
    Ask,
    Command,
    Do,
    Finish,
    Properties,
    Report,
    Start,
    Touch,
)
from attribution_service.demo.story import CAMPAIGN as COURSES

SEED = 20_260_302
CARTS = Campaign(
    campaign_id="left-cart",
    display_name="You left something in your cart",
    kind=CampaignKind.CAMPAIGN_KIND_TRIGGERED,
    trigger=Trigger(event_name="cart_left"),
    goal=Goal(
        performs_event=PerformsEvent(event_name="purchase", filter="event.total >= 20"),
        window=timedelta(days=2),
        basis=Basis.BASIS_RECEIVED,
        value="event.total",
    ),
    exit_policy=ExitPolicy.EXIT_POLICY_GOAL,
)
CAMPAIGNS = (COURSES, CARTS)

_COURSES = ("python", "sql", "music", "drawing")
_CHANNELS = ("EMAIL",) * 8 + ("SMS", "SMS", "PUSH", "WHATSAPP", "IN_APP", "SLACK")
_OTHER_CHANNELS = ("WEBHOOK", "WEBHOOK", "CREATE_EVENT", "CREATE_OR_UPDATE_PERSON", "DATA_ACTION")
_STEPS = ("EMAIL", "EMAIL", "EMAIL", "SMS", "PUSH", "WAIT", "WEBHOOK", "SLACK")
# How a delivery's reports follow each other, commonest first.
_WAYS = (
    (("SENT",),) * 12
    + (("QUEUED", "SENT"),) * 4
    + (
        ("DRAFTED", "QUEUED", "SENT"),
        ("SENT", "QUEUED"),  # a late report of an earlier status
        ("SENT", "BOUNCED"),
        ("ATTEMPTED", "FAILED"),
        ("SUPPRESSED",),
        ("DRAFTED",),
    )
)
_JOURNEYS = (1, 1, 2, 2, 3)
_AGAIN_SHARE = 0.04
_WRONG_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class PersonLog:
    """All commands of one person, to be sent in this order."""

    person: str
    commands: tuple[Command, ...]


def generate(commands: int, now: datetime) -> tuple[PersonLog, ...]:
    """A log of exactly so many commands; their times lie before `now`."""
    chance = random.Random(SEED)  # noqa: S311  a log, not a secret
    people: list[PersonLog] = []
    left = commands
    while left > 0:
        person = f"person-{len(people) + 1:05}"
        written = tuple(_Writer(chance, person, now).write())[:left]
        people.append(PersonLog(person, written))
        left -= len(written)
    return tuple(people)


class _Writer:
    """Writes what one person does and gets."""

    def __init__(self, chance: random.Random, person: str, now: datetime) -> None:
        self._chance = chance
        self._person = person
        self._now = now
        self._deliveries = 0
        self._events = 0

    def write(self) -> Iterator[Command]:
        journeys = [self._journey(number) for number in range(self._chance.choice(_JOURNEYS))]
        sent: list[Command] = []
        for command in self._shuffled(journeys):
            sent.append(command)
            yield command
            if self._chance.random() < _AGAIN_SHARE:  # a retry, or a report that comes twice
                yield self._chance.choice(sent)
        if self._chance.random() < _WRONG_SHARE:
            yield self._wrong(sent)

    def _shuffled(self, threads: Sequence[list[Command]]) -> Iterator[Command]:
        """What happens in all journeys, each in its own order."""
        left = [thread[::-1] for thread in threads]
        while left := [thread for thread in left if thread]:
            yield self._chance.choice(left).pop()

    def _journey(self, number: int) -> list[Command]:
        journey = f"j{number + 1}"
        course = self._chance.choice(_COURSES)
        if self._chance.random() < 0.6:
            campaign, trigger = COURSES.campaign_id, {"course_id": course}
        else:
            campaign, trigger = CARTS.campaign_id, {"cart_id": f"{self._person}-{number}"}
        written: list[Command] = [Start(self._person, journey, campaign, trigger)]
        for _ in range(self._chance.randint(1, 3)):
            written.append(Ask(self._person, journey, self._chance.choice(_STEPS)))
            written.extend(self._delivery(journey))
            if self._chance.random() < 0.7:
                written.append(self._event(campaign, course))
        written.append(Ask(self._person, journey, "EMAIL"))
        if self._chance.random() < 0.4:
            written.append(Finish(self._person, journey))
        return written

    def _delivery(self, journey: str) -> Iterator[Command]:
        self._deliveries += 1
        delivery = f"d{self._deliveries}"
        common = self._chance.random() < 0.85
        channel = self._chance.choice(_CHANNELS if common else _OTHER_CHANNELS)
        action = self._chance.choice(("call-tutor", "lights")) if channel == "WEBHOOK" else journey
        sent = self._ago(1, 90)
        for status in self._chance.choice(_WAYS):
            told = sent if status in ("SENT", "BOUNCED") else None
            yield Report(self._person, delivery, journey, channel, action, status, told)
        for _ in range(self._chance.randint(0, 3)):
            yield self._touch(delivery)

    def _touch(self, delivery: str) -> Touch:
        what = self._chance.choice(("OPENED", "CLICKED", "CLICKED"))
        return Touch(
            self._person,
            delivery,
            what,
            self._ago(0, 200),
            machine=self._chance.random() < 0.1,
            untracked=what == "CLICKED" and self._chance.random() < 0.1,
        )

    def _event(self, campaign: str, course: str) -> Do:
        self._events += 1
        event = f"e{self._events}"
        if self._chance.random() < 0.3:
            return Do(self._person, event, "page_viewed", {"page": course})
        properties: Properties
        if campaign == CARTS.campaign_id:
            total = self._chance.randint(5, 80)
            properties = {"total": total} if self._chance.random() < 0.95 else {}
            return Do(self._person, event, "purchase", properties)
        other = self._chance.random() < 0.2
        finished = self._chance.choice(_COURSES) if other else course
        properties = {"course_id": finished} if self._chance.random() < 0.95 else {}
        return Do(self._person, event, "course_finished", properties)

    def _wrong(self, sent: Sequence[Command]) -> Command:
        """A command that has to be refused, or not, as the case may be."""
        used = next((command for command in sent if isinstance(command, Do)), None)
        choices: list[Command] = [
            Ask(self._person, "no-such-journey"),
            Touch(self._person, "no-such-delivery", "OPENED", self._ago(0, 9)),
            Report(self._person, "d-lost", "no-such-journey", "EMAIL", "lost"),
            Start(self._person, "j1", COURSES.campaign_id, {"course_id": "astronomy"}),
            Start(self._person, "j9", "no-such-campaign", {}),
        ]
        if used is not None:
            choices.append(Do(self._person, used.event, used.name, {"course_id": "astronomy"}))
        return self._chance.choice(choices)

    def _ago(self, least_hours: int, most_hours: int) -> datetime:
        """A time half an hour off every full hour, so far from the ends of all windows."""
        hours = self._chance.randint(least_hours, most_hours)
        return self._now - timedelta(hours=hours, minutes=30)
