"""Durations from texts."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.library.printing import shown
from attribution_dsl.library.units import (
    GREEK_MU,
    MICRO_SIGN,
    NANOS_PER_HOUR,
    NANOS_PER_MICRO,
    NANOS_PER_MILLI,
    NANOS_PER_MINUTE,
    NANOS_PER_SECOND,
)
from attribution_dsl.overloads import invalid
from attribution_dsl.ranges import duration
from attribution_dsl.values import Duration, ErrorValue

NANOS_PER_UNIT: Final[Mapping[str, int]] = MappingProxyType(
    {
        "h": NANOS_PER_HOUR,
        "m": NANOS_PER_MINUTE,
        "s": NANOS_PER_SECOND,
        "ms": NANOS_PER_MILLI,
        "us": NANOS_PER_MICRO,
        f"{MICRO_SIGN}s": NANOS_PER_MICRO,
        f"{GREEK_MU}s": NANOS_PER_MICRO,
        "ns": 1,
    }
)
"""The units that `duration()` takes, the longest first."""
_UNIT: Final = rf"[mun{MICRO_SIGN}{GREEK_MU}]s|[hms]"
# There are eight units; more parts than can be meant would only take time.
_MOST_PARTS: Final = 32
_DURATION: Final = re.compile(
    rf"[+-]?(?:0|(?:(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:{_UNIT})){{1,{_MOST_PARTS}}}+)"
)
_COMPONENT: Final = re.compile(rf"([0-9]*+)(?:\.([0-9]*+))?({_UNIT})")
# Python takes quadratic time for numbers of very many digits, and nobody writes such durations.
_LONGEST_DURATION: Final = 256


def duration_of_string(text: str) -> Duration | ErrorValue:
    """Read a length of time, such as "1h30m"."""
    if len(text) > _LONGEST_DURATION or _DURATION.fullmatch(text) is None:
        return invalid(
            f"{shown(text)} is not a duration: it needs numbers with the units"
            ' h, m, s, ms, us or ns, as in "1h30m"'
        )
    nanos = 0
    for whole, fraction, unit in _COMPONENT.findall(text):
        # What is less than a nanosecond is cut off, of each number.
        nanos += int(whole + fraction) * NANOS_PER_UNIT[unit] // 10 ** len(fraction)
    return duration(-nanos if text[0] == "-" else nanos)
