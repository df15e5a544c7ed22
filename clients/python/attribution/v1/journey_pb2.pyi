import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JourneyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOURNEY_STATE_UNSPECIFIED: _ClassVar[JourneyState]
    JOURNEY_STATE_ACTIVE: _ClassVar[JourneyState]
    JOURNEY_STATE_FINISHED: _ClassVar[JourneyState]
    JOURNEY_STATE_EXITED: _ClassVar[JourneyState]

class ExitReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXIT_REASON_UNSPECIFIED: _ClassVar[ExitReason]
    EXIT_REASON_GOAL: _ClassVar[ExitReason]
    EXIT_REASON_NO_LONGER_MATCHING: _ClassVar[ExitReason]
    EXIT_REASON_FINISHED: _ClassVar[ExitReason]
JOURNEY_STATE_UNSPECIFIED: JourneyState
JOURNEY_STATE_ACTIVE: JourneyState
JOURNEY_STATE_FINISHED: JourneyState
JOURNEY_STATE_EXITED: JourneyState
EXIT_REASON_UNSPECIFIED: ExitReason
EXIT_REASON_GOAL: ExitReason
EXIT_REASON_NO_LONGER_MATCHING: ExitReason
EXIT_REASON_FINISHED: ExitReason

class Journey(_message.Message):
    __slots__ = ("journey_id", "campaign_id", "person_id", "revision", "trigger_properties", "state", "exit_reason", "start_time", "end_time", "achieve_time")
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EXIT_REASON_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ACHIEVE_TIME_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    campaign_id: str
    person_id: str
    revision: int
    trigger_properties: _struct_pb2.Struct
    state: JourneyState
    exit_reason: ExitReason
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    achieve_time: _timestamp_pb2.Timestamp
    def __init__(self, journey_id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., person_id: _Optional[str] = ..., revision: _Optional[int] = ..., trigger_properties: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., state: _Optional[_Union[JourneyState, str]] = ..., exit_reason: _Optional[_Union[ExitReason, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., achieve_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
