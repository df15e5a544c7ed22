"""Each method sends the request that it should and returns the response."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from attribution.v1 import (
    attribution_service_pb2,
    campaign_service_pb2,
    delivery_service_pb2,
    journey_service_pb2,
    person_service_pb2,
    report_service_pb2,
    rule_service_pb2,
    segment_service_pb2,
)
from attribution_client import (
    AsyncAttributionClient,
    AttributionClient,
    BacktestSummary,
    Campaign,
    CampaignRevision,
    Channel,
    CheckExitRequest,
    CheckExitResponse,
    CheckExitResult,
    Conversion,
    CreditSettings,
    Delivery,
    DeliveryStatus,
    EvaluateRequest,
    EvaluateResponse,
    EvaluateResult,
    Goal,
    IngestItem,
    IngestResult,
    InteractionKind,
    Journey,
    MembershipChange,
    NextStep,
    PerformsEvent,
    Person,
    PersonActivity,
    RulePlace,
    Segment,
    SimulateResult,
    SimulateStep,
    Trigger,
)
from clients.callers import NOW
from clients.fake_service import MODULES, FakeService
from google.protobuf import json_format
from google.protobuf.message import Message

CEST = timezone(timedelta(hours=2))
CAMPAIGN = Campaign(
    campaign_id="c1",
    trigger=Trigger(event_name="course_started"),
    goal=Goal(performs_event=PerformsEvent(event_name="course_finished")),
)
JOURNEY = Journey(journey_id="j1", person_id="p1")
STEP = SimulateStep(
    time=datetime(2025, 3, 1, 12, tzinfo=CEST), check_exit=CheckExitRequest(person_id="p1")
)
SIMULATED = rule_service_pb2.SimulateResponse(
    results=[SimulateResult(check_exit=CheckExitResponse(exit=True))]
)
TRIED = rule_service_pb2.BacktestResponse(summary=BacktestSummary(both=1))
ACTIVITY = PersonActivity(journey_id="j1")
CONVERSION = Conversion(delivery_id="d1")
WATCHED = report_service_pb2.WatchConversionsResponse(conversion=CONVERSION, cursor="7")
STREAMED = attribution_service_pb2.EvaluateStreamResponse(
    results=[EvaluateResult(answer=EvaluateResponse(replayed=True))]
)
REVISION = CampaignRevision(revision=1)
SEGMENT = Segment(segment_id="s1", rule="has(person.a)")
DELIVERY = Delivery(delivery_id="d1", person_id="p1")


@dataclass(frozen=True, slots=True)
class Case:
    method: str
    """The client's method."""
    rpc: str
    named: dict[str, Any]
    sent: dict[str, Any]
    """The request, as JSON."""
    answer: Message
    """What the service answers."""
    args: tuple[Any, ...] = ()
    items: list[Message] | None = None
    """What a list gives; None: the method returns the answer."""
    note: str = field(default="")


CASES = [
    Case(
        "create_campaign",
        "CreateCampaign",
        {},
        {"campaign": json_format.MessageToDict(CAMPAIGN)},
        campaign_service_pb2.CreateCampaignResponse(campaign=CAMPAIGN),
        args=(CAMPAIGN,),
    ),
    Case(
        "get_campaign",
        "GetCampaign",
        {"campaign_id": "c1"},
        {"campaignId": "c1"},
        campaign_service_pb2.GetCampaignResponse(campaign=CAMPAIGN),
    ),
    Case(
        "list_campaigns",
        "ListCampaigns",
        {"page_size": 7},
        {"pageSize": 7},
        campaign_service_pb2.ListCampaignsResponse(campaigns=[CAMPAIGN]),
        items=[CAMPAIGN],
    ),
    Case(
        "update_campaign",
        "UpdateCampaign",
        {"update_mask": ["goal", "display_name"]},
        {"campaign": json_format.MessageToDict(CAMPAIGN), "updateMask": "goal,displayName"},
        campaign_service_pb2.UpdateCampaignResponse(campaign=CAMPAIGN),
        args=(CAMPAIGN,),
    ),
    Case(
        "update_campaign",
        "UpdateCampaign",
        {},
        {"campaign": json_format.MessageToDict(CAMPAIGN)},
        campaign_service_pb2.UpdateCampaignResponse(campaign=CAMPAIGN),
        args=(CAMPAIGN,),
        note="without a mask",
    ),
    Case(
        "start_journey",
        "StartJourney",
        {
            "person_id": "p1",
            "journey_id": "j1",
            "campaign_id": "c1",
            "trigger_properties": {"course_id": "py101"},
        },
        {
            "personId": "p1",
            "journeyId": "j1",
            "campaignId": "c1",
            "triggerProperties": {"course_id": "py101"},
        },
        journey_service_pb2.StartJourneyResponse(journey=JOURNEY, replayed=True),
    ),
    Case(
        "start_journey",
        "StartJourney",
        {"person_id": "p1", "journey_id": "j1", "campaign_id": "c1"},
        {"personId": "p1", "journeyId": "j1", "campaignId": "c1"},
        journey_service_pb2.StartJourneyResponse(journey=JOURNEY),
        note="without properties",
    ),
    Case(
        "get_journey",
        "GetJourney",
        {},
        {"personId": "p1", "journeyId": "j1"},
        journey_service_pb2.GetJourneyResponse(journey=JOURNEY),
        args=("p1", "j1"),
    ),
    Case(
        "list_journeys",
        "ListJourneys",
        {"campaign_id": "c1", "page_size": 3},
        {"personId": "p1", "campaignId": "c1", "pageSize": 3},
        journey_service_pb2.ListJourneysResponse(journeys=[JOURNEY]),
        args=("p1",),
        items=[JOURNEY],
    ),
    Case(
        "finish_journey",
        "FinishJourney",
        {},
        {"personId": "p1", "journeyId": "j1"},
        journey_service_pb2.FinishJourneyResponse(journey=JOURNEY),
        args=("p1", "j1"),
    ),
    Case(
        "record_delivery",
        "RecordDelivery",
        {
            "person_id": "p1",
            "delivery_id": "d1",
            "journey_id": "j1",
            "campaign_id": "c1",
            "action_id": "email-1",
            "channel": "EMAIL",
            "status": DeliveryStatus.DELIVERY_STATUS_BOUNCED,
            "sent_time": datetime(2025, 3, 1, 12, 0, 0, 5, tzinfo=CEST),
        },
        {
            "delivery": {
                "personId": "p1",
                "deliveryId": "d1",
                "journeyId": "j1",
                "campaignId": "c1",
                "actionId": "email-1",
                "channel": "CHANNEL_EMAIL",
                "status": "DELIVERY_STATUS_BOUNCED",
                "sentTime": "2025-03-01T10:00:00.000005Z",
            }
        },
        delivery_service_pb2.RecordDeliveryResponse(delivery=DELIVERY),
    ),
    Case(
        "record_delivery",
        "RecordDelivery",
        {
            "person_id": "p1",
            "delivery_id": "d1",
            "journey_id": "j1",
            "channel": Channel.CHANNEL_SMS,
            "status": "delivery_status_queued",
        },
        {
            "delivery": {
                "personId": "p1",
                "deliveryId": "d1",
                "journeyId": "j1",
                "channel": "CHANNEL_SMS",
                "status": "DELIVERY_STATUS_QUEUED",
            }
        },
        delivery_service_pb2.RecordDeliveryResponse(delivery=DELIVERY),
        note="without times",
    ),
    Case(
        "record_interaction",
        "RecordInteraction",
        {
            "person_id": "p1",
            "delivery_id": "d1",
            "kind": "CLICKED",
            "time": datetime(2025, 3, 1, 12, tzinfo=CEST),
            "machine": True,
            "untracked": True,
        },
        {
            "personId": "p1",
            "deliveryId": "d1",
            "interaction": {
                "kind": "INTERACTION_KIND_CLICKED",
                "time": "2025-03-01T10:00:00Z",
                "machine": True,
                "untracked": True,
            },
        },
        delivery_service_pb2.RecordInteractionResponse(delivery=DELIVERY),
    ),
    Case(
        "record_interaction",
        "RecordInteraction",
        {
            "person_id": "p1",
            "delivery_id": "d1",
            "kind": InteractionKind.INTERACTION_KIND_OPENED,
        },
        {
            "personId": "p1",
            "deliveryId": "d1",
            "interaction": {
                "kind": "INTERACTION_KIND_OPENED",
                "time": NOW.isoformat().replace("+00:00", "Z"),
            },
        },
        delivery_service_pb2.RecordInteractionResponse(delivery=DELIVERY),
        note="the time filled in",
    ),
    Case(
        "get_delivery",
        "GetDelivery",
        {},
        {"personId": "p1", "deliveryId": "d1"},
        delivery_service_pb2.GetDeliveryResponse(delivery=DELIVERY),
        args=("p1", "d1"),
    ),
    Case(
        "list_deliveries",
        "ListDeliveries",
        {"journey_id": "j1"},
        {"personId": "p1", "journeyId": "j1"},
        delivery_service_pb2.ListDeliveriesResponse(deliveries=[DELIVERY]),
        args=("p1",),
        items=[DELIVERY],
    ),
    Case(
        "evaluate",
        "Evaluate",
        {
            "event_id": "e1",
            "person_id": "p1",
            "name": "course_finished",
            "properties": {"course_id": "py101", "score": 0.5, "tags": ["a", None, True]},
            "occurred_time": datetime(2025, 3, 1, 12, tzinfo=CEST),
            "person_attributes": {"status": "premium"},
            "validate_only": True,
            "explain": True,
        },
        {
            "event": {
                "eventId": "e1",
                "personId": "p1",
                "name": "course_finished",
                "properties": {"course_id": "py101", "score": 0.5, "tags": ["a", None, True]},
                "occurredTime": "2025-03-01T10:00:00Z",
            },
            "personAttributes": {"status": "premium"},
            "validateOnly": True,
            "explain": True,
        },
        attribution_service_pb2.EvaluateResponse(conversions=[Conversion(delivery_id="d1")]),
    ),
    Case(
        "evaluate",
        "Evaluate",
        {"event_id": "e1", "person_id": "p1", "name": "course_finished"},
        {"event": {"eventId": "e1", "personId": "p1", "name": "course_finished"}},
        attribution_service_pb2.EvaluateResponse(replayed=True),
        note="only what is required",
    ),
    Case(
        "check_exit",
        "CheckExit",
        {},
        {"personId": "p1", "journeyId": "j1"},
        attribution_service_pb2.CheckExitResponse(exit=True),
        args=("p1", "j1"),
    ),
    Case(
        "check_exit",
        "CheckExit",
        {"person_id": "p1", "journey_id": "j1", "next_step": NextStep.NEXT_STEP_WAIT},
        {"personId": "p1", "journeyId": "j1", "nextStep": "NEXT_STEP_WAIT"},
        attribution_service_pb2.CheckExitResponse(),
        note="with a next step",
    ),
    Case(
        "list_campaigns",
        "ListCampaigns",
        {"include_archived": True},
        {"includeArchived": True},
        campaign_service_pb2.ListCampaignsResponse(campaigns=[CAMPAIGN]),
        items=[CAMPAIGN],
        note="archived too",
    ),
    Case(
        "list_revisions",
        "ListRevisions",
        {"page_size": 7},
        {"campaignId": "c1", "pageSize": 7},
        campaign_service_pb2.ListRevisionsResponse(revisions=[REVISION]),
        args=("c1",),
        items=[REVISION],
    ),
    Case(
        "archive_campaign",
        "ArchiveCampaign",
        {"etag": "v1"},
        {"campaignId": "c1", "etag": "v1"},
        campaign_service_pb2.ArchiveCampaignResponse(campaign=CAMPAIGN),
        args=("c1",),
    ),
    Case(
        "evaluate_segment_change",
        "Evaluate",
        {
            "person_id": "p1",
            "segment_id": "s1",
            "change": "left",
            "change_id": "x1",
            "person_attributes": {"a": 1},
            "validate_only": True,
            "explain": True,
        },
        {
            "segmentChange": {
                "personId": "p1",
                "segmentId": "s1",
                "change": "MEMBERSHIP_CHANGE_LEFT",
                "changeId": "x1",
            },
            "personAttributes": {"a": 1.0},
            "validateOnly": True,
            "explain": True,
        },
        attribution_service_pb2.EvaluateResponse(replayed=True),
    ),
    Case(
        "evaluate_segment_change",
        "Evaluate",
        {
            "person_id": "p1",
            "segment_id": "s1",
            "change": MembershipChange.MEMBERSHIP_CHANGE_ENTERED,
        },
        {
            "segmentChange": {
                "personId": "p1",
                "segmentId": "s1",
                "change": "MEMBERSHIP_CHANGE_ENTERED",
            }
        },
        attribution_service_pb2.EvaluateResponse(),
        note="with little",
    ),
    Case(
        "check_exit_batch",
        "CheckExitBatch",
        {},
        {"checks": [{"personId": "p1", "journeyId": "j1", "nextStep": "NEXT_STEP_WAIT"}]},
        attribution_service_pb2.CheckExitBatchResponse(
            results=[CheckExitResult(answer=CheckExitResponse(exit=True))]
        ),
        args=(
            [CheckExitRequest(person_id="p1", journey_id="j1", next_step=NextStep.NEXT_STEP_WAIT)],
        ),
    ),
    Case(
        "evaluate",
        "Evaluate",
        {
            "event_id": "e1",
            "person_id": "p1",
            "name": "paid",
            "properties_json": '{"order": 9007199254740993}',
        },
        {
            "event": {
                "eventId": "e1",
                "personId": "p1",
                "name": "paid",
                "propertiesJson": "eyJvcmRlciI6IDkwMDcxOTkyNTQ3NDA5OTN9",
            }
        },
        attribution_service_pb2.EvaluateResponse(),
        note="raw JSON",
    ),
    Case(
        "evaluate_batch",
        "EvaluateBatch",
        {},
        {"requests": [{"event": {"eventId": "e1", "properties": {"a": 1.0}}, "explain": True}]},
        attribution_service_pb2.EvaluateBatchResponse(
            results=[EvaluateResult(answer=EvaluateResponse(replayed=True))]
        ),
        args=([EvaluateRequest(event={"event_id": "e1", "properties": {"a": 1}}, explain=True)],),
    ),
    Case(
        "evaluate_stream",
        "EvaluateStream",
        {},
        {"requests": [{"event": {"eventId": "e1"}}]},
        STREAMED,
        args=([[EvaluateRequest(event={"event_id": "e1"})]],),
        items=[STREAMED],
    ),
    Case(
        "explain",
        "Explain",
        {"person_id": "p1", "event_id": "e1"},
        {"personId": "p1", "eventId": "e1"},
        attribution_service_pb2.ExplainResponse(event_name="paid"),
    ),
    Case(
        "explain",
        "Explain",
        {"person_id": "p1", "delivery_id": "d1"},
        {"personId": "p1", "deliveryId": "d1"},
        attribution_service_pb2.ExplainResponse(achieved_journeys=["j1"]),
        note="a delivery",
    ),
    Case(
        "ingest",
        "Ingest",
        {},
        {"items": [{"finishJourney": {"personId": "p1", "journeyId": "j1"}}]},
        attribution_service_pb2.IngestResponse(
            results=[IngestResult(check_exit=CheckExitResponse(exit=True))]
        ),
        args=([IngestItem(finish_journey={"person_id": "p1", "journey_id": "j1"})],),
    ),
    Case(
        "create_segment",
        "CreateSegment",
        {},
        {"segment": json_format.MessageToDict(SEGMENT)},
        segment_service_pb2.CreateSegmentResponse(segment=SEGMENT),
        args=(SEGMENT,),
    ),
    Case(
        "get_segment",
        "GetSegment",
        {},
        {"segmentId": "s1"},
        segment_service_pb2.GetSegmentResponse(segment=SEGMENT),
        args=("s1",),
    ),
    Case(
        "list_segments",
        "ListSegments",
        {"page_size": 2},
        {"pageSize": 2},
        segment_service_pb2.ListSegmentsResponse(segments=[SEGMENT]),
        items=[SEGMENT],
    ),
    Case(
        "update_segment",
        "UpdateSegment",
        {"update_mask": ["rule", "display_name"]},
        {"segment": json_format.MessageToDict(SEGMENT), "updateMask": "rule,displayName"},
        segment_service_pb2.UpdateSegmentResponse(segment=SEGMENT),
        args=(SEGMENT,),
    ),
    Case(
        "delete_segment",
        "DeleteSegment",
        {"etag": "v2"},
        {"segmentId": "s1", "etag": "v2"},
        segment_service_pb2.DeleteSegmentResponse(),
        args=("s1",),
    ),
    Case(
        "update_attributes",
        "UpdateAttributes",
        {
            "person_id": "p1",
            "attributes": {"plan": None, "age": 30},
            "remove_names": ["city"],
            "update_id": "u1",
            "explain": True,
        },
        {
            "personId": "p1",
            "attributes": {"plan": None, "age": 30.0},
            "removeNames": ["city"],
            "updateId": "u1",
            "explain": True,
        },
        person_service_pb2.UpdateAttributesResponse(entered_segment_ids=["s1"]),
    ),
    Case(
        "update_attributes",
        "UpdateAttributes",
        {"person_id": "p1"},
        {"personId": "p1"},
        person_service_pb2.UpdateAttributesResponse(),
        note="with nothing",
    ),
    Case(
        "get_person",
        "GetPerson",
        {},
        {"personId": "p1"},
        person_service_pb2.GetPersonResponse(person=Person(person_id="p1")),
        args=("p1",),
    ),
    Case(
        "delete_person",
        "DeletePerson",
        {},
        {"personId": "p1"},
        person_service_pb2.DeletePersonResponse(),
        args=("p1",),
    ),
    Case(
        "try_rule",
        "TryRule",
        {"segments": ["s1", "s2"]},
        {
            "source": "'s1' in segments",
            "place": "RULE_PLACE_AUDIENCE_FILTER",
            "segments": ["s1", "s2"],
        },
        rule_service_pb2.TryRuleResponse(valid=True),
        args=("'s1' in segments", "AUDIENCE_FILTER"),
        note="of an audience",
    ),
    Case(
        "check_rule",
        "CheckRule",
        {},
        {"source": "event.a == 1", "place": "RULE_PLACE_GOAL_FILTER"},
        rule_service_pb2.CheckRuleResponse(valid=True),
        args=("event.a == 1", "GOAL_FILTER"),
    ),
    Case(
        "check_rule",
        "CheckRule",
        {"place": RulePlace.RULE_PLACE_GOAL_VALUE, "without_trigger": True},
        {"source": "event.a", "place": "RULE_PLACE_GOAL_VALUE", "withoutTrigger": True},
        rule_service_pb2.CheckRuleResponse(formatted="event.a"),
        args=("event.a",),
        note="without a trigger",
    ),
    Case(
        "try_rule",
        "TryRule",
        {
            "event": {"a": 1},
            "trigger": {"b": None},
            "person": {"c": [True]},
            "now": datetime(2025, 3, 1, 12, tzinfo=CEST),
        },
        {
            "source": "event.a == 1",
            "place": "RULE_PLACE_GOAL_FILTER",
            "event": {"a": 1.0},
            "trigger": {"b": None},
            "person": {"c": [True]},
            "now": "2025-03-01T10:00:00Z",
        },
        rule_service_pb2.TryRuleResponse(valid=True),
        args=("event.a == 1", "GOAL_FILTER"),
    ),
    Case(
        "try_rule",
        "TryRule",
        {"event": {}, "without_trigger": True},
        {"source": "1", "place": "RULE_PLACE_GOAL_VALUE", "event": {}, "withoutTrigger": True},
        rule_service_pb2.TryRuleResponse(missing=["event.a"]),
        args=("1", "goal_value"),
        note="with little data",
    ),
    Case(
        "simulate",
        "Simulate",
        {"campaigns": [CAMPAIGN], "segments": [SEGMENT], "stored_segment_ids": ["s2"]},
        {
            "storedSegmentIds": ["s2"],
            "segments": [json_format.MessageToDict(SEGMENT)],
            "campaigns": [json_format.MessageToDict(CAMPAIGN)],
            "steps": [
                {"time": "2025-03-01T10:00:00Z", "checkExit": {"personId": "p1"}},
            ],
        },
        SIMULATED,
        args=([STEP],),
    ),
    Case(
        "simulate",
        "Simulate",
        {"stored_campaign_ids": ["c1"]},
        {"storedCampaignIds": ["c1"]},
        SIMULATED,
        args=([],),
        note="with a campaign of the server",
    ),
    Case(
        "backtest",
        "Backtest",
        {
            "webhook_action_ids": ["hook-1"],
            "start_time": datetime(2025, 3, 1, 12, tzinfo=CEST),
            "end_time": datetime(2025, 3, 2, 12, tzinfo=CEST),
            "max_conversions": 0,
        },
        {
            "campaignId": "c1",
            "goal": json_format.MessageToDict(CAMPAIGN.goal),
            "webhookActionIds": ["hook-1"],
            "startTime": "2025-03-01T10:00:00Z",
            "endTime": "2025-03-02T10:00:00Z",
            "maxConversions": 0,
        },
        TRIED,
        args=("c1", CAMPAIGN.goal),
        items=[TRIED],
    ),
    Case(
        "backtest",
        "Backtest",
        {"webhook_action_ids": []},
        {
            "campaignId": "c1",
            "goal": json_format.MessageToDict(CAMPAIGN.goal),
            "withoutWebhooks": True,
        },
        TRIED,
        args=("c1", CAMPAIGN.goal),
        items=[TRIED],
        note="without webhooks",
    ),
    Case(
        "backtest",
        "Backtest",
        {},
        {"campaignId": "c1", "goal": json_format.MessageToDict(CAMPAIGN.goal)},
        TRIED,
        args=("c1", CAMPAIGN.goal),
        items=[TRIED],
        note="by the campaign's webhooks",
    ),
    Case(
        "get_metrics",
        "GetMetrics",
        {
            "start_time": datetime(2025, 3, 1, 12, tzinfo=CEST),
            "end_time": datetime(2025, 3, 2, 12, tzinfo=CEST),
            "time_basis": "CONVERTED",
            "step": "HOUR",
            "time_zone": "Europe/Berlin",
        },
        {
            "campaignId": "c1",
            "startTime": "2025-03-01T10:00:00Z",
            "endTime": "2025-03-02T10:00:00Z",
            "timeBasis": "TIME_BASIS_CONVERTED",
            "step": "SERIES_STEP_HOUR",
            "timeZone": "Europe/Berlin",
        },
        report_service_pb2.GetMetricsResponse(total_value=2.5),
        args=("c1",),
    ),
    Case(
        "get_metrics",
        "GetMetrics",
        {"credit": "linear"},
        {"campaignId": "c1", "credit": {"model": "CREDIT_MODEL_LINEAR"}},
        report_service_pb2.GetMetricsResponse(),
        args=("c1",),
        note="with a credit model",
    ),
    Case(
        "get_metrics",
        "GetMetrics",
        {"credit": CreditSettings(model="CREDIT_MODEL_POSITION_BASED", first_percent=0)},
        {
            "campaignId": "c1",
            "credit": {"model": "CREDIT_MODEL_POSITION_BASED", "firstPercent": 0},
        },
        report_service_pb2.GetMetricsResponse(),
        args=("c1",),
        note="with the settings of a credit model",
    ),
    Case(
        "get_metrics",
        "GetMetrics",
        {},
        {"campaignId": "c1"},
        report_service_pb2.GetMetricsResponse(campaign_id="c1"),
        args=("c1",),
        note="of all time",
    ),
    Case(
        "list_conversions",
        "ListConversions",
        {"campaign_id": "c1", "action_id": "a1", "channel": "EMAIL", "page_size": 7},
        {"campaignId": "c1", "actionId": "a1", "channel": "CHANNEL_EMAIL", "pageSize": 7},
        report_service_pb2.ListConversionsResponse(conversions=[CONVERSION]),
        items=[CONVERSION],
    ),
    Case(
        "list_sent_deliveries",
        "ListSentDeliveries",
        {
            "action_id": "a1",
            "channel": Channel.CHANNEL_SMS,
            "figure": "NOT_CONVERTED",
            "start_time": datetime(2025, 3, 1, 12, tzinfo=CEST),
            "page_size": 7,
        },
        {
            "campaignId": "c1",
            "actionId": "a1",
            "channel": "CHANNEL_SMS",
            "figure": "DELIVERY_FIGURE_NOT_CONVERTED",
            "startTime": "2025-03-01T10:00:00Z",
            "pageSize": 7,
        },
        report_service_pb2.ListSentDeliveriesResponse(deliveries=[DELIVERY]),
        args=("c1",),
        items=[DELIVERY],
    ),
    Case(
        "list_started_journeys",
        "ListStartedJourneys",
        {
            "figure": "EXITED",
            "exit_reason": "GOAL",
            "end_time": datetime(2025, 3, 1, 12, tzinfo=CEST),
            "page_size": 7,
        },
        {
            "campaignId": "c1",
            "figure": "JOURNEY_FIGURE_EXITED",
            "exitReason": "EXIT_REASON_GOAL",
            "endTime": "2025-03-01T10:00:00Z",
            "pageSize": 7,
        },
        report_service_pb2.ListStartedJourneysResponse(journeys=[JOURNEY]),
        args=("c1",),
        items=[JOURNEY],
    ),
    Case(
        "list_person_sent",
        "ListPersonSent",
        {"page_size": 7},
        {"personId": "p1", "pageSize": 7},
        report_service_pb2.ListPersonSentResponse(deliveries=[DELIVERY]),
        args=("p1",),
        items=[DELIVERY],
    ),
    Case(
        "watch_conversions",
        "WatchConversions",
        {"campaign_id": "c1", "from_now": True, "end_when_caught_up": True},
        {"campaignId": "c1", "fromNow": True, "endWhenCaughtUp": True},
        WATCHED,
        items=[WATCHED],
    ),
    Case(
        "list_person_activity",
        "ListPersonActivity",
        {},
        {"personId": "p1"},
        report_service_pb2.ListPersonActivityResponse(activities=[ACTIVITY]),
        args=("p1",),
        items=[ACTIVITY],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method} {case.note}".strip())
def test_method_sends_the_request_and_returns_the_response(
    case: Case, call: Callable[..., Any], service: FakeService
) -> None:
    service.will(case.rpc, case.answer)
    got = call(case.method, *case.args, **case.named)
    (request,) = service.requests(case.rpc)
    assert json_format.MessageToDict(request) == case.sent
    assert got == (case.answer if case.items is None else case.items)


def test_every_rpc_is_in_the_table() -> None:
    rpcs = {
        method.name
        for module in MODULES
        for found in module.DESCRIPTOR.services_by_name.values()
        for method in found.methods
    }
    assert {case.rpc for case in CASES} == rpcs


def _public(kind: type) -> dict[str, list[tuple[str, object, object]]]:
    return {
        name: [
            (parameter.name, parameter.kind, parameter.default)
            for parameter in inspect.signature(method).parameters.values()
        ]
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


def test_both_forms_have_the_same_methods_and_arguments() -> None:
    assert _public(AttributionClient) == _public(AsyncAttributionClient)
    assert set(_public(AttributionClient)) == {case.method for case in CASES} | {"close"}


def test_every_method_takes_a_timeout() -> None:
    for name, parameters in _public(AttributionClient).items():
        if name != "close":
            assert "timeout" in [parameter[0] for parameter in parameters], name


@pytest.mark.parametrize(
    ("method", "args", "named"),
    [
        ("update_segment", (SEGMENT,), {"update_mask": "rule"}),
        ("update_attributes", (), {"person_id": "p1", "remove_names": "rule"}),
        ("try_rule", ("true", "AUDIENCE_FILTER"), {"segments": "rule"}),
        ("backtest", ("c1", CAMPAIGN.goal), {"webhook_action_ids": "rule"}),
        ("simulate", ([],), {"stored_campaign_ids": "rule"}),
        ("simulate", ([],), {"stored_segment_ids": "rule"}),
    ],
)
def test_a_list_that_is_a_text_is_refused(
    method: str,
    args: tuple[Any, ...],
    named: dict[str, Any],
    call: Callable[..., Any],
    service: FakeService,
) -> None:
    with pytest.raises(TypeError, match=r"expected a list of .*\['rule'\]"):
        call(method, *args, **named)
    assert service.calls == []


def test_a_mask_that_is_a_text_is_refused(call: Callable[..., Any], service: FakeService) -> None:
    with pytest.raises(TypeError, match=r"update_mask.*\['goal'\]"):
        call("update_campaign", CAMPAIGN, update_mask="goal")
    assert service.calls == []
