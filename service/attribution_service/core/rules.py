"""The rules of goals: which roots they may read, and their compiled forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from attribution_dsl import (
    ErrorKind,
    ErrorValue,
    Limits,
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
_NO_TRIGGER = {"trigger": "the campaign is not triggered by an event"}
_LIMITS = Limits()


class Use(StrEnum):
    """Where a rule stands, which decides what it must result in."""

    GOAL_FILTER = "GOAL_FILTER"
    GOAL_VALUE = "GOAL_VALUE"

    @property
    def result(self) -> ResultType:
        """What the rule must give."""
        return ResultType.BOOL if self is Use.GOAL_FILTER else ResultType.NUMBER


@dataclass(frozen=True, slots=True)
class RuleInput:
    """What a rule is evaluated over; `now_us` is None only where somebody tries a rule without."""

    event: Properties
    trigger: Properties
    person: Properties
    now_us: int | None


def compiled(source: str, use: Use, *, has_trigger: bool, limits: Limits = _LIMITS) -> Rule:
    """A rule for where it stands. Raises attribution_dsl.RuleError if it is refused."""
    return compile_rule(
        source,
        roots=GOAL_ROOTS if has_trigger else tuple(r for r in GOAL_ROOTS if r != "trigger"),
        unavailable={} if has_trigger else _NO_TRIGGER,
        result=use.result,
        limits=limits,
    )


class RuleBook:
    """Compiled rules: each is compiled when first needed and then shared.

    Holds one entry for each distinct text in use, at most `most` of them; over that the oldest go
    and are compiled again when needed.
    """

    def __init__(self, limits: Limits | None = None, most: int = 10_000) -> None:
        self._limits = limits or _LIMITS
        self._most = most
        self._rules: dict[tuple[str, Use, bool], Rule] = {}

    def rule(self, source: str, use: Use, *, has_trigger: bool) -> Rule:
        """The compiled rule; raises attribution_dsl.RuleError if it is refused."""
        key = (source, use, has_trigger)
        rule = self._rules.get(key)
        if rule is None:
            rule = compiled(source, use, has_trigger=has_trigger, limits=self._limits)
            if len(self._rules) >= self._most:
                del self._rules[next(iter(self._rules))]
            self._rules[key] = rule
        return rule

    def evaluate(self, source: str, use: Use, given: RuleInput, *, has_trigger: bool) -> object:
        """The value of the rule, or an attribution_dsl.ErrorValue.

        A rule that was stored and does not compile any more, under new limits or a stricter
        version, is an error value too: it must not keep other campaigns from being judged.
        """
        try:
            rule = self.rule(source, use, has_trigger=has_trigger)
        except RuleError as error:
            first = error.diagnostics[0].message
            return ErrorValue(ErrorKind.INVALID_ARGUMENT, f"the rule is refused: {first}")
        return rule.evaluate(roots_of(rule.reads, given))

    def check(self, source: str, use: Use, *, has_trigger: bool, field: str) -> None:
        """Refuse a rule that does not compile, pointing at it as `field` of the request."""
        try:
            self.rule(source, use, has_trigger=has_trigger)
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
