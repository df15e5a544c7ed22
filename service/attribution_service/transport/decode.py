"""Requests to commands: every field checked, every fault told with its field."""

from collections.abc import Callable

from attribution.v1 import (
    attribution_service_pb2,
    campaign_pb2,
    campaign_service_pb2,
    delivery_pb2,
    delivery_service_pb2,
    event_pb2,
    goal_pb2,
    journey_service_pb2,
)

from attribution_service.core.commands import (
    ArchiveCampaign,
    ChangeMembership,
    CheckExit,
    CreateCampaign,
    Definition,
    EvaluateEvent,
    FinishJourney,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
    UpdateCampaign,
)
from attribution_service.core.model import (
    Achievement,
    Basis,
    CampaignKind,
    Channel,
    DeliveryStatus,
    EntersSegment,
    ExitPolicy,
    Goal,
    InteractionKind,
    LeavesSegment,
    Match,
    PerformsEvent,
    SegmentTrigger,
)
from attribution_service.core.refusals import Reason
from attribution_service.transport import enums, masks
from attribution_service.transport.encode import definition_message
from attribution_service.transport.fields import (
    MAX_TRIGGER_SEGMENTS,
    MAX_WEBHOOK_ACTIONS,
    Fields,
)


def create_campaign(request: campaign_service_pb2.CreateCampaignRequest) -> CreateCampaign:
    """Raises Refusal."""
    fields = Fields()
    if not request.HasField("campaign"):
        fields.fault("campaign", Reason.FIELD_REQUIRED, "is required")
        fields.done()
    definition = _definition(request.campaign, fields)
    fields.done()
    return CreateCampaign(definition)


def update_campaign(request: campaign_service_pb2.UpdateCampaignRequest) -> UpdateCampaign:
    """Raises Refusal; what depends on the campaign as it is comes out when it is carried out."""
    fields = Fields()
    campaign_id = fields.identifier("campaign.campaign_id", request.campaign.campaign_id)
    paths = masks.paths(request.campaign, request.update_mask, masks.MUTABLE, fields)
    if request.campaign.kind:
        fields.enum("campaign.kind", request.campaign.kind, enums.CAMPAIGN_KIND)
    fields.done()
    return UpdateCampaign(campaign_id, request.campaign.etag, _change(request.campaign, paths))


def archive_campaign(request: campaign_service_pb2.ArchiveCampaignRequest) -> ArchiveCampaign:
    """Raises Refusal."""
    fields = Fields()
    campaign_id = fields.identifier("campaign_id", request.campaign_id)
    fields.done()
    return ArchiveCampaign(campaign_id, request.etag)


def _change(wanted: campaign_pb2.Campaign, paths: list[str]) -> Callable[[Definition], Definition]:
    def change(before: Definition) -> Definition:
        message = definition_message(before)
        masks.merge(wanted, message, paths)
        fields = Fields()
        after = _definition(message, fields)
        fields.done()
        return after

    return change


def _definition(campaign: campaign_pb2.Campaign, fields: Fields) -> Definition:
    known, policy = enums.CAMPAIGN_KIND, enums.EXIT_POLICY
    kind = fields.enum("campaign.kind", campaign.kind, known, CampaignKind.TRIGGERED)
    newsletter = kind is CampaignKind.NEWSLETTER
    default = ExitPolicy.NEVER if newsletter else ExitPolicy.NO_LONGER_MATCHING
    trigger = _trigger(campaign, fields)
    return Definition(
        campaign_id=fields.identifier("campaign.campaign_id", campaign.campaign_id),
        display_name=fields.text("campaign.display_name", campaign.display_name),
        kind=kind,
        trigger_event_name=trigger if isinstance(trigger, str) else None,
        goal=goal_of(campaign.goal, "campaign.goal", fields) if campaign.HasField("goal") else None,
        exit_policy=fields.enum("campaign.exit_policy", campaign.exit_policy, policy, default),
        # A set: another order, or one named twice, is no other campaign.
        webhook_action_ids=fields.identifiers(
            "campaign.webhook_action_ids", campaign.webhook_action_ids, MAX_WEBHOOK_ACTIONS
        ),
        trigger_segments=trigger if isinstance(trigger, SegmentTrigger) else None,
        audience_filter=fields.rule("campaign.audience_filter", campaign.audience_filter),
    )


_MATCHES = {"any_segment": Match.ANY, "all_segments": Match.ALL}


def _trigger(campaign: campaign_pb2.Campaign, fields: Fields) -> str | SegmentTrigger | None:
    """The name of the event, or the segments; None: there is no trigger."""
    if not campaign.HasField("trigger"):
        return None
    trigger = campaign.trigger
    source = trigger.WhichOneof("source")
    if source in (None, "event_name"):
        return fields.identifier("campaign.trigger.event_name", trigger.event_name)
    field = f"campaign.trigger.{source}.segment_ids"
    found = getattr(trigger, source).segment_ids
    if not found:
        fields.fault(field, Reason.FIELD_REQUIRED, "is required: name at least one segment")
    return SegmentTrigger(_MATCHES[source], fields.identifiers(field, found, MAX_TRIGGER_SEGMENTS))


def goal_of(goal: goal_pb2.Goal, place: str, fields: Fields) -> Goal:
    """The goal that stands at this place of a request."""
    achievement = _achievement(goal, place, fields)
    window_us = None
    if goal.HasField("window"):
        window_us = fields.window_us(f"{place}.window", goal.window)
    return Goal(
        achievement,
        window_us=window_us,
        basis=fields.enum(f"{place}.basis", goal.basis, enums.BASIS, Basis.RECEIVED),
        value=fields.rule(f"{place}.value", goal.value),
        count_machine_interactions=goal.count_machine_interactions,
    )


def _achievement(goal: goal_pb2.Goal, place: str, fields: Fields) -> Achievement:
    match goal.WhichOneof("achievement"):
        case "performs_event":
            performs = goal.performs_event
            field = f"{place}.performs_event"
            return PerformsEvent(
                fields.identifier(f"{field}.event_name", performs.event_name),
                fields.rule(f"{field}.filter", performs.filter),
            )
        case "enters_segment":
            field = f"{place}.enters_segment.segment_id"
            return EntersSegment(fields.identifier(field, goal.enters_segment.segment_id))
        case "leaves_segment":
            field = f"{place}.leaves_segment.segment_id"
            return LeavesSegment(fields.identifier(field, goal.leaves_segment.segment_id))
        case _:
            fields.fault(
                f"{place}.achievement",
                Reason.FIELD_REQUIRED,
                "is required: set performs_event, enters_segment or leaves_segment",
            )
            return PerformsEvent("")


def start_journey(request: journey_service_pb2.StartJourneyRequest) -> StartJourney:
    """Raises Refusal."""
    fields = Fields()
    command = StartJourney(
        person_id=fields.identifier("person_id", request.person_id),
        journey_id=fields.identifier("journey_id", request.journey_id),
        campaign_id=fields.identifier("campaign_id", request.campaign_id),
        trigger_properties=fields.struct("trigger_properties", request.trigger_properties),
    )
    fields.done()
    return command


def finish_journey(request: journey_service_pb2.FinishJourneyRequest) -> FinishJourney:
    """Raises Refusal."""
    fields = Fields()
    command = FinishJourney(
        person_id=fields.identifier("person_id", request.person_id),
        journey_id=fields.identifier("journey_id", request.journey_id),
    )
    fields.done()
    return command


def record_delivery(request: delivery_service_pb2.RecordDeliveryRequest) -> RecordDelivery:
    """Raises Refusal."""
    fields = Fields()
    if not request.HasField("delivery"):
        fields.fault("delivery", Reason.FIELD_REQUIRED, "is required")
        fields.done()
    command = _delivery(request.delivery, fields)
    fields.done()
    return command


def _delivery(delivery: delivery_pb2.Delivery, fields: Fields) -> RecordDelivery:
    channel = fields.enum("delivery.channel", delivery.channel, enums.CHANNEL)
    status = fields.enum(
        "delivery.status", delivery.status, enums.DELIVERY_STATUS, DeliveryStatus.SENT
    )
    if channel is Channel.WEBHOOK and not delivery.action_id.strip():
        fields.fault("delivery.action_id", Reason.FIELD_REQUIRED, "is required for a webhook")
    if delivery.HasField("sent_time") and status.rank < DeliveryStatus.SENT.rank:
        fields.fault(
            "delivery.sent_time",
            Reason.FIELD_INVALID,
            f"goes with the status SENT or BOUNCED, not {status}",
        )
    return RecordDelivery(
        person_id=fields.identifier("delivery.person_id", delivery.person_id),
        delivery_id=fields.identifier("delivery.delivery_id", delivery.delivery_id),
        # A newsletter's delivery names the campaign alone; whether it is one, the core knows.
        journey_id=(
            fields.identifier("delivery.journey_id", delivery.journey_id)
            if delivery.journey_id or not delivery.campaign_id
            else ""
        ),
        campaign_id=fields.text("delivery.campaign_id", delivery.campaign_id),
        action_id=fields.text("delivery.action_id", delivery.action_id),
        channel=channel,
        status=status,
        sent_us=fields.time_us("delivery.sent_time", delivery, "sent_time"),
    )


def record_interaction(
    request: delivery_service_pb2.RecordInteractionRequest,
) -> RecordInteraction:
    """Raises Refusal."""
    fields = Fields()
    interaction = request.interaction
    if not request.HasField("interaction"):
        fields.fault("interaction", Reason.FIELD_REQUIRED, "is required")
        fields.done()
    kind = fields.enum("interaction.kind", interaction.kind, enums.INTERACTION_KIND)
    if interaction.untracked and kind is InteractionKind.OPENED:
        fields.fault(
            "interaction.untracked", Reason.FIELD_INVALID, "is about clicks, and this is an open"
        )
    command = RecordInteraction(
        person_id=fields.identifier("person_id", request.person_id),
        delivery_id=fields.identifier("delivery_id", request.delivery_id),
        kind=kind,
        machine=interaction.machine,
        untracked=interaction.untracked,
        time_us=fields.time_us("interaction.time", interaction, "time"),
    )
    fields.done()
    return command


def evaluate(
    request: attribution_service_pb2.EvaluateRequest,
) -> EvaluateEvent | ChangeMembership:
    """Raises Refusal."""
    fields = Fields()
    given = request.WhichOneof("input")
    if given is None:
        what = "is required: set event or segment_change"
        fields.fault("input", Reason.FIELD_REQUIRED, what)
        fields.done()
    if given == "segment_change":
        return _segment_change(request, fields)
    event: event_pb2.Event = request.event
    if event.properties_json and event.HasField("properties"):
        what = "goes without properties: send them one way"
        fields.fault("event.properties_json", Reason.FIELD_INVALID, what)
    command = EvaluateEvent(
        person_id=fields.identifier("event.person_id", event.person_id),
        event_id=fields.identifier("event.event_id", event.event_id),
        name=fields.identifier("event.name", event.name),
        properties=fields.properties("event.properties", event.properties, event.properties_json),
        occurred_us=fields.time_us("event.occurred_time", event, "occurred_time"),
        person_attributes=fields.struct("person_attributes", request.person_attributes),
        validate_only=request.validate_only,
        explain=request.explain,
    )
    fields.done()
    return command


def _segment_change(
    request: attribution_service_pb2.EvaluateRequest, fields: Fields
) -> ChangeMembership:
    change, field = request.segment_change, "segment_change"
    command = ChangeMembership(
        person_id=fields.identifier(f"{field}.person_id", change.person_id),
        segment_id=fields.identifier(f"{field}.segment_id", change.segment_id),
        change=fields.enum(f"{field}.change", change.change, enums.MEMBERSHIP_CHANGE),
        change_id=fields.optional_identifier(f"{field}.change_id", change.change_id),
        person_attributes=fields.struct("person_attributes", request.person_attributes),
        validate_only=request.validate_only,
        explain=request.explain,
    )
    fields.done()
    return command


def check_exit(request: attribution_service_pb2.CheckExitRequest) -> CheckExit:
    """Raises Refusal."""
    fields = Fields()
    next_step = None
    if request.next_step:
        next_step = fields.enum("next_step", request.next_step, enums.NEXT_STEP)
    command = CheckExit(
        person_id=fields.identifier("person_id", request.person_id),
        journey_id=fields.identifier("journey_id", request.journey_id),
        next_step=next_step,
    )
    fields.done()
    return command
