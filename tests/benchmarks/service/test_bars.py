"""Whether a bar holds, from the rounds; nothing here is timed."""

import pytest

from benchmarks.service.bars import BARS, Bar, Sense, State, interval, judge, middle, per_round
from benchmarks.service.cases import CASES

RATE = Bar("rate", "case", "rate", "service", "floor", Sense.AT_LEAST, 0.5, "what")
COST = Bar("cost", "case", "cost", "service", "", Sense.AT_MOST, 200.0, "what", " MB")


def rates(*subject: float) -> dict[str, dict[str, list[float]]]:
    return {"rate": {"service": list(subject), "floor": [2.0] * len(subject)}}


@pytest.mark.parametrize(
    ("subject", "state"),
    [
        ((1.0, 1.2, 1.4), State.HOLDS),  # the bound itself is enough
        ((0.9, 1.2, 1.4), State.UNSURE),
        ((0.8, 0.9, 1.0), State.UNSURE),
        ((0.7, 0.8, 0.99), State.FAILS),
        ((), State.UNKNOWN),
    ],
)
def test_a_ratio_that_is_to_be_at_least(subject: tuple[float, ...], state: State) -> None:
    assert judge(RATE, rates(*subject)).state is state


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([150.0, 200.0], State.HOLDS),
        ([150.0, 201.0], State.UNSURE),
        ([200.5, 201.0], State.FAILS),
    ],
)
def test_a_figure_that_is_to_be_at_most(values: list[float], state: State) -> None:
    found = judge(COST, {"cost": {"service": values}})
    assert (found.state, found.low, found.high) == (state, values[0], values[1])


def test_what_was_not_measured_is_unknown() -> None:
    assert judge(RATE, {}).state is State.UNKNOWN
    assert judge(COST, {}).median is None


def test_sides_are_compared_round_by_round() -> None:
    rounds = {"rate": {"service": [1.0, 9.0], "floor": [2.0, 3.0]}}
    assert per_round(RATE, rounds) == [0.5, 3.0]


def test_a_side_that_missed_a_round_is_a_fault() -> None:
    with pytest.raises(ValueError, match="shorter"):
        per_round(RATE, {"rate": {"service": [1.0, 9.0], "floor": [2.0]}})


def test_the_interval_leaves_out_only_what_many_rounds_allow() -> None:
    assert interval([3.0]) == (3.0, 3.0)
    assert interval([5.0, 1.0, 3.0, 2.0, 4.0]) == (1.0, 5.0)
    # Of seven, the second least is below the median with 1 - 16/128 only.
    assert interval([float(each) for each in range(7)]) == (0.0, 6.0)
    assert interval([float(each) for each in range(8)]) == (1.0, 6.0)
    assert interval([float(each) for each in range(20)]) == (5.0, 14.0)


def test_middle() -> None:
    assert middle([3.0, 1.0, 2.0]) == 2.0
    assert middle([4.0, 1.0, 2.0, 3.0]) == 2.5


def test_every_bar_has_a_case_and_a_name_of_its_own() -> None:
    names = {case.name for case in CASES}
    assert {bar.case for bar in BARS} <= names
    assert len({bar.name for bar in BARS}) == len(BARS)
    assert len(names) == len(CASES)
