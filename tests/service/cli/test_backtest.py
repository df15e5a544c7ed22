"""The command against a real server: what it asks, and how it tells the answer."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attribution_service.cli.main import app
from support.calls import COURSE, START_US, Caller, email, finished, served, set_the_scene
from typer.testing import CliRunner, Result

Backtest = Callable[..., Result]
FILE = """\
campaigns:
  - campaign_id: course
    trigger: {event_name: course_started}
    goal:
      performs_event: {event_name: course_finished}
      window: 90d
      value: "7.0"
    exit_policy: GOAL
"""
DAY_US = 86_400_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Ada converts in time; bob finishes another course, and cy too late for the campaign."""
    folder: Path = tmp_path_factory.mktemp("store")
    with served(folder) as call:
        set_the_scene(call)
        assert call.clock
        course = {"course_id": "py101"}
        journey = {"campaign_id": "course", "trigger_properties": course}
        call("StartJourney", {**journey, "person_id": "cy", "journey_id": "j3"})
        call("RecordDelivery", {"delivery": email("d2", "j2", "bob")})
        call("RecordDelivery", {"delivery": email("d3", "j3", "cy")})
        call.clock.set_us(START_US + DAY_US)
        call("Evaluate", finished("e1", "ada"))
        call("Evaluate", finished("e1", "bob", "other"))
        call.clock.set_us(START_US + 9 * DAY_US)
        call("Evaluate", finished("e1", "cy"))
        news = {"campaign_id": "news", "kind": "CAMPAIGN_KIND_NEWSLETTER", "goal": COURSE["goal"]}
        news["goal"] = {"performs_event": {"event_name": "course_finished"}}
        call("CreateCampaign", {"campaign": news})
        yield call


@pytest.fixture
def backtest(server: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Backtest:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *arguments: str) -> Result:
        Path("a.yaml").write_text(text)
        given = ["backtest", "a.yaml", "--target", server.address, *arguments]
        return CliRunner().invoke(app, given)

    return run


def test_an_answer_in_plain_words(backtest: Backtest) -> None:
    result = backtest(FILE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "Had this been the goal of campaign course, ever since:",
        "  goal.performs_event.event_name: course_finished",
        "  goal.window: 90d",
        "  goal.value: 7.0",
        "",
        "                            with this goal   on record",
        "deliveries that converted                3           1",
        "people who converted                     3           1",
        "total value                          21.00           -",
        "",
        "1 converted both ways; 2 would have, and did not; 0 did, and would not have.",
        "3 journeys would have achieved the goal, 3 of them while still under way.",
        "Judged: 3 events, 3 deliveries in 3 journeys of 3 people.",
        "",
        *[line for line in result.stdout.splitlines() if ": email " in line],
    ]
    assert sorted(result.stdout.splitlines()[-3:]) == [
        "as recorded   ada: email d1, sent 1 d before event e1, worth 7",
        "new           bob: email d2, sent 1 d before event e1, worth 7",
        "new           cy: email d3, sent 9 d before event e1, worth 7",
    ]


def test_a_range_and_few_of_the_conversions(backtest: Backtest) -> None:
    result = backtest(
        FILE, "--since", "2026-03-02T00:00:00Z", "--until", "2026-03-03T00:00:00Z", "--show", "1"
    )
    told = result.stdout.splitlines()
    assert "since 2026-03-02T00:00:00Z until 2026-03-03T00:00:00Z:" in told[0]
    assert told[-1] == "and 1 more; --show says how many to show"
    assert "deliveries that converted                2           1" in told
    longest = backtest(FILE, "--since", "10000d")
    assert "Judged: 3 events, 3 deliveries in 3 journeys of 3 people." in longest.stdout
    assert "ever since" not in longest.stdout


def test_notes_stand_below(backtest: Backtest) -> None:
    result = backtest(FILE.replace("course_finished", "liked"))
    assert "Bear in mind:\n- no goal of any campaign was ever about 'liked'" in result.stdout


def test_for_programs(backtest: Backtest) -> None:
    found = json.loads(backtest(FILE, "--format", "json", "--show", "1").stdout)
    assert found["summary"]["only_backtest"] == "2"
    assert len(found["conversions"]) == 1
    assert set(found["conversions"][0]) <= {"conversion", "recorded"}


TWO = FILE + "  - campaign_id: other\n"


@pytest.mark.parametrize(
    ("text", "arguments", "told"),
    [
        (FILE, ["--campaign", "courses"], "WRONG a.yaml: defines no campaign 'courses', but cour"),
        (TWO, [], "WRONG a.yaml: defines several campaigns: --campaign says which (course, other)"),
        (TWO, ["--campaign", "other"], "a.yaml:9:5: campaign 'other' has no goal to try"),
        ("segments: [{segment_id: vip}]", [], "WRONG a.yaml: defines no campaign"),
        ("campaigns: [{campaign_id: x, gaol: 1}]", [], "WRONG a.yaml:1:"),
        (FILE.replace('"7.0"', "event.a = 1"), [], "`=` is not an operator"),
        (FILE.replace("course\n", "nowhere\n"), [], "error: NOT_FOUND"),
        (FILE.replace("course\n", "news\n"), [], "error: FAILED_PRECONDITION"),
        (FILE.replace("90d", "91d"), [], "goal.window"),
    ],
)
def test_what_is_wrong_is_told(
    backtest: Backtest, text: str, arguments: list[str], told: str
) -> None:
    result = backtest(text, *arguments)
    assert result.exit_code == 1
    assert told in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("time", ["yesterday", "-1d", "2026-03-01", "90000000d"])
def test_times_that_are_none(backtest: Backtest, time: str) -> None:
    result = backtest(FILE, "--since", time)
    assert result.exit_code == 2
    assert "is neither a length of time" in result.stderr


def test_nobody_there(backtest: Backtest) -> None:
    result = backtest(FILE, "--server", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "no server answers at 127.0.0.1:1; --target says where it is" in result.stderr


def test_a_bar_on_a_terminal(server: Caller, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    outer, inner = pty.openpty()
    program = "from attribution_service.cli import main; main()"
    arguments = ["backtest", "a.yaml", "--target", server.address]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        stdin=inner,
        stdout=inner,
        stderr=inner,
    ) as process:
        os.close(inner)
        told = b""
        try:
            while part := os.read(outer, 4096):
                told += part
        except OSError:  # the other end is closed
            pass
        assert process.wait(60) == 0
    os.close(outer)
    assert b"journeys judged" in told
    assert b"3/3" in told
    assert b"deliveries that converted" in told
