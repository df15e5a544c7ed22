"""Rules as objects: odd data, results, what they read, and what is shown of them."""

from typing import Any

import pytest
from attribution_dsl import (
    UNSAFE_INTEGER,
    Duration,
    ErrorKind,
    ErrorValue,
    ResultType,
    Rule,
    Timestamp,
    compile_rule,
)

ROOTS = ("event", "trigger", "person", "now", "segments")


def value(source: str, data: dict[str, Any]) -> object:
    rule = compile_rule(source, roots=ROOTS, result=ResultType.ANY)
    compiled, interpreted = rule.evaluate(data), rule.interpret(data)
    assert repr(compiled) == repr(interpreted), source
    return compiled


def test_missing_roots() -> None:
    assert value("has(event.a)", {}) is False
    assert value("event == {}", {}) is True
    assert value("'a' in trigger", {}) is False
    for source, path in [("event.a", "event.a"), ("now > now", "now"), ("segments", "segments")]:
        result = value(source, {})
        assert isinstance(result, ErrorValue)
        assert (result.kind, result.path) == (ErrorKind.NO_SUCH_KEY, path)


@pytest.mark.parametrize("root", [UNSAFE_INTEGER, ["one"], "one", 5, None, (), {1, 2}])
@pytest.mark.parametrize(
    "source", ["event.one", "has(event.one)", "'one' in event", "event.one == 'a'", "event == 1"]
)
def test_roots_of_other_shapes_are_errors(root: object, source: str) -> None:
    result = value(source, {"event": root})
    if type(root) is list and source == "'one' in event":
        assert result is True
    elif type(root) in {str, int, list, type(None)} and source == "event == 1":
        assert result is False
    else:
        assert isinstance(result, ErrorValue)


@pytest.mark.parametrize("stranger", [(1,), {1}, b"a", 1j, object, 10**400, -(10**400)])
@pytest.mark.parametrize(
    "source",
    [
        "event.x",
        "event.x == 1",
        "event.x == 1.5",
        "event.x > 1.5",
        "event.x == trigger.x",
        "event.x + 1",
        "event.x * 1.5",
        "-event.x",
        "event.x in [1]",
        "'a' in event.x",
        "event.x.y",
        "event.x[0]",
        "{'a': 1}[event.x]",
        "{event.x: 1}",
        "[event.x]",
        "event.x && true",
        "event.x ? 1 : 2",
        "size(event.x)",
        "event.x.matches('a')",
        "event == trigger",
    ],
)
def test_nothing_raises_on_strange_values(stranger: object, source: str) -> None:
    value(source, {"event": {"x": stranger}, "trigger": {"x": 1.5}})


def test_texts_that_are_no_unicode() -> None:
    data = {"event": {"x": "\ud800"}}
    for source in ("event.x.matches('a')", "'a'.matches(event.x)", "event.x == 'a'"):
        value(source, data)


def test_deep_data_does_not_overflow() -> None:
    deep: list[Any] = []
    same: list[Any] = []
    for _ in range(15_000):
        deep, same = [deep], [same]
    rule = compile_rule("event.x == trigger.x", roots=ROOTS)
    data = {"event": {"x": deep}, "trigger": {"x": same}}
    assert rule.evaluate(data) is True
    assert rule.interpret(data) is True
    while deep:
        # Freed level by level, since Python's own comparison and release may recurse.
        deep, same = deep[0], same[0]


def test_bool_rules_give_bools() -> None:
    rule = compile_rule("event.x", roots=ROOTS)
    assert rule.evaluate({"event": {"x": True}}) is True
    assert rule.evaluate({"event": {"x": False}}) is False
    others: list[object] = [1, 0, "true", None, [], UNSAFE_INTEGER]
    for other in others:
        result = rule.evaluate({"event": {"x": other}})
        assert isinstance(result, ErrorValue)
        assert result == rule.interpret({"event": {"x": other}})


def test_number_rules_give_numbers() -> None:
    rule = compile_rule("event.total", roots=ROOTS, result=ResultType.NUMBER)
    assert rule.evaluate({"event": {"total": 2.5}}) == 2.5
    assert rule.evaluate({"event": {"total": 3}}) == 3
    others: list[object] = [True, "1", None]
    for other in others:
        result = rule.evaluate({"event": {"total": other}})
        assert isinstance(result, ErrorValue)
        assert result.message.endswith("but it must give a number")


def test_an_error_is_no_match_in_python() -> None:
    assert not compile_rule("event.x == 1", roots=ROOTS).evaluate({})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("event.a == trigger.b && event.c.d == 1", {"event": {"a", "c"}, "trigger": {"b"}}),
        ("has(event.a)", {"event": {"a"}}),
        ("event['a b'] == 1", {"event": {"a b"}}),
        ("'a' in event", {"event": {"a"}}),
        ("event == trigger", {"event": None, "trigger": None}),
        ("event.a == 1 || size(event) > 1", {"event": None}),
        ("size(event) > 1 || event.a == 1", {"event": None}),
        ("event[event.a] == 1", {"event": None}),
        ("now > now", {"now": None}),
        ("'vip' in segments", {"segments": None}),
        ("true", {}),
    ],
)
def test_reads(source: str, expected: dict[str, Any]) -> None:
    reads = compile_rule(source, roots=ROOTS).reads
    assert {root: names and set(names) for root, names in reads.items()} == expected


def test_rules_cannot_be_changed() -> None:
    rule: Rule = compile_rule("true", roots=ROOTS)
    with pytest.raises(AttributeError):
        rule.source = "false"  # type: ignore[misc]
    with pytest.raises(TypeError):
        rule.reads["event"] = None  # type: ignore[index]


def test_results_are_not_shared() -> None:
    rule = compile_rule("[1, 2]", roots=ROOTS, result=ResultType.ANY)
    first = rule.evaluate({})
    assert isinstance(first, list)
    first.append(3)
    assert rule.evaluate({}) == [1, 2]


def test_explaining_shows_every_part() -> None:
    rule = compile_rule("event.a > 1 && has(event.b)", roots=ROOTS)
    seen = []
    rule.interpret(
        {"event": {"a": 2.0}}, lambda node, part: seen.append((type(node).__name__, part))
    )
    assert ("Presence", False) in seen
    assert ("Select", 2.0) in seen
    assert seen[-1] == ("And", False)


def test_timestamps_and_durations() -> None:
    assert Timestamp.from_micros(1).nanos == 1000
    assert Timestamp(1) < Timestamp(2)
    assert Duration(1) < Duration(2)
    for broken in (lambda: Timestamp(10**30), lambda: Duration(2**63)):
        with pytest.raises(ValueError, match="must"):
            broken()
    last = Timestamp(253_402_300_799_999_999_999)
    first = Timestamp(-62_135_596_800_000_000_000)
    data = {
        "event": {"last": last, "first": first, "tick": Duration(1), "long": Duration(2**63 - 1)}
    }
    for source in (
        "event.last + event.tick",
        "event.first - event.tick",
        "event.last - event.first",
        "event.long + event.tick",
    ):
        result = value(source, data)
        assert isinstance(result, ErrorValue)
        assert result.kind is ErrorKind.OUT_OF_RANGE
