"""What a goal's filter says of an event, for the journey that it is asked for (G4, C1)."""

from attribution_service.core.model import Goal, Revision
from attribution_service.core.rules import RuleBook, RuleInput, Use


def filtered(revision: Revision, goal: Goal, given: RuleInput, rules: RuleBook) -> object:
    """True if the event achieves the goal; else what the rule gave, or the error that it ended in.

    A goal without a filter, or on a segment, is achieved by whatever it watches.
    """
    if not goal.filter:
        return True
    has_trigger = revision.trigger_event_name is not None
    return rules.evaluate(goal.filter, Use.GOAL_FILTER, given, has_trigger=has_trigger)
