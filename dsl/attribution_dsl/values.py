"""The values of the language that Python has no type for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
_NANOS_PER_MICRO: Final = 1_000
_NANOS_PER_SECOND: Final = 1_000_000_000
# 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z.
TIMESTAMP_MIN_NANOS: Final = -62_135_596_800 * _NANOS_PER_SECOND
TIMESTAMP_MAX_NANOS: Final = 253_402_300_800 * _NANOS_PER_SECOND - 1
# CEL bounds a duration by a 64-bit number of nanoseconds: about 292 years.
DURATION_MIN_NANOS: Final = INT_MIN
DURATION_MAX_NANOS: Final = INT_MAX


class ErrorKind(StrEnum):
    """Why an expression has no value."""

    NO_SUCH_KEY = "NO_SUCH_KEY"
    """A property or key is not there."""
    NO_SUCH_OVERLOAD = "NO_SUCH_OVERLOAD"
    """An operator or function has no meaning for values of these types."""
    OVERFLOW = "OVERFLOW"
    """A whole number left 64 bits."""
    DIVIDE_BY_ZERO = "DIVIDE_BY_ZERO"
    """A whole number was divided by zero."""
    OUT_OF_RANGE = "OUT_OF_RANGE"
    """An index, timestamp or duration is out of its range."""
    UNSAFE_INTEGER = "UNSAFE_INTEGER"
    """A number at or beyond 2^53 came as a double, so its last digits may be lost."""
    BUDGET_EXCEEDED = "BUDGET_EXCEEDED"
    """The evaluation took more iterations than its limit."""
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    """A value has the right type and no meaning, such as a broken regular expression."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """What an expression without a value evaluates to; it is false in Python, being no match.

    Attributes:
        kind: Why there is no value.
        message: For people, such as "event.course_id is not there".
        path: The part of the data concerned, such as "event.course_id", as the rule names it, by
            the variable within a macro; None if not known.
    """

    kind: ErrorKind
    message: str
    path: str | None = None

    def __bool__(self) -> bool:
        """Give False: an error is no match."""
        return False


UNSAFE_INTEGER: Final = ErrorValue(
    ErrorKind.UNSAFE_INTEGER,
    "a number at or beyond 2^53 has lost digits on its way: send large ids as strings",
)
"""What stands in data in the place of a number too large to have arrived exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class OptionalValue:
    """A value that may be absent; compare two of them with `runtime.equal`.

    Attributes:
        value: The value; means nothing in `NONE`, which is the one that is absent.
    """

    value: object

    def __repr__(self) -> str:
        """Show it as the language writes it."""
        return "optional.none()" if self is NONE else f"optional.of({self.value!r})"


NONE: Final = OptionalValue(None)
"""The optional value that is absent; compare by identity."""


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment, in nanoseconds from 1970-01-01T00:00:00Z.

    Raises:
        ValueError: It is not within the years 1 to 9999.
    """

    nanos: int

    def __post_init__(self) -> None:
        if not TIMESTAMP_MIN_NANOS <= self.nanos <= TIMESTAMP_MAX_NANOS:
            raise ValueError("a timestamp must be within the years 1 to 9999")

    @classmethod
    def from_micros(cls, micros: int) -> Self:
        """Make one from microseconds since 1970-01-01T00:00:00Z."""
        return cls(micros * _NANOS_PER_MICRO)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time, in nanoseconds; it may be negative.

    Raises:
        ValueError: It does not fit 64 bits of nanoseconds (about 292 years).
    """

    nanos: int

    def __post_init__(self) -> None:
        if not DURATION_MIN_NANOS <= self.nanos <= DURATION_MAX_NANOS:
            raise ValueError("a duration must fit 64 bits of nanoseconds, about 292 years")

    @classmethod
    def from_micros(cls, micros: int) -> Self:
        """Make one from microseconds."""
        return cls(micros * _NANOS_PER_MICRO)
