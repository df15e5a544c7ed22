"""What rules saw: which values, and how much of them."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from attribution_dsl import compile_rule
from attribution_service.core.model import Seen, SeenValue
from attribution_service.core.properties import Properties
from attribution_service.core.rules import GOAL_ROOTS, RuleInput
from attribution_service.core.seen import (
    MAX_SEEN_DEPTH,
    MAX_SEEN_PATH,
    MAX_SEEN_SIZE,
    MAX_SEEN_VALUES,
    seen,
)

NOW_US = 1_772_323_200_000_000


def saw(rule: str, *, now_us: int | None = NOW_US, of_now: bool = False, **event: object) -> Seen:
    paths = compile_rule(rule, roots=GOAL_ROOTS).paths
    given = RuleInput(
        event=Properties(event),
        trigger=Properties({"course": {"id": "ai-1"}}),
        person=Properties({"plan": None}),
        now_us=now_us,
    )
    return seen(paths, given, person_of_now=of_now)


def values(found: Seen) -> Sequence[SeenValue]:
    assert not found.cut
    return found.values


def test_nothing_is_read() -> None:
    assert saw("true") == Seen()


def test_values_and_what_is_absent() -> None:
    rule = "event.total > 1.0 && trigger.course.id == 'x' && person.plan == event.a.b"
    assert values(saw(rule, total=12.5, a={"c": 1.0})) == (
        SeenValue("event.total", 12.5),
        SeenValue("trigger.course.id", "ai-1"),
        SeenValue("person.plan", None),
        SeenValue("event.a.b", absent=True),
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("event.items[1].id == 'x'", SeenValue("event.items[1].id", "b")),
        ("event.items[2].id == 'x'", SeenValue("event.items[2].id", absent=True)),
        ("event.items.id == 'x'", SeenValue("event.items.id", absent=True)),
        ("event.n[0] == 'x'", SeenValue("event.n[0]", absent=True)),
        ("event.n.m == 'x'", SeenValue("event.n.m", absent=True)),
    ],
)
def test_the_way_there(rule: str, expected: SeenValue) -> None:
    found = saw(rule, items=[{"id": "a"}, {"id": "b"}], n=1.0)
    assert values(found) == (expected,)


def test_now() -> None:
    later = "now > timestamp('2026-01-01T00:00:00Z')"
    assert values(saw(later)) == (SeenValue("now", "2026-03-01T00:00:00Z"),)
    assert values(saw(later, now_us=NOW_US + 1)) == (
        SeenValue("now", "2026-03-01T00:00:00.000001Z"),
    )
    assert values(saw(later, now_us=None)) == (SeenValue("now", absent=True),)


def test_the_person_may_have_changed() -> None:
    found = values(saw("person.plan == event.n || has(person.x)", of_now=True, n=1.0))
    assert [(each.path, each.of_now) for each in found] == [
        ("person.plan", True),
        ("event.n", False),
        ("person.x", True),
    ]


def test_as_many_as_there_may_be() -> None:
    names = [f"event.n{number}" for number in range(MAX_SEEN_VALUES + 1)]
    within = saw(" || ".join(f"{name} == 1.0" for name in names[:-1]))
    assert (len(within.values), within.cut) == (MAX_SEEN_VALUES, False)
    beyond = saw(" || ".join(f"{name} == 1.0" for name in names))
    assert (beyond.values, beyond.cut) == (within.values, True)


@pytest.mark.parametrize("length", [0, 1, MAX_SEEN_SIZE])
def test_a_text_is_whole(length: int) -> None:
    (found,) = values(saw("event.t == 'x'", t="é" * length))
    assert found == SeenValue("event.t", "é" * length)


def test_a_long_text_is_cut() -> None:
    (found,) = values(saw("event.t == 'x'", t="é" * (MAX_SEEN_SIZE + 1)))
    assert found == SeenValue("event.t", "é" * (MAX_SEEN_SIZE - 1) + "…", cut=True)


@pytest.mark.parametrize(
    "large",
    [
        [1.0] * 1_000,
        ["x" * 10] * 100,
        {f"n{number}": number * 1.0 for number in range(1_000)},
        {"x" * 300: 1.0},
        {"a": ["y" * 300, "z"]},
        [[] for _ in range(1_000)],
        [[[[[[[[1.0]]]]]]]],
    ],
)
def test_a_large_value_is_cut(large: object) -> None:
    (found,) = values(saw("event.t == 'x'", t=large))
    assert found.cut
    assert len(json.dumps(found.value)) < 3 * MAX_SEEN_SIZE


def test_a_value_may_be_deep() -> None:
    value: object = 1.0
    for _ in range(MAX_SEEN_DEPTH):
        value = [value]
    (found,) = values(saw("event.t == 'x'", t=value))
    assert found == SeenValue("event.t", value)


def test_the_order_of_names_is_that_of_a_stored_object() -> None:
    (found,) = values(saw("event.t == {}", t={"b": 1.0, "a": [True, None, "x"]}))
    assert list(found.value) == ["a", "b"]  # type: ignore[call-overload]


def test_a_long_path_is_cut() -> None:
    name = "n" * 200
    event: dict[str, Any] = {name: 2.0}
    (found,) = values(saw(f"event.{name} == 1.0", **event))
    assert found.value == 2.0
    assert len(found.path) == MAX_SEEN_PATH
    assert found.path.endswith("…")


def test_the_data_is_not_changed() -> None:
    items = [["x" * 500], {"b": "y" * 500}]
    saw("event.t == []", t=items)
    assert items == [["x" * 500], {"b": "y" * 500}]
