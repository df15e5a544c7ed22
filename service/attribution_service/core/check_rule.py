"""What is known of a rule before it is used: what is wrong, how it is spelled, what it reads."""

from dataclasses import dataclass

from attribution_dsl import Diagnostic, Limits, Rule, RuleError, Span, format_rule

from attribution_service.core.rules import Use, compiled

_MAX_BYTES = Limits().source_bytes


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule, and where it is to stand; `has_event`: the goal that it belongs to is an event."""

    source: str
    use: Use
    has_trigger: bool
    has_event: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a rule's text: offsets from 0, lines and columns from 1, all in code points."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a rule reads of one root: properties in byte order, or all of it as a `whole`."""

    root: str
    properties: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """What is known of a rule without data.

    `rule` is None if it is refused; `formatted` is empty if it does not parse, or would be longer
    than a rule may be.
    """

    source: str
    rule: Rule | None
    diagnostics: tuple[Diagnostic, ...]
    formatted: str

    @property
    def reads(self) -> tuple[Read, ...]:
        """What it reads, in byte order of the roots."""
        if self.rule is None:
            return ()
        return tuple(
            Read(root, tuple(sorted(names or ())), names is None)
            for root, names in sorted(self.rule.reads.items())
        )


def check_rule(text: RuleText) -> CheckedRule:
    """Check a rule as it would be checked where it is to stand."""
    try:
        rule = compiled(
            text.source, text.use, has_trigger=text.has_trigger, has_event=text.has_event
        )
    except RuleError as refused:
        return CheckedRule(text.source, None, refused.diagnostics, _formatted(text.source))
    return CheckedRule(text.source, rule, rule.warnings, _formatted(text.source))


def _formatted(source: str) -> str:
    try:
        formatted = format_rule(source)
    except RuleError:
        return ""
    return formatted if len(formatted.encode()) <= _MAX_BYTES else ""


def place_of(source: str, span: Span) -> Place:
    """The place of a piece of a rule, its end too."""
    line_start = source.rfind("\n", 0, span.end) + 1
    return Place(
        start=span.start,
        end=span.end,
        line=span.line,
        column=span.column,
        end_line=source.count("\n", 0, span.end) + 1,
        end_column=span.end - line_start + 1,
    )
