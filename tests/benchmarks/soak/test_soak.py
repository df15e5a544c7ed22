"""Lives that a real server takes, and what is made of a run; nothing here is timed."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from rich.console import Console
from support.calls import Caller

from benchmarks.service.processes import Server, split
from benchmarks.soak import lives, page
from benchmarks.soak.__main__ import Soak, report, soak
from benchmarks.soak.stores import Store
from benchmarks.soak.verdict import MIB, Sample, State, judge

SAMPLES = [
    Sample(float(at), 100 * MIB, 30, 12, 4 * MIB, 100, 0, 3.0 + at % 3, 12.0 + at % 7)
    for at in range(1, 121)
]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    settings = ServerSettings(store_url=f"sqlite:///{tmp_path / 'a.db'}")
    with background(settings, SystemClock()) as found:
        yield found


def test_every_call_of_a_life_is_answered(address: str) -> None:
    call = Caller(address)
    for method, request in lives.campaigns():
        call.raw(method.rpartition("/")[2], request)
    for number in range(20):
        calls = list(lives.life("r", number))
        assert len(calls) == lives.CALLS_A_LIFE
        for method, request in calls:
            call.raw(method.rpartition("/")[2], request)
    figures = [call("GetMetrics", {"campaign_id": f"course-{n}"}) for n in range(lives.CAMPAIGNS)]
    assert sum(int(each["deliveries"]["sent"]) for each in figures) == 40
    assert sum(int(each["deliveries"].get("converted", 0)) for each in figures) == 10
    call.close()


def test_a_short_run(address: str) -> None:
    """It measures, runs, and samples; the server here is this process."""
    told: list[str] = []
    server = Server(address, os.getpid(), 0.0)
    found = asyncio.run(soak(Store("", lambda: 7), server, 7.0, lambda _, what: told.append(what)))
    assert found.rate == found.capacity / 2 > 0
    assert not found.failed
    assert found.samples
    assert all(each.wal_bytes == 7 and each.handles > 5 for each in found.samples)
    assert sum(each.calls for each in found.samples) > 0
    assert told[0] == "measuring its capacity"


def test_the_plot_is_a_picture() -> None:
    for few in (SAMPLES, SAMPLES[:10]):
        picture = ElementTree.fromstring(page.plot(few))  # noqa: S314  our own
        words = {each.text for each in picture.iter() if each.text}
        assert {"Memory", "Latency", "server", "p50", "p99", "minutes", "MiB", "ms"} <= words


def test_the_table_has_a_row_for_each_measure() -> None:
    findings = judge(SAMPLES)
    console = Console(width=120)
    with console.capture() as capture:
        page.show(console, findings)
    assert all(each.measure.name in capture.get() for each in findings)


def test_the_report_holds_it_all() -> None:
    leaking = [replace(s, handles=30 + n) for n, s in enumerate(SAMPLES)]
    made = report(Soak(900, 450, leaking, {}), judge(leaking), "sqlite", split(), 120)
    assert len(made["samples"]) == len(SAMPLES)
    states = {each["measure"]: each["state"] for each in made["findings"]}
    assert states["handles"] is State.GROWS
    assert states["memory"] is State.FLAT
