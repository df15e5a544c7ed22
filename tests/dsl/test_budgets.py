"""What would take too long is an error value, and what people really write is not."""

import pytest
from attribution_dsl import ErrorKind, ErrorValue, compile_rule


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
