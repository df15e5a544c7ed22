"""Compiled code and interpreter agree on any tree and any data, and neither raises."""

from typing import Any

from attribution_dsl import (
    ErrorValue,
    Limits,
    ResultType,
    RuleError,
    compile_rule,
    syntax,
)
from attribution_dsl.check import check
from attribution_dsl.compile import generate
from attribution_dsl.interpret import interpret
from attribution_dsl.kinds import KIND_OF, Kind, Type
from attribution_dsl.parse import parse
from attribution_dsl.results import as_result
from attribution_dsl.roots import Roots
from attribution_dsl.syntax import Node
from attribution_dsl.values import NONE, OptionalValue, Timestamp
from dsl.trees import DATA, KINDS, LIMITS, PARSED, RESOLVED, written
from hypothesis import given, settings
from hypothesis import strategies as st

BUDGETS = st.sampled_from([1, 2, 3, 5, 10_000])
# What is wrong with a tree whatever the data, and no tree made here is.
NEVER = {"NO_OVERLOAD", "UNKNOWN_NAME", "UNKNOWN_FUNCTION", "WRONG_ARGUMENTS", "TOO_DEEP"}


def shown(value: object) -> object:
    """Give what tells values apart exactly: types, the sign of zero, NaN, the order of maps."""
    return (type(value), repr(value))


@settings(max_examples=800, deadline=None)
@given(RESOLVED, DATA, st.sampled_from(ResultType), BUDGETS)
def test_evaluators_agree(
    tree: Node, data: dict[str, object], result: ResultType, iterations: int
) -> None:
    """Types are not checked first: what has no meaning must be an error in both."""

    def interpreted(roots: Any) -> object:
        return as_result(interpret(tree, KINDS, roots, iterations), result)

    checked = check(tree, Roots(KINDS), LIMITS, strict=False)
    refusals = {each.code for each in checked.errors}
    assert not refusals & NEVER
    if refusals:
        return  # A literal, such as a pattern, means nothing.
    before = repr(data)
    compiled = generate(tree, KINDS, iterations, result, interpreted)(data)
    assert shown(compiled) == shown(interpreted(data))
    assert repr(data) == before


def holds(value: object, kind: Type) -> bool:
    """Tell whether a value is of a static type, its parts included."""
    if kind.kind is Kind.ANY:
        return True
    if KIND_OF.get(type(value)) is not kind.kind:
        return False
    if kind.element is None:
        return True
    if isinstance(value, OptionalValue):
        return value is NONE or holds(value.value, kind.element)
    parts = value.values() if isinstance(value, dict) else value
    assert isinstance(value, list | dict)
    return all(holds(each, kind.element) for each in parts)  # type: ignore[attr-defined]


@settings(max_examples=300, deadline=None)
@given(RESOLVED, DATA)
def test_types_hold(tree: Node, data: dict[str, object]) -> None:
    """A value has the static type, if the rule passes the checker."""
    for root, kind in (("now", Timestamp), ("segments", list)):
        if root in data and type(data[root]) is not kind:
            return
    if type(data.get("event", {})) is not dict:
        return
    checked = check(tree, Roots(KINDS), LIMITS)
    value = interpret(tree, KINDS, data, LIMITS.iterations)
    if checked.errors or isinstance(value, ErrorValue):
        return
    if as_result(value, ResultType.ANY) is not value:
        return  # A value that is none of the language's went through.
    assert holds(value, checked.type)


def only(value: object, names: frozenset[str] | None) -> object:
    if names is None or not isinstance(value, dict):
        return value
    return {name: part for name, part in value.items() if name in names}


@settings(max_examples=300, deadline=None)
@given(RESOLVED, DATA)
def test_reads_suffice(tree: Node, data: dict[str, object]) -> None:
    """Properties that a rule does not name make no difference."""
    reads = check(tree, Roots(KINDS), LIMITS, strict=False).reads
    less = {root: only(value, reads[root]) for root, value in data.items() if root in reads}
    all_of_it, enough = (interpret(tree, KINDS, each, 10_000) for each in (data, less))
    assert shown(all_of_it) == shown(enough)


@settings(max_examples=300, deadline=None)
@given(PARSED)
def test_trees_have_a_source(tree: Node) -> None:
    """The strategy that others use for what the parser gives keeps its word."""
    assert parse(written(tree), LIMITS) == tree


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
