"""The types of values, as the checker knows them before there is a value."""

from dataclasses import dataclass
from enum import Enum
from types import NoneType
from typing import Final

from attribution_dsl.values import Duration, OptionalValue, Timestamp


class Kind(Enum):
    """A type without its parameters; the value is its name for people."""

    ANY = "any value"
    NULL = "null"
    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    LIST = "list"
    MAP = "map"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    OPTIONAL = "optional"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Type:
    """A static type.

    Attributes:
        kind: What it is; ANY if only evaluation can tell.
        element: Of a list its elements, of a map its values, of an optional its value; None if
            they may be anything.
    """

    kind: Kind
    element: "Type | None" = None

    def __str__(self) -> str:
        return str(self.kind)


ANY: Final = Type(Kind.ANY)
NULL: Final = Type(Kind.NULL)
BOOL: Final = Type(Kind.BOOL)
INT: Final = Type(Kind.INT)
DOUBLE: Final = Type(Kind.DOUBLE)
STRING: Final = Type(Kind.STRING)
LIST: Final = Type(Kind.LIST)
MAP: Final = Type(Kind.MAP)
TIMESTAMP: Final = Type(Kind.TIMESTAMP)
DURATION: Final = Type(Kind.DURATION)
OPTIONAL: Final = Type(Kind.OPTIONAL)

CLASS_OF: Final[dict[Kind, type]] = {
    Kind.NULL: NoneType,
    Kind.BOOL: bool,
    Kind.INT: int,
    Kind.DOUBLE: float,
    Kind.STRING: str,
    Kind.LIST: list,
    Kind.MAP: dict,
    Kind.TIMESTAMP: Timestamp,
    Kind.DURATION: Duration,
    Kind.OPTIONAL: OptionalValue,
}
"""The one Python class that holds values of a kind; values of other classes are refused."""
KIND_OF: Final[dict[type, Kind]] = {cls: kind for kind, cls in CLASS_OF.items()}
NUMBERS: Final = frozenset({Kind.INT, Kind.DOUBLE})


def common(types: list[Type]) -> Type:
    """Give the type that all have, or ANY."""
    first = types[0] if types else ANY
    return first if all(each == first for each in types) else ANY


def may_equal(left: Kind, right: Kind) -> bool:
    """Tell whether values of these kinds can ever be equal."""
    if Kind.ANY in {left, right} or left is right:
        return True
    return left in NUMBERS and right in NUMBERS
