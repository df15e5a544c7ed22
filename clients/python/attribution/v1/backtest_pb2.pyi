import datetime

from attribution.v1 import conversion_pb2 as _conversion_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BacktestNoteKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BACKTEST_NOTE_KIND_UNSPECIFIED: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_EVENTS_NOT_RECORDED: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_EVENTS_RECORDED_SINCE: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_ATTRIBUTES_OF_TODAY: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_BOUNCES_UNDATED: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_SENDS_UNDATED: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_PEOPLE_DELETED: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_SENT_AFTER_GOAL: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_FILTER_WITHOUT_ANSWER: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_VALUE_WITHOUT_ANSWER: _ClassVar[BacktestNoteKind]
    BACKTEST_NOTE_KIND_DELIVERIES_REMOVED: _ClassVar[BacktestNoteKind]
BACKTEST_NOTE_KIND_UNSPECIFIED: BacktestNoteKind
BACKTEST_NOTE_KIND_EVENTS_NOT_RECORDED: BacktestNoteKind
BACKTEST_NOTE_KIND_EVENTS_RECORDED_SINCE: BacktestNoteKind
BACKTEST_NOTE_KIND_ATTRIBUTES_OF_TODAY: BacktestNoteKind
BACKTEST_NOTE_KIND_BOUNCES_UNDATED: BacktestNoteKind
BACKTEST_NOTE_KIND_SENDS_UNDATED: BacktestNoteKind
BACKTEST_NOTE_KIND_PEOPLE_DELETED: BacktestNoteKind
BACKTEST_NOTE_KIND_SENT_AFTER_GOAL: BacktestNoteKind
BACKTEST_NOTE_KIND_FILTER_WITHOUT_ANSWER: BacktestNoteKind
BACKTEST_NOTE_KIND_VALUE_WITHOUT_ANSWER: BacktestNoteKind
BACKTEST_NOTE_KIND_DELIVERIES_REMOVED: BacktestNoteKind

class BacktestProgress(_message.Message):
    __slots__ = ("journeys", "journey_count", "people", "events", "conversions")
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_COUNT_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    journeys: int
    journey_count: int
    people: int
    events: int
    conversions: int
    def __init__(self, journeys: _Optional[int] = ..., journey_count: _Optional[int] = ..., people: _Optional[int] = ..., events: _Optional[int] = ..., conversions: _Optional[int] = ...) -> None: ...

class BacktestConversion(_message.Message):
    __slots__ = ("conversion", "recorded")
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    conversion: _conversion_pb2.Conversion
    recorded: bool
    def __init__(self, conversion: _Optional[_Union[_conversion_pb2.Conversion, _Mapping]] = ..., recorded: bool = ...) -> None: ...

class BacktestFigures(_message.Message):
    __slots__ = ("conversions", "people", "total_value", "without_value")
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_VALUE_FIELD_NUMBER: _ClassVar[int]
    conversions: int
    people: int
    total_value: float
    without_value: int
    def __init__(self, conversions: _Optional[int] = ..., people: _Optional[int] = ..., total_value: _Optional[float] = ..., without_value: _Optional[int] = ...) -> None: ...

class BacktestSummary(_message.Message):
    __slots__ = ("start_time", "end_time", "journeys", "people", "deliveries", "events", "backtest", "recorded", "both", "only_backtest", "only_recorded", "achieved_journeys", "exits", "shown", "notes")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    BACKTEST_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    BOTH_FIELD_NUMBER: _ClassVar[int]
    ONLY_BACKTEST_FIELD_NUMBER: _ClassVar[int]
    ONLY_RECORDED_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    journeys: int
    people: int
    deliveries: int
    events: int
    backtest: BacktestFigures
    recorded: BacktestFigures
    both: int
    only_backtest: int
    only_recorded: int
    achieved_journeys: int
    exits: int
    shown: int
    notes: _containers.RepeatedCompositeFieldContainer[BacktestNote]
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., journeys: _Optional[int] = ..., people: _Optional[int] = ..., deliveries: _Optional[int] = ..., events: _Optional[int] = ..., backtest: _Optional[_Union[BacktestFigures, _Mapping]] = ..., recorded: _Optional[_Union[BacktestFigures, _Mapping]] = ..., both: _Optional[int] = ..., only_backtest: _Optional[int] = ..., only_recorded: _Optional[int] = ..., achieved_journeys: _Optional[int] = ..., exits: _Optional[int] = ..., shown: _Optional[int] = ..., notes: _Optional[_Iterable[_Union[BacktestNote, _Mapping]]] = ...) -> None: ...

class BacktestNote(_message.Message):
    __slots__ = ("kind", "text", "count", "time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    kind: BacktestNoteKind
    text: str
    count: int
    time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[BacktestNoteKind, str]] = ..., text: _Optional[str] = ..., count: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
