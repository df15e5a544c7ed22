"""The functions of the `math` namespace."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attribution_dsl.kinds import ANY, BOOL, DOUBLE, INT, Kind
from attribution_dsl.operators import as_double
from attribution_dsl.overloads import Function, Overload, function, invalid, no_overload
from attribution_dsl.ranges import whole
from attribution_dsl.values import INT_MAX, ErrorValue

# From here on every double is whole.
_ALL_WHOLE: Final = 2.0**52
_INT_BITS: Final = 64
_TWO_TO_64: Final = 2**_INT_BITS


def _extreme(name: str, beats: Callable[..., bool]) -> Function:
    """Make `math.greatest` or `math.least`: of ints and doubles in any mix, or of one list."""

    def of_list(items: Sequence[object]) -> object:
        if not items:
            return invalid(f"`{name}` needs at least one number, and the list is empty")
        return best_of(items)

    def best_of(numbers: Sequence[object]) -> object:
        best = numbers[0]
        for each in numbers:
            if each.__class__ is not float and each.__class__ is not int:
                return no_overload(name, each)
            if _wins(beats, each, best):
                best = each
        return best

    def itself(number: object) -> object:
        return number

    def call(*arguments: object) -> object:
        only = arguments[0]
        if only.__class__ is list and len(arguments) == 1:
            return of_list(only)
        for each in arguments:
            if each.__class__ is not float and each.__class__ is not int:
                return no_overload(name, *arguments)
        return best_of(arguments)

    return function(
        name,
        Overload((Kind.INT,), INT, itself, repeats=True),
        Overload((Kind.DOUBLE,), DOUBLE, itself, repeats=True),
        Overload((Kind.LIST,), ANY, of_list),
        call=call,
        linear=True,
    )


def _wins(beats: Callable[..., bool], number: Any, best: Any) -> bool:
    """Compare numbers as `<` and `>` do; of those that are equal the first is kept."""
    if number.__class__ is best.__class__:
        return beats(number, best)
    if number.__class__ is int:
        return beats(as_double(number), best)
    return beats(number, as_double(best))


def _rounding(name: str, to_whole: Callable[[float], int]) -> Function:
    def apply(value: float) -> float:
        # What is not below, infinities and NaN too, has no fraction to take off.
        if not abs(value) < _ALL_WHOLE:
            return value
        return math.copysign(to_whole(value), value)

    return function(name, Overload((Kind.DOUBLE,), DOUBLE, apply))


def _nearest(value: float) -> int:
    """Round, halves away from zero; `value + 0.5` would be wrong next to a half."""
    cut_off = math.trunc(value)
    if abs(value - cut_off) < 0.5:
        return cut_off
    return cut_off + (1 if value > 0 else -1)


def _abs_of_int(value: int) -> int | ErrorValue:
    return whole(abs(value))


def _sign_of_int(value: int) -> int:
    return (value > 0) - (value < 0)


def _sign_of_double(value: float) -> float:
    if value != value or value == 0.0:
        return abs(value)
    return math.copysign(1.0, value)


def _sqrt(value: float) -> float:
    return math.nan if value < 0.0 else math.sqrt(value)


def _sqrt_of_int(value: int) -> float:
    return _sqrt(as_double(value))


def _signed(bits: int) -> int:
    """Take the low 64 bits for a signed number."""
    low = bits % _TWO_TO_64
    return low - _TWO_TO_64 if low > INT_MAX else low


def _shift_left(value: int, count: int) -> int | ErrorValue:
    if count < 0:
        return _negative_shift("math.bitShiftLeft")
    return 0 if count >= _INT_BITS else _signed(value << count)


def _shift_right(value: int, count: int) -> int | ErrorValue:
    if count < 0:
        return _negative_shift("math.bitShiftRight")
    # Zeros move in, whatever the sign is.
    return 0 if count >= _INT_BITS else _signed(value % _TWO_TO_64 >> count)


def _negative_shift(name: str) -> ErrorValue:
    return invalid(f"`{name}` cannot shift by a negative number of bits")


def _of_double(name: str, apply: Callable[[float], bool]) -> Function:
    return function(name, Overload((Kind.DOUBLE,), BOOL, apply))


def _of_ints(name: str, apply: Callable[[int, int], object]) -> Function:
    return function(name, Overload((Kind.INT, Kind.INT), INT, apply))


_ALL: Final = (
    _extreme("math.greatest", operator.gt),
    _extreme("math.least", operator.lt),
    _rounding("math.ceil", math.ceil),
    _rounding("math.floor", math.floor),
    _rounding("math.round", _nearest),
    _rounding("math.trunc", math.trunc),
    function(
        "math.abs",
        Overload((Kind.INT,), INT, _abs_of_int),
        Overload((Kind.DOUBLE,), DOUBLE, abs),
    ),
    function(
        "math.sign",
        Overload((Kind.INT,), INT, _sign_of_int),
        Overload((Kind.DOUBLE,), DOUBLE, _sign_of_double),
    ),
    function(
        "math.sqrt",
        Overload((Kind.INT,), DOUBLE, _sqrt_of_int),
        Overload((Kind.DOUBLE,), DOUBLE, _sqrt),
    ),
    _of_double("math.isNaN", math.isnan),
    _of_double("math.isInf", math.isinf),
    _of_double("math.isFinite", math.isfinite),
    _of_ints("math.bitAnd", operator.and_),
    _of_ints("math.bitOr", operator.or_),
    _of_ints("math.bitXor", operator.xor),
    _of_ints("math.bitShiftLeft", _shift_left),
    _of_ints("math.bitShiftRight", _shift_right),
    function("math.bitNot", Overload((Kind.INT,), INT, operator.invert)),
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({each.name: each for each in _ALL})
METHODS: Final[Mapping[str, Function]] = MappingProxyType({})
