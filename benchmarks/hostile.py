"""Data that is meant to do harm: as large, as deep and as odd as it can be."""

from functools import lru_cache
from typing import Any, Final

from attribution_dsl import UNSAFE_INTEGER, Duration, Timestamp

ROOTS: Final = ("event", "trigger", "person", "segments", "now")
ITEMS: Final = 10_000
CHARACTERS: Final = 60_000
NESTING: Final = 100_000


def deep_list(depth: int, bottom: object = 1.0) -> object:
    """Nest lists."""
    made = bottom
    for _ in range(depth):
        made = [made]
    return made


def deep_map(depth: int, bottom: object = 1.0) -> object:
    """Nest maps of the one key `a`."""
    made = bottom
    for _ in range(depth):
        made = {"a": made}
    return made


@lru_cache(1)
def large() -> dict[str, Any]:
    """Make what is large: about a hundred times what an event may hold."""
    numbers = [float(number) for number in range(ITEMS)]
    event = {
        "l": numbers,
        "m": [*numbers[:-1], -1.0],
        "n": [-1.0, *numbers[1:]],
        "w": [f"word-{number}" for number in range(ITEMS)],
        "mixed": [None, True, 1.0, "a", [1.0], {"a": 1.0}] * (ITEMS // 6),
        "lists": [[number] for number in numbers],
        "patterns": [f"(a|b{number}){{1,90}}x" for number in range(ITEMS)],
        "zones": [f"Nowhere/Zone{number}" for number in range(ITEMS)],
        "keys": {f"k{number}": number for number in numbers},
        "keys2": {f"k{number}": number for number in numbers},
        "s": "a" * CHARACTERS,
        "t": "a" * (CHARACTERS - 1) + "b",
        "ab": "ab" * (CHARACTERS // 2),
        "spaces": " " * CHARACTERS,
        "commas": "," * CHARACTERS,
        "digits": "9" * CHARACTERS,
        "percents": "%s" * (CHARACTERS // 2),
        "backslashes": "\\" * CHARACTERS,
        "emoji": "\U0001f600" * CHARACTERS,
        "deep": deep_list(NESTING),
        "deep2": deep_list(NESTING),
        "deeper": deep_list(NESTING, 2.0),
        "maps": deep_map(NESTING),
        "maps2": deep_map(NESTING),
        "course_id": "c1",
    }
    return {**_rest(), "event": event, "segments": event["w"]}


@lru_cache(1)
def odd() -> dict[str, Any]:
    """Make what is odd, and small."""
    event = {
        "s": "a,b c\u00e5\u0301\u202e",
        "empty": "",
        "half": "\ud800",
        "nul": "a\0b",
        "number": 1.5,
        "zero": 0.0,
        "minus_zero": -0.0,
        "nan": float("nan"),
        "inf": float("inf"),
        "minus_inf": float("-inf"),
        "huge": 1.7976931348623157e308,
        "tiny": 5e-324,
        "int": 7,
        "int_max": 2**63 - 1,
        "int_min": -(2**63),
        "beyond": 2**63,
        "int_digits": 10**5000,
        "unsafe": UNSAFE_INTEGER,
        "true": True,
        "null": None,
        "l": [1.0, 2.0, 3.0],
        "odd": [None, float("nan"), "\ud800", [], {}, UNSAFE_INTEGER, 2**64, True],
        "map": {"a": 1.0, "": 2.0, "\ud800": 3.0, "b c": {"d": [1.0]}},
        "none": [],
        "no_keys": {},
        "tags": ["new", "paid"],
        "total": 12.5,
        "course_id": "c1",
        "earliest": Timestamp(-62_135_596_800 * 10**9),
        "latest": Timestamp(253_402_300_800 * 10**9 - 1),
        "longest": Duration(2**63 - 1),
        "shortest": Duration(-(2**63)),
        "zone": "America",
        "path": "../../etc/passwd",
        "pattern": "(",
        "time": "2024-02-29T23:59:60Z",
        "duration": "1h-1m",
    }
    return {**_rest(), "event": event}


def _rest() -> dict[str, Any]:
    return {
        "trigger": {"course_id": "c1"},
        "person": {"name": "\u00c5sa", "plan": "pro"},
        "segments": ["vip"],
        "now": Timestamp.from_micros(1_700_000_000_000_000),
    }
