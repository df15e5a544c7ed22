from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RulePlace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_PLACE_UNSPECIFIED: _ClassVar[RulePlace]
    RULE_PLACE_GOAL_FILTER: _ClassVar[RulePlace]
    RULE_PLACE_GOAL_VALUE: _ClassVar[RulePlace]
    RULE_PLACE_AUDIENCE_FILTER: _ClassVar[RulePlace]
    RULE_PLACE_SEGMENT: _ClassVar[RulePlace]

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_ERROR: _ClassVar[Severity]
    SEVERITY_WARNING: _ClassVar[Severity]

class RuleValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_VALUE_TYPE_UNSPECIFIED: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_NULL: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_BOOL: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_INT: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_DOUBLE: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_STRING: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_LIST: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_MAP: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_TIMESTAMP: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_DURATION: _ClassVar[RuleValueType]
    RULE_VALUE_TYPE_OPTIONAL: _ClassVar[RuleValueType]

class RuleErrorKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_ERROR_KIND_UNSPECIFIED: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_NO_SUCH_KEY: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_NO_SUCH_OVERLOAD: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_OVERFLOW: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_DIVIDE_BY_ZERO: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_OUT_OF_RANGE: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_UNSAFE_INTEGER: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_BUDGET_EXCEEDED: _ClassVar[RuleErrorKind]
    RULE_ERROR_KIND_INVALID_ARGUMENT: _ClassVar[RuleErrorKind]
RULE_PLACE_UNSPECIFIED: RulePlace
RULE_PLACE_GOAL_FILTER: RulePlace
RULE_PLACE_GOAL_VALUE: RulePlace
RULE_PLACE_AUDIENCE_FILTER: RulePlace
RULE_PLACE_SEGMENT: RulePlace
SEVERITY_UNSPECIFIED: Severity
SEVERITY_ERROR: Severity
SEVERITY_WARNING: Severity
RULE_VALUE_TYPE_UNSPECIFIED: RuleValueType
RULE_VALUE_TYPE_NULL: RuleValueType
RULE_VALUE_TYPE_BOOL: RuleValueType
RULE_VALUE_TYPE_INT: RuleValueType
RULE_VALUE_TYPE_DOUBLE: RuleValueType
RULE_VALUE_TYPE_STRING: RuleValueType
RULE_VALUE_TYPE_LIST: RuleValueType
RULE_VALUE_TYPE_MAP: RuleValueType
RULE_VALUE_TYPE_TIMESTAMP: RuleValueType
RULE_VALUE_TYPE_DURATION: RuleValueType
RULE_VALUE_TYPE_OPTIONAL: RuleValueType
RULE_ERROR_KIND_UNSPECIFIED: RuleErrorKind
RULE_ERROR_KIND_NO_SUCH_KEY: RuleErrorKind
RULE_ERROR_KIND_NO_SUCH_OVERLOAD: RuleErrorKind
RULE_ERROR_KIND_OVERFLOW: RuleErrorKind
RULE_ERROR_KIND_DIVIDE_BY_ZERO: RuleErrorKind
RULE_ERROR_KIND_OUT_OF_RANGE: RuleErrorKind
RULE_ERROR_KIND_UNSAFE_INTEGER: RuleErrorKind
RULE_ERROR_KIND_BUDGET_EXCEEDED: RuleErrorKind
RULE_ERROR_KIND_INVALID_ARGUMENT: RuleErrorKind

class RuleSpan(_message.Message):
    __slots__ = ("start_offset", "end_offset", "line", "column", "end_line", "end_column")
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    END_LINE_FIELD_NUMBER: _ClassVar[int]
    END_COLUMN_FIELD_NUMBER: _ClassVar[int]
    start_offset: int
    end_offset: int
    line: int
    column: int
    end_line: int
    end_column: int
    def __init__(self, start_offset: _Optional[int] = ..., end_offset: _Optional[int] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., end_line: _Optional[int] = ..., end_column: _Optional[int] = ...) -> None: ...

class RuleDiagnostic(_message.Message):
    __slots__ = ("severity", "code", "message", "span", "suggestion")
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_FIELD_NUMBER: _ClassVar[int]
    severity: Severity
    code: str
    message: str
    span: RuleSpan
    suggestion: str
    def __init__(self, severity: _Optional[_Union[Severity, str]] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., span: _Optional[_Union[RuleSpan, _Mapping]] = ..., suggestion: _Optional[str] = ...) -> None: ...

class RuleRead(_message.Message):
    __slots__ = ("root", "properties", "whole")
    ROOT_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    root: str
    properties: _containers.RepeatedScalarFieldContainer[str]
    whole: bool
    def __init__(self, root: _Optional[str] = ..., properties: _Optional[_Iterable[str]] = ..., whole: bool = ...) -> None: ...

class RuleValue(_message.Message):
    __slots__ = ("type", "value")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    type: RuleValueType
    value: _struct_pb2.Value
    def __init__(self, type: _Optional[_Union[RuleValueType, str]] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class RuleError(_message.Message):
    __slots__ = ("kind", "message", "path")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    kind: RuleErrorKind
    message: str
    path: str
    def __init__(self, kind: _Optional[_Union[RuleErrorKind, str]] = ..., message: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class RuleOutcome(_message.Message):
    __slots__ = ("value", "error", "turns")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    value: RuleValue
    error: RuleError
    turns: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, value: _Optional[_Union[RuleValue, _Mapping]] = ..., error: _Optional[_Union[RuleError, _Mapping]] = ..., turns: _Optional[_Iterable[int]] = ...) -> None: ...

class RulePart(_message.Message):
    __slots__ = ("span", "text", "outcomes", "evaluations")
    SPAN_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    EVALUATIONS_FIELD_NUMBER: _ClassVar[int]
    span: RuleSpan
    text: str
    outcomes: _containers.RepeatedCompositeFieldContainer[RuleOutcome]
    evaluations: int
    def __init__(self, span: _Optional[_Union[RuleSpan, _Mapping]] = ..., text: _Optional[str] = ..., outcomes: _Optional[_Iterable[_Union[RuleOutcome, _Mapping]]] = ..., evaluations: _Optional[int] = ...) -> None: ...
