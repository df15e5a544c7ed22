import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Basis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BASIS_UNSPECIFIED: _ClassVar[Basis]
    BASIS_RECEIVED: _ClassVar[Basis]
    BASIS_OPENED: _ClassVar[Basis]
    BASIS_CLICKED: _ClassVar[Basis]
BASIS_UNSPECIFIED: Basis
BASIS_RECEIVED: Basis
BASIS_OPENED: Basis
BASIS_CLICKED: Basis

class Goal(_message.Message):
    __slots__ = ("performs_event", "enters_segment", "leaves_segment", "window", "basis", "value", "count_machine_interactions")
    PERFORMS_EVENT_FIELD_NUMBER: _ClassVar[int]
    ENTERS_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    LEAVES_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COUNT_MACHINE_INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    performs_event: PerformsEvent
    enters_segment: EntersSegment
    leaves_segment: LeavesSegment
    window: _duration_pb2.Duration
    basis: Basis
    value: str
    count_machine_interactions: bool
    def __init__(self, performs_event: _Optional[_Union[PerformsEvent, _Mapping]] = ..., enters_segment: _Optional[_Union[EntersSegment, _Mapping]] = ..., leaves_segment: _Optional[_Union[LeavesSegment, _Mapping]] = ..., window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., basis: _Optional[_Union[Basis, str]] = ..., value: _Optional[str] = ..., count_machine_interactions: bool = ...) -> None: ...

class PerformsEvent(_message.Message):
    __slots__ = ("event_name", "filter")
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    event_name: str
    filter: str
    def __init__(self, event_name: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class EntersSegment(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class LeavesSegment(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...
