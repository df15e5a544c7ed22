"""Values of the rule language to google.protobuf.Value, never larger than a caller can take."""

import math

from attribution_dsl import Duration, ErrorValue, Timestamp
from attribution_dsl.runtime import key_value
from attribution_dsl.values import NONE, OptionalValue
from google.protobuf import duration_pb2, timestamp_pb2
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

from attribution_service.transport.structs import MAX_DEPTH

MAX_VALUE_BYTES = 65_536
_TOO_DEEP = "..."
_EXACT = 2**53
_NANOSECONDS_PER_SECOND = 1_000_000_000
# What the tag and the length of a value take at the least.
_OVERHEAD = 4


class _TooLargeError(Exception):
    """The value would be larger than MAX_VALUE_BYTES."""


def message(value: object) -> Value | None:
    """The value as JSON has it, as the contract's RuleValue says; None if it is too large."""
    try:
        return _Writer().value(value, MAX_DEPTH)
    except _TooLargeError:
        return None


class _Writer:
    """Writes one value, and stops as soon as it is too large: parts of it may be shared."""

    def __init__(self) -> None:
        self._room = MAX_VALUE_BYTES

    def value(self, value: object, depth: int) -> Value:
        self._spend(_OVERHEAD)
        if isinstance(value, OptionalValue):
            return self.value(None if value is NONE else value.value, depth)
        if isinstance(value, dict | list):
            return self._container(value, depth)
        if value is None:
            return Value(null_value=NULL_VALUE)
        if isinstance(value, bool):
            return Value(bool_value=value)
        if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= _EXACT:
            return Value(number_value=value)
        return Value(string_value=self._text(_as_text(value)))

    def _container(self, value: dict[object, object] | list[object], depth: int) -> Value:
        if depth == 0:
            return Value(string_value=_TOO_DEEP)
        if isinstance(value, list):
            return Value(list_value=ListValue(values=[self.value(x, depth - 1) for x in value]))
        struct = Struct()
        for key, item in value.items():
            name = self._text(_as_text(key_value(key)))
            struct.fields[name].CopyFrom(self.value(item, depth - 1))
        return Value(struct_value=struct)

    def _text(self, text: str) -> str:
        # No text is shorter in bytes, and a huge one need not be encoded to see that.
        self._spend(len(text) if len(text) > self._room else len(text.encode()))
        return text

    def _spend(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise _TooLargeError


def _as_text(value: object) -> str:
    if isinstance(value, ErrorValue):
        return value.message
    if isinstance(value, Timestamp):
        seconds, nanos = divmod(value.nanos, _NANOSECONDS_PER_SECOND)
        return timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos).ToJsonString()
    if isinstance(value, Duration):
        length = duration_pb2.Duration()
        length.FromNanoseconds(value.nanos)
        return length.ToJsonString()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return str(value)
