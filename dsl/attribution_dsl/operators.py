"""Arithmetic and ordering."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    LIST,
    STRING,
    TIMESTAMP,
    Kind,
    Type,
)
from attribution_dsl.library.bounds import LIST_TOO_LONG, MOST_ITEMS
from attribution_dsl.overloads import Function, Overload, function
from attribution_dsl.ranges import OVERFLOW, duration, timestamp, whole
from attribution_dsl.values import INT_MAX, INT_MIN, ErrorKind, ErrorValue

_BY_ZERO: Final = ErrorValue(ErrorKind.DIVIDE_BY_ZERO, "a whole number cannot be divided by zero")
_INF: Final = float("inf")
_NAN: Final = float("nan")


def _divide_int(left: int, right: int) -> int | ErrorValue:
    if right == 0:
        return _BY_ZERO
    quotient = abs(left) // abs(right)
    return whole(quotient if (left < 0) == (right < 0) else -quotient)


def _remainder(left: int, right: int) -> int | ErrorValue:
    if right == 0:
        return _BY_ZERO
    if left == INT_MIN and right == -1:
        # The quotient overflows, and CEL's engines refuse the remainder with it.
        return OVERFLOW
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def _join(left: list[object], right: list[object]) -> list[object] | ErrorValue:
    if len(left) + len(right) > MOST_ITEMS:
        return LIST_TOO_LONG
    return left + right


def _divide_double(left: float, right: float) -> float:
    if right != 0.0:
        return left / right
    if left == 0.0 or left != left:
        return _NAN
    same_sign = (left < 0.0) == (str(right)[0] == "-")
    return _INF if same_sign else -_INF


def _overload(left: Kind, right: Kind, result: Type, apply: Callable[..., object]) -> Overload:
    return Overload((left, right), result, apply)


_I, _D, _S, _L = Kind.INT, Kind.DOUBLE, Kind.STRING, Kind.LIST
_T, _P = Kind.TIMESTAMP, Kind.DURATION

_ADD: Final = function(
    "+",
    _overload(_I, _I, INT, lambda a, b: whole(a + b)),
    _overload(_D, _D, DOUBLE, operator.add),
    _overload(_S, _S, STRING, operator.add),
    _overload(_L, _L, LIST, _join),
    _overload(_T, _P, TIMESTAMP, lambda a, b: timestamp(a.nanos + b.nanos)),
    _overload(_P, _T, TIMESTAMP, lambda a, b: timestamp(a.nanos + b.nanos)),
    _overload(_P, _P, DURATION, lambda a, b: duration(a.nanos + b.nanos)),
)
_SUBTRACT: Final = function(
    "-",
    _overload(_I, _I, INT, lambda a, b: whole(a - b)),
    _overload(_D, _D, DOUBLE, operator.sub),
    _overload(_T, _P, TIMESTAMP, lambda a, b: timestamp(a.nanos - b.nanos)),
    _overload(_T, _T, DURATION, lambda a, b: duration(a.nanos - b.nanos)),
    _overload(_P, _P, DURATION, lambda a, b: duration(a.nanos - b.nanos)),
)
_MULTIPLY: Final = function(
    "*",
    _overload(_I, _I, INT, lambda a, b: whole(a * b)),
    _overload(_D, _D, DOUBLE, operator.mul),
)
_DIVIDE: Final = function(
    "/",
    _overload(_I, _I, INT, _divide_int),
    _overload(_D, _D, DOUBLE, _divide_double),
)
_MODULO: Final = function("%", _overload(_I, _I, INT, _remainder))

NEGATE: Final = function(
    "-",
    Overload((_I,), INT, lambda a: whole(-a)),
    Overload((_D,), DOUBLE, operator.neg),
)
NOT: Final = function("!", Overload((Kind.BOOL,), BOOL, operator.not_))


def as_double(value: int) -> float:
    """Convert as CEL does before it compares an int with a double: to the nearest double."""
    if INT_MIN <= value <= INT_MAX:
        return float(value)
    return _INF if value > 0 else -_INF


def _ordering(name: str, compare: Callable[..., bool]) -> Function:
    same = (Kind.BOOL, _I, _D, _S, _T, _P)
    return function(
        name,
        *(_overload(kind, kind, BOOL, compare) for kind in same),
        _overload(_I, _D, BOOL, lambda a, b: compare(as_double(a), b)),
        _overload(_D, _I, BOOL, lambda a, b: compare(a, as_double(b))),
    )


ORDERINGS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "<": _ordering("<", operator.lt),
        "<=": _ordering("<=", operator.le),
        ">": _ordering(">", operator.gt),
        ">=": _ordering(">=", operator.ge),
    }
)
ARITHMETIC: Final[Mapping[str, Function]] = MappingProxyType(
    {"+": _ADD, "-": _SUBTRACT, "*": _MULTIPLY, "/": _DIVIDE, "%": _MODULO}
)
STRICT_BINARY: Final[Mapping[str, Function]] = MappingProxyType({**ORDERINGS, **ARITHMETIC})
"""Every binary operator but equality, `in`, `&&` and `||`."""
MIRRORED: Final[Mapping[str, str]] = MappingProxyType(
    {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
)
"""Each relation, as it is written with its sides exchanged."""
