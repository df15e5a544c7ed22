"""Answers and records to the messages of the contract."""

from collections.abc import Iterable

from attribution.v1 import (
    attribution_service_pb2,
    campaign_pb2,
    campaign_service_pb2,
    conversion_pb2,
    delivery_pb2,
    delivery_service_pb2,
    explanation_pb2,
    goal_pb2,
    journey_pb2,
    journey_service_pb2,
)
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from attribution_service.core.answers import (
    CampaignAnswer,
    DeliveryAnswer,
    EvaluateAnswer,
    ExitAnswer,
    Finding,
    JourneyAnswer,
)
from attribution_service.core.commands import Definition
from attribution_service.core.definitions import definition_of
from attribution_service.core.model import Campaign, Candidate, Conversion, Delivery, Goal, Journey
from attribution_service.core.properties import Properties
from attribution_service.transport import enums, structs

MAX_FINDINGS = 1_000
MAX_CANDIDATES = 100
_MICROSECONDS_PER_SECOND = 1_000_000
_NANOSECONDS_PER_MICROSECOND = 1_000


def time(time_us: int | None) -> Timestamp | None:
    """A time; None: unset."""
    if time_us is None:
        return None
    seconds, rest_us = divmod(time_us, _MICROSECONDS_PER_SECOND)
    return Timestamp(seconds=seconds, nanos=rest_us * _NANOSECONDS_PER_MICROSECOND)


def _duration(length_us: int | None) -> Duration | None:
    if length_us is None:
        return None
    # A Duration's parts share their sign, and Python's divmod rounds down.
    seconds, rest_us = divmod(abs(length_us), _MICROSECONDS_PER_SECOND)
    sign = -1 if length_us < 0 else 1
    return Duration(seconds=sign * seconds, nanos=sign * rest_us * _NANOSECONDS_PER_MICROSECOND)


def campaign(item: Campaign) -> campaign_pb2.Campaign:
    """A campaign as it is now."""
    message = definition_message(definition_of(item))
    message.revision = item.current.number
    message.etag = item.etag
    message.create_time.CopyFrom(time(item.create_us) or Timestamp())
    message.update_time.CopyFrom(time(item.update_us) or Timestamp())
    return message


def definition_message(item: Definition) -> campaign_pb2.Campaign:
    """What a caller has said of a campaign, defaults filled in."""
    trigger = None
    if item.trigger_event_name is not None:
        trigger = campaign_pb2.Trigger(event_name=item.trigger_event_name)
    return campaign_pb2.Campaign(
        campaign_id=item.campaign_id,
        display_name=item.display_name,
        kind=enums.CAMPAIGN_KIND.number(item.kind),
        trigger=trigger,
        goal=None if item.goal is None else _goal(item.goal),
        exit_policy=enums.EXIT_POLICY.number(item.exit_policy),
        webhook_action_ids=item.webhook_action_ids,
    )


def _goal(item: Goal) -> goal_pb2.Goal:
    return goal_pb2.Goal(
        performs_event=goal_pb2.PerformsEvent(event_name=item.event_name, filter=item.filter),
        window=_duration(item.window_us),
        basis=enums.BASIS.number(item.basis),
        value=item.value,
        count_machine_interactions=item.count_machine_interactions,
    )


def journey(item: Journey) -> journey_pb2.Journey:
    """A journey."""
    message = journey_pb2.Journey(
        journey_id=item.journey_id,
        campaign_id=item.campaign_id,
        person_id=item.person_id,
        revision=item.revision,
        state=enums.JOURNEY_STATE.number(item.state),
        exit_reason=enums.EXIT_REASON.number(item.exit_reason),
        start_time=time(item.start_us),
        end_time=time(item.end_us),
        achieve_time=time(item.achieved_us),
    )
    _fill(message, item.trigger_properties)
    return message


def _fill(message: journey_pb2.Journey, properties: Properties) -> None:
    if properties.values:
        structs.fill(message.trigger_properties, properties.values)


def delivery(item: Delivery) -> delivery_pb2.Delivery:
    """A delivery."""
    return delivery_pb2.Delivery(
        delivery_id=item.delivery_id,
        person_id=item.person_id,
        campaign_id=item.campaign_id,
        journey_id=item.journey_id,
        action_id=item.action_id,
        channel=enums.CHANNEL.number(item.channel),
        status=enums.DELIVERY_STATUS.number(item.status),
        sent_time=time(item.sent_us),
        open_time=time(item.opened_us),
        click_time=time(item.clicked_us),
        convert_time=time(item.converted_us),
        create_time=time(item.create_us),
    )


def conversion(item: Conversion) -> conversion_pb2.Conversion:
    """A conversion, with its latest candidates."""
    return conversion_pb2.Conversion(
        delivery_id=item.delivery_id,
        journey_id=item.journey_id,
        campaign_id=item.campaign_id,
        person_id=item.person_id,
        event_id=item.event_id,
        revision=item.revision,
        conversion_time=time(item.converted_us),
        basis=enums.BASIS.number(item.basis),
        basis_time=time(item.basis_us),
        window=_duration(item.window_us),
        filter=item.filter,
        value=item.value,
        candidates=[_candidate(candidate) for candidate in item.candidates[-MAX_CANDIDATES:]],
        candidate_count=len(item.candidates),
    )


def _candidate(item: Candidate) -> conversion_pb2.Candidate:
    return conversion_pb2.Candidate(
        delivery_id=item.delivery_id,
        journey_id=item.journey_id,
        action_id=item.action_id,
        channel=enums.CHANNEL.number(item.channel),
        sent_time=time(item.sent_us),
        basis_time=time(item.basis_us),
        already_converted=item.already_converted,
    )


def _explanation(findings: Iterable[Finding]) -> explanation_pb2.Explanation:
    verdicts = [
        explanation_pb2.ExplanationVerdict(
            verdict=enums.VERDICT.number(item.verdict),
            campaign_id=item.campaign_id,
            journey_id=item.journey_id,
            delivery_id=item.delivery_id,
            detail=item.detail,
        )
        for item in findings
    ]
    return explanation_pb2.Explanation(verdicts=verdicts[:MAX_FINDINGS])


def create_campaign(answer: CampaignAnswer) -> campaign_service_pb2.CreateCampaignResponse:
    """The response to CreateCampaign."""
    return campaign_service_pb2.CreateCampaignResponse(campaign=campaign(answer.campaign))


def update_campaign(answer: CampaignAnswer) -> campaign_service_pb2.UpdateCampaignResponse:
    """The response to UpdateCampaign."""
    return campaign_service_pb2.UpdateCampaignResponse(campaign=campaign(answer.campaign))


def start_journey(answer: JourneyAnswer) -> journey_service_pb2.StartJourneyResponse:
    """The response to StartJourney."""
    return journey_service_pb2.StartJourneyResponse(
        journey=journey(answer.journey), replayed=answer.replayed
    )


def finish_journey(answer: JourneyAnswer) -> journey_service_pb2.FinishJourneyResponse:
    """The response to FinishJourney."""
    return journey_service_pb2.FinishJourneyResponse(
        journey=journey(answer.journey), replayed=answer.replayed
    )


def record_delivery(answer: DeliveryAnswer) -> delivery_service_pb2.RecordDeliveryResponse:
    """The response to RecordDelivery."""
    return delivery_service_pb2.RecordDeliveryResponse(
        delivery=delivery(answer.delivery), replayed=answer.replayed
    )


def record_interaction(answer: DeliveryAnswer) -> delivery_service_pb2.RecordInteractionResponse:
    """The response to RecordInteraction."""
    return delivery_service_pb2.RecordInteractionResponse(
        delivery=delivery(answer.delivery), replayed=answer.replayed
    )


def evaluate(answer: EvaluateAnswer) -> attribution_service_pb2.EvaluateResponse:
    """The response to Evaluate."""
    return attribution_service_pb2.EvaluateResponse(
        conversions=[conversion(item) for item in answer.conversions],
        achieved_journeys=answer.achieved_journeys,
        replayed=answer.replayed,
        explanation=None if answer.findings is None else _explanation(answer.findings),
    )


def check_exit(answer: ExitAnswer) -> attribution_service_pb2.CheckExitResponse:
    """The response to CheckExit."""
    return attribution_service_pb2.CheckExitResponse(
        exit=answer.exit,
        reason=enums.EXIT_REASON.number(answer.reason),
        exit_time=time(answer.exit_us),
        detail=answer.detail,
    )
