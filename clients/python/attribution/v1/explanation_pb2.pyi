from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_CONVERTED: _ClassVar[Verdict]
    VERDICT_FILTER_FALSE: _ClassVar[Verdict]
    VERDICT_PROPERTY_MISSING: _ClassVar[Verdict]
    VERDICT_OUTSIDE_WINDOW: _ClassVar[Verdict]
    VERDICT_NO_QUALIFYING_INTERACTION: _ClassVar[Verdict]
    VERDICT_CHANNEL_CANNOT_CONVERT: _ClassVar[Verdict]
    VERDICT_ALREADY_CONVERTED: _ClassVar[Verdict]
    VERDICT_ALREADY_IN_SEGMENT: _ClassVar[Verdict]
    VERDICT_NO_JOURNEY: _ClassVar[Verdict]
    VERDICT_FILTER_ERROR: _ClassVar[Verdict]
    VERDICT_NOT_SENT: _ClassVar[Verdict]
    VERDICT_BOUNCED: _ClassVar[Verdict]
    VERDICT_EARLIER_TOUCH: _ClassVar[Verdict]
    VERDICT_NO_DELIVERY: _ClassVar[Verdict]
    VERDICT_NOT_WATCHED: _ClassVar[Verdict]
    VERDICT_EXITED_AT_START: _ClassVar[Verdict]
    VERDICT_NO_CHANGE: _ClassVar[Verdict]
VERDICT_UNSPECIFIED: Verdict
VERDICT_CONVERTED: Verdict
VERDICT_FILTER_FALSE: Verdict
VERDICT_PROPERTY_MISSING: Verdict
VERDICT_OUTSIDE_WINDOW: Verdict
VERDICT_NO_QUALIFYING_INTERACTION: Verdict
VERDICT_CHANNEL_CANNOT_CONVERT: Verdict
VERDICT_ALREADY_CONVERTED: Verdict
VERDICT_ALREADY_IN_SEGMENT: Verdict
VERDICT_NO_JOURNEY: Verdict
VERDICT_FILTER_ERROR: Verdict
VERDICT_NOT_SENT: Verdict
VERDICT_BOUNCED: Verdict
VERDICT_EARLIER_TOUCH: Verdict
VERDICT_NO_DELIVERY: Verdict
VERDICT_NOT_WATCHED: Verdict
VERDICT_EXITED_AT_START: Verdict
VERDICT_NO_CHANGE: Verdict

class Explanation(_message.Message):
    __slots__ = ("verdicts",)
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    verdicts: _containers.RepeatedCompositeFieldContainer[ExplanationVerdict]
    def __init__(self, verdicts: _Optional[_Iterable[_Union[ExplanationVerdict, _Mapping]]] = ...) -> None: ...

class ExplanationVerdict(_message.Message):
    __slots__ = ("verdict", "campaign_id", "journey_id", "delivery_id", "detail", "values", "values_cut", "note")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    VALUES_CUT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    verdict: Verdict
    campaign_id: str
    journey_id: str
    delivery_id: str
    detail: str
    values: _containers.RepeatedCompositeFieldContainer[SeenValue]
    values_cut: bool
    note: str
    def __init__(self, verdict: _Optional[_Union[Verdict, str]] = ..., campaign_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., delivery_id: _Optional[str] = ..., detail: _Optional[str] = ..., values: _Optional[_Iterable[_Union[SeenValue, _Mapping]]] = ..., values_cut: bool = ..., note: _Optional[str] = ...) -> None: ...

class SeenValue(_message.Message):
    __slots__ = ("path", "value", "absent", "cut", "of_now")
    PATH_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    OF_NOW_FIELD_NUMBER: _ClassVar[int]
    path: str
    value: _struct_pb2.Value
    absent: bool
    cut: bool
    of_now: bool
    def __init__(self, path: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., absent: bool = ..., cut: bool = ..., of_now: bool = ...) -> None: ...
