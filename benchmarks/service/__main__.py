"""Runs the benchmark: see docs/performance.md."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from attribution_service.storage import schema
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.service import profiles
from benchmarks.service.bars import BARS, Bar, Finding, State, judge
from benchmarks.service.cases import CASES, FULL, QUICK, Bench, Case, Outcome, Scale
from benchmarks.service.processes import Callers, Cores, ServerError, split
from benchmarks.service.seed import NoRoomError, require_memory

REPORT: Final = Path("build/bench.json")
# The largest server, its callers with their requests, and the store's pages.
_MEMORY_BYTES: Final = 1_000_000_000
_COLORS: Final = {
    State.HOLDS: "green",
    State.FAILS: "red",
    State.UNSURE: "yellow",
    State.UNKNOWN: "dim",
}
_PACKAGES: Final = ("attribution-service", "grpcio", "protobuf", "sqlalchemy")


def chosen(words: Sequence[str], *, quick: bool = False) -> list[Case]:
    """The cases whose names hold one of the words; if there are none all, or the quick ones."""
    if not words:
        return [case for case in CASES if case.quick or not quick]
    return [case for case in CASES if any(word in case.name for word in words)]


def run(
    cases: Sequence[Case], scale: Scale, cores: Cores, *, profile: bool, raw_json: bool
) -> dict[str, Outcome]:
    """Measure the cases, one after the other, with a progress bar on standard error."""
    found = {}
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    callers = Callers(cores)
    try:
        with progress:
            task = progress.add_task("", total=len(cases))
            for case in cases:
                raw = profiles.PROFILES / f"{case.name}.json" if profile else None

                def tell(what: str, name: str = case.name) -> None:
                    progress.update(task, description=f"{name}: {what}")

                tell("starting")
                bench = Bench(scale, cores, callers, tell, raw, raw_json)
                began = time.monotonic()
                try:
                    found[case.name] = case.run(bench)
                except (NoRoomError, ServerError) as error:
                    found[case.name] = Outcome(note=f"could not be measured: {error}", failed=True)
                found[case.name].figures["seconds"] = round(time.monotonic() - began, 1)
                progress.advance(task)
                if raw is not None and raw.exists():
                    _write_profile(raw, case.name)
    finally:
        callers.close()
    return found


def _write_profile(raw: Path, name: str) -> None:
    stacks = profiles.read(raw)
    raw.with_suffix(".txt").write_text(profiles.table(stacks, name))
    raw.with_suffix(".svg").write_text(profiles.flame(stacks, name))


def commit() -> str:
    """The commit that is measured, if this is a clone and git is there; empty otherwise."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def report(
    outcomes: Mapping[str, Outcome],
    findings: Sequence[Finding],
    cores: Cores,
    *,
    scale: Scale,
    seconds: float,
) -> dict[str, Any]:
    """Everything in one value for JSON: pages and plots are made of it alone."""
    return {
        "machine": describe(),
        "cores": {
            "servers": sorted(cores.servers),
            "callers": sorted(cores.callers),
            "apart": cores.apart,
        },
        "versions": {name: version(name) for name in _PACKAGES} | {"schema": schema.newest()},
        "commit": commit(),
        "quick": scale.many < FULL.many,
        "rounds": scale.rounds,
        "seconds": round(seconds),
        "bars": [_bar(each) for each in findings],
        "cases": {
            name: {"note": each.note, "rounds": each.rounds, "figures": each.figures}
            for name, each in outcomes.items()
        },
    }


def _bar(finding: Finding) -> dict[str, Any]:
    bar = finding.bar
    return {
        "name": bar.name,
        "what": bar.what,
        "case": bar.case,
        "sense": bar.sense,
        "bound": bar.bound,
        "unit": bar.unit,
        "median": finding.median,
        "low": finding.low,
        "high": finding.high,
        "state": finding.state,
    }


def shown(bar: Bar, value: float | None) -> str:
    """A figure of a bar, for people."""
    if value is None:
        return "-"
    if not bar.unit:
        return f"{value:.2f}"
    return f"{value:,.2f}{bar.unit}" if abs(value) < 10 else f"{value:,.0f}{bar.unit}"


def show(
    console: Console, findings: Sequence[Finding], outcomes: Mapping[str, Outcome], *, quick: bool
) -> None:
    """Print the bars, and the rates behind them."""
    title = (
        "bars (quick: fewer cases and rounds, and smaller data, as told below)" if quick else "bars"
    )
    table = Table(title=title, title_justify="left")
    for column in ("bar", "bound", "measured", "spread", "state"):
        table.add_column(column, justify="left" if column in ("bar", "state") else "right")
    for each in findings:
        bar = each.bar
        table.add_row(
            f"{bar.name}",
            f"{bar.sense} {shown(bar, bar.bound)}",
            shown(bar, each.median),
            f"{shown(bar, each.low)} to {shown(bar, each.high)}",
            f"[{_COLORS[each.state]}]{each.state}[/]",
        )
    console.print(table)
    details = Table(title="medians", title_justify="left")
    for column in ("case", "measure", "side", "median"):
        details.add_column(column, justify="right" if column == "median" else "left")
    for name, outcome in outcomes.items():
        for measure, sides in outcome.rounds.items():
            for side, values in sides.items():
                median = sorted(values)[len(values) // 2]
                details.add_row(name, measure, side, f"{median:,.2f}")
    console.print(details)
    for name, outcome in outcomes.items():
        if outcome.note:
            console.print(f"{name}: {outcome.note}", highlight=False)


def main() -> int:
    """Measure, print and write the report; returns what the process ends with."""
    parser = argparse.ArgumentParser(prog="benchmarks.service", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller data and fewer rounds")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="cases so named")
    parser.add_argument("--rounds", type=int, help="turns of each side")
    parser.add_argument(
        "--profile", action="store_true", help="write build/profiles/CASE.txt and .svg"
    )
    parser.add_argument("--raw-json", action="store_true", help="properties as raw JSON")
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the JSON goes")
    options = parser.parse_args()
    console = Console(width=None if Console().is_terminal else 140)
    if options.list:
        for case in CASES:
            console.print(case.name, highlight=False)
        return 0
    cases = chosen(options.only, quick=options.quick)
    if not cases:
        parser.error(f"no case is named so: {', '.join(case.name for case in CASES)}")
    scale = QUICK if options.quick else FULL
    if options.rounds:
        scale = replace(scale, rounds=options.rounds)
    try:
        require_memory(_MEMORY_BYTES)
    except NoRoomError as error:
        parser.error(str(error))
    cores = split()
    began = time.monotonic()
    outcomes = run(cases, scale, cores, profile=options.profile, raw_json=options.raw_json)
    names = {case.name for case in cases}
    findings = [judge(bar, outcomes[bar.case].rounds) for bar in BARS if bar.case in names]
    seconds = time.monotonic() - began
    made = report(outcomes, findings, cores, scale=scale, seconds=seconds)
    made["raw_json"] = options.raw_json
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(made, indent=2) + "\n")
    show(console, findings, outcomes, quick=options.quick)
    console.print(f"{seconds:.0f} s; written to {options.report}", highlight=False)
    return int(any(each.failed for each in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
