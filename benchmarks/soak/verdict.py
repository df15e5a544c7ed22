"""Whether what was sampled stayed flat, by its slope over the second part of the run."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MIB: Final = 1024 * 1024
# Enough for the slope, and few enough for all pairs of them.
_POINTS: Final = 240


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen of a server at a moment, and of the calls since the sample before.

    Attributes:
        at_seconds: Since the run began.
        resident_bytes: What the server holds in memory.
        handles: Files and connections that it has open.
        threads: Its threads.
        wal_bytes: The log of changes of its store.
        calls: How many were answered.
        failed: How many were not.
        p50_ms: Half of the answers took at most this long; 0 if there are none.
        p99_ms: Ninety-nine in a hundred.
    """

    at_seconds: float
    resident_bytes: int
    handles: int
    threads: int
    wal_bytes: int
    calls: int
    failed: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that must not grow: by more than the larger of a share and an amount.

    Attributes:
        name: For people.
        of: Its value in a sample, in `unit`.
        unit: What it is counted in.
        share: How much of its median it may grow by over the second part.
        amount: What it may grow by in any case.
        hard: Whether the run fails if it does not hold; how long calls take depends on what else
            the machine does.
    """

    name: str
    of: Callable[[Sample], float]
    unit: str
    share: float
    amount: float
    hard: bool


# The log of changes goes up and down with each checkpoint, and its peak is a matter of its size.
MEASURES: Final = (
    Measure("memory", lambda each: each.resident_bytes / MIB, "MiB", 0.05, 8.0, hard=True),
    Measure("handles", lambda each: each.handles, "", 0.0, 2.0, hard=True),
    Measure("threads", lambda each: each.threads, "", 0.0, 1.0, hard=True),
    Measure("log of changes", lambda each: each.wal_bytes / MIB, "MiB", 0.5, 16.0, hard=False),
    Measure("p50", lambda each: each.p50_ms, "ms", 0.25, 1.0, hard=False),
    Measure("p99", lambda each: each.p99_ms, "ms", 0.5, 10.0, hard=False),
)


class State(StrEnum):
    """What is said of a measure."""

    FLAT = "flat"
    GROWS = "grows"
    GROWS_REPORTED = "grows, reported only"


@dataclass(frozen=True, slots=True)
class Finding:
    """A measure over the second part: its median and highest, how much it grew, and may."""

    measure: Measure
    first: float
    median: float
    highest: float
    growth: float
    allowed: float

    @property
    def state(self) -> State:
        """Whether it is flat."""
        if self.growth <= self.allowed:
            return State.FLAT
        return State.GROWS if self.measure.hard else State.GROWS_REPORTED


def judge(samples: Sequence[Sample]) -> list[Finding]:
    """What there is to say of each measure. Raises ValueError if there is too little to see."""
    late = samples[len(samples) // 2 :]
    if len(late) < 5:
        raise ValueError("too short to tell: let it run for longer")
    return [_judge(measure, samples, late) for measure in MEASURES]


def _judge(measure: Measure, samples: Sequence[Sample], late: Sequence[Sample]) -> Finding:
    values = [measure.of(each) for each in late]
    times = [each.at_seconds for each in late]
    median = statistics.median(values)
    return Finding(
        measure,
        first=measure.of(samples[0]),
        median=median,
        highest=max(values),
        growth=slope(*thinned(times, values)) * (times[-1] - times[0]),
        allowed=max(measure.share * median, measure.amount),
    )


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """The median of the slopes between all pairs (Theil and Sen): a few outliers change nothing."""
    return statistics.median(
        (values[j] - values[i]) / (times[j] - times[i])
        for i in range(len(times))
        for j in range(i + 1, len(times))
    )


def thinned(
    times: Sequence[float], values: Sequence[float]
) -> tuple[Sequence[float], Sequence[float]]:
    """The medians of parts, if there are many values."""
    step = -(-len(times) // _POINTS)
    parts = range(0, len(times), step)
    return (
        [statistics.median(times[at : at + step]) for at in parts],
        [statistics.median(values[at : at + step]) for at in parts],
    )
