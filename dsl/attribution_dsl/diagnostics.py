"""What is wrong with a rule, where, and what was probably meant."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_WIDEST_EXCERPT = 100
_MOST_SHOWN = 20


class Severity(StrEnum):
    """Whether a rule is refused, or only doubted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of source.

    Attributes:
        start: Offset of the first character, in code points from 0.
        end: Offset after the last character.
        line: Line of the first character, from 1.
        column: Column of the first character, in code points from 1.
    """

    start: int
    end: int
    line: int = 1
    column: int = 1

    def to(self, other: "Span") -> "Span":
        """Give the span from the start of this one to the end of the other."""
        return Span(self.start, other.end, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong, or doubtful, about a rule.

    Attributes:
        severity: ERROR refuses the rule; WARNING does not.
        code: A stable name for programs, such as `UNKNOWN_NAME`.
        message: For people, without the place and without the suggestion.
        span: The part of the source concerned.
        suggestion: What was probably meant, such as "did you mean `event`?", or None.
    """

    severity: Severity
    code: str
    message: str
    span: Span
    suggestion: str | None = None

    @property
    def line(self) -> int:
        """Line of the first character concerned, from 1."""
        return self.span.line

    @property
    def column(self) -> int:
        """Column of the first character concerned, in code points from 1."""
        return self.span.column

    def render(self, source: str) -> str:
        """Show message, place, the line of source with carets, and suggestion, for people.

        Args:
            source: The text of the rule.

        Returns:
            Several lines without a final line break.
        """
        lines = [f"{self.severity}: {self.message}", f"  line {self.line}, column {self.column}"]
        lines += _excerpt(source, self.span)
        if self.suggestion is not None:
            lines.append(f"  {self.suggestion}")
        return "\n".join(lines)


class RuleError(ValueError):
    """A rule was refused.

    Attributes:
        source: The text of the rule.
        diagnostics: All that is wrong, sorted by place; at least one.
    """

    def __init__(self, source: str, diagnostics: Iterable[Diagnostic]) -> None:
        self.source = source
        self.diagnostics: tuple[Diagnostic, ...] = in_order(diagnostics)
        shown = [each.render(source) for each in self.diagnostics[:_MOST_SHOWN]]
        more = len(self.diagnostics) - len(shown)
        super().__init__("\n".join([*shown, f"and {more} more"] if more else shown))


def error(code: str, message: str, span: Span, suggestion: str | None = None) -> Diagnostic:
    """Make a diagnostic that refuses the rule."""
    return Diagnostic(Severity.ERROR, code, message, span, suggestion)


def warning(code: str, message: str, span: Span, suggestion: str | None = None) -> Diagnostic:
    """Make a diagnostic that lets the rule pass."""
    return Diagnostic(Severity.WARNING, code, message, span, suggestion)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort by place in the source."""
    return tuple(sorted(diagnostics, key=lambda each: (each.span.start, each.span.end)))


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that a mistyped name most likely means.

    Args:
        name: What was written.
        candidates: What exists; of two equally close, the first is taken.

    Returns:
        The candidate, or None where none is near enough to be worth saying.
    """
    allowed = 1 if len(name) < 4 else 2 if len(name) < 9 else 3
    best: str | None = None
    wanted, letters = name.lower(), {*name.lower()}
    for candidate in candidates:
        other = candidate.lower()
        # Each step changes two letters at the most: most candidates need no closer look.
        if abs(len(other) - len(wanted)) > allowed or len(letters ^ {*other}) > 2 * allowed:
            continue
        distance = _edit_distance(wanted, other)
        if distance <= allowed and distance < max(len(name), len(candidate)):
            best, allowed = candidate, distance - 1
    return best


def _edit_distance(left: str, right: str) -> int:
    """Count insertions, removals, replacements and swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left):
        older, before, row = before, row, [i + 1]
        for j, b in enumerate(right):
            cost = min(row[j] + 1, before[j + 1] + 1, before[j] + (a != b))
            if i and j and a == right[j - 1] and left[i - 1] == b:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
    return row[-1]


def _excerpt(source: str, span: Span) -> list[str]:
    """Give the first line that the span touches, and carets under the part touched."""
    begin = source.rfind("\n", 0, span.start) + 1
    end = source.find("\n", span.start)
    line = source[begin : len(source) if end < 0 else end].removesuffix("\r")
    column = span.start - begin
    width = max(1, min(span.end, begin + len(line)) - span.start)
    cut = max(0, column - _WIDEST_EXCERPT // 2)
    shown = line[cut : cut + _WIDEST_EXCERPT]
    column -= cut
    width = min(width, max(1, len(shown) - column))
    # A tab stays a tab in both lines: whatever its width, the caret stands under its character.
    gap = "".join("\t" if each == "\t" else " " for each in shown[:column])
    return [f"  | {_printable(shown)}".rstrip(), f"  | {gap}{'^' * width}"]


def _printable(text: str) -> str:
    """Replace what would move or hide characters on a terminal."""
    return "".join(
        each
        if each == "\t" or unicodedata.category(each) not in {"Cc", "Cf", "Cs"}
        else "\N{REPLACEMENT CHARACTER}"
        for each in text
    )
