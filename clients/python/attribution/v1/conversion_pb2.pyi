import datetime

from attribution.v1 import delivery_pb2 as _delivery_pb2
from attribution.v1 import goal_pb2 as _goal_pb2
from attribution.v1 import segment_pb2 as _segment_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Conversion(_message.Message):
    __slots__ = ("delivery_id", "journey_id", "campaign_id", "person_id", "event_id", "revision", "conversion_time", "basis", "basis_time", "window", "filter", "value", "candidates", "candidate_count", "segment_change")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_TIME_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    BASIS_TIME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_CHANGE_FIELD_NUMBER: _ClassVar[int]
    delivery_id: str
    journey_id: str
    campaign_id: str
    person_id: str
    event_id: str
    revision: int
    conversion_time: _timestamp_pb2.Timestamp
    basis: _goal_pb2.Basis
    basis_time: _timestamp_pb2.Timestamp
    window: _duration_pb2.Duration
    filter: str
    value: float
    candidates: _containers.RepeatedCompositeFieldContainer[Candidate]
    candidate_count: int
    segment_change: _segment_pb2.SegmentChange
    def __init__(self, delivery_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., person_id: _Optional[str] = ..., event_id: _Optional[str] = ..., revision: _Optional[int] = ..., conversion_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., basis: _Optional[_Union[_goal_pb2.Basis, str]] = ..., basis_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., filter: _Optional[str] = ..., value: _Optional[float] = ..., candidates: _Optional[_Iterable[_Union[Candidate, _Mapping]]] = ..., candidate_count: _Optional[int] = ..., segment_change: _Optional[_Union[_segment_pb2.SegmentChange, _Mapping]] = ...) -> None: ...

class Candidate(_message.Message):
    __slots__ = ("delivery_id", "journey_id", "action_id", "channel", "sent_time", "basis_time", "already_converted")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SENT_TIME_FIELD_NUMBER: _ClassVar[int]
    BASIS_TIME_FIELD_NUMBER: _ClassVar[int]
    ALREADY_CONVERTED_FIELD_NUMBER: _ClassVar[int]
    delivery_id: str
    journey_id: str
    action_id: str
    channel: _delivery_pb2.Channel
    sent_time: _timestamp_pb2.Timestamp
    basis_time: _timestamp_pb2.Timestamp
    already_converted: bool
    def __init__(self, delivery_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., action_id: _Optional[str] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., sent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., basis_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., already_converted: bool = ...) -> None: ...
