"""The `math` namespace."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from attribution_dsl import UNSAFE_INTEGER, ErrorKind, ErrorValue, ResultType, RuleError
from attribution_dsl import compile_rule as compiled
from attribution_dsl.kinds import ANY, BOOL, DOUBLE, INT, LIST, STRING, Type
from attribution_dsl.library.maths import FUNCTIONS

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
INF, NAN = math.inf, math.nan
BAD = ErrorKind.INVALID_ARGUMENT
MISFIT = ErrorKind.NO_SUCH_OVERLOAD


def value(function: str, *given: object) -> object:
    names = [f"a{place}" for place, _ in enumerate(given)]
    source = f"math.{function}({', '.join(f'event.{each}' for each in names)})"
    rule = compiled(source, roots=["event"], result=ResultType.ANY)
    data: dict[str, Any] = {"event": dict(zip(names, given, strict=True))}
    result = rule.evaluate(data)
    assert repr(rule.interpret(data)) == repr(result)
    return result


VALUES: list[tuple[str, list[object], object]] = [
    ("greatest", [-5], -5),
    ("greatest", [1, 2.5], 2.5),
    ("greatest", [3, 1.0, 2], 3),
    ("greatest", [5.4, 10, -5.0, INT_MAX], INT_MAX),
    ("greatest", [[5.4, 10, 3.5]], 10),
    ("greatest", [[7]], 7),
    # Of equal numbers the first is kept; an int meets a double as a double.
    ("greatest", [1, 1.0], 1),
    ("greatest", [1.0, 1], 1.0),
    ("greatest", [2.0**53, 2**53 + 1], 2.0**53),
    ("least", [2**53 + 1, 2.0**53], 2**53 + 1),
    ("greatest", [-0.0, 0.0], -0.0),
    # NaN is neither greater nor less, so it stays only in the first place.
    ("greatest", [NAN, 1.0], NAN),
    ("greatest", [2, NAN, 1], 2),
    ("least", [1.5, -2, 0], -2),
    ("least", [[1, -INF]], -INF),
    ("least", [10**400, INT_MAX], INT_MAX),
    ("ceil", [1.2], 2.0),
    ("ceil", [-0.2], -0.0),
    ("ceil", [INF], INF),
    ("floor", [-1.2], -2.0),
    ("floor", [-0.0], -0.0),
    ("floor", [1e300], 1e300),
    ("round", [0.5], 1.0),
    ("round", [2.5], 3.0),
    ("round", [-1.5], -2.0),
    ("round", [-0.2], -0.0),
    ("round", [0.49999999999999994], 0.0),
    ("round", [4503599627370495.5], 4503599627370496.0),
    ("round", [NAN], NAN),
    ("trunc", [-1.9], -1.0),
    ("trunc", [-0.5], -0.0),
    ("trunc", [-INF], -INF),
    ("abs", [-11], 11),
    ("abs", [INT_MAX], INT_MAX),
    ("abs", [-0.0], 0.0),
    ("abs", [-INF], INF),
    ("sign", [-7], -1),
    ("sign", [0], 0),
    ("sign", [9], 1),
    ("sign", [-0.0], 0.0),
    ("sign", [-0.1], -1.0),
    ("sign", [INF], 1.0),
    ("sign", [NAN], NAN),
    ("sqrt", [4], 2.0),
    ("sqrt", [2.0], math.sqrt(2)),
    ("sqrt", [-1], NAN),
    ("sqrt", [-0.0], -0.0),
    ("sqrt", [INF], INF),
    ("sqrt", [10**400], INF),
    ("isNaN", [NAN], True),
    ("isNaN", [INF], False),
    ("isInf", [-INF], True),
    ("isInf", [NAN], False),
    ("isFinite", [1.5], True),
    ("isFinite", [NAN], False),
    ("isFinite", [INF], False),
    ("bitAnd", [INT_MIN, INT_MAX], 0),
    ("bitAnd", [-3, -5], -7),
    ("bitOr", [4, -2], -2),
    ("bitXor", [INT_MIN, -1], INT_MAX),
    ("bitNot", [INT_MAX], INT_MIN),
    ("bitShiftLeft", [1, 2], 4),
    ("bitShiftLeft", [1, 63], INT_MIN),
    ("bitShiftLeft", [3, 63], INT_MIN),
    ("bitShiftLeft", [-1, 64], 0),
    ("bitShiftLeft", [1, INT_MAX], 0),
    ("bitShiftRight", [1024, 2], 256),
    ("bitShiftRight", [-1, 0], -1),
    ("bitShiftRight", [-1024, 3], 2305843009213693824),
    ("bitShiftRight", [-1, 63], 1),
    ("bitShiftRight", [-1, 64], 0),
]
ERRORS: list[tuple[str, Sequence[object], ErrorKind]] = [
    ("greatest", [[]], BAD),
    ("greatest", ["a"], MISFIT),
    ("greatest", [1, "a"], MISFIT),
    ("greatest", [1, True], MISFIT),
    ("greatest", [[1, "a"]], MISFIT),
    ("greatest", [["a"]], MISFIT),
    ("greatest", [[[1]]], MISFIT),
    ("greatest", [[1], 2], MISFIT),
    ("least", [None], MISFIT),
    ("least", [1, UNSAFE_INTEGER], ErrorKind.UNSAFE_INTEGER),
    ("least", [[1, UNSAFE_INTEGER]], ErrorKind.UNSAFE_INTEGER),
    ("least", [[1, object]], BAD),
    ("abs", [INT_MIN], ErrorKind.OVERFLOW),
    *((each, [1], MISFIT) for each in ("ceil", "floor", "round", "trunc")),
    *((each, [1], MISFIT) for each in ("isNaN", "isInf", "isFinite")),
    *((each, [True], MISFIT) for each in ("abs", "sign", "sqrt", "bitNot")),
    ("bitAnd", [1, 1.0], MISFIT),
    ("bitShiftLeft", [1, -1], BAD),
    ("bitShiftRight", [1, -1], BAD),
]


@pytest.mark.parametrize(("function", "given", "expected"), VALUES)
def test_values(function: str, given: list[object], expected: object) -> None:
    assert repr(value(function, *given)) == repr(expected)


@pytest.mark.parametrize(("function", "given", "kind"), ERRORS)
def test_errors(function: str, given: Sequence[object], kind: ErrorKind) -> None:
    found = value(function, *given)
    assert isinstance(found, ErrorValue)
    assert found.kind is kind


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([INT], INT),
        ([DOUBLE, DOUBLE, DOUBLE], DOUBLE),
        ([INT, DOUBLE, INT], ANY),
        ([LIST], ANY),
        ([ANY], ANY),
        ([INT, ANY], ANY),
        ([STRING], None),
        ([LIST, INT], None),
        ([INT, BOOL], None),
    ],
)
def test_types_of_greatest(types: list[Type], expected: Type | None) -> None:
    assert FUNCTIONS["math.greatest"].result(types) == expected


@pytest.mark.parametrize(
    "source",
    [
        "math.greatest()",
        "math.greatest('a')",
        "math.least(1, 'a', 2)",
        "math.least([1], 2)",
        "math.ceil(1)",
        "math.bitNot(1.0)",
        "math.round(1.0, 2)",
    ],
)
def test_refusals(source: str) -> None:
    with pytest.raises(RuleError):
        compiled(source, roots=["event"], result=ResultType.ANY)
