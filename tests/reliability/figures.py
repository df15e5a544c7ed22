"""What a case came to, in figures, and the table of all cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Figures:
    """A case: its faults, what callers saw, and what was found afterwards."""

    case: str
    faults: int
    answered: int
    again: int
    unknown: int
    lost: int
    doubled: int
    people: int
    checked: int
    violated: int
    undecided: int
    seconds: float


_TITLES = {
    "case": "case",
    "faults": "faults survived",
    "answered": "answered",
    "again": "sent again",
    "unknown": "unknown",
    "lost": "lost",
    "doubled": "doubled",
    "people": "histories",
    "checked": "calls checked",
    "violated": "violated",
    "undecided": "undecided",
    "seconds": "s",
}


def table(cases: Iterable[Figures]) -> list[str]:
    """The lines of a table, one for each case and one for their sums."""
    rows = [list(_TITLES.values())]
    kept = list(cases)
    rows += [[_shown(getattr(each, name)) for name in _TITLES] for each in kept]
    rows.append(["all", *(_shown(sum(getattr(e, name) for e in kept)) for name in _sums())])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [_line(row, widths) for row in rows]


def _sums() -> Sequence[str]:
    return [each.name for each in fields(Figures) if each.name != "case"]


def _shown(value: object) -> str:
    return value if isinstance(value, str) else f"{value:,.0f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)])
