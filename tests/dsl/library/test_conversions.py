"""`int`, `double`, `string` and `bool`."""

import math
from typing import Any

import pytest
from attribution_dsl import (
    UNSAFE_INTEGER,
    Duration,
    ErrorKind,
    ErrorValue,
    ResultType,
    RuleError,
    Timestamp,
    compile_rule,
)

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
BAD = ErrorKind.INVALID_ARGUMENT
RANGE = ErrorKind.OUT_OF_RANGE
MISFIT = ErrorKind.NO_SUCH_OVERLOAD


def value(function: str, given: object) -> object:
    rule = compile_rule(f"{function}(event.x)", roots=["event"], result=ResultType.ANY)
    data: dict[str, Any] = {"event": {"x": given}}
    result = rule.evaluate(data)
    assert repr(rule.interpret(data)) == repr(result)
    return result


VALUES: list[tuple[str, object, object]] = [
    ("int", 5, 5),
    ("int", 1.9, 1),
    ("int", -1.9, -1),
    ("int", -0.5, 0),
    ("int", 9223372036854774784.0, 9223372036854774784),
    ("int", -9223372036854774784.0, -9223372036854774784),
    ("int", "987", 987),
    ("int", "-5", -5),
    ("int", "+5", 5),
    ("int", " \t5\r\n", 5),
    ("int", "000", 0),
    ("int", "-0012", -12),
    ("int", str(INT_MAX), INT_MAX),
    ("int", str(INT_MIN), INT_MIN),
    ("int", "0" * 9_000 + "7", 7),
    ("int", Timestamp(1_999_999_999), 1),
    ("int", Timestamp(-1), -1),
    ("int", Timestamp(-1_500_000_000), -2),
    ("double", 2.5, 2.5),
    ("double", 3, 3.0),
    ("double", INT_MAX, 2.0**63),
    ("double", 10**400, math.inf),
    ("double", "1", 1.0),
    ("double", "-987.654", -987.654),
    ("double", "6.02214e23", 6.02214e23),
    ("double", "5E-1", 0.5),
    ("double", "1.", 1.0),
    ("double", ".5", 0.5),
    ("double", "+1", 1.0),
    ("double", "-0.0", -0.0),
    ("double", " 1\n", 1.0),
    ("double", "1e400", math.inf),
    ("double", "1e-400", 0.0),
    ("double", "inf", math.inf),
    ("double", "-Infinity", -math.inf),
    ("double", "NaN", math.nan),
    ("string", "a", "a"),
    ("string", True, "true"),
    ("string", False, "false"),
    ("string", INT_MIN, "-9223372036854775808"),
    ("string", 0.1, "0.1"),
    ("string", 0.1 + 0.2, "0.30000000000000004"),
    ("string", 1.0, "1"),
    ("string", -0.0, "-0"),
    ("string", -0.0045, "-0.0045"),
    ("string", 0.0001, "0.0001"),
    ("string", 0.00001, "1e-05"),
    ("string", 100000.0, "100000"),
    ("string", 123456.789, "123456.789"),
    ("string", 999999.9999999999, "999999.9999999999"),
    ("string", 1e6, "1e+06"),
    ("string", -1234567.0, "-1.234567e+06"),
    ("string", 12345678.25, "1.234567825e+07"),
    ("string", 9999999999999998.0, "9.999999999999998e+15"),
    ("string", 1e15, "1e+15"),
    ("string", 1e16, "1e+16"),
    ("string", 12345678901234567.0, "1.2345678901234568e+16"),
    ("string", 1e23, "1e+23"),
    ("string", 1.7976931348623157e308, "1.7976931348623157e+308"),
    ("string", 5e-324, "5e-324"),
    ("string", math.inf, "Infinity"),
    ("string", -math.inf, "-Infinity"),
    ("string", math.nan, "NaN"),
    ("string", Timestamp(0), "1970-01-01T00:00:00Z"),
    ("string", Timestamp(-1), "1969-12-31T23:59:59.999999999Z"),
    ("string", Timestamp(100_000_000), "1970-01-01T00:00:00.1Z"),
    ("string", Timestamp(45_296_000_120_000), "1970-01-01T12:34:56.00012Z"),
    ("string", Timestamp(-62_135_596_800 * 10**9), "0001-01-01T00:00:00Z"),
    ("string", Timestamp(253_402_300_800 * 10**9 - 1), "9999-12-31T23:59:59.999999999Z"),
    ("string", Duration(0), "0s"),
    ("string", Duration(3_600 * 10**9), "3600s"),
    ("string", Duration(1_500_000_000), "1.5s"),
    ("string", Duration(-500_000_000), "-0.5s"),
    ("string", Duration(1_000), "0.000001s"),
    ("string", Duration(-1), "-0.000000001s"),
    ("string", Duration(INT_MIN), "-9223372036.854775808s"),
    *(("bool", each, True) for each in (True, "true", "True", "TRUE", "t", "1")),
    *(("bool", each, False) for each in (False, "false", "False", "FALSE", "f", "0")),
]
ERRORS: list[tuple[str, object, ErrorKind]] = [
    ("int", 2.0**63, RANGE),
    # Its neighbours would round to it, so that it may have been one of them.
    ("int", -(2.0**63), RANGE),
    ("int", math.nan, RANGE),
    ("int", math.inf, RANGE),
    ("int", "9223372036854775808", RANGE),
    ("int", "-9223372036854775809", RANGE),
    ("int", "9" * 9_000, RANGE),
    *(("int", each, BAD) for each in ("", " ", "-", "1.0", "1e3", "0x10", "1_000", "٣", "1 2")),
    *(("int", each, BAD) for each in ("\x1c1", "5\0", "\ud800", "--5", "\xa05")),
    *(
        ("double", each, BAD)
        for each in ("", "abc", "1e", "1_0.0", "٣", "0x10", ".", "1d", "\u0131nf")
    ),
    *(("bool", each, BAD) for each in ("TrUe", "T", "F", "yes", "", " true", "2")),
    *(("int", each, MISFIT) for each in (None, True, Duration(5))),
    ("int", [], MISFIT),
    *(("double", each, MISFIT) for each in (None, True, Timestamp(5))),
    *(("string", None, MISFIT), ("string", ["a"], MISFIT), ("string", {"a": "b"}, MISFIT)),
    *(("bool", each, MISFIT) for each in (None, 1, 1.0)),
]


@pytest.mark.parametrize(("function", "given", "expected"), VALUES)
def test_values(function: str, given: object, expected: object) -> None:
    assert repr(value(function, given)) == repr(expected)


@pytest.mark.parametrize(("function", "given", "kind"), ERRORS)
def test_errors(function: str, given: object, kind: ErrorKind) -> None:
    found = value(function, given)
    assert isinstance(found, ErrorValue)
    assert found.kind is kind


def test_a_number_that_python_does_not_write() -> None:
    found = value("string", 10**5_000)
    assert isinstance(found, ErrorValue)
    assert found.kind is ErrorKind.OVERFLOW


@pytest.mark.parametrize("function", ["int", "double", "string", "bool"])
def test_errors_stay_errors(function: str) -> None:
    assert value(function, UNSAFE_INTEGER) is UNSAFE_INTEGER


def test_messages_show_the_start_of_the_text_and_nothing_unprintable() -> None:
    found = value("int", "a\0\ud800\u202e" + "b" * 10_000)
    assert isinstance(found, ErrorValue)
    assert found.message == f'"a\ufffd\ufffd\ufffd{"b" * 36}..." is not a whole number'


@pytest.mark.parametrize("source", ["int(true)", "bool(1)", "string(null)", "double([])", "int()"])
def test_refusals(source: str) -> None:
    with pytest.raises(RuleError):
        compile_rule(source, roots=["event"], result=ResultType.ANY)
