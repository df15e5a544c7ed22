"""Checks of request fields: faults are collected with the paths of their fields, then told."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from attribution_service.core.definitions import MAX_WINDOW_US
from attribution_service.core.properties import EMPTY, Properties
from attribution_service.core.refusals import Reason, Refusal, Violation, shown
from attribution_service.transport.raw_json import values_of_json
from attribution_service.transport.structs import (
    MAX_DEPTH,
    StructFault,
    StructTooDeepError,
    values_of,
)

MAX_TEXT_BYTES = 255
MAX_RULE_BYTES = 4096
MAX_STRUCT_BYTES = 65_536
MAX_WEBHOOK_ACTIONS = 1_000
MAX_TRIGGER_SEGMENTS = 100
MAX_REMOVED_NAMES = 1_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NANOSECONDS_PER_SECOND = 1_000_000_000
_NANOSECONDS_PER_MICROSECOND = 1_000
_MICROSECONDS_PER_SECOND = 1_000_000
# The range of google.protobuf.Timestamp: years 1 to 9999.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799

E = TypeVar("E", bound=StrEnum)


class EnumField(Generic[E]):
    """An enum of the contract beside its twin in the core; the names agree but for the prefix."""

    def __init__(self, twin: type[E], descriptor: EnumDescriptor) -> None:
        self._prefix = descriptor.values_by_number[0].name.removesuffix("UNSPECIFIED")
        numbers = {
            value.name.removeprefix(self._prefix): value.number
            for value in descriptor.values
            if value.number
        }
        self._by_number = {numbers[member.name]: member for member in twin}
        self._numbers = {member: number for number, member in self._by_number.items()}

    def value(self, number: int) -> E | None:
        """The core's value; None if the number is not one of the contract."""
        return self._by_number.get(number)

    def number(self, value: E | None) -> Any:
        """The contract's number, an int of the stubs' own type for it; 0 (unspecified) for None."""
        return 0 if value is None else self._numbers[value]

    @property
    def any(self) -> E:
        """Some value."""
        return next(iter(self._numbers))

    @property
    def names(self) -> str:
        """The names that may be given, for messages."""
        return ", ".join(self._prefix + member.name for member in self._numbers)


class Fields:
    """Reads the fields of one request, and remembers what is wrong with them."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []
        self._metadata: dict[str, str] = {}

    def fault(self, field: str, reason: Reason, description: str) -> None:
        """Remember what is wrong with a field."""
        self._violations.append(Violation(field, reason, description))

    def too_long(self, field: str, what: str, limit: int) -> None:
        """Remember that a field is over its limit; `what` says how much it has."""
        if not self._violations:
            self._metadata = {"limit": str(limit)}
        self.fault(field, Reason.FIELD_TOO_LONG, f"{what}; at most {limit}")

    def done(self) -> None:
        """Raise Refusal if anything was wrong."""
        if not self._violations:
            return
        first = self._violations[0]
        more = len(self._violations) - 1
        message = f"{first.field}: {first.description}" + (f" (and {more} more)" if more else "")
        raise Refusal(first.reason, message, self._metadata, tuple(self._violations))

    def identifier(self, field: str, value: str) -> str:
        """A required text of at most 255 bytes without control characters."""
        # Nearly all ids are like this; the long way finds out what is wrong with the others.
        if (
            value.isascii()
            and value.isprintable()
            and 0 < len(value) <= MAX_TEXT_BYTES
            and not value.isspace()
        ):
            return value
        if not value or value.isspace():
            self.fault(field, Reason.FIELD_REQUIRED, "is required")
            return value
        return self.text(field, value)

    def optional_identifier(self, field: str, value: str) -> str:
        """An identifier that may be empty, but not of blanks."""
        return self.identifier(field, value) if value else ""

    def text(self, field: str, value: str, most: int = MAX_TEXT_BYTES) -> str:
        """A text of at most `most` bytes of UTF-8 without control characters; may be empty."""
        if self.length(field, value, most) and _CONTROL.search(value):
            self.fault(field, Reason.FIELD_INVALID, f"{shown(value)} holds control characters")
        return value

    def length(self, field: str, value: str, most: int) -> bool:
        """Whether a text has at most `most` bytes of UTF-8."""
        length = len(value.encode())
        if length > most:
            self.too_long(field, f"has {length} bytes", most)
        return length <= most

    def identifiers(self, field: str, values: Sequence[str], most: int) -> tuple[str, ...]:
        """A set of at most `most` identifiers: sorted, each once."""
        if len(values) > most:
            self.too_long(field, f"has {len(values)} ids", most)
            return ()
        for position, value in enumerate(values):
            self.identifier(f"{field}[{position}]", value)
        return tuple(sorted(set(values)))

    def enum(self, field: str, number: int, known: EnumField[E], default: E | None = None) -> E:
        """A value of an enum; unset: the default, or a fault where there is none."""
        value = default if number == 0 else known.value(number)
        if value is not None:
            return value
        what = "is required" if number == 0 else f"{number} is not known"
        reason = Reason.FIELD_INVALID if number else Reason.FIELD_REQUIRED
        self.fault(field, reason, f"{what}; one of {known.names}")
        return known.any  # never used: done() raises

    def time_us(self, field: str, holder: Message, name: str) -> int | None:
        """The time in `holder`'s field `name` in microseconds, finer digits cut; None: unset."""
        if not holder.HasField(name):
            return None
        time: Timestamp = getattr(holder, name)
        if not _FIRST_SECOND <= time.seconds <= _LAST_SECOND or not (
            0 <= time.nanos < _NANOSECONDS_PER_SECOND
        ):
            self.fault(
                field, Reason.FIELD_OUT_OF_RANGE, "must be a time in the years 1 to 9999, UTC"
            )
            return None
        return time.seconds * _MICROSECONDS_PER_SECOND + time.nanos // _NANOSECONDS_PER_MICROSECOND

    def window_us(self, field: str, duration: Duration) -> int:
        """A window in microseconds; whether it is in range is the core's to say."""
        in_one_second = abs(duration.nanos) < _NANOSECONDS_PER_SECOND
        if not in_one_second or duration.seconds * duration.nanos < 0:
            self.fault(
                field,
                Reason.FIELD_OUT_OF_RANGE,
                "is no length of time: nanos must be below a second, of the same sign as seconds",
            )
        return _window_us(duration)

    def rule(self, field: str, value: str) -> str:
        """The text of a rule, of at most 4,096 bytes; what it says is the core's to judge."""
        if self.length(field, value, MAX_RULE_BYTES) and "\0" in value:
            self.fault(field, Reason.FIELD_INVALID, "holds a NUL character")
        return value

    def struct(self, field: str, value: Struct) -> Properties:
        """A JSON object of at most 65,536 bytes, nested at most 20 deep."""
        if not value.fields:
            return EMPTY
        size = value.ByteSize()
        if size > MAX_STRUCT_BYTES:
            self.too_long(field, f"has {size} bytes", MAX_STRUCT_BYTES)
            return EMPTY
        return self._values(lambda: values_of(value, field))

    def properties(self, field: str, value: Struct, raw: bytes) -> Properties:
        """A JSON object that comes as a struct, or as raw JSON in the field `field`_json."""
        if not raw:
            return self.struct(field, value)
        field = f"{field}_json"
        if len(raw) > MAX_STRUCT_BYTES:
            self.too_long(field, f"has {len(raw)} bytes", MAX_STRUCT_BYTES)
            return EMPTY
        return self._values(lambda: values_of_json(raw, field))

    def _values(self, read: Callable[[], dict[str, object]]) -> Properties:
        try:
            return Properties(read())
        except StructTooDeepError as fault:
            self.too_long(fault.field, str(fault), MAX_DEPTH)
        except StructFault as fault:
            self.fault(fault.field, fault.reason, str(fault))
        return EMPTY


def _window_us(duration: Duration) -> int:
    """A window in microseconds, finer digits cut, except that they never bring it into range."""
    nanoseconds = duration.seconds * _NANOSECONDS_PER_SECOND + duration.nanos
    whole_us, rest = divmod(nanoseconds, _NANOSECONDS_PER_MICROSECOND)
    return whole_us + 1 if rest and whole_us == MAX_WINDOW_US else whole_us
