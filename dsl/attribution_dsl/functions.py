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


def merged(tables: Iterable[Mapping[str, Function]]) -> Mapping[str, Function]:
    """Put tables together.

    Raises:
        ValueError: Two of them have the same name: one would silently replace the other.
    """
    found: dict[str, Function] = {}
    for table in tables:
        twice = sorted(found.keys() & table.keys())
        if twice:
            raise ValueError(f"defined in two modules: {', '.join(twice)}")
        found |= table
    return MappingProxyType(found)


FUNCTIONS: Final = merged(each.FUNCTIONS for each in _FAMILIES)
"""What is called as `name(arguments)`; a name with a dot is in a namespace, as `math.least` is."""
METHODS: Final = merged(each.METHODS for each in _FAMILIES)
"""What is called as `target.name(arguments)`; the target is the first argument."""
NAMESPACES: Final = frozenset(name.partition(".")[0] for name in FUNCTIONS if "." in name)
"""The names before the dot of functions in a namespace."""
NEVER: Final = frozenset({"bytes", "uint", "type"})
"""What CEL has and this language leaves out."""
