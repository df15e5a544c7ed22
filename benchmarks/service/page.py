"""Puts what was measured last into docs/performance.md, with its plots: from the JSON alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.service import plots
from benchmarks.service.bars import middle

REPORT: Final = Path("build/bench.json")
PAGE: Final = Path("docs/performance.md")
IMAGES: Final = Path("docs/images")
BEGIN: Final = "<!-- measured: begin -->"
END: Final = "<!-- measured: end -->"
_WORDS: Final = {
    "holds": "holds",
    "does not hold": "**does not hold**",
    "within the noise": "within the noise",
    "not measured": "not measured",
}
_SHOWN: Final = (
    ("calls_per_second", "calls/s"),
    ("per_second", "/s"),
    ("p99_ms", "ms at the 99th percentile"),
    ("server_cpu_us_per_call", "us of the server's core a call"),
    ("server_cpu_us_each", "us of the server's core each"),
    ("us_per_event", "us an event"),
)


def section(report: Mapping[str, Any]) -> str:
    """What stands between the two marks of the page."""
    machine, versions = report["machine"], report["versions"]
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"{machine['python']}, load {machine['load'][0]:g}; {told}; "
        f"commit {report['commit'] or 'unknown'}, {report['rounds']} rounds, "
        f"{report['seconds']} s{', quick' if report['quick'] else ''}"
        f"{', properties as raw JSON' if report['raw_json'] else ''}. "
        "Made by `python -m benchmarks.service.page`.",
        _table(["Bar", "Bound", "Measured", "Spread", ""], [_bar(bar) for bar in report["bars"]]),
        "![Throughput and latency over the number of calls at a time](images/load.svg)",
        "![The cost of a watched event over the data that is stored](images/growth.svg)",
        "Medians of the sides that took turns:",
        _table(["Case", "Side", "Medians"], _sides(report["cases"])),
        "\n".join(
            f"- `{name}`: {case['note']}" for name, case in report["cases"].items() if case["note"]
        ),
    ]
    return "\n\n".join(parts)


def _bar(bar: Mapping[str, Any]) -> list[str]:
    unit = bar["unit"]
    spread = "-"
    if bar["low"] is not None:
        spread = f"{_figure(bar['low'], unit)} to {_figure(bar['high'], unit)}"
    return [
        f"{bar['name']}: {bar['what']}",
        f"{bar['sense']} {_figure(bar['bound'], unit)}",
        "-" if bar["median"] is None else _figure(bar["median"], unit),
        spread,
        _WORDS[bar["state"]],
    ]


def _figure(value: float, unit: str) -> str:
    return f"{value:.2f}{unit}" if value < 10 else f"{value:,.0f}{unit}"


def _sides(cases: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for name, case in cases.items():
        sides = list(dict.fromkeys(side for each in case["rounds"].values() for side in each))
        for side in sides:
            found = [
                f"{_figure(middle(case['rounds'][measure][side]), '')} {words}"
                for measure, words in _SHOWN
                if case["rounds"].get(measure, {}).get(side)
            ]
            if found:
                rows.append([f"`{name}`", side, "; ".join(found)])
    return rows


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def replaced(page: str, made: str) -> str:
    """The page with another section between its marks. Raises ValueError if it has no marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def main() -> None:
    """Replace the section of the page, and the plots."""
    report = json.loads(REPORT.read_text())
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "load.svg").write_text(plots.load(report))
    (IMAGES / "growth.svg").write_text(plots.growth(report))
    PAGE.write_text(replaced(PAGE.read_text(), section(report)))


if __name__ == "__main__":
    main()
