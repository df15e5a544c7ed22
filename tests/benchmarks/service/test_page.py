"""The page and the plots, made from the JSON alone."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from benchmarks.service import plots
from benchmarks.service.page import BEGIN, END, replaced, section
from benchmarks.service.plots import decades, even_ticks, short


def report(state: str = "holds") -> dict[str, Any]:
    points = [
        {
            "side": side,
            "concurrency": calls,
            "calls_per_second": 100.0 * calls,
            "p50_ms": 1.0,
            "p99_ms": 2.0 * calls,
        }
        for side in ("echo", "unwatched", "watched")
        for calls in (1, 16, 64)
    ]
    growth = {"small": [100.0, 110.0, 90.0], "large": [120.0, 130.0, 125.0]}
    return {
        "machine": {
            "processor": "P",
            "cores": 2,
            "system": "S",
            "python": "Y",
            "load": [0.5, 0.0, 0.0],
        },
        "versions": {"grpcio": "1.0"},
        "commit": "abc",
        "quick": False,
        "raw_json": False,
        "rounds": 3,
        "seconds": 9,
        "bars": [
            {
                "name": "growth: stored deliveries",
                "what": "cost <of> an event",
                "case": "growth-deliveries",
                "sense": "at most",
                "bound": 1.3,
                "unit": "",
                "median": 1.2,
                "low": 1.1,
                "high": 1.4,
                "state": state,
            },
            {
                "name": "memory",
                "what": "resident",
                "case": "memory",
                "sense": "at most",
                "bound": 200.0,
                "unit": " MB",
                "median": None,
                "low": None,
                "high": None,
                "state": "not measured",
            },
        ],
        "cases": {
            "growth-deliveries": {
                "note": "many beside few",
                "rounds": {"us_per_event": growth},
                "figures": {"stored": {"small": 10_000, "large": 1_000_000}},
            },
            "curve": {"note": "", "rounds": {}, "figures": {"points": points}},
        },
    }


def test_the_section_tells_bars_sides_and_machine() -> None:
    made = section(report())
    assert "| growth: stored deliveries: cost <of> an event | at most 1.30 | 1.20 |" in made
    assert "| 1.10 to 1.40 | holds |" in made
    assert "| at most 200 MB | - | - | not measured |" in made
    assert "| `growth-deliveries` | large | 125 us an event |" in made
    assert "P, 2 cores, S, Y, load 0.5; grpcio 1.0; commit abc, 3 rounds, 9 s." in made
    assert "- `growth-deliveries`: many beside few" in made


def test_what_does_not_hold_is_seen() -> None:
    assert "| **does not hold** |" in section(report("does not hold"))


def test_only_what_is_between_the_marks_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replaced(page, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


@pytest.mark.parametrize("page", ["", BEGIN, END])
def test_a_page_without_marks_is_a_fault(page: str) -> None:
    with pytest.raises(ValueError, match="has no"):
        replaced(page, "new")


def words(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    return [each.text or "" for each in root.iter() if "text" in each.tag]


def test_the_plot_of_load_names_its_lines_and_axes() -> None:
    told = words(plots.load(report()))
    assert {"Throughput", "Latency", "calls at a time", "echo", "watched", "64"} <= set(told)


def test_the_plot_of_growth_tells_sizes_and_ratios() -> None:
    told = words(plots.growth(report()))
    assert {"10k", "1M", "1.20x", "many beside few", "1x", "10x"} <= set(told)


def test_the_plots_suit_light_and_dark() -> None:
    for made in (plots.load(report()), plots.growth(report())):
        assert "prefers-color-scheme: dark" in made
        assert 'class="ground"' in made


@pytest.mark.parametrize(
    ("value", "text"), [(1_000_000, "1M"), (2_500, "2.5k"), (10, "10"), (0.5, "0.5"), (0, "0")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text


def test_ticks_reach_over_what_is_shown() -> None:
    assert even_ticks(7_000) == [0, 2_000, 4_000, 6_000, 8_000]
    assert even_ticks(0.9) == [0, 0.25, 0.5, 0.75, 1.0]
    assert decades(3, 250) == [1, 10, 100, 1_000]
    assert decades(10, 10) == [10, 100]
