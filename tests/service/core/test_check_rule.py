"""What is known of a rule before it is used."""

import pytest
from attribution_dsl import Severity, Span
from attribution_service.core.check_rule import (
    CheckedRule,
    Place,
    Read,
    RuleText,
    check_rule,
    place_of,
)
from attribution_service.core.rules import Use


def check(source: str, use: Use = Use.GOAL_FILTER, *, has_trigger: bool = True) -> CheckedRule:
    return check_rule(RuleText(source, use, has_trigger))


def codes(checked: CheckedRule) -> list[str]:
    return [item.code for item in checked.diagnostics]


def test_a_rule_that_is_right() -> None:
    checked = check("size(event)==1 &&event.b==now ||event.a.c == trigger.d")
    assert checked.rule is not None
    assert checked.diagnostics == ()
    assert checked.formatted == "size(event) == 1 && event.b == now || event.a.c == trigger.d"
    assert checked.reads == (
        Read("event", (), whole=True),
        Read("now", (), whole=True),
        Read("trigger", ("d",), whole=False),
    )


def test_properties_are_in_byte_order() -> None:
    assert check("event.b == event.a").reads == (Read("event", ("a", "b"), whole=False),)


def test_a_rule_that_is_refused() -> None:
    checked = check("event.a == 1 && evnt.b == nothing(2)")
    assert checked.rule is None
    assert codes(checked) == ["UNKNOWN_NAME", "UNKNOWN_FUNCTION"]
    assert checked.reads == ()
    # It parses, so it can be formatted all the same.
    assert checked.formatted == checked.source


def test_what_does_not_parse_has_no_canonical_text() -> None:
    for source in ("event.a = 1", "event.a ==", "", "  "):
        checked = check(source)
        assert checked.rule is None
        assert checked.diagnostics
        assert checked.formatted == ""


def test_doubts() -> None:
    checked = check('now == "a"')
    assert checked.rule is not None
    assert {item.severity for item in checked.diagnostics} == {Severity.WARNING}


def test_what_a_place_lets_a_rule_read() -> None:
    read_everything = "has(event.a) && has(trigger.a) && has(person.a) && now == now"
    assert check(read_everything).rule is not None
    assert codes(check(read_everything, has_trigger=False)) == ["ROOT_UNAVAILABLE"]
    assert codes(check("'a' in segments")) == ["ROOT_UNAVAILABLE"]


@pytest.mark.parametrize(
    ("source", "use", "refused"),
    [
        ("event.a", Use.GOAL_FILTER, []),
        ("event.a", Use.GOAL_VALUE, []),
        ("1 == 1", Use.GOAL_VALUE, ["WRONG_RESULT"]),
        ("1.5", Use.GOAL_VALUE, []),
        ("1.5", Use.GOAL_FILTER, ["WRONG_RESULT"]),
    ],
)
def test_what_a_place_wants(source: str, use: Use, refused: list[str]) -> None:
    assert codes(check(source, use)) == refused


def test_a_canonical_text_that_is_no_rule_any_more_is_not_given() -> None:
    # An invisible space takes two bytes, and six once it is made visible.
    spaces = "\u00a0" * 1_000
    assert check(f'event.a == "{spaces}"').formatted == ""
    assert check(f'event.a == "{spaces[:500]}"').formatted != ""


@pytest.mark.parametrize(
    ("source", "span", "place"),
    [
        ("ab", Span(0, 2, 1, 1), Place(0, 2, 1, 1, 1, 3)),
        ("😀b", Span(1, 2, 1, 2), Place(1, 2, 1, 2, 1, 3)),
        ("a\nbc", Span(2, 4, 2, 1), Place(2, 4, 2, 1, 2, 3)),
        ("a\nbc", Span(0, 3, 1, 1), Place(0, 3, 1, 1, 2, 2)),
        ("a\r\n\nb", Span(0, 5, 1, 1), Place(0, 5, 1, 1, 3, 2)),
        ("", Span(0, 0), Place(0, 0, 1, 1, 1, 1)),
    ],
)
def test_places(source: str, span: Span, place: Place) -> None:
    assert place_of(source, span) == place
