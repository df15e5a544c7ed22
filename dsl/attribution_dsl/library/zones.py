"""Time zones, by name and by offset."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from attribution_dsl.library.printing import shown
from attribution_dsl.library.units import (
    EPOCH_ORDINAL,
    NANOS_PER_MINUTE,
    NANOS_PER_SECOND,
    SECONDS_PER_DAY,
)
from attribution_dsl.overloads import invalid
from attribution_dsl.values import ErrorValue

ToLocal = Callable[[int], int]
"""Takes nanoseconds since 1970 in UTC; gives what a clock in the zone shows, counted likewise."""

_OFFSET: Final = re.compile(r"([+-]?)([01]?[0-9]|2[0-3]):([0-5][0-9])")
_KEPT_ZONES: Final = 1024
# Python's datetime ends with the year 9999; beyond these days the offset is taken for unchanged.
_FIRST_SECOND: Final = (2 - EPOCH_ORDINAL) * SECONDS_PER_DAY
_LAST_SECOND: Final = (date.max.toordinal() - 2 - EPOCH_ORDINAL) * SECONDS_PER_DAY
_NO_OFFSET: Final = timedelta(0)


@cache
def zone_names() -> frozenset[str]:
    """Give the names of all time zones."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def find_zone(name: str) -> ToLocal | ErrorValue:
    """Find a time zone by its name or offset; nothing but known names becomes a file's name."""
    if name in zone_names():
        return _named_zone(name)
    match = _OFFSET.fullmatch(name)
    if match is not None:
        sign, hours, minutes = match.groups()
        offset = (int(hours) * 60 + int(minutes)) * NANOS_PER_MINUTE
        return _fixed_zone(-offset if sign == "-" else offset)
    if name == "":
        return _fixed_zone(0)
    return invalid(f"there is no time zone {shown(name)}")


def _fixed_zone(offset_nanos: int) -> ToLocal:
    return lambda nanos: nanos + offset_nanos


@lru_cache(_KEPT_ZONES)
def _named_zone(name: str) -> ToLocal:
    # Not by its key: a machine's own files would then come before those of the package, and a rule
    # would mean something else on each machine.
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        rules = ZoneInfo.from_file(file, name)
    epoch = datetime(1970, 1, 1, tzinfo=rules)

    def to_local(nanos: int) -> int:
        second = min(max(nanos // NANOS_PER_SECOND, _FIRST_SECOND), _LAST_SECOND)
        offset = rules.fromutc(epoch + timedelta(0, second)).utcoffset() or _NO_OFFSET
        return nanos + (offset.days * SECONDS_PER_DAY + offset.seconds) * NANOS_PER_SECOND

    return to_local
