"""What judging by a revision may look at of a person, so that no more is loaded."""

from attribution_service.core.model import Revision
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
