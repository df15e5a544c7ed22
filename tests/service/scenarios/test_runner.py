"""The runner of scenario files: what it finds, what it refuses, and how it tells."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attribution_service.cli.main import app
from typer.testing import CliRunner, Result

GOOD = Path(__file__).with_name("good.yaml").read_text()

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str) -> Result:
        Path("file.yaml").write_text(text)
        return CliRunner().invoke(app, ["test", "file.yaml", *options])

    return run


@pytest.mark.parametrize("store", ["memory", "sqlite", "sqlite:///kept.db"])
def test_what_holds(run: Run, store: str) -> None:
    result = run(GOOD, "--store", store)
    assert result.output == "1 file, 1 scenario, 5 steps: all hold\n"
    assert result.exit_code == 0
    assert Path("kept.db").exists() is store.endswith("kept.db")


def test_what_holds_is_named_when_asked(run: Run) -> None:
    result = run(GOOD, "-v")
    assert "ok   file.yaml: last received wins [C6]" in result.output


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("[{delivery_id: d1}]", "[{delivery_id: d2}]",
         "conversions[0].candidates[0].delivery_id: expected d2, got d1"),
        ("[{delivery_id: d1}]", "[]", "conversions[0].candidates: expected 0 of them, got 1: [d1]"),
        ("basis: RECEIVED", "basis: OPENED", "conversions[0].basis: expected OPENED, got RECEIVED"),
        ("basis: RECEIVED", "basis: BASIS_CLICKED", "expected CLICKED, got RECEIVED"),
        ("window: 168h", "window: 169h", "window: expected 608400s, got 604800s"),
        ("basis_time: 1h", "basis_time: 2h",
         "expected 2026-03-01T02:00:00Z, got 2026-03-01T01:00:00Z"),
        ("state: ACTIVE", "state: EXITED", "line 16: journey.state: expected EXITED, got ACTIVE"),
        ("revision: 1", "revision: 2", "journey.revision: expected 2, got 1"),
        ("end_time: null", "end_time: 0s", "journey.end_time: expected 0s, got unset"),
        ("start_time: 0s", "start_time: null", "journey.start_time: expected unset, got "),
        ("exit: true", "exit: 1", "exit: expected 1, got true"),
        ("exit: true", "exit: false", "exit: expected false, got true"),
        ("reason: GOAL", "reason: null", "reason: expected null, got GOAL"),
        ("[j1]", "[j1, j2]", "achieved_journeys: expected 2 of them, got 1: [j1]"),
        ("trigger_properties: {id: a}}\n        expect: {journey: {",
         "trigger_properties: {id: a}}\n        expect: {journey: {trigger_properties: {id: b}, ",
         "journey.trigger_properties.id: expected b, got a"),
        ("code: NOT_FOUND", "code: ABORTED",
         "error code: expected ABORTED, got NOT_FOUND JOURNEY_NOT_FOUND: "),
        ("reason: JOURNEY_NOT_FOUND", "reason: CAMPAIGN_NOT_FOUND",
         "error reason: expected CAMPAIGN_NOT_FOUND, got "),
        ("has no journey", "has a journey", "error message: expected ... has a journey ..., got "),
        ("journey_id: j9, person_id: ada}\n        expect_error:",
         "journey_id: j1, person_id: ada}\n        expect_error:",
         "error: expected NOT_FOUND, got none"),
        ("check_exit: {journey_id: j1", "check_exit: {journey_id: j8",
         "error: expected none, got NOT_FOUND JOURNEY_NOT_FOUND: person 'ada' has no journey 'j8'"),
    ],
)  # fmt: skip
def test_what_does_not_hold(run: Run, good: str, bad: str, told: str) -> None:
    assert good in GOOD
    result = run(GOOD.replace(good, bad))
    assert told in result.output
    assert "FAIL file.yaml: last received wins [C6]" in result.output
    assert result.output.endswith("1 file, 1 scenario, 5 steps: 1 does not hold\n")
    assert result.exit_code == 1


def test_a_failure_tells_file_line_step_and_explanation(run: Run) -> None:
    result = run(GOOD.replace("[{delivery_id: d1}]", "[]"))
    assert "  file.yaml:18: step 3, evaluate\n" in result.output
    assert "because course j1 d1: CONVERTED: sent 23 h before the event" in result.output


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("window: 7d", "windw: 7d", "file.yaml:11:11: Goal has no 'windw'; did you mean 'window'?"),
        ("window: 7d", "window: 7 days", "file.yaml:11:19: '7 days' is no length of time such as"),
        ("exit_policy: GOAL", "exit_policy: GAOL",
         "file.yaml:12:22: ExitPolicy has no 'GAOL'; did you mean 'GOAL'?"),
        ("evaluate:", "evalute:",
         "file.yaml:19:9: a step has no 'evalute'; did you mean 'evaluate'?"),
        ("at: 0s", "at: 5h", "goes back in time"),
        ("at: 0s", "at: noon", "'noon' is no time: write 2026-03-01T00:00:00Z, or"),
        ("rules: [C6]", "rule: [C6]", "a scenario has no 'rule'; did you mean 'rules'?"),
        ("start: 2026-03-01T00:00:00Z", "start: yesterday",
         "file.yaml:5:12: 'yesterday' is no time such as"),
        ("exit: true", "exits: true",
         "CheckExitResponse has no 'exits'; did you mean 'exit'?"),
        ("code: NOT_FOUND", "code: NOT_FUND",
         "'NOT_FUND' is no status code; did you mean 'NOT_FOUND'?"),
        ("{code: NOT_FOUND, reason: JOURNEY_NOT_FOUND, message: has no journey}", "{}",
         "expect_error says nothing"),
        ("reason: JOURNEY_NOT_FOUND", "reason: JOURNY_NOT_FOUND",
         "'JOURNY_NOT_FOUND' is no reason; did you mean 'JOURNEY_NOT_FOUND'?"),
        ("{delivery_id: d1}]}", "{deliveryid: d1}]}",
         "Candidate has no 'deliveryid'; did you mean 'delivery_id'?"),
        ("basis: RECEIVED", "basis: RECIEVED", "Basis has no 'RECIEVED'; did you mean 'RECEIVED'?"),
        ("start: 2026-03-01T00:00:00Z", "start: 2026-03-01T00:00Z", "is no time such as"),
        ("start: 2026-03-01T00:00:00Z", "start: 0001-01-01T00:00:00+05:00", "is no time such as"),
        ("at: 0s", "at: 99999999999d", "'99999999999d' is no time"),
        ("properties: {id: a}}}", "properties: {id: !!int abc}}}", "'abc' is no number"),
        ("properties: {id: a}}}", f"properties: {{id: {'9' * 5_000}}}}}}}", "is no number"),
        ("person_id: ada, trigger", "person_id: 7, trigger",
         "person_id must be text: put it in quotes"),
        ("name: last received wins", "nam: x", "a scenario has no 'nam'; did you mean 'name'?"),
        ("event.id ==", "evnt.id ==", "the campaign is refused: campaign.goal"),
        ("\n        expect: {exit: true, reason: GOAL, exit_time: 1d}",
         "\n        check_exit: {}", "stands here twice"),
        ("- check_exit: {journey_id: j1, person_id: ada}",
         "- evaluate: {}\n        check_exit: {}", "a step makes one call"),
        ("        expect: {exit: true",
         "        expect_error: ABORTED\n        expect: {exit: true",
         "a step expects an answer or an error, not both"),
        ("- check_exit: {journey_id: j1, person_id: ada}", "- at: 2d", "a step makes one call"),
        ("scenarios:", "scenario:", "a scenario file has no 'scenario'; did you mean"),
        ("campaigns:\n", "campaigns: [\n", "is not YAML"),
        ("channel: EMAIL", "channel: [EMAIL]", "channel must be a single value"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong(run: Run, good: str, bad: str, told: str) -> None:
    assert good in GOOD
    result = run(GOOD.replace(good, bad, 1))
    assert told in result.output
    assert "WRONG file.yaml" in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "text",
    ["", "scenarios: []", "scenarios: 7", "[]", "scenarios:\n  - name: x\n    steps: []\n", "\0",
     "scenarios:\n  - steps: []\n", "a: &a [*a]", "\xff\xfe"],
)  # fmt: skip
def test_what_is_no_scenario_file(run: Run, text: str) -> None:
    assert run(text).exit_code == 2


@pytest.mark.parametrize(
    ("good", "other"),
    [
        ("revision: 1,", 'revision: "1",'),
        ("campaign_id: course\n", "campaignId: course\n"),
        ("start: 2026-03-01T00:00:00Z", "start: 2026-03-01t01:00:00+01:00"),
        ("{code: NOT_FOUND, reason: JOURNEY_NOT_FOUND, message: has no journey}",
         "{reason: ERROR_REASON_JOURNEY_NOT_FOUND}"),
        ("exit_policy: GOAL", "exit_policy: EXIT_POLICY_GOAL"),
        ("exit_policy: GOAL", "exit_policy: 2"),
        ("window: 7d\n", "window: 168h0.000s\n          value: null\n"),
        ("{journey_id: j1, person_id: ada}\n        expect: {exit",
         "{<<: [{journey_id: j1, person_id: bob}, {}], person_id: ada}\n        expect: {exit"),
        ("- check_exit:", "- update_campaign: {campaign: {campaign_id: course, goal: null, "
         "exit_policy: NEVER}, update_mask: {paths: [goal, exit_policy]}}\n"
         "      - update_campaign: {campaign: {campaign_id: course, exit_policy: NEVER}, "
         "update_mask: exit_policy}\n"
         "      - update_campaign: {campaign: {campaign_id: course, goal: {performs_event: "
         "{event_name: x}}, exit_policy: GOAL}}\n      - check_exit:"),
    ],
)  # fmt: skip
def test_other_ways_to_write_it(run: Run, good: str, other: str) -> None:
    assert good in GOOD
    result = run(GOOD.replace(good, other, 1))
    assert result.output.endswith("all hold\n"), result.output


def test_a_document_that_unfolds_without_end(run: Run) -> None:
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    properties = "properties: {id: a}}}"
    text = GOOD.replace(properties, "properties: {id: *a8}}}")
    lines = "".join(f"      {line}\n" for line in bomb.splitlines())
    result = run(
        text.replace("scenarios:\n", f"scenarios:\n  - name: &name x\n    bomb:\n{lines}", 1)
    )
    assert result.exit_code == 2


@pytest.mark.parametrize("cycle", ["&a {id: *a}", "&a [*a]", "&a {<<: *a, id: a}"])
def test_a_document_within_itself(run: Run, cycle: str) -> None:
    result = run(GOOD.replace("properties: {id: a}}}", f"properties: {cycle}}}}}"))
    assert result.exit_code == 2
    assert "WRONG file.yaml" in result.output


def test_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "deep" / "a.yaml").write_text(GOOD)
    (tmp_path / "deep" / "er" / "b.yml").write_text(GOOD)
    (tmp_path / "deep" / "notes.txt").write_text("no scenario")
    result = CliRunner().invoke(app, ["test", "deep"])
    assert result.output == "2 files, 2 scenarios, 10 steps: all hold\n"
    missing = CliRunner().invoke(app, ["test", "missing.yaml"])
    assert (missing.exit_code, "cannot be read" in missing.output) == (2, True)
    both = CliRunner().invoke(app, ["test", "empty", "missing.yaml", "deep"])
    assert (both.exit_code, "4 files" in both.output) == (2, False)
    assert "10 steps: 2 are wrong" in both.output
    empty = CliRunner().invoke(app, ["test", "empty"])
    assert (empty.exit_code, "holds no .yaml file" in empty.output) == (2, True)


def test_failures_and_wrong_files_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("scenarios: 7")
    (tmp_path / "b.yaml").write_text(GOOD.replace("exit: true", "exit: false"))
    result = CliRunner().invoke(app, ["test", str(tmp_path)])
    assert result.exit_code == 2
    assert "1 does not hold, 1 is wrong" in result.output


def test_a_store_that_exists_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_text("precious")
    result = run(GOOD, "--store", "sqlite:///kept.db")
    assert result.exit_code != 0
    assert "scenarios need a store of their own" in str(result.exception)
    assert (tmp_path / "kept.db").read_text() == "precious"


def test_neighbours_of_a_store_are_left_alone(run: Run, tmp_path: Path) -> None:
    for name in ("kept.db", "kept-notes.txt", "kept.lockfile"):
        (tmp_path / name).write_text("precious")
    assert run(GOOD, "--store", "sqlite:///kept").exit_code == 0
    for name in ("kept.db", "kept-notes.txt", "kept.lockfile"):
        assert (tmp_path / name).read_text() == "precious"
    assert run(GOOD, "--store", "sqlite:///kept").exit_code != 0  # it is there now


RULES = """
scenarios:
  - name: rules that are asked about
    steps:
      - check_rule: {source: event.a = 1, place: GOAL_FILTER}
        expect: {valid: false, diagnostics: [{code: WRONG_OPERATOR, span: {column: 9}}]}
      - try_rule: {source: "event.a == [1.0, null]", place: GOAL_FILTER, event: {a: [1, null]}}
        expect: {result: {value: {type: BOOL, value: true}}, parts: [{}, {}, {}]}
      - try_rule: {source: event.a, place: GOAL_VALUE, event: {a: null}}
        expect: {parts: [{outcomes: [{value: {type: "NULL", value: null}}]}]}
"""


def test_rules_that_are_asked_about(run: Run) -> None:
    result = run(RULES)
    assert result.output == "1 file, 1 scenario, 3 steps: all hold\n"
    result = run(RULES.replace("value: true", "value: [true]"))
    assert "line 8: result.value.value: expected [True], got true" in result.output
    result = run(RULES.replace("value: null", "value: 1"))
    assert "parts[0].outcomes[0].value.value: expected 1, got null" in result.output
