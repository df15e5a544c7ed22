"""Optional values: `optional.of`, `hasValue`, `value` and what makes lists of them.

`or` and `orValue` are no functions, since they evaluate their argument only if it is needed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from attribution_dsl.kinds import ANY, BOOL, LIST, OPTIONAL, Kind, Type
from attribution_dsl.overloads import Function, Overload, function, invalid, no_overload
from attribution_dsl.values import NONE, ErrorValue, OptionalValue

_ZERO: Final = {bool: False, int: 0, float: 0.0, str: ""}


def is_zero(value: object) -> bool:
    """Tell whether a value is what its type has in place of nothing: 0, "", [], null and so on."""
    if value is None or value is NONE:
        return True
    if value.__class__ in {list, dict}:
        return not value
    if value.__class__ in _ZERO:
        return value == _ZERO[value.__class__]
    # Times and durations.
    return getattr(value, "nanos", None) == 0


def _of_non_zero(value: object) -> OptionalValue:
    return NONE if is_zero(value) else OptionalValue(value)


def _value(optional: OptionalValue) -> object:
    if optional is NONE:
        return invalid("optional.none() has no value: ask hasValue() first, or use orValue()")
    return optional.value


def _unwrap(items: list[object]) -> list[object] | ErrorValue:
    for each in items:
        if each.__class__ is not OptionalValue:
            return no_overload("unwrap", each)
    return [each.value for each in cast(list[OptionalValue], items) if each is not NONE]


def _first(items: list[object]) -> OptionalValue:
    return OptionalValue(items[0]) if items else NONE


def _last(items: list[object]) -> OptionalValue:
    return OptionalValue(items[-1]) if items else NONE


def _none() -> OptionalValue:
    return NONE


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "optional.of": function("optional.of", Overload((Kind.ANY,), OPTIONAL, OptionalValue)),
        "optional.ofNonZeroValue": function(
            "optional.ofNonZeroValue", Overload((Kind.ANY,), OPTIONAL, _of_non_zero)
        ),
        "optional.none": function("optional.none", Overload((), OPTIONAL, _none)),
        "optional.unwrap": function(
            "optional.unwrap", Overload((Kind.LIST,), LIST, _unwrap), linear=True
        ),
    }
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "hasValue": function(
            "hasValue", Overload((Kind.OPTIONAL,), BOOL, lambda optional: optional is not NONE)
        ),
        "value": function("value", Overload((Kind.OPTIONAL,), ANY, _value)),
        "unwrapOpt": function("unwrapOpt", Overload((Kind.LIST,), LIST, _unwrap), linear=True),
        "first": function("first", Overload((Kind.LIST,), Type(Kind.OPTIONAL), _first)),
        "last": function("last", Overload((Kind.LIST,), Type(Kind.OPTIONAL), _last)),
    }
)
