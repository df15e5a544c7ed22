"""Where the steps of a series begin, with the days on which clocks change."""

from datetime import datetime
from itertools import pairwise

import pytest
from attribution_service.transport.time_zones import (
    MAX_STEPS,
    NextBound,
    TooManyStepsError,
    bounds,
    next_day,
    next_hour,
    time_zone,
)

HOUR_US = 3_600_000_000


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def lengths(name: str, start: str, end: str, following: NextBound) -> list[float]:
    """The lengths of the steps, in hours."""
    zone = time_zone(name)
    assert zone is not None
    found = bounds(us(start), us(end), zone, following)
    return [(after - before) / HOUR_US for before, after in pairwise(found)]


@pytest.mark.parametrize(
    ("name", "start", "end", "expected"),
    [
        ("", "2026-03-01T00:00Z", "2026-03-03T00:00Z", [24, 24]),
        ("UTC", "2026-03-01T06:00Z", "2026-03-02T01:00Z", [18, 1]),
        ("Europe/Berlin", "2026-03-28T23:00Z", "2026-03-30T22:00Z", [23, 24]),
        ("Europe/Berlin", "2026-10-24T22:00Z", "2026-10-26T23:00Z", [25, 24]),
        ("America/New_York", "2026-03-08T05:00Z", "2026-03-09T04:00Z", [23]),
        # Midnight itself is left out where clocks go forward at midnight, or comes twice.
        ("America/Sao_Paulo", "2018-11-03T03:00Z", "2018-11-05T02:00Z", [24, 23]),
        ("America/Havana", "2026-10-31T04:00Z", "2026-11-02T05:00Z", [24, 25]),
        # A day that never was: Samoa went over the date line.
        ("Pacific/Apia", "2011-12-29T10:00Z", "2011-12-31T10:00Z", [24, 24]),
        # Half an hour of summer time.
        ("Australia/Lord_Howe", "2026-04-03T13:00Z", "2026-04-05T13:30Z", [24, 24.5]),
    ],
)
def test_days(name: str, start: str, end: str, expected: list[float]) -> None:
    assert lengths(name, start, end, next_day) == expected


@pytest.mark.parametrize(
    ("name", "start", "end", "expected"),
    [
        ("", "2026-03-01T00:30Z", "2026-03-01T03:00Z", [0.5, 1, 1]),
        ("Asia/Kathmandu", "2026-03-01T00:00Z", "2026-03-01T01:15Z", [0.25, 1]),
        ("Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T03:00Z", [1, 1, 1]),
        ("Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T02:00Z", [1, 1]),
    ],
)
def test_hours(name: str, start: str, end: str, expected: list[float]) -> None:
    assert lengths(name, start, end, next_hour) == expected


def test_no_time_zone() -> None:
    for name in ("Nowhere", "Europe", "../UTC", "/etc/passwd", "europe/berlin ", "x" * 255, "é"):
        assert time_zone(name) is None


def test_steps_are_bounded() -> None:
    zone = time_zone("")
    assert zone is not None
    start = us("2026-03-01T00:00Z")
    most = bounds(start, start + MAX_STEPS * HOUR_US, zone, next_hour)
    assert len(most) == MAX_STEPS + 1
    with pytest.raises(TooManyStepsError):
        bounds(start, start + MAX_STEPS * HOUR_US + 1, zone, next_hour)
    with pytest.raises(TooManyStepsError):
        bounds(start, us("9999-01-01T00:00Z"), zone, next_day)
