"""The arithmetic of goals; nothing here is timed."""

import pytest

from benchmarks.goals import Verdict, ahead_of_all, all_hold, at_most, median, ratio


def test_ratio() -> None:
    assert ratio(150e-9, 100e-9) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="no time"):
        ratio(1.0, 0.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([3.0], 3.0), ([3.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 3.0, 2.0], 2.0), (iter([2.0, 1.0]), 1.0)],
)
def test_median(values: list[float], expected: float) -> None:
    assert median(values) == expected


def test_no_median_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        median([])


def test_a_bound_holds_up_to_itself() -> None:
    assert at_most("goal", 1.5, 1.5) == Verdict("goal", "1.50x", True)
    assert at_most("goal", 1.51, 1.5) == Verdict("goal", "1.51x", False)
    assert at_most("goal", 0.4, 1.0, " ms") == Verdict("goal", "0.40 ms", True)
    assert at_most("goal", None, 1.5) == Verdict("goal", "not measured", None)


def test_a_bound_that_is_missed_by_less_than_is_shown_is_missed() -> None:
    assert at_most("goal", 1.501, 1.5).holds is False


def test_ahead_of_all() -> None:
    peers = {"slow": 9.0, "near": 3.0}
    assert ahead_of_all("goal", 2.0, peers) == Verdict("goal", "near: 1.5x our time", True)
    assert ahead_of_all("goal", 6.0, peers) == Verdict("goal", "near: 0.5x our time", False)
    assert ahead_of_all("goal", 3.0, peers).holds is False


@pytest.mark.parametrize(("ours", "peers"), [(None, {"near": 3.0}), (1.0, {})])
def test_ahead_of_nothing_is_unknown(ours: float | None, peers: dict[str, float]) -> None:
    assert ahead_of_all("goal", ours, peers).holds is None


def test_all_hold_only_if_all_are_known_to() -> None:
    holds, fails, unknown = (Verdict("", "", held) for held in (True, False, None))
    assert all_hold([holds, holds])
    assert not all_hold([holds, fails])
    assert not all_hold([holds, unknown])
