"""Answers and records to the messages of the contract."""

from collections.abc import Iterable
from itertools import islice

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
    segment_pb2,
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
from attribution_service.core.model import (
    Campaign,
    Candidate,
    Conversion,
    Delivery,
    EntersSegment,
    Goal,
    Journey,
    LeavesSegment,
    Match,
    PerformsEvent,
    Revision,
    SeenValue,
    SegmentTrigger,
    told,
)
from attribution_service.core.properties import Properties
from attribution_service.transport import enums, structs, values

MAX_FINDINGS = 1_000
MAX_SEEN_BYTES = 1024 * 1024
MAX_CANDIDATES = 100
_MICROSECONDS_PER_SECOND = 1_000_000
_NANOSECONDS_PER_MICROSECOND = 1_000


def moment(time_us: int) -> Timestamp:
    """A time."""
    seconds, rest_us = divmod(time_us, _MICROSECONDS_PER_SECOND)
    return Timestamp(seconds=seconds, nanos=rest_us * _NANOSECONDS_PER_MICROSECOND)


def time(time_us: int | None) -> Timestamp | None:
    """A time; None: unset."""
    return None if time_us is None else moment(time_us)


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
    message.create_time.CopyFrom(moment(item.create_us))
    message.update_time.CopyFrom(moment(item.update_us))
    if item.archive_us is not None:
        message.archive_time.CopyFrom(moment(item.archive_us))
    return message


def revision(item: Revision) -> campaign_pb2.CampaignRevision:
    """What of a campaign judged from one time on."""
    return campaign_pb2.CampaignRevision(
        revision=item.number,
        trigger=_trigger(item.trigger_event_name, item.trigger_segments),
        audience_filter=item.audience_filter,
        goal=None if item.goal is None else _goal(item.goal),
        exit_policy=enums.EXIT_POLICY.number(item.exit_policy),
        webhook_action_ids=item.webhook_action_ids,
        create_time=time(item.create_us),
    )


def definition_message(item: Definition) -> campaign_pb2.Campaign:
    """What a caller has said of a campaign, defaults filled in."""
    return campaign_pb2.Campaign(
        campaign_id=item.campaign_id,
        display_name=item.display_name,
        kind=enums.CAMPAIGN_KIND.number(item.kind),
        trigger=_trigger(item.trigger_event_name, item.trigger_segments),
        audience_filter=item.audience_filter,
        goal=None if item.goal is None else _goal(item.goal),
        exit_policy=enums.EXIT_POLICY.number(item.exit_policy),
        webhook_action_ids=item.webhook_action_ids,
    )


def _trigger(
    event_name: str | None, segments: SegmentTrigger | None
) -> campaign_pb2.Trigger | None:
    if event_name is not None:
        return campaign_pb2.Trigger(event_name=event_name)
    if segments is None:
        return None
    of = campaign_pb2.SegmentSet(segment_ids=segments.segment_ids)
    if segments.match is Match.ANY:
        return campaign_pb2.Trigger(any_segment=of)
    return campaign_pb2.Trigger(all_segments=of)


def _goal(item: Goal) -> goal_pb2.Goal:
    message = goal_pb2.Goal(
        window=_duration(item.window_us),
        basis=enums.BASIS.number(item.basis),
        value=item.value,
        count_machine_interactions=item.count_machine_interactions,
    )
    match item.achievement:
        case PerformsEvent(event_name, text):
            message.performs_event.event_name = event_name
            message.performs_event.filter = text
        case EntersSegment(segment_id):
            message.enters_segment.segment_id = segment_id
        case LeavesSegment(segment_id):
            message.leaves_segment.segment_id = segment_id
    return message


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
        journey_id=told(item.journey_id),
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
    """A conversion, with the latest of its candidates."""
    return conversion_pb2.Conversion(
        delivery_id=item.delivery_id,
        journey_id=told(item.journey_id),
        campaign_id=item.campaign_id,
        person_id=item.person_id,
        event_id=item.event_id if item.move is None else "",
        revision=item.revision,
        conversion_time=time(item.converted_us),
        basis=enums.BASIS.number(item.basis),
        basis_time=time(item.basis_us),
        window=_duration(item.window_us),
        filter=item.filter,
        value=item.value,
        candidates=[_candidate(candidate) for candidate in item.candidates[-MAX_CANDIDATES:]],
        candidate_count=len(item.candidates),
        segment_change=_segment_change(item),
    )


def _segment_change(item: Conversion) -> segment_pb2.SegmentChange | None:
    if item.move is None:
        return None
    return segment_pb2.SegmentChange(
        person_id=item.person_id,
        segment_id=item.move.segment_id,
        change=enums.MEMBERSHIP_CHANGE.number(item.move.change),
        change_id=told(item.event_id),
    )


def _candidate(item: Candidate) -> conversion_pb2.Candidate:
    return conversion_pb2.Candidate(
        delivery_id=item.delivery_id,
        journey_id=told(item.journey_id),
        action_id=item.action_id,
        channel=enums.CHANNEL.number(item.channel),
        sent_time=time(item.sent_us),
        basis_time=time(item.basis_us),
        already_converted=item.already_converted,
    )


def explanation(findings: Iterable[Finding]) -> explanation_pb2.Explanation:
    """An explanation, cut to what an answer holds."""
    message = explanation_pb2.Explanation()
    room = MAX_SEEN_BYTES
    for item in islice(findings, MAX_FINDINGS):
        verdict = message.verdicts.add(
            verdict=enums.VERDICT.number(item.verdict),
            campaign_id=item.campaign_id,
            journey_id=item.journey_id,
            delivery_id=item.delivery_id,
            detail=item.detail,
            note=item.note,
            values_cut=item.seen.cut,
        )
        for seen in item.seen.values:
            value = _seen_value(seen)
            room -= value.ByteSize()
            if room < 0:
                verdict.values_cut = True
                break
            verdict.values.append(value)
    return message


def _seen_value(item: SeenValue) -> explanation_pb2.SeenValue:
    return explanation_pb2.SeenValue(
        path=item.path,
        value=None if item.absent else values.message(item.value),
        absent=item.absent,
        cut=item.cut,
        of_now=item.of_now,
    )


def create_campaign(answer: CampaignAnswer) -> campaign_service_pb2.CreateCampaignResponse:
    """The response to CreateCampaign."""
    return campaign_service_pb2.CreateCampaignResponse(campaign=campaign(answer.campaign))


def update_campaign(answer: CampaignAnswer) -> campaign_service_pb2.UpdateCampaignResponse:
    """The response to UpdateCampaign."""
    return campaign_service_pb2.UpdateCampaignResponse(campaign=campaign(answer.campaign))


def archive_campaign(answer: CampaignAnswer) -> campaign_service_pb2.ArchiveCampaignResponse:
    """The response to ArchiveCampaign."""
    return campaign_service_pb2.ArchiveCampaignResponse(campaign=campaign(answer.campaign))


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
        explanation=None if answer.findings is None else explanation(answer.findings),
    )


def check_exit(answer: ExitAnswer) -> attribution_service_pb2.CheckExitResponse:
    """The response to CheckExit."""
    return attribution_service_pb2.CheckExitResponse(
        exit=answer.exit,
        reason=enums.EXIT_REASON.number(answer.reason),
        exit_time=time(answer.exit_us),
        detail=answer.detail,
    )
