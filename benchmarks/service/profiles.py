"""Tables and flame graphs of what a profiled server wrote."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROFILES: Final = Path("build/profiles")
_ROWS: Final = 45

Weighted = Sequence[tuple[tuple[str, ...], float]]
"""Stacks, a thread's name and then the outermost function first, with their seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A function: the seconds in it alone, and with all that it calls."""

    function: str
    own: float
    total: float


def read(path: Path) -> Weighted:
    """The stacks of a profile."""
    return [(tuple(stack), seconds) for stack, seconds in json.loads(path.read_text())]


def rows(stacks: Weighted) -> list[Row]:
    """All functions, those with the most time of their own first."""
    own: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for stack, seconds in stacks:
        own[stack[-1]] += seconds  # type: ignore[assignment]
        for function in set(stack):
            total[function] += seconds  # type: ignore[assignment]
    found = [Row(name, own[name], total[name]) for name in total]
    return sorted(found, key=lambda row: (-row.own, -row.total, row.function))


def table(stacks: Weighted, title: str) -> str:
    """A table in text: threads, functions by their own time, and by all of it."""
    everything = sum(seconds for _, seconds in stacks)
    threads: Counter[str] = Counter()
    for stack, seconds in stacks:
        threads[stack[0]] += seconds  # type: ignore[assignment]
    found = rows(stacks)
    by_total = sorted(found, key=lambda row: (-row.total, row.function))
    lines = [title, f"{everything:.2f} s on a core", "", "thread"]
    lines += [f"{_share(each, everything)}  {name}" for name, each in threads.most_common()]
    lines += ["", "  self  total  function, by its own time"]
    lines += _lines(found[:_ROWS], everything)
    lines += ["", "  self  total  function, with all that it calls"]
    lines += _lines(by_total[:_ROWS], everything)
    return "\n".join(lines) + "\n"


def _lines(found: Iterable[Row], everything: float) -> list[str]:
    return [
        f"{_share(row.own, everything)} {_share(row.total, everything)}  {row.function}"
        for row in found
    ]


def _share(seconds: float, everything: float) -> str:
    return f"{100 * seconds / everything if everything else 0.0:5.1f}%"
