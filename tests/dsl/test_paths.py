"""What a rule names of the data."""

import pytest
from attribution_dsl import Path, compile_rule

ROOTS = ["event", "trigger", "person", "segments", "now"]


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("true", []),
        ("event.total > 9.99", ["event.total"]),
        ("event.a.b == trigger.a", ["event.a.b", "trigger.a"]),
        ("trigger.a == 1.0 && event.a == 2.0 && trigger.a == 3.0", ["trigger.a", "event.a"]),
        ("event.a.b == 1.0 && event.a == {}", ["event.a.b", "event.a"]),
        ("has(event.a.b)", ["event.a.b"]),
        ("!has(person.plan) || person.plan != 'x'", ["person.plan"]),
        ("event.?a.?b.orValue(1.0) > 0.5", ["event.a.b"]),
        ("event.?a.b.orValue(trigger.c) == 1.0", ["event.a.b", "trigger.c"]),
        ("event['a b'].c == event[?'d'].orValue(1.0)", ['event["a b"].c', "event.d"]),
        ("event.items[0].id == 'x'", ["event.items[0].id"]),
        ("event.items[?2].hasValue()", ["event.items[2]"]),
        ("event.items[event.i].id == 'x'", ["event.items", "event.i"]),
        ("event.items[-1].id == 'x'", ["event.items"]),
        ("event.items[true].id == 'x'", ["event.items"]),
        ("event.items[1.0].id == 'x'", ["event.items"]),
        ("event.items.exists(x, x.id == trigger.id)", ["event.items", "trigger.id"]),
        ("event.items.exists(event, event.id == .event.id)", ["event.items", "event.id"]),
        ("size(event) > 1 && 'a' in segments", ["event", "segments"]),
        ("now > timestamp(event.at)", ["now", "event.at"]),
        ("(event.a ? event.b : event.c) == [event.d, {'e': event.f}][0]", None),
        ("event.name.startsWith(trigger.prefix)", ["event.name", "trigger.prefix"]),
    ],
)
def test_paths(source: str, paths: list[str] | None) -> None:
    found = [path.text for path in compile_rule(source, roots=ROOTS).paths]
    assert found == (paths if paths is not None else [f"event.{name}" for name in "abcdf"])


def test_steps() -> None:
    rule = compile_rule("event['a b'].c[0] == now", roots=ROOTS)
    assert rule.paths == (
        Path('event["a b"].c[0]', "event", ("a b", "c", 0)),
        Path("now", "now", ()),
    )
