"""Runs a comparison in several processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dsl.fuzz.report import Report

# The C++ engine reads time zones from the files of the machine; ours reads these.
_ZONES: Final = str(files("tzdata") / "zoneinfo")
_TESTS: Final = Path(__file__).parents[2]
_MOST_CRASHES: Final = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compare.

    Attributes:
        evaluations: How many at least.
        seed: What rules and data are made from.
        data_sets: On how many sets of data each rule is evaluated.
        chunk: How many rules a process takes; the C++ package uses up something with each.
        processes: How many run at a time.
    """

    evaluations: int
    seed: int
    data_sets: int = 10
    chunk: int = 1000
    processes: int = 2

    @property
    def rules(self) -> int:
        """How many rules that takes; some are refused."""
        return -(-self.evaluations * 106 // (self.data_sets * 100))


class ChunkFailedError(Exception):
    """A process ended with an error of Python's, which is ours to mend."""


def run(plan: Plan, progress: Callable[[Report], None] = lambda _: None) -> Report:
    """Compare; tells `progress` after each chunk what is known so far."""
    whole = Report()
    starts = range(0, plan.rules, plan.chunk)
    with TemporaryDirectory() as folder, ThreadPoolExecutor(plan.processes) as pool:
        waiting = [
            pool.submit(_chunk, plan, first, min(first + plan.chunk, plan.rules), Path(folder))
            for first in starts
        ]
        for each in as_completed(waiting):
            whole.add(each.result())
            progress(whole)
    whole.disagreements.sort(key=lambda each: (len(each.source), each.rule))
    return whole


def _chunk(plan: Plan, first: int, last: int, folder: Path) -> Report:
    """Compare some rules; where the process crashes, go on after the rule it crashed at."""
    whole = Report()
    while first < last:
        reached = folder / f"{first}"
        report = _process(plan, first, last, reached)
        if report is not None:
            whole.add(report)
            break
        # What the process had found is lost: those rules are compared again without the last.
        crashed = int(reached.read_text().split()[-1])
        whole.crashes.append(crashed)
        if len(whole.crashes) >= _MOST_CRASHES:
            break
        if crashed > first:
            before = _process(plan, first, crashed, folder / f"{first} again")
            whole.add(before or Report())
        first = crashed + 1
    return whole


def _process(plan: Plan, first: int, last: int, reached: Path) -> Report | None:
    """Run one process; None if it crashed."""
    numbers = map(str, (plan.seed, first, last, plan.data_sets))
    done = python("dsl.fuzz.chunk", *numbers, str(reached))
    if done.returncode == 0:
        return Report.from_json(json.loads(done.stdout))
    if done.returncode > 0:
        raise ChunkFailedError(done.stderr)
    return None


def python(module: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a module of this package in a process of its own."""
    paths = os.pathsep.join([str(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0", "TZDIR": _ZONES},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
