"""A rule over sample data: its result, and what its parts came to."""

from typing import Any

import pytest
from attribution_dsl import ErrorKind, ErrorValue
from attribution_service.core import try_rule as module
from attribution_service.core.check_rule import RuleText
from attribution_service.core.properties import Properties
from attribution_service.core.rules import RuleInput, Use
from attribution_service.core.try_rule import Outcome, TriedRule, try_rule


def attempt(
    source: str,
    event: dict[str, Any] | None = None,
    *,
    use: Use = Use.GOAL_FILTER,
    now_us: int | None = None,
) -> TriedRule:
    given = RuleInput(Properties(event or {}), Properties({}), Properties({}), now_us)
    return try_rule(RuleText(source, use, has_trigger=True), given)


def told(tried: TriedRule) -> dict[str, list[object]]:
    """The values of each part, an error as its kind."""
    return {
        part.text: [
            str(each.value.kind) if isinstance(each.value, ErrorValue) else each.value
            for each in part.outcomes
        ]
        for part in tried.parts
    }


def test_every_part_that_was_evaluated() -> None:
    tried = attempt("event.a > 1.0 && (event.b || event.c)", {"a": 2.0, "b": True, "c": False})
    assert tried.result == Outcome(True)
    assert told(tried) == {
        "event.a > 1.0 && (event.b || event.c)": [True],
        "event.a > 1.0": [True],
        "event.a": [2.0],
        "event.b || event.c": [True],
        "event.b": [True],
    }
    assert tried.parts[0].text == "event.a > 1.0 && (event.b || event.c)"
    assert [part.evaluations for part in tried.parts] == [1] * 5
    assert not tried.cut


def test_places_are_those_of_the_source() -> None:
    source = "event.a  >\n 1.0"
    tried = attempt(source, {"a": 2.0})
    whole, read = tried.parts
    assert (whole.place.end_line, whole.place.end_column) == (2, 5)
    assert source[read.place.start : read.place.end] == "event.a"


def test_a_refused_rule_is_not_tried() -> None:
    tried = attempt("event.a = 1")
    assert tried.result is None
    assert tried.checked.diagnostics
    assert (tried.parts, tried.missing, tried.cut) == ((), (), False)


def test_what_is_missing_is_told_even_if_nothing_comes_of_it() -> None:
    tried = attempt("event.a == 1 || event.b.c == 2 || true || event.d == 3")
    assert tried.result == Outcome(True)
    assert tried.missing == ("event.a", "event.b")


def test_the_time_may_be_missing_too() -> None:
    tried = attempt("now == now")
    assert tried.missing == ("now",)
    assert tried.result is not None
    assert isinstance(tried.result.value, ErrorValue)
    assert told(attempt("now == now", now_us=5))["now == now"] == [True]


def test_the_result_is_what_the_place_wants() -> None:
    tried = attempt("event.a", {"a": "text"})
    assert tried.result is not None
    assert isinstance(tried.result.value, ErrorValue)
    assert tried.result.value.kind is ErrorKind.NO_SUCH_OVERLOAD
    assert told(tried) == {"event.a": ["text"]}
    assert attempt("event.a", {"a": 2.0}, use=Use.GOAL_VALUE).result == Outcome(2.0)


def test_numbers_that_lost_digits() -> None:
    tried = attempt("event.a == 1", {"a": 2.0**60})
    assert told(tried) == {"event.a == 1": ["UNSAFE_INTEGER"], "event.a": ["UNSAFE_INTEGER"]}


def turns(tried: TriedRule, text: str) -> list[tuple[object, tuple[int, ...]]]:
    (part,) = (part for part in tried.parts if part.text == text)
    return [(each.value, each.turns) for each in part.outcomes]


def test_loops() -> None:
    tried = attempt("event.l.exists(x, x > 1.0 && x < 9.0)", {"l": [1.0, 2.0, 3.0]})
    assert turns(tried, "x > 1.0") == [(False, (0,)), (True, (1,))]
    assert turns(tried, "x < 9.0") == [(True, (1,))]
    assert turns(tried, "event.l") == [([1.0, 2.0, 3.0], ())]


def test_loops_with_a_filter() -> None:
    tried = attempt("event.l.map(x, x > 1.0, x * 2.0) == []", {"l": [1.0, 2.0, 3.0]})
    assert turns(tried, "x > 1.0") == [(False, (0,)), (True, (1,)), (True, (2,))]
    assert turns(tried, "x * 2.0") == [(4.0, (1,)), (6.0, (2,))]


def test_loops_in_loops_and_loops_after_loops() -> None:
    source = "event.l.all(x, event.l.all(y, x + y > 0.0)) && event.l.all(z, z > 0.0)"
    tried = attempt(source, {"l": [1.0, 2.0]})
    assert turns(tried, "x + y") == [
        (2.0, (0, 0)),
        (3.0, (0, 1)),
        (3.0, (1, 0)),
        (4.0, (1, 1)),
    ]
    assert turns(tried, "z") == [(1.0, (0,)), (2.0, (1,))]


def test_an_optional_value_is_no_loop() -> None:
    tried = attempt("event.?a.optMap(x, x + 1.0).orValue(0.0) == 3.0", {"a": 2.0})
    assert turns(tried, "x + 1.0") == [(3.0, ())]


def test_of_many_turns_the_first_and_the_last() -> None:
    tried = attempt("event.l.exists(x, x == 57.0)", {"l": [float(n) for n in range(100)]})
    (part,) = (part for part in tried.parts if part.text == "x")
    assert [each.value for each in part.outcomes] == [*map(float, range(9)), 57.0]
    assert part.evaluations == 58


def test_equal_parts_are_told_apart() -> None:
    tried = attempt("event.a == event.a && event.a == event.a", {"a": 1.0})
    assert len([part for part in tried.parts if part.text == "event.a"]) == 4


def test_many_outcomes_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_OUTCOMES", 3)
    tried = attempt("event.a == 1.0 && event.b == 1.0", {"a": 1.0, "b": 1.0})
    assert len(tried.parts) == 3
    assert tried.cut
    assert not attempt("event.a == 1.0", {"a": 1.0}).cut


def test_many_steps_are_cut_and_the_result_is_not() -> None:
    # 5,000 turns of 25 steps.
    body = " || ".join(["x < 0.0"] * 12)
    tried = attempt(f"!event.l.exists(x, {body})", {"l": [float(n) for n in range(5_000)]})
    assert tried.cut
    assert tried.result == Outcome(True)
    assert tried.parts
