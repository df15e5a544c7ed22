"""The types of what rules give, by the names that the contract has for them."""

from enum import StrEnum

from attribution_dsl.kinds import KIND_OF


class ValueType(StrEnum):
    """The type of a value: the names of `attribution.v1.RuleValueType` without their prefix."""

    NULL = "NULL"
    BOOL = "BOOL"
    INT = "INT"
    DOUBLE = "DOUBLE"
    STRING = "STRING"
    LIST = "LIST"
    MAP = "MAP"
    TIMESTAMP = "TIMESTAMP"
    DURATION = "DURATION"
    OPTIONAL = "OPTIONAL"


def type_of(value: object) -> ValueType:
    """The type of a value that a rule gave and that is no ErrorValue."""
    return ValueType[KIND_OF[value.__class__].name]
