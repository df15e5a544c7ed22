"""What judging by a revision may look at of a person, so that no more is loaded."""

from dataclasses import dataclass

from attribution_service.core.model import Basis, Delivery, Goal, Revision
from attribution_service.core.rules import RuleBook, Use


def needs_person(revision: Revision, rules: RuleBook) -> bool:
    """Whether judging by this revision, or an exit by it, may look at the stored person."""
    goal = revision.goal
    if revision.trigger_segments is not None or (goal is not None and goal.move is not None):
        return True
    return _filter_reads_person(revision, rules) or goal_reads_person(revision, rules)


def goal_reads_person(revision: Revision, rules: RuleBook) -> bool:
    """Whether the rules of its goal read attributes."""
    goal = revision.goal
    if goal is None:
        return False
    # Most rules do not even name the root: this is asked for every check and event.
    if "person" not in goal.filter and "person" not in goal.value:
        return False
    given = {
        "has_trigger": revision.trigger_event_name is not None,
        "has_event": goal.move is None,
    }
    used = ((goal.filter, Use.GOAL_FILTER), (goal.value, Use.GOAL_VALUE))
    return any("person" in rules.reads(text, use, **given) for text, use in used if text)


def _filter_reads_person(revision: Revision, rules: RuleBook) -> bool:
    text = revision.audience_filter
    if "person" not in text and "segments" not in text:
        return False
    has_trigger = revision.trigger_event_name is not None
    reads = rules.reads(revision.audience_filter, Use.AUDIENCE_FILTER, has_trigger=has_trigger)
    return "person" in reads or "segments" in reads


@dataclass(frozen=True, slots=True)
class Reach:
    """Which deliveries of a journey an achievement may be credited to: those last touched within.

    `basis` says by which touch, None: all deliveries of the journey. Both ends are included;
    `since_us` None: from any time on. What is within may still not be a candidate.
    """

    basis: Basis | None
    since_us: int | None
    until_us: int

    def holds(self, delivery: Delivery) -> bool:
        """Whether the delivery is one of them."""
        if self.basis is None:
            return True
        touched_us = _touched_us(delivery, self.basis)
        if touched_us is None or touched_us > self.until_us:
            return False
        return self.since_us is None or touched_us >= self.since_us


def _touched_us(delivery: Delivery, basis: Basis) -> int | None:
    match basis:
        case Basis.RECEIVED:
            return delivery.sent_us
        case Basis.OPENED:
            return delivery.opened_us
        case Basis.CLICKED:
            return delivery.clicked_us


def whole_journey(now_us: int) -> Reach:
    """All deliveries of a journey."""
    return Reach(None, None, now_us)


def reach_of(goal: Goal, now_us: int) -> Reach:
    """What an achievement of the goal at `now_us` may be credited to (G2, G3, C5)."""
    if goal.count_machine_interactions and goal.basis is not Basis.RECEIVED:
        return whole_journey(now_us)  # the later of two times counts
    since_us = None if goal.window_us is None else now_us - goal.window_us
    return Reach(goal.basis, since_us, now_us)
