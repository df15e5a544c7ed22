"""Rules and where they stand: which roots they may read, and their compiled forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from attribution_dsl import (
    ErrorKind,
    ErrorValue,
    Limits,
    Path,
    ResultType,
    Rule,
    RuleError,
    Timestamp,
    compile_rule,
)

from attribution_service.core.properties import Properties
from attribution_service.core.refusals import Reason, Refusal, Violation

# G4, C15: what a goal's filter and value rule may read.
GOAL_ROOTS = ("event", "trigger", "person", "now")
AUDIENCE_ROOTS = ("person", "segments", "trigger", "now")  # X8
SEGMENT_ROOTS = ("person",)  # S3: with `now`, membership would change without an update
_NO_TRIGGER = "the campaign is not triggered by an event"
_NO_EVENT = "the goal is not an event"
_LIMITS = Limits()
Reads = Mapping[str, frozenset[str] | None]


class Use(StrEnum):
    """Where a rule stands, which decides what it must result in."""

    GOAL_FILTER = "GOAL_FILTER"
    GOAL_VALUE = "GOAL_VALUE"
    AUDIENCE_FILTER = "AUDIENCE_FILTER"
    SEGMENT = "SEGMENT"

    @property
    def result(self) -> ResultType:
        """What the rule must give."""
        return ResultType.NUMBER if self is Use.GOAL_VALUE else ResultType.BOOL

    @property
    def roots(self) -> tuple[str, ...]:
        """What it may read at the most."""
        return _ROOTS[self]

    @property
    def unavailable(self) -> Mapping[str, str]:
        """The other roots of the language, each with the reason why it is not to be had here."""
        return {root: _WHY_NOT[self] for root in _ALL_ROOTS if root not in self.roots}


_ROOTS = {
    Use.GOAL_FILTER: GOAL_ROOTS,
    Use.GOAL_VALUE: GOAL_ROOTS,
    Use.AUDIENCE_FILTER: AUDIENCE_ROOTS,
    Use.SEGMENT: SEGMENT_ROOTS,
}
_ALL_ROOTS = ("event", "trigger", "person", "segments", "now")
_WHY_NOT = {
    Use.GOAL_FILTER: "only an audience filter reads it",
    Use.GOAL_VALUE: "only an audience filter reads it",
    Use.AUDIENCE_FILTER: "an audience filter is asked when there is no event of the goal",
    Use.SEGMENT: "the rule of a segment reads `person` only",
}


@dataclass(frozen=True, slots=True)
class RuleInput:
    """What a rule is evaluated over; `now_us` is None only where somebody tries a rule without."""

    event: Properties
    trigger: Properties
    person: Properties
    now_us: int | None
    segment_ids: tuple[str, ...] = ()


def compiled(
    source: str,
    use: Use,
    *,
    has_trigger: bool,
    has_event: bool = True,
    limits: Limits = _LIMITS,
) -> Rule:
    """A rule for where it stands. Raises attribution_dsl.RuleError if it is refused."""
    unavailable = dict(use.unavailable)
    if not has_trigger:
        unavailable.setdefault("trigger", _NO_TRIGGER)
    if not has_event:
        unavailable.setdefault("event", _NO_EVENT)
    return compile_rule(
        source,
        roots=tuple(root for root in use.roots if root not in unavailable),
        unavailable=unavailable,
        result=use.result,
        limits=limits,
    )


@dataclass(frozen=True, slots=True, eq=False)
class KeptRule:
    """What is kept of a compiled rule: its tree would take as much room once more."""

    evaluate: Callable[[Mapping[str, object]], object]
    reads: Reads
    paths: tuple[Path, ...]


class RuleBook:
    """Compiled rules: each is compiled when first needed and then shared.

    Holds one entry for each distinct text in use, at most `most` of them; over that the oldest go
    and are compiled again when needed.
    """

    def __init__(self, limits: Limits | None = None, most: int = 10_000) -> None:
        self._limits = limits or _LIMITS
        self._most = most
        self._rules: dict[tuple[str, Use, bool, bool], KeptRule] = {}
        # Most rules name the same few properties: what they read is there once.
        self._named: dict[tuple[Path, ...], tuple[Reads, tuple[Path, ...]]] = {}

    def rule(self, source: str, use: Use, *, has_trigger: bool, has_event: bool = True) -> KeptRule:
        """The compiled rule; raises attribution_dsl.RuleError if it is refused."""
        key = (source, use, has_trigger, has_event)
        rule = self._rules.get(key)
        if rule is None:
            made = compiled(
                source, use, has_trigger=has_trigger, has_event=has_event, limits=self._limits
            )
            rule = KeptRule(made.evaluate, *self._named_by(made))
            if len(self._rules) >= self._most:
                del self._rules[next(iter(self._rules))]
            self._rules[key] = rule
        return rule

    def reads(
        self, source: str, use: Use, *, has_trigger: bool = False, has_event: bool = True
    ) -> Mapping[str, frozenset[str] | None]:
        """What a stored rule reads, as `Rule.reads`; nothing if it does not compile any more."""
        try:
            return self.rule(source, use, has_trigger=has_trigger, has_event=has_event).reads
        except RuleError:
            return {}

    def paths(
        self, source: str, use: Use, *, has_trigger: bool = False, has_event: bool = True
    ) -> tuple[Path, ...]:
        """What a stored rule names of the data, as `Rule.paths`; nothing if it does not compile."""
        try:
            return self.rule(source, use, has_trigger=has_trigger, has_event=has_event).paths
        except RuleError:
            return ()

    def _named_by(self, rule: Rule) -> tuple[Reads, tuple[Path, ...]]:
        """What the rule reads and names; the same objects for rules in which both are the same."""
        if len(self._named) >= self._most:
            self._named.clear()
        paths = rule.paths
        reads, known = self._named.setdefault(paths, (rule.reads, paths))
        return (reads if reads == rule.reads else rule.reads), known

    def evaluate(
        self,
        source: str,
        use: Use,
        given: RuleInput,
        *,
        has_trigger: bool = False,
        has_event: bool = True,
    ) -> object:
        """The value of the rule, or an attribution_dsl.ErrorValue.

        A rule that was stored and does not compile any more, under new limits or a stricter
        version, is an error value too: it must not keep other campaigns from being judged.
        """
        try:
            rule = self.rule(source, use, has_trigger=has_trigger, has_event=has_event)
        except RuleError as error:
            first = error.diagnostics[0].message
            return ErrorValue(ErrorKind.INVALID_ARGUMENT, f"the rule is refused: {first}")
        return rule.evaluate(roots_of(rule.reads, given))

    def check(
        self,
        source: str,
        use: Use,
        *,
        field: str,
        has_trigger: bool = False,
        has_event: bool = True,
    ) -> None:
        """Refuse a rule that does not compile, pointing at it as `field` of the request."""
        try:
            self.rule(source, use, has_trigger=has_trigger, has_event=has_event)
        except RuleError as error:
            first = error.diagnostics[0]
            raise Refusal(
                Reason.RULE_INVALID,
                f"{field}: {error}",
                {"line": str(first.line), "column": str(first.column)},
                tuple(
                    Violation(
                        field,
                        Reason.RULE_INVALID,
                        f"line {fault.line}, column {fault.column}: {fault.message}"
                        + (f" ({fault.suggestion})" if fault.suggestion else ""),
                    )
                    for fault in error.diagnostics
                ),
            ) from None


def roots_of(reads: Mapping[str, frozenset[str] | None], given: RuleInput) -> dict[str, object]:
    """The data that a rule sees, by root: no more of it than the rule reads."""
    roots: dict[str, object] = {}
    if "event" in reads:
        roots["event"] = given.event.for_rule(reads["event"])
    if "trigger" in reads:
        roots["trigger"] = given.trigger.for_rule(reads["trigger"])
    if "person" in reads:
        roots["person"] = given.person.for_rule(reads["person"])
    if "segments" in reads:
        roots["segments"] = list(given.segment_ids)
    if "now" in reads and given.now_us is not None:
        roots["now"] = Timestamp.from_micros(given.now_us)
    return roots


__all__ = [
    "GOAL_ROOTS",
    "ErrorKind",
    "ErrorValue",
    "RuleBook",
    "RuleInput",
    "Use",
    "compiled",
    "roots_of",
]
