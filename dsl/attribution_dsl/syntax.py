"""The syntax tree: frozen nodes that know their place in the source.

Spans take no part in comparison: two trees are equal if they mean the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from attribution_dsl.diagnostics import Span


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
    """A name: a root, or the variable of a comprehension unless `absolute` (`.name`)."""

    name: str
    absolute: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.name`."""

    operand: "Node"
    name: str
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
    """`operand[index]`."""

    operand: "Node"
    index: "Node"
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


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: tuple["Node", ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """`{a: b}`."""

    entries: tuple[tuple["Node", "Node"], ...]
    span: Span = field(compare=False, repr=False)


Node: TypeAlias = (
    Literal
    | Ident
    | Select
    | Presence
    | Index
    | Unary
    | Binary
    | And
    | Or
    | Conditional
    | Call
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
        case ListLiteral():
            return node.items
        case MapLiteral():
            return tuple(each for entry in node.entries for each in entry)
        case Literal() | Ident():
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


def path_of(node: Node) -> str | None:
    """Name the part of the data that a node reads, such as "event.course_id", if it is fixed."""
    match node:
        case Ident():
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
    return repr(value)
