"""Compiled code and interpreter agree on any tree and any data, and neither raises."""

import math
import struct
from typing import Any

from attribution_dsl import (
    UNSAFE_INTEGER,
    Duration,
    ErrorValue,
    Limits,
    ResultType,
    RootKind,
    RuleError,
    Timestamp,
    compile_rule,
    syntax,
)
from attribution_dsl.check import check
from attribution_dsl.compile import generate
from attribution_dsl.diagnostics import Span
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.interpret import interpret
from attribution_dsl.kinds import KIND_OF
from attribution_dsl.parse import parse
from attribution_dsl.results import as_result
from attribution_dsl.roots import Roots
from attribution_dsl.syntax import Node
from hypothesis import given, settings
from hypothesis import strategies as st

HERE = Span(0, 0)
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"]
KINDS = {
    "event": RootKind.PROPERTIES,
    "trigger": RootKind.PROPERTIES,
    "now": RootKind.TIMESTAMP,
    "segments": RootKind.STRINGS,
    "any": RootKind.ANY,
}
NAMES = st.sampled_from(["a", "b", "c", "d", "__class__", 'q"', "get"])
INTS = st.sampled_from([0, 1, -1, 2, 3, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)])
DOUBLES = st.sampled_from([0.0, -0.0, 1.0, 1.5, -2.0, 2.0**53, 2.0**63, math.inf, math.nan])
STRINGS = st.sampled_from(["", "a", "b", "ab", "ÿ", "(", "^a", '"'])
SCALARS = st.none() | st.booleans() | INTS | DOUBLES | STRINGS
MOMENTS = st.sampled_from(
    [Timestamp(0), Timestamp(10**9), Duration(1), Duration(-(2**63)), Duration(2**63 - 1)]
)
STRANGE = st.sampled_from([UNSAFE_INTEGER, (), b"a", 10**400])
VALUES: st.SearchStrategy[object] = st.recursive(
    SCALARS | MOMENTS | STRANGE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
PROPERTIES = st.dictionaries(NAMES, VALUES, max_size=5)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "event": PROPERTIES | VALUES,
        "trigger": PROPERTIES,
        "now": MOMENTS,
        "segments": st.lists(STRINGS, max_size=3),
        "any": VALUES,
    },
)


def literals() -> st.SearchStrategy[Node]:
    # No source can say infinity or NaN.
    finite = DOUBLES.filter(math.isfinite)
    return st.builds(
        syntax.Literal, st.none() | st.booleans() | INTS | finite | STRINGS, st.just(HERE)
    )


def reads() -> st.SearchStrategy[Node]:
    return st.builds(
        lambda root, name: syntax.Select(syntax.Ident(root, False, HERE), name, HERE, HERE),
        st.sampled_from(["event", "trigger"]),
        NAMES,
    )


def roots() -> st.SearchStrategy[Node]:
    return st.builds(lambda name: syntax.Ident(name, False, HERE), st.sampled_from(sorted(KINDS)))


def several(inner: st.SearchStrategy[Node], least: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def make(name: str, method: bool, operands: tuple[Node, ...]) -> Node:
        function = (METHODS if method else FUNCTIONS)[name]
        wanted = operands[: len(function.overloads[0].parameters)]
        if method:
            return syntax.Call(wanted[0], name, wanted[1:], HERE, HERE)
        return syntax.Call(None, name, wanted, HERE, HERE)

    operands = several(inner, 2, 2)
    return st.builds(make, st.sampled_from(sorted(METHODS)), st.just(True), operands) | st.builds(
        make, st.sampled_from(sorted(FUNCTIONS)), st.just(False), operands
    )


def string_tests() -> st.SearchStrategy[Node]:
    """Comparisons with strings in a chain, which become look-ups."""

    def comparison(operator: str, left: Node, text: str, swap: bool) -> Node:
        literal = syntax.Literal(text, HERE)
        sides = (literal, left) if swap else (left, literal)
        return syntax.Binary(operator, sides[0], sides[1], HERE, HERE)

    term = st.builds(
        comparison,
        st.sampled_from(["==", "==", "!="]),
        reads(),
        STRINGS,
        st.booleans(),
    )
    chain = several(term, 2, 5)
    return st.builds(syntax.Or, chain, st.just(HERE)) | st.builds(syntax.And, chain, st.just(HERE))


def deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    here = st.just(HERE)
    operators = st.sampled_from(OPERATORS)
    return st.one_of(
        st.builds(syntax.Binary, operators, inner, inner, here, here),
        st.builds(syntax.Binary, operators, inner, literals(), here, here),
        st.builds(syntax.And, several(inner, 2, 4), here),
        st.builds(syntax.Or, several(inner, 2, 4), here),
        st.builds(syntax.And, several(inner, 13, 15), here),
        st.builds(syntax.Unary, st.sampled_from("!-"), inner, here),
        st.builds(syntax.Conditional, inner, inner, inner, here),
        st.builds(syntax.Select, inner, NAMES, here, here),
        st.builds(syntax.Presence, inner, NAMES, here, here),
        st.builds(syntax.Index, inner, inner, here),
        st.builds(syntax.ListLiteral, several(inner, 0, 3), here),
        st.builds(
            syntax.MapLiteral,
            st.lists(st.tuples(inner, inner), max_size=2).map(tuple),
            here,
        ),
        calls(inner),
        string_tests(),
    )


TREES = st.recursive(
    literals() | reads() | reads() | roots() | string_tests(), deeper, max_leaves=12
)


def shown(value: object) -> object:
    """Give what tells values apart exactly: types, the sign of zero, NaN."""
    if isinstance(value, float):
        return struct.pack("d", value) if value == value else "nan"
    if isinstance(value, list):
        return [shown(each) for each in value]
    if isinstance(value, dict):
        return {str(key): shown(each) for key, each in value.items()}
    return (type(value), repr(value))


@settings(max_examples=600, deadline=None)
@given(TREES, DATA, st.sampled_from(ResultType))
def test_evaluators_agree(tree: Node, data: dict[str, object], result: ResultType) -> None:
    """Types are not checked first: what has no meaning must be an error in both."""

    def interpreted(roots: Any) -> object:
        return as_result(interpret(tree, KINDS, roots), result)

    checked = check(tree, Roots(KINDS), strict=False)
    patterns = {each.code for each in checked.errors}
    if patterns:
        assert patterns == {"BAD_PATTERN"}
        return
    before = repr(data)
    compiled = generate(tree, KINDS, result, interpreted)(data)
    assert shown(compiled) == shown(interpreted(data))
    assert repr(data) == before


@settings(max_examples=200, deadline=None)
@given(TREES, DATA)
def test_types_hold(tree: Node, data: dict[str, object]) -> None:
    """A value has the static type, if the rule passes the checker."""
    for root, kind in (("now", Timestamp), ("segments", list)):
        if root in data and type(data[root]) is not kind:
            return
    checked = check(tree, Roots(KINDS))
    value = interpret(tree, KINDS, data)
    if checked.errors or isinstance(value, ErrorValue):
        return
    if as_result(value, ResultType.ANY) is not value:
        return  # A value that is none of the language's went through.
    if checked.type.kind.name != "ANY":
        assert KIND_OF[type(value)] is checked.type.kind


def only(value: object, names: frozenset[str] | None) -> object:
    if names is None or not isinstance(value, dict):
        return value
    return {name: part for name, part in value.items() if name in names}


@settings(max_examples=200, deadline=None)
@given(TREES, DATA)
def test_reads_suffice(tree: Node, data: dict[str, object]) -> None:
    """Properties that a rule does not name make no difference."""
    reads = check(tree, Roots(KINDS), strict=False).reads
    less = {root: only(value, reads[root]) for root, value in data.items() if root in reads}
    assert shown(interpret(tree, KINDS, data)) == shown(interpret(tree, KINDS, less))


TOKENS = st.sampled_from(
    [
        *[
            "event",
            ".",
            "total",
            "a",
            "==",
            "!=",
            "<",
            ">",
            "=",
            "&",
            "|",
            "&&",
            "||",
            "!",
            "-",
            "+",
        ],
        *[
            "*",
            "/",
            "%",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "?",
            "1",
            "2.5",
            "1u",
            "'x'",
            '"y"',
        ],
        *["'", '"', 'b"z"', 'r"\\d"', "true", "null", "in", "and", "or", "not", "has", "size"],
        *[
            "matches",
            "if",
            "//",
            "\n",
            "\\",
            "“",
            "”",
            "`",
            "@",
            "#",
            "$",
            ";",
            ".?",
            "[?",
            "\ud800",
        ],
    ]
)


def check_refusal(source: str, refused: RuleError) -> None:
    assert refused.diagnostics
    assert str(refused)
    for each in refused.diagnostics:
        before = source[: each.span.start]
        assert 0 <= each.span.start <= each.span.end <= max(len(source), 1)
        assert each.line == before.count("\n") + 1
        assert each.column == each.span.start - before.rfind("\n")


@settings(max_examples=600, deadline=None)
@given(st.lists(TOKENS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_rule_or_refused(source: str) -> None:
    try:
        rule = compile_rule(source, roots=KINDS, result=ResultType.ANY)
    except RuleError as refused:
        check_refusal(source, refused)
        return
    assert shown(rule.evaluate({})) == shown(rule.interpret({}))


def test_spans_cover_their_source() -> None:
    source = 'event.a == 1 && (trigger.b["x"] || f(1, 2).g()) ? [1, -2] : {"a": !b}'
    for node, _ in syntax.with_depth(parse(source, Limits())):
        text = source[node.span.start : node.span.end]
        if not isinstance(node, syntax.And | syntax.Or | syntax.Conditional | syntax.Binary):
            assert parse(text, Limits()) == node, text
