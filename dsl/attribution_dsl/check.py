"""The static checker: what can be known to be wrong before there is data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from attribution_dsl import syntax
from attribution_dsl.advice import names_variables, unknown_function, unknown_name
from attribution_dsl.diagnostics import Diagnostic, Severity, error, in_order, warning
from attribution_dsl.functions import FUNCTIONS, METHODS, NAMESPACES, NEVER
from attribution_dsl.kinds import (
    ANY,
    BOOL,
    DOUBLE,
    INT,
    LIST,
    NULL,
    NUMBERS,
    STRING,
    Kind,
    Type,
    common,
    may_equal,
)
from attribution_dsl.limits import Limits
from attribution_dsl.macros import OF_OPTIONAL
from attribution_dsl.operators import ARITHMETIC, NEGATE, NOT, STRICT_BINARY
from attribution_dsl.overloads import BadLiteralError, Function, misfit
from attribution_dsl.roots import ROOT_TYPES, RootKind, Roots
from attribution_dsl.syntax import Node, literal_text, path_of

_LITERALS: Final = {bool: BOOL, int: INT, float: DOUBLE, str: STRING, type(None): NULL}
_MOST_ADVISED: Final = 20
_RANGES: Final = frozenset({Kind.ANY, Kind.LIST, Kind.MAP})
_OPTIONALS: Final = frozenset({Kind.ANY, Kind.OPTIONAL})
_QUANTIFIERS: Final = frozenset({"all", "exists", "exists_one", "existsOne", "filter"})
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


def check(tree: Node, roots: Roots, limits: Limits, *, strict: bool = True) -> Checked:
    """Check a rule.

    Args:
        tree: The rule, resolved.
        roots: What it may read.
        limits: What it may cost.
        strict: Whether to refuse operations that can never have a value. Names and functions that
            do not exist are refused in any case.
    """
    checker = _Checker(roots, limits, strict)
    result = checker.visit(tree)
    return Checked(result, in_order(checker.found), checker.frozen_reads())


class _Checker:
    def __init__(self, roots: Roots, limits: Limits, strict: bool) -> None:
        self._roots = roots
        self._limits = limits
        self._scope: dict[str, Type] = {}
        self._loops = 0
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

    def local(self, node: syntax.Local) -> Type:
        return self._scope[node.name]

    def ident(self, node: syntax.Ident) -> Type:
        kind = self._root(node, selected=False)
        if kind is None:
            return ANY
        self._reads[node.name] = None
        return ROOT_TYPES[kind]

    def select(self, node: syntax.Select) -> Type:
        return self._member(node.operand, node.name, node, optional=node.optional)

    def presence(self, node: syntax.Presence) -> Type:
        self._member(node.operand, node.name, node, optional=False)
        return BOOL

    def index(self, node: syntax.Index) -> Type:
        if isinstance(node.index, syntax.Literal) and isinstance(node.index.value, str):
            outer = self._property(node.operand, node.index.value)
            if outer is not None:
                return _optional_of(outer) if node.optional else outer
        operand, key = self.visit(node.operand), self.visit(node.index)
        viral = operand.kind is Kind.OPTIONAL
        holder = (operand.element or ANY) if viral else operand
        if not _can_index(holder.kind, key.kind):
            self._refuse(misfit("[]", [holder.kind, key.kind]), node)
        element = holder.element or ANY
        return _optional_of(element) if viral or node.optional else element

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
            always = "never true" if node.operator == "==" else "true of any values"
            message = f"this is {always}: {left} never equals {right}"
            self._never_equal(message, node, left, right)
        return BOOL

    def _never_equal(self, message: str, node: syntax.Binary, left: Type, right: Type) -> None:
        """Tell of values that are never equal.

        A text beside what is none is refused if both are written out: one has quotes too many.
        """
        fix = _better(node, [left.kind, right.kind])
        with_text = Kind.STRING in {left.kind, right.kind}
        written_out = syntax.is_written_out(node.left) and syntax.is_written_out(node.right)
        if self._strict and with_text and written_out:
            self._refuse(message, node, fix)
        else:
            self.found.append(warning("NEVER_EQUAL", message, node.span, fix))

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
            self.found.append(unknown_function(node, advise=self._may_advise()))
            if node.name in NEVER or _is_special(node):
                # Its arguments follow rules of their own, such as naming a variable.
                return ANY
        types = [self.visit(each) for each in node.operands]
        if function is None or not self._count_fits(node, function):
            return ANY
        self._check_prepared(node, function)
        return self._apply(function, types, node)

    def list_literal(self, node: syntax.ListLiteral) -> Type:
        types = [self._part(each.value, optional=each.optional) for each in node.items]
        return Type(Kind.LIST, common(types))

    def map_literal(self, node: syntax.MapLiteral) -> Type:
        values = []
        for entry in node.entries:
            kind = self.visit(entry.key).kind
            if kind not in _KEYS:
                self._refuse(f"the key of a map cannot be {kind}", entry.key)
            values.append(self._part(entry.value, optional=entry.optional))
        return Type(Kind.MAP, common(values))

    def _part(self, value: Node, *, optional: bool) -> Type:
        """Check a part of a list or map literal, where `?` takes the value out of an optional."""
        found = self.visit(value)
        if not optional:
            return found
        if found.kind not in {Kind.ANY, Kind.OPTIONAL}:
            self._refuse(f"`?` takes an optional value here, not {found}", value)
        return found.element or ANY

    def fallback(self, node: syntax.Fallback) -> Type:
        name = "orValue" if node.unwrap else "or"
        target, other = self.visit(node.target), self.visit(node.alternative)
        if target.kind not in {Kind.ANY, Kind.OPTIONAL}:
            self._refuse(misfit(name, [target.kind, other.kind]), node, _make_optional(node.target))
        if node.unwrap:
            return common([target.element or ANY, other])
        if other.kind not in {Kind.ANY, Kind.OPTIONAL}:
            fix = "`or` takes another optional value; to get a plain one write `orValue`"
            self._refuse(misfit(name, [target.kind, other.kind]), node, fix)
        return common([target, other])

    def comprehension(self, node: syntax.Comprehension) -> Type:
        target = self.visit(node.target)
        looping = node.macro not in OF_OPTIONAL
        fitting = _RANGES if looping else _OPTIONALS
        if target.kind not in fitting:
            self._refuse(misfit(node.macro, [target.kind]), node)
        self._loops += looping
        if self._loops > self._limits.comprehension_nesting:
            self.found.append(_nested(node, self._limits.comprehension_nesting))
        outer = self._scope
        self._scope = outer | dict(zip(node.variables, _variable_types(node, target), strict=True))
        parts = [self.visit(each) for each in node.body]
        self._scope = outer
        self._loops -= looping
        return self._made(node, parts)

    def _made(self, node: syntax.Comprehension, parts: list[Type]) -> Type:
        """Check what the parts of a body give, and tell what the whole gives."""
        *filters, last = parts
        conditions = [*filters, last] if node.macro in _QUANTIFIERS else filters
        for part, kind in zip(node.body, conditions, strict=False):
            if kind.kind not in {Kind.ANY, Kind.BOOL}:
                message = f"the condition of `{node.macro}` must be true or false, not {kind}"
                self._refuse(message, part)
        match node.macro:
            case "filter":
                return LIST
            case "map" | "transformList":
                return Type(Kind.LIST, last)
            case "transformMap":
                return Type(Kind.MAP, last)
            case "transformMapEntry":
                return self._only(last, Kind.MAP, node)
            case "optFlatMap":
                return self._only(last, Kind.OPTIONAL, node)
            case "optMap":
                return _optional_of(last)
            case _:
                return BOOL

    def _only(self, made: Type, kind: Kind, node: syntax.Comprehension) -> Type:
        if made.kind not in {Kind.ANY, kind}:
            message = f"`{node.macro}` needs {kind} after the name, not {made}"
            self._refuse(message, node.body[-1])
        return made if made.kind is kind else Type(kind)

    def _root(self, node: syntax.Ident, *, selected: bool) -> RootKind | None:
        kind = self._roots.kinds.get(node.name)
        if kind is None:
            advise = self._may_advise()
            self.found.append(unknown_name(node, self._roots, selected=selected, advise=advise))
        return kind

    def _may_advise(self) -> bool:
        """Tell whether a suggestion is worth its time: nobody reads hundreds of them."""
        return len(self.found) < _MOST_ADVISED

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

    def _member(self, operand: Node, name: str, node: Node, *, optional: bool) -> Type:
        outer = self._property(operand, name)
        if outer is not None:
            return _optional_of(outer) if optional else outer
        holder = self.visit(operand)
        # What is read from an optional value is optional again, and only once.
        viral = holder.kind is Kind.OPTIONAL
        if viral:
            holder = holder.element or ANY
        self._needs_map(holder, name, node)
        element = holder.element or ANY
        return _optional_of(element) if viral or optional else element

    def _needs_map(self, kind: Type, name: str, node: Node) -> None:
        if kind.kind not in {Kind.ANY, Kind.MAP}:
            self._refuse(f"`.{name}` cannot be read: there is no map, but {kind}", node)

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
            message = f"this is never true: the list holds {element}, never {left}"
            self._never_equal(message, node, left, element)
        return BOOL

    def _count_fits(self, node: syntax.Call, function: Function) -> bool:
        if function.takes(len(node.operands)):
            return True
        own = 0 if node.target is None else 1
        message = f"`{node.name}()` takes {_takes(function, own)}, not {len(node.arguments)}"
        self.found.append(error("WRONG_ARGUMENTS", message, node.span))
        return False

    def _check_prepared(self, node: syntax.Call, function: Function) -> None:
        last = node.arguments[-1] if node.arguments else None
        if function.prepare is None or not isinstance(last, syntax.Literal):
            return
        if not isinstance(last.value, str):
            return
        try:
            function.prepare(last.value)
        except BadLiteralError as bad:
            self.found.append(error(bad.code, bad.message, last.span, bad.suggestion))

    def _apply(self, function: Function, types: list[Type], node: Node) -> Type:
        result = function.result(types)
        if result is not None:
            return result
        kinds = [each.kind for each in types]
        message = misfit(function.name, kinds, function.overloads)
        self._refuse(message, node, _better(node, kinds))
        return ANY

    def _refuse(self, message: str, node: Node, suggestion: str | None = None) -> None:
        if self._strict:
            self.found.append(error("NO_OVERLOAD", message, node.span, suggestion))


def _optional_of(element: Type) -> Type:
    return Type(Kind.OPTIONAL, element)


def _can_index(holder: Kind, key: Kind) -> bool:
    if holder in {Kind.ANY, Kind.MAP}:
        return key in _KEYS or key is Kind.DOUBLE
    return holder is Kind.LIST and (key in NUMBERS or key is Kind.ANY)


def _variable_types(node: syntax.Comprehension, target: Type) -> list[Type]:
    element = target.element or ANY
    if node.macro in OF_OPTIONAL:
        return [element]
    if target.kind is Kind.LIST:
        return [INT, element] if len(node.variables) == 2 else [element]
    return [ANY, element if target.kind is Kind.MAP else ANY][: len(node.variables)]


def _takes(function: Function, own: int) -> str:
    counts = [each - own for each in function.counts]
    if function.variadic:
        return f"at least {counts[0]} argument{'s' if counts[0] != 1 else ''}"
    listed = " or ".join(map(str, counts)).replace("0", "no", 1) if counts[0] == 0 else None
    listed = listed or " or ".join(map(str, counts))
    return f"{listed} argument{'s' if counts[-1] != 1 else ''}"


def _is_special(node: syntax.Call) -> bool:
    """Tell a macro that is written wrongly, and a function that its namespace has not."""
    target = node.target
    if isinstance(target, syntax.Ident) and target.name in NAMESPACES:
        return True
    return names_variables(node)


def _make_optional(node: Node) -> str | None:
    """Show how to read optionally what is read plainly."""
    if not isinstance(node, syntax.Select) or path_of(node) is None:
        return None
    return f"did you mean `{path_of(node.operand)}.?{node.name}`?"


def _nested(node: syntax.Comprehension, most: int) -> Diagnostic:
    message = f"more than {most} macros that go through lists within each other"
    return error("TOO_DEEP", message, node.name_span)


def _better(node: Node, kinds: list[Kind]) -> str | None:
    """Show what to write where two operands do not fit each other."""
    if not isinstance(node, syntax.Binary):
        return None
    both = set(kinds)
    literals = [each for each in (node.left, node.right) if isinstance(each, syntax.Literal)]
    for literal in literals:
        if both == {Kind.INT, Kind.DOUBLE} and type(literal.value) is int:
            return f"did you mean `{literal_text(float(literal.value))}`?"
        if both == {Kind.TIMESTAMP, Kind.STRING} and node.operator not in ARITHMETIC:
            return _converted("timestamp", literal.value)
        if both in ({Kind.DURATION, Kind.STRING}, {Kind.TIMESTAMP, Kind.STRING}):
            return _converted("duration", literal.value)
    if both == {Kind.INT, Kind.DOUBLE} and node.operator in ARITHMETIC:
        return "make a double of the whole number: `double(x)`"
    if Kind.TIMESTAMP in both and both & NUMBERS and node.operator not in ARITHMETIC:
        return 'write a time as in `timestamp("2026-03-01T00:00:00Z")`'
    if both & {Kind.TIMESTAMP, Kind.DURATION} and both & NUMBERS:
        return 'write a length of time as in `duration("24h")`'
    if both > {Kind.OPTIONAL}:
        return 'take the value out first, as in `event.?plan.orValue("free")`'
    return None


def _converted(name: str, text: object) -> str | None:
    """Show how a text is made a time or a length of time; what it lacks for that, if it does."""
    prepare = FUNCTIONS[name].prepare
    try:
        if prepare is not None and isinstance(text, str):
            prepare(text)
    except BadLiteralError as bad:
        return bad.suggestion
    return f"write `{name}({literal_text(text)})`"


_VISIT: Final[dict[type, Callable[[_Checker, Any], Type]]] = {
    syntax.Literal: _Checker.literal,
    syntax.Ident: _Checker.ident,
    syntax.Local: _Checker.local,
    syntax.Select: _Checker.select,
    syntax.Presence: _Checker.presence,
    syntax.Index: _Checker.index,
    syntax.Unary: _Checker.unary,
    syntax.Binary: _Checker.binary,
    syntax.And: _Checker.logical,
    syntax.Or: _Checker.logical,
    syntax.Conditional: _Checker.conditional,
    syntax.Call: _Checker.call,
    syntax.Fallback: _Checker.fallback,
    syntax.Comprehension: _Checker.comprehension,
    syntax.ListLiteral: _Checker.list_literal,
    syntax.MapLiteral: _Checker.map_literal,
}
