"""What is doubtful about a rule that is sound: warnings, each with what to write instead."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final

from attribution_dsl import syntax
from attribution_dsl.diagnostics import Diagnostic, Span, warning
from attribution_dsl.interpret import interpret
from attribution_dsl.operators import ARITHMETIC, MIRRORED
from attribution_dsl.roots import RootKind
from attribution_dsl.syntax import Node, children, literal_text, path_of, with_depth
from attribution_dsl.values import Duration, ErrorValue

# A double holds every whole number up to here.
_EXACT: Final = 2**53
_INF: Final = float("inf")
_MANY: Final = 3
_MOST_LISTED: Final = 8
# Above this, seconds since 1970 are beyond the year 5000, and milliseconds are meant.
_MILLISECONDS: Final = 100_000_000_000
_TEN_YEARS_NANOS: Final = 10 * 365 * 24 * 3_600 * 1_000_000_000
_CALLS_OF_INT: Final = frozenset({"size", "int", "indexOf", "lastIndexOf"})
_ORDERED: Final = frozenset({"<", "<=", ">", ">="})


def lint(source: str, tree: Node, kinds: Mapping[str, RootKind]) -> list[Diagnostic]:
    """Find what is doubtful about a rule.

    Args:
        source: The text of the rule.
        tree: The rule, resolved and checked.
        kinds: What each root holds.

    Returns:
        Warnings, in no particular order.
    """
    linter = _Linter(source, tree, kinds, frozenset(_asked_for(tree)))
    for node, _ in with_depth(tree):
        for each in _LINTS.get(node.__class__, ()):
            each(linter, node)
    return linter.found


def _asked_for(tree: Node) -> Iterator[str]:
    """Give the properties whose presence the rule asks for anywhere."""
    for node, _ in with_depth(tree):
        path = None
        if isinstance(node, syntax.Presence):
            path = path_of(syntax.Select(node.operand, node.name, False, node.name_span, node.span))
        elif isinstance(node, syntax.Select | syntax.Index) and node.optional:
            path = path_of(node)
        elif isinstance(node, syntax.Binary) and node.operator == "in":
            path = path_of(syntax.Index(node.right, node.left, False, node.span))
        if path is not None:
            yield path


@dataclass(frozen=True, slots=True)
class _Comparison:
    """`path operator literal`, whichever side the literal is written on."""

    path: str
    operator: str
    value: bool | int | float | str | None
    span: Span

    @property
    def kind(self) -> str:
        """Whether numbers, strings or others are compared: only alike ones exclude each other."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return "number"
        return type(self.value).__name__


@dataclass(frozen=True, slots=True)
class _Linter:
    source: str
    tree: Node
    kinds: Mapping[str, RootKind]
    asked_for: frozenset[str]
    found: list[Diagnostic] = field(default_factory=list)
    passed: set[int] = field(default_factory=set)

    def warn(self, code: str, message: str, span: Span, suggestion: str | None = None) -> None:
        self.found.append(warning(code, message, span, suggestion))

    def text(self, node: Node) -> str:
        return self.source[node.span.start : node.span.end]

    def property_of(self, node: Node) -> str | None:
        """Give the path of a property that may be absent and is read as if it were there."""
        root = node
        while isinstance(root, syntax.Select | syntax.Index):
            if root.optional:
                return None
            root = root.operand
        if root is node or not isinstance(root, syntax.Ident):
            return None
        if self.kinds.get(root.name) is not RootKind.PROPERTIES:
            return None
        return path_of(node)

    def comparison(self, node: Node) -> _Comparison | None:
        """Take apart the comparison of a property with a literal."""
        if not isinstance(node, syntax.Binary) or node.operator not in MIRRORED:
            return None
        for side, other, operator in (
            (node.left, node.right, node.operator),
            (node.right, node.left, MIRRORED[node.operator]),
        ):
            path = self.property_of(side)
            if path is not None and isinstance(other, syntax.Literal):
                return _Comparison(path, operator, other.value, node.span)
        return None


def _absent(linter: _Linter, node: Node, operands: Iterable[Node]) -> None:
    """Warn of a "not" that people take to be true of what is not there."""
    for each in operands:
        path = linter.property_of(each)
        if path is None or path in linter.asked_for:
            continue
        fix = f"ask first whether `{path}` is there"
        if "[" not in path:
            steps = [*accumulate(path.split("."), "{}.{}".format)][1:]
            absent = " || ".join(f"!has({step})" for step in steps)
            rule = f"{absent} || {linter.text(node)}"
            fix = f"if it should match then: `{rule if node is linter.tree else f'({rule})'}`"
        message = f"this is never true where `{path}` is not there"
        linter.warn("NOT_TRUE_WHEN_ABSENT", message, node.span, fix)
        return


def _negated(linter: _Linter, node: syntax.Unary) -> None:
    if node.operator != "!":
        return
    operand = node.operand
    if isinstance(operand, syntax.Binary) and operand.operator in {"==", "in", *_ORDERED}:
        _absent(linter, node, (operand.left, operand.right))
    elif isinstance(operand, syntax.Binary) and operand.operator == "!=":
        # Two negations make none.
        linter.passed.add(id(operand))
    elif isinstance(operand, syntax.Call) and operand.target is not None:
        _absent(linter, node, (operand.target,))
    elif linter.property_of(operand) is not None:
        _absent(linter, node, (operand,))


def _unequal(linter: _Linter, node: syntax.Binary) -> None:
    null = any(isinstance(each, syntax.Literal) and each.value is None for each in children(node))
    # Who writes `a != null` wants no match where there is no `a`.
    if node.operator == "!=" and not null and id(node) not in linter.passed:
        _absent(linter, node, (node.left, node.right))


def _null(linter: _Linter, node: syntax.Binary) -> None:
    compared = linter.comparison(node)
    if compared is None or compared.operator != "==" or compared.value is not None:
        return
    path = compared.path
    if path in linter.asked_for:
        return
    message = f"null is a value: this is not true where `{path}` is not there"
    linter.warn("NULL_IS_NOT_ABSENT", message, node.span, f"if absence is meant: `!has({path})`")


def _constant(linter: _Linter, node: syntax.Binary | syntax.Unary) -> None:
    """Warn of a comparison of literals alone."""
    if not all(isinstance(each, syntax.Literal) for each in children(node)):
        return
    value = interpret(node, linter.kinds, {}, 1)
    if value.__class__ is bool:
        linter.warn("CONSTANT", f"this is always {literal_text(value)}", node.span)
    elif isinstance(value, ErrorValue):
        linter.warn("ALWAYS_ERROR", f"this is always an error: {value.message}", node.span)


def _constant_terms(linter: _Linter, node: syntax.And | syntax.Or) -> None:
    decisive = isinstance(node, syntax.Or)
    symbol = "||" if decisive else "&&"
    for each in node.terms:
        if not isinstance(each, syntax.Literal) or not isinstance(each.value, bool):
            continue
        shown = literal_text(each.value)
        if each.value is decisive:
            message = f"with `{shown}` in it the whole `{symbol}` is always {shown}"
            linter.warn("UNREACHABLE", message, each.span)
        else:
            linter.warn("CONSTANT", f"`{symbol} {shown}` changes nothing", each.span)


def _constant_choice(linter: _Linter, node: syntax.Conditional) -> None:
    condition = node.condition
    if isinstance(condition, syntax.Literal) and isinstance(condition.value, bool):
        never = node.otherwise if condition.value else node.then
        linter.warn("UNREACHABLE", "this is never reached", never.span)
    elif node.then == node.otherwise:
        message = "both sides of `:` are the same, so the condition decides nothing"
        linter.warn("CONSTANT", message, node.span)


def _repeated(linter: _Linter, node: syntax.And | syntax.Or) -> None:
    seen: set[Node] = set()
    for each in node.terms:
        if each in seen:
            linter.warn("REPEATED", f"`{linter.text(each)}` stands here twice", each.span)
        seen.add(each)


def _contradictions(linter: _Linter, node: syntax.And | syntax.Or) -> None:
    """Warn of terms of which no value can satisfy all, or of which every value satisfies one."""
    # `a || b` is always true where `!a && !b` never is.
    opposite = isinstance(node, syntax.Or)
    earlier: list[_Comparison] = []
    for term in node.terms:
        compared = linter.comparison(term)
        if compared is None:
            continue
        if opposite:
            compared = _negation(compared)
        other = next((each for each in earlier if _excludes(each, compared)), None)
        if other is not None:
            first = linter.source[other.span.start : other.span.end]
            if opposite:
                message = f"together with `{first}` this is true of every value, or an error"
                linter.warn("ALWAYS_TRUE", message, term.span, "did you mean `&&`?")
            else:
                message = f"together with `{first}` this is never true"
                linter.warn("NEVER_TRUE", message, term.span, "did you mean `||`?")
            return
        earlier.append(compared)


_NEGATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
)


def _negation(compared: _Comparison) -> _Comparison:
    operator = _NEGATIONS[compared.operator]
    return _Comparison(compared.path, operator, compared.value, compared.span)


def _excludes(one: _Comparison, other: _Comparison) -> bool:
    """Tell whether no value satisfies both."""
    if one.path != other.path:
        return False
    if one.operator == other.operator == "==":
        return one.kind != other.kind or one.value != other.value
    if one.kind != other.kind or one.kind not in {"number", "str"}:
        return False
    first, second = one.value, other.value
    if {one.operator, other.operator} == {"==", "!="}:
        return first == second
    if one.operator == "==":
        return other.operator in _ORDERED and not _COMPARE[other.operator](first, second)
    if other.operator == "==":
        return one.operator in _ORDERED and not _COMPARE[one.operator](second, first)
    return _apart(one, other) or _apart(other, one)


def _apart(low: _Comparison, high: _Comparison) -> bool:
    """Tell whether all that is below one literal is below all that is above the other."""
    if low.operator not in {"<", "<="} or high.operator not in {">", ">="}:
        return False
    both = low.operator == "<=" and high.operator == ">="
    most: Any = low.value
    return bool(most < high.value if both else most <= high.value)


_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(
    {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
)


def _better_in(linter: _Linter, node: syntax.Or) -> None:
    """Warn of equalities with one property that a list says better."""
    values: dict[str, list[str]] = {}
    for term in node.terms:
        compared = linter.comparison(term)
        if compared is not None and compared.operator == "==":
            values.setdefault(compared.path, []).append(literal_text(compared.value))
    for path, listed in values.items():
        if len(listed) >= _MANY:
            most = listed[:_MOST_LISTED]
            more = f" and so on for all {len(listed)}" if len(listed) > len(most) else ""
            fix = f"for these write `{path} in [{', '.join(most)}]`{more}"
            message = f"`{path}` is compared with {len(listed)} values, which `in` says in one go"
            linter.warn("USE_IN", message, node.span, fix)


def _whole_number(linter: _Linter, node: syntax.Binary) -> None:
    """Warn of arithmetic of a property, whose numbers are doubles, with a whole number."""
    if node.operator not in ARITHMETIC:
        return
    for side, other in ((node.left, node.right), (node.right, node.left)):
        path = linter.property_of(side)
        if path is None or not (_is_int(other) or node.operator == "%"):
            continue
        fix = f"write `int({path})` for a whole number"
        if isinstance(other, syntax.Literal) and node.operator != "%":
            fix = f"write `{literal_text(float(str(other.value)))}`"
        message = f"numbers in properties are doubles, so `{node.operator}` is an error here"
        linter.warn("DOUBLE_WITH_INT", message, node.span, fix)
        return


def _is_int(node: Node) -> bool:
    if isinstance(node, syntax.Literal):
        return type(node.value) is int
    return isinstance(node, syntax.Call) and node.name in _CALLS_OF_INT


def _large(linter: _Linter, node: syntax.Binary) -> None:
    compared = linter.comparison(node)
    value = None if compared is None else compared.value
    if compared is None or not isinstance(value, int | float) or not _EXACT <= abs(value) < _INF:
        return
    never = {"==", ">", ">="} if value > 0 else {"==", "<", "<="}
    if compared.operator in never:
        message = "this is true of raw JSON only: else no number from 2^53 on arrives exactly"
        exact = compared.operator == "==" and isinstance(value, int)
        fix = f'send it as a string, and write `"{value}"`' if exact else None
        linter.warn("LARGE_INTEGER", message, node.span, fix)


def _large_in_list(linter: _Linter, node: syntax.Binary) -> None:
    if node.operator != "in" or not isinstance(node.right, syntax.ListLiteral):
        return
    for item in node.right.items:
        equality = syntax.Binary("==", node.left, item.value, node.operator_span, item.value.span)
        _large(linter, equality)


def _call_of_literals(linter: _Linter, node: syntax.Call) -> None:
    if not node.operands or not all(isinstance(each, syntax.Literal) for each in node.operands):
        return
    value = interpret(node, linter.kinds, {}, 1)
    if isinstance(value, ErrorValue):
        (first, *_) = node.operands
        number = first.value if isinstance(first, syntax.Literal) else None
        fix = None
        if node.name == "timestamp" and type(number) is int and number > _MILLISECONDS:
            fix = f"of milliseconds write `timestamp({number // 1_000})`"
        message = f"this is always an error: {value.message}"
        linter.warn("ALWAYS_ERROR", message, node.span, fix)
    if isinstance(value, Duration) and abs(value.nanos) > _TEN_YEARS_NANOS:
        years = abs(value.nanos) * 10 // _TEN_YEARS_NANOS
        message = f"this is {years} years"
        linter.warn("LONG_DURATION", message, node.span, "is it in another unit, such as `ms`?")


def _not_optional(linter: _Linter, node: syntax.Fallback) -> None:
    path = linter.property_of(node.target)
    if path is None:
        return
    fix = None
    if isinstance(node.target, syntax.Select):
        fix = f"did you mean `{path_of(node.target.operand)}.?{node.target.name}`?"
    name = "orValue" if node.unwrap else "or"
    message = f"`{path}` is no optional value, so `{name}` is an error here"
    linter.warn("NOT_OPTIONAL", message, node.span, fix)


def _hidden(linter: _Linter, node: syntax.Comprehension) -> None:
    for name, span in zip(node.variables, node.variable_spans, strict=True):
        if name in linter.kinds:
            message = f"within `{node.macro}` this hides the `{name}` that can be read elsewhere"
            linter.warn("HIDDEN_NAME", message, span, "take another name")


_LINTS: Final[Mapping[type, tuple[Callable[[_Linter, Any], None], ...]]] = MappingProxyType(
    {
        syntax.Unary: (_negated, _constant),
        syntax.Binary: (_unequal, _null, _constant, _whole_number, _large, _large_in_list),
        syntax.And: (_constant_terms, _repeated, _contradictions),
        syntax.Or: (_constant_terms, _repeated, _contradictions, _better_in),
        syntax.Conditional: (_constant_choice,),
        syntax.Call: (_call_of_literals,),
        syntax.Fallback: (_not_optional,),
        syntax.Comprehension: (_hidden,),
    }
)
