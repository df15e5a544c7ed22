"""Whether a journey ends before its next step (X1 to X10)."""

from dataclasses import replace

from attribution_service.core.answers import Decision, ExitAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import CheckExit
from attribution_service.core.model import ExitPolicy, ExitReason, Journey, JourneyState, NextStep
from attribution_service.core.record import known_journey
from attribution_service.core.refusals import Reason, not_found
from attribution_service.core.spans import span
from attribution_service.core.state import PersonState

# X2: only before these can a journey exit; Slack and webhooks are actions, not messages.
MESSAGES = frozenset(
    {NextStep.EMAIL, NextStep.SMS, NextStep.PUSH, NextStep.WHATSAPP, NextStep.IN_APP}
)


def check_exit(command: CheckExit, state: PersonState, catalog: Catalog, now_us: int) -> Decision:
    """Tell whether the journey has ended or ends now; an exit is recorded and final (X10)."""
    journey = known_journey(state, command.journey_id)
    if journey.state is not JourneyState.ACTIVE:
        return Decision(_ended(journey))
    if command.next_step is not None and command.next_step not in MESSAGES:
        step = command.next_step.lower().replace("_", " ")
        return Decision(_goes_on(f"a journey exits only before a message; next is: {step}"))
    campaign = catalog.campaign(journey.campaign_id)
    if campaign is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", journey.campaign_id)
    policy = campaign.current.exit_policy  # G8: the policy in force now, the journey's own goal
    if policy.looks_at_goal and journey.achieved_us is not None:
        exited = replace(
            journey, state=JourneyState.EXITED, exit_reason=ExitReason.GOAL, end_us=now_us
        )
        return Decision(_ended(exited), (exited,))
    return Decision(_goes_on(_why_not(journey, policy, catalog)))


def _ended(journey: Journey) -> ExitAnswer:
    if journey.exit_reason is ExitReason.GOAL:
        since_us = (journey.achieved_us or journey.start_us) - journey.start_us
        detail = f"the goal was achieved {span(since_us)} after the journey started"
    else:
        detail = "the journey has finished"
    return ExitAnswer(exit=True, reason=journey.exit_reason, exit_us=journey.end_us, detail=detail)


def _goes_on(detail: str) -> ExitAnswer:
    return ExitAnswer(exit=False, reason=None, exit_us=None, detail=detail)


def _why_not(journey: Journey, policy: ExitPolicy, catalog: Catalog) -> str:
    if not policy.looks_at_goal:
        return f"the campaign's exit policy {policy} does not look at the goal"
    if catalog.revision(journey.campaign_id, journey.revision).goal is None:
        return "the journey started when the campaign had no goal"
    return "the goal has not been achieved since the journey started"
