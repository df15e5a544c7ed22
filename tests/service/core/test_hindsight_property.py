"""What is told later is what was told at the time, whatever came afterwards."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from attribution_service.core.answers import EvaluateAnswer, Finding, UpdateAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    ChangeMembership,
    CreateCampaign,
    CreateSegment,
    Definition,
    DefinitionCommand,
    EvaluateEvent,
    FinishJourney,
    PersonCommand,
    RecordDelivery,
    RecordInteraction,
    SegmentDefinition,
    StartJourney,
    UpdateAttributes,
    UpdateCampaign,
)
from attribution_service.core.decide import decide
from attribution_service.core.define import define
from attribution_service.core.hindsight import OnRecord, explain_recorded
from attribution_service.core.model import (
    Basis,
    CampaignKind,
    Channel,
    DeliveryStatus,
    EntersSegment,
    ExitPolicy,
    Goal,
    InteractionKind,
    LeavesSegment,
    MembershipChange,
    PerformsEvent,
    ReceiptKind,
    Verdict,
)
from attribution_service.core.properties import EMPTY, Properties
from attribution_service.core.refusals import Refusal
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState

RULES = RuleBook()
GOALS = [
    Goal(PerformsEvent("bought")),
    Goal(PerformsEvent("bought"), window_us=150),
    Goal(PerformsEvent("bought"), window_us=200, basis=Basis.OPENED),
    Goal(PerformsEvent("bought"), basis=Basis.CLICKED, value="event.n + trigger.n"),
    Goal(PerformsEvent("bought"), None, Basis.OPENED, "", count_machine_interactions=True),
    Goal(PerformsEvent("bought", "event.n > trigger.n"), value="event.worth"),
    Goal(PerformsEvent("bought", "event.n > person.n || trigger.n == 1.0")),
    Goal(EntersSegment("s"), window_us=200),
    Goal(LeavesSegment("s")),
    Goal(EntersSegment("premium")),
]
LETTERS = [PerformsEvent("bought"), PerformsEvent("bought", "event.n > person.n")]
PLANS: list[dict[str, object]] = [{"plan": "free"}, {"plan": "premium"}, {"n": 1.0}, {"n": 3.0}]


def definition(campaign_id: str, goal: Goal, kind: CampaignKind) -> Definition:
    return Definition(
        campaign_id=campaign_id,
        display_name="",
        kind=kind,
        trigger_event_name="started" if kind is CampaignKind.TRIGGERED else None,
        goal=goal,
        exit_policy=ExitPolicy.NEVER,
        webhook_action_ids=(),
    )


def beginning(pick: random.Random, letters: Sequence[PerformsEvent]) -> list[DefinitionCommand]:
    """Two segments, four campaigns and a newsletter."""
    campaigns = [
        definition(f"c{number}", pick.choice(GOALS), CampaignKind.TRIGGERED) for number in range(4)
    ]
    letter = definition("letter", Goal(pick.choice(letters)), CampaignKind.NEWSLETTER)
    return [
        CreateSegment(SegmentDefinition("s", "", "")),
        CreateSegment(SegmentDefinition("premium", "", "has(person.plan)")),
        *map(CreateCampaign, [*campaigns, letter]),
    ]


@dataclass
class Play:
    """A random history; keeps what was explained of each achievement at its time.

    `changing`: attributes change, also for one evaluation, sent times are told, deliveries bounce.
    `standing`: several things happen at the same instant.
    """

    pick: random.Random
    changing: bool
    standing: bool
    catalog: Catalog = field(default_factory=Catalog)
    state: PersonState = field(default_factory=lambda: PersonState("ada"))
    at_us: int = 1_000
    told: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    number: int = 0

    def run(self, steps: int) -> None:
        self.state.meet()
        for definition in beginning(self.pick, LETTERS[: 1 if self.standing else 2]):
            self.carry_out(definition)
        if self.pick.random() < 0.7:
            self.carry_out(UpdateAttributes("ada", Properties(self.pick.choice(PLANS[2:]))))
        for _ in range(steps):
            if not self.standing or self.pick.random() < 0.5:
                self.at_us += self.pick.randint(1, 40)
            self.carry_out(self.command())

    def command(self) -> PersonCommand | DefinitionCommand:
        kinds: list[Callable[[], PersonCommand | DefinitionCommand]]
        kinds = [self.start, self.deliver, self.deliver, self.touch, self.touch, self.event]
        kinds += [self.event, self.change, self.finish, self.revise]
        if self.changing:
            kinds += [self.update]
        return self.pick.choice(kinds)()

    def start(self) -> PersonCommand:
        pick = self.pick
        trigger = Properties({"n": float(pick.randint(1, 2))})
        return StartJourney("ada", f"j{pick.randint(1, 5)}", f"c{pick.randint(0, 3)}", trigger)

    def deliver(self) -> PersonCommand:
        pick = self.pick
        number = pick.randint(1, 8)
        status, sent_us = DeliveryStatus.SENT, None
        statuses = [DeliveryStatus.DRAFTED, DeliveryStatus.FAILED, *[DeliveryStatus.SENT] * 4]
        if self.changing:
            statuses += [DeliveryStatus.BOUNCED] * 2
            if pick.random() < 0.4:
                sent_us = self.at_us - pick.randint(0, 90)
        else:
            # How far a delivery was is not kept: each has one report only.
            number = self.number * 10 + number
        status = pick.choice(statuses)
        if status.rank < DeliveryStatus.SENT.rank:
            sent_us = None
        return RecordDelivery(
            "ada",
            f"d{number}",
            f"j{pick.randint(1, 5)}" if number % 10 > 2 else "",
            "" if number % 10 > 2 else "letter",
            "a",
            pick.choice([Channel.EMAIL, Channel.EMAIL, Channel.SLACK]),
            status,
            sent_us,
        )

    def touch(self) -> PersonCommand:
        pick = self.pick
        kind = pick.choice(list(InteractionKind))
        time_us = None if pick.random() < 0.6 else self.at_us - pick.randint(-20, 90)
        delivery_id = pick.choice([*self.state.deliveries, "none"])
        machine = pick.random() < 0.3
        return RecordInteraction("ada", delivery_id, kind, machine, False, time_us)

    def event(self) -> PersonCommand:
        pick = self.pick
        values = {name: float(pick.randint(1, 4)) for name in ("n", "worth") if pick.random() < 0.9}
        over = Properties(pick.choice(PLANS)) if self.changing and pick.random() < 0.3 else EMPTY
        return EvaluateEvent(
            "ada",
            f"e{self.number}",
            "bought",
            Properties(values),
            person_attributes=over,
            explain=True,
        )

    def change(self) -> PersonCommand:
        change = self.pick.choice(list(MembershipChange))
        return ChangeMembership("ada", "s", change, f"e{self.number}", explain=True)

    def update(self) -> PersonCommand:
        pick = self.pick
        removed = ("plan",) if pick.random() < 0.4 else ()
        attributes = Properties(pick.choice(PLANS))
        return UpdateAttributes("ada", attributes, removed, f"e{self.number}", explain=True)

    def finish(self) -> PersonCommand:
        return FinishJourney("ada", f"j{self.pick.randint(1, 5)}")

    def revise(self) -> DefinitionCommand:
        goal = self.pick.choice(GOALS)
        campaign_id = f"c{self.pick.randint(0, 3)}"
        return UpdateCampaign(campaign_id, "", lambda before: replace(before, goal=goal))

    def carry_out(self, command: PersonCommand | DefinitionCommand) -> None:
        self.number += 1
        try:
            if isinstance(command, DefinitionCommand):
                change, _ = define(command, self.catalog, RULES, self.at_us)
                if change is not None:
                    self.catalog.apply(change)
                return
            decision = decide(command, self.state, self.catalog, RULES, self.at_us)
        except Refusal:
            return
        for made in decision.changes:
            self.state.apply(made)
        answer = decision.answer
        if isinstance(answer, UpdateAnswer):
            answer = answer.achieved
        if isinstance(answer, EvaluateAnswer) and answer.findings is not None:
            self.told[f"e{self.number - 1}"] = answer.findings

    def later(self, event_id: str) -> tuple[Finding, ...]:
        on_record = OnRecord.of(
            self.state.receipts[event_id], self.state.conversions.get(event_id, ())
        )
        return explain_recorded(on_record, self.state, self.catalog, RULES)


def plain(finding: Finding) -> Finding:
    """A finding without what only those have that are told later."""
    values = tuple(value._replace(of_now=False) for value in finding.seen.values)
    return replace(finding, note="", seen=replace(finding.seen, values=values))


def by_place(findings: Iterable[Finding]) -> dict[tuple[str, str, str], Finding]:
    return {(each.campaign_id, each.journey_id, each.delivery_id): each for each in findings}


def check_honest(at_the_time: Iterable[Finding], later: Iterable[Finding]) -> None:
    """What is told later without a note is what was told."""
    before = by_place(at_the_time)
    for place, finding in by_place(later).items():
        if finding.note:
            continue
        if finding.verdict is Verdict.NOT_SENT:  # how far it was instead is not kept
            assert before[place].verdict is Verdict.NOT_SENT
        else:
            assert plain(finding) == before.get(place), place


def check_credited(play: Play, event_id: str, later: Iterable[Finding]) -> None:
    """Just what was credited is told to be, with what the rules saw."""
    credited = {each.delivery_id: each for each in later if each.verdict is Verdict.CONVERTED}
    made = {each.delivery_id: each for each in play.state.conversions.get(event_id, ())}
    assert credited.keys() == made.keys()
    for delivery_id, conversion in made.items():
        assert credited[delivery_id].seen == conversion.seen


@pytest.mark.parametrize("seed", range(100))
def test_the_same_is_told_later(seed: int) -> None:
    play = Play(random.Random(seed), changing=False, standing=False)
    play.run(60)
    receipts = play.state.receipts
    told = {key: found for key, found in play.told.items() if key in receipts}
    assert told
    for event_id, at_the_time in told.items():
        later = play.later(event_id)
        check_credited(play, event_id, later)
        if receipts[event_id].kind is ReceiptKind.EVENT:
            assert tuple(map(plain, later)) == at_the_time, event_id
        else:
            check_honest(at_the_time, later)


@pytest.mark.parametrize("seed", range(100))
def test_what_is_not_certain_has_a_note(seed: int) -> None:
    play = Play(random.Random(seed), changing=True, standing=False)
    play.run(80)
    for event_id, at_the_time in play.told.items():
        if event_id in play.state.receipts:
            later = play.later(event_id)
            check_credited(play, event_id, later)
            check_honest(at_the_time, later)


@pytest.mark.parametrize("seed", range(100))
def test_so_has_what_hangs_on_the_order_within_an_instant(seed: int) -> None:
    play = Play(random.Random(seed), changing=True, standing=True)
    play.run(80)
    for event_id, at_the_time in play.told.items():
        if event_id in play.state.receipts:
            later = play.later(event_id)
            check_credited(play, event_id, later)
            if play.state.receipts[event_id].kind is ReceiptKind.EVENT:
                check_honest(at_the_time, later)
