"""Our language, as the comparison uses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from attribution_dsl import ErrorKind, ErrorValue, Limits, ResultType, RuleError
from attribution_dsl.roots import RootKind, Roots
from attribution_dsl.rule import Rule, load_rule

LIMITS: Final = Limits(
    source_bytes=65_536, depth=40, nodes=2_000, comprehension_nesting=20, iterations=100_000
)
TYPING: Final = "NO_OVERLOAD"
"""The code of refusals that only say that the types of operands do not fit."""
NAMES: Final = frozenset({"UNKNOWN_NAME", "UNKNOWN_FUNCTION", "WRONG_ARGUMENTS"})
"""The codes of refusals for names, which the checker of the C++ engine refuses as well."""
LEFT_OUT: Final = frozenset({"NOT_SUPPORTED"})
"""The codes of refusals for what our language leaves out, such as messages and unsigned ints."""
MEANINGLESS: Final = frozenset({"BAD_PATTERN", "BAD_TIME_ZONE", "BAD_TIMESTAMP", "BAD_DURATION"})
"""The codes of literals without a meaning, which are errors to the C++ engine if they are met."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What our language says of a source.

    Attributes:
        rule: The rule; loaded without strictness about types if that is the only way; None if it
            is refused.
        codes: Why it is refused, or would be, being strict.
    """

    rule: Rule | None
    codes: frozenset[str]


def load(source: str, roots: Mapping[str, RootKind], iterations: int = LIMITS.iterations) -> Loaded:
    """Load a rule that may give any value."""
    limits = Limits(
        LIMITS.source_bytes, LIMITS.depth, LIMITS.nodes, LIMITS.comprehension_nesting, iterations
    )
    codes: frozenset[str] = frozenset()
    for strict in (True, False):
        try:
            rule = load_rule(
                source, roots=Roots(roots), result=ResultType.ANY, limits=limits, strict=strict
            )
        except RuleError as refused:
            codes |= {each.code for each in refused.diagnostics}
        else:
            return Loaded(rule, codes)
    return Loaded(None, codes)


def same(compiled: object, interpreted: object) -> bool:
    """Tell whether the evaluators agree exactly, on the words of an error as well."""
    if compiled.__class__ is not interpreted.__class__:
        return False
    if isinstance(compiled, ErrorValue):
        return compiled == interpreted
    return repr(compiled) == repr(interpreted)


def over_budget(value: object) -> bool:
    """Tell whether an evaluation was ended by a limit, of which the other engine knows nothing."""
    return isinstance(value, ErrorValue) and value.kind is ErrorKind.BUDGET_EXCEEDED
