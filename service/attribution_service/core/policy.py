"""Whether a campaign's exit policy ends a journey at this moment (X1, X4, X8, X9)."""

from dataclasses import dataclass

from attribution_service.core.answers import RuleFault
from attribution_service.core.catalog import Catalog
from attribution_service.core.faults import fault_of
from attribution_service.core.membership import is_member, segment_ids
from attribution_service.core.model import (
    Campaign,
    ExitReason,
    Goal,
    Journey,
    Match,
    MembershipChange,
    Revision,
    SegmentTrigger,
)
from attribution_service.core.properties import EMPTY
from attribution_service.core.rules import ErrorValue, RuleBook, RuleInput, Use
from attribution_service.core.state import PersonState


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why a journey ends, None if it goes on, and the rules that had no answer on the way."""

    reason: ExitReason | None
    faults: tuple[RuleFault, ...] = ()


def rule_on(
    journey: Journey,
    campaign: Campaign,
    state: PersonState,
    catalog: Catalog,
    rules: RuleBook,
    now_us: int,
) -> Ruling:
    """Apply the policy, segments and filter in force now to the journey's own goal (G8)."""
    policy = campaign.current.exit_policy
    goal = catalog.revision(journey.campaign_id, journey.revision).goal
    if policy.looks_at_goal and goal is not None:  # X9: the goal goes first
        met = journey.achieved_us is not None or holds(goal, state, catalog, rules)
        if met:
            return Ruling(ExitReason.GOAL)
    if not policy.looks_at_audience:
        return Ruling(None)
    trigger = campaign.current.trigger_segments
    if trigger is not None and not _is_in(trigger, state, catalog, rules):
        return Ruling(ExitReason.NO_LONGER_MATCHING)
    return _filtered(journey, campaign.current, state, catalog, rules, now_us)


def holds(goal: Goal, state: PersonState, catalog: Catalog, rules: RuleBook) -> bool:
    """Whether a goal about a segment is met by where the person is (S2, X4)."""
    move = goal.move
    if move is None:
        return False
    inside = is_member(move.segment_id, state, catalog, rules)
    return inside is (move.change is MembershipChange.ENTERED)


def _is_in(trigger: SegmentTrigger, state: PersonState, catalog: Catalog, rules: RuleBook) -> bool:
    inside = (is_member(each, state, catalog, rules) for each in trigger.segment_ids)
    return any(inside) if trigger.match is Match.ANY else all(inside)


def _filtered(
    journey: Journey,
    current: Revision,
    state: PersonState,
    catalog: Catalog,
    rules: RuleBook,
    now_us: int,
) -> Ruling:
    """Ask the audience filter, of which only `true` lets the journey go on (X8, X11)."""
    if not current.audience_filter:
        return Ruling(None)
    has_trigger = current.trigger_event_name is not None
    reads = rules.reads(current.audience_filter, Use.AUDIENCE_FILTER, has_trigger=has_trigger)
    given = RuleInput(
        event=EMPTY,
        trigger=journey.trigger_properties,
        person=state.person.attributes if "person" in reads else EMPTY,
        now_us=now_us,
        segment_ids=segment_ids(state, catalog, rules) if "segments" in reads else (),
    )
    result = rules.evaluate(
        current.audience_filter, Use.AUDIENCE_FILTER, given, has_trigger=has_trigger
    )
    if result is True:
        return Ruling(None)
    faults = (fault_of(current, current.audience_filter, result),)
    return Ruling(ExitReason.NO_LONGER_MATCHING, faults if isinstance(result, ErrorValue) else ())
