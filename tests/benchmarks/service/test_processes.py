"""What starts, calls and profiles servers; nothing here is timed."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.service import processes, profiles
from benchmarks.service.__main__ import chosen, commit
from benchmarks.service.asked import Asked, Kind
from benchmarks.service.cases import CASES
from benchmarks.service.load import Job, job_of, quantile
from benchmarks.service.processes import Callers, Cores, ServerError
from benchmarks.service.seed import NoRoomError
from benchmarks.service.shapes import Shape

EVERYWHERE = Cores(frozenset(os.sched_getaffinity(0)), frozenset(os.sched_getaffinity(0)))


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 5.0), (0.9, 9.0), (0.99, 10.0), (0.07, 1.0), (1.0, 10.0)]
)
def test_quantile(share: float, expected: float) -> None:
    assert quantile([float(each) for each in range(1, 11)], share) == expected


def test_a_quantile_is_not_moved_by_rounding() -> None:
    assert quantile([float(each) for each in range(1, 101)], 0.07) == 7.0
    assert quantile([], 0.5) == 0.0


def test_a_job_comes_back_from_json() -> None:
    job = Job("a:1", Asked(Kind.CHECK, Shape(5, journeys=3), 10), 4, 2, rate=1.5)
    told = json.loads(json.dumps(asdict(job)))
    assert job_of(told) == job


def test_an_echo_is_started_called_and_stopped() -> None:
    callers = Callers(EVERYWHERE)
    try:
        with processes.echo(EVERYWHERE, watched=True) as server:
            asked = Asked(Kind.WATCHED, Shape(people=10), batch=10)
            done = callers.do(Job(server.address, asked, first=0, calls=3, concurrency=2))
            assert (done.answered, done.codes) == (3, {})
            assert done.chosen == done.expected == 6
            assert server.resident_bytes > 0
            assert server.peak_bytes >= server.resident_bytes
            callers.forget(server.address)
        with pytest.raises(ProcessLookupError):
            os.kill(server.pid, 0)
    finally:
        callers.close()


def test_more_than_there_is_comes_back_as_words() -> None:
    callers = Callers(EVERYWHERE)
    try:
        asked = Asked(Kind.CHECK, Shape(people=1))
        with pytest.raises(NoRoomError, match="used up"):
            callers.do(Job("127.0.0.1:1", asked, first=0, calls=2, concurrency=1))
    finally:
        callers.close()


def test_a_server_that_does_not_start_tells_why(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    store.write_text("no store")
    with (
        pytest.raises(ServerError, match="a server ended before it served"),
        processes.service(store, EVERYWHERE),
    ):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


def test_one_core_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    assert processes.split() == Cores(frozenset({3}), frozenset({3}))
    assert not processes.split().apart


def test_servers_have_a_core_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 0, 1})
    assert processes.split() == Cores(frozenset({0}), frozenset({1, 2}))
    assert processes.split().apart


def test_a_profile_sums_up_functions() -> None:
    stacks = [
        (("main", "a:f", "a:g"), 3.0),
        (("main", "a:f", "a:f"), 1.0),
        (("worker", "b:h"), 4.0),
    ]
    found = {row.function: (row.own, row.total) for row in profiles.rows(stacks)}
    assert found["a:f"] == (1.0, 4.0)  # once, though it called itself
    assert found["a:g"] == (3.0, 3.0)
    text = profiles.table(stacks, "the case")
    assert text.startswith("the case\n8.00 s on a core\n")
    assert " 50.0%  50.0%  b:h" in text


def test_profiles_are_kept_as_a_page() -> None:
    stacks = [(("main", f"a:f{number}"), 1.0) for number in range(50)]
    made = profiles.page([("one", stacks), ("two", stacks[:1])], "before")
    assert made.startswith("# Profiles: before\n\n## one\n\n```text\n50.00 s on a core\n")
    assert made.count("a:f") == 20 + 19 + 2  # all that calls is "main"
    assert made.count("```") == 4


def test_a_flame_graph_has_each_function_on_its_caller() -> None:
    stacks = [(("main", "a:f", "a:<g>"), 3.0), (("main", "a:f"), 1.0)]
    made = profiles.flame(stacks, "the case")
    assert "the case: 4.00 s on a core" in made
    assert "<title>a:f 100.0%</title>" in made
    assert "<title>a:&lt;g&gt; 75.0%</title>" in made
    assert "0.00 s" in profiles.flame([], "nothing")


def test_cases_are_chosen_by_words() -> None:
    assert chosen([]) == list(CASES)
    assert [case.name for case in chosen(["unary"])] == ["unary-unwatched", "unary-watched"]
    assert chosen(["nothing"]) == []
    assert [case.name for case in chosen(["curve"], quick=True)] == ["curve"]
    assert {case.name for case in CASES} - {case.name for case in chosen([], quick=True)} == {
        "overload-batches",
        "curve",
    }


def test_without_git_the_commit_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert commit() == ""


def test_a_case_that_does_not_exist_is_refused() -> None:
    command = [sys.executable, "-m", "benchmarks.service", "--only", "nothing"]
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 2
    assert "unary-watched" in done.stderr
