"""CEL's extension for strings, except `format`."""

import time
from typing import Any

import pytest
from attribution_dsl import UNSAFE_INTEGER, ErrorKind, ErrorValue, ResultType, compile_rule
from attribution_dsl.functions import FUNCTIONS, METHODS

HALF = "a\ud800b"
HUGE = 10**5_000
EVENT: dict[str, Any] = {
    "half": HALF,
    "huge": HUGE,
    "long": "a" * 600_000,
    "longer": "a" * 1_200_000,
    "tabs": "\t" * 600_000,
    "items": ["a"] * 70_000,
    "letters": "a" * 65_536,
    "more": "a" * 65_537,
    "commas": "," * 65_536,
    "texts": ["a" * 300_000] * 4,
    "unsafe": ["a", UNSAFE_INTEGER],
    "text": "a,b",
    "number": 1,
}


def value(source: str) -> object:
    rule = compile_rule(source, roots=["event"], result=ResultType.ANY)
    result = rule.evaluate({"event": EVENT})
    assert repr(rule.interpret({"event": EVENT})) == repr(result)
    return result


VALUES: list[tuple[str, object]] = [
    ("'añ😀'.charAt(0)", "a"),
    ("'añ😀'.charAt(2)", "😀"),
    ("'añ😀'.charAt(3)", ""),
    ("''.charAt(0)", ""),
    ("event.half.charAt(1)", "\ud800"),
    ("'banana'.indexOf('an')", 1),
    ("'banana'.indexOf('an', 1)", 1),
    ("'banana'.indexOf('an', 2)", 3),
    ("'banana'.indexOf('nab')", -1),
    ("'banana'.indexOf('a', 6)", -1),
    ("'banana'.indexOf('', 6)", 6),
    ("'😀é😀é'.indexOf('é', 2)", 3),
    ("''.indexOf('')", 0),
    ("event.half.indexOf('b')", 2),
    ("'banana'.lastIndexOf('an')", 3),
    ("'banana'.lastIndexOf('an', 3)", 3),
    ("'banana'.lastIndexOf('an', 2)", 1),
    ("'banana'.lastIndexOf('an', 0)", -1),
    ("'banana'.lastIndexOf('b', 0)", 0),
    ("'banana'.lastIndexOf('a', 6)", 5),
    ("'banana'.lastIndexOf('bananas')", -1),
    ("'banana'.lastIndexOf('', 0)", 0),
    ("'banana'.lastIndexOf('', 6)", 6),
    ("'aXbX'.lastIndexOf('X', 2)", 1),
    ("'😀é😀é'.lastIndexOf('😀é')", 2),
    ("''.lastIndexOf('')", 0),
    ("''.lastIndexOf('a', 0)", -1),
    ("event.half.lastIndexOf('a')", 0),
    ("['a', '', 'ñ'].join()", "añ"),
    ("['a', '', 'ñ'].join(', ')", "a, , ñ"),
    ("['a'].join(', ')", "a"),
    ("[event.half, 'c'].join()", HALF + "c"),
    ("'ABC xyz ÄÉ 123 [@`{'.lowerAscii()", "abc xyz ÄÉ 123 [@`{"),
    ("'ABC xyz [@`{'.lowerAscii()", "abc xyz [@`{"),
    ("'ABC xyz äéß 123 [@`{'.upperAscii()", "ABC XYZ äéß 123 [@`{"),
    ("'ABC xyz [@`{'.upperAscii()", "ABC XYZ [@`{"),
    ("event.half.upperAscii()", "A\ud800B"),
    ("'aaa'.replace('a', 'bb')", "bbbbbb"),
    ("'aaa'.replace('aa', 'b')", "ba"),
    ("'abc'.replace('b', '')", "ac"),
    ("'abc'.replace('', '-')", "-a-b-c-"),
    ("''.replace('', '-')", "-"),
    ("'abc'.replace('', '-', 2)", "-a-bc"),
    ("'aaa'.replace('a', 'b', 0)", "aaa"),
    ("'aaa'.replace('a', 'b', 2)", "bba"),
    ("'aaa'.replace('a', 'b', 9)", "bbb"),
    ("'aaa'.replace('a', 'b', -7)", "bbb"),
    ("'aaa'.replace('a', 'b', event.huge)", "bbb"),
    ("event.half.replace('b', 'c')", "a\ud800c"),
    ("'añ😀'.reverse()", "😀ña"),
    ("''.reverse()", ""),
    ("'a,b,'.split(',')", ["a", "b", ""]),
    ("''.split(',')", [""]),
    ("'a--b-c'.split('--')", ["a", "b-c"]),
    ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
    ("'a,b,c'.split(',', 1)", ["a,b,c"]),
    ("'a,b,c'.split(',', 0)", []),
    ("'a,b,c'.split(',', 9)", ["a", "b", "c"]),
    ("'a,b,c'.split(',', -7)", ["a", "b", "c"]),
    ("'a,b'.split(',', event.huge)", ["a", "b"]),
    ("'añ😀'.split('')", ["a", "ñ", "😀"]),
    ("'añ😀'.split('', 2)", ["a", "ñ😀"]),
    ("'añ😀'.split('', 1)", ["añ😀"]),
    ("'añ😀'.split('', 0)", []),
    ("''.split('')", []),
    ("event.half.split('b')", ["a\ud800", ""]),
    ("'añ😀b'.substring(1)", "ñ😀b"),
    ("'añ😀b'.substring(4)", ""),
    ("'añ😀b'.substring(1, 3)", "ñ😀"),
    ("'añ😀b'.substring(3, 3)", ""),
    ("'  a b\\t\\u3000'.trim()", "a b"),
    ("'\\u0085\\u00a0\\u2029 '.trim()", ""),
    ("'\\u001c\\u200ba\\u001f'.trim()", "\u001c\u200ba\u001f"),
    ("strings.quote('')", '""'),
    (r"""strings.quote('\a\b\f\n\r\t\v\\"')""", r'"\a\b\f\n\r\t\v\\\""'),
    (r"""strings.quote('\'`?\u0001ñ😀')""", '"\'`?\x01ñ😀"'),
    ("strings.quote(event.half)", '"a\ufffdb"'),
]


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_values(source: str, expected: object) -> None:
    result = value(source)
    assert (type(result), result) == (type(expected), expected)


REFUSALS = [
    ("'abcde'.charAt(7)", "the index 7 is not within a text of 5 characters"),
    ("'a'.charAt(-1)", "the index -1 is not within a text of 1 character"),
    ("'a'.charAt(event.huge)", "the index beyond 64 bits is not within a text of 1 character"),
    ("'ab'.indexOf('a', 3)", "the index 3 is not within a text of 2 characters"),
    ("'ab'.indexOf('', -1)", "the index -1 is not within a text of 2 characters"),
    ("'ab'.lastIndexOf('', 3)", "the index 3 is not within a text of 2 characters"),
    ("'ab'.lastIndexOf('a', -1)", "the index -1 is not within a text of 2 characters"),
    ("'ab'.substring(3)", "the index 3 is not within a text of 2 characters"),
    ("'ab'.substring(-1, 1)", "the index -1 is not within a text of 2 characters"),
    ("'ab'.substring(0, 3)", "the index 3 is not within a text of 2 characters"),
    ("'ab'.substring(2, 1)", "a part of a text cannot start at 2 and end before, at 1"),
]


@pytest.mark.parametrize(("source", "message"), REFUSALS)
def test_places_outside(source: str, message: str) -> None:
    assert value(source) == ErrorValue(ErrorKind.OUT_OF_RANGE, message)


MISFITS = [
    ("event.number.charAt(0)", "`charAt` does not take int and int"),
    ("event.text.charAt(event.text)", "`charAt` does not take string and string"),
    ("event.text.indexOf(event.number)", "`indexOf` does not take string and int"),
    ("event.text.split(',', event.text)", "`split` does not take string and string and string"),
    ("event.text.replace(event.number, 'a')", "`replace` does not take string and int and string"),
    ("event.number.trim()", "`trim` does not take int"),
    ("event.number.lowerAscii()", "`lowerAscii` does not take int"),
    ("strings.quote(event.number)", "`strings.quote` does not take int"),
    ("event.text.join()", "`join` does not take string"),
    ("[event.text, event.number].join()", "`join` takes a list of strings, and its item 1 is int"),
    ("[event.text].join(event.number)", "`join` does not take list and int"),
]


@pytest.mark.parametrize(("source", "message"), MISFITS)
def test_misfits(source: str, message: str) -> None:
    assert value(source) == ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, message)


@pytest.mark.parametrize(
    "source",
    [
        "event.gone.charAt(0)",
        "'a'.indexOf('a', event.gone)",
        "event.text.replace('a', event.gone)",
        "[event.gone].join()",
        "strings.quote(event.gone)",
    ],
)
def test_errors_are_passed_on(source: str) -> None:
    result = value(source)
    assert isinstance(result, ErrorValue)
    assert result.kind is ErrorKind.NO_SUCH_KEY


def test_errors_in_data_are_passed_on() -> None:
    assert value("event.unsafe.join()") is UNSAFE_INTEGER


@pytest.mark.parametrize(
    "source",
    [
        "event.long.replace('a', 'aa')",
        "event.long.replace('', '-')",
        "event.long.replace('a', event.long, 1)",
        "event.longer.replace('b', 'a')",
        "event.texts.join()",
        "event.items.join(event.letters)",
        "strings.quote(event.tabs)",
        "event.more.split('')",
        "event.more.split('', 65537)",
        "event.commas.split(',')",
    ],
)
def test_limits(source: str) -> None:
    result = value(source)
    assert isinstance(result, ErrorValue)
    assert result.kind is ErrorKind.BUDGET_EXCEEDED


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("event.letters.split('').size()", 65_536),
        ("event.more.split('', 65536).size()", 65_536),
        ("event.commas.split(',', 65536).size()", 65_536),
        ("event.long.replace('a', 'aa', 448576).size()", 1_048_576),
        ("event.long.replace('a', '').size()", 0),
        ("event.items.join(',').size()", 139_999),
    ],
)
def test_within_limits(source: str, expected: int) -> None:
    assert value(source) == expected


REPEATED = "a" * 100_000
SLOW_AT_START = "a" * 40_000 + "b" + "a"
SLOW_AT_END = "a" + "b" + "a" * 40_000


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("indexOf", (REPEATED, SLOW_AT_START)),
        ("indexOf", (REPEATED, SLOW_AT_END)),
        ("lastIndexOf", (REPEATED, SLOW_AT_START)),
        ("lastIndexOf", (REPEATED, SLOW_AT_END)),
        ("lastIndexOf", (REPEATED, SLOW_AT_END, 90_000)),
        ("replace", (REPEATED, SLOW_AT_END, "")),
        ("split", (REPEATED, SLOW_AT_START)),
    ],
)
def test_searches_take_linear_time(name: str, arguments: tuple[object, ...]) -> None:
    start = time.process_time()
    METHODS[name].call(*arguments)
    # In proportion to the product of the lengths it takes a second or more.
    assert time.process_time() - start < 0.2


def test_linear_functions_say_so() -> None:
    names = ("indexOf", "join", "lowerAscii", "replace", "reverse", "split", "substring", "trim")
    assert all(METHODS[name].linear for name in names)
    assert FUNCTIONS["strings.quote"].linear
    assert not METHODS["charAt"].linear
