"""Growth is found, noise is not taken for it."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmarks.soak.verdict import MEASURES, MIB, Sample, State, judge, slope, thinned

CALM = Sample(0, 100 * MIB, 30, 12, 4 * MIB, 100, 0, 3.0, 12.0)


def run(
    change: Callable[[Sample, float], Sample], minutes: float = 2, noise: float = 0.01
) -> dict[str, State]:
    """What is said of a run with a sample a second, changed as time goes on."""
    pick = random.Random(1)
    samples = []
    for second in range(round(minutes * 60)):
        shaken = replace(
            CALM,
            at_seconds=second + 1.0,
            resident_bytes=round(CALM.resident_bytes * pick.uniform(1 - noise, 1 + noise)),
            p99_ms=CALM.p99_ms * pick.choice([1, 1, 1, 1, 1, 1, 1, 1, 1, 30]),
        )
        samples.append(change(shaken, float(second)))
    return {each.measure.name: each.state for each in judge(samples)}


def test_what_is_calm_is_flat() -> None:
    assert set(run(lambda sample, _: sample).values()) == {State.FLAT}


def test_what_grows_at_the_start_alone_is_flat() -> None:
    """Caches fill."""

    def change(sample: Sample, second: float) -> Sample:
        return replace(sample, resident_bytes=sample.resident_bytes + round(min(second, 50) * MIB))

    assert run(change)["memory"] is State.FLAT


@pytest.mark.parametrize("minutes", [2, 30])
def test_memory_that_leaks_grows(minutes: float) -> None:
    """By a tenth over the second half, whatever the length of the run."""
    per_second = 0.1 * CALM.resident_bytes / (minutes * 30)

    def change(sample: Sample, second: float) -> Sample:
        return replace(sample, resident_bytes=sample.resident_bytes + round(per_second * second))

    found = run(change, minutes)
    assert found.pop("memory") is State.GROWS
    assert set(found.values()) == {State.FLAT}


@pytest.mark.parametrize(("name", "field"), [("handles", "handles"), ("threads", "threads")])
def test_handles_and_threads_that_are_left_grow(name: str, field: str) -> None:
    def change(sample: Sample, second: float) -> Sample:
        return replace(sample, **{field: getattr(sample, field) + int(second // 10)})

    assert run(change)[name] is State.GROWS


def test_a_slower_machine_is_reported_and_fails_nothing() -> None:
    def change(sample: Sample, second: float) -> Sample:
        return replace(sample, p50_ms=sample.p50_ms + second / 20, p99_ms=12 + second)

    found = run(change)
    assert found["p50"] is found["p99"] is State.GROWS_REPORTED
    assert State.GROWS not in found.values()


def test_what_must_not_grow_on_any_machine_is_hard() -> None:
    assert {each.name for each in MEASURES if each.hard} == {"memory", "handles", "threads"}


def test_slope() -> None:
    times = [0.0, 1.0, 2.0, 3.0, 4.0]
    assert slope(times, [1.0, 3.0, 5.0, 7.0, 9.0]) == 2
    assert slope(times, [1.0, 3.0, 500.0, 7.0, 9.0]) == pytest.approx(2, abs=0.5)


def test_many_values_are_thinned() -> None:
    times = [float(each) for each in range(900)]
    few, values = thinned(times, times)
    assert len(few) <= 240
    assert few == values
    assert thinned([1.0, 2.0], [3.0, 4.0]) == ([1.0, 2.0], [3.0, 4.0])


def test_too_short_a_run_is_not_judged() -> None:
    with pytest.raises(ValueError, match="too short"):
        judge([CALM] * 6)
