"""A run's figures, for people and as a plot."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.service.plots import Axis, Chart, Line, Point, even_ticks, pair
from benchmarks.soak.verdict import MIB, Finding, Sample, State

_POINTS: Final = 120
_COLORS: Final = {State.FLAT: "green", State.GROWS: "red", State.GROWS_REPORTED: "yellow"}


def show(console: Console, findings: Sequence[Finding]) -> None:
    """Print a row for each measure."""
    table = Table(title="over the second half of the run", title_justify="left")
    for column in ("measure", "at first", "median", "highest", "grew by", "allowed", "state"):
        table.add_column(column, justify="left" if column in ("measure", "state") else "right")
    for each in findings:
        unit = f" {each.measure.unit}" if each.measure.unit else ""
        table.add_row(
            each.measure.name,
            *(f"{value:,.1f}{unit}" for value in (each.first, each.median, each.highest)),
            f"{each.growth:+,.1f}{unit}",
            f"{each.allowed:,.1f}{unit}",
            f"[{_COLORS[each.state]}]{each.state}[/]",
        )
    console.print(table)


def plot(samples: Sequence[Sample]) -> str:
    """Memory, and the time that calls took, over the minutes of the run, as SVG."""
    few = samples[:: -(-len(samples) // _POINTS)]
    minutes = Axis("minutes", even_ticks(few[-1].at_seconds / 60))
    memory = [Point(each.at_seconds / 60, each.resident_bytes / MIB) for each in few]
    log = [Point(each.at_seconds / 60, each.wal_bytes / MIB) for each in few]
    middle = [Point(each.at_seconds / 60, each.p50_ms) for each in few]
    slow = [Point(each.at_seconds / 60, each.p99_ms) for each in few]
    return pair(
        _chart("Memory", minutes, "MiB", [Line("server", "a", memory), Line("log", "c", log)]),
        _chart("Latency", minutes, "ms", [Line("p50", "a", middle), Line("p99", "b", slow)]),
        "Memory of the server and latency of calls over the run",
    )


def _chart(title: str, across: Axis, unit: str, lines: Sequence[Line]) -> Chart:
    highest = max(point.y for line in lines for point in line.points)
    return Chart(title, across, Axis(unit, even_ticks(highest)), lines)
