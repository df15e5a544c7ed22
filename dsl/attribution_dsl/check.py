"""The static checker: what can be known to be wrong before there is data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from attribution_dsl import syntax
from attribution_dsl.advice import unknown_function, unknown_name
from attribution_dsl.diagnostics import Diagnostic, Severity, error, in_order, warning
from attribution_dsl.functions import FUNCTIONS, METHODS, NEVER, NOT_YET
from attribution_dsl.kinds import (
    ANY,
    BOOL,
    DOUBLE,
    INT,
    NULL,
    NUMBERS,
    STRING,
    Kind,
    Type,
    common,
    may_equal,
)
from attribution_dsl.operators import NEGATE, NOT, STRICT_BINARY
from attribution_dsl.overloads import Function, misfit
from attribution_dsl.roots import ROOT_TYPES, RootKind, Roots
from attribution_dsl.syntax import Node, literal_text

_LITERALS: Final = {bool: BOOL, int: INT, float: DOUBLE, str: STRING, type(None): NULL}
_KEYS: Final = frozenset({Kind.ANY, Kind.BOOL, Kind.INT, Kind.STRING})


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker knows of a rule.

    Attributes:
        type: The type of the result.
        diagnostics: What is wrong or doubtful, sorted by place.
        reads: Per root that is read the names of the properties read; None if it is used whole.
    """

    type: Type
    diagnostics: tuple[Diagnostic, ...]
    reads: dict[str, frozenset[str] | None]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What refuses the rule."""
        return tuple(each for each in self.diagnostics if each.severity is Severity.ERROR)


def check(tree: Node, roots: Roots, *, strict: bool = True) -> Checked:
    """Check a rule.

    Args:
        tree: The rule.
        roots: What it may read.
        strict: Whether to refuse operations that can never have a value. Names and functions that
            do not exist are refused in any case.
    """
    checker = _Checker(roots, strict)
    result = checker.visit(tree)
    return Checked(result, in_order(checker.found), checker.frozen_reads())


class _Checker:
    def __init__(self, roots: Roots, strict: bool) -> None:
        self._roots = roots
        self._strict = strict
        self._reads: dict[str, set[str] | None] = {}
        self.found: list[Diagnostic] = []

    def visit(self, node: Node) -> Type:
        return _VISIT[node.__class__](self, node)

    def frozen_reads(self) -> dict[str, frozenset[str] | None]:
        return {
            root: None if names is None else frozenset(names) for root, names in self._reads.items()
        }

    def literal(self, node: syntax.Literal) -> Type:
        return _LITERALS[type(node.value)]

    def ident(self, node: syntax.Ident) -> Type:
        kind = self._root(node, selected=False)
        if kind is None:
            return ANY
        self._reads[node.name] = None
        return ROOT_TYPES[kind]

    def select(self, node: syntax.Select) -> Type:
        return self._member(node.operand, node.name, node)

    def presence(self, node: syntax.Presence) -> Type:
        self._member(node.operand, node.name, node)
        return BOOL

    def index(self, node: syntax.Index) -> Type:
        if isinstance(node.index, syntax.Literal) and isinstance(node.index.value, str):
            outer = self._property(node.operand, node.index.value)
            if outer is not None:
                return outer
        operand, key = self.visit(node.operand), self.visit(node.index)
        numeric = key.kind in NUMBERS or key.kind is Kind.ANY
        if operand.kind in {Kind.ANY, Kind.MAP}:
            fits = key.kind in _KEYS or key.kind is Kind.DOUBLE
        else:
            fits = operand.kind is Kind.LIST and numeric
        if not fits:
            self._refuse(misfit("[]", [operand.kind, key.kind]), node)
        return operand.element or ANY

    def unary(self, node: syntax.Unary) -> Type:
        function = NOT if node.operator == "!" else NEGATE
        return self._apply(function, [self.visit(node.operand)], node)

    def binary(self, node: syntax.Binary) -> Type:
        if node.operator == "in":
            return self._membership(node)
        left, right = self.visit(node.left), self.visit(node.right)
        function = STRICT_BINARY.get(node.operator)
        if function is not None:
            return self._apply(function, [left, right], node)
        if not may_equal(left.kind, right.kind):
            always = "false" if node.operator == "==" else "true"
            message = f"this is always {always}: {left} never equals {right}"
            self.found.append(warning("NEVER_EQUAL", message, node.span))
        return BOOL

    def logical(self, node: syntax.And | syntax.Or) -> Type:
        symbol = "&&" if isinstance(node, syntax.And) else "||"
        for term in node.terms:
            kind = self.visit(term).kind
            if kind not in {Kind.ANY, Kind.BOOL}:
                self._refuse(f"`{symbol}` joins true and false, not {kind}", term)
        return BOOL

    def conditional(self, node: syntax.Conditional) -> Type:
        kind = self.visit(node.condition).kind
        if kind not in {Kind.ANY, Kind.BOOL}:
            message = f"the condition before `?` must be true or false, not {kind}"
            self._refuse(message, node.condition)
        return common([self.visit(node.then), self.visit(node.otherwise)])

    def call(self, node: syntax.Call) -> Type:
        function = (FUNCTIONS if node.target is None else METHODS).get(node.name)
        if function is None:
            self.found.append(unknown_function(node))
            if node.name in NOT_YET or node.name in NEVER:
                # Its arguments may follow rules of their own, such as naming a variable.
                return ANY
        types = [self.visit(each) for each in node.operands]
        if function is None or not self._count_fits(node, function):
            return ANY
        self._check_prepared(node, function)
        return self._apply(function, types, node)

    def list_literal(self, node: syntax.ListLiteral) -> Type:
        types = [self.visit(each) for each in node.items]
        return Type(Kind.LIST, common(types))

    def map_literal(self, node: syntax.MapLiteral) -> Type:
        values = []
        for key, value in node.entries:
            kind = self.visit(key).kind
            if kind not in _KEYS:
                self._refuse(f"the key of a map cannot be {kind}", key)
            values.append(self.visit(value))
        return Type(Kind.MAP, common(values))

    def _root(self, node: syntax.Ident, *, selected: bool) -> RootKind | None:
        kind = self._roots.kinds.get(node.name)
        if kind is None:
            self.found.append(unknown_name(node, self._roots, selected=selected))
        return kind

    def _property(self, operand: Node, name: str) -> Type | None:
        """Note a read of one property of a root; None if it is not that."""
        if not isinstance(operand, syntax.Ident):
            return None
        kind = self._root(operand, selected=True)
        if kind is None:
            return ANY
        if kind is not RootKind.PROPERTIES:
            return None
        names = self._reads.setdefault(operand.name, set())
        if names is not None:
            names.add(name)
        return ANY

    def _member(self, operand: Node, name: str, node: Node) -> Type:
        outer = self._property(operand, name)
        if outer is not None:
            return outer
        kind = self.visit(operand)
        if kind.kind not in {Kind.ANY, Kind.MAP}:
            self._refuse(f"`.{name}` cannot be read: there is no map, but {kind}", node)
        return kind.element or ANY

    def _membership(self, node: syntax.Binary) -> Type:
        left = self.visit(node.left)
        name = node.left.value if isinstance(node.left, syntax.Literal) else None
        if isinstance(name, str) and self._property(node.right, name) is not None:
            return BOOL
        right = self.visit(node.right)
        element = ANY if right.element is None else right.element
        if right.kind is Kind.STRING:
            fix = "to look inside a text write `a.contains(b)`"
            self._refuse(f"`in` does not take {left} and string", node, fix)
        elif right.kind not in {Kind.ANY, Kind.LIST, Kind.MAP}:
            self._refuse(misfit("in", [left.kind, right.kind]), node)
        elif right.kind is Kind.LIST and not may_equal(left.kind, element.kind):
            message = f"this is always false: the list holds {element}, never {left}"
            self.found.append(warning("NEVER_EQUAL", message, node.span))
        return BOOL

    def _count_fits(self, node: syntax.Call, function: Function) -> bool:
        given = len(node.operands)
        wanted = len(function.overloads[0].parameters)
        if given == wanted:
            return True
        own = 0 if node.target is None else 1
        takes = "no arguments" if wanted == own else f"{wanted - own} argument"
        message = f"`{node.name}()` takes {takes}, not {given - own}"
        self.found.append(error("WRONG_ARGUMENTS", message, node.span))
        return False

    def _check_prepared(self, node: syntax.Call, function: Function) -> None:
        last = node.operands[-1]
        if function.prepare is None or not isinstance(last, syntax.Literal):
            return
        if not isinstance(last.value, str):
            return
        try:
            function.prepare(last.value)
        except ValueError as broken:
            self.found.append(
                error("BAD_PATTERN", f"not a regular expression: {broken}", last.span)
            )

    def _apply(self, function: Function, types: list[Type], node: Node) -> Type:
        result = function.result(types)
        if result is not None:
            return result
        kinds = [each.kind for each in types]
        self._refuse(misfit(function.name, kinds), node, _whole_as_double(node, kinds))
        return ANY

    def _refuse(self, message: str, node: Node, suggestion: str | None = None) -> None:
        if self._strict:
            self.found.append(error("NO_OVERLOAD", message, node.span, suggestion))


def _whole_as_double(node: Node, kinds: list[Kind]) -> str | None:
    """Show the double for an int literal that stands next to a double."""
    if not isinstance(node, syntax.Binary) or set(kinds) != {Kind.INT, Kind.DOUBLE}:
        return None
    for side in (node.left, node.right):
        if isinstance(side, syntax.Literal) and type(side.value) is int:
            return f"did you mean `{literal_text(float(side.value))}`?"
    return None


_VISIT: Final[dict[type, Callable[[_Checker, Any], Type]]] = {
    syntax.Literal: _Checker.literal,
    syntax.Ident: _Checker.ident,
    syntax.Select: _Checker.select,
    syntax.Presence: _Checker.presence,
    syntax.Index: _Checker.index,
    syntax.Unary: _Checker.unary,
    syntax.Binary: _Checker.binary,
    syntax.And: _Checker.logical,
    syntax.Or: _Checker.logical,
    syntax.Conditional: _Checker.conditional,
    syntax.Call: _Checker.call,
    syntax.ListLiteral: _Checker.list_literal,
    syntax.MapLiteral: _Checker.map_literal,
}
