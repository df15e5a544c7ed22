"""`attribution-service demo` as somebody runs it who has never seen it."""

import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

_MAIN = "from attribution_service.cli import main; main()"
_SECONDS = 120


def _environment(tmp_path: Path) -> dict[str, str]:
    theirs = {name: text for name, text in os.environ.items() if "COLOR" not in name}
    return {**theirs, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}


# A program that a script started in the background inherits SIGINT and SIGHUP as ignored.
_AS_FROM_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""


def _arguments(*arguments: str, before: str = "") -> Sequence[str]:
    return [sys.executable, "-c", before + _MAIN, "demo", *arguments]


def _run(
    tmp_path: Path, *arguments: str, before: str = "", columns: int | None = None
) -> subprocess.CompletedProcess[str]:
    environment = _environment(tmp_path)
    if columns is not None:
        environment["COLUMNS"] = str(columns)
    return subprocess.run(
        _arguments(*arguments, before=before),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )


def _has_line(text: str, pattern: str) -> bool:
    return any(re.search(pattern, line) for line in text.splitlines())


def test_story_and_log(tmp_path: Path) -> None:
    done = _run(tmp_path, "--commands", "500")

    assert (done.returncode, done.stderr) == (0, "")
    assert _has_line(done.stdout, r"^6 d +finishes python \(event e2\) +CREDIT email-1 ")
    assert _has_line(done.stdout, r"^9 d 1 s +finishes sql .* no credit ")
    assert _has_line(done.stdout, r"^6 d 2 h +exit check: python, .* EXIT: goal ")
    assert _has_line(done.stdout, r"^All \d+ answers are as the story expects\.$")
    assert _has_line(done.stdout, r"^email-1 +4 d +2 d +yes *$")
    assert _has_line(done.stdout, r"^Dan, sql .* filter false ")
    assert _has_line(done.stdout, r"^ +email-2 +outside window +clicked 7 d 1 h before the event")
    assert _has_line(done.stdout, r"^all +11 +11 +6 +67% +5 *$")
    assert _has_line(done.stdout, r"^Cleo +python +webhook-1 +e2 +5 d 4 h *$")
    assert _has_line(done.stdout, r"^ +goal\.window +7d -> 3d *$")
    assert _has_line(done.stdout, r"^Explanations, report and plan are as expected\.$")
    assert _has_line(done.stdout, r"^500 of 500 commands answered$")
    assert _has_line(done.stdout, r"^commands +500 *$")
    assert _has_line(done.stdout, r"^500 commands in [\d.]+ s: [\d,]+ commands/s")
    assert "recount of the log agrees with all 500 answers" in done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines()[-2:]] == ["Next:", "README.md"]


def test_piped_output_is_plain(tmp_path: Path) -> None:
    done = _run(tmp_path, "--commands", "50")

    controls = {c for c in done.stdout if unicodedata.category(c) == "Cc"}
    assert controls == {"\n"}


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    _run(tmp_path, "--commands", "50")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_nothing_is_cut(tmp_path: Path, columns: int) -> None:
    done = _run(tmp_path, "--commands", "0", columns=columns)

    assert max(len(line) for line in done.stdout.splitlines()) <= columns
    assert "..." not in done.stdout
    assert "\u2026" not in done.stdout
    # Whole words, wherever the lines break.
    words = done.stdout.split()
    assert words.count("CREDIT") == 7
    for whole in (
        "'event.course_id",
        "trigger.course_id'",
        "slack-4:",
        "webhook-2:",
        "goal.performs_event.event_name",
    ):
        assert whole in words


def test_no_log_is_asked_for(tmp_path: Path) -> None:
    done = _run(tmp_path, "--commands", "0")

    assert done.returncode == 0
    assert "3. A log" not in done.stdout


def test_answer_that_differs_from_the_story(tmp_path: Path) -> None:
    before = """
from dataclasses import replace
from attribution_service.demo import run
from attribution_service.demo.steps import Expected
step = replace(run.CHAPTERS[0].steps[0], expected=Expected(credit="email-7"))
run.CHAPTERS = (replace(run.CHAPTERS[0], steps=(step,)),)
"""
    done = _run(tmp_path, "--commands", "500", before=before)

    assert done.returncode == 1
    assert "UNEXPECTED credit: expected email-7, got none" in done.stdout
    assert done.stderr.splitlines() == [
        "FAILED: answers differ from the story:",
        "Ada, 'starts course python': credit: expected email-7, got none",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("part", "question"),
    [
        ("asked._WHY", "Why did email-1 get the credit when Ada finished python?"),
        ("asked._WHY_NOT", "Why does Dan's sql give no credit, and would Ada's python again?"),
        ("asked._REPORT", "What did the campaign bring?"),
        ("asked._WHO", "Who converted?"),
        ("planned._PLAN", "What would `apply` change?"),
    ],
)
def test_answer_afterwards_that_differs(tmp_path: Path, part: str, question: str) -> None:
    before = f"""
from attribution_service.demo import asked, planned
{part} = {part}[:-1]
"""
    done = _run(tmp_path, "--commands", "500", before=before)

    assert done.returncode == 1
    assert done.stdout.count("UNEXPECTED") == 1
    head, told = done.stderr.splitlines()
    assert head == "FAILED: what was asked afterwards is answered otherwise:"
    assert told.startswith(f"{question} got ")


def test_recount_that_disagrees(tmp_path: Path) -> None:
    before = """
from attribution_service.demo import recount
recount._MESSAGES = recount._MESSAGES - {"EMAIL"}
"""
    done = _run(tmp_path, "--commands", "500", before=before)

    assert done.returncode == 1
    assert done.stderr.startswith("FAILED: a naive recount of the log disagrees:\n")
    assert "more" in done.stderr.splitlines()[-1]


def test_server_that_does_not_start(tmp_path: Path) -> None:
    before = """
from attribution_service.demo import server
server._START_SECONDS = 30.0
wanted = server._arguments
server._arguments = lambda store: wanted(store / "no" / "such" / "folder")
"""
    done = _run(tmp_path, "--commands", "50", before=before)

    assert done.returncode == 1
    assert done.stderr.startswith("FAILED: the server did not start:\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_half_way(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        _arguments("--commands", "200000", before=_AS_FROM_A_TERMINAL),
        env=_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "made up but the same" in line:
                break
        process.send_signal(number)
        process.communicate(timeout=_SECONDS)

    assert process.returncode not in (0, 1)
    assert list(tmp_path.iterdir()) == []
    _wait_until_gone(process.pid)


def _wait_until_gone(group: int) -> None:
    """Wait for the whole group: its children are reaped by who adopted them, in their own time."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the demo has left a process behind")


def test_servers_settings_are_not_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTRIBUTION_MAX_WAITING", "1")
    monkeypatch.setenv("ATTRIBUTION_LOG_LEVEL", "error")
    monkeypatch.setenv("ATTRIBUTION_DEMO_COMMANDS", "50")

    done = _run(tmp_path)

    assert done.returncode == 0
    assert "3. A log of 50 commands" in done.stdout


@pytest.mark.parametrize("number", ["-1", "many"])
def test_wrong_number_of_commands(tmp_path: Path, number: str) -> None:
    done = _run(tmp_path, "--commands", number)

    assert done.returncode == 2
    assert "--commands" in done.stderr
