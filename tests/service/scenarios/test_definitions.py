"""What a file defines beside its scenarios: it exists in each of them, and lint looks at it."""

from pathlib import Path

import pytest
from attribution_service.cli.main import app
from typer.testing import CliRunner, Result

CAMPAIGN = """\
campaigns:
  - campaign_id: c1
    trigger: {event_name: start}
    goal:
      performs_event: {event_name: done, filter: event.id == trigger.id}
"""
SCENARIOS = """\
scenarios:
  - name: one
    steps:
      - start_journey: {person_id: ada, journey_id: j1, campaign_id: c1}
        expect: {journey: {revision: 1}}
  - name: two, on a store of its own
    steps:
      - start_journey: {person_id: ada, journey_id: j1, campaign_id: c1}
      - update_campaign:
          campaign: {campaign_id: c1, goal: {value: trigger.id}}
          update_mask: [goal.value]
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def write(text: str, name: str = "a.yaml") -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text)


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_campaigns_of_the_file_exist_in_each_scenario(store: str) -> None:
    write(CAMPAIGN + SCENARIOS)
    result = run("test", "a.yaml", "--store", store)
    assert result.output == "1 file, 2 scenarios, 3 steps: all hold\n"


def test_campaigns_of_files_that_are_used_exist_too() -> None:
    write(CAMPAIGN, "shared/b.yaml")
    write("uses: [b.yaml, ../a.yaml]\ncampaigns: [{campaign_id: c2}]\n", "shared/d.yaml")
    write("uses: [shared/d.yaml]\n" + SCENARIOS)
    assert run("test", "a.yaml").output == "1 file, 2 scenarios, 3 steps: all hold\n"
    assert run("test", ".").output == "3 files, 2 scenarios, 3 steps: all hold\n"


def test_segments_of_the_file_exist_before_its_campaigns() -> None:
    write(
        "campaigns: [{campaign_id: c1, goal: {enters_segment: {segment_id: s1}}}]\n"
        "segments: [{segment_id: s1}, {segment_id: s2, rule: person.a == 1.0}]\n"
        + SCENARIOS.replace("trigger.id", "person.id")
    )
    assert run("test", "a.yaml").output == "1 file, 2 scenarios, 3 steps: all hold\n"
    assert run("lint", "a.yaml").output == "2 rules in 1 file: 0 errors, 0 warnings\n"


def test_a_segment_that_is_refused_is_told() -> None:
    write("segments: [{segment_id: s1, rule: event.a}]\n" + SCENARIOS)
    assert "a.yaml:1:12: the segment is refused" in run("test", "a.yaml").output


def test_what_is_archived_is_not_there() -> None:
    write(CAMPAIGN + "    archived: true\n" + SCENARIOS)
    assert "CAMPAIGN_NOT_FOUND" in run("test", "a.yaml").output


def test_one_that_exists_already_is_refused() -> None:
    own = SCENARIOS.replace("    steps:", "    campaigns: [{campaign_id: c1}]\n    steps:", 1)
    write(CAMPAIGN + own)
    result = run("test", "a.yaml")
    assert "a.yaml:8:17: the campaign is refused" in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CAMPAIGN + "  - {campaign_id: c1}\n", "a.yaml:6:5: the campaign 'c1' stands at a.yaml:2,"),
        ("uses: [b.yaml]\n" + CAMPAIGN, "the campaign 'c1' stands at b.yaml:2, too"),
        ("uses: [c.yaml]\n" + CAMPAIGN, "a.yaml:1:8: there is no file 'c.yaml'"),
        ("uses: b.yaml\n" + CAMPAIGN, "a.yaml:1:7: uses must be a list"),
        ("uses: [b.yaml]\n", "a.yaml:1:1: holds no 'scenarios', and defines nothing"),
        (CAMPAIGN + "    revision: 2\n", "a.yaml:6:5: 'revision' is the server's to say"),
        (CAMPAIGN.replace("event_name: done", "name: done"), "PerformsEvent has no 'name'"),
        (CAMPAIGN.replace("campaigns", "campaign"), "a scenario file has no 'campaign'; did you"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    write(CAMPAIGN, "b.yaml")
    write(text)
    result = run("test", "a.yaml")
    assert told in result.output
    assert result.exit_code == 2


def test_lint_looks_at_them_each_once() -> None:
    write(CAMPAIGN.replace("trigger.id", "triger.id"), "shared/b.yaml")
    write("uses: [shared/b.yaml]\n" + SCENARIOS)
    write("a: 1\n", "else.yaml")
    result = run("lint", ".")
    assert "shared/b.yaml:5:62: error: there is no `triger` here" in result.output
    assert result.output.endswith("2 rules in 2 files: 1 error, 0 warnings\n")


def test_lint_knows_whether_an_event_triggers_them() -> None:
    write(CAMPAIGN.replace("    trigger: {event_name: start}\n", "") + SCENARIOS)
    output = run("lint", "a.yaml").output
    assert output.count("`trigger` cannot be read here") == 2
