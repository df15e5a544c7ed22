"""All functions and methods of the language."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.library import (
    basics,
    conversions,
    formatting,
    maths,
    optionals,
    patterns,
    sets,
    strings,
    times,
)
from attribution_dsl.overloads import Function

_FAMILIES: Final = (
    basics,
    patterns,
    optionals,
    strings,
    formatting,
    conversions,
    times,
    maths,
    sets,
)


def _merged(tables: Iterable[Mapping[str, Function]]) -> Mapping[str, Function]:
    merged: dict[str, Function] = {}
    for table in tables:
        merged |= table
    return MappingProxyType(merged)


FUNCTIONS: Final = _merged(each.FUNCTIONS for each in _FAMILIES)
"""What is called as `name(arguments)`; a name with a dot is in a namespace, as `math.least` is."""
METHODS: Final = _merged(each.METHODS for each in _FAMILIES)
"""What is called as `target.name(arguments)`; the target is the first argument."""
NAMESPACES: Final = frozenset(name.partition(".")[0] for name in FUNCTIONS if "." in name)
"""The names before the dot of functions in a namespace."""
NEVER: Final = frozenset({"bytes", "uint", "type"})
"""What CEL has and this language leaves out."""
