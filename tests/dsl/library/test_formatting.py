"""The method `format`."""

import math
from typing import Any

import pytest
from attribution_dsl import (
    UNSAFE_INTEGER,
    Duration,
    ErrorKind,
    ErrorValue,
    ResultType,
    Timestamp,
    compile_rule,
)
from attribution_dsl.functions import METHODS

SECOND = 1_000_000_000


def value(source: str, **event: Any) -> object:
    rule = compile_rule(source, roots=["event"], result=ResultType.ANY)
    result = rule.evaluate({"event": event})
    assert repr(rule.interpret({"event": event})) == repr(result)
    return result


def formatted(template: str, *values: object) -> object:
    return METHODS["format"].call(template, list(values))


TEMPLATES: list[tuple[str, list[object], str]] = [
    ("", [], ""),
    ("ñ😀", [], "ñ😀"),
    ("%%", [], "%"),
    ("%%%%s", [], "%%s"),
    ("100%% of %s: %d", ["a", 2], "100% of a: 2"),
    ("%s%s", ["a\ud800", "%s"], "a\ud800%s"),
    ("a\n%s\n", [1], "a\n1\n"),
    ("none", ["left", "over"], "none"),
    ("%.2s|%.9d", ["abc", 5], "abc|5"),
]


@pytest.mark.parametrize(("template", "values", "expected"), TEMPLATES)
def test_templates(template: str, values: list[object], expected: str) -> None:
    assert formatted(template, *values) == expected


CLAUSES: list[tuple[str, object, str]] = [
    ("%d", -(2**63), "-9223372036854775808"),
    ("%d", 2.0, "2"),
    ("%d", 0.1, "0.1"),
    ("%d", -math.inf, "-Infinity"),
    ("%f", 1, "1.000000"),
    ("%f", 2**53 + 1, "9007199254740992.000000"),
    ("%f", -0.0, "-0.000000"),
    ("%f", math.nan, "NaN"),
    ("%.0f", 0.5, "0"),
    ("%.1f", 0.25, "0.2"),
    ("%.1f", 0.35, "0.3"),
    ("%.00002f", 1.5, "1.50"),
    ("%.1000f", 1.5, "1.5" + "0" * 999),
    ("%e", 0.0, "0.000000e+00"),
    ("%e", 7, "7.000000e+00"),
    ("%.0e", 15.0, "2e+01"),
    ("%.2e", 1e-300, "1.00e-300"),
    ("%e", math.inf, "Infinity"),
    ("%b", 10, "1010"),
    ("%b", -5, "-101"),
    ("%b", -(2**63), "-1" + "0" * 63),
    ("%b", False, "0"),
    ("%o", -8, "-10"),
    ("%o", 64, "100"),
    ("%x", -255, "-ff"),
    ("%X", 2**63 - 1, "7FFFFFFFFFFFFFFF"),
    ("%x", "", ""),
    ("%x", "ñ😀", "c3b1f09f9880"),
    ("%X", "ñ", "C3B1"),
]


@pytest.mark.parametrize(("template", "argument", "expected"), CLAUSES)
def test_clauses(template: str, argument: object, expected: str) -> None:
    assert formatted(template, argument) == expected


PRINTED: list[tuple[object, str]] = [
    (None, "null"),
    (True, "true"),
    (-7, "-7"),
    (2.0, "2"),
    (-0.0, "-0"),
    (0.1, "0.1"),
    (1e21, "1000000000000000000000"),
    (1.5e-7, "0.00000015"),
    (123456789.123, "123456789.123"),
    (5e-324, "0." + "0" * 323 + "5"),
    (math.nan, "NaN"),
    ('a "b"', 'a "b"'),
    ([], "[]"),
    ([[], ["a", 1.0]], "[[], [a, 1]]"),
    ({}, "{}"),
    ({"b": {"c": []}, "a": None, "B": "x"}, "{B: x, a: null, b: {c: []}}"),
    (Timestamp(0), "1970-01-01T00:00:00Z"),
    (Timestamp(1), "1970-01-01T00:00:00.000000001Z"),
    (Timestamp(-1), "1969-12-31T23:59:59.999999999Z"),
    (Timestamp(SECOND // 2), "1970-01-01T00:00:00.5Z"),
    (Timestamp(-62_135_596_800 * SECOND), "0001-01-01T00:00:00Z"),
    (Timestamp(253_402_300_800 * SECOND - 1), "9999-12-31T23:59:59.999999999Z"),
    (Duration(0), "0s"),
    (Duration(-1), "-0.000000001s"),
    (Duration(3 * SECOND // 2), "1.5s"),
    (Duration(9_000_000_000 * SECOND + 123_456_789), "9000000000.123456789s"),
    (Duration(-(2**63)), "-9223372036.854775808s"),
]


@pytest.mark.parametrize(("argument", "expected"), PRINTED)
def test_printed(argument: object, expected: str) -> None:
    assert formatted("%s", argument) == expected
    assert formatted("<%s>", [argument]) == f"<[{expected}]>"


@pytest.mark.parametrize(("argument", "expected"), PRINTED)
def test_string_writes_the_same(argument: object, expected: str) -> None:
    if isinstance(argument, list | dict | None):
        return
    written = value("string(event.x)", x=argument)
    # What `string` writes with an exponent `format` writes without.
    if not (isinstance(argument, float) and "e" in str(written)):
        assert written == expected


def test_keys_that_are_no_strings() -> None:
    source = "'%s'.format([{10: 'a', 2: 'b', true: 'c', 'd': 'e', '2': 'f', -1: 'g'}])"
    assert value(source) == "{-1: g, 10: a, 2: b, 2: f, d: e, true: c}"


REFUSALS: list[tuple[str, list[object], ErrorKind, str]] = [
    (
        "%s %d",
        [1],
        ErrorKind.OUT_OF_RANGE,
        "placeholder 2 of the template, `%d`, has no value in the list",
    ),
    (
        "a%",
        [1],
        ErrorKind.INVALID_ARGUMENT,
        "a `%` of the template lacks its letter: for the sign itself write `%%`",
    ),
    (
        "%.5",
        [1],
        ErrorKind.INVALID_ARGUMENT,
        "a `%` of the template lacks its letter: for the sign itself write `%%`",
    ),
    (
        "%.f",
        [1.0],
        ErrorKind.INVALID_ARGUMENT,
        "a `%.` of the template lacks its precision, such as `%.2f`",
    ),
    (
        "%.1001f",
        [1.0],
        ErrorKind.INVALID_ARGUMENT,
        "a precision in the template is above 1000",
    ),
    (
        "%5d",
        [1],
        ErrorKind.INVALID_ARGUMENT,
        "`%5` is no placeholder: there are `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x`, `%X`",
    ),
    ("%d", ["1"], ErrorKind.NO_SUCH_OVERLOAD, "`%d` does not take string"),
    ("%d", [True], ErrorKind.NO_SUCH_OVERLOAD, "`%d` does not take bool"),
    ("%f", ["NaN"], ErrorKind.NO_SUCH_OVERLOAD, "`%f` does not take string"),
    ("%e", [[]], ErrorKind.NO_SUCH_OVERLOAD, "`%e` does not take list"),
    ("%b", [1.0], ErrorKind.NO_SUCH_OVERLOAD, "`%b` does not take double"),
    ("%o", [True], ErrorKind.NO_SUCH_OVERLOAD, "`%o` does not take bool"),
    ("%x", [False], ErrorKind.NO_SUCH_OVERLOAD, "`%x` does not take bool"),
    ("%X", [None], ErrorKind.NO_SUCH_OVERLOAD, "`%X` does not take null"),
    (
        "%x",
        ["\udc00"],
        ErrorKind.INVALID_ARGUMENT,
        "the text holds half of a surrogate pair, which is not a character",
    ),
    (
        "%X",
        ["\udc00"],
        ErrorKind.INVALID_ARGUMENT,
        "the text holds half of a surrogate pair, which is not a character",
    ),
    ("%d", [10**5_000], ErrorKind.OVERFLOW, "the number does not fit 64 bits"),
    ("%s", [{"a": [2**63]}], ErrorKind.OVERFLOW, "the number does not fit 64 bits"),
    (
        "%s",
        [(1, 2)],
        ErrorKind.INVALID_ARGUMENT,
        "a Python tuple is not a value of the language",
    ),
]


@pytest.mark.parametrize(("template", "values", "kind", "message"), REFUSALS)
def test_refusals(template: str, values: list[object], kind: ErrorKind, message: str) -> None:
    assert formatted(template, *values) == ErrorValue(kind, message)


@pytest.mark.parametrize("template", ["%.%", "%.", "%.-1f", "% d", "%S", "%\n", "%😀", "%\ud800"])
def test_broken_placeholders(template: str) -> None:
    result = formatted(template, 1)
    assert isinstance(result, ErrorValue)
    assert result.kind is ErrorKind.INVALID_ARGUMENT
    assert result.message.isprintable()


def test_optional_values_are_not_printed() -> None:
    expected = ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, "`%s` does not take optional")
    assert value("'%s'.format([[optional.of(1)]])") == expected


def test_keys_beyond_64_bits() -> None:
    expected = ErrorValue(ErrorKind.OVERFLOW, "the number does not fit 64 bits")
    assert value("'%s'.format([{event.huge: 1, 'a': 2}])", huge=2**64) == expected


def test_errors_are_passed_on() -> None:
    assert value("'%s'.format([event.list])", list=["a", {"b": UNSAFE_INTEGER}]) is UNSAFE_INTEGER
    result = value("'%s'.format([event.gone])")
    assert isinstance(result, ErrorValue)
    assert result.kind is ErrorKind.NO_SUCH_KEY


def test_template_and_values_come_from_data() -> None:
    assert value("event.template.format(event.list)", template="%s-%x", list=[1, 255]) == "1-ff"
    expected = ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, "`format` does not take string and int")
    assert value("event.template.format(event.list)", template="", list=1) == expected


def nested(levels: int, wide: int) -> list[object]:
    found: list[object] = []
    for _ in range(levels):
        found = [found] * wide
    return found


LONG = "a" * 600_000


@pytest.mark.parametrize(
    ("template", "argument"),
    [
        ("%s", [LONG, LONG]),
        ("%s", {"a": LONG, "b": LONG}),
        ("%s" + LONG, LONG),
        ("%x", LONG),
        ("%x", "😀" * 200_000),
        ("%s", nested(40, 2)),
        ("%s", [[""] * 10_000] * 10_000),
        ("%s", nested(100_000, 1)),
        ("%%" * 100_000, None),
    ],
)
def test_limits(template: str, argument: object) -> None:
    result = formatted(template, argument)
    assert isinstance(result, ErrorValue)
    assert result.kind is ErrorKind.BUDGET_EXCEEDED


def test_limits_of_many_placeholders() -> None:
    result = formatted("%.1000f" * 1_100, *[1.0] * 1_100)
    assert isinstance(result, ErrorValue)
    assert result.kind is ErrorKind.BUDGET_EXCEEDED


@pytest.mark.parametrize("digits", ["9" * 10_000, "99999", "0" * 10_000 + "1001"])
def test_precisions_of_many_digits(digits: str) -> None:
    expected = ErrorValue(ErrorKind.INVALID_ARGUMENT, "a precision in the template is above 1000")
    assert formatted(f"%.{digits}f", 1.0) == expected


def test_within_limits() -> None:
    assert formatted("%s", "a" * 1_048_576) == "a" * 1_048_576
    assert formatted(f"%.{'0' * 10_000}1f", 1.0) == "1.0"
    deep = formatted("%s", nested(10_000, 1))
    assert deep == "[" * 10_001 + "]" * 10_001


def test_says_that_it_is_linear() -> None:
    assert METHODS["format"].linear
