import datetime

from attribution.v1 import conversion_pb2 as _conversion_pb2
from attribution.v1 import delivery_service_pb2 as _delivery_service_pb2
from attribution.v1 import error_reason_pb2 as _error_reason_pb2
from attribution.v1 import event_pb2 as _event_pb2
from attribution.v1 import explanation_pb2 as _explanation_pb2
from attribution.v1 import journey_pb2 as _journey_pb2
from attribution.v1 import journey_service_pb2 as _journey_service_pb2
from attribution.v1 import person_service_pb2 as _person_service_pb2
from attribution.v1 import segment_pb2 as _segment_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NextStep(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NEXT_STEP_UNSPECIFIED: _ClassVar[NextStep]
    NEXT_STEP_EMAIL: _ClassVar[NextStep]
    NEXT_STEP_SMS: _ClassVar[NextStep]
    NEXT_STEP_PUSH: _ClassVar[NextStep]
    NEXT_STEP_WHATSAPP: _ClassVar[NextStep]
    NEXT_STEP_IN_APP: _ClassVar[NextStep]
    NEXT_STEP_WEBHOOK: _ClassVar[NextStep]
    NEXT_STEP_SLACK: _ClassVar[NextStep]
    NEXT_STEP_CREATE_OR_UPDATE_PERSON: _ClassVar[NextStep]
    NEXT_STEP_CREATE_EVENT: _ClassVar[NextStep]
    NEXT_STEP_DATA_ACTION: _ClassVar[NextStep]
    NEXT_STEP_WAIT: _ClassVar[NextStep]
NEXT_STEP_UNSPECIFIED: NextStep
NEXT_STEP_EMAIL: NextStep
NEXT_STEP_SMS: NextStep
NEXT_STEP_PUSH: NextStep
NEXT_STEP_WHATSAPP: NextStep
NEXT_STEP_IN_APP: NextStep
NEXT_STEP_WEBHOOK: NextStep
NEXT_STEP_SLACK: NextStep
NEXT_STEP_CREATE_OR_UPDATE_PERSON: NextStep
NEXT_STEP_CREATE_EVENT: NextStep
NEXT_STEP_DATA_ACTION: NextStep
NEXT_STEP_WAIT: NextStep

class EvaluateRequest(_message.Message):
    __slots__ = ("event", "segment_change", "person_attributes", "validate_only", "explain")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_CHANGE_FIELD_NUMBER: _ClassVar[int]
    PERSON_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.Event
    segment_change: _segment_pb2.SegmentChange
    person_attributes: _struct_pb2.Struct
    validate_only: bool
    explain: bool
    def __init__(self, event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., segment_change: _Optional[_Union[_segment_pb2.SegmentChange, _Mapping]] = ..., person_attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., validate_only: bool = ..., explain: bool = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = ("conversions", "achieved_journeys", "replayed", "explanation")
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    conversions: _containers.RepeatedCompositeFieldContainer[_conversion_pb2.Conversion]
    achieved_journeys: _containers.RepeatedScalarFieldContainer[str]
    replayed: bool
    explanation: _explanation_pb2.Explanation
    def __init__(self, conversions: _Optional[_Iterable[_Union[_conversion_pb2.Conversion, _Mapping]]] = ..., achieved_journeys: _Optional[_Iterable[str]] = ..., replayed: bool = ..., explanation: _Optional[_Union[_explanation_pb2.Explanation, _Mapping]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("person_id", "event_id", "delivery_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    event_id: str
    delivery_id: str
    def __init__(self, person_id: _Optional[str] = ..., event_id: _Optional[str] = ..., delivery_id: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("arrival_time", "event_name", "conversions", "achieved_journeys", "explanation")
    ARRIVAL_TIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    arrival_time: _timestamp_pb2.Timestamp
    event_name: str
    conversions: _containers.RepeatedCompositeFieldContainer[_conversion_pb2.Conversion]
    achieved_journeys: _containers.RepeatedScalarFieldContainer[str]
    explanation: _explanation_pb2.Explanation
    def __init__(self, arrival_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_name: _Optional[str] = ..., conversions: _Optional[_Iterable[_Union[_conversion_pb2.Conversion, _Mapping]]] = ..., achieved_journeys: _Optional[_Iterable[str]] = ..., explanation: _Optional[_Union[_explanation_pb2.Explanation, _Mapping]] = ...) -> None: ...

class CheckExitRequest(_message.Message):
    __slots__ = ("person_id", "journey_id", "next_step")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    journey_id: str
    next_step: NextStep
    def __init__(self, person_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., next_step: _Optional[_Union[NextStep, str]] = ...) -> None: ...

class CheckExitResponse(_message.Message):
    __slots__ = ("exit", "reason", "exit_time", "detail")
    EXIT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXIT_TIME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    exit: bool
    reason: _journey_pb2.ExitReason
    exit_time: _timestamp_pb2.Timestamp
    detail: str
    def __init__(self, exit: bool = ..., reason: _Optional[_Union[_journey_pb2.ExitReason, str]] = ..., exit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detail: _Optional[str] = ...) -> None: ...

class CheckExitBatchRequest(_message.Message):
    __slots__ = ("checks",)
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[CheckExitRequest]
    def __init__(self, checks: _Optional[_Iterable[_Union[CheckExitRequest, _Mapping]]] = ...) -> None: ...

class CheckExitBatchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CheckExitResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CheckExitResult, _Mapping]]] = ...) -> None: ...

class CheckExitResult(_message.Message):
    __slots__ = ("answer", "error")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    answer: CheckExitResponse
    error: BatchError
    def __init__(self, answer: _Optional[_Union[CheckExitResponse, _Mapping]] = ..., error: _Optional[_Union[BatchError, _Mapping]] = ...) -> None: ...

class BatchError(_message.Message):
    __slots__ = ("code", "reason", "message", "metadata", "field", "retry_delay")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RETRY_DELAY_FIELD_NUMBER: _ClassVar[int]
    code: int
    reason: _error_reason_pb2.ErrorReason
    message: str
    metadata: _containers.ScalarMap[str, str]
    field: str
    retry_delay: _duration_pb2.Duration
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[_Union[_error_reason_pb2.ErrorReason, str]] = ..., message: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ..., field: _Optional[str] = ..., retry_delay: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class EvaluateBatchRequest(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[EvaluateRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[EvaluateRequest, _Mapping]]] = ...) -> None: ...

class EvaluateBatchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[EvaluateResult]
    def __init__(self, results: _Optional[_Iterable[_Union[EvaluateResult, _Mapping]]] = ...) -> None: ...

class EvaluateResult(_message.Message):
    __slots__ = ("answer", "error", "abridged")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ABRIDGED_FIELD_NUMBER: _ClassVar[int]
    answer: EvaluateResponse
    error: BatchError
    abridged: bool
    def __init__(self, answer: _Optional[_Union[EvaluateResponse, _Mapping]] = ..., error: _Optional[_Union[BatchError, _Mapping]] = ..., abridged: bool = ...) -> None: ...

class EvaluateStreamRequest(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[EvaluateRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[EvaluateRequest, _Mapping]]] = ...) -> None: ...

class EvaluateStreamResponse(_message.Message):
    __slots__ = ("results", "error")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[EvaluateResult]
    error: BatchError
    def __init__(self, results: _Optional[_Iterable[_Union[EvaluateResult, _Mapping]]] = ..., error: _Optional[_Union[BatchError, _Mapping]] = ...) -> None: ...

class IngestRequest(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[IngestItem]
    def __init__(self, items: _Optional[_Iterable[_Union[IngestItem, _Mapping]]] = ...) -> None: ...

class IngestItem(_message.Message):
    __slots__ = ("start_journey", "finish_journey", "record_delivery", "record_interaction", "evaluate", "check_exit", "update_attributes")
    START_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    FINISH_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    RECORD_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    RECORD_INTERACTION_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_FIELD_NUMBER: _ClassVar[int]
    CHECK_EXIT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    start_journey: _journey_service_pb2.StartJourneyRequest
    finish_journey: _journey_service_pb2.FinishJourneyRequest
    record_delivery: _delivery_service_pb2.RecordDeliveryRequest
    record_interaction: _delivery_service_pb2.RecordInteractionRequest
    evaluate: EvaluateRequest
    check_exit: CheckExitRequest
    update_attributes: _person_service_pb2.UpdateAttributesRequest
    def __init__(self, start_journey: _Optional[_Union[_journey_service_pb2.StartJourneyRequest, _Mapping]] = ..., finish_journey: _Optional[_Union[_journey_service_pb2.FinishJourneyRequest, _Mapping]] = ..., record_delivery: _Optional[_Union[_delivery_service_pb2.RecordDeliveryRequest, _Mapping]] = ..., record_interaction: _Optional[_Union[_delivery_service_pb2.RecordInteractionRequest, _Mapping]] = ..., evaluate: _Optional[_Union[EvaluateRequest, _Mapping]] = ..., check_exit: _Optional[_Union[CheckExitRequest, _Mapping]] = ..., update_attributes: _Optional[_Union[_person_service_pb2.UpdateAttributesRequest, _Mapping]] = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IngestResult]
    def __init__(self, results: _Optional[_Iterable[_Union[IngestResult, _Mapping]]] = ...) -> None: ...

class IngestResult(_message.Message):
    __slots__ = ("start_journey", "finish_journey", "record_delivery", "record_interaction", "evaluate", "check_exit", "update_attributes", "error", "abridged")
    START_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    FINISH_JOURNEY_FIELD_NUMBER: _ClassVar[int]
    RECORD_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    RECORD_INTERACTION_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_FIELD_NUMBER: _ClassVar[int]
    CHECK_EXIT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ABRIDGED_FIELD_NUMBER: _ClassVar[int]
    start_journey: _journey_service_pb2.StartJourneyResponse
    finish_journey: _journey_service_pb2.FinishJourneyResponse
    record_delivery: _delivery_service_pb2.RecordDeliveryResponse
    record_interaction: _delivery_service_pb2.RecordInteractionResponse
    evaluate: EvaluateResponse
    check_exit: CheckExitResponse
    update_attributes: _person_service_pb2.UpdateAttributesResponse
    error: BatchError
    abridged: bool
    def __init__(self, start_journey: _Optional[_Union[_journey_service_pb2.StartJourneyResponse, _Mapping]] = ..., finish_journey: _Optional[_Union[_journey_service_pb2.FinishJourneyResponse, _Mapping]] = ..., record_delivery: _Optional[_Union[_delivery_service_pb2.RecordDeliveryResponse, _Mapping]] = ..., record_interaction: _Optional[_Union[_delivery_service_pb2.RecordInteractionResponse, _Mapping]] = ..., evaluate: _Optional[_Union[EvaluateResponse, _Mapping]] = ..., check_exit: _Optional[_Union[CheckExitResponse, _Mapping]] = ..., update_attributes: _Optional[_Union[_person_service_pb2.UpdateAttributesResponse, _Mapping]] = ..., error: _Optional[_Union[BatchError, _Mapping]] = ..., abridged: bool = ...) -> None: ...
