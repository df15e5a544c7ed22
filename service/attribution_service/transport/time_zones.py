"""Where the steps of a series begin, by the clocks of a time zone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MAX_STEPS = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)

NextBound = Callable[[datetime, ZoneInfo], datetime]


class TooManyStepsError(ValueError):
    """A range has more steps than are counted at once."""


def time_zone(name: str) -> ZoneInfo | None:
    """The time zone of this name in the IANA database, UTC if empty; None: there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # no such name, or no name: a path, a folder
        return None


def bounds(start_us: int, end_us: int, zone: ZoneInfo, following: NextBound) -> tuple[int, ...]:
    """Where steps begin from `start_us` on, and `end_us`; the first and the last may be short.

    `following` gives the begin of the step after a moment: `next_hour` or `next_day`. Raises
    TooManyStepsError, or OverflowError near the ends of the calendar.
    """
    found: list[int] = []
    for bound_us in _from(start_us, end_us, zone, following):
        found.append(bound_us)
        if len(found) > MAX_STEPS:
            raise TooManyStepsError
    return (*found, end_us)


def _from(start_us: int, end_us: int, zone: ZoneInfo, following: NextBound) -> Iterator[int]:
    moment_us = start_us
    while moment_us < end_us:
        yield moment_us
        moment = _EPOCH + timedelta(microseconds=moment_us)
        moment_us = (following(moment, zone) - _EPOCH) // _MICROSECOND


def next_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which a clock that is right now, and is not moved, shows a full hour."""
    local = moment.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment + _HOUR - past


def next_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The begin of the next local day: midnight, or what comes first where that is left out."""
    day = moment.astimezone(zone).date()
    following = moment
    while following <= moment:  # a zone that skips a whole day has two days begin at one moment
        day += timedelta(days=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        following = midnight.astimezone(UTC)
    return following
