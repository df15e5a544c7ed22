import datetime

from attribution.v1 import rule_pb2 as _rule_pb2
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
