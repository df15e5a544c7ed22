"""The syntax tree: frozen nodes that know their place in the source.

Spans take no part in comparison: two trees are equal if they mean the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from attribution_dsl.diagnostics import Span

_LONGEST_INT_SHOWN: Final = 128


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """null, a bool, a number or a string written in the source."""

    value: bool | int | float | str | None
    span: Span = field(compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        """Tell 1, 1.0 and true apart, and 0.0 from -0.0, which Python's == does not."""
        if not isinstance(other, Literal):
            return NotImplemented
        return (type(self.value), repr(self.value)) == (type(other.value), repr(other.value))

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash((type(self.value), repr(self.value)))


@dataclass(frozen=True, slots=True)
class Ident:
    """A root; `.name` if `absolute`, which no variable of a comprehension can hide."""

    name: str
    absolute: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Local:
    """A variable of a comprehension; the parser writes `Ident`, and `resolve` tells them apart."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.name`, or `operand.?name` if `optional`."""

    operand: "Node"
    name: str
    optional: bool
    name_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Presence:
    """`has(operand.name)`."""

    operand: "Node"
    name: str
    name_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Index:
    """`operand[index]`, or `operand[?index]` if `optional`."""

    operand: "Node"
    index: "Node"
    optional: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`!operand` or `-operand`."""

    operator: str
    operand: "Node"
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """A relation, `in`, or arithmetic."""

    operator: str
    left: "Node"
    right: "Node"
    operator_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """`a && b && c`, flat, so that a long chain is not deep."""

    terms: tuple["Node", ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """`a || b || c`, flat, so that a long chain is not deep."""

    terms: tuple["Node", ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? then : otherwise`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`, or `target.name(arguments)`."""

    target: "Node | None"
    name: str
    arguments: tuple["Node", ...]
    name_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)

    @property
    def operands(self) -> tuple["Node", ...]:
        """The target, if any, and the arguments, in order of evaluation."""
        return self.arguments if self.target is None else (self.target, *self.arguments)

    @property
    def ends_in_literal(self) -> bool:
        """Whether the last argument is a literal."""
        return bool(self.arguments) and isinstance(self.arguments[-1], Literal)


@dataclass(frozen=True, slots=True)
class Fallback:
    """`target.orValue(alternative)` if `unwrap`, else `target.or(alternative)`.

    A node of its own and no call, because the alternative is evaluated only if it is needed.
    """

    target: "Node"
    alternative: "Node"
    unwrap: bool
    name_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A macro that names variables: `target.exists(x, body)`, `target.optMap(x, body)` and so on.

    Attributes:
        target: The list, map or optional value.
        macro: Which one; the spelling that the table in `macros` has.
        variables: The one or two names, each valid in the body only.
        body: One part, or the two of `map(x, filter, result)`.
    """

    target: "Node"
    macro: str
    variables: tuple[str, ...]
    body: tuple["Node", ...]
    variable_spans: tuple[Span, ...] = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list literal, `?value` if `optional`: left out if there is no value in it."""

    value: "Node"
    optional: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a map literal, `?key: value` if `optional`."""

    key: "Node"
    value: "Node"
    optional: bool


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, ?b]`."""

    items: tuple[Item, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """`{a: b, ?c: d}`."""

    entries: tuple[Entry, ...]
    span: Span = field(compare=False, repr=False)


Node: TypeAlias = (
    Literal
    | Ident
    | Local
    | Select
    | Presence
    | Index
    | Unary
    | Binary
    | And
    | Or
    | Conditional
    | Call
    | Fallback
    | Comprehension
    | ListLiteral
    | MapLiteral
)


def children(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly below, in the order of the source."""
    match node:
        case Select() | Presence() | Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case And() | Or():
            return node.terms
        case Index():
            return (node.operand, node.index)
        case Conditional():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return node.operands
        case Fallback():
            return (node.target, node.alternative)
        case Comprehension():
            return (node.target, *node.body)
        case ListLiteral():
            return tuple(item.value for item in node.items)
        case MapLiteral():
            return tuple(each for entry in node.entries for each in (entry.key, entry.value))
        case Literal() | Ident() | Local():
            return ()


def with_depth(root: Node) -> Iterator[tuple[Node, int]]:
    """Walk the tree from the root, each node with the number of nodes above it.

    Not recursive: a tree not yet measured may be deeper than Python's stack.
    """
    pending = [(root, 0)]
    while pending:
        node, depth = pending.pop()
        yield node, depth
        pending.extend((child, depth + 1) for child in children(node))


def is_written_out(root: Node) -> bool:
    """Tell whether it is a literal, or a list or map of them: its kind stands in the source."""
    return all(isinstance(node, Literal | ListLiteral | MapLiteral) for node, _ in with_depth(root))


def path_of(node: Node) -> str | None:
    """Name the part of the data that a node reads, such as "event.course_id", if it is fixed."""
    match node:
        case Ident() | Local():
            return node.name
        case Select():
            outer = path_of(node.operand)
            return None if outer is None else path_to(outer, node.name)
        case Index(index=Literal(value=key)):
            outer = path_of(node.operand)
            return None if outer is None else path_to(outer, key)
        case _:
            return None


def path_to(outer: str, key: object) -> str:
    """Name a member of what is named already."""
    if isinstance(key, str) and key.isascii() and key.isidentifier():
        return f"{outer}.{key}"
    return f"{outer}[{literal_text(key)}]"


def literal_text(value: object) -> str:
    """Write a value as the language would: `true`, `null`, `"text"`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        inner = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{inner}"'
    if isinstance(value, int) and value.bit_length() > _LONGEST_INT_SHOWN:
        # Python refuses to write thousands of digits.
        return "a whole number far beyond 64 bits"
    return repr(value)
