"""The bars, each in one row, and how it is told whether they hold."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_CONFIDENCE: Final = 0.9

Rounds = Mapping[str, Mapping[str, Sequence[float]]]
"""Of a case: by measure and side, the value of each round."""


class Sense(StrEnum):
    """On which side of the bound a figure is good."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class State(StrEnum):
    """Whether a bar holds."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNSURE = "within the noise"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that is to hold.

    Attributes:
        name: A short name.
        case: The case that measures it.
        measure: What is looked at there.
        subject: The side that is judged.
        floor: The side that it is divided by, round by round; empty: the figure itself is judged.
        sense: Whether it is to be at least or at most the bound.
        bound: The bound, a ratio or in `unit`.
        unit: Of the figure; empty: a ratio.
        what: What is measured, for people.
    """

    name: str
    case: str
    measure: str
    subject: str
    floor: str
    sense: Sense
    bound: float
    what: str
    unit: str = ""


def _ratio(name: str, case: str, measure: str, sense: Sense, bound: float, what: str) -> Bar:
    return Bar(name, case, measure, "service", "floor", sense, bound, what)


def _figure(
    name: str, case: str, measure: str, sense: Sense, bound: float, unit: str, what: str
) -> Bar:
    return Bar(name, case, measure, "service", "", sense, bound, what, unit)


def _overload(case: str, what: str) -> tuple[Bar, ...]:
    """The bars of one kind of overload."""
    return (
        _figure(
            f"{case}: answered p99",
            case,
            "answered_p99_s",
            Sense.AT_MOST,
            1.0,
            " s",
            f"{what}: what is answered, from the moment it was due",
        ),
        _figure(
            f"{case}: refused p99",
            case,
            "refused_p99_s",
            Sense.AT_MOST,
            1.0,
            " s",
            "what is refused, from the moment it was due",
        ),
        _figure(
            f"{case}: refused rightly",
            case,
            "refused_rightly",
            Sense.AT_LEAST,
            1.0,
            "",
            "the share of failed calls with RESOURCE_EXHAUSTED and a time to try again",
        ),
        _figure(
            f"{case}: memory",
            case,
            "grown_mb",
            Sense.AT_MOST,
            100.0,
            " MB",
            "by how much the most memory it ever held grew",
        ),
        _figure(
            f"{case}: recovers",
            case,
            "recovered",
            Sense.AT_LEAST,
            0.9,
            "",
            "its rate right afterwards, to that before",
        ),
    )


BARS: Final = (
    _ratio(
        "unary, unwatched: rate",
        "unary-unwatched",
        "calls_per_second",
        Sense.AT_LEAST,
        0.85,
        "an event that no goal watches, 64 calls at a time, to the echo server's calls a second",
    ),
    _ratio(
        "unary, unwatched: p99",
        "unary-unwatched",
        "p99_ms",
        Sense.AT_MOST,
        1.3,
        "the same, to the echo server's 99th percentile",
    ),
    _ratio(
        "unary, watched: rate",
        "unary-watched",
        "calls_per_second",
        Sense.AT_LEAST,
        0.6,
        "a watched event, one in five converts, durable, 64 calls at a time, to the echo server",
    ),
    _ratio(
        "batch, watched",
        "batch-watched",
        "per_second",
        Sense.AT_LEAST,
        0.5,
        "500 watched events a call, to the echo of such calls and the same SQL together",
    ),
    _figure(
        "batch, watched: on one core",
        "batch-watched",
        "per_second",
        Sense.AT_LEAST,
        20_000,
        "/s",
        "for orientation: the same, events a second",
    ),
    _ratio(
        "batch, unwatched",
        "batch-unwatched",
        "per_second",
        Sense.AT_LEAST,
        0.5,
        "500 events a call that no goal watches, to the echo of such calls",
    ),
    _ratio(
        "batch, exit checks",
        "batch-checks",
        "per_second",
        Sense.AT_LEAST,
        0.5,
        "500 checks a call, one in five ends a journey, to the echo and the same SQL together",
    ),
    Bar(
        "growth: stored deliveries",
        "growth-deliveries",
        "us_per_event",
        "large",
        "small",
        Sense.AT_MOST,
        1.3,
        "cost of a watched event, many stored deliveries to few",
    ),
    Bar(
        "growth: campaigns",
        "growth-campaigns",
        "us_per_event",
        "large",
        "small",
        Sense.AT_MOST,
        1.3,
        "cost of a watched event, 10,000 campaigns to 10",
    ),
    Bar(
        "growth: one journey of a person",
        "growth-journey",
        "us_per_event",
        "large",
        "small",
        Sense.AT_MOST,
        3.0,
        "cost of a watched event, a journey with 5,000 deliveries to one with 5",
    ),
    Bar(
        "growth: journeys of a person",
        "growth-person",
        "us_per_event",
        "large",
        "small",
        Sense.AT_MOST,
        3.0,
        "cost of a watched event, a person with 1,000 journeys of 5 deliveries to one with 1",
    ),
    _figure(
        "memory",
        "memory",
        "resident_mb",
        Sense.AT_MOST,
        200.0,
        " MB",
        "resident after watched events to people of the whole store",
    ),
    _figure(
        "start",
        "start",
        "seconds",
        Sense.AT_MOST,
        2.0,
        " s",
        "from the start of the process to the first answered call, with 10,000 campaigns",
    ),
    *_overload("overload", "lone calls at three times the rate it can serve"),
    *_overload("overload-batches", "batches at three times the rate it can serve"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a bar.

    Attributes:
        bar: The bar.
        median: The middle of the rounds; None if it was not measured.
        low: The median of many rounds is hardly below this.
        high: Nor above this.
        state: Whether it holds.
    """

    bar: Bar
    median: float | None
    low: float | None
    high: float | None
    state: State


def judge(bar: Bar, rounds: Rounds) -> Finding:
    """Tell whether a bar holds, from the rounds of its case; none: it was not measured."""
    values = per_round(bar, rounds)
    if not values:
        return Finding(bar, None, None, None, State.UNKNOWN)
    low, high = interval(values)
    at_least = bar.sense is Sense.AT_LEAST
    worst, best = (low, high) if at_least else (-high, -low)
    bound = bar.bound if at_least else -bar.bound
    state = State.UNSURE
    if worst >= bound:
        state = State.HOLDS
    elif best < bound:
        state = State.FAILS
    return Finding(bar, middle(values), low, high, state)


def per_round(bar: Bar, rounds: Rounds) -> list[float]:
    """The figure of each round: both sides of a ratio had their turns side by side."""
    sides = rounds.get(bar.measure, {})
    found = sides.get(bar.subject, ())
    if not bar.floor:
        return list(found)
    return [
        each / floor for each, floor in zip(found, sides.get(bar.floor, ()), strict=True) if floor
    ]


def middle(values: Sequence[float]) -> float:
    """The median; the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the true median is with a probability of nine in ten, whatever the noise is like.

    The true median lies between the k-th least and the k-th greatest value unless fewer than k of
    them fell on one side of it, each a toss of a coin. Of few values it is all between the least
    and the greatest.
    """
    ordered = sorted(values)
    count = len(ordered)
    cut = 0
    while (
        cut + 1 < (count + 1) // 2
        and 2 * sum(math.comb(count, few) for few in range(cut + 2)) / 2**count <= 1 - _CONFIDENCE
    ):
        cut += 1
    return ordered[cut], ordered[count - 1 - cut]
