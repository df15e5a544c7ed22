"""google.protobuf.Struct to Python values and back."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct, Value

from attribution_service.core.refusals import Reason

MAX_DEPTH = 20


class StructFault(Exception):
    """Why a struct is refused; the text says it, `field` where."""

    def __init__(self, field: str, reason: Reason, description: str) -> None:
        super().__init__(description)
        self.field = field
        self.reason = reason


class StructTooDeepError(StructFault):
    """A struct that is nested deeper than MAX_DEPTH."""


def values_of(struct: Struct, path: str) -> dict[str, object]:
    """The values of a struct; `path` is what faults call it. Raises StructFault."""
    return _object(struct, path, MAX_DEPTH)


def _object(struct: Struct, path: str, depth: int) -> dict[str, object]:
    _check_depth(path, depth)
    fields = struct.fields
    found: dict[str, object] = {}
    for name in fields:
        value = fields[name]
        # Nearly all are texts with something in them, and this is the quickest way to see it.
        text = value.string_value
        if text:
            found[name] = text
        else:
            found[name] = _value(value, path, name, depth)
    return found


def _list(items: ListValue, path: str, depth: int) -> list[object]:
    _check_depth(path, depth)
    return [_value(item, path, str(position), depth) for position, item in enumerate(items.values)]


def _value(value: Value, path: str, name: str, depth: int) -> object:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        if not isfinite(number):
            raise StructFault(
                f"{path}.{name}", Reason.FIELD_OUT_OF_RANGE, "must be a finite number"
            )
        return number + 0.0  # -0.0 is 0.0: they are the same number
    if kind == "string_value":
        return value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "null_value":
        return None
    if kind == "struct_value":
        return _object(value.struct_value, f"{path}.{name}", depth - 1)
    if kind == "list_value":
        return _list(value.list_value, f"{path}.{name}", depth - 1)
    raise StructFault(f"{path}.{name}", Reason.FIELD_INVALID, "holds no value: null must be said")


def _check_depth(path: str, depth: int) -> None:
    if depth <= 0:
        # The path of something so deep is of no use to anybody: name the property it is in.
        top = ".".join(path.split(".")[:3])
        raise StructTooDeepError(top, Reason.FIELD_TOO_LONG, "is nested too deep")


def fill(struct: Struct, values: Mapping[str, object]) -> None:
    """Put values into a struct."""
    plain: Any = values
    struct.update(plain)
