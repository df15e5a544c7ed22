"""Timing: many short turns of all contenders in rounds, of which the fastest counts.

Noise only ever adds time, so the least of many turns is nearest to what the code costs; and as the
contenders take turns, a machine that is slower for a while is slower for all of them.
"""

import gc
import timeit
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.engines import Run

# As long as a turn takes: long beside the clock, short beside what disturbs.
TURN_SECONDS: Final = 1.5e-3
_MOST_CALLS: Final = 20_000
# Who has had as much time as this sits out the rest of the rounds: one peer takes 0.2 s for a call.
_MOST_SECONDS: Final = 1.0
# A peer that raises where ours gives an error value needs this; it costs nothing if nothing raises.
_GUARDED: Final = "try:\n    {}\nexcept Exception:\n    pass"


@dataclass(frozen=True, slots=True)
class Turn:
    """A contender, ready to be timed.

    Attributes:
        timer: Times a number of calls.
        calls: How many calls make a turn.
    """

    timer: timeit.Timer
    calls: int


def turn_of(run: Run) -> Turn:
    """Prepare what is timed, in a loop of its own.

    Python adapts code to what it meets, loops too: contenders that shared one would slow each
    other down.
    """
    timer = timeit.Timer(
        _GUARDED.format(run.statement),
        setup="call, argument = run.call, run.argument",
        globals={"run": run},
    )
    timer.timeit(3)
    once = max(timer.timeit(10) / 10, 1e-9)
    return Turn(timer, max(1, min(_MOST_CALLS, round(TURN_SECONDS / once))))


def fastest(
    turns: Sequence[Turn], rounds: int, advance: Callable[[], None] = lambda: None
) -> list[float]:
    """Time contenders in rounds.

    Args:
        turns: The contenders.
        rounds: How often each has its turn.
        advance: Is called after every round.

    Returns:
        Of each the seconds per call in its fastest turn.
    """
    best = [float("inf")] * len(turns)
    spent = [0.0] * len(turns)
    for _ in range(rounds):
        for position, turn in enumerate(turns):
            if spent[position] < _MOST_SECONDS:
                seconds = turn.timer.timeit(turn.calls)
                spent[position] += seconds
                best[position] = min(best[position], seconds / turn.calls)
        advance()
    return best


def each_once(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Time calls one by one, for what cannot be repeated: the seconds of each."""
    seconds = []
    enabled = gc.isenabled()
    gc.disable()
    try:
        for call in calls:
            started = timeit.default_timer()
            call()
            seconds.append(timeit.default_timer() - started)
    finally:
        if enabled:
            gc.enable()
    return seconds


def outcome(run: Run) -> object:
    """Do once what is timed, and give its result, or the exception that it raises."""
    try:
        return eval(  # noqa: S307 - a statement of this package
            run.statement, {"call": run.call, "argument": run.argument}
        )
    except Exception as raised:  # noqa: BLE001 - whatever a peer raises is its result
        return raised


def is_match(result: object) -> bool:
    """Tell whether a result counts as a match; errors, of every engine, do not."""
    # Not by truth: one peer gives its errors as text, another its bools as numbers of its own.
    return bool(result == True)  # noqa: E712
