"""The public face: from source to something that can be evaluated."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from attribution_dsl.check import Checked, check
from attribution_dsl.compile import generate
from attribution_dsl.diagnostics import Diagnostic, RuleError, error, in_order
from attribution_dsl.interpret import Observer, interpret
from attribution_dsl.kinds import Kind
from attribution_dsl.limits import Limits
from attribution_dsl.lint import lint
from attribution_dsl.parse import parse_leniently
from attribution_dsl.paths import Path, paths_of
from attribution_dsl.resolve import resolve
from attribution_dsl.results import ALLOWED, NEEDED, ResultType, as_result
from attribution_dsl.roots import RootKind, Roots, roots_of
from attribution_dsl.syntax import Node

_DEFAULT_LIMITS: Final = Limits()
_TREES: Final = 256
_NONE_UNAVAILABLE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule ready to be evaluated; immutable, and safe to share between threads.

    Attributes:
        source: The text it was made from.
        reads: Per root that is read the names of the top-level properties read, or None if the root
            is used whole. What is not named here need not be in the data.
        tree: Its syntax tree.
        evaluate: Takes the data, a mapping from root to value, and gives the result, a bool or a
            number as was asked for, or an ErrorValue. A root of properties that is not in the data
            counts as empty. Never raises and never changes the data, as long as the data consists
            of None, bool, int, float, str, list, dict with str keys, Timestamp, Duration and
            ErrorValue.
    """

    source: str
    reads: Mapping[str, frozenset[str] | None]
    tree: Node = field(repr=False)
    # A field and not a method, so that evaluating costs no call beyond the generated function.
    evaluate: Callable[[Mapping[str, object]], object] = field(repr=False)
    _kinds: Mapping[str, RootKind] = field(repr=False)
    _result: ResultType = field(repr=False)
    _iterations: int = field(repr=False)
    _doubts: tuple[Diagnostic, ...] = field(repr=False)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is doubtful about it, sorted by place; found anew each time it is asked for."""
        return in_order([*self._doubts, *lint(self.source, self.tree, self._kinds)])

    @property
    def paths(self) -> tuple[Path, ...]:
        """The parts of the data that it names, each once, in order; found anew each time."""
        return paths_of(self.tree)

    def interpret(self, roots: Mapping[str, object], observe: Observer | None = None) -> object:
        """Evaluate by walking the tree: slower than `evaluate`, with the same result.

        Args:
            roots: The data, as for `evaluate`.
            observe: Is told every part of the tree that was evaluated, with its value.

        Returns:
            What `evaluate` returns.
        """
        value = interpret(self.tree, self._kinds, roots, self._iterations, observe)
        return as_result(value, self._result)


def compile_rule(
    source: str,
    *,
    roots: Mapping[str, RootKind] | Collection[str],
    unavailable: Mapping[str, str] = _NONE_UNAVAILABLE,
    result: ResultType = ResultType.BOOL,
    limits: Limits = _DEFAULT_LIMITS,
) -> Rule:
    """Make a rule from its source.

    Args:
        source: The text of the rule.
        roots: The names that may be read. Of bare names, `now` is a timestamp, `segments` a list of
            strings, and every other a map of properties; a mapping says so itself.
        unavailable: Names that exist elsewhere in the language, each with the reason why not here,
            such as "the campaign is not triggered by an event".
        result: What the rule must give.
        limits: How large the rule may be, and what an evaluation may cost.

    Returns:
        The rule.

    Raises:
        RuleError: The rule is refused; the error shows all that is wrong, and where.
    """
    return load_rule(
        source, roots=Roots(roots_of(roots), unavailable), result=result, limits=limits
    )


def load_rule(
    source: str,
    *,
    roots: Roots,
    result: ResultType = ResultType.BOOL,
    limits: Limits = _DEFAULT_LIMITS,
    strict: bool = True,
) -> Rule:
    """Make a rule from its source, as `compile_rule` does.

    Args:
        source: The text of the rule.
        roots: What can be read.
        result: What the rule must give.
        limits: How large the rule may be, and what an evaluation may cost.
        strict: Whether to refuse operations that can never have a value; else they are error values
            when evaluated, as the conformance tests of CEL have it.

    Raises:
        RuleError: The rule is refused; the error shows all that is wrong, and where.
    """
    parsed, mistakes = parse_leniently(source, limits)
    tree = resolve(parsed, roots.kinds)
    checked = check(tree, roots, limits, strict=strict)
    doubted = {each.span for each in mistakes}
    beyond = [each for each in checked.errors if each.span not in doubted]
    refused = [*mistakes, *beyond, *_wrong_result(tree, checked, result)]
    if refused:
        raise RuleError(source, refused)

    kinds = roots.kinds

    def interpreted(data: Mapping[str, object]) -> object:
        # Hardly any data is like that: a tree for each rule in use takes more room than its code.
        again = _tree_of(source, tuple(kinds.items()), limits)
        return as_result(interpret(again, kinds, data, limits.iterations), result)

    return Rule(
        source=source,
        reads=MappingProxyType(checked.reads),
        tree=tree,
        evaluate=generate(tree, kinds, limits.iterations, result, interpreted),
        _kinds=kinds,
        _result=result,
        _iterations=limits.iterations,
        _doubts=checked.diagnostics,
    )


@lru_cache(maxsize=_TREES)
def _tree_of(source: str, kinds: tuple[tuple[str, RootKind], ...], limits: Limits) -> Node:
    """Parse a rule once more that was found to be right."""
    parsed, _ = parse_leniently(source, limits)
    return resolve(parsed, dict(kinds))


def _wrong_result(tree: Node, checked: Checked, result: ResultType) -> list[Diagnostic]:
    kind = checked.type.kind
    if kind is Kind.ANY or kind in ALLOWED[result]:
        return []
    message = f"the rule must give {NEEDED[result]}, and this gives {kind}"
    return [error("WRONG_RESULT", message, tree.span)]
