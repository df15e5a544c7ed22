"""The command that checks rules in files: what it finds, where, and how it tells."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from attribution_service.cli.main import app
from typer.testing import CliRunner, Result

Lint = Callable[..., Result]

SCENARIO = """
scenarios:
  - name: a campaign
    campaigns:
      - campaign_id: c1
        {trigger}
        goal:
          performsEvent:
            event_name: done
            filter: {filter}
          value: {value}
    steps:
      - check_exit: {{person_id: ada, journey_id: j1}}
        expect_error: NOT_FOUND
"""


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["lint", *arguments])

    return run


def scenario(
    filter: str = "'true'",  # noqa: A002  the field's name
    value: str = "'1'",
    trigger: str = "trigger: {event_name: start}",
) -> None:
    Path("a.yaml").write_text(SCENARIO.format(filter=filter, value=value, trigger=trigger))


def rule(text: str, name: str = "a.cel") -> None:
    Path(name).write_text(text)


def test_rules_that_are_right(lint: Lint) -> None:
    scenario("event.a == trigger.a", "event.b")
    rule("event.a == 1")
    result = lint("a.yaml", "a.cel")
    assert result.output == "3 rules in 2 files: 0 errors, 0 warnings\n"
    assert result.exit_code == 0


def test_a_rule_that_is_refused(lint: Lint) -> None:
    scenario("event.a = 1", "event.b")
    result = lint("a.yaml")
    assert result.output == (
        "a.yaml:10:29: error: `=` is not an operator [WRONG_OPERATOR]\n"
        "  | event.a = 1\n"
        "  |         ^\n"
        "  did you mean `==`?\n"
        "2 rules in 1 file: 1 error, 0 warnings\n"
    )
    assert result.exit_code == 1


def test_a_doubt_counts_if_asked(lint: Lint) -> None:
    rule("person.a != 'x'")
    result = lint("a.cel")
    assert result.output.startswith("a.cel:1:1: warning: ")
    assert result.output.endswith("1 rule in 1 file: 0 errors, 1 warning\n")
    assert result.exit_code == 0
    assert lint("--strict", "a.cel").exit_code == 1


def test_the_place_decides(lint: Lint) -> None:
    scenario("'a'", "'\"a\"'")
    found = lint("a.yaml").output
    assert "a.yaml:10:22: error: there is no `a` here" in found
    assert "a.yaml:11:19: error: the rule must give a number, and this gives string" in found


def test_without_a_trigger(lint: Lint) -> None:
    scenario("trigger.a == 1.0", trigger="display_name: x")
    assert "a.yaml:10:21: error: `trigger` cannot be read here" in lint("a.yaml").output


@pytest.mark.parametrize(
    ("comment", "good", "bad"),
    [
        ("", "trigger.a == 1.0", "1"),
        ("// place: goal filter\n", "trigger.a == 1.0", "1"),
        ("//place:goal value  \r\n", "trigger.a", "true"),
        ("// place: goal filter, without trigger\n", "event.a == 1.0", "trigger.a == 1.0"),
        ("// place: goal value, without trigger\n", "event.a", "trigger.a"),
        ("\n// first\n\n  // place: goal value\n", "1", "true"),
        ("// somewhere // place: goal value\n", "true", "1"),
        ("\ufeff// place: goal value\n", "1", "true"),
    ],
)
def test_the_place_of_a_rule_file(lint: Lint, comment: str, good: str, bad: str) -> None:
    rule(comment + good)
    assert lint("a.cel").exit_code == 0
    rule(comment + bad)
    assert lint("a.cel").exit_code == 1


def test_a_comment_within_the_rule_is_no_place(lint: Lint) -> None:
    rule("true\n// place: goal value\n&& true")
    assert lint("a.cel").exit_code == 0


def test_a_rule_file_without_a_rule(lint: Lint) -> None:
    rule("")
    assert "a.cel:1:1: error: the rule is empty" in lint("a.cel").output
    rule("// nothing\n")
    assert lint("a.cel").exit_code == 1
    rule("x" * 5_000)
    assert "a.cel:1:1: error: the rule has more than 4096 bytes" in lint("a.cel").output


STEPS = """
scenarios:
  - name: campaigns that steps make and change
    steps:
      - create_campaign:
          campaign: {campaign_id: c1, trigger: {event_name: s}, goal: {performs_event: {event_name: e, filter: event.a == 1}}}
      - update_campaign: {campaign: {campaign_id: c1, goal: {value: trigger.a}}}
      - update_campaign: {campaign: {campaign_id: other, goal: {value: trigger.b}}}
      - update_campaign: {campaign: {campaign_id: c1, goal: {value: trigger.c}}, update_mask: [trigger, goal.value]}
      - update_campaign: {campaign: {campaign_id: c1, goal: {value: trigger.d}}}
      - create_campaign: {campaign: {campaign_id: c2, goal: {performs_event: {event_name: e, filter: a = b}}}}
        expect_error: INVALID_ARGUMENT
      - check_rule: {source: a = b, place: GOAL_FILTER}
      - update_campaign: {campaign: {campaign_id: c1, goal: null}, update_mask: [goal]}
      - update_campaign: {campaign: {campaign_id: c1, goal: {performs_event: {event_name: e, filter: ''}}}}
"""  # noqa: E501


def test_campaigns_of_steps(lint: Lint) -> None:
    Path("a.yaml").write_text(STEPS)
    told = lint("a.yaml").output.splitlines()
    places = [line.partition(": error")[0] for line in told if ": error: " in line]
    assert places == ["a.yaml:9:69", "a.yaml:10:69"]
    assert told[-1] == "5 rules in 1 file: 2 errors, 0 warnings"


def test_a_rule_that_stands_once_is_told_once(lint: Lint) -> None:
    campaign = "{campaign_id: c%d, goal: {performs_event: {event_name: e, filter: %s}}}"
    Path("a.yaml").write_text(
        "scenarios:\n  - name: x\n    campaigns:\n"
        f"      - {campaign % (1, '&rule a = b')}\n      - {campaign % (2, '*rule')}\n"
        "    steps:\n      - list_campaigns: {}\n"
    )
    result = lint("a.yaml")
    assert "1 rule in 1 file" in result.output
    assert result.output.count("WRONG_OPERATOR") == 1


def test_folders(lint: Lint) -> None:
    Path("deep/er").mkdir(parents=True)
    Path(".hidden").mkdir()
    rule("event.a = 1", "deep/er/b.cel")
    rule("event.a = 1", ".hidden/c.cel")
    rule("nothing of ours", "deep/notes.txt")
    rule("a: 1\n---\nb: [", "deep/other.yaml")
    rule("about: scenarios", "deep/another.yml")
    scenario()
    result = lint(".")
    assert "deep/er/b.cel:1:9: error" in result.output
    assert result.output.endswith("3 rules in 2 files: 1 error, 0 warnings\n")


def test_a_file_is_checked_once(lint: Lint) -> None:
    rule("true")
    assert "1 rule in 1 file" in lint("a.cel", "a.cel").output


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.cel", "// place: gaol filter\ntrue", "a.cel:1: 'gaol filter' is no place: one of"),
        ("a.cel", "// x\n// place:\ntrue", "a.cel:2: '' is no place"),
        ("a.txt", "true", "a.txt: is neither a rule file (.cel) nor a scenario file"),
        ("a.yaml", "a: 1", "a.yaml:1:1: a scenario file has no 'a'"),
        ("a.yaml", "scenarios: [", "a.yaml:1:13: is not YAML"),
        ("a.yaml", "scenarios: [{nam: x}]", "a.yaml:1:14: a scenario has no 'nam'"),
    ],
)
def test_files_that_are_wrong(lint: Lint, name: str, text: str, told: str) -> None:
    rule(text, name)
    rule("true", "b.cel")
    result = lint(name, "b.cel")
    assert f"WRONG {told}" in result.output
    assert result.output.endswith(" in 2 files: 0 errors, 0 warnings, 1 file wrong\n")
    assert result.exit_code == 2


def test_what_cannot_be_read(lint: Lint) -> None:
    result = lint("nowhere.cel", "nowhere.yaml", "nowhere")
    assert result.output.count("cannot be read: No such file or directory") == 3
    assert result.exit_code == 2
    Path("a.cel").write_bytes(b"true\n&& '\xff'")
    assert "WRONG a.cel:2: is not UTF-8" in lint("a.cel").output
    Path("empty").mkdir()
    assert "WRONG empty: the folder holds no .cel and no .yaml file" in lint("empty").output


def test_another_encoding(lint: Lint) -> None:
    text = SCENARIO.format(filter="é = 1", value="1.5", trigger="display_name: x")
    Path("a.yaml").write_bytes(text.replace("1.5", "'1'").encode("utf-16"))
    assert "a.yaml:10:21: error" in lint(".").output


def test_json(lint: Lint) -> None:
    scenario("event.a = 1")
    rule("// place: gaol", "b.cel")
    result = lint("--format", "json", "a.yaml", "b.cel")
    assert json.loads(result.stdout) == {
        "files": 2,
        "rules": 2,
        "errors": 1,
        "warnings": 0,
        "diagnostics": [
            {
                "file": "a.yaml",
                "line": 10,
                "column": 29,
                "end_line": 10,
                "end_column": 30,
                "severity": "error",
                "code": "WRONG_OPERATOR",
                "message": "`=` is not an operator",
                "suggestion": "did you mean `==`?",
                "place": "goal_filter",
                "rule": "event.a = 1",
                "in_rule": {
                    "start": 8,
                    "end": 9,
                    "line": 1,
                    "column": 9,
                    "end_line": 1,
                    "end_column": 10,
                },
            }
        ],
        "wrong_files": [
            "b.cel:1: 'gaol' is no place: one of 'goal filter', 'goal value', "
            "'audience filter', 'segment', or with ', without trigger' after it"
        ],
    }
    assert result.exit_code == 2
