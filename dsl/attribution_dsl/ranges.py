"""Numbers and times within their ranges, and the errors beyond these."""

from typing import Final

from attribution_dsl.values import (
    DURATION_MAX_NANOS,
    DURATION_MIN_NANOS,
    INT_MAX,
    INT_MIN,
    TIMESTAMP_MAX_NANOS,
    TIMESTAMP_MIN_NANOS,
    Duration,
    ErrorKind,
    ErrorValue,
    Timestamp,
)

OVERFLOW: Final = ErrorValue(ErrorKind.OVERFLOW, "the result does not fit a 64-bit whole number")
TIMESTAMP_RANGE: Final = ErrorValue(
    ErrorKind.OUT_OF_RANGE, "the timestamp is not within the years 1 to 9999"
)
DURATION_RANGE: Final = ErrorValue(
    ErrorKind.OUT_OF_RANGE, "the duration is longer than about 292 years"
)


def whole(value: int) -> int | ErrorValue:
    """Give the result of calculating with whole numbers, if it has 64 bits."""
    return value if INT_MIN <= value <= INT_MAX else OVERFLOW


def timestamp(nanos: int) -> Timestamp | ErrorValue:
    """Make a timestamp, if it is within its range."""
    if TIMESTAMP_MIN_NANOS <= nanos <= TIMESTAMP_MAX_NANOS:
        return Timestamp(nanos)
    return TIMESTAMP_RANGE


def duration(nanos: int) -> Duration | ErrorValue:
    """Make a duration, if it is within its range."""
    if DURATION_MIN_NANOS <= nanos <= DURATION_MAX_NANOS:
        return Duration(nanos)
    return DURATION_RANGE
