"""From one type to another: `int`, `double`, `string` and `bool`."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import BOOL, DOUBLE, INT, STRING, Kind
from attribution_dsl.library.printing import (
    bool_text,
    duration_text,
    int_text,
    not_finite,
    shown,
    timestamp_text,
)
from attribution_dsl.library.units import NANOS_PER_SECOND
from attribution_dsl.operators import as_double
from attribution_dsl.overloads import Function, Overload, function, invalid
from attribution_dsl.values import INT_MAX, INT_MIN, ErrorKind, ErrorValue, Timestamp

_OUT_OF_INT: Final = ErrorValue(
    ErrorKind.OUT_OF_RANGE, "the number does not fit a 64-bit whole number"
)
# The white space that CEL's own engine lets stand around a number.
_SPACE: Final = r"[ \t-\r]*+"
_WHOLE: Final = re.compile(rf"{_SPACE}([+-]?)0*+([0-9]*+)(?<=[0-9]){_SPACE}")
_NUMBER: Final = re.compile(
    rf"{_SPACE}[+-]?(?:(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
    rf"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]){_SPACE}"
)
_INT_DIGITS: Final = 19
_BOOLS: Final[Mapping[str, bool]] = MappingProxyType(
    dict.fromkeys(("true", "True", "TRUE", "t", "1"), True)
    | dict.fromkeys(("false", "False", "FALSE", "f", "0"), False)
)


def _string_of_double(value: float) -> str:
    """Write a double with as few digits as tell it from all others, as C does with `%g`.

    `%s` of `format` never has an exponent, as its documentation wants it; here the engines of CEL
    agree that there is one below 0.0001 and from a million on. Else both write the same.
    """
    name = not_finite(value)
    if name is not None:
        return name
    text = repr(value)
    if not 1e6 <= abs(value) < 1e16:
        return text.removesuffix(".0")
    # Python has an exponent only from 10^16 on.
    sign = text[: text[0] == "-"]
    whole, _, fraction = text.removeprefix("-").partition(".")
    digits = f"{whole}{fraction}".rstrip("0")
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}e+{len(whole) - 1:02d}"


def _int_of_double(value: float) -> int | ErrorValue:
    # Both ends are refused, since a double there may stand for a number beyond.
    return int(value) if INT_MIN < value < INT_MAX else _OUT_OF_INT


def _int_of_string(text: str) -> int | ErrorValue:
    match = _WHOLE.fullmatch(text)
    if match is None:
        return invalid(f"{shown(text)} is not a whole number")
    sign, digits = match.groups()
    if len(digits) > _INT_DIGITS:
        return _OUT_OF_INT
    value = int(f"{sign}{digits or 0}")
    return value if INT_MIN <= value <= INT_MAX else _OUT_OF_INT


def _int_of_timestamp(moment: Timestamp) -> int:
    return moment.nanos // NANOS_PER_SECOND


def _double_of_string(text: str) -> float | ErrorValue:
    if _NUMBER.fullmatch(text) is None:
        return invalid(f"{shown(text)} is not a number")
    return float(text)


def _bool_of_string(text: str) -> bool | ErrorValue:
    found = _BOOLS.get(text)
    return invalid(f'{shown(text)} is neither "true" nor "false"') if found is None else found


def _itself(value: object) -> object:
    return value


_INT: Final = function(
    "int",
    Overload((Kind.INT,), INT, _itself),
    Overload((Kind.DOUBLE,), INT, _int_of_double),
    Overload((Kind.STRING,), INT, _int_of_string),
    Overload((Kind.TIMESTAMP,), INT, _int_of_timestamp),
    linear=True,
)
_DOUBLE: Final = function(
    "double",
    Overload((Kind.DOUBLE,), DOUBLE, _itself),
    Overload((Kind.INT,), DOUBLE, as_double),
    Overload((Kind.STRING,), DOUBLE, _double_of_string),
    linear=True,
)
_STRING: Final = function(
    "string",
    Overload((Kind.STRING,), STRING, _itself),
    Overload((Kind.BOOL,), STRING, bool_text),
    Overload((Kind.INT,), STRING, int_text),
    Overload((Kind.DOUBLE,), STRING, _string_of_double),
    Overload((Kind.TIMESTAMP,), STRING, timestamp_text),
    Overload((Kind.DURATION,), STRING, duration_text),
)
_BOOL: Final = function(
    "bool",
    Overload((Kind.BOOL,), BOOL, _itself),
    Overload((Kind.STRING,), BOOL, _bool_of_string),
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {each.name: each for each in (_INT, _DOUBLE, _STRING, _BOOL)}
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType({})
