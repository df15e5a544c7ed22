"""The log counted again, the naive way: one plain pass over the commands of a person.

It shares nothing with the service but the meaning of the two campaigns, and knows only what the
log can hold. Every answer of the service has to be the one that is found here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from attribution_service.demo.commands import (
    Ask,
    Command,
    Credit,
    Do,
    Finish,
    Properties,
    Reply,
    Report,
    Start,
    Touch,
)

_GOALS = {"course_finished": "finish-course", "purchase": "left-cart"}
_MESSAGES = {"EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP"}
_RANKS = {
    "DRAFTED": 0,
    "QUEUED": 1,
    "ATTEMPTED": 2,
    "FAILED": 3,
    "SUPPRESSED": 3,
    "SENT": 4,
    "BOUNCED": 5,
}


@dataclass(slots=True)
class _Journey:
    campaign: str
    trigger: Properties
    achieved: bool = False
    ended: str = ""


@dataclass(slots=True)
class _Delivery:
    first: Report
    campaign: str
    status: str
    sent: datetime | None = None
    clicked: datetime | None = None
    converted: bool = False
    touches: set[Touch] = field(default_factory=set)


class Recount:
    """What the service has to answer to one person's commands."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._journeys: dict[str, _Journey] = {}
        self._deliveries: dict[str, _Delivery] = {}
        self._events: dict[str, tuple[Do, Reply]] = {}

    def answer(self, command: Command) -> Reply:
        """The answer without its sentences; commands come in the order of the log."""
        match command:
            case Start():
                return self._start(command)
            case Report():
                return self._report(command)
            case Touch():
                return self._touch(command)
            case Do():
                return self._do(command)
            case Ask():
                return self._ask(command)
            case Finish():
                return self._finish(command)

    def _start(self, command: Start) -> Reply:
        known = self._journeys.get(command.journey)
        if known is not None:
            if (known.campaign, known.trigger) != (command.campaign, command.trigger):
                return Reply(refused="JOURNEY_ALREADY_EXISTS")
            return Reply(replayed=True)
        if command.campaign not in _GOALS.values():
            return Reply(refused="CAMPAIGN_NOT_FOUND")
        self._journeys[command.journey] = _Journey(command.campaign, command.trigger)
        return Reply()

    def _report(self, command: Report) -> Reply:
        known = self._deliveries.get(command.delivery)
        if known is None:
            if command.journey not in self._journeys:
                return Reply(refused="JOURNEY_NOT_FOUND")
            campaign = self._journeys[command.journey].campaign
            known = _Delivery(command, campaign, command.status)
            self._deliveries[command.delivery] = known
        elif _RANKS[command.status] <= _RANKS[known.status]:
            return Reply(replayed=True)
        known.status = command.status
        known.sent = known.sent or command.sent
        return Reply()

    def _touch(self, command: Touch) -> Reply:
        known = self._deliveries.get(command.delivery)
        if known is None:
            return Reply(refused="DELIVERY_NOT_FOUND")
        if command in known.touches:
            return Reply(replayed=True)
        known.touches.add(command)
        if command.what == "CLICKED" and not command.machine and not command.untracked:
            known.clicked = max(known.clicked or command.time, command.time)
        return Reply()

    def _do(self, command: Do) -> Reply:
        if command.event in self._events:
            first, reply = self._events[command.event]
            if first != command:
                return Reply(refused="EVENT_ALREADY_EXISTS")
            return Reply(replayed=True, credits=reply.credits, achieved=reply.achieved)
        if command.name not in _GOALS:
            return Reply()
        achieved = [
            name
            for name, journey in self._journeys.items()
            if journey.campaign == _GOALS[command.name] and _meets(command, journey.trigger)
        ]
        for name in achieved:
            self._journeys[name].achieved = True
        reply = Reply(credits=self._credits(achieved), achieved=tuple(sorted(achieved)))
        self._events[command.event] = (command, reply)
        return reply

    def _credits(self, achieved: list[str]) -> tuple[Credit, ...]:
        """The delivery touched last, if it had no credit before."""
        touched = [
            (time, known.sent, name)
            for name, known in self._deliveries.items()
            if known.first.journey in achieved and (time := self._in_time(known)) is not None
        ]
        if not touched:
            return ()
        name = max(touched)[-1]
        last = self._deliveries[name]
        if last.converted:
            return ()
        last.converted = True
        return (Credit(last.campaign, name),)

    def _in_time(self, known: _Delivery) -> datetime | None:
        """When the delivery was touched, if it can get the credit and is in its window."""
        opted_in = known.campaign == "finish-course" and known.first.action == "call-tutor"
        channel = known.first.channel
        if channel not in _MESSAGES and not (channel == "WEBHOOK" and opted_in):
            return None
        if known.status != "SENT":
            return None
        clicks = known.campaign == "finish-course"
        touched = known.clicked if clicks else known.sent
        window = timedelta(days=7 if clicks else 2)
        return touched if touched is not None and self._now - touched <= window else None

    def _ask(self, command: Ask) -> Reply:
        journey = self._journeys.get(command.journey)
        if journey is None:
            return Reply(refused="JOURNEY_NOT_FOUND")
        if not journey.ended and command.next_step in _MESSAGES and journey.achieved:
            journey.ended = "GOAL"
        return Reply(ends=journey.ended)

    def _finish(self, command: Finish) -> Reply:
        journey = self._journeys.get(command.journey)
        if journey is None:
            return Reply(refused="JOURNEY_NOT_FOUND")
        if journey.ended:
            return Reply(replayed=True)
        journey.ended = "FINISHED"
        return Reply()

    def converted(self) -> frozenset[str]:
        """The deliveries that have got the credit."""
        return frozenset(name for name, known in self._deliveries.items() if known.converted)

    def journeys(self) -> dict[str, str]:
        """The journeys, each with why it ended; empty: it goes on."""
        return {name: journey.ended for name, journey in self._journeys.items()}


def _meets(command: Do, trigger: Properties) -> bool:
    if command.name == "purchase":
        total = command.properties.get("total", 0)
        return isinstance(total, int | float) and total >= 20
    return command.properties.get("course_id") == trigger.get("course_id", "none")
