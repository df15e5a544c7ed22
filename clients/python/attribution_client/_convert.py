"""From Python values to the messages of the contract, refusing what they cannot hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias

from google.protobuf.struct_pb2 import ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

MAX_SAFE_INTEGER: Final = 2**53
"""Largest whole number up to which a double holds every one."""

MAX_NESTING: Final = 32
"""Protobuf reads no message nested deeper than 100; one level of a Struct takes three."""

_ADVICE: Final = {
    "bytes": "send text, such as base64",
    "bytearray": "send text, such as base64",
    "date": "send text, such as .isoformat()",
    "datetime": "send text, such as .isoformat()",
    "Decimal": "send a float, or text",
    "UUID": "send text, such as str(...)",
    "set": "send a list",
    "frozenset": "send a list",
}


Properties: TypeAlias = Mapping[str, object] | Struct
"""A mapping of JSON values; a Struct is taken as it is."""


class EnumType(Protocol):
    """What generated enums offer."""

    def keys(self) -> list[str]:
        """Return the names of the values."""
        ...

    def items(self) -> list[tuple[str, int]]:
        """Return the names and numbers of the values."""
        ...


def to_struct(value: Properties, path: str) -> Struct:
    """Return a mapping of JSON values as a Struct.

    Args:
        value: Text keys; values None, bool, int, float, str, and lists, tuples
            and mappings of them. A Struct is taken as it is.
        path: Where it stands in the call, for messages.

    Raises:
        TypeError: Something is of a type that JSON has not.
        ValueError: A number is NaN, infinite or too large to be exact, a text is
            no valid Unicode, or the nesting is too deep (or endless).
    """
    struct = Struct()
    if isinstance(value, Struct):
        struct.CopyFrom(value)
    elif isinstance(value, Mapping):
        _fill_struct(struct, value, path, 1)
    else:
        raise TypeError(f"{path}: expected a mapping, not {type(value).__name__}")
    return struct


def _fill_struct(struct: Struct, value: Mapping[Any, object], path: str, level: int) -> None:
    _check_level(path, level)
    struct.SetInParent()
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"{path}: key {key!r} is {type(key).__name__}; JSON has text keys only")
        _check_text(key, f"a key of {path}")
        _fill_value(struct.fields[key], item, _child(path, key), level)


def _fill_list(
    values: ListValue, items: list[object] | tuple[object, ...], path: str, level: int
) -> None:
    _check_level(path, level)
    values.SetInParent()
    for index, item in enumerate(items):
        _fill_value(values.values.add(), item, f"{path}[{index}]", level)


def _fill_value(target: Value, item: object, path: str, level: int) -> None:
    match item:
        case None:
            target.null_value = 0  # type: ignore[assignment]  # NULL_VALUE
        case bool():
            target.bool_value = item
        case int():
            target.number_value = _exact(item, path)
        case float():
            target.number_value = _finite(item, path)
        case str():
            target.string_value = _check_text(item, path)
        case list() | tuple():
            _fill_list(target.list_value, item, path, level + 1)
        case Mapping():
            _fill_struct(target.struct_value, item, path, level + 1)
        case _:
            name = type(item).__name__
            advice = f"; {_ADVICE[name]}" if name in _ADVICE else ""
            raise TypeError(f"{path}: JSON cannot hold {name}{advice}")


def _exact(item: int, path: str) -> float:
    if abs(item) > MAX_SAFE_INTEGER:
        raise ValueError(
            f"{path}: numbers are doubles, which are not exact beyond 2^53; send it as a string"
        )
    return float(item)


def _finite(item: float, path: str) -> float:
    if not math.isfinite(item):
        raise ValueError(f"{path}: JSON cannot hold {float(item)!r}")
    return item


def _check_text(item: str, path: str) -> str:
    try:
        item.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{path}: no valid Unicode at character {error.start}") from None
    return item


def _check_level(path: str, level: int) -> None:
    if level > MAX_NESTING:
        raise ValueError(f"{path}: nested more than {MAX_NESTING} deep")


def _child(path: str, key: str) -> str:
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]"


def to_timestamp(value: datetime, path: str) -> Timestamp:
    """Return an aware datetime as a Timestamp, to the microsecond.

    Raises:
        TypeError: It is no datetime.
        ValueError: It is naive: which moment it means depends on the machine.
    """
    if not isinstance(value, datetime):
        raise TypeError(f"{path}: expected a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError(f"{path}: {value!r} has no time zone; use datetime.now(UTC) and the like")
    timestamp = Timestamp()
    timestamp.FromDatetime(value)
    return timestamp


def to_enum(value: str | int, kind: EnumType, prefix: str, path: str) -> int:
    """Return the number of an enum value.

    Args:
        value: A value of the generated enum, or its name: with or without the
            prefix, in capitals or not.
        kind: The generated enum.
        prefix: What the names of its values start with, such as `CHANNEL_`.
        path: Where it stands in the call, for messages.

    Raises:
        TypeError: It is neither.
        ValueError: There is no value of this name. (A number that this version
            does not know is sent on: the service may know it.)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise TypeError(f"{path}: expected a name or an enum value, not {type(value).__name__}")
    numbers = dict(kind.items())
    name = value.upper()
    for candidate in (prefix + name, name):
        if candidate in numbers:
            return numbers[candidate]
    known = ", ".join(key.removeprefix(prefix) for key in numbers if numbers[key])
    raise ValueError(f"{path}: {value!r} is none of {known}")
