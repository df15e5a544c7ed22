"""The plots of docs/performance.md, drawn as SVG from build/bench.json.

No library: a plot here is some lines, dots and words. It has a ground of its own, light or dark as
its reader's system is, so that it can be read on any page.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from benchmarks.service.bars import middle

_WIDTH: Final = 880
_HEIGHT: Final = 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 96, 64, 56
_STYLE: Final = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #424a53; }
  .title { font-size: 14px; font-weight: 600; fill: #1f2328; }
  .ground { fill: #ffffff; } .edge { fill: none; stroke: #d1d9e0; }
  .grid { stroke: #e6eaef; } .axis { stroke: #8c959f; } .bound { stroke: #1f2328; }
  .a { --color: #0b62d6; } .b { --color: #b45309; } .c { --color: #6e7781; }
  @media (prefers-color-scheme: dark) {
    text { fill: #b1bac4; } .title { fill: #f0f6fc; }
    .ground { fill: #0d1117; } .edge { stroke: #3d444d; }
    .grid { stroke: #21262d; } .axis { stroke: #6e7681; } .bound { stroke: #f0f6fc; }
    .a { --color: #58a6ff; } .b { --color: #f0a04b; } .c { --color: #9198a1; }
  }
  .line { fill: none; stroke: var(--color); stroke-width: 2; stroke-linejoin: round; }
  .dot { fill: var(--color); }
  .range { stroke: var(--color); stroke-width: 6; opacity: 0.35; }
  .bound { stroke-width: 2; } text.name { fill: var(--color); font-weight: 600; }
  .end { text-anchor: end; } .middle { text-anchor: middle; }
"""

Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on a line: where, how much, and between which values the rounds were."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Some points in order; `color` is one of the classes a, b and c."""

    name: str
    color: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale with its words; `ticks` are the values that are named, from the least on."""

    title: str
    ticks: Sequence[float]
    logarithmic: bool = False

    def scale(self, start: float, end: float) -> Scale:
        """From values to places between these two."""
        low, high = self._of(self.ticks[0]), self._of(self.ticks[-1])
        return lambda value: start + (self._of(value) - low) / (high - low) * (end - start)

    def _of(self, value: float) -> float:
        return math.log10(max(value, self.ticks[0])) if self.logarithmic else value


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: lines over two axes."""

    title: str
    across: Axis
    up: Axis
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A row of a chart of ratios: what was found, from where to where, and what is allowed."""

    name: str
    found: float
    low: float
    high: float
    bound: float


@dataclass(slots=True)
class _Drawing:
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'
        )

    def words(self, x: float, y: float, text: str, kind: str = "") -> None:
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(text)}</text>')


def short(value: float) -> str:
    """A number in few characters: 10k, 1M, 0.5."""
    for factor, unit in ((1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g}{unit}"
    return f"{value:.3g}"


def even_ticks(highest: float, steps: int = 4) -> list[float]:
    """Round values from 0 to at least the highest, about so many."""
    raw = max(highest, 1e-9) / steps
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= raw)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]


def decades(low: float, high: float) -> list[float]:
    """The powers of ten from at most the lowest to at least the highest."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _chart(drawing: _Drawing, chart: Chart, left: float, right: float) -> None:
    top, bottom = _TOP, _HEIGHT - _BOTTOM
    across, up = chart.across.scale(left, right), chart.up.scale(bottom, top)
    drawing.words(left - 44, 30, chart.title, "title")
    drawing.words(left - 44, 50, chart.up.title)
    for tick in chart.up.ticks:
        drawing.line(left, up(tick), right, up(tick), "grid")
        drawing.words(left - 8, up(tick) + 4, short(tick), "end")
    drawing.line(left, bottom, right, bottom, "axis")
    for tick in chart.across.ticks:
        drawing.line(across(tick), bottom, across(tick), bottom + 4, "axis")
        drawing.words(across(tick), bottom + 18, short(tick), "middle")
    drawing.words((left + right) / 2, bottom + 40, chart.across.title, "middle")
    for line in chart.lines:
        places = " ".join(f"{across(each.x):.1f},{up(each.y):.1f}" for each in line.points)
        drawing.parts.append(f'<g class="{line.color}"><polyline points="{places}" class="line"/>')
        for each in line.points:
            if each.low is not None and each.high is not None:
                drawing.line(across(each.x), up(each.low), across(each.x), up(each.high), "range")
            drawing.parts.append(
                f'<circle cx="{across(each.x):.1f}" cy="{up(each.y):.1f}" r="3.5" class="dot"/>'
            )
        drawing.parts.append("</g>")
    ends = [(up(line.points[-1].y), line) for line in chart.lines]
    for place, line in _apart(ends):
        drawing.parts.append(f'<g class="{line.color}">')
        drawing.words(right + 10, place + 4, line.name, "name")
        drawing.parts.append("</g>")


def _apart(ends: Iterable[tuple[float, Line]], least: float = 16) -> list[tuple[float, Line]]:
    """Names beside the ends of their lines, so far apart that they can be read."""
    placed: list[tuple[float, Line]] = []
    for place, line in sorted(ends, key=lambda each: each[0]):
        free = placed[-1][0] + least if placed else place
        placed.append((max(place, free), line))
    return placed


def _ratios(
    drawing: _Drawing, title: str, rows: Sequence[Ratio], left: float, right: float
) -> None:
    drawing.words(left, 30, title, "title")
    drawing.words(left, 50, "times the cost of the small one; the mark is what is allowed")
    highest = max(max(row.high, row.bound) for row in rows)
    axis = Axis("", [0.6, *decades(1, highest)], logarithmic=True)
    place = axis.scale(left, right - 24)
    bottom = _HEIGHT - _BOTTOM
    for tick in axis.ticks[1:]:
        drawing.line(place(tick), _TOP + 8, place(tick), bottom, "grid")
        drawing.words(place(tick), bottom + 18, f"{tick:,.0f}x", "middle")
    step = (bottom - _TOP - 16) / len(rows)
    for number, row in enumerate(rows):
        level = _TOP + 20 + step * (number + 0.5)
        drawing.words(left, level - 12, row.name)
        found = place(row.found)
        drawing.parts.append(f'<g class="{"a" if row.found <= row.bound else "b"}">')
        drawing.line(place(1), level, found, level, "line")
        drawing.line(place(row.low), level, place(row.high), level, "range")
        drawing.parts.append(f'<circle cx="{found:.1f}" cy="{level:.1f}" r="5" class="dot"/>')
        told = f"{row.found:.2f}x" if row.found < 10 else f"{row.found:.0f}x"
        drawing.words(max(place(row.high), place(row.bound)) + 10, level + 4, told, "name")
        drawing.parts.append("</g>")
        drawing.line(place(row.bound), level - 9, place(row.bound), level + 9, "bound")


def _svg(drawing: _Drawing, described: str) -> str:
    body = "\n".join(drawing.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img">\n'
        f"<title>{escape(described)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" class="ground"/>\n'
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="8" class="edge"/>\n'
        f"{body}\n</svg>\n"
    )


def pair(left: Chart, right: Chart, described: str) -> str:
    """Two charts side by side."""
    half = _WIDTH / 2
    drawing = _Drawing()
    _chart(drawing, left, _LEFT, half - _RIGHT)
    _chart(drawing, right, half + _LEFT, _WIDTH - _RIGHT)
    return _svg(drawing, described)


_SIDES: Final = (
    ("echo", "echo", "c"),
    ("unwatched", "unwatched", "a"),
    ("watched", "watched", "b"),
)


def load(report: Mapping[str, Any]) -> str:
    """Throughput and latency over the calls at a time."""
    points = report["cases"]["curve"]["figures"]["points"]
    rates = _lines(points, "calls_per_second")
    late = _lines(points, "p99_ms")
    calls = sorted({each.x for line in rates for each in line.points})
    across = Axis("calls at a time", calls, logarithmic=True)
    most = max(each.y for line in rates for each in line.points)
    everything = [each.y for line in late for each in line.points]
    up = Axis("calls a second", even_ticks(most))
    slow = Axis("99th percentile, ms", decades(min(everything), max(everything)), logarithmic=True)
    return pair(
        Chart("Throughput", across, up, rates),
        Chart("Latency", across, slow, late),
        "Throughput and latency over the number of calls at a time",
    )


def _lines(points: Sequence[Mapping[str, Any]], measure: str) -> list[Line]:
    lines = []
    for side, name, color in _SIDES:
        found: dict[float, list[float]] = {}
        for each in points:
            if each["side"] == side:
                found.setdefault(each["concurrency"], []).append(each[measure])
        placed = [Point(x, middle(values)) for x, values in sorted(found.items())]
        lines.append(Line(name, color, placed))
    return lines


def growth(report: Mapping[str, Any]) -> str:
    """The cost of a watched event over the data that is stored."""
    case = report["cases"]["growth-deliveries"]
    half = _WIDTH / 2
    points = sorted(
        (
            Point(case["figures"]["stored"][name], middle(values), min(values), max(values))
            for name, values in case["rounds"]["us_per_event"].items()
        ),
        key=lambda each: each.x,
    )
    drawing = _Drawing()
    highest = max(each.high or each.y for each in points)
    chart = Chart(
        "Cost of a watched event",
        Axis("stored deliveries", [each.x for each in points], logarithmic=True),
        Axis("microseconds, in batches of 500", even_ticks(highest)),
        [Line("", "a", points)],
    )
    _chart(drawing, chart, _LEFT, half - _RIGHT / 2)
    rows = [
        Ratio(
            report["cases"][bar["case"]]["note"].partition(";")[0],
            bar["median"],
            bar["low"],
            bar["high"],
            bar["bound"],
        )
        for bar in report["bars"]
        if bar["name"].startswith("growth: ") and bar["median"] is not None
    ]
    _ratios(drawing, "Growth", rows, half + 24, _WIDTH - 24)
    return _svg(drawing, "The cost of a watched event over the data that is stored")
