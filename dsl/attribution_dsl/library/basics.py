"""Functions of CEL's core: sizes, parts of texts, and `dyn`."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import ANY, BOOL, INT, Kind
from attribution_dsl.overloads import Function, Overload, function


def _of_strings(
    name: str, apply: Callable[..., object], inline: str, *, linear: bool = False
) -> Function:
    overload = Overload((Kind.STRING, Kind.STRING), BOOL, apply)
    return function(name, overload, inline=inline, linear=linear)


def _itself(value: object) -> object:
    return value


_SIZE: Final = function(
    "size", *(Overload((kind,), INT, len) for kind in (Kind.STRING, Kind.LIST, Kind.MAP))
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {"size": _SIZE, "dyn": function("dyn", Overload((Kind.ANY,), ANY, _itself))}
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "size": _SIZE,
        "startsWith": _of_strings("startsWith", str.startswith, "{0}.startswith({1})"),
        "endsWith": _of_strings("endsWith", str.endswith, "{0}.endswith({1})"),
        "contains": _of_strings("contains", operator.contains, "{1} in {0}", linear=True),
    }
)
