"""Times: `timestamp`, `duration`, and the methods that give parts of them in any time zone."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import DURATION, INT, TIMESTAMP, Kind
from attribution_dsl.library.durations import duration_of_string
from attribution_dsl.library.guesses import duration_meant, timestamp_meant, zone_meant
from attribution_dsl.library.timestamps import timestamp_of_int, timestamp_of_string
from attribution_dsl.library.units import (
    EPOCH_ORDINAL,
    NANOS_PER_DAY,
    NANOS_PER_HOUR,
    NANOS_PER_MILLI,
    NANOS_PER_MINUTE,
    NANOS_PER_SECOND,
)
from attribution_dsl.library.zones import find_zone
from attribution_dsl.overloads import (
    Apply,
    BadLiteralError,
    Function,
    Overload,
    function,
    no_overload,
)
from attribution_dsl.ranges import DURATION_RANGE
from attribution_dsl.values import Duration, ErrorValue, Timestamp

# The calendar repeats itself, days of the week included, after so long.
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146_097


def _day(nanos: int) -> date:
    """Give a day of the right month, day and day of the week, of some year like it."""
    return date.fromordinal(
        (nanos // NANOS_PER_DAY + EPOCH_ORDINAL - 1) % _CYCLE_DAYS + 1,
    )


def _full_year(nanos: int) -> int:
    # In a time zone the first timestamp may be in the year 0, the last in the year 10000.
    cycle = (nanos // NANOS_PER_DAY + EPOCH_ORDINAL - 1) // _CYCLE_DAYS
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
    return nanos // NANOS_PER_HOUR % 24


def _minutes(nanos: int) -> int:
    return nanos // NANOS_PER_MINUTE % 60


def _seconds(nanos: int) -> int:
    return nanos // NANOS_PER_SECOND % 60


def _milliseconds(nanos: int) -> int:
    return nanos // NANOS_PER_MILLI % 1000


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
        to_local = find_zone(zone)
        return to_local if isinstance(to_local, ErrorValue) else part(to_local(moment.nanos))

    def prepare(zone: str) -> Apply:
        to_local = find_zone(zone)
        if isinstance(to_local, ErrorValue):
            raise BadLiteralError("BAD_TIME_ZONE", to_local.message, zone_meant(zone))

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
    _getter("getHours", _hours, _all_of(NANOS_PER_HOUR)),
    _getter("getMinutes", _minutes, _all_of(NANOS_PER_MINUTE)),
    _getter("getSeconds", _seconds, _all_of(NANOS_PER_SECOND)),
    _getter("getMilliseconds", _milliseconds, _milliseconds_within),
)


def _prepare_timestamp(text: str) -> Apply:
    value = timestamp_of_string(text)
    if isinstance(value, ErrorValue):
        raise BadLiteralError("BAD_TIMESTAMP", value.message, timestamp_meant(text))
    return lambda: value


def _prepare_duration(text: str) -> Apply:
    value = duration_of_string(text)
    if isinstance(value, ErrorValue):
        meant = None if value is DURATION_RANGE else duration_meant(text)
        raise BadLiteralError("BAD_DURATION", value.message, meant)
    return lambda: value


def _itself(value: object) -> object:
    return value


_TIMESTAMP: Final = function(
    "timestamp",
    Overload((Kind.STRING,), TIMESTAMP, timestamp_of_string),
    Overload((Kind.INT,), TIMESTAMP, timestamp_of_int),
    Overload((Kind.TIMESTAMP,), TIMESTAMP, _itself),
    prepare=_prepare_timestamp,
)
_DURATION_FUNCTION: Final = function(
    "duration",
    Overload((Kind.STRING,), DURATION, duration_of_string),
    Overload((Kind.DURATION,), DURATION, _itself),
    prepare=_prepare_duration,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {"timestamp": _TIMESTAMP, "duration": _DURATION_FUNCTION}
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType({each.name: each for each in _GETTERS})
