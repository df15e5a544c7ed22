"""The formatter: text that gives the same tree, and no bracket that could be left out."""

import unicodedata

import pytest
from attribution_dsl import Limits, RuleError, format_rule, syntax
from attribution_dsl.format import format_tree
from attribution_dsl.parse import parse
from attribution_dsl.resolve import resolve
from attribution_dsl.syntax import Node
from dsl.trees import HERE, KINDS, LIMITS, PARSED, written
from hypothesis import given, settings
from hypothesis import strategies as st

# `written` puts everything in brackets.
ROOMY = Limits(source_bytes=1_000_000, depth=40, nodes=1_000, comprehension_nesting=20)


@settings(max_examples=800, deadline=None)
@given(PARSED)
def test_the_text_gives_the_same_tree(tree: Node) -> None:
    text = format_tree(tree)
    assert parse(text, ROOMY) == tree
    assert format_tree(parse(text, ROOMY)) == text


@settings(max_examples=300, deadline=None)
@given(PARSED)
def test_the_text_gives_the_same_tree_once_resolved(tree: Node) -> None:
    resolved = resolve(tree, KINDS)
    assert resolve(parse(format_tree(resolved), ROOMY), KINDS) == resolved


@settings(max_examples=300, deadline=None)
@given(PARSED)
def test_formatting_again_changes_nothing(tree: Node) -> None:
    text = format_rule(written(tree), limits=ROOMY)
    assert parse(text, ROOMY) == tree
    assert format_rule(text, limits=ROOMY) == text


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_strings(value: str) -> None:
    text = format_tree(syntax.Literal(value, HERE))
    assert parse(text, ROOMY) == syntax.Literal(value, HERE)
    seen = text.replace(" ", "")
    assert not any(unicodedata.category(each)[0] in "CZ" for each in seen if _assigned(each))


def _assigned(character: str) -> bool:
    return unicodedata.category(character) not in {"Cn", "Co"}


@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_stay_doubles(value: float) -> None:
    text = format_tree(syntax.Literal(value, HERE))
    assert parse(text, ROOMY) == syntax.Literal(value, HERE)


@settings(max_examples=300, deadline=None)
@given(PARSED)
def test_no_bracket_can_be_left_out(tree: Node) -> None:
    text = format_tree(tree)
    if '"' in text:
        return  # brackets in strings are none
    for opening, closing in _brackets(text):
        without = f"{text[:opening]} {text[opening + 1 : closing]} {text[closing + 1 :]}"
        try:
            parsed = parse(without, ROOMY)
        except RuleError:
            continue
        assert parsed != tree or _for_reading(text[opening + 1 : closing])


def _for_reading(inner: str) -> bool:
    """Tell whether these are the brackets around `a ? b : c` as a key or an optional item."""
    return "?" in inner


def _brackets(text: str) -> list[tuple[int, int]]:
    """Give the places of the brackets that are not those of a call."""
    found, opened = [], []
    for place, each in enumerate(text):
        if each == "(":
            opened.append(place)
        elif each == ")":
            opening = opened.pop()
            if not text[:opening][-1:].replace("`", "a").replace("_", "a").isalnum():
                found.append((opening, place))
    return found


CANONICAL = """
event.total > 9.99 && event.status == "completed"
a || b && c
(a || b) && c
(a && b) && c
a && (b && c)
(a || b) || c
a - (b - c)
a - b - c
a - (b + c) * d / e % f
a * (b * c)
a == (b == c)
a == b == c
a in b in c
a in (b in c)
a < b == (c < d)
!(a in b)
!a.b
!!a
!(-a)
-(!a)
--a
--1
---1
-a.b
-(a + b)
(-a).b
-1.x
(-1).x
(-1)[0]
(-1).f()
!(-1)
1.x
1.5.x
a - -1
2 * -1
-1 * 2
-9223372036854775808
a - -9223372036854775808
(-9223372036854775808).x
-0.0
a ? b : c ? d : e
(a ? b : c) ? d : e
a ? (b ? c : d) : e
a || b ? c && d : e
(a ? b : c) + 1
a ? .b : .c
.event.total
-.a
[.a, ?.b]
{.a: .b}
event.if
event.while(1)
event.`in`
event.`a b`.`1`
event.?`content-type`
event["q\\""]
event[0][?1].?a
has(event.a)
has(event.?a.`true`)
has((-1).a)
has(1, 2)
event.?a.orValue("x")
event.?a.or(event.?b)
event.tags.exists(t, t == "paid")
event.tags.map(t, t != "", t + "!")
{"a": 1}.all(k, v, k == "a" && v > 0)
(a + b).all(x, x)
(a ? b : c).map(x, x)
math.f(1)
.math.f(1)
optional.of(1)
[]
[1, ?a, [2]]
[?(a ? b : c)]
{}
{"a": 1, ?"b": c}
{(a ? b : c): d ? e : f}
f()
f(a ? b : c, d)
a.f(b).g()
5.0
1e300
1e-7
1.5e-7
5e-324
100000000000000.0
"it's"
"say \\"x\\""
r"^course-\\d+$"
"ends in \\\\"
"\\\\ \\""
"\\a\\b\\f\\n\\r\\t\\v"
"\\u0000\\u007f\\u00a0\\u200b\\u2028\\U000e0001"
"ÿ€😀"
not == 1
or ? and : contains
""".strip().splitlines()


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_text_stays(text: str) -> None:
    assert format_rule(text) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("event . total>9.99", "event.total > 9.99"),
        ("  a  // why\n && b", "a && b"),
        ("((a))", "a"),
        ("(a && b) || (c && d)", "a && b || c && d"),
        ("(a - b) - c", "a - b - c"),
        ("a ? b : (c ? d : e)", "a ? b : c ? d : e"),
        ("-(1)", "-1"),
        ("-(-1)", "--1"),
        ("!(!a)", "!!a"),
        ("- - a", "--a"),
        ("0xFF", "255"),
        ("007", "7"),
        ("-0", "0"),
        (".5", "0.5"),
        ("1E3", "1000.0"),
        ("1e+300", "1e300"),
        ("12345678901234567890.0", "1.2345678901234567e19"),
        ("'a'", '"a"'),
        ("'''a\nb'''", '"a\\nb"'),
        ("'a\"'", '"a\\""'),
        ('"\\x41\\101\\u0041\\U00000041\\?\\`"', '"AAAA?`"'),
        ('r"a"', '"a"'),
        ('"^\\\\d$"', 'r"^\\d$"'),
        ("r'\"\\'", '"\\"\\\\"'),
        ("a.`b`", "a.b"),
        ("a [ ? b ]", "a[?b]"),
        ("a. ?b", "a.?b"),
        ("(math).f(1)", "math.f(1)"),
        (".f(1)", "f(1)"),
        ("[a,]", "[a]"),
        ("{a:b,}", "{a: b}"),
        ("{a ? b : c : d}", "{(a ? b : c): d}"),
        ("[?a ? b : c]", "[?(a ? b : c)]"),
    ],
)
def test_other_text_becomes_canonical(source: str, text: str) -> None:
    assert format_rule(source) == text
    assert format_rule(text) == text
    assert parse(text, ROOMY) == parse(source, ROOMY)


def test_long_chains_break() -> None:
    term = f'event.name == "{"x" * 40}"'
    source = f"({term} || a) && {term} && !(b && c)"
    text = f"({term} || a)\n&& {term}\n&& !(b && c)"
    assert format_rule(source) == text
    assert format_rule(text) == text
    assert format_rule(f"{term} || {term}") == f"{term}\n|| {term}"


def test_a_line_of_100_characters_stays() -> None:
    fits = f'a && "{"x" * 93}"'
    assert len(fits) == 100
    assert format_rule(fits) == fits
    assert format_rule(f"b{fits}") == f'ba\n&& "{"x" * 93}"'


def test_what_is_no_chain_does_not_break() -> None:
    source = f'"{"x" * 60}" + "{"y" * 60}" == a && b ? c : d'
    assert format_rule(source) == source


def test_what_has_no_text() -> None:
    presence = syntax.Presence(syntax.Ident("a", False, HERE), 'q"', HERE, HERE)
    with pytest.raises(ValueError, match="cannot stand after a dot"):
        format_tree(presence)


def test_a_name_that_no_backticks_can_hold_is_an_index() -> None:
    select = syntax.Select(syntax.Ident("a", False, HERE), 'q"', True, HERE, HERE)
    assert format_tree(select) == 'a[?"q\\""]'


@pytest.mark.parametrize("source", ["a = b", "a &&", "", "x" * 5_000])
def test_what_is_no_rule_is_refused(source: str) -> None:
    with pytest.raises(RuleError):
        format_rule(source)


def test_what_is_read_is_not_looked_at() -> None:
    assert format_rule("evnt.a > 1 && nothing(2)") == "evnt.a > 1 && nothing(2)"


def test_limits_are_the_callers() -> None:
    with pytest.raises(RuleError, match="more than 3 bytes"):
        format_rule("a == b", limits=Limits(source_bytes=3))
    assert format_rule("a == b", limits=LIMITS) == "a == b"
