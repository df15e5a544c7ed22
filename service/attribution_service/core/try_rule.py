"""A rule over sample data: what it comes to, and what each of its parts does."""

from collections import Counter
from dataclasses import dataclass

from attribution_dsl import ErrorKind, ErrorValue, Rule
from attribution_dsl.format import format_tree
from attribution_dsl.macros import OF_OPTIONAL
from attribution_dsl.syntax import Comprehension, Ident, Literal, Node, children

from attribution_service.core.check_rule import CheckedRule, Place, RuleText, check_rule, place_of
from attribution_service.core.rules import RuleInput, roots_of

MAX_OUTCOMES_OF_PART = 10
MAX_OUTCOMES = 1_000
MAX_STEPS = 100_000
# The roots that are not what the caller sent, but a value worth showing.
_SHOWN_ROOTS = frozenset({"now"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value or an ErrorValue; `turns` counts the turns of the loops around it, from 0."""

    value: object
    turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule that was evaluated: in loops several times, of which not all are kept."""

    place: Place
    text: str
    outcomes: tuple[Outcome, ...]
    evaluations: int


@dataclass(frozen=True, slots=True)
class TriedRule:
    """What a rule came to; `result` is None if it is refused.

    `parts` are in order of their places, outer ones first. `cut` says that `parts` and `missing`
    are not all.
    """

    checked: CheckedRule
    result: Outcome | None = None
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    cut: bool = False


class _EnoughError(Exception):
    """There is more to evaluate than is worth showing."""


def try_rule(text: RuleText, given: RuleInput) -> TriedRule:
    """Evaluate a rule and look at its parts."""
    checked = check_rule(text)
    rule = checked.rule
    if rule is None:
        return TriedRule(checked)
    roots = roots_of(rule.reads, given)
    watch = _Watch(rule)
    result = Outcome(rule.evaluate(roots))
    try:
        rule.interpret(roots, watch.observe)
    except _EnoughError:
        cut = True
    else:
        cut = False
    parts, more = watch.parts()
    return TriedRule(checked, result, parts, tuple(watch.missing), cut or more)


class _Watch:
    """Is told each value as the rule is evaluated, inner parts first."""

    def __init__(self, rule: Rule) -> None:
        self._source = rule.source
        # By identity: two parts may well be equal.
        self._loops: dict[int, tuple[Comprehension, ...]] = {}
        self._ends: dict[int, Comprehension] = {}
        self._turns: Counter[int] = Counter()
        self._steps = 0
        self._nodes: dict[int, Node] = {}
        self._outcomes: dict[int, list[Outcome]] = {}
        self._counts: Counter[int] = Counter()
        self.missing: dict[str, None] = {}
        self._enter(rule.tree, ())

    def _enter(self, node: Node, loops: tuple[Comprehension, ...]) -> None:
        """Note the loops that each part stands in."""
        self._loops[id(node)] = loops
        if isinstance(node, Comprehension) and node.macro not in OF_OPTIONAL:
            self._enter(node.target, loops)
            for part in node.body:
                self._ends[id(part)] = node
                self._enter(part, (*loops, node))
            return
        for child in children(node):
            self._enter(child, loops)

    def observe(self, node: Node, value: object) -> None:
        """Keep a value. Raises _EnoughError."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _EnoughError
        key = id(node)
        if isinstance(value, ErrorValue) and value.kind is ErrorKind.NO_SUCH_KEY and value.path:
            self.missing.setdefault(value.path)
        if _is_shown(node):
            self._keep(node, Outcome(value, tuple(self._turns[id(x)] for x in self._loops[key])))
        if key in self._ends:
            self._end_of_body(node, value, self._ends[key])
        if isinstance(node, Comprehension):
            self._turns[key] = 0

    def _keep(self, node: Node, outcome: Outcome) -> None:
        key = id(node)
        self._nodes[key] = node
        self._counts[key] += 1
        outcomes = self._outcomes.setdefault(key, [])
        # The first ones and the last.
        if len(outcomes) == MAX_OUTCOMES_OF_PART:
            outcomes.pop()
        outcomes.append(outcome)

    def _end_of_body(self, node: Node, value: object, loop: Comprehension) -> None:
        """Count a turn that is over: after a filter that is true the rest of the body follows."""
        if node is loop.body[-1] or value is not True:
            self._turns[id(loop)] += 1

    def parts(self) -> tuple[tuple[Part, ...], bool]:
        """The parts in order of their places, and whether there were more."""
        room = MAX_OUTCOMES
        found: list[Part] = []
        for key, node in sorted(self._nodes.items(), key=_in_source):
            outcomes = tuple(self._outcomes[key][:room])
            if not outcomes:
                return tuple(found), True
            room -= len(outcomes)
            place = place_of(self._source, node.span)
            found.append(Part(place, format_tree(node), outcomes, self._counts[key]))
        return tuple(found), False


def _in_source(item: tuple[int, Node]) -> tuple[int, int]:
    """What sorts by place, what is around something before it."""
    span = item[1].span
    return span.start, -span.end


def _is_shown(node: Node) -> bool:
    """Whether the value is news: not what the rule's text or the caller has said."""
    if isinstance(node, Ident):
        return node.name in _SHOWN_ROOTS
    return not isinstance(node, Literal)
