"""The language under test: how the tests load and evaluate rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from attribution_dsl.diagnostics import RuleError
from attribution_dsl.limits import Limits
from attribution_dsl.results import ResultType
from attribution_dsl.roots import RootKind, Roots
from attribution_dsl.rule import Rule, load_rule

# As far as the library allows: the tests are about meaning, and some are large on purpose.
LIMITS: Final = Limits(
    source_bytes=65_536, depth=40, nodes=10_000, comprehension_nesting=8, iterations=1_000_000
)
TYPING: Final = frozenset({"NO_OVERLOAD"})
"""The codes of refusals that only say that the types of operands do not fit."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rule, and whether it needed to be loaded without strictness about types."""

    rule: Rule
    lenient: bool


def load(source: str, roots: Mapping[str, RootKind]) -> Loaded:
    """Load a rule, strictly if that is possible.

    Raises:
        RuleError: It is refused for more than the types of operands.
    """
    try:
        return Loaded(_load(source, roots, strict=True), lenient=False)
    except RuleError as refusal:
        if not {each.code for each in refusal.diagnostics} <= TYPING:
            raise
    return Loaded(_load(source, roots, strict=False), lenient=True)


def _load(source: str, roots: Mapping[str, RootKind], *, strict: bool) -> Rule:
    """Be the one place that knows how the library loads a rule."""
    return load_rule(
        source, roots=Roots(roots), result=ResultType.ANY, limits=LIMITS, strict=strict
    )
