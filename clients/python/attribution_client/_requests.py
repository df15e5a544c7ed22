"""Builds the requests, for both forms of the client: one function for each RPC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from attribution.v1.attribution_service_pb2 import (
    CheckExitBatchRequest,
    CheckExitRequest,
    EvaluateBatchRequest,
    EvaluateRequest,
    ExplainRequest,
    IngestItem,
    IngestRequest,
    NextStep,
)
from attribution.v1.campaign_pb2 import Campaign
from attribution.v1.campaign_service_pb2 import (
    ArchiveCampaignRequest,
    CreateCampaignRequest,
    GetCampaignRequest,
    ListCampaignsRequest,
    ListRevisionsRequest,
    UpdateCampaignRequest,
)
from attribution.v1.delivery_pb2 import (
    Channel,
    Delivery,
    DeliveryStatus,
    Interaction,
    InteractionKind,
)
from attribution.v1.delivery_service_pb2 import (
    GetDeliveryRequest,
    ListDeliveriesRequest,
    RecordDeliveryRequest,
    RecordInteractionRequest,
)
from attribution.v1.event_pb2 import Event
from attribution.v1.goal_pb2 import Goal
from attribution.v1.journey_service_pb2 import (
    FinishJourneyRequest,
    GetJourneyRequest,
    ListJourneysRequest,
    StartJourneyRequest,
)
from attribution.v1.person_service_pb2 import (
    DeletePersonRequest,
    GetPersonRequest,
    UpdateAttributesRequest,
)
from attribution.v1.rule_pb2 import RulePlace
from attribution.v1.rule_service_pb2 import (
    BacktestRequest,
    CheckRuleRequest,
    SimulateRequest,
    SimulateStep,
    TryRuleRequest,
)
from attribution.v1.segment_pb2 import MembershipChange, Segment, SegmentChange
from attribution.v1.segment_service_pb2 import (
    CreateSegmentRequest,
    DeleteSegmentRequest,
    GetSegmentRequest,
    ListSegmentsRequest,
    UpdateSegmentRequest,
)
from google.protobuf.field_mask_pb2 import FieldMask

from attribution_client._convert import Properties, to_enum, to_struct, to_timestamp


def create_campaign(campaign: Campaign) -> CreateCampaignRequest:
    """Build the request of CreateCampaign."""
    return CreateCampaignRequest(campaign=campaign)


def get_campaign(campaign_id: str) -> GetCampaignRequest:
    """Build the request of GetCampaign."""
    return GetCampaignRequest(campaign_id=campaign_id)


def list_campaigns(page_size: int, include_archived: bool) -> ListCampaignsRequest:
    """Build the request of ListCampaigns for the first page."""
    return ListCampaignsRequest(page_size=page_size, include_archived=include_archived)


def list_revisions(campaign_id: str, page_size: int) -> ListRevisionsRequest:
    """Build the request of ListRevisions for the first page."""
    return ListRevisionsRequest(campaign_id=campaign_id, page_size=page_size)


def archive_campaign(campaign_id: str, etag: str) -> ArchiveCampaignRequest:
    """Build the request of ArchiveCampaign."""
    return ArchiveCampaignRequest(campaign_id=campaign_id, etag=etag)


def update_campaign(campaign: Campaign, update_mask: Sequence[str]) -> UpdateCampaignRequest:
    """Build the request of UpdateCampaign.

    Raises:
        TypeError: The mask is a text instead of a list of them.
    """
    request = UpdateCampaignRequest(campaign=campaign)
    if paths := _listed(update_mask, "update_mask", "paths"):
        request.update_mask.CopyFrom(FieldMask(paths=paths))
    return request


def _listed(values: Sequence[str], path: str, what: str) -> list[str]:
    """The texts of a list, for which one text is easily taken."""
    if isinstance(values, str):
        raise TypeError(f"{path}: expected a list of {what}, such as [{values!r}]")
    return list(values)


def start_journey(
    person_id: str,
    journey_id: str,
    campaign_id: str,
    trigger_properties: Properties | None,
) -> StartJourneyRequest:
    """Build the request of StartJourney."""
    request = StartJourneyRequest(
        person_id=person_id, journey_id=journey_id, campaign_id=campaign_id
    )
    if trigger_properties is not None:
        request.trigger_properties.CopyFrom(to_struct(trigger_properties, "trigger_properties"))
    return request


def get_journey(person_id: str, journey_id: str) -> GetJourneyRequest:
    """Build the request of GetJourney."""
    return GetJourneyRequest(person_id=person_id, journey_id=journey_id)


def list_journeys(person_id: str, campaign_id: str, page_size: int) -> ListJourneysRequest:
    """Build the request of ListJourneys for the first page."""
    return ListJourneysRequest(person_id=person_id, campaign_id=campaign_id, page_size=page_size)


def finish_journey(person_id: str, journey_id: str) -> FinishJourneyRequest:
    """Build the request of FinishJourney."""
    return FinishJourneyRequest(person_id=person_id, journey_id=journey_id)


def record_delivery(
    person_id: str,
    delivery_id: str,
    journey_id: str,
    channel: Channel | str,
    action_id: str,
    status: DeliveryStatus | str | None,
    sent_time: datetime | None,
    campaign_id: str,
) -> RecordDeliveryRequest:
    """Build the request of RecordDelivery."""
    delivery = Delivery(
        person_id=person_id,
        delivery_id=delivery_id,
        journey_id=journey_id,
        channel=cast(Channel, to_enum(channel, Channel, "CHANNEL_", "channel")),
        action_id=action_id,
        campaign_id=campaign_id,
    )
    if status is not None:
        delivery.status = cast(
            DeliveryStatus, to_enum(status, DeliveryStatus, "DELIVERY_STATUS_", "status")
        )
    if sent_time is not None:
        delivery.sent_time.CopyFrom(to_timestamp(sent_time, "sent_time"))
    return RecordDeliveryRequest(delivery=delivery)


def record_interaction(
    person_id: str,
    delivery_id: str,
    kind: InteractionKind | str,
    time: datetime,
    machine: bool,
    untracked: bool,
) -> RecordInteractionRequest:
    """Build the request of RecordInteraction."""
    interaction = Interaction(
        kind=cast(InteractionKind, to_enum(kind, InteractionKind, "INTERACTION_KIND_", "kind")),
        machine=machine,
        untracked=untracked,
        time=to_timestamp(time, "time"),
    )
    return RecordInteractionRequest(
        person_id=person_id, delivery_id=delivery_id, interaction=interaction
    )


def get_delivery(person_id: str, delivery_id: str) -> GetDeliveryRequest:
    """Build the request of GetDelivery."""
    return GetDeliveryRequest(person_id=person_id, delivery_id=delivery_id)


def list_deliveries(person_id: str, journey_id: str, page_size: int) -> ListDeliveriesRequest:
    """Build the request of ListDeliveries for the first page."""
    return ListDeliveriesRequest(person_id=person_id, journey_id=journey_id, page_size=page_size)


def evaluate(
    event_id: str,
    person_id: str,
    name: str,
    properties: Properties | None,
    occurred_time: datetime | None,
    person_attributes: Properties | None,
    validate_only: bool,
    explain: bool,
    properties_json: bytes | str | None = None,
) -> EvaluateRequest:
    """Build the request of Evaluate.

    Raises:
        ValueError: The properties are given both ways.
    """
    event = Event(event_id=event_id, person_id=person_id, name=name)
    if properties is not None:
        event.properties.CopyFrom(to_struct(properties, "properties"))
    if properties_json is not None:
        if properties is not None:
            raise ValueError("properties_json: goes without properties: send them one way")
        given = properties_json
        event.properties_json = given.encode() if isinstance(given, str) else given
    if occurred_time is not None:
        event.occurred_time.CopyFrom(to_timestamp(occurred_time, "occurred_time"))
    request = EvaluateRequest(event=event, validate_only=validate_only, explain=explain)
    if person_attributes is not None:
        request.person_attributes.CopyFrom(to_struct(person_attributes, "person_attributes"))
    return request


def evaluate_segment_change(
    person_id: str,
    segment_id: str,
    change: MembershipChange | str,
    change_id: str,
    person_attributes: Properties | None,
    validate_only: bool,
    explain: bool,
) -> EvaluateRequest:
    """Build the request of Evaluate for a segment that was entered or left."""
    found = to_enum(change, MembershipChange, "MEMBERSHIP_CHANGE_", "change")
    told = SegmentChange(
        person_id=person_id,
        segment_id=segment_id,
        change=cast(MembershipChange, found),
        change_id=change_id,
    )
    request = EvaluateRequest(segment_change=told, validate_only=validate_only, explain=explain)
    if person_attributes is not None:
        request.person_attributes.CopyFrom(to_struct(person_attributes, "person_attributes"))
    return request


def check_exit_batch(checks: Sequence[CheckExitRequest]) -> CheckExitBatchRequest:
    """Build the request of CheckExitBatch."""
    return CheckExitBatchRequest(checks=checks)


def evaluate_batch(requests: Sequence[EvaluateRequest]) -> EvaluateBatchRequest:
    """Build the request of EvaluateBatch."""
    return EvaluateBatchRequest(requests=requests)


def explain(person_id: str, event_id: str | None, delivery_id: str | None) -> ExplainRequest:
    """Build the request of Explain."""
    if event_id is not None and delivery_id is not None:
        raise ValueError("event_id and delivery_id: only one of them can be explained")
    return ExplainRequest(person_id=person_id, event_id=event_id, delivery_id=delivery_id)


def ingest(items: Sequence[IngestItem]) -> IngestRequest:
    """Build the request of Ingest."""
    return IngestRequest(items=items)


def create_segment(segment: Segment) -> CreateSegmentRequest:
    """Build the request of CreateSegment."""
    return CreateSegmentRequest(segment=segment)


def get_segment(segment_id: str) -> GetSegmentRequest:
    """Build the request of GetSegment."""
    return GetSegmentRequest(segment_id=segment_id)


def list_segments(page_size: int) -> ListSegmentsRequest:
    """Build the request of ListSegments for the first page."""
    return ListSegmentsRequest(page_size=page_size)


def update_segment(segment: Segment, update_mask: Sequence[str]) -> UpdateSegmentRequest:
    """Build the request of UpdateSegment.

    Raises:
        TypeError: The mask is a text instead of a list of them.
    """
    request = UpdateSegmentRequest(segment=segment)
    if paths := _listed(update_mask, "update_mask", "paths"):
        request.update_mask.CopyFrom(FieldMask(paths=paths))
    return request


def delete_segment(segment_id: str, etag: str) -> DeleteSegmentRequest:
    """Build the request of DeleteSegment."""
    return DeleteSegmentRequest(segment_id=segment_id, etag=etag)


def update_attributes(
    person_id: str,
    attributes: Properties | None,
    remove_names: Sequence[str],
    update_id: str,
    explain: bool,
) -> UpdateAttributesRequest:
    """Build the request of UpdateAttributes.

    Raises:
        TypeError: The names are a text instead of a list of them.
    """
    request = UpdateAttributesRequest(
        person_id=person_id,
        remove_names=_listed(remove_names, "remove_names", "names"),
        update_id=update_id,
        explain=explain,
    )
    if attributes is not None:
        request.attributes.CopyFrom(to_struct(attributes, "attributes"))
    return request


def get_person(person_id: str) -> GetPersonRequest:
    """Build the request of GetPerson."""
    return GetPersonRequest(person_id=person_id)


def delete_person(person_id: str) -> DeletePersonRequest:
    """Build the request of DeletePerson."""
    return DeletePersonRequest(person_id=person_id)


def check_exit(
    person_id: str, journey_id: str, next_step: NextStep | str | None
) -> CheckExitRequest:
    """Build the request of CheckExit."""
    request = CheckExitRequest(person_id=person_id, journey_id=journey_id)
    if next_step is not None:
        request.next_step = cast(NextStep, to_enum(next_step, NextStep, "NEXT_STEP_", "next_step"))
    return request


def check_rule(source: str, place: RulePlace | str, without_trigger: bool) -> CheckRuleRequest:
    """Build the request of CheckRule."""
    return CheckRuleRequest(source=source, place=_place(place), without_trigger=without_trigger)


def try_rule(
    source: str,
    place: RulePlace | str,
    event: Properties | None,
    trigger: Properties | None,
    person: Properties | None,
    now: datetime | None,
    without_trigger: bool,
    segments: Sequence[str],
) -> TryRuleRequest:
    """Build the request of TryRule.

    Raises:
        TypeError: The segments are a text instead of a list of them.
    """
    request = TryRuleRequest(
        source=source,
        place=_place(place),
        without_trigger=without_trigger,
        segments=_listed(segments, "segments", "ids"),
    )
    for name, properties in (("event", event), ("trigger", trigger), ("person", person)):
        if properties is not None:
            getattr(request, name).CopyFrom(to_struct(properties, name))
    if now is not None:
        request.now.CopyFrom(to_timestamp(now, "now"))
    return request


def simulate(
    steps: Sequence[SimulateStep],
    campaigns: Sequence[Campaign],
    segments: Sequence[Segment],
    stored_campaign_ids: Sequence[str],
    stored_segment_ids: Sequence[str],
) -> SimulateRequest:
    """Build the request of Simulate.

    Raises:
        TypeError: The ids are a text instead of a list of them.
    """
    return SimulateRequest(
        stored_segment_ids=_listed(stored_segment_ids, "stored_segment_ids", "ids"),
        stored_campaign_ids=_listed(stored_campaign_ids, "stored_campaign_ids", "ids"),
        segments=segments,
        campaigns=campaigns,
        steps=steps,
    )


def backtest(
    campaign_id: str,
    goal: Goal,
    webhook_action_ids: Sequence[str] | None,
    start_time: datetime | None,
    end_time: datetime | None,
    max_conversions: int | None,
) -> BacktestRequest:
    """Build the request of Backtest.

    Raises:
        TypeError: The ids are a text instead of a list of them.
    """
    ids = _listed(webhook_action_ids or (), "webhook_action_ids", "ids")
    request = BacktestRequest(
        campaign_id=campaign_id,
        goal=goal,
        webhook_action_ids=ids,
        without_webhooks=webhook_action_ids is not None and not ids,
    )
    if start_time is not None:
        request.start_time.CopyFrom(to_timestamp(start_time, "start_time"))
    if end_time is not None:
        request.end_time.CopyFrom(to_timestamp(end_time, "end_time"))
    if max_conversions is not None:
        request.max_conversions = max_conversions
    return request


def _place(place: RulePlace | str) -> RulePlace:
    return cast(RulePlace, to_enum(place, RulePlace, "RULE_PLACE_", "place"))
