"""Timestamps from texts and numbers."""

import re
from datetime import datetime
from typing import Final

from attribution_dsl.library.printing import shown
from attribution_dsl.library.units import NANOS_PER_SECOND, SECONDS_PER_DAY
from attribution_dsl.overloads import invalid
from attribution_dsl.ranges import TIMESTAMP_RANGE, timestamp
from attribution_dsl.values import ErrorValue, Timestamp

_EPOCH: Final = datetime.fromisoformat("1970-01-01")
_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
    r"(\.[0-9]++)?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_FAR_YEAR: Final = re.compile(r"(?:[+-][0-9]++|0000|[0-9]{5,}+)-[0-9]{2}-[0-9]{2}[Tt]")
# Texts of any length would make a step of a loop as long; nobody writes so many digits.
_LONGEST_TIMESTAMP: Final = 256


def timestamp_of_int(seconds: int) -> Timestamp | ErrorValue:
    """Give the moment so many seconds after 1970-01-01T00:00:00Z."""
    return timestamp(seconds * NANOS_PER_SECOND)


def timestamp_of_string(text: str) -> Timestamp | ErrorValue:
    """Read a moment as RFC 3339 has it."""
    match = _RFC_3339.fullmatch(text) if len(text) <= _LONGEST_TIMESTAMP else None
    if match is None:
        return _no_timestamp(text)
    fraction, sign, hours, minutes = match.groups()
    try:
        seconds = _seconds_shown(text)
    except ValueError:
        return _no_date(text)
    if sign is not None:
        offset = int(hours) * 3600 + int(minutes) * 60
        seconds += offset if sign == "-" else -offset
    nanos = seconds * NANOS_PER_SECOND
    return timestamp(nanos if fraction is None else nanos + int(fraction[1:10].ljust(9, "0")))


def _seconds_shown(text: str) -> int:
    """Count the seconds from 1970 to what day and clock show.

    Raises:
        ValueError: There is no such day.
    """
    # Timestamps do not count leap seconds: `:60` is the second after `:59`, as `:00` is.
    leap = text[17] == "6"
    since = datetime.fromisoformat(f"{text[:17]}59" if leap else text[:19]) - _EPOCH
    return since.days * SECONDS_PER_DAY + since.seconds + leap


def _no_timestamp(text: str) -> ErrorValue:
    if _FAR_YEAR.match(text[:_LONGEST_TIMESTAMP]) is not None:
        return TIMESTAMP_RANGE
    return invalid(
        f"{shown(text)} is not a timestamp: it needs a date, a time to the second,"
        " and `Z` or an offset from UTC, as in 2024-01-31T18:30:00Z"
    )


def _no_date(text: str) -> ErrorValue:
    if text.startswith("0000"):
        return TIMESTAMP_RANGE
    return invalid(f"{shown(text)} is not a timestamp: there is no day {text[:10]}")
