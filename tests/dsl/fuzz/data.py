"""Data for rules: JSON-like, mostly of the shape that the rules expect, sometimes not."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final

from attribution_dsl import RootKind, Timestamp

ROOTS: Final[Mapping[str, RootKind]] = {
    "event": RootKind.PROPERTIES,
    "trigger": RootKind.PROPERTIES,
    "person": RootKind.PROPERTIES,
    "now": RootKind.TIMESTAMP,
    "segments": RootKind.STRINGS,
}
FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "b": ("flag", "vip"),
    "i": ("count", "year", "qty"),
    "d": ("price", "ratio", "total"),
    "s": ("name", "code", "text", "content-type"),
    "n": ("nil",),
    "li": ("nums",),
    "ls": ("tags",),
    "ld": ("prices",),
    "lb": ("answers",),
    "la": ("mixed",),
    "mi": ("attrs",),
    "ms": ("labels",),
    "md": ("scores",),
}
"""The fields of every root of properties, by the type that they mostly have."""
STRINGS: Final = (
    *("", "a", "b", "ab", "abc", "b", "a,b,c", "Hello, World", "  pad \t", "10", "-3", "1.5"),
    *(
        "true",
        "A-B_C",
        "ÿ",
        "Straße",
        "日本語",
        "😀x",
        "e\u0301",
        "%s",
        "aaaa",
        "line\nbreak",
        '"q"',
    ),
)
INTS: Final = (0, 1, 1, 2, 3, 4, 5, 7, 10, 42, 100, -1, -2, -7, 2024)
LARGE: Final = (2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), -(2**53) - 1)
DOUBLES: Final = (0.0, 1.0, 2.0, 1.5, 2.5, -2.5, 0.1, 3.14159, 100.0, 1e3, -0.0, 99.99)
STRANGE: Final = (2.0**53, 1e19, -1e19, 1e308, 5e-324, float("inf"), -float("inf"), float("nan"))
KEYS: Final = ("a", "b", "c", "ab", "ÿ", "content-type", "10")
ODD_MOMENTS: Final = (
    *("2024-01-01", "2024-01-01T00:00:00", "2024-01-01t00:00:00z", "2024-02-30T00:00:00Z"),
    *("2024-12-31T23:59:60Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00+24:00", "", "now"),
    *("2024-01-01T00:00:00.1234567891Z", "10000-01-01T00:00:00Z", "0000-12-31T23:59:59Z"),
    *(
        "2024-01-01T00:00:00.Z",
        "0001-01-01T00:00:00+01:00",
    ),
    *("2024-01-01 00:00:00Z", "2024-01-01T00:00Z"),
)
MOMENTS: Final = (
    *("1970-01-01T00:00:00Z", "2024-02-29T12:30:45Z", "2024-12-31T23:59:59.999999999Z"),
    *("2023-03-26T01:30:00Z", "1969-12-31T23:59:59.5Z", "2000-01-01T00:00:00+05:30"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-10-27T00:30:00-03:00"),
)
SPANS: Final = ("0s", "1h", "90m", "1.5s", "-2h", "1ms", "36h30m", "-0.000000001s", "100us")
ODD_SPANS: Final = (
    *(
        "2562047h47m16.854775807s",
        "1d",
        "1h2",
        "",
        "s",
        "1",
    ),
    *("0", "-0", "+1h", "1.h", ".5s", "1h-1m", "1H", " 1s", "1s ", "0.0000000001s", "--1s"),
    *(
        "1m1h",
        "1.5h1.5m",
        "9223372036854775807ns",
        "1e3s",
        "1ns1us1ms1s1m1h",
        "0.000000001s",
        "-.5h",
    ),
)
ZONES: Final = (
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"),
    *("+01:00", "-02:30", "05:45", "-00:30", "Not/AZone"),
)
ODD_ZONES: Final = ("", "Z", "utc", "GMT+1", "+1:00", "+0100", "-14:00", "EST")
PATTERNS: Final = (
    *("^a", "[a-z]+", "b$", "^(a|b)*c?$", r"\d+", "é|ÿ", "(?i)HELLO", "^$", r"\.", "a{2,3}"),
    *(r"\bWorld\b", r"\p{Lu}", "日.", "^.$", "("),
)
ODD_PATTERNS: Final = (
    *("", "[", "a{1,0}", "(?P<n>a)", "(?=a)", r"\1", "*", "a**", "(?s).", r"\Z", "a{1001}"),
)
FORMATS: Final = ("%s", "<%s>", "%s%%", "ÿ %s", "%s %s", "%d", "none")
ODD_FORMATS: Final = ("%", "%q", "%.s", "%.3d", "%5s", "%%s", "%S", "%x", "%X", "%o", "%b", "%.3e")
DIGITS: Final = ("0", "10", "-3", "007", "9223372036854775807", "9223372036854775808", "a", " 1")
ODD_DIGITS: Final = (
    *("+1", "", "1_000", "1.0", "0x10", "-", "-0", "\u0661", "1e3", "-9223372036854775808"),
)
NUMERALS: Final = ("0", "1.5", "-3e2", "1e400", "nan", "Infinity", "-inf", ".5", "1,5", "")
ODD_NUMERALS: Final = (*("1.", "+1", "1_0", " 1", "-0", "1e", "NaN", "-nan", "infinity", "1e-400"),)
BOOLISH: Final = ("true", "false", "True", "FALSE", "1", "t", "f", "yes", "0")
ODD_BOOLISH: Final = ("T", "TRUE", "tRUE", "", " true", "F", "no", "on")
TEXTS: Final[Mapping[str, tuple[Sequence[str], Sequence[str]]]] = {
    "moment": (MOMENTS, ODD_MOMENTS),
    "span": (SPANS, ODD_SPANS),
    "zone": (ZONES, ODD_ZONES),
    "pattern": (PATTERNS, ODD_PATTERNS),
    "format": (FORMATS, ODD_FORMATS),
    "digits": (DIGITS, ODD_DIGITS),
    "numeral": (NUMERALS, ODD_NUMERALS),
    "boolish": (BOOLISH, ODD_BOOLISH),
}
"""Texts that functions take, and texts that most of them should refuse; also fields with these."""
_SCALARS: Final = "bidsn"
_MISSING: Final = 0.03
_MISSHAPEN: Final = 0.03
_ODD: Final = 0.15


def data_set(seed: int, number: int) -> dict[str, object]:
    """Make one set of data; the same for the same numbers."""
    random = Random(f"data {seed} {number}")
    roots: dict[str, object] = {
        name: _properties(random) for name, kind in ROOTS.items() if kind is RootKind.PROPERTIES
    }
    roots["now"] = Timestamp(random.randrange(10**9, 2 * 10**9) * 10**9 + random.randrange(10**9))
    roots["segments"] = [random.choice(STRINGS) for _ in range(random.randrange(4))]
    return roots


def value(random: Random, kind: str) -> object:
    """Make a value of a type."""
    return _MAKERS[kind[0]](random, kind[1:])


def _properties(random: Random) -> dict[str, object]:
    made: dict[str, object] = {}
    for kind, names in FIELDS.items():
        for name in names:
            if random.random() >= _MISSING:
                made[name] = value(random, _perhaps_wrong(random, kind))
    for name, (usual, odd) in TEXTS.items():
        made[name] = random.choice(odd if random.random() < _ODD else usual)
    made["address"] = {"city": random.choice(STRINGS), "geo": {"lat": random.choice(DOUBLES)}}
    made["items"] = [_item(random) for _ in range(random.randrange(4))]
    return made


def _item(random: Random) -> dict[str, object]:
    item = {"sku": value(random, "s"), "price": value(random, "d"), "qty": value(random, "i")}
    if random.random() < _MISSING:
        del item["price"]
    return item


def _perhaps_wrong(random: Random, kind: str) -> str:
    if random.random() >= _MISSHAPEN:
        return kind
    return random.choice(_SCALARS)


def _int(random: Random, _: str) -> object:
    return random.choice(LARGE if random.random() < 0.06 else INTS)


def _double(random: Random, _: str) -> object:
    return random.choice(STRANGE if random.random() < 0.08 else DOUBLES)


def _list(random: Random, kind: str) -> object:
    return [value(random, kind) for _ in range(random.randrange(5))]


def _map(random: Random, kind: str) -> object:
    return {key: value(random, kind) for key in random.sample(KEYS, random.randrange(5))}


_MAKERS: Final[dict[str, Callable[[Random, str], object]]] = {
    "b": lambda random, _: random.random() < 0.5,
    "i": _int,
    "d": _double,
    "s": lambda random, _: random.choice(STRINGS),
    "n": lambda _random, _: None,
    "a": lambda random, _: value(random, random.choice(_SCALARS)),
    "l": _list,
    "m": _map,
}
