"""What a rule as a whole may give."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import KIND_OF, Kind
from attribution_dsl.overloads import no_overload
from attribution_dsl.values import ErrorKind, ErrorValue


class ResultType(StrEnum):
    """What a rule must give; else it is refused at load or, if only data tells, an error."""

    BOOL = "bool"
    """True or false."""
    NUMBER = "number"
    """An int or a double."""
    ANY = "any"
    """Any value."""


ALLOWED: Final[Mapping[ResultType, frozenset[Kind]]] = MappingProxyType(
    {
        ResultType.BOOL: frozenset({Kind.BOOL}),
        ResultType.NUMBER: frozenset({Kind.INT, Kind.DOUBLE}),
        ResultType.ANY: frozenset(Kind),
    }
)
"""The kinds that a result may have."""
NEEDED: Final[Mapping[ResultType, str]] = MappingProxyType(
    {ResultType.BOOL: "true or false", ResultType.NUMBER: "a number", ResultType.ANY: "a value"}
)
"""What a result must be, for people."""


def as_result(value: object, result: ResultType) -> object:
    """Turn a value that a rule may not give into an error; leave any other as it is."""
    kind = KIND_OF.get(value.__class__)
    if kind is None:
        return no_overload("the result", value)
    if kind in ALLOWED[result]:
        return value
    message = f"the rule gives {kind}, but it must give {NEEDED[result]}"
    return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, message)
