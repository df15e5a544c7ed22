"""Whether a journey ends before its next step (X1 to X11)."""

from dataclasses import replace

from attribution_service.core.answers import Decision, ExitAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import CheckExit
from attribution_service.core.model import (
    Campaign,
    ExitReason,
    Goal,
    Journey,
    JourneyState,
    MembershipChange,
    NextStep,
)
from attribution_service.core.policy import rule_on
from attribution_service.core.record import known_journey
from attribution_service.core.refusals import Reason, not_found, shown
from attribution_service.core.rules import RuleBook
from attribution_service.core.spans import span
from attribution_service.core.state import PersonState

# X2: only before these can a journey exit; Slack and webhooks are actions, not messages.
MESSAGES = frozenset(
    {NextStep.EMAIL, NextStep.SMS, NextStep.PUSH, NextStep.WHATSAPP, NextStep.IN_APP}
)


def check_exit(
    command: CheckExit, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """Tell whether the journey has ended or ends now; an exit is recorded and final (X10)."""
    journey = known_journey(state, command.journey_id)
    if journey.state is not JourneyState.ACTIVE:
        return Decision(_ended(journey, catalog))
    if command.next_step is not None and command.next_step not in MESSAGES:
        step = command.next_step.lower().replace("_", " ")
        return Decision(_goes_on(f"a journey exits only before a message; next is: {step}"))
    campaign = catalog.campaign(journey.campaign_id)
    if campaign is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", journey.campaign_id)
    ruling = rule_on(journey, campaign, state, catalog, rules, now_us)
    if ruling.reason is None:
        return Decision(_goes_on(_why_not(journey, campaign, catalog)), (), ruling.faults)
    exited = replace(journey, state=JourneyState.EXITED, exit_reason=ruling.reason, end_us=now_us)
    return Decision(_ended(exited, catalog), (exited,), ruling.faults)


def _ended(journey: Journey, catalog: Catalog) -> ExitAnswer:
    """The answer for good (X10): the sentence says nothing that may change after the end."""
    if journey.exit_reason is ExitReason.GOAL:
        detail = _goal_sentence(journey, catalog)
    elif journey.exit_reason is ExitReason.NO_LONGER_MATCHING:
        detail = "the person no longer matched the trigger's segments or the audience filter"
    else:
        detail = "the journey has finished"
    return ExitAnswer(exit=True, reason=journey.exit_reason, exit_us=journey.end_us, detail=detail)


def _goal_sentence(journey: Journey, catalog: Catalog) -> str:
    achieved_us, end_us = journey.achieved_us, journey.end_us
    goal = catalog.revision(journey.campaign_id, journey.revision).goal
    if achieved_us is not None and end_us is not None:
        # An achievement of the same instant may have come after the end; an event's cannot, since
        # only what was achieved before lets such a journey end.
        holds = goal is not None and goal.move is not None
        if achieved_us < end_us or (achieved_us == end_us and not holds):
            since_us = achieved_us - journey.start_us
            return f"the goal was achieved {span(since_us)} after the journey started"
    return f"the goal held: the person was {_where(goal)}"


def _where(goal: Goal | None) -> str:
    move = None if goal is None else goal.move
    if move is None:
        return "at the goal"
    inside = move.change is MembershipChange.ENTERED
    return f"{'in' if inside else 'out of'} segment {shown(move.segment_id)}"


def _goes_on(detail: str) -> ExitAnswer:
    return ExitAnswer(exit=False, reason=None, exit_us=None, detail=detail)


def _why_not(journey: Journey, campaign: Campaign, catalog: Catalog) -> str:
    policy = campaign.current.exit_policy
    if not policy.looks_at_goal:
        return f"the campaign's exit policy {policy} does not look at the goal"
    if catalog.revision(journey.campaign_id, journey.revision).goal is None:
        return "the journey started when the campaign had no goal"
    return "the goal has not been achieved since the journey started"
