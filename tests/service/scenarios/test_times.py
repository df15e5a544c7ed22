import pytest
from attribution_service.scenarios.times import proto_duration, rfc3339, span_ns, time_us

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0s", 0),
        ("90s", 90 * SECOND),
        ("30m", 1_800 * SECOND),
        ("36h", 129_600 * SECOND),
        ("7d", 604_800 * SECOND),
        ("1h30m", 5_400 * SECOND),
        ("1d2h3m4.5s", 93_784 * SECOND + SECOND // 2),
        ("604800.000001s", 604_800 * SECOND + 1_000),
        ("0.000000001s", 1),
        ("-1s", -SECOND),
        ("", None),
        ("7", None),
        ("7 d", None),
        ("d", None),
        ("1s1m", None),
        ("1.5h", None),
        ("0.0000000001s", None),
    ],
)
def test_spans(text: str, expected: int | None) -> None:
    assert span_ns(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-03-01T00:00:00Z", 1_772_323_200_000_000),
        ("2026-03-01", None),
        ("2026-03-01T00:00:00", None),
        ("2026-13-01T00:00:00Z", None),
        ("noon", None),
    ],
)
def test_times(text: str, expected: int | None) -> None:
    assert time_us(text) == expected


@pytest.mark.parametrize("moment", [0, 1, -1, 1_772_323_200_000_000, 1_772_323_200_123_456])
def test_times_go_round(moment: int) -> None:
    assert time_us(rfc3339(moment)) == moment


@pytest.mark.parametrize(
    ("nanoseconds", "expected"),
    [
        (0, "0s"),
        (SECOND, "1s"),
        (1, "0.000000001s"),
        (-1_500_000_000, "-1.5s"),
        (10, "0.00000001s"),
    ],
)
def test_durations(nanoseconds: int, expected: str) -> None:
    assert proto_duration(nanoseconds) == expected
