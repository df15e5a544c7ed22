"""Syntax trees and data for property tests: as strange as the language lets them be."""

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from attribution_dsl import UNSAFE_INTEGER, Duration, Limits, RootKind, Timestamp, syntax
from attribution_dsl.diagnostics import Span
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.macros import MACROS, Shape
from attribution_dsl.overloads import Function
from attribution_dsl.resolve import resolve
from attribution_dsl.syntax import Node, literal_text, with_depth
from hypothesis import strategies as st

HERE: Final = Span(0, 0)
LIMITS: Final = Limits(source_bytes=65_536, comprehension_nesting=20)
KINDS: Final[Mapping[str, RootKind]] = {
    "event": RootKind.PROPERTIES,
    "trigger": RootKind.PROPERTIES,
    "now": RootKind.TIMESTAMP,
    "segments": RootKind.STRINGS,
    "any": RootKind.ANY,
    # The variables of macros have these names too, and hide the roots.
    "x": RootKind.ANY,
    "y": RootKind.ANY,
    "x.y": RootKind.ANY,
}
_OPERATORS: Final = ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"]
_SHAPES: Final = [(name, shape) for name, shapes in MACROS.items() for shape in shapes]
_QUOTABLE: Final = frozenset(string.ascii_letters + string.digits + "_.-/ ")
_VARIABLES: Final = ["x", "y", "event", "z"]

# The last cannot be written after a dot, only as `["q\""]`.
_PLAIN_NAMES: Final = ["a", "b", "c", "d", "y", "get", "__class__"]
_QUOTED_NAMES: Final = ["in", "true", "content-type", "a b", "1"]
NAMES = st.sampled_from(_PLAIN_NAMES)
KEYS = st.sampled_from([*_PLAIN_NAMES, *_QUOTED_NAMES, 'q"'])
INTS = st.sampled_from([0, 1, -1, 2, 3, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)])
DOUBLES = st.sampled_from([0.0, -0.0, 1.0, 1.5, -2.0, 2.0**53, 2.0**63, 5e-324, math.inf, math.nan])
STRINGS = st.sampled_from(["", "a", "b", "ab", "ÿ", "(", "^a", '"', "'\\\n\0", "1", "true", "😀"])
SCALARS = st.none() | st.booleans() | INTS | DOUBLES | STRINGS
MOMENTS = st.sampled_from(
    [Timestamp(0), Timestamp(10**9), Duration(1), Duration(-(2**63)), Duration(2**63 - 1)]
)
STRANGE = st.sampled_from([UNSAFE_INTEGER, (), b"a", 10**400])
VALUES: st.SearchStrategy[object] = st.recursive(
    SCALARS | MOMENTS | STRANGE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=6,
)
PROPERTIES = st.dictionaries(KEYS, VALUES, max_size=5)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "event": PROPERTIES | VALUES,
        "trigger": PROPERTIES,
        "now": MOMENTS,
        "segments": st.lists(STRINGS, max_size=3),
        "any": VALUES,
        "x": VALUES,
        "y": VALUES,
        "x.y": VALUES,
    },
)
"""Values for the roots, some missing, some of the wrong kind."""


def _several(inner: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def literals() -> st.SearchStrategy[Node]:
    # No source can say infinity or NaN.
    finite = DOUBLES.filter(math.isfinite)
    return st.builds(
        syntax.Literal, st.none() | st.booleans() | INTS | finite | STRINGS, st.just(HERE)
    )


def _idents() -> st.SearchStrategy[Node]:
    names = [name for name in KINDS if "." not in name]
    return st.builds(
        syntax.Ident, st.sampled_from(names), st.sampled_from([False] * 4 + [True]), st.just(HERE)
    )


def _select(operand: Node, name: str, optional: bool) -> Node:
    return syntax.Select(operand, name, optional, HERE, HERE)


def _reads(names: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    roots = st.sampled_from(["event", "trigger", "x", "y"])
    operand = roots.map(lambda root: syntax.Ident(root, False, HERE))
    return st.builds(_select, operand, names, st.sampled_from([False] * 4 + [True]))


def _string_tests(names: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    """Comparisons with strings in a chain, which become look-ups."""

    def comparison(operator: str, left: Node, text: str, swap: bool) -> Node:
        literal = syntax.Literal(text, HERE)
        sides = (literal, left) if swap else (left, literal)
        return syntax.Binary(operator, sides[0], sides[1], HERE, HERE)

    def look_alike(read: Node, way: int) -> Node:
        """Give the read, or one that looks like it and means another thing."""
        if not isinstance(read, syntax.Select):
            return read
        if way == 0 and isinstance(read.operand, syntax.Ident):
            return replace(read, operand=replace(read.operand, absolute=True))
        return replace(read, optional=True) if way == 1 else read

    operators = st.sampled_from(["==", "==", "!="])

    def chain_of(read: Node) -> st.SearchStrategy[Any]:
        alike = st.builds(look_alike, st.just(read), st.integers(0, 5))
        reads = alike | alike | _reads(names)
        return _several(st.builds(comparison, operators, reads, STRINGS, st.booleans()), 2, 5)

    chain = _reads(names).flatmap(chain_of)
    return st.builds(syntax.Or, chain, st.just(HERE)) | st.builds(syntax.And, chain, st.just(HERE))


def _count(function: Function, choice: int) -> int:
    counts = [*function.counts]
    if function.variadic:
        counts += [counts[-1] + 1, counts[-1] + 2]
    return counts[choice % len(counts)]


def _calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    most = 5

    def function(name: str, choice: int, operands: tuple[Node, ...]) -> Node:
        wanted = operands[: _count(FUNCTIONS[name], choice)]
        return syntax.Call(None, name, wanted, HERE, HERE)

    def method(name: str, choice: int, operands: tuple[Node, ...]) -> Node:
        wanted = operands[1 : _count(METHODS[name], choice)]
        return syntax.Call(operands[0], name, wanted, HERE, HERE)

    choices, operands = st.integers(0, 5), _several(inner, most, most)
    return st.builds(function, st.sampled_from(sorted(FUNCTIONS)), choices, operands) | st.builds(
        method, st.sampled_from(sorted(METHODS)), choices, operands
    )


def _macros(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def make(
        target: Node, which: tuple[str, Shape], names: list[str], parts: tuple[Node, ...]
    ) -> Node:
        macro, shape = which
        variables = tuple(names[: shape.variables])
        spans = (HERE,) * shape.variables
        body = parts[: shape.bodies]
        return syntax.Comprehension(target, macro, variables, body, spans, HERE, HERE)

    # Most bodies are about the variables.
    about = st.sampled_from(["x", "y"]).map(lambda name: syntax.Ident(name, False, HERE))
    operators = st.sampled_from(_OPERATORS)
    here = st.just(HERE)
    body = inner | about | st.builds(syntax.Binary, operators, about, inner, here, here)
    names = st.permutations(_VARIABLES)
    return st.builds(make, inner, st.sampled_from(_SHAPES), names, _several(body, 2, 2))


def _fallbacks(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    here = st.just(HERE)
    return st.builds(syntax.Fallback, inner, inner, st.booleans(), here, here)


def _chains(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    here = st.just(HERE)
    return st.one_of(
        st.builds(syntax.And, _several(inner, 2, 4), here),
        st.builds(syntax.Or, _several(inner, 2, 4), here),
        # Long chains are generated in pieces.
        st.builds(syntax.And, _several(inner, 13, 15), here),
    )


def _containers(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    optional = st.sampled_from([False] * 3 + [True])
    items = _several(st.builds(syntax.Item, inner, optional), 0, 3)
    entries = _several(st.builds(syntax.Entry, inner, inner, optional), 0, 2)
    here = st.just(HERE)
    return st.builds(syntax.ListLiteral, items, here) | st.builds(syntax.MapLiteral, entries, here)


def _negated(operator: str, operand: Node) -> Node:
    """Do as the parser does: a sign in front of a number is part of it."""
    value = operand.value if isinstance(operand, syntax.Literal) else None
    if operator == "-" and type(value) in {int, float} and value >= 0:  # type: ignore[operator]
        return syntax.Literal(-value, HERE)  # type: ignore[operator]
    return syntax.Unary(operator, operand, HERE)


def _deeper(names: st.SearchStrategy[str]) -> Callable[[Any], st.SearchStrategy[Node]]:
    here, optional = st.just(HERE), st.sampled_from([False, False, True])
    operators = st.sampled_from(_OPERATORS)

    def deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.one_of(
            st.builds(syntax.Binary, operators, inner, inner, here, here),
            st.builds(syntax.Binary, operators, inner, literals(), here, here),
            _chains(inner),
            st.builds(_negated, st.sampled_from("!-"), inner),
            st.builds(syntax.Conditional, inner, inner, inner, here),
            st.builds(_select, inner, names, optional),
            st.builds(syntax.Presence, inner, names, here, here),
            st.builds(syntax.Index, inner, inner, optional, here),
            _containers(inner),
            _fallbacks(inner),
            _macros(inner),
            _macros(inner),
            _calls(inner),
            _string_tests(names),
        )

    return deeper


def _small(tree: Node) -> bool:
    sizes = [depth for _, depth in with_depth(tree)]
    return max(sizes) <= LIMITS.depth and len(sizes) <= LIMITS.nodes


def _trees(names: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    leaves = literals() | _reads(names) | _idents() | _string_tests(names)
    return st.recursive(leaves, _deeper(names), max_leaves=12).filter(_small)


PARSED: Final = _trees(st.sampled_from([*_PLAIN_NAMES, *_QUOTED_NAMES]))
"""Trees as the parser gives them: each has a source, of which `written` gives one."""
RESOLVED: Final = _trees(KEYS).map(lambda tree: resolve(tree, KINDS))
"""Trees as the evaluators get them, and some that no source gives; all names are known."""


def written(node: Node) -> str:
    """Write a tree of `PARSED`, with all the parentheses there can be."""
    match node:
        case syntax.Literal():
            return f"({_literal(node.value)})"
        case syntax.Ident():
            return f"{'.' * node.absolute}{node.name}"
        case syntax.Select():
            return f"{written(node.operand)}.{'?' * node.optional}{_name(node.name)}"
        case syntax.Presence():
            return f"has({written(node.operand)}.{_name(node.name)})"
        case syntax.Index():
            return f"{written(node.operand)}[{'?' * node.optional}{written(node.index)}]"
        case syntax.Unary():
            return f"({node.operator}{written(node.operand)})"
        case syntax.Binary():
            return f"({written(node.left)} {node.operator} {written(node.right)})"
        case syntax.And():
            return f"({' && '.join(map(written, node.terms))})"
        case syntax.Or():
            return f"({' || '.join(map(written, node.terms))})"
        case syntax.Conditional():
            parts = (node.condition, node.then, node.otherwise)
            return "({} ? {} : {})".format(*map(written, parts))
        case _:
            return _written_call(node)


def _written_call(node: Node) -> str:
    match node:
        case syntax.Call():
            target = "" if node.target is None else f"{written(node.target)}."
            return f"{target}{node.name}({_listed(node.arguments)})"
        case syntax.Fallback():
            name = "orValue" if node.unwrap else "or"
            return f"{written(node.target)}.{name}({written(node.alternative)})"
        case syntax.Comprehension():
            names = ", ".join(node.variables)
            return f"{written(node.target)}.{node.macro}({names}, {_listed(node.body)})"
        case syntax.ListLiteral():
            items = (f"{'?' * each.optional}{written(each.value)}" for each in node.items)
            return f"[{', '.join(items)}]"
        case syntax.MapLiteral():
            entries = (
                f"{'?' * each.optional}{written(each.key)}: {written(each.value)}"
                for each in node.entries
            )
            return f"{{{', '.join(entries)}}}"
        case _:
            raise AssertionError(node)


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(written, nodes))


def _name(name: str) -> str:
    plain = name.isidentifier() and name not in {"in", "true", "false", "null"}
    return name if plain and name.isascii() else f"`{name}`"


def _literal(value: object) -> str:
    if isinstance(value, str):
        return literal_text(value).replace("\0", "\\000")
    return literal_text(value)
