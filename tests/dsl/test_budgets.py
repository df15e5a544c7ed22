"""What would take too long is an error value, and what people really write is not."""

import pytest
from attribution_dsl import ErrorKind, ErrorValue, Limits, compile_rule


def evaluate(rule: str, **event: object) -> object:
    return compile_rule(rule, roots=["event"]).evaluate({"event": event})


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (f"event.a.matches('{'(x?)' * 900}y')", "x" * 15_000),
        ("event.a.matches('[ab]*a[ab]{900}c')", "ab" * 30_000),
        (f"matches(event.a, '{'(x?)' * 300}y')", "x" * 15_000),
    ],
)
def test_a_regular_expression_that_would_take_seconds(rule: str, text: str) -> None:
    value = evaluate(rule, a=text)
    assert isinstance(value, ErrorValue)
    assert value.kind is ErrorKind.BUDGET_EXCEEDED
    assert f"{len(text)} characters" in value.message


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("x.*y", "x" + "z" * 60_000 + "y"),
        ("^[a-z0-9._%+-]+@[a-z0-9.-]+[.][a-z]{2,}$", "a" * 60_000 + "@example.org"),
        ("(one|two|three|four|five) (six|seven)", "-" * 9_000 + "five six"),
        ("x?" * 100 + "y", "x" * 200 + "y"),
    ],
)
def test_a_regular_expression_that_is_quick(pattern: str, text: str) -> None:
    assert evaluate(f"event.a.matches('{pattern}')", a=text) is True
    assert evaluate("event.a.matches(event.p)", a=text, p=pattern) is True


def test_lists_do_not_grow_without_bound() -> None:
    items = [1.0] * 16_000
    rule = f"size({' + '.join(['event.l'] * 20)}) > 0"
    value = evaluate(rule, l=items)
    assert isinstance(value, ErrorValue)
    assert value.kind is ErrorKind.BUDGET_EXCEEDED
    assert evaluate("size(event.l + event.l) == 32000", l=items) is True


LONG = [f"item {number}" for number in range(9_000)]
NUMBERS = [float(number) for number in range(9_000)]
DOUBLED = "[0]" + ".map(x, [x, x])" * 20


@pytest.mark.parametrize(
    "rule",
    [
        "event.l.exists(x, x.contains('no') || event.l.exists(y, y == 'no'))",
        "event.l.all(x, x in event.l)",
        "event.n.all(x, x in event.n)",
        "event.l.exists(x, event.l == event.same && x == 'no')",
        "event.l.exists(x, event.l == event.other)",
        "event.l.exists(x, 'abc'.matches(x) && false)",
        "event.l.map(x, event.text + x).size() > 0",
        "event.l.map(x, event.l).map(x, x + x).size() > 0",
        "event.l.exists(x, event.text.replace('a', x) == 'no')",
        "event.l.exists(x, event.text.contains('no'))",
        "event.l.exists(x, event.l.join().contains('no'))",
        "event.l.exists(x, sets.contains(event.l, event.same) && x == 'no')",
        "event.nested.exists(x, sets.contains(event.nested, event.nested) && x == [])",
        f"sets.contains({DOUBLED}, {DOUBLED})",
        "event.l.exists(x, '%s %d'.format([[event.l, event.l, event.l], x]) == 'no')",
        "event.l.exists(x, event.text.matches('^(x?)(x?)(x?)(x?)(x?)(x?)y$'))",
        "event.l.exists(x, sets.contains([event.l], [[x]]))",
        "event.l.exists(x, event.map == event.other_map)",
        "event.l.exists(x, [1].transformMapEntry(i, y, event.map) == {})",
        "event.l.exists(x, !event.map.exists(k, v, true))",
        "event.l.exists(x, event.map.all(k, k == ''))",
        "event.l.map(x, event.maps).exists(y, optional.unwrap(event.maps) == [])",
    ],
)
def test_what_a_loop_multiplies_is_metered(rule: str) -> None:
    event = {
        "l": LONG,
        "n": NUMBERS,
        "same": list(LONG),
        "other": [*LONG[:-1], "another"],
        "text": "a" * 60_000,
        "nested": [[[number]] for number in range(100)],
        "map": dict.fromkeys(LONG, 1.0),
        "other_map": dict.fromkeys([*LONG[:-1], "another"], 1.0),
        "maps": [{}] * 9_000,
    }
    compiled = compile_rule(rule, roots=["event"])
    value = compiled.evaluate({"event": event})
    assert isinstance(value, ErrorValue)
    assert value.kind is ErrorKind.BUDGET_EXCEEDED
    assert compiled.interpret({"event": event}) == value


@pytest.mark.parametrize(
    "rule",
    [
        "event.l.exists(x, x == 'item 8999')",
        "event.l.filter(x, x.endsWith('7')).size() == 900",
        "event.l.map(x, x + '!').size() == 9000",
        "event.l.all(x, x.contains('item') && x.matches('^item [0-9]+$'))",
        "event.few.exists(x, event.few.exists(y, x + y == 'item 9item 9'))",
        "event.l == event.same && 'item 8999' in event.l",
        "event.few.all(x, x in event.l)",
    ],
)
def test_what_people_write_is_within_the_budget(rule: str) -> None:
    event = {"l": LONG, "same": list(LONG), "few": LONG[:20]}
    compiled = compile_rule(rule, roots=["event"])
    assert compiled.evaluate({"event": event}) is True
    assert compiled.interpret({"event": event}) is True


@pytest.mark.parametrize("rule", [f"{DOUBLED} == {DOUBLED}", f"{DOUBLED} in [{DOUBLED}]"])
def test_parts_that_are_shared_are_compared_once(rule: str) -> None:
    assert evaluate(rule) is True


def test_comparisons_outside_of_loops_are_bounded() -> None:
    value = evaluate("event.a == event.b", a=[[1.0]] * 40_000, b=[[1.0]] * 40_000)
    assert isinstance(value, ErrorValue)
    assert value.kind is ErrorKind.BUDGET_EXCEEDED
    value = evaluate("event.a in event.b", a=["a"] * 1_000, b=[["a"] * 999 + ["b"]] * 100)
    assert isinstance(value, ErrorValue)
    assert value.kind is ErrorKind.BUDGET_EXCEEDED


def test_steps_of_all_macros_count_together() -> None:
    limits = Limits(iterations=10)
    rule = compile_rule(
        "event.a.exists(x, x == 'no') || event.b.exists(x, x == 'yes')",
        roots=["event"],
        limits=limits,
    )
    assert rule.evaluate({"event": {"a": ["x"] * 5, "b": [*"uvwx", "yes"]}}) is True
    value = rule.evaluate({"event": {"a": ["x"] * 6, "b": [*"uvwx", "yes"]}})
    assert isinstance(value, ErrorValue)
    assert value.kind is ErrorKind.BUDGET_EXCEEDED
