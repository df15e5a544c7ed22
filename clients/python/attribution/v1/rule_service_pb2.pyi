import datetime

from attribution.v1 import attribution_service_pb2 as _attribution_service_pb2
from attribution.v1 import backtest_pb2 as _backtest_pb2
from attribution.v1 import campaign_pb2 as _campaign_pb2
from attribution.v1 import campaign_service_pb2 as _campaign_service_pb2
from attribution.v1 import delivery_service_pb2 as _delivery_service_pb2
from attribution.v1 import goal_pb2 as _goal_pb2
from attribution.v1 import journey_service_pb2 as _journey_service_pb2
from attribution.v1 import person_service_pb2 as _person_service_pb2
from attribution.v1 import rule_pb2 as _rule_pb2
from attribution.v1 import segment_pb2 as _segment_pb2
from attribution.v1 import segment_service_pb2 as _segment_service_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CheckRuleRequest(_message.Message):
    __slots__ = ("source", "place", "without_trigger")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_TRIGGER_FIELD_NUMBER: _ClassVar[int]
    source: str
    place: _rule_pb2.RulePlace
    without_trigger: bool
    def __init__(self, source: _Optional[str] = ..., place: _Optional[_Union[_rule_pb2.RulePlace, str]] = ..., without_trigger: bool = ...) -> None: ...

class CheckRuleResponse(_message.Message):
    __slots__ = ("valid", "formatted", "reads", "diagnostics")
    VALID_FIELD_NUMBER: _ClassVar[int]
    FORMATTED_FIELD_NUMBER: _ClassVar[int]
    READS_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    formatted: str
    reads: _containers.RepeatedCompositeFieldContainer[_rule_pb2.RuleRead]
    diagnostics: _containers.RepeatedCompositeFieldContainer[_rule_pb2.RuleDiagnostic]
    def __init__(self, valid: bool = ..., formatted: _Optional[str] = ..., reads: _Optional[_Iterable[_Union[_rule_pb2.RuleRead, _Mapping]]] = ..., diagnostics: _Optional[_Iterable[_Union[_rule_pb2.RuleDiagnostic, _Mapping]]] = ...) -> None: ...

class TryRuleRequest(_message.Message):
    __slots__ = ("source", "place", "without_trigger", "event", "trigger", "person", "now", "segments")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_TRIGGER_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    source: str
    place: _rule_pb2.RulePlace
    without_trigger: bool
    event: _struct_pb2.Struct
    trigger: _struct_pb2.Struct
    person: _struct_pb2.Struct
    now: _timestamp_pb2.Timestamp
    segments: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, source: _Optional[str] = ..., place: _Optional[_Union[_rule_pb2.RulePlace, str]] = ..., without_trigger: bool = ..., event: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., trigger: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., person: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., segments: _Optional[_Iterable[str]] = ...) -> None: ...

class TryRuleResponse(_message.Message):
    __slots__ = ("valid", "diagnostics", "result", "parts", "parts_cut", "missing")
    VALID_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PARTS_CUT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    diagnostics: _containers.RepeatedCompositeFieldContainer[_rule_pb2.RuleDiagnostic]
    result: _rule_pb2.RuleOutcome
    parts: _containers.RepeatedCompositeFieldContainer[_rule_pb2.RulePart]
    parts_cut: bool
    missing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, valid: bool = ..., diagnostics: _Optional[_Iterable[_Union[_rule_pb2.RuleDiagnostic, _Mapping]]] = ..., result: _Optional[_Union[_rule_pb2.RuleOutcome, _Mapping]] = ..., parts: _Optional[_Iterable[_Union[_rule_pb2.RulePart, _Mapping]]] = ..., parts_cut: bool = ..., missing: _Optional[_Iterable[str]] = ...) -> None: ...

class SimulateRequest(_message.Message):
    __slots__ = ("stored_segment_ids", "stored_campaign_ids", "segments", "campaigns", "steps")
    STORED_SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    STORED_CAMPAIGN_IDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGNS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    stored_segment_ids: _containers.RepeatedScalarFieldContainer[str]
    stored_campaign_ids: _containers.RepeatedScalarFieldContainer[str]
    segments: _containers.RepeatedCompositeFieldContainer[_segment_pb2.Segment]
    campaigns: _containers.RepeatedCompositeFieldContainer[_campaign_pb2.Campaign]
    steps: _containers.RepeatedCompositeFieldContainer[SimulateStep]
    def __init__(self, stored_segment_ids: _Optional[_Iterable[str]] = ..., stored_campaign_ids: _Optional[_Iterable[str]] = ..., segments: _Optional[_Iterable[_Union[_segment_pb2.Segment, _Mapping]]] = ..., campaigns: _Optional[_Iterable[_Union[_campaign_pb2.Campaign, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[SimulateStep, _Mapping]]] = ...) -> None: ...

class SimulateStep(_message.Message):
    __slots__ = ("time", "start_journey", "finish_journey", "record_delivery", "record_interaction", "evaluate", "check_exit", "update_attributes", "get_person", "create_campaign", "update_campaign", "archive_campaign", "create_segment", "update_segment", "delete_segment", "delete_person")
    TIME_FIELD_NUMBER: _ClassVar[int]
    START_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    FINISH_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    RECORD_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    RECORD_INTERACTION_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_FIELD_NUMBER: _ClassVar[int]
    CHECK_EXIT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    GET_PERSON_FIELD_NUMBER: _ClassVar[int]
    CREATE_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UPDATE_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CREATE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    DELETE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    DELETE_PERSON_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    start_journey: _journey_service_pb2.StartJourneyRequest
    finish_journey: _journey_service_pb2.FinishJourneyRequest
    record_delivery: _delivery_service_pb2.RecordDeliveryRequest
    record_interaction: _delivery_service_pb2.RecordInteractionRequest
    evaluate: _attribution_service_pb2.EvaluateRequest
    check_exit: _attribution_service_pb2.CheckExitRequest
    update_attributes: _person_service_pb2.UpdateAttributesRequest
    get_person: _person_service_pb2.GetPersonRequest
    create_campaign: _campaign_service_pb2.CreateCampaignRequest
    update_campaign: _campaign_service_pb2.UpdateCampaignRequest
    archive_campaign: _campaign_service_pb2.ArchiveCampaignRequest
    create_segment: _segment_service_pb2.CreateSegmentRequest
    update_segment: _segment_service_pb2.UpdateSegmentRequest
    delete_segment: _segment_service_pb2.DeleteSegmentRequest
    delete_person: _person_service_pb2.DeletePersonRequest
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_journey: _Optional[_Union[_journey_service_pb2.StartJourneyRequest, _Mapping]] = ..., finish_journey: _Optional[_Union[_journey_service_pb2.FinishJourneyRequest, _Mapping]] = ..., record_delivery: _Optional[_Union[_delivery_service_pb2.RecordDeliveryRequest, _Mapping]] = ..., record_interaction: _Optional[_Union[_delivery_service_pb2.RecordInteractionRequest, _Mapping]] = ..., evaluate: _Optional[_Union[_attribution_service_pb2.EvaluateRequest, _Mapping]] = ..., check_exit: _Optional[_Union[_attribution_service_pb2.CheckExitRequest, _Mapping]] = ..., update_attributes: _Optional[_Union[_person_service_pb2.UpdateAttributesRequest, _Mapping]] = ..., get_person: _Optional[_Union[_person_service_pb2.GetPersonRequest, _Mapping]] = ..., create_campaign: _Optional[_Union[_campaign_service_pb2.CreateCampaignRequest, _Mapping]] = ..., update_campaign: _Optional[_Union[_campaign_service_pb2.UpdateCampaignRequest, _Mapping]] = ..., archive_campaign: _Optional[_Union[_campaign_service_pb2.ArchiveCampaignRequest, _Mapping]] = ..., create_segment: _Optional[_Union[_segment_service_pb2.CreateSegmentRequest, _Mapping]] = ..., update_segment: _Optional[_Union[_segment_service_pb2.UpdateSegmentRequest, _Mapping]] = ..., delete_segment: _Optional[_Union[_segment_service_pb2.DeleteSegmentRequest, _Mapping]] = ..., delete_person: _Optional[_Union[_person_service_pb2.DeletePersonRequest, _Mapping]] = ...) -> None: ...

class SimulateResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SimulateResult]
    def __init__(self, results: _Optional[_Iterable[_Union[SimulateResult, _Mapping]]] = ...) -> None: ...

class SimulateResult(_message.Message):
    __slots__ = ("error", "start_journey", "finish_journey", "record_delivery", "record_interaction", "evaluate", "check_exit", "update_attributes", "get_person", "create_campaign", "update_campaign", "archive_campaign", "create_segment", "update_segment", "delete_segment", "delete_person")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    START_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    FINISH_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    RECORD_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    RECORD_INTERACTION_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_FIELD_NUMBER: _ClassVar[int]
    CHECK_EXIT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    GET_PERSON_FIELD_NUMBER: _ClassVar[int]
    CREATE_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UPDATE_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    CREATE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    DELETE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    DELETE_PERSON_FIELD_NUMBER: _ClassVar[int]
    error: _attribution_service_pb2.BatchError
    start_journey: _journey_service_pb2.StartJourneyResponse
    finish_journey: _journey_service_pb2.FinishJourneyResponse
    record_delivery: _delivery_service_pb2.RecordDeliveryResponse
    record_interaction: _delivery_service_pb2.RecordInteractionResponse
    evaluate: _attribution_service_pb2.EvaluateResponse
    check_exit: _attribution_service_pb2.CheckExitResponse
    update_attributes: _person_service_pb2.UpdateAttributesResponse
    get_person: _person_service_pb2.GetPersonResponse
    create_campaign: _campaign_service_pb2.CreateCampaignResponse
    update_campaign: _campaign_service_pb2.UpdateCampaignResponse
    archive_campaign: _campaign_service_pb2.ArchiveCampaignResponse
    create_segment: _segment_service_pb2.CreateSegmentResponse
    update_segment: _segment_service_pb2.UpdateSegmentResponse
    delete_segment: _segment_service_pb2.DeleteSegmentResponse
    delete_person: _person_service_pb2.DeletePersonResponse
    def __init__(self, error: _Optional[_Union[_attribution_service_pb2.BatchError, _Mapping]] = ..., start_journey: _Optional[_Union[_journey_service_pb2.StartJourneyResponse, _Mapping]] = ..., finish_journey: _Optional[_Union[_journey_service_pb2.FinishJourneyResponse, _Mapping]] = ..., record_delivery: _Optional[_Union[_delivery_service_pb2.RecordDeliveryResponse, _Mapping]] = ..., record_interaction: _Optional[_Union[_delivery_service_pb2.RecordInteractionResponse, _Mapping]] = ..., evaluate: _Optional[_Union[_attribution_service_pb2.EvaluateResponse, _Mapping]] = ..., check_exit: _Optional[_Union[_attribution_service_pb2.CheckExitResponse, _Mapping]] = ..., update_attributes: _Optional[_Union[_person_service_pb2.UpdateAttributesResponse, _Mapping]] = ..., get_person: _Optional[_Union[_person_service_pb2.GetPersonResponse, _Mapping]] = ..., create_campaign: _Optional[_Union[_campaign_service_pb2.CreateCampaignResponse, _Mapping]] = ..., update_campaign: _Optional[_Union[_campaign_service_pb2.UpdateCampaignResponse, _Mapping]] = ..., archive_campaign: _Optional[_Union[_campaign_service_pb2.ArchiveCampaignResponse, _Mapping]] = ..., create_segment: _Optional[_Union[_segment_service_pb2.CreateSegmentResponse, _Mapping]] = ..., update_segment: _Optional[_Union[_segment_service_pb2.UpdateSegmentResponse, _Mapping]] = ..., delete_segment: _Optional[_Union[_segment_service_pb2.DeleteSegmentResponse, _Mapping]] = ..., delete_person: _Optional[_Union[_person_service_pb2.DeletePersonResponse, _Mapping]] = ...) -> None: ...

class BacktestRequest(_message.Message):
    __slots__ = ("campaign_id", "goal", "webhook_action_ids", "without_webhooks", "start_time", "end_time", "max_conversions")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_ACTION_IDS_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_WEBHOOKS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    MAX_CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    goal: _goal_pb2.Goal
    webhook_action_ids: _containers.RepeatedScalarFieldContainer[str]
    without_webhooks: bool
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    max_conversions: int
    def __init__(self, campaign_id: _Optional[str] = ..., goal: _Optional[_Union[_goal_pb2.Goal, _Mapping]] = ..., webhook_action_ids: _Optional[_Iterable[str]] = ..., without_webhooks: bool = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., max_conversions: _Optional[int] = ...) -> None: ...

class BacktestResponse(_message.Message):
    __slots__ = ("progress", "conversion", "summary")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    progress: _backtest_pb2.BacktestProgress
    conversion: _backtest_pb2.BacktestConversion
    summary: _backtest_pb2.BacktestSummary
    def __init__(self, progress: _Optional[_Union[_backtest_pb2.BacktestProgress, _Mapping]] = ..., conversion: _Optional[_Union[_backtest_pb2.BacktestConversion, _Mapping]] = ..., summary: _Optional[_Union[_backtest_pb2.BacktestSummary, _Mapping]] = ...) -> None: ...
