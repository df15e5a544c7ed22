"""One rule after the other, evaluated by compiled code, the interpreter and the C++ engine."""

from collections.abc import Mapping
from functools import cached_property
from itertools import islice
from typing import Any, Final

from attribution_dsl import ErrorValue, ResultType, syntax
from attribution_dsl.compile import Evaluate, generate
from attribution_dsl.interpret import interpret
from attribution_dsl.macros import OF_OPTIONAL
from attribution_dsl.rule import Rule
from attribution_dsl.syntax import Node, with_depth
from dsl.fuzz import known, ours
from dsl.fuzz.cpp import Engine, NotComparableError
from dsl.fuzz.data import ROOTS, data_set
from dsl.fuzz.report import Disagreement, Report
from dsl.fuzz.rules import Written, rule
from dsl.fuzz.shrink import shrink
from dsl.fuzz.values import FAILED, canonical

POOL: Final = 400
"""How many sets of data there are; each rule is evaluated on some of them."""
_BUDGETS: Final = (1, 2, 3, 7)
_MOST_SHOWN: Final = 20
_LONGEST: Final = 400


class Comparison:
    """Compares rules, and keeps what it finds.

    Args:
        seed: What rules and data are made from.
        data_sets: On how many sets of data each rule is evaluated.
    """

    def __init__(self, seed: int, data_sets: int) -> None:
        self.report = Report()
        self._seed = seed
        self._data_sets = data_sets
        self._engine = Engine(tuple(ROOTS))
        self._generated: tuple[int, Node, Evaluate] | None = None
        self._prepared: dict[int, tuple[Mapping[str, object], Any]] = {}

    def rule(self, number: int) -> None:
        """Compare one rule on its sets of data."""
        self.report.counts["rules"] += 1
        written = rule(self._seed, number)
        loaded = ours.load(written.source, ROOTS)
        theirs = self._engine.load(written.other) if written.comparable else None
        if loaded.rule is None:
            self._refused(number, written, loaded, theirs)
            return
        if loaded.codes:
            self.report.counts["rules refused for their types"] += 1
        case = _Case(number, written, loaded.rule, theirs, bool(loaded.codes))
        for place in range(self._data_sets):
            self._evaluate(case, (number * 7 + place) % POOL)
        if case.loops:
            self._with_little_budget(case)

    def _refused(self, number: int, written: Written, loaded: ours.Loaded, theirs: Any) -> None:
        counts = self.report.counts
        if theirs is None or (loaded.codes & ours.NAMES and not self._typed(written)):
            counts["rules refused by both"] += 1
        elif loaded.codes & ours.MEANINGLESS:
            counts["rules with meaningless literals"] += 1
        elif loaded.codes & ours.LEFT_OUT:
            counts["rules with what we leave out"] += 1
        elif known.accepted(written.source):
            counts.update(f"known: {name}" for name in known.accepted(written.source))
        else:
            found = {"ours": f"refused: {sorted(loaded.codes)}", "C++": "accepted"}
            self._disagree(Disagreement(self._seed, number, None, written.source, "", found))

    def _typed(self, written: Written) -> bool:
        return self._engine.load_typed(written.other) is not None

    def _data(self, number: int) -> tuple[Mapping[str, object], Any]:
        if number not in self._prepared:
            roots = data_set(self._seed, number)
            self._prepared[number] = (roots, self._engine.data(roots))
        return self._prepared[number]

    def _evaluate(self, case: "_Case", number: int) -> None:
        roots, theirs = self._data(number)
        compiled, interpreted = case.rule.evaluate(roots), case.rule.interpret(roots)
        if not ours.same(compiled, interpreted):
            found = {"compiled": repr(compiled), "interpreted": repr(interpreted)}
            self._disagree(self._about(case, number, found))
        self._count(compiled)
        if ours.over_budget(compiled):
            self.report.counts["over budget"] += 1
        elif not case.written.comparable or (case.theirs is None and case.doubtful):
            self.report.counts["not given to C++"] += 1
        else:
            self._compare(case, number, compiled, theirs)

    def _count(self, value: object) -> None:
        counts = self.report.counts
        counts["errors" if isinstance(value, ErrorValue) else "values"] += 1
        if value is True:
            counts["true"] += 1
        elif value is False:
            counts["false"] += 1

    def _compare(self, case: "_Case", number: int, value: object, theirs: Any) -> None:
        expected = canonical(value)
        try:
            found = self._theirs(case, theirs)
        except NotComparableError:
            self.report.counts["not comparable"] += 1
            return
        if found == expected:
            return
        met = known.met(case.rule, self._data(number)[0])
        if case.theirs is None:
            met |= known.refused(case.rule)
        for name in met:
            self.report.counts[f"known: {name}"] += 1
        if not met:
            self._disagree(self._about(case, number, {"ours": repr(value), "C++": found}))

    def _theirs(self, case: "_Case", data: Any) -> str:
        if case.theirs is None:
            return FAILED
        return self._engine.evaluate(case.theirs, data, merge=case.written.merge)

    def _with_little_budget(self, case: "_Case") -> None:
        """Let both evaluators of ours run out of steps: at the same place, or not at all."""
        for place in range(self._data_sets):
            number = (case.number * 7 + place) % POOL
            roots, _ = self._data(number)
            found = self._budgeted(case.number, case.rule.tree, roots)
            self.report.counts["evaluations with a small budget"] += 1
            if not ours.same(*found):
                named = dict(zip(("compiled", "interpreted"), map(repr, found), strict=True))
                budget = f"{_budget(case.number)} steps"
                self._disagree(self._about(case, number, {"budget": budget, **named}))

    def _budgeted(
        self, number: int, tree: Node, roots: Mapping[str, object]
    ) -> tuple[object, object]:
        iterations = _budget(number)

        def interpreted(data: Mapping[str, object]) -> object:
            return interpret(tree, ROOTS, data, iterations)

        # Generated once for several sets of data.
        if self._generated is None or self._generated[:2] != (iterations, tree):
            made = generate(tree, ROOTS, iterations, ResultType.ANY, interpreted)
            self._generated = (iterations, tree, made)
        return self._generated[2](roots), interpreted(roots)

    def _about(self, case: "_Case", number: int, found: Mapping[str, str]) -> Disagreement:
        source = case.written.source
        if not case.written.merge and len(self.report.disagreements) < _MOST_SHOWN:
            kind = next(iter(found))
            source = shrink(source, lambda each: self._still(each, case, number, kind))
        small = ours.load(source, ROOTS).rule or case.rule
        if source != case.written.source:
            found = self._views(case.number, small, source, number)
        roots = repr(read_of(small, self._data(number)[0]))
        shown = {who: value[:_LONGEST] for who, value in found.items()}
        return Disagreement(self._seed, case.number, number, source, roots, shown)

    def _views(self, rule_number: int, rule: Rule, source: str, number: int) -> dict[str, str]:
        """Give what each evaluator makes of a rule, with few steps as well."""
        roots, theirs = self._data(number)
        program = self._engine.load(source)
        budgeted = self._budgeted(rule_number, rule.tree, roots)
        try:
            other = FAILED if program is None else self._engine.evaluate(program, theirs)
        except NotComparableError as strange:
            other = str(strange)
        return {
            "compiled": repr(rule.evaluate(roots)),
            "interpreted": repr(rule.interpret(roots)),
            "C++": other,
            f"compiled, {_budget(rule_number)} steps": repr(budgeted[0]),
            f"interpreted, {_budget(rule_number)} steps": repr(budgeted[1]),
        }

    def _still(self, source: str, case: "_Case", number: int, kind: str) -> bool:
        """Tell whether there is a disagreement of the same kind about a smaller rule."""
        rule = ours.load(source, ROOTS).rule
        if rule is None:
            return False
        roots, theirs = self._data(number)
        if kind == "budget":
            return not ours.same(*self._budgeted(case.number, rule.tree, roots))
        compiled = rule.evaluate(roots)
        if kind == "compiled":
            return not ours.same(compiled, rule.interpret(roots))
        program = self._engine.load(source)
        if program is None or known.met(rule, roots):
            return False
        try:
            return self._engine.evaluate(program, theirs) != canonical(compiled)
        except NotComparableError:
            return False

    def _disagree(self, disagreement: Disagreement) -> None:
        self.report.counts["disagreements"] += 1
        shown = self.report.disagreements
        if len(shown) < _MOST_SHOWN and (not shown or shown[-1].rule != disagreement.rule):
            shown.append(disagreement)


class _Case:
    def __init__(
        self, number: int, written: Written, rule: Rule, theirs: Any, doubtful: bool
    ) -> None:
        self.number = number
        self.written = written
        self.rule = rule
        self.theirs = theirs
        self.doubtful = doubtful

    @cached_property
    def loops(self) -> bool:
        """Whether the rule goes through lists or maps."""
        return any(
            isinstance(node, syntax.Comprehension) and node.macro not in OF_OPTIONAL
            for node, _ in with_depth(self.rule.tree)
        )


def _budget(number: int) -> int:
    return _BUDGETS[number % len(_BUDGETS)]


def read_of(rule: Rule, roots: Mapping[str, object]) -> dict[str, object]:
    """Give the part of the data that a rule can read."""
    return {name: _named(roots[name], names) for name, names in rule.reads.items() if name in roots}


def _named(value: object, names: frozenset[str] | None) -> object:
    if names is None or not isinstance(value, dict):
        return value
    return dict(islice(((name, value[name]) for name in sorted(names) if name in value), 20))
