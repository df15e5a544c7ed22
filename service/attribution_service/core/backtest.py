"""A goal tried on what happened: which recorded deliveries would have converted by it.

People are taken one by one. What is on record of a person is played again in the order in which it
came, and each event is judged as a live one is, on what was known by then. Nothing is changed.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import NamedTuple

from attribution_service.core.achieve import Happening, Judgement, attributes_for, judge
from attribution_service.core.catalog import Catalog
from attribution_service.core.credit import CONVERTING_CHANNELS, can_convert
from attribution_service.core.model import (
    Barred,
    Basis,
    Campaign,
    Conversion,
    Delivery,
    DeliveryStatus,
    ExitReason,
    Goal,
    Interaction,
    InteractionKind,
    Journey,
    PerformsEvent,
    Receipt,
    Revision,
)
from attribution_service.core.properties import EMPTY
from attribution_service.core.reads import goal_reads_person
from attribution_service.core.record import touched
from attribution_service.core.reports import Range
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState

# What it costs to judge, in parts of what it costs to look at a fact: so that whoever does a part
# at a time can make the parts alike.
_COST_OF_EVENT = 10


@dataclass(frozen=True, slots=True)
class Question:
    """The goal to try, on a campaign's journeys, by the events of a range that has an end.

    `webhook_action_ids` are the actions whose deliveries can be credited (C2).
    """

    campaign: Campaign
    goal: Goal
    webhook_action_ids: tuple[str, ...]
    range: Range

    @property
    def event_name(self) -> str:
        """The name of the events that can achieve the goal."""
        achievement = self.goal.achievement
        if not isinstance(achievement, PerformsEvent):
            raise TypeError("enters and leaves of segments have no history to be judged by")
        return achievement.event_name

    @property
    def end_us(self) -> int:
        """The end of the range: what arrived then or later is not looked at."""
        if self.range.end_us is None:
            raise ValueError("the range of a backtest has an end")
        return self.range.end_us

    @property
    def interactions(self) -> InteractionKind | None:
        """The interactions that count; None: those of no kind do (G3)."""
        return _INTERACTIONS[self.goal.basis]


_INTERACTIONS = {
    Basis.RECEIVED: None,
    Basis.OPENED: InteractionKind.OPENED,
    Basis.CLICKED: InteractionKind.CLICKED,
}


class Found(NamedTuple):
    """A conversion that would have come, and whether its delivery really converted in the range."""

    conversion: Conversion
    recorded: bool


class Step(NamedTuple):
    """A bit of work that was done: what it cost, and the conversion that it found."""

    cost: int
    found: Found | None = None


@dataclass(slots=True)
class Figures:
    """Conversions counted."""

    conversions: int = 0
    people: int = 0
    value: float = 0.0
    without_value: int = 0

    def add(self, made: Mapping[str, Conversion]) -> None:
        """Count the conversions of one person."""
        values = [each.value for each in made.values() if each.value is not None]
        self.conversions += len(made)
        self.people += bool(made)
        self.value += sum(values)
        self.without_value += len(made) - len(values)


@dataclass(slots=True)
class Tally:
    """What has come of a backtest so far; of all that has a time, what lies in the range."""

    journeys: int = 0
    people: int = 0
    deliveries: int = 0
    events: int = 0
    would: int = 0
    backtest: Figures = field(default_factory=Figures)
    recorded: Figures = field(default_factory=Figures)
    both: int = 0
    achieved: int = 0
    exits: int = 0
    bounced: int = 0
    told_sent: int = 0
    sent_after_goal: int = 0
    filter_faults: int = 0
    value_faults: int = 0


class _Rank(IntEnum):
    """What comes first of what came at the same instant: whatever can count for an event there."""

    JOURNEY = 0
    DELIVERY = 1
    SENT = 2
    BOUNCED = 3
    INTERACTION = 4
    EVENT = 5


class _Fact(NamedTuple):
    """Something that became known at a time."""

    time_us: int
    rank: _Rank
    what: Journey | Delivery | Interaction | Receipt


class Backtest:
    """One backtest: the world as it would have been, and what has come of it so far."""

    def __init__(self, question: Question, revisions: Iterable[Revision]) -> None:
        self.question = question
        self.tally = Tally()
        self._rules = RuleBook()
        # G8: each journey is judged by its own revision, as if that had had this goal.
        with_goal = [
            replace(each, goal=question.goal, webhook_action_ids=question.webhook_action_ids)
            for each in revisions
        ]
        self._catalog = Catalog.of([question.campaign], with_goal)
        self.reads_person = any(goal_reads_person(each, self._rules) for each in with_goal)

    def person(
        self, known: PersonState, interactions: Iterable[Interaction], events: Iterable[Receipt]
    ) -> Iterator[Step]:
        """Judge one person, a step at a time.

        `known` has all journeys of the person in the campaign with their deliveries and
        conversions, and the attributes if `reads_person`; interactions and events are in the order
        of their arrival.
        """
        replayed = _Replay(self, known)
        yield from replayed.steps(interactions, events)
        self.tally.people += 1

    def judged(self, event: Receipt, state: PersonState) -> Judgement:
        """What comes of an event, by what is known of the person by then."""
        happening = Happening(
            person_id=event.person_id,
            achievement_id=event.event_id,
            event_name=event.name,
            moves=(),
            properties=event.properties,
            person=attributes_for(state, EMPTY),
            now_us=event.arrival_us,
            person_of_now=True,
        )
        return judge(happening, state, self._catalog, self._rules, explained=False)

    def counts(self, delivery: Delivery, journey: Journey) -> bool:
        """Whether a delivery could ever be credited: it was sent, on a channel that can be."""
        revision = self._catalog.revision(journey.campaign_id, journey.revision)
        return delivery.sent_us is not None and can_convert(delivery, revision)


class _Replay:
    """What happened to one person, once more."""

    def __init__(self, backtest: Backtest, known: PersonState) -> None:
        self._backtest = backtest
        self._question = backtest.question
        self._tally = backtest.tally
        self._known = known
        self._state = PersonState(known.person_id)
        if known.knows_person:
            self._state.apply(known.person)
        made = [each for several in known.conversions.values() for each in several]
        self._recorded = {
            each.delivery_id: each for each in made if self._question.range.holds(each.converted_us)
        }
        self._sent_until_us = _seen_as_sent(made)
        self._would: dict[str, Conversion] = {}
        # What started later may be by a revision that the backtest does not know of.
        end_us = self._question.end_us
        self._journeys = {k: j for k, j in known.journeys.items() if j.start_us < end_us}

    def steps(
        self, interactions: Iterable[Interaction], events: Iterable[Receipt]
    ) -> Iterator[Step]:
        """Go through all facts in order."""
        told = heapq.merge(
            sorted(self._facts(), key=_order),
            (_Fact(each.arrival_us, _Rank.INTERACTION, each) for each in interactions),
            (_Fact(each.arrival_us, _Rank.EVENT, each) for each in events),
            key=_order,
        )
        for fact in told:
            if fact.time_us < self._question.end_us:
                yield self._step(fact)
        tally, would, recorded = self._tally, self._would, self._recorded
        tally.backtest.add(would)
        tally.recorded.add(recorded)
        tally.both += len(would.keys() & recorded.keys())

    def _facts(self) -> Iterator[_Fact]:
        """Journeys and deliveries, at the times at which they became known."""
        for journey in self._journeys.values():
            yield _Fact(journey.start_us, _Rank.JOURNEY, journey)
        for delivery in self._known.deliveries.values():
            of = self._journeys.get(delivery.journey_id)
            if of is None or not self._backtest.counts(delivery, of):
                continue
            known_us = _sent_known_us(delivery)
            yield _Fact(delivery.create_us, _Rank.DELIVERY, delivery)
            yield _Fact(known_us, _Rank.SENT, delivery)
            if delivery.status is DeliveryStatus.BOUNCED:
                # C3: when it bounced is not recorded, but until then it was seen as sent.
                # What is older is of another delivery of this id, which is gone (retention).
                until_us = self._sent_until_us.get(delivery.delivery_id, 0)
                yield _Fact(max(known_us, until_us + 1), _Rank.BOUNCED, delivery)

    def _step(self, fact: _Fact) -> Step:
        match fact.what:
            case Receipt():
                return self._event(fact.what)
            case Journey():
                self._tally.journeys += 1
                self._state.apply(_as_started(fact.what))
            case Interaction():
                known = self._state.deliveries.get(fact.what.delivery_id)
                if known is not None:
                    self._state.apply(touched(known, fact.what))
            case Delivery():
                self._delivery(fact.what, fact.rank)
        return Step(1)

    def _delivery(self, delivery: Delivery, rank: _Rank) -> None:
        if rank is _Rank.DELIVERY:
            self._state.apply(_as_created(delivery))
            self._count_if_late(delivery)
            return
        before = self._state.deliveries[delivery.delivery_id]
        if rank is _Rank.BOUNCED:
            self._state.apply(replace(before, status=DeliveryStatus.BOUNCED))
            return
        sent = replace(before, status=DeliveryStatus.SENT, sent_us=delivery.sent_us)
        self._state.apply(sent)
        self._tally.deliveries += 1
        self._tally.bounced += delivery.status is DeliveryStatus.BOUNCED
        self._tally.told_sent += delivery.claimed_sent_us == delivery.sent_us

    def _count_if_late(self, delivery: Delivery) -> None:
        """Count a message that the exit policy might have kept from being sent (X2, X4)."""
        achieved_us = self._state.journeys[delivery.journey_id].achieved_us
        looks = self._question.campaign.current.exit_policy.looks_at_goal
        if looks and achieved_us is not None and delivery.channel in CONVERTING_CHANNELS:
            self._tally.sent_after_goal += 1

    def _event(self, event: Receipt) -> Step:
        judged = self._backtest.judged(event, self._state)
        in_range = self._question.range.holds(event.arrival_us)
        if in_range:
            self._count(event, judged)
        for change in judged.changes:
            if not isinstance(change, Conversion):
                self._state.apply(change)
        cost = _COST_OF_EVENT + len(self._state.journeys) + len(self._state.deliveries)
        if not in_range or not judged.answer.conversions:
            return Step(cost)
        (conversion,) = judged.answer.conversions  # C7: of one campaign there is one at most
        self._would[conversion.delivery_id] = conversion
        self._tally.would += 1
        return Step(cost, Found(conversion, conversion.delivery_id in self._recorded))

    def _count(self, event: Receipt, judged: Judgement) -> None:
        tally = self._tally
        tally.events += 1
        for fault in judged.faults:
            if fault.rule == self._question.goal.filter:
                tally.filter_faults += 1
            else:
                tally.value_faults += 1
        for change in judged.changes:
            if isinstance(change, Journey):
                before = self._state.journeys[change.journey_id]
                if before.achieved_us is None:
                    tally.achieved += 1
                    tally.exits += before.end_us is None or before.end_us > event.arrival_us


def _order(fact: _Fact) -> tuple[int, int]:
    return fact.time_us, fact.rank


def _as_started(journey: Journey) -> Journey:
    """The journey at its start. What bars it for its own goal about a segment does not here."""
    ended = journey.barred is Barred.EXITED_AT_START  # X6: and not because of its own goal
    bars = ended and journey.exit_reason is not ExitReason.GOAL
    barred = Barred.EXITED_AT_START if bars else None
    return replace(journey, achieved_us=None, converted_us=None, barred=barred)


def _as_created(delivery: Delivery) -> Delivery:
    return replace(
        delivery,
        status=DeliveryStatus.DRAFTED,
        sent_us=None,
        opened_us=None,
        clicked_us=None,
        machine_opened_us=None,
        machine_clicked_us=None,
        untracked_clicked_us=None,
        converted_us=None,
    )


def _sent_known_us(delivery: Delivery) -> int:
    """When it was known that the delivery was sent, as far as that is on record.

    A sent time that nobody told, or that was cut, is the arrival of the report (C10). One that was
    told is taken for it, for its report's arrival is not recorded.
    """
    if delivery.sent_us is None:
        raise ValueError("a delivery that was never sent does not count")
    return max(delivery.create_us, delivery.sent_us)


def _seen_as_sent(made: Iterable[Conversion]) -> dict[str, int]:
    """When deliveries were last candidates for a conversion on record, and so had not bounced."""
    seen: dict[str, int] = {}
    for conversion in made:
        for candidate in conversion.candidates:
            before_us = seen.get(candidate.delivery_id, conversion.converted_us)
            seen[candidate.delivery_id] = max(before_us, conversion.converted_us)
    return seen
