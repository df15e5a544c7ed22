"""Times: timestamps and durations from text, and their parts in any time zone."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from attribution_dsl.diagnostics import closest
from attribution_dsl.kinds import DURATION, INT, TIMESTAMP, Kind
from attribution_dsl.library.conversions import shown
from attribution_dsl.overloads import (
    Apply,
    BadLiteralError,
    Function,
    Overload,
    function,
    invalid,
    no_overload,
)
from attribution_dsl.values import DURATION_MAX_NANOS, Duration, ErrorKind, ErrorValue, Timestamp

_NANOS_PER_MILLI: Final = 1_000_000
_NANOS_PER_SECOND: Final = 1_000_000_000
_NANOS_PER_MINUTE: Final = 60 * _NANOS_PER_SECOND
_NANOS_PER_HOUR: Final = 60 * _NANOS_PER_MINUTE
_NANOS_PER_DAY: Final = 24 * _NANOS_PER_HOUR
_SECONDS_PER_DAY: Final = 86_400
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime.fromisoformat("1970-01-01")
# The calendar repeats itself, days of the week included, after so long.
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146_097

# Timestamps from text.

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
    r"(\.[0-9]++)?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_FAR_YEAR: Final = re.compile(r"(?:[+-][0-9]+|0000|[0-9]{5,})-[0-9]{2}-[0-9]{2}[Tt]")
_TIMESTAMP_RANGE: Final = ErrorValue(
    ErrorKind.OUT_OF_RANGE, "the timestamp is not within the years 1 to 9999"
)


def _timestamp(nanos: int) -> Timestamp | ErrorValue:
    try:
        return Timestamp(nanos)
    except ValueError:
        return _TIMESTAMP_RANGE


def _timestamp_of_int(seconds: int) -> Timestamp | ErrorValue:
    return _timestamp(seconds * _NANOS_PER_SECOND)


def _timestamp_of_string(text: str) -> Timestamp | ErrorValue:
    match = _RFC_3339.fullmatch(text)
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
    nanos = seconds * _NANOS_PER_SECOND
    return _timestamp(nanos if fraction is None else nanos + int(fraction[1:10].ljust(9, "0")))


def _seconds_shown(text: str) -> int:
    """Count the seconds from 1970 to what day and clock show.

    Raises:
        ValueError: There is no such day.
    """
    # Timestamps do not count leap seconds: `:60` is the second after `:59`, as `:00` is.
    leap = text[17] == "6"
    since = datetime.fromisoformat(f"{text[:17]}59" if leap else text[:19]) - _EPOCH
    return since.days * _SECONDS_PER_DAY + since.seconds + leap


def _no_timestamp(text: str) -> ErrorValue:
    if _FAR_YEAR.match(text) is not None:
        return _TIMESTAMP_RANGE
    return invalid(
        f"{shown(text)} is not a timestamp: it needs a date, a time to the second,"
        " and `Z` or an offset from UTC, as in 2024-01-31T18:30:00Z"
    )


def _no_date(text: str) -> ErrorValue:
    if text.startswith("0000"):
        return _TIMESTAMP_RANGE
    return invalid(f"{shown(text)} is not a timestamp: there is no day {text[:10]}")


def _prepare_timestamp(text: str) -> Apply:
    value = _timestamp_of_string(text)
    if isinstance(value, ErrorValue):
        raise BadLiteralError("BAD_TIMESTAMP", value.message, _timestamp_meant(text))
    return lambda: value


_LOOSE_TIMESTAMP: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<divider>[-/.]?)(?P<month>[0-9]{1,2})(?P=divider)(?P<day>[0-9]{1,2})"
    r"(?:[Tt\s]\s*(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]+))?)?)?"
    r"\s*(?:Z|z|UTC|GMT|(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
)
_UNIX_SECONDS: Final = re.compile(r"[0-9]{9,10}")
_UNIX_MILLIS: Final = re.compile(r"[0-9]{12,13}")
_LONGEST_LOOSE: Final = 64


def _timestamp_meant(text: str) -> str | None:
    """Guess what somebody meant who wrote what is no timestamp."""
    trimmed = text[:_LONGEST_LOOSE].strip()
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
    known = isinstance(_timestamp_of_string(written), Timestamp)
    return f'did you mean `timestamp("{written}")`?' if known else None


def _strictly(match: re.Match[str]) -> str:
    parts = match.groupdict(default="")
    day = f"{parts['year']}-{parts['month']:0>2}-{parts['day']:0>2}"
    clock = f"{parts['hour']:0>2}:{parts['minute']:0>2}:{parts['second']:0>2}"
    fraction = f".{parts['fraction']}" if parts["fraction"] else ""
    zone = f"{parts['sign']}{parts['hours']:0>2}:{parts['minutes']:0>2}" if parts["sign"] else "Z"
    return f"{day}T{clock}{fraction}{zone}"


# Durations from text.

_MICRO_SIGN: Final = "\N{MICRO SIGN}"
_GREEK_MU: Final = "\N{GREEK SMALL LETTER MU}"
_NANOS_PER: Final[Mapping[str, int]] = MappingProxyType(
    {
        "h": _NANOS_PER_HOUR,
        "m": _NANOS_PER_MINUTE,
        "s": _NANOS_PER_SECOND,
        "ms": _NANOS_PER_MILLI,
        "us": 1_000,
        f"{_MICRO_SIGN}s": 1_000,
        f"{_GREEK_MU}s": 1_000,
        "ns": 1,
    }
)
_UNIT: Final = rf"[mun{_MICRO_SIGN}{_GREEK_MU}]s|[hms]"
_DURATION: Final = re.compile(rf"[+-]?(?:0|(?:(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:{_UNIT}))++)")
_COMPONENT: Final = re.compile(rf"([0-9]*+)(?:\.([0-9]*+))?({_UNIT})")
# Python takes quadratic time for numbers of very many digits, and nobody writes such durations.
_LONGEST_DURATION: Final = 256
_DURATION_RANGE: Final = ErrorValue(
    ErrorKind.OUT_OF_RANGE, "the duration is longer than about 292 years"
)


def _duration_of_string(text: str) -> Duration | ErrorValue:
    if len(text) > _LONGEST_DURATION or _DURATION.fullmatch(text) is None:
        return invalid(
            f"{shown(text)} is not a duration: it needs numbers with the units"
            ' h, m, s, ms, us or ns, as in "1h30m"'
        )
    nanos = sum(_component(*parts) for parts in _COMPONENT.findall(text))
    try:
        return Duration(-nanos if text[0] == "-" else nanos)
    except ValueError:
        return _DURATION_RANGE


def _component(whole: str, fraction: str, unit: str) -> int:
    """Give the nanoseconds of one number with its unit; what is less than one is cut off."""
    parts_of_unit: int = 10 ** len(fraction)
    return int(f"{whole}{fraction}") * _NANOS_PER[unit] // parts_of_unit


def _prepare_duration(text: str) -> Apply:
    value = _duration_of_string(text)
    if isinstance(value, ErrorValue):
        meant = None if value is _DURATION_RANGE else _duration_meant(text)
        raise BadLiteralError("BAD_DURATION", value.message, meant)
    return lambda: value


_WORDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 7 * _NANOS_PER_DAY),
        **dict.fromkeys(("d", "day", "days"), _NANOS_PER_DAY),
        **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _NANOS_PER_HOUR),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _NANOS_PER_MINUTE),
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), _NANOS_PER_SECOND),
        **dict.fromkeys(("ms", "msec", "milli", "millis"), _NANOS_PER_MILLI),
        **dict.fromkeys(("millisecond", "milliseconds"), _NANOS_PER_MILLI),
        **dict.fromkeys(("us", f"{_MICRO_SIGN}s", f"{_GREEK_MU}s", "usec"), 1_000),
        **dict.fromkeys(("microsecond", "microseconds"), 1_000),
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
    rf"{_AMOUNT}\s*([a-z{_MICRO_SIGN}{_GREEK_MU}]+)(?:\s*,)?\s*(?:and\s+)?"
)
_LOOSE_DURATION: Final = re.compile(rf"(?:{_LOOSE_PART.pattern})+")
_ISO_8601: Final = re.compile(
    rf"p(?:{_AMOUNT}y)?(?:{_AMOUNT}m)?(?:{_AMOUNT}w)?(?:{_AMOUNT}d)?"
    rf"(?:t(?:{_AMOUNT}h)?(?:{_AMOUNT}m)?(?:{_AMOUNT}s)?)?"
)
_ISO_UNITS: Final = ("y", "mo", "w", "d", "h", "m", "s")
_CLOCK: Final = re.compile(r"([0-9]+):([0-5][0-9])(?::([0-5][0-9]))?")
_BARE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def _duration_meant(text: str) -> str | None:
    """Guess what somebody meant who wrote what is no duration."""
    trimmed = text[:_LONGEST_LOOSE].strip().lower()
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
    return _WORDS.get(unit) or _VAGUE_DAYS[unit] * _NANOS_PER_DAY


def _go_text(nanos: int) -> str:
    """Write a length as `duration()` takes it, such as "1h30m"."""
    written = ""
    for unit, scale in _NANOS_PER.items():
        amount, nanos = divmod(nanos, scale)
        written += f"{amount}{unit}" if amount else ""
    return written or "0s"


# Time zones.

_ToLocal = Callable[[int], int]
"""Takes nanoseconds since 1970 in UTC; gives what a clock in the zone shows, counted likewise."""

_OFFSET: Final = re.compile(r"([+-]?)([01]?[0-9]|2[0-3]):([0-5][0-9])")
_KEPT_ZONES: Final = 1024
# Python's datetime ends with the year 9999; beyond these days the offset is taken for unchanged.
_FIRST_SECOND: Final = (2 - _EPOCH_ORDINAL) * _SECONDS_PER_DAY
_LAST_SECOND: Final = (date.max.toordinal() - 2 - _EPOCH_ORDINAL) * _SECONDS_PER_DAY
_NO_OFFSET: Final = timedelta(0)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def _zone(name: str) -> _ToLocal | ErrorValue:
    """Find a time zone by its name or offset; nothing but known names becomes a file's name."""
    if name in _zone_names():
        return _named_zone(name)
    match = _OFFSET.fullmatch(name)
    if match is not None:
        sign, hours, minutes = match.groups()
        offset = (int(hours) * 60 + int(minutes)) * _NANOS_PER_MINUTE
        return _fixed_zone(-offset if sign == "-" else offset)
    if name == "":
        return _fixed_zone(0)
    return invalid(f"there is no time zone {shown(name)}")


def _fixed_zone(offset_nanos: int) -> _ToLocal:
    return lambda nanos: nanos + offset_nanos


@lru_cache(_KEPT_ZONES)
def _named_zone(name: str) -> _ToLocal:
    # Not by its key: a machine's own files would then come before those of the package, and a rule
    # would mean something else on each machine.
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        zone = ZoneInfo.from_file(file, name)
    epoch = datetime(1970, 1, 1, tzinfo=zone)

    def to_local(nanos: int) -> int:
        second = min(max(nanos // _NANOS_PER_SECOND, _FIRST_SECOND), _LAST_SECOND)
        offset = zone.fromutc(epoch + timedelta(0, second)).utcoffset() or _NO_OFFSET
        return nanos + (offset.days * _SECONDS_PER_DAY + offset.seconds) * _NANOS_PER_SECOND

    return to_local


_ABBREVIATIONS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("pst", "pdt"), "America/Los_Angeles")
    | dict.fromkeys(("cest", "mez", "mesz"), "Europe/Berlin")
    | {"edt": "America/New_York", "cdt": "America/Chicago", "mdt": "America/Denver"}
    | {"jst": "Asia/Tokyo", "aest": "Australia/Sydney", "z": "UTC"}
)
_LEAST_MISTYPED: Final = 6
_LOOSE_OFFSET: Final = re.compile(r"(?:utc|gmt)?\s*([+-])([0-9]{1,2}):?([0-9]{2})?")


def _zone_meant(name: str) -> str | None:
    """Guess what somebody meant who named a time zone that does not exist."""
    trimmed = name[:_LONGEST_LOOSE].strip().lower().replace(" ", "_")
    offset = _LOOSE_OFFSET.fullmatch(trimmed)
    meant = _ABBREVIATIONS.get(trimmed)
    if offset is not None:
        sign, hours, minutes = offset.groups(default="00")
        meant = f"{sign}{hours:0>2}:{minutes}"
    elif meant is None:
        meant = _zone_near(trimmed)
    if meant is None or isinstance(_zone(meant), ErrorValue):
        return None
    return f'did you mean `"{meant}"`?'


def _zone_near(name: str) -> str | None:
    by_name = {each.lower(): each for each in sorted(_zone_names())}
    by_city = {each.rpartition("/")[2]: full for each, full in by_name.items() if "/" in each}
    near = by_name.get(name) or by_city.get(name)
    # So many names are short that a short word is always near to some of them.
    if near is not None or len(name) < _LEAST_MISTYPED:
        return near
    return by_name.get(closest(name, by_name) or "") or by_city.get(closest(name, by_city) or "")


# Parts of timestamps and durations.


def _day(nanos: int) -> date:
    """Give a day of the right month, day and day of the week, of some year like it."""
    return date.fromordinal(
        (nanos // _NANOS_PER_DAY + _EPOCH_ORDINAL - 1) % _CYCLE_DAYS + 1,
    )


def _full_year(nanos: int) -> int:
    # In a time zone the first timestamp may be in the year 0, the last in the year 10000.
    cycle = (nanos // _NANOS_PER_DAY + _EPOCH_ORDINAL - 1) // _CYCLE_DAYS
    return _day(nanos).year + cycle * _CYCLE_YEARS


def _month(nanos: int) -> int:
    return _day(nanos).month - 1


def _date(nanos: int) -> int:
    return _day(nanos).day


def _day_of_month(nanos: int) -> int:
    return _day(nanos).day - 1


def _day_of_week(nanos: int) -> int:
    return _day(nanos).isoweekday() % 7


def _day_of_year(nanos: int) -> int:
    day = _day(nanos)
    return day.toordinal() - date(day.year, 1, 1).toordinal()


def _hours(nanos: int) -> int:
    return nanos // _NANOS_PER_HOUR % 24


def _minutes(nanos: int) -> int:
    return nanos // _NANOS_PER_MINUTE % 60


def _seconds(nanos: int) -> int:
    return nanos // _NANOS_PER_SECOND % 60


def _milliseconds(nanos: int) -> int:
    return nanos // _NANOS_PER_MILLI % 1000


def _all_of(nanos_per_unit: int) -> Callable[[Duration], int]:
    """Count the whole units of a duration, towards zero."""

    def count(length: Duration) -> int:
        nanos = length.nanos
        return nanos // nanos_per_unit if nanos >= 0 else -(-nanos // nanos_per_unit)

    return count


def _milliseconds_within(length: Duration) -> int:
    """Give the milliseconds beyond whole seconds, which is what CEL means by them."""
    nanos = length.nanos
    return _milliseconds(nanos) if nanos >= 0 else -_milliseconds(-nanos)


_ABSENT: Final = object()


def _getter(
    name: str,
    part: Callable[[int], int],
    of_duration: Callable[[Duration], int] | None = None,
) -> Function:
    """Make a method that gives a part of timestamps, in UTC or the zone named, or of durations."""

    def in_utc(moment: Timestamp) -> int:
        return part(moment.nanos)

    def in_zone(moment: Timestamp, zone: str) -> int | ErrorValue:
        to_local = _zone(zone)
        return to_local if isinstance(to_local, ErrorValue) else part(to_local(moment.nanos))

    def prepare(zone: str) -> Apply:
        to_local = _zone(zone)
        if isinstance(to_local, ErrorValue):
            raise BadLiteralError("BAD_TIME_ZONE", to_local.message, _zone_meant(zone))

        def get(moment: object = _ABSENT) -> object:
            if moment.__class__ is Timestamp:
                return part(to_local(moment.nanos))
            # Where nothing is given, the literal is no zone but the target itself.
            return no_overload(name, *([] if moment is _ABSENT else [moment]), zone)

        return get

    overloads = [
        Overload((Kind.TIMESTAMP,), INT, in_utc),
        Overload((Kind.TIMESTAMP, Kind.STRING), INT, in_zone),
    ]
    if of_duration is not None:
        overloads.append(Overload((Kind.DURATION,), INT, of_duration))
    return function(name, *overloads, prepare=prepare)


_GETTERS: Final = (
    _getter("getFullYear", _full_year),
    _getter("getMonth", _month),
    _getter("getDate", _date),
    _getter("getDayOfMonth", _day_of_month),
    _getter("getDayOfWeek", _day_of_week),
    _getter("getDayOfYear", _day_of_year),
    _getter("getHours", _hours, _all_of(_NANOS_PER_HOUR)),
    _getter("getMinutes", _minutes, _all_of(_NANOS_PER_MINUTE)),
    _getter("getSeconds", _seconds, _all_of(_NANOS_PER_SECOND)),
    _getter("getMilliseconds", _milliseconds, _milliseconds_within),
)


def _itself(value: object) -> object:
    return value


_TIMESTAMP: Final = function(
    "timestamp",
    Overload((Kind.STRING,), TIMESTAMP, _timestamp_of_string),
    Overload((Kind.INT,), TIMESTAMP, _timestamp_of_int),
    Overload((Kind.TIMESTAMP,), TIMESTAMP, _itself),
    prepare=_prepare_timestamp,
)
_DURATION_FUNCTION: Final = function(
    "duration",
    Overload((Kind.STRING,), DURATION, _duration_of_string),
    Overload((Kind.DURATION,), DURATION, _itself),
    prepare=_prepare_duration,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {"timestamp": _TIMESTAMP, "duration": _DURATION_FUNCTION}
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType({each.name: each for each in _GETTERS})
