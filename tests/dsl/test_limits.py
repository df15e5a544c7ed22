"""Limits hold exactly, and hostile input is refused before it costs anything."""

import bisect
import sys

import pytest
from attribution_dsl import Limits, ResultType, RootKind, Rule, RuleError, compile_rule
from attribution_dsl.compile import generate
from attribution_dsl.parse import parse


def rule(source: str, limits: Limits | None = None) -> Rule:
    return compile_rule(source, roots=["event"], result=ResultType.ANY, limits=limits or Limits())


def refusal(source: str, limits: Limits | None = None) -> str:
    with pytest.raises(RuleError) as refused:
        rule(source, limits)
    assert len(refused.value.diagnostics) == 1
    assert len(str(refused.value)) < 1000
    return refused.value.diagnostics[0].code


def test_defaults() -> None:
    assert Limits() == Limits(4096, 32, 500, 2, 10_000)


@pytest.mark.parametrize(
    "field", ["source_bytes", "depth", "nodes", "comprehension_nesting", "iterations"]
)
def test_limits_below_one_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Limits(**{field: 0})


def test_depth_beyond_what_can_be_compiled_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 40"):
        Limits(depth=41)


def test_source_bytes() -> None:
    assert rule("'" + "a" * 4094 + "'")
    assert refusal("'" + "a" * 4095 + "'") == "SOURCE_TOO_LONG"
    assert rule("'" + "å" * 2047 + "'")
    assert refusal("'" + "å" * 2048 + "'") == "SOURCE_TOO_LONG"


# Each makes a rule that nests operations as deep as is asked.
NESTED = [
    lambda n: "!" * n + "event.a",
    lambda n: "-" * n + "(event.a)",
    lambda n: "event" + ".a" * (n + 1),
    lambda n: "event" + "['a']" * (n + 1),
    lambda n: "event.a" + " + event.a" * n,
    lambda n: "event.a" + " * event.a" * n,
    lambda n: "event.a" + " == event.a" * n,
    lambda n: "event.a" + " < event.a" * n,
    lambda n: "event.a" + " in event.a" * n,
    lambda n: "event.a ? event.b : " * n + "event.c",
    lambda n: "event.a" + "[event.a]" * n,
]
BRACKETED = [
    lambda n: "(" * n + "event.a" + ")" * n,
    lambda n: "[" * n + "]" * n,
    lambda n: "{1: " * n + "1" + "}" * n,
    lambda n: "event[" * (n - 1) + "event.a" + "]" * (n - 1),
    lambda n: "(event.a && " * n + "event.b" + ")" * n,
    lambda n: "(event.a || !" * (n // 2) + "event.b" + ")" * (n // 2),
    lambda n: "(event.a ? " * n + "event.b" + " : event.c)" * n,
    lambda n: "event.a + (" * n + "event.b" + ")" * n,
    lambda n: "event.a == (" * n + "event.b" + ")" * n,
]


@pytest.mark.parametrize("make", NESTED)
def test_depth(make):  # type: ignore[no-untyped-def]
    # A read of a property is an operation as well, at the bottom of each of these.
    rule(make(31)).evaluate({"event": {"a": True}})
    assert refusal(make(33)) == "TOO_DEEP"


def test_depth_to_the_letter() -> None:
    assert rule("!" * 32 + "true").evaluate({}) is True
    assert refusal("!" * 33 + "true") == "TOO_DEEP"
    assert rule("1" + " + 1" * 32).evaluate({}) == 33
    assert refusal("1" + " + 1" * 33) == "TOO_DEEP"
    assert rule("(" * 32 + "1" + ")" * 32).evaluate({}) == 1
    assert refusal("(" * 33 + "1" + ")" * 33) == "TOO_DEEP"
    assert rule("1 + 1", Limits(depth=1))
    assert refusal("1 + 1 + 1", Limits(depth=1)) == "TOO_DEEP"


@pytest.mark.parametrize("make", BRACKETED)
def test_brackets(make):  # type: ignore[no-untyped-def]
    rule(make(30)).evaluate({"event": {"a": True}})
    assert refusal(make(34)) == "TOO_DEEP"


@pytest.mark.parametrize("make", [*NESTED, *BRACKETED])
def test_the_deepest_limit_compiles(make):  # type: ignore[no-untyped-def]
    limits = Limits(depth=40, source_bytes=10**6, nodes=10**5)
    rule(make(38), limits).evaluate({"event": {"a": True}})


def test_what_every_cel_must_support() -> None:
    assert rule("(" * 32 + "7" + ")" * 32).evaluate({}) == 7
    assert rule("-" * 32 + "19").evaluate({}) == 19
    assert rule("true ? true : " * 24 + "false").evaluate({}) is True
    assert rule(" || ".join(["false"] * 31 + ["true"])).evaluate({}) is True
    assert rule("[" * 12 + "'foo'" + "]" * 12 + "[0]" * 12).evaluate({}) == "foo"


def test_chains_are_not_deep() -> None:
    source = " || ".join(f"event.a == {n}" for n in range(99))
    found = rule(source)
    assert found.evaluate({"event": {"a": 98.0}}) is True
    assert found.evaluate({"event": {"a": 99.0}}) is False
    assert rule(" && ".join(["event.a"] * 160)).evaluate({"event": {"a": True}}) is True


def test_nodes() -> None:
    # A list is one node, and so is each of its items.
    assert rule("[" + "1," * 498 + "1]")
    assert refusal("[" + "1," * 499 + "1]") == "TOO_MANY_NODES"
    # The chain itself is one node.
    assert rule(" || ".join(["true"] * 499))
    assert refusal(" || ".join(["true"] * 500)) == "TOO_MANY_NODES"


HOSTILE = [
    "(" * 200_000,
    "(" * 100_000 + "1" + ")" * 100_000,
    "[" * 200_000,
    "!" * 200_000 + "true",
    "-" * 200_000 + "1",
    "1" + " + 1" * 5_000,
    "event" + ".a" * 2_000,
    "event" + "[0]" * 2_000,
    "a ? " * 20_000,
    "true ? true : " * 20_000 + "true",
    "f(" * 50_000,
    "{" * 50_000,
    "'" * 100_000,
    "'" + "\\" * 100_000,
    "9" * 100_000,
    "0x" + "f" * 100_000,
    "event.a " * 20_000,
    "//" * 50_000,
    " " * 100_000,
    "a" * 100_000,
    "'''" * 33_333,
    " || ".join(["true"] * 20_000),
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: f"{source[:8]}...{len(source)}")
def test_hostile_input(source: str) -> None:
    stack = sys.getrecursionlimit()
    assert refusal(source) in {"SOURCE_TOO_LONG", "TOO_MANY_NODES"}
    # The same as large as the limit of size lets through.
    small = source[:4096]
    with pytest.raises(RuleError) as refused:
        rule(small)
    assert len(refused.value.diagnostics) <= 500
    # And with no limit of size to speak of.
    with pytest.raises(RuleError):
        rule(source, Limits(source_bytes=10**9))
    assert sys.getrecursionlimit() == stack


def test_huge_source() -> None:
    assert refusal("event.a == 1 || " * 700_000) == "SOURCE_TOO_LONG"


def fits(source: str, limits: Limits) -> bool:
    try:
        parse(source, limits)
    except RuleError:
        return False
    return True


WRAPPERS = [
    "!({})",
    "-({})",
    "({}) == 1",
    "({}) == 'a'",
    "({}) == event.b",
    "event.b != ({})",
    "true < ({})",
    "({}) && event.c",
    "event.c == 'a' || ({}) == 'b'",
    "({}) ? event.a : event.b",
    "event.a ? ({}) : event.b",
    "({}) + 1.5",
    "event.b - ({})",
    "[({})][event.a]",
    "{{'a': {}}}.a",
    "({}).a",
    "({})[0]",
    "has(({}).a)",
    "({}) in ['a', 'b']",
    "'a' in ({})",
    "({}).startsWith('a')",
    "({}).matches('a')",
    "size({})",
]


@pytest.mark.parametrize("outer", WRAPPERS)
@pytest.mark.parametrize("inner", WRAPPERS)
def test_the_deepest_mixtures_compile(outer: str, inner: str) -> None:
    """Python's parser stops at 200 brackets: the deepest tree must stay below."""
    limits = Limits(depth=40, source_bytes=10**6, nodes=10**5)

    def nested(times: int) -> str:
        source = "event.x"
        for turn in range(times):
            source = (outer, inner)[turn % 2].format(source)
        return source

    deepest = bisect.bisect_left(range(1, 42), True, key=lambda n: not fits(nested(n), limits))
    assert deepest >= 10
    tree = parse(nested(deepest), limits)
    kinds = {"event": RootKind.PROPERTIES}
    generate(tree, kinds, 100, ResultType.ANY, lambda _: None)({"event": {"x": 1}})
