"""The macros: calls that name variables, or do not evaluate all of their arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from attribution_dsl.syntax import Ident, Node


@dataclass(frozen=True, slots=True)
class Shape:
    """How many arguments of a macro name variables, and how many are expressions."""

    variables: int
    bodies: int


_ONE: Final = Shape(1, 1)
_TWO: Final = Shape(2, 1)
_ONE_FILTERED: Final = Shape(1, 2)
_TWO_FILTERED: Final = Shape(2, 2)

MACROS: Final[Mapping[str, tuple[Shape, ...]]] = MappingProxyType(
    {
        "all": (_ONE, _TWO),
        "exists": (_ONE, _TWO),
        # One name for one variable and another for two: what all of CEL's engines take.
        "exists_one": (_ONE,),
        "existsOne": (_TWO,),
        "map": (_ONE, _ONE_FILTERED),
        "filter": (_ONE,),
        "transformList": (_TWO, _TWO_FILTERED),
        "transformMap": (_TWO, _TWO_FILTERED),
        "transformMapEntry": (_TWO, _TWO_FILTERED),
        "optMap": (_ONE,),
        "optFlatMap": (_ONE,),
    }
)
"""The shapes of each macro that names variables."""
OF_OPTIONAL: Final = frozenset({"optMap", "optFlatMap"})
"""Those whose target is an optional value, and which therefore loop over nothing."""
FALLBACKS: Final[Mapping[str, bool]] = MappingProxyType({"or": False, "orValue": True})
"""The macros of a `Fallback`: whether they unwrap."""


def shape_of(name: str, arguments: Sequence[Node]) -> Shape | None:
    """Tell which macro a call of a method is; None if it is not one, or not rightly written."""
    for shape in MACROS.get(name, ()):
        if shape.variables + shape.bodies != len(arguments):
            continue
        # `map(x, y, z)` and `all(x, y, z)` have the same count; each name has one shape per count.
        if misnamed(arguments, shape) is None:
            return shape
    return None


def misnamed(arguments: Sequence[Node], shape: Shape) -> Node | None:
    """Find the argument that should name a variable and does not."""
    seen: set[str] = set()
    for each in arguments[: shape.variables]:
        if not isinstance(each, Ident) or each.absolute or each.name in seen:
            return each
        # CEL's own name for what a macro gathers.
        if each.name == "__result__":
            return each
        seen.add(each.name)
    return None
