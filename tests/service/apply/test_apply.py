"""The command against a real server: what it shows, what it sends, and what it leaves alone."""

import json
import os
import pty
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attribution_client import Aborted, AttributionClient, Campaign, Segment
from attribution_service.app import background
from attribution_service.apply.carry_out import carry_out
from attribution_service.apply.folder import read_folder
from attribution_service.apply.plan import make_plan
from attribution_service.apply.rehearse import rehearse
from attribution_service.apply.server import ClientServer
from attribution_service.cli.main import app
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from typer.testing import CliRunner, Result

Apply = Callable[..., Result]

COURSES = """\
campaigns:
  - campaign_id: courses
    display_name: Courses
    trigger: {event_name: course_started}
    goal:
      performs_event:
        event_name: course_finished
        filter: event.course_id == trigger.course_id
      window: 7d
    exit_policy: GOAL
"""
OTHER = "campaigns: [{campaign_id: other}]\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = tmp_path_factory.mktemp("store") / "a.db"
    with background(ServerSettings(store_url=f"sqlite:///{store}"), SystemClock()) as address:
        yield address


@pytest.fixture
def client(server: str) -> Iterator[AttributionClient]:
    with AttributionClient(server) as client:
        yield client


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """Makes ids of a test its own: the server is shared."""
    return f"t{zlib.crc32(request.node.name.encode())}-"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str) -> Callable[..., None]:
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()

    def write(text: str, name: str = "a.yaml") -> None:
        Path("rules", name).write_text(
            re.sub(r"(campaign_id: |segment_id: |segment_ids: \[)(?=\w)", rf"\1{prefix}", text)
        )

    return write


@pytest.fixture
def apply(server: str) -> Apply:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["apply", "rules", "--target", server, *arguments])

    return run


def test_created_and_then_nothing_to_do(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(COURSES)
    write(OTHER, "b.yml")
    result = apply("--yes")
    assert result.output == (
        f"create campaign {prefix}courses (rules/a.yaml:2)\n"
        "  display_name: Courses\n"
        "  kind: TRIGGERED\n"
        "  trigger.event_name: course_started\n"
        "  goal.performs_event.event_name: course_finished\n"
        "  goal.performs_event.filter: event.course_id == trigger.course_id\n"
        "  goal.window: 7d\n"
        "  goal.basis: RECEIVED\n"
        "  exit_policy: GOAL\n"
        f"create campaign {prefix}other (rules/b.yml:1)\n"
        "  kind: TRIGGERED\n"
        "  exit_policy: NO_LONGER_MATCHING\n"
        "2 to create, 0 unchanged\n"
        f"created campaign {prefix}courses: revision 1\n"
        f"created campaign {prefix}other: revision 1\n"
        "applied: 2 of 2\n"
    )
    assert result.exit_code == 0
    before = client.get_campaign(f"{prefix}courses").campaign
    again = apply("--yes")
    assert again.output == "nothing to do\n"
    assert again.exit_code == 0
    assert client.get_campaign(f"{prefix}courses").campaign == before


def test_a_change_is_shown_field_by_field(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(COURSES)
    assert apply("--yes").exit_code == 0
    write(
        COURSES.replace("7d", "36h")
        .replace("trigger.course_id", "trigger.course_id\n          && event.score>80.0")
        .replace("exit_policy: GOAL", "webhook_action_ids: [b, a]\n    exit_policy: NEVER")
        .replace("    display_name: Courses\n", "")
    )
    shown = (
        f"change campaign {prefix}courses (rules/a.yaml:2)\n"
        "  display_name: Courses -> (not set)\n"
        "  goal.performs_event.filter:\n"
        "    - event.course_id == trigger.course_id\n"
        "    + event.course_id == trigger.course_id && event.score > 80.0\n"
        "  goal.window: 7d -> 1d12h\n"
        "  exit_policy: GOAL -> NEVER\n"
        "  webhook_action_ids:\n"
        "    + a\n"
        "    + b\n"
        "  makes revision 2: journeys that have started are judged by the revision that they "
        "started with\n"
        "  at once, for those journeys too: exit_policy\n"
        "1 to change, 0 unchanged\n"
    )
    assert apply("--check").output == shown
    result = apply("--yes")
    done = f"changed campaign {prefix}courses: revision 2\napplied: 1 of 1\n"
    assert result.output == shown + done
    campaign = client.get_campaign(f"{prefix}courses").campaign
    assert (campaign.revision, campaign.display_name) == (2, "")
    assert list(campaign.webhook_action_ids) == ["a", "b"]
    assert campaign.goal.window.seconds == 36 * 3600


def test_a_name_and_a_spelling_make_no_revision(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(COURSES)
    assert apply("--yes").exit_code == 0
    write(COURSES.replace("event.course_id ==", "( event.course_id )=="))
    assert apply("--yes").output == "nothing to do\n"
    write(COURSES.replace("display_name: Courses", "display_name: All courses"))
    result = apply("--yes")
    assert "display_name: Courses -> All courses\n1 to change" in result.output
    assert result.output.endswith(f"changed campaign {prefix}courses\napplied: 1 of 1\n")
    assert client.get_campaign(f"{prefix}courses").campaign.revision == 1


@pytest.mark.parametrize("archived", [False, True])
def test_what_somebody_else_did_in_between_stays(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str, archived: bool
) -> None:
    write(OTHER)
    assert apply("--yes").exit_code == 0
    write(ARCHIVED if archived else OTHER.replace("}]", ", display_name: Ours}]"))
    server = ClientServer(client)
    folder = read_folder(Path("rules"))
    wanted, _ = rehearse(folder.definitions)
    plan = make_plan(folder.definitions, wanted, server)
    theirs = Campaign(campaign_id=f"{prefix}other", display_name="Theirs")
    client.update_campaign(theirs)
    (outcome,) = carry_out(plan, server)
    assert isinstance(outcome.error, Aborted)
    now = client.get_campaign(f"{prefix}other").campaign
    assert (now.display_name, now.HasField("archive_time")) == ("Theirs", False)


def test_what_no_file_names_is_left_alone(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(COURSES)
    write(OTHER, "b.yaml")
    assert apply("--yes").exit_code == 0
    before = client.get_campaign(f"{prefix}other").campaign
    Path("rules/b.yaml").unlink()
    assert apply("--yes").output == "nothing to do\n"
    assert client.get_campaign(f"{prefix}other").campaign == before


def test_exit_codes_of_a_check(write: Callable[..., None], apply: Apply) -> None:
    write(COURSES)
    assert apply("--check").exit_code == 2
    assert apply("--check", "--format", "json").exit_code == 2
    assert apply("--yes").exit_code == 0
    assert apply("--check").exit_code == 0


def test_nobody_is_there_to_ask(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(COURSES)
    result = apply()
    assert result.output.endswith("nothing was changed: --yes applies without asking\n")
    assert result.exit_code == 1
    assert apply("--format", "json").exit_code == 1
    ids = {campaign.campaign_id for campaign in client.list_campaigns()}
    assert f"{prefix}courses" not in ids


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_on_a_terminal_it_asks_and_has_colors(
    write: Callable[..., None], server: str, answer: str, code: int
) -> None:
    write(COURSES)
    outer, inner = pty.openpty()
    program = "from attribution_service.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "apply", "rules", "--target", server],
        stdin=inner,
        stdout=inner,
        stderr=inner,
    ) as process:
        os.close(inner)
        os.write(outer, f"{answer}\n".encode())
        told = _all_of(outer)
        assert process.wait(60) == code
    os.close(outer)
    assert "apply this? [y/N]" in told
    assert "\x1b[" in told
    assert ("applied: 1 of 1" in told) is (code == 0)


def _all_of(terminal: int) -> str:
    told = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side has closed
            return told.decode()
        if not part:
            return told.decode()
        told += part


def test_json_has_the_plan_and_what_came_of_it(
    write: Callable[..., None], apply: Apply, prefix: str
) -> None:
    write(COURSES)
    planned = json.loads(apply("--check", "--format", "json").output)
    assert planned["status"] == "planned"
    assert planned["counts"] == {"create": 1, "change": 0, "archive": 0, "unchanged": 0}
    (change,) = planned["changes"]
    assert (change["action"], change["id"]) == ("create", f"{prefix}courses")
    assert (change["file"], change["line"]) == ("rules/a.yaml", 2)
    assert (change["applied"], change["error"]) == (None, None)
    window = {"path": "goal.window", "before": None, "after": "7d"}
    assert window in change["fields"]
    applied = json.loads(apply("--yes", "--format", "json").output)
    assert applied["status"] == "applied"
    assert applied["changes"][0]["applied"] is True
    again = json.loads(apply("--yes", "--format", "json").output)
    assert again["status"] == "nothing_to_do"
    assert again["counts"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (COURSES.replace("window", "windw"), "rules/a.yaml:9:7: Goal has no 'windw'; did you"),
        (COURSES.replace("7d", "100d"), "rules/a.yaml:9:15: campaign.goal.window: must be at"),
        (COURSES.replace("== trigger", "= trigger"), "rules/a.yaml:8:33: error: `=` is not an"),
        (COURSES.replace("GOAL", "GAOL"), "rules/a.yaml:10:18: ExitPolicy has no 'GAOL'"),
        (COURSES + "    etag: x\n", "rules/a.yaml:11:5: 'etag' is the server's to say"),
        (COURSES + "    kind: TRIGGERD\n", "rules/a.yaml:11:11: CampaignKind has no"),
        (COURSES + "    displayName: twice\n", "a.yaml:11:5: 'display_name' stands here twice"),
        (COURSES + "  - {display_name: x}\n", "rules/a.yaml:11:5: the campaign has no 'campaign_i"),
        (COURSES + "  - {campaign_id: courses}\n", "courses' stands at rules/a.yaml:2, too"),
        ("campaigns: [{campaign_id: a, exit_policy: GOAL}]", "rules/a.yaml:1:"),
        ("campaign: []", "rules/a.yaml:1:1: the file has no 'campaign'; did you mean 'campaigns'?"),
        (COURSES + "scenarios: [{nam: x}]\n", "rules/a.yaml:11:14: a scenario has no 'nam'"),
        ("uses: [no.yaml]\ncampaigns: []", "rules/a.yaml:1:8: there is no file 'rules/no.yaml'"),
        ("", "rules/a.yaml: is empty"),
        (
            "segments: [{segment_id: s, rule: segments}]",
            "error: `segments` cannot be read here: the rule of a s",
        ),
        ("segments: [{segment_id: s, archived: true}]", "Segment has no 'archived'"),
        (COURSES + "    archived: soon\n", "rules/a.yaml:11:15: archived must be true or false"),
        ("{}", "rules/a.yaml:1:1: holds no 'scenarios', and"),
    ],
)
def test_nothing_is_sent_if_anything_is_wrong(
    write: Callable[..., None], apply: Apply, client: AttributionClient, text: str, told: str
) -> None:
    before = list(client.list_campaigns())
    write(text)
    write(OTHER, "b.yaml")
    result = apply("--yes")
    assert told in result.output
    assert result.output.endswith("nothing was sent\n")
    assert result.exit_code == 1
    assert list(client.list_campaigns()) == before


def test_several_faults_are_told_at_once(write: Callable[..., None], apply: Apply) -> None:
    write(COURSES.replace("7d", "100d").replace("== trigger", "= trigger"))
    write("campaigns: [{campaign_id: x, goal: {window: 1h}}, {campaign_id: y, nam: 1}]", "b.yaml")
    output = apply("--yes").output
    for told in ("a.yaml:8:33: error", "a.yaml:9:15: ", "performs_event", "Campaign has no 'nam'"):
        assert told in output


def test_doubts_are_told_and_stop_nothing(write: Callable[..., None], apply: Apply) -> None:
    write(COURSES.replace("event.course_id == trigger.course_id", "person.plan != 'free'"))
    result = apply("--yes")
    assert result.output.startswith("rules/a.yaml:8:17: warning: ")
    assert result.exit_code == 0


def test_a_folder_that_defines_nothing(write: Callable[..., None], apply: Apply) -> None:
    write("campaigns: []")
    result = apply("--yes")
    assert (result.output, result.exit_code) == ("nothing to do\n", 0)


SEGMENTS = """\
campaigns:
  - campaign_id: win-back
    trigger: {any_segment: {segment_ids: [sleeping]}}
    audience_filter: '!has(person.left)'
    goal: {leaves_segment: {segment_id: sleeping}, value: person.worth}
segments:
  - segment_id: sleeping
    display_name: Sleeping
    rule: person.days_away > 30.0
"""


def test_segments_go_before_the_campaigns_that_name_them(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(SEGMENTS)
    result = apply("--yes")
    assert result.output == (
        f"create segment {prefix}sleeping (rules/a.yaml:7)\n"
        "  display_name: Sleeping\n"
        "  rule: person.days_away > 30.0\n"
        "  its members follow from the rule at once; nobody achieves a goal by that\n"
        f"create campaign {prefix}win-back (rules/a.yaml:2)\n"
        "  kind: TRIGGERED\n"
        f"  trigger.any_segment.segment_ids: {prefix}sleeping\n"
        "  audience_filter: !has(person.left)\n"
        f"  goal.leaves_segment.segment_id: {prefix}sleeping\n"
        "  goal.basis: RECEIVED\n"
        "  goal.value: person.worth\n"
        "  exit_policy: NO_LONGER_MATCHING\n"
        "2 to create, 0 unchanged\n"
        f"created segment {prefix}sleeping\n"
        f"created campaign {prefix}win-back: revision 1\n"
        "applied: 2 of 2\n"
    )
    assert apply("--yes").output == "nothing to do\n"
    write(SEGMENTS.replace("30.0", "60.0").replace("person.left", "person.gone"))
    changed = apply("--yes").output
    assert (
        f"change segment {prefix}sleeping (rules/a.yaml:7)\n"
        "  rule:\n"
        "    - person.days_away > 30.0\n"
        "    + person.days_away > 60.0\n"
        "  its members follow"
    ) in changed
    assert "  at once, for those journeys too: audience_filter\n" in changed
    assert client.get_segment(f"{prefix}sleeping").segment.rule == "person.days_away > 60.0"
    assert client.get_campaign(f"{prefix}win-back").campaign.revision == 2
    assert apply("--yes").output == "nothing to do\n"


def test_a_segment_may_be_on_the_server_alone(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    alone, _, _ = SEGMENTS.partition("segments:")
    write(alone)
    result = apply("--yes")
    told = f"campaign '{prefix}win-back' is about segment '{prefix}sleeping', which neither these"
    assert f"WRONG rules/a.yaml:2:5: {told}" in result.output
    assert result.output.endswith("nothing was sent\n")
    client.create_segment(Segment(segment_id=f"{prefix}sleeping"))
    assert apply("--yes").exit_code == 0


ARCHIVED = "campaigns:\n  - campaign_id: other\n    archived: true\n"


def test_what_is_marked_as_archived_is_archived_once(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    write(ARCHIVED)
    assert apply("--yes").output == "nothing to do\n"
    write(OTHER)
    assert apply("--yes").exit_code == 0
    write(ARCHIVED + COURSES.removeprefix("campaigns:\n"))
    result = apply("--yes")
    assert result.output.endswith(
        "  exit_policy: GOAL\n"
        f"archive campaign {prefix}other (rules/a.yaml:2)\n"
        "  for good: nothing starts in it any more; what has started goes on and is judged\n"
        "1 to create, 1 to archive, 0 unchanged\n"
        f"created campaign {prefix}courses: revision 1\n"
        f"archived campaign {prefix}other\n"
        "applied: 2 of 2\n"
    )
    assert client.get_campaign(f"{prefix}other").campaign.HasField("archive_time")
    assert apply("--yes").output == "nothing to do\n"
    write(OTHER)
    again = apply("--yes")
    assert "is archived on the server, for good: say 'archived: true'" in again.output
    assert again.exit_code == 1


NEWSLETTER = """\
campaigns:
  - {campaign_id: news, kind: NEWSLETTER, goal: {performs_event: {event_name: done}, window: 1d}}
"""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (NEWSLETTER, NEWSLETTER.replace("1d", "2d"), "was fixed when it was created"),
        (NEWSLETTER, OTHER.replace("other", "news"), "is NEWSLETTER on the server and cannot bec"),
        ("segments: [{segment_id: s}]", "segments: [{segment_id: s, rule: 'true'}]", "has no rule"),
        ("segments: [{segment_id: s, rule: 'true'}]", "segments: [{segment_id: s}]", "has a rule"),
    ],
)
def test_what_cannot_change_is_seen_before_anything_is_sent(
    write: Callable[..., None], apply: Apply, before: str, after: str, told: str
) -> None:
    write(before)
    assert apply("--yes").exit_code == 0
    write(after)
    write(COURSES, "b.yaml")
    result = apply("--yes")
    assert told in result.output
    assert result.output.endswith("nothing was sent\n")


def test_no_server(write: Callable[..., None]) -> None:
    write(COURSES)
    arguments = ["apply", "rules", "--target", "127.0.0.1:1"]
    result = CliRunner().invoke(app, arguments)
    assert "no server answers at 127.0.0.1:1" in result.output
    assert result.exit_code == 1
    told = json.loads(CliRunner().invoke(app, [*arguments, "--format", "json"]).stdout)
    assert (told["status"], told["error"]["code"]) == ("failed", "UNAVAILABLE")


@pytest.mark.parametrize("arguments", [[], ["--foo"], ["rules", "--format", "xml"]])
def test_a_wrong_option_is_no_plan_with_changes(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["apply", *arguments]).exit_code == 1


def test_help_is_no_error() -> None:
    assert CliRunner().invoke(app, ["apply", "--help"]).exit_code == 0


def test_a_file_or_folder_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["apply", str(tmp_path / "no")])
    assert "cannot be read" in result.output
    empty = CliRunner().invoke(app, ["apply", str(tmp_path)])
    assert "the folder holds no .yaml file" in empty.output
    assert (result.exit_code, empty.exit_code) == (1, 1)


def test_what_is_shown_moves_no_cursor(
    write: Callable[..., None], apply: Apply, client: AttributionClient, prefix: str
) -> None:
    client.create_campaign(Campaign(campaign_id=f"{prefix}courses", display_name="a\u202eb"))
    write(COURSES)
    assert "display_name: a\\u202eb -> Courses" in apply("--check").output
