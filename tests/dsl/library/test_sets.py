"""The `sets` namespace."""

import math
import random
from typing import Any

import pytest
from attribution_dsl import (
    UNSAFE_INTEGER,
    Duration,
    ErrorKind,
    ErrorValue,
    ResultType,
    RuleError,
    Timestamp,
    compile_rule,
)
from attribution_dsl.runtime import contained
from attribution_dsl.values import NONE, OptionalValue

RULES = {
    name: compile_rule(f"sets.{name}(event.a, event.b)", roots=["event"], result=ResultType.ANY)
    for name in ("contains", "equivalent", "intersects")
}


def value(name: str, left: object, right: object) -> object:
    data: dict[str, Any] = {"event": {"a": left, "b": right}}
    result = RULES[name].evaluate(data)
    assert repr(RULES[name].interpret(data)) == repr(result)
    return result


# The lists; whether the first contains the second, is equivalent to it, and intersects with it.
LISTS: list[tuple[list[object], list[object], bool, bool, bool]] = [
    ([], [], True, True, False),
    ([], [1], False, False, False),
    ([1], [], True, False, False),
    (["a", "b"], ["b"], True, False, True),
    (["a", "a"], ["a"], True, True, True),
    (["a"], ["b"], False, False, False),
    ([1, 2, 3], [3, 2.0, 1], True, True, True),
    ([1], [True], False, False, False),
    ([0, ""], [False, None], False, False, False),
    ([None], [None, None], True, True, True),
    ([0.0], [-0.0], True, True, True),
    ([2**53 + 1], [2.0**53], True, True, True),
    ([math.nan], [math.nan], False, False, False),
    ([math.nan, 1], [1, 1.0], True, False, True),
    ([Timestamp(1)], [Timestamp(1)], True, True, True),
    ([Timestamp(1)], [Duration(1)], False, False, False),
    ([[1], [2, 3]], [[2, 3.0]], True, False, True),
    ([{"a": 1}, 5], [5, {"a": 1.0}], True, True, True),
    ([{"a": 1}], [[]], False, False, False),
    ([NONE, OptionalValue(1)], [OptionalValue(1.0)], True, False, True),
    ([10**400], [10**400, math.inf], True, True, True),
]


@pytest.mark.parametrize(("left", "right", "contains", "equivalent", "intersects"), LISTS)
def test_values(
    left: list[object], right: list[object], contains: bool, equivalent: bool, intersects: bool
) -> None:
    assert value("contains", left, right) is contains
    assert value("equivalent", left, right) is equivalent
    assert value("equivalent", right, left) is equivalent
    assert value("intersects", left, right) is intersects
    assert value("intersects", right, left) is intersects


def test_a_decision_hides_errors() -> None:
    assert value("intersects", ["a", UNSAFE_INTEGER], ["b", "a"]) is True
    assert value("contains", ["a", UNSAFE_INTEGER], ["a"]) is True
    assert value("contains", ["a"], [UNSAFE_INTEGER, "b"]) is False
    assert value("equivalent", ["a", UNSAFE_INTEGER], ["b"]) is False


def test_errors_without_a_decision() -> None:
    assert value("intersects", ["a", UNSAFE_INTEGER], ["b"]) is UNSAFE_INTEGER
    assert value("intersects", ["a"], [UNSAFE_INTEGER, "b"]) is UNSAFE_INTEGER
    assert value("contains", ["a", UNSAFE_INTEGER], ["a", "b"]) is UNSAFE_INTEGER
    assert value("contains", [["a", UNSAFE_INTEGER]], [["a", "b"]]) is UNSAFE_INTEGER
    assert value("equivalent", [1, UNSAFE_INTEGER], [1.0]) is UNSAFE_INTEGER


@pytest.mark.parametrize("name", RULES)
def test_what_is_no_value(name: str) -> None:
    for left, right in (([object()], [1]), ([1], [object()]), ([[]], [object()])):
        found = value(name, left, right)
        assert isinstance(found, ErrorValue)
        assert found.kind is ErrorKind.INVALID_ARGUMENT
    misfit = value(name, "a", ["a"])
    assert isinstance(misfit, ErrorValue)
    assert misfit.kind is ErrorKind.NO_SUCH_OVERLOAD


POOL: list[object] = [
    *(None, True, False, 0, 1, 2**53, 2**53 + 1, 0.0, 1.0, 2.0**53, math.nan, "", "a"),
    *(Timestamp(0), Duration(0), [], [1], [1.0], {"a": 0}, {"a": False}, UNSAFE_INTEGER, NONE),
]


@pytest.mark.parametrize("seed", range(300))
def test_as_in_one_by_one(seed: int) -> None:
    chosen = random.Random(seed)
    left, right = (chosen.choices(POOL, k=chosen.randrange(5)) for _ in range(2))
    results = [contained(each, left) for each in right]
    decided = next((each for each in results if each is False), None)
    failed = next((each for each in results if each is not True), True)
    assert value("contains", left, right) is (failed if decided is None else decided)


def test_long_plain_lists_are_fast() -> None:
    numbers: list[object] = [*range(60_000)]
    halves: list[object] = [each + 0.5 for each in range(60_000)]
    assert value("intersects", numbers, halves) is False
    assert value("equivalent", [*numbers, "a"], ["a", *numbers]) is True


def test_the_work_is_bounded() -> None:
    nested: list[object] = [[each] for each in range(800)]
    assert value("contains", nested[:100], nested[:100]) is True
    for name in RULES:
        found = value(name, nested, [[["a"]]] * 800)
        assert isinstance(found, ErrorValue)
        assert found.kind is ErrorKind.BUDGET_EXCEEDED


def test_large_values_count_for_their_size() -> None:
    large: list[object] = [{"a": [each] * 1_000} for each in range(50)]
    found = value("contains", large, [{"a": [each] * 1_000} for each in range(50, 100)])
    assert isinstance(found, ErrorValue)
    assert found.kind is ErrorKind.BUDGET_EXCEEDED


@pytest.mark.parametrize("source", ["sets.contains(1, [])", "sets.equivalent([])"])
def test_refusals(source: str) -> None:
    with pytest.raises(RuleError):
        compile_rule(source, roots=["event"], result=ResultType.ANY)
