"""The tree-walking interpreter: slow, simple, and able to show the value of every part."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attribution_dsl import loops, meter, runtime, syntax
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.macros import OF_OPTIONAL
from attribution_dsl.meter import OVER_BUDGET, Meter, steps_of
from attribution_dsl.operators import NEGATE, NOT, STRICT_BINARY
from attribution_dsl.overloads import no_overload
from attribution_dsl.roots import RootKind
from attribution_dsl.syntax import Node, path_of
from attribution_dsl.values import NONE, ErrorValue, OptionalValue

Observer = Callable[[Node, object], None]


def interpret(
    tree: Node,
    kinds: Mapping[str, RootKind],
    roots: Mapping[str, object],
    iterations: int,
    observe: Observer | None = None,
) -> object:
    """Evaluate a rule by walking its tree.

    Args:
        tree: A checked rule.
        kinds: What each root holds.
        roots: The data.
        iterations: How many steps its comprehensions may take together.
        observe: Is told the value of every part that is evaluated, inner parts first.

    Returns:
        A value of the language, or an ErrorValue.
    """
    return _Interpreter(kinds, roots, iterations, observe).visit(tree)


def root_value(name: str, kind: RootKind | None, roots: Mapping[str, object]) -> object:
    """Give the value of a root; properties that are not given count as empty."""
    properties = kind is RootKind.PROPERTIES
    if name not in roots:
        return runtime.EMPTY if properties else runtime.no_such_key(name)
    value = roots[name]
    if properties and value.__class__ is not dict and isinstance(value, Mapping):
        return dict(value)
    return value


class _Interpreter:
    def __init__(
        self,
        kinds: Mapping[str, RootKind],
        roots: Mapping[str, object],
        iterations: int,
        observe: Observer | None,
    ) -> None:
        self._kinds = kinds
        self._roots = roots
        self._observe = observe
        self._meter = Meter(iterations)
        self._within_loops = 0
        self._scope: dict[str, object] = {}

    def visit(self, node: Node) -> object:
        value = _VISIT[node.__class__](self, node)
        if self._observe is not None:
            self._observe(node, value)
        return value

    def literal(self, node: syntax.Literal) -> object:
        return node.value

    def ident(self, node: syntax.Ident) -> object:
        return root_value(node.name, self._kinds.get(node.name), self._roots)

    def local(self, node: syntax.Local) -> object:
        return self._scope[node.name]

    def select(self, node: syntax.Select) -> object:
        read = runtime.optional_select if node.optional else runtime.select
        return read(self.visit(node.operand), node.name, path_of(node))

    def presence(self, node: syntax.Presence) -> object:
        return runtime.present(self.visit(node.operand), node.name)

    def index(self, node: syntax.Index) -> object:
        operand = self.visit(node.operand)
        read = runtime.optional_index if node.optional else runtime.index
        return read(operand, self.visit(node.index), path_of(node))

    def unary(self, node: syntax.Unary) -> object:
        function = NOT if node.operator == "!" else NEGATE
        return function.call(self.visit(node.operand))

    def binary(self, node: syntax.Binary) -> object:
        left, right = self.visit(node.left), self.visit(node.right)
        if self._within_loops and node.operator in meter.BINARY:
            return meter.BINARY[node.operator](self._meter, left, right)
        return BINARY[node.operator](left, right)

    def all_of(self, node: syntax.And) -> object:
        return self._logical(node.terms, "&&", decisive=False)

    def any_of(self, node: syntax.Or) -> object:
        return self._logical(node.terms, "||", decisive=True)

    def _logical(self, terms: tuple[Node, ...], operator: str, *, decisive: bool) -> object:
        """Give the decisive value if any term has it, whatever errors the others are."""
        values = []
        for term in terms:
            value = self.visit(term)
            if value is decisive:
                return decisive
            values.append(value)
        if all(value.__class__ is bool for value in values):
            return not decisive
        return runtime.undecided(operator, *values)

    def conditional(self, node: syntax.Conditional) -> object:
        condition = self.visit(node.condition)
        if condition is True:
            return self.visit(node.then)
        if condition is False:
            return self.visit(node.otherwise)
        return runtime.choice(condition)

    def call(self, node: syntax.Call) -> object:
        function = (FUNCTIONS if node.target is None else METHODS)[node.name]
        operands = map(self.visit, node.operands)
        if self._within_loops and function.linear:
            return meter.call(self._meter, function, node.ends_in_literal, *operands)
        return function.call(*operands)

    def fallback(self, node: syntax.Fallback) -> object:
        target = self.visit(node.target)
        if not isinstance(target, OptionalValue):
            return no_overload("orValue" if node.unwrap else "or", target)
        if target is NONE:
            other = self.visit(node.alternative)
            return other if node.unwrap else runtime.as_optional("or", other)
        return target.value if node.unwrap else target

    def comprehension(self, node: syntax.Comprehension) -> object:
        target = self.visit(node.target)
        if node.macro in OF_OPTIONAL:
            return self._of_optional(node, target)
        outer = self._meter if self._within_loops else None
        steps = loops.steps(node.macro, target, len(node.variables), outer)
        if isinstance(steps, ErrorValue):
            return steps
        return loops.fold(node.macro, self._turns(node, steps))

    def _turns(self, node: syntax.Comprehension, steps: list[loops.Step]) -> Iterator[loops.Turn]:
        """Evaluate the body for each step; a step that a filter takes out is no turn."""
        *filters, body = node.body
        for step in steps:
            if not self._meter.take(1):
                yield loops.Turn(step, OVER_BUDGET)
                return
            kept = self._within(node, step, filters[0]) if filters else True
            if kept is True:
                yield loops.Turn(step, self._turn(node, step, body))
            elif kept is not False:
                yield loops.Turn(step, loops.not_bool(node.macro, kept))

    def _turn(self, node: syntax.Comprehension, step: loops.Step, body: Node) -> object:
        value = self._within(node, step, body)
        merges = node.macro == "transformMapEntry"
        return OVER_BUDGET if merges and not self._meter.take(steps_of(value)) else value

    def _within(self, node: syntax.Comprehension, values: loops.Step, part: Node) -> object:
        outer, looping = self._scope, node.macro not in OF_OPTIONAL
        self._scope = {**outer, **dict(zip(node.variables, values, strict=True))}
        self._within_loops += looping
        result = self.visit(part)
        self._within_loops -= looping
        self._scope = outer
        return result

    def _of_optional(self, node: syntax.Comprehension, target: object) -> object:
        if not isinstance(target, OptionalValue):
            return no_overload(node.macro, target)
        if target is NONE:
            return NONE
        result = self._within(node, (target.value,), node.body[0])
        if node.macro == "optFlatMap":
            return runtime.as_optional(node.macro, result)
        return runtime.some(result)

    def list_literal(self, node: syntax.ListLiteral) -> object:
        return runtime.make_list(
            [self.visit(each.value) for each in node.items],
            [place for place, each in enumerate(node.items) if each.optional],
        )

    def map_literal(self, node: syntax.MapLiteral) -> object:
        return runtime.make_map(
            [self.visit(part) for each in node.entries for part in (each.key, each.value)],
            [place for place, each in enumerate(node.entries) if each.optional],
        )


BINARY: Final[dict[str, Callable[[object, object], object]]] = {
    "==": runtime.equal,
    "!=": runtime.not_equal,
    "in": runtime.contained,
    **{name: function.call for name, function in STRICT_BINARY.items()},
}
"""Every binary operator but `&&` and `||`, for any values."""

_VISIT: Final[dict[type, Callable[[_Interpreter, Any], object]]] = {
    syntax.Literal: _Interpreter.literal,
    syntax.Ident: _Interpreter.ident,
    syntax.Local: _Interpreter.local,
    syntax.Select: _Interpreter.select,
    syntax.Presence: _Interpreter.presence,
    syntax.Index: _Interpreter.index,
    syntax.Unary: _Interpreter.unary,
    syntax.Binary: _Interpreter.binary,
    syntax.And: _Interpreter.all_of,
    syntax.Or: _Interpreter.any_of,
    syntax.Conditional: _Interpreter.conditional,
    syntax.Call: _Interpreter.call,
    syntax.Fallback: _Interpreter.fallback,
    syntax.Comprehension: _Interpreter.comprehension,
    syntax.ListLiteral: _Interpreter.list_literal,
    syntax.MapLiteral: _Interpreter.map_literal,
}
