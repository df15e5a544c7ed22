"""What people meant who wrote no timestamp, duration or time zone into a rule."""

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from attribution_dsl.diagnostics import closest
from attribution_dsl.library.durations import NANOS_PER_UNIT
from attribution_dsl.library.timestamps import timestamp_of_string
from attribution_dsl.library.units import (
    GREEK_MU,
    MICRO_SIGN,
    NANOS_PER_DAY,
    NANOS_PER_HOUR,
    NANOS_PER_MICRO,
    NANOS_PER_MILLI,
    NANOS_PER_MINUTE,
    NANOS_PER_SECOND,
)
from attribution_dsl.library.zones import find_zone, zone_names
from attribution_dsl.values import DURATION_MAX_NANOS, ErrorValue, Timestamp

_LONGEST: Final = 64
_LOOSE_TIMESTAMP: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<divider>[-/.]?)(?P<month>[0-9]{1,2})(?P=divider)(?P<day>[0-9]{1,2})"
    r"(?:[Tt\s]\s*(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]+))?)?)?"
    r"\s*(?:Z|z|UTC|GMT|(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
)
_UNIX_SECONDS: Final = re.compile(r"[0-9]{9,10}")
_UNIX_MILLIS: Final = re.compile(r"[0-9]{12,13}")


def timestamp_meant(text: str) -> str | None:
    """Guess what somebody meant who wrote what is no timestamp."""
    trimmed = text[:_LONGEST].strip()
    if trimmed.lower().removesuffix("()") == "now":
        return "did you mean `now`, without `timestamp()` and quotes?"
    if _UNIX_SECONDS.fullmatch(trimmed):
        return f"did you mean `timestamp({int(trimmed)})`?"
    if _UNIX_MILLIS.fullmatch(trimmed):
        return f"did you mean `timestamp({int(trimmed) // 1000})`? It takes seconds since 1970."
    match = _LOOSE_TIMESTAMP.fullmatch(trimmed)
    if match is None or (not match["divider"] and len(match["month"] + match["day"]) < 4):
        return None
    written = _strictly(match)
    known = isinstance(timestamp_of_string(written), Timestamp)
    return f'did you mean `timestamp("{written}")`?' if known else None


def _strictly(match: re.Match[str]) -> str:
    parts = match.groupdict(default="")
    day = f"{parts['year']}-{parts['month']:0>2}-{parts['day']:0>2}"
    clock = f"{parts['hour']:0>2}:{parts['minute']:0>2}:{parts['second']:0>2}"
    fraction = f".{parts['fraction']}" if parts["fraction"] else ""
    zone = f"{parts['sign']}{parts['hours']:0>2}:{parts['minutes']:0>2}" if parts["sign"] else "Z"
    return f"{day}T{clock}{fraction}{zone}"


_WORDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 7 * NANOS_PER_DAY),
        **dict.fromkeys(("d", "day", "days"), NANOS_PER_DAY),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), NANOS_PER_HOUR),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), NANOS_PER_MINUTE),
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), NANOS_PER_SECOND),
        **dict.fromkeys(("ms", "msec", "milli", "millis"), NANOS_PER_MILLI),
        **dict.fromkeys(("millisecond", "milliseconds"), NANOS_PER_MILLI),
        **dict.fromkeys(("us", f"{MICRO_SIGN}s", f"{GREEK_MU}s", "usec"), NANOS_PER_MICRO),
        **dict.fromkeys(("microsecond", "microseconds"), NANOS_PER_MICRO),
        **dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), 1),
    }
)
# What has no fixed length: its days if it is taken for one.
_VAGUE_DAYS: Final[Mapping[str, int]] = MappingProxyType(
    dict.fromkeys(("mo", "mon", "month", "months"), 30)
    | dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365)
)
_AMOUNT: Final = r"([0-9]+(?:[.,][0-9]+)?)"
_LOOSE_PART: Final = re.compile(
    rf"{_AMOUNT}\s*([a-z{MICRO_SIGN}{GREEK_MU}]+)(?:\s*,)?\s*(?:and\s+)?"
)
_LOOSE_DURATION: Final = re.compile(rf"(?:{_LOOSE_PART.pattern})+")
_ISO_8601: Final = re.compile(
    rf"p(?:{_AMOUNT}y)?(?:{_AMOUNT}m)?(?:{_AMOUNT}w)?(?:{_AMOUNT}d)?"
    rf"(?:t(?:{_AMOUNT}h)?(?:{_AMOUNT}m)?(?:{_AMOUNT}s)?)?"
)
_ISO_UNITS: Final = ("y", "mo", "w", "d", "h", "m", "s")
_CLOCK: Final = re.compile(r"([0-9]+):([0-5][0-9])(?::([0-5][0-9]))?")
_BARE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def duration_meant(text: str) -> str | None:
    """Guess what somebody meant who wrote what is no duration."""
    trimmed = text[:_LONGEST].strip().lower()
    sign = "-" if trimmed.startswith("-") else ""
    trimmed = trimmed.lstrip("+-").strip()
    if _BARE.fullmatch(trimmed):
        return f'a number needs a unit: of seconds write `duration("{sign}{trimmed}s")`'
    parts = _loose_parts(trimmed)
    vague = [unit for _, unit in parts if unit in _VAGUE_DAYS]
    if not parts or any(unit not in _WORDS for _, unit in parts if unit not in vague):
        return None
    nanos = sum(int(amount * _loose_nanos(unit)) for amount, unit in parts)
    if nanos > DURATION_MAX_NANOS:
        return None
    written = f'`duration("{sign}{_go_text(nanos)}")`'
    if not vague:
        return f"did you mean {written}?"
    what = "year" if vague[0].startswith("y") else "month"
    return f"a {what} has no fixed length; taken for {_VAGUE_DAYS[vague[0]]} days it is {written}"


def _loose_parts(text: str) -> list[tuple[Fraction, str]]:
    """Take apart what might be a duration, such as `2 days`, `p7d` or `01:30:00`."""
    clock, iso = _CLOCK.fullmatch(text), _ISO_8601.fullmatch(text)
    found: list[tuple[str | None, str]] = []
    if clock is not None:
        found = list(zip(clock.groups(), "hms", strict=True))
    elif iso is not None:
        found = list(zip(iso.groups(), _ISO_UNITS, strict=True))
    elif _LOOSE_DURATION.fullmatch(text) is not None:
        found = list(_LOOSE_PART.findall(text))
    return [(Fraction(amount.replace(",", ".")), unit) for amount, unit in found if amount]


def _loose_nanos(unit: str) -> int:
    return _WORDS.get(unit) or _VAGUE_DAYS[unit] * NANOS_PER_DAY


def _go_text(nanos: int) -> str:
    """Write a length as `duration()` takes it, such as "1h30m"."""
    written = ""
    for unit, scale in NANOS_PER_UNIT.items():
        amount, nanos = divmod(nanos, scale)
        written += f"{amount}{unit}" if amount else ""
    return written or "0s"


_ABBREVIATIONS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("pst", "pdt"), "America/Los_Angeles")
    | dict.fromkeys(("cest", "mez", "mesz"), "Europe/Berlin")
    | {"edt": "America/New_York", "cdt": "America/Chicago", "mdt": "America/Denver"}
    | {"jst": "Asia/Tokyo", "aest": "Australia/Sydney", "z": "UTC"}
)
_LEAST_MISTYPED: Final = 6
_LOOSE_OFFSET: Final = re.compile(r"(?:utc|gmt)?\s*([+-])([0-9]{1,2}):?([0-9]{2})?")


def zone_meant(name: str) -> str | None:
    """Guess what somebody meant who named a time zone that does not exist."""
    trimmed = name[:_LONGEST].strip().lower().replace(" ", "_")
    offset = _LOOSE_OFFSET.fullmatch(trimmed)
    meant = _ABBREVIATIONS.get(trimmed)
    if offset is not None:
        sign, hours, minutes = offset.groups(default="00")
        meant = f"{sign}{hours:0>2}:{minutes}"
    elif meant is None:
        meant = _zone_near(trimmed)
    if meant is None or isinstance(find_zone(meant), ErrorValue):
        return None
    return f'did you mean `"{meant}"`?'


def _zone_near(name: str) -> str | None:
    by_name = {each.lower(): each for each in sorted(zone_names())}
    by_city = {each.rpartition("/")[2]: full for each, full in by_name.items() if "/" in each}
    near = by_name.get(name) or by_city.get(name)
    # So many names are short that a short word is always near to some of them.
    if near is not None or len(name) < _LEAST_MISTYPED:
        return near
    return by_name.get(closest(name, by_name) or "") or by_city.get(closest(name, by_city) or "")
