"""The goals, and the arithmetic of ratios that decides whether they hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

PRESENT_RATIO: Final = 1.5
"""At most this many times the direct lambda, with all keys present."""
MISSING_RATIO: Final = 2.5
"""At most this many times the guarded lambda, with a key missing."""
COLD_SECONDS: Final = 1e-3
"""At most this long from source to a rule."""
ATTACK_SECONDS: Final = 0.05
"""At most this long for one attack, whether refused or evaluated."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one goal holds.

    Attributes:
        goal: What was to be reached.
        measured: What was reached, for people.
        holds: Whether it is enough; None if it could not be measured.
    """

    goal: str
    measured: str
    holds: bool | None


def ratio(measured: float, baseline: float) -> float:
    """Divide a time by that of the baseline.

    Raises:
        ValueError: The baseline took no time, so that nothing can be said.
    """
    if baseline <= 0:
        raise ValueError("a baseline takes more than no time")
    return measured / baseline


def median(values: Iterable[float]) -> float:
    """Give the middle of the values, the lower one of two.

    Raises:
        ValueError: There are none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is no median of nothing")
    return ordered[(len(ordered) - 1) // 2]


def at_most(goal: str, measured: float | None, bound: float, unit: str = "x") -> Verdict:
    """Judge a figure that is to be at most a bound; None is one that could not be measured."""
    if measured is None:
        return Verdict(goal, "not measured", None)
    return Verdict(goal, f"{measured:.2f}{unit}", measured <= bound)


def ahead_of_all(goal: str, ours: float | None, peers: Mapping[str, float]) -> Verdict:
    """Judge whether a time is below that of every peer.

    Args:
        goal: What is judged.
        ours: Our time, or None if it could not be measured.
        peers: Times of the peers, in the same unit; those that cannot express a rule are left out.
    """
    if ours is None or not peers:
        return Verdict(goal, "not measured", None)
    name = min(peers, key=lambda each: peers[each])
    lead = ratio(peers[name], ours)
    return Verdict(goal, f"{name}: {lead:.1f}x our time", ours < peers[name])


def all_hold(verdicts: Iterable[Verdict]) -> bool:
    """Tell whether every goal was measured and holds."""
    return all(each.holds is True for each in verdicts)
