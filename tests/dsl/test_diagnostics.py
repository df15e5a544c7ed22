"""What is refused or doubted, and what people are told: diagnostics.txt holds all that is said.

Each case is a rule, a line of dashes, and the text of its errors or warnings; cases are divided by
a line of equals signs. `python tests/dsl/test_diagnostics.py` writes the texts anew, for review.
"""

from pathlib import Path

import pytest
from attribution_dsl import Diagnostic, Limits, ResultType, RuleError, Severity, compile_rule

GOLDEN = Path(__file__).parent / "diagnostics.txt"
CASE_END = "=" * 40
RULE_END = "-" * 40


def cases() -> list[tuple[str, str]]:
    found = []
    for case in GOLDEN.read_text("utf-8").split(f"\n{CASE_END}\n"):
        source, _, expected = case.partition(f"\n{RULE_END}\n")
        found.append((source, expected.rstrip("\n")))
    return found


def said(source: str) -> str:
    try:
        rule = compile_rule(
            source,
            roots=("event", "person", "now", "segments"),
            unavailable={"trigger": "the campaign is not triggered by an event"},
        )
    except RuleError as refused:
        return str(refused)
    return "\n".join(each.render(source) for each in rule.warnings) or "accepted"


@pytest.mark.parametrize(("source", "expected"), cases())
def test_what_is_said(source: str, expected: str) -> None:
    assert said(source) == expected


def found(source: str, **options: object) -> tuple[Diagnostic, ...]:
    with pytest.raises(RuleError) as refused:
        compile_rule(source, roots=("event", "now"), **options)  # type: ignore[arg-type]
    return refused.value.diagnostics


def test_diagnostics_are_data() -> None:
    (only,) = found("true &&\n  evnt.a == 1")
    assert only.severity is Severity.ERROR
    assert only.code == "UNKNOWN_NAME"
    assert (only.line, only.column) == (2, 3)
    assert (only.span.start, only.span.end) == (10, 14)
    assert only.suggestion == "did you mean `event`?"


def test_columns_count_code_points() -> None:
    (only,) = found("'😀å' == evnt.a")
    assert (only.line, only.column) == (1, 9)


def test_all_at_once_in_order() -> None:
    several = found("size(1) > 0 && evnt.a = 1 && foo() or 'a' < 1")
    assert [each.code for each in several] == [
        "NO_OVERLOAD",
        "UNKNOWN_NAME",
        "WRONG_OPERATOR",
        "UNKNOWN_FUNCTION",
        "WRONG_OPERATOR",
        "NO_OVERLOAD",
    ]


def test_tabs_keep_the_caret_in_place() -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule("\tevnt.a", roots=["event"])
    assert "\n  | \tevnt.a\n  | \t^^^^\n" in str(refused.value)


def test_control_characters_are_not_shown() -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule("'\x1b[31m\u202e' < 1", roots=["event"])
    assert "\x1b" not in str(refused.value)
    assert "\u202e" not in str(refused.value)


def test_long_lines_are_cut_around_the_place() -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule(f"'{'a' * 500}' == evnt.a || '{'b' * 500}' == 'c'", roots=["event"])
    lines = str(refused.value).split("\n")
    assert max(map(len, lines)) < 120
    assert lines[3].index("^") == lines[2].index("evnt")


def test_results() -> None:
    assert found("1 + 1")[0].code == "WRONG_RESULT"
    assert found("'a'", result=ResultType.NUMBER)[0].code == "WRONG_RESULT"
    assert found("event.a == 1", result=ResultType.NUMBER)[0].code == "WRONG_RESULT"
    assert found("now", result=ResultType.NUMBER)[0].code == "WRONG_RESULT"
    compile_rule("event.a", roots=["event"], result=ResultType.NUMBER)
    compile_rule("event.a * 2.0", roots=["event"], result=ResultType.NUMBER)
    compile_rule("event.a ? 1 : 2.0", roots=["event"], result=ResultType.NUMBER)


def test_no_roots() -> None:
    with pytest.raises(RuleError, match="what can be read is nothing"):
        compile_rule("event.a", roots=[])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("size(event.a) == 'a'", "NEVER_EQUAL"),
        ("now != 5", "NEVER_EQUAL"),
        ("size(event.a) in ['a']", "NEVER_EQUAL"),
        ("event.a && now == 1", "NEVER_EQUAL"),
    ],
)
def test_warnings(source: str, code: str) -> None:
    rule = compile_rule(source, roots=["event", "now"])
    assert [each.code for each in rule.warnings] == [code]
    assert rule.warnings[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    "source",
    [
        "event.a == 1",
        "size(event.a) == 1.0",
        "event.a in []",
        "true",
        "has(event.a) && event.a != 'x'",
        "!has(event.a) || !(event.a in ['x'])",
        "'a' in event && !event.a",
        "event.?a.orValue('x') != 'y' && event.a != 'x'",
        "event.a != null",
        "has(event.a) && event.a == null",
        "event.tags.exists(t, t != 'x')",
        "event.a > 3 && event.a < 5",
        "event.a >= 3 && event.a <= 3",
        "event.a < 3 || event.a > 5",
        "event.a == 'x' && event.b == 'y'",
        "event.a == 'x' || event.a == 'y'",
        "event.a == 1 && event.a == 1.0",
        "event.total * 2.0 > 5.0",
        "int(event.total) % 2 == 1",
        "event.id == 9007199254740991",
        "now - timestamp(event.at) < duration('87600h')",
        "event.a ? event.b : event.c",
    ],
)
def test_no_warnings(source: str) -> None:
    assert compile_rule(source, roots=["event", "now"]).warnings == ()


CODE_IN_RULES = [
    """event["'] + __import__('os').system('true') + ['"] == 1""",
    "event['\\'); raise SystemExit; (\\''] == 1",
    'event.a == "\\n\\nimport os\\n"',
    'event.a == "{0}{1}%s"',
    'event["\\\\"] == "\\\\"',
    "event['\\u2028\\u0085\\x00'] == 1",
    "event.`a b`.__class__.__mro__ == 1",
    "event.__class__.__init__.__globals__ == 1",
    "event.keys == 1",
    "event.get == 1",
    "event['__builtins__'] == 1",
    "'a'.contains('\"') || event.a.contains('{') || event.a.startsWith('{0.__class__}')",
    "event.a in ['\"', \"'\", '\\\\', '{', '\\n']",
    "event.a == '\\'' || event.a == '\"' || event.a == '\\\\'",
]


@pytest.mark.parametrize("source", CODE_IN_RULES)
def test_names_and_strings_are_data_only(source: str) -> None:
    rule = compile_rule(source, roots=["event"])
    samples: list[dict[str, object]] = [{}, {"event": {}}, {"event": {"a": "'", "get": 1}}]
    for data in samples:
        assert rule.evaluate(data) == rule.interpret(data)


def test_names_reach_the_data_as_they_are() -> None:
    for name in ["__class__", '"', "'", "\\", "\n", "{0}", "%s", "\u2028", "a b", "ÿ"]:
        literal = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        rule = compile_rule(f'event["{literal}"] == "{literal}"', roots=["event"])
        assert rule.evaluate({"event": {name: name}}) is True
        assert rule.evaluate({"event": {}}) == rule.interpret({"event": {}})
        assert rule.reads == {"event": frozenset({name})}


def test_root_names_are_data_only() -> None:
    name = "x'] or __import__('os') #"
    assert compile_rule("true", roots=[name], limits=Limits()).evaluate({}) is True


@pytest.mark.parametrize("name", ["roots", "r0", "t1", "g0", "Error", "interpreted", "KeyError"])
def test_roots_do_not_meet_names_of_the_code(name: str) -> None:
    rule = compile_rule(f"{name}.a == 'x' && {name}.b == 1 && 1 / 1 == 1", roots=[name])
    assert rule.evaluate({name: {"a": "x", "b": 1.0}}) is True


def rewrite() -> None:
    blocks = [f"{source}\n{RULE_END}\n{said(source)}\n" for source, _ in cases()]
    GOLDEN.write_text(
        f"\n{CASE_END}\n".join(block.rstrip("\n") for block in blocks) + "\n", "utf-8"
    )


if __name__ == "__main__":
    rewrite()
