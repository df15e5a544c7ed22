"""The tree-walking interpreter: slow, simple, and able to show the value of every part."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from attribution_dsl import runtime, syntax
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.operators import NEGATE, NOT, STRICT_BINARY
from attribution_dsl.roots import RootKind
from attribution_dsl.syntax import Node, path_of

Observer = Callable[[Node, object], None]


def interpret(
    tree: Node,
    kinds: Mapping[str, RootKind],
    roots: Mapping[str, object],
    observe: Observer | None = None,
) -> object:
    """Evaluate a rule by walking its tree.

    Args:
        tree: A checked rule.
        kinds: What each root holds.
        roots: The data.
        observe: Is told the value of every part that is evaluated, inner parts first.

    Returns:
        A value of the language, or an ErrorValue.
    """
    return _Interpreter(kinds, roots, observe).visit(tree)


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
        observe: Observer | None,
    ) -> None:
        self._kinds = kinds
        self._roots = roots
        self._observe = observe

    def visit(self, node: Node) -> object:
        value = _VISIT[node.__class__](self, node)
        if self._observe is not None:
            self._observe(node, value)
        return value

    def literal(self, node: syntax.Literal) -> object:
        return node.value

    def ident(self, node: syntax.Ident) -> object:
        return root_value(node.name, self._kinds.get(node.name), self._roots)

    def select(self, node: syntax.Select) -> object:
        return runtime.select(self.visit(node.operand), node.name, path_of(node))

    def presence(self, node: syntax.Presence) -> object:
        return runtime.present(self.visit(node.operand), node.name)

    def index(self, node: syntax.Index) -> object:
        operand = self.visit(node.operand)
        return runtime.index(operand, self.visit(node.index), path_of(node))

    def unary(self, node: syntax.Unary) -> object:
        function = NOT if node.operator == "!" else NEGATE
        return function.call(self.visit(node.operand))

    def binary(self, node: syntax.Binary) -> object:
        return BINARY[node.operator](self.visit(node.left), self.visit(node.right))

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
        return function.call(*map(self.visit, node.operands))

    def list_literal(self, node: syntax.ListLiteral) -> object:
        return runtime.make_list(*map(self.visit, node.items))

    def map_literal(self, node: syntax.MapLiteral) -> object:
        return runtime.make_map(*(self.visit(each) for pair in node.entries for each in pair))


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
    syntax.Select: _Interpreter.select,
    syntax.Presence: _Interpreter.presence,
    syntax.Index: _Interpreter.index,
    syntax.Unary: _Interpreter.unary,
    syntax.Binary: _Interpreter.binary,
    syntax.And: _Interpreter.all_of,
    syntax.Or: _Interpreter.any_of,
    syntax.Conditional: _Interpreter.conditional,
    syntax.Call: _Interpreter.call,
    syntax.ListLiteral: _Interpreter.list_literal,
    syntax.MapLiteral: _Interpreter.map_literal,
}
