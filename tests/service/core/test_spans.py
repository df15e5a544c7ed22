import pytest
from attribution_service.core.spans import span

S, MIN, H, D = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000


@pytest.mark.parametrize(
    ("length_us", "expected"),
    [
        (0, "0 s"),
        (1, "1 us"),
        (999, "999 us"),
        (1_000, "1 ms"),
        (999_999, "999 ms 999 us"),
        (S, "1 s"),
        (S + 1, "1 s 1 us"),
        (MIN - 1, "59 s 999 ms"),
        (MIN, "1 min"),
        (MIN + S, "1 min 1 s"),
        (H, "1 h"),
        (H + S, "1 h 1 s"),
        (2 * H + 30 * MIN + 5 * S, "2 h 30 min"),
        (D, "1 d"),
        (8 * D + 2 * H + 59 * MIN, "8 d 2 h"),
        (7 * D + 1, "7 d 1 us"),
        (-1, "-1 us"),
        (-90 * MIN, "-1 h 30 min"),
    ],
)
def test_spans_as_people_write_them(length_us: int, expected: str) -> None:
    assert span(length_us) == expected
