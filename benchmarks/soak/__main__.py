"""Runs a server at half of its capacity for a long time: see docs/performance.md."""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.machine import describe
from benchmarks.service.processes import Cores, Server, ServerError, serving, split
from benchmarks.soak import page, stores
from benchmarks.soak.drive import Driver
from benchmarks.soak.verdict import MIB, Finding, Sample, State, judge

REPORT: Final = Path("build/soak.json")
PLOT: Final = Path("build/soak.svg")
_CONCURRENCY: Final = 64
_SHARE: Final = 0.5
_LEAST_SECONDS: Final = 20
# Of the run, for measuring what half of it is: long enough to be past the start.
_MEASURING: Final = 0.1
_SAMPLES: Final = 900
_REFUSED: Final = grpc.StatusCode.RESOURCE_EXHAUSTED.name


@dataclass(frozen=True, slots=True)
class Soak:
    """A run: what the server can do, what was asked of it, and what was seen."""

    capacity: float
    rate: float
    samples: list[Sample]
    failed: dict[str, int]


Tell = Callable[[float, str], None]


async def soak(store: stores.Store, server: Server, seconds: float, tell: Tell) -> Soak:
    """Measure the capacity, then run at half of it."""
    async with grpc.aio.insecure_channel(server.address) as channel:
        driver = Driver(channel)
        await driver.prepare()
        watching = asyncio.create_task(driver.watch())
        measuring = min(60.0, max(5.0, seconds * _MEASURING))
        tell(0, "measuring its capacity")
        capacity = await driver.closed(_CONCURRENCY, measuring)
        driver.window()
        samples: list[Sample] = []
        rate = capacity * _SHARE
        sampling = asyncio.create_task(_sample(store, server, driver, samples, seconds, tell))
        await driver.open(rate, seconds)
        for task in (sampling, watching):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return Soak(capacity, rate, samples, dict(driver.codes))


async def _sample(
    store: stores.Store,
    server: Server,
    driver: Driver,
    samples: list[Sample],
    seconds: float,
    tell: Tell,
) -> None:
    began = time.perf_counter()
    while True:
        await asyncio.sleep(max(1.0, seconds / _SAMPLES))
        window = driver.window()
        now = time.perf_counter() - began
        samples.append(
            Sample(
                now,
                server.resident_bytes,
                server.handles,
                server.threads,
                store.wal_bytes(),
                window.calls,
                window.failed,
                window.p50_ms,
                window.p99_ms,
            )
        )
        tell(now, f"{samples[-1].resident_bytes / MIB:,.0f} MiB, p99 {window.p99_ms:,.1f} ms")


def report(
    found: Soak, findings: list[Finding], store: str, cores: Cores, seconds: float
) -> dict[str, Any]:
    """Everything in one value for JSON."""
    return {
        "machine": describe(),
        "cores_apart": cores.apart,
        "store": store,
        "seconds": seconds,
        "capacity_calls_per_second": round(found.capacity, 1),
        "rate_calls_per_second": round(found.rate, 1),
        "failed": found.failed,
        "findings": [
            {
                "measure": each.measure.name,
                "unit": each.measure.unit,
                "hard": each.measure.hard,
                "median": each.median,
                "highest": each.highest,
                "growth": each.growth,
                "allowed": each.allowed,
                "state": each.state,
            }
            for each in findings
        ],
        "samples": [asdict(each) for each in found.samples],
    }


@contextlib.contextmanager
def bar(seconds: float) -> Any:
    """A progress bar on standard error."""
    columns = (BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=seconds)
        yield lambda done, what: progress.update(task, completed=done, description=what)


def main() -> int:
    """Run it, print and write what was seen; returns what the process ends with."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1_800, help="how long; 1800")
    parser.add_argument("--store", choices=stores.KINDS, default="sqlite", help="on what; sqlite")
    options = parser.parse_args()
    if options.seconds < _LEAST_SECONDS:
        parser.error(f"less than {_LEAST_SECONDS} seconds say nothing")
    console = Console(width=None if Console().is_terminal else 120)
    cores = split()
    try:
        with (
            stores.store(options.store) as (store, folder),
            serving(store.url, folder, cores) as server,
            bar(options.seconds) as tell,
        ):
            if hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(0, cores.callers)
            found = asyncio.run(soak(store, server, options.seconds, tell))
    except ServerError as error:
        console.print(f"error: {error}", highlight=False)
        return 1
    findings = judge(found.samples)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    made = report(found, findings, options.store, cores, options.seconds)
    REPORT.write_text(json.dumps(made, indent=2) + "\n")
    PLOT.write_text(page.plot(found.samples))
    page.show(console, findings)
    calls = sum(each.calls for each in found.samples)
    failed = {code: many for code, many in found.failed.items() if code != _REFUSED}
    console.print(
        f"{options.store}, {options.seconds:,.0f} s at {found.rate:,.0f} calls/s, half of "
        f"{found.capacity:,.0f}: {calls:,} calls answered, {sum(failed.values())} failed; "
        f"written to {REPORT} and {PLOT}",
        highlight=False,
    )
    if refused := found.failed.get(_REFUSED, 0):
        console.print(
            f"{refused:,} calls were refused as too many: the machine had less to give than when "
            "the capacity was measured; if it did something else, run again",
            highlight=False,
        )
    return int(bool(failed) or any(each.state is State.GROWS for each in findings))


if __name__ == "__main__":
    sys.exit(main())
