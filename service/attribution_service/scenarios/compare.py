"""What came against what was expected: every field named must be there and equal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from attribution_service.scenarios import messages
from attribution_service.scenarios.documents import Item
from attribution_service.scenarios.times import proto_duration, rfc3339

_VALUE = "google.protobuf.Value"
_WRAPPED = {"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.Struct"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as expected, and the line of the expectation."""

    line: int
    path: str
    expected: str
    actual: str


def differences(item: Item, actual: Message, start_us: int, path: str = "") -> Iterator[Difference]:
    """All fields named at `item` that `actual` has otherwise. Raises FileError."""
    descriptor: Any = actual.DESCRIPTOR  # its stubs disagree about the type
    for field, expected in messages.named_fields(item, descriptor):
        name = field.name
        where = f"{path}.{name}" if path else name
        if messages.is_repeated(field):
            yield from _list(expected, field, getattr(actual, name), start_us, where)
        elif field.has_presence and not actual.HasField(name):
            if expected.plain() is not None:
                yield Difference(expected.line, where, _shown(expected.plain()), "unset")
        else:
            yield from _single(expected, field, getattr(actual, name), start_us, where)


def _list(
    item: Item, field: FieldDescriptor, actual: Any, start_us: int, path: str
) -> Iterator[Difference]:
    expected = item.items(field.name)
    if len(expected) != len(actual):
        found = "[" + ", ".join(_brief(part) for part in actual) + "]"
        many = f"{len(expected)} of them"
        yield Difference(item.line, path, many, f"{len(actual)}: {found}")
        return
    for position, (part, found) in enumerate(zip(expected, actual, strict=True)):
        yield from _single(part, field, found, start_us, f"{path}[{position}]")


def _single(
    item: Item, field: FieldDescriptor, actual: Any, start_us: int, path: str
) -> Iterator[Difference]:
    if field.message_type is None:
        wanted, found = _scalar(item, field, actual)
        if wanted is None and actual == field.default_value:
            return  # null: not set
        yield from _same(item, wanted, found, path)
    elif field.message_type.full_name == _VALUE:
        yield from _json(item, json_format.MessageToDict(actual), path)  # it may be null itself
    elif item.plain() is None:
        yield Difference(item.line, path, "unset", _brief(actual))
    elif field.message_type.full_name in _WRAPPED:
        yield from _wrapped(item, field.message_type.full_name, actual, start_us, path)
    else:
        yield from differences(item, actual, start_us, path)


def _scalar(item: Item, field: FieldDescriptor, actual: Any) -> tuple[object, object]:
    wanted = item.scalar(field.name)
    if field.enum_type is None:
        if isinstance(wanted, str) and isinstance(actual, int) and wanted == str(actual):
            return actual, actual  # in JSON, integers of 64 bits are text
        return wanted, actual
    prefix = field.enum_type.values_by_number[0].name.removesuffix("UNSPECIFIED")
    found = field.enum_type.values_by_number[actual].name.removeprefix(prefix)
    if wanted is None:
        return None, actual if actual == field.default_value else found
    if not isinstance(wanted, str):
        return wanted, actual
    return messages.enum_name(item, field.enum_type).removeprefix(prefix), found


def _wrapped(item: Item, kind: str, actual: Any, start_us: int, path: str) -> Iterator[Difference]:
    if kind == "google.protobuf.Timestamp":
        wanted = rfc3339(messages.time(item, start_us))
        yield from _same(item, wanted, rfc3339(actual.ToMicroseconds()), path)
    elif kind == "google.protobuf.Duration":
        found = proto_duration(actual.ToNanoseconds())
        yield from _same(item, messages.duration(item), found, path)
    else:
        yield from _json(item, json_format.MessageToDict(actual), path)


def _json(item: Item, actual: object, path: str) -> Iterator[Difference]:
    """Compare inside properties and values: there too, what is not named is not looked at."""
    if item.is_mapping and isinstance(actual, dict):
        for name, part in item.fields("properties").items():
            where = f"{path}.{name}"
            if name in actual:
                yield from _json(part, actual[name], where)
            else:
                yield Difference(part.line, where, _shown(part.plain()), "unset")
    elif item.is_list and isinstance(actual, list):
        parts = item.items("the list")
        if len(parts) != len(actual):
            yield Difference(item.line, path, f"{len(parts)} of them", _shown(actual))
            return
        for position, (part, found) in enumerate(zip(parts, actual, strict=True)):
            yield from _json(part, found, f"{path}[{position}]")
    else:
        yield from _same(item, item.plain(), actual, path)


def _same(item: Item, wanted: object, found: object, path: str) -> Iterator[Difference]:
    # True is 1 in Python, and neither is the other in a response.
    if isinstance(wanted, bool) is not isinstance(found, bool) or wanted != found:
        yield Difference(item.line, path, _shown(wanted), _shown(found))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) and value else repr(value)
    return {"True": "true", "False": "false", "None": "null"}.get(text, text)


def _brief(value: object) -> str:
    """A part of a response in a line: by its id where it has one."""
    if not isinstance(value, Message):
        return _shown(value)
    for name in ("delivery_id", "journey_id", "campaign_id", "verdict"):
        if name in value.DESCRIPTOR.fields_by_name and getattr(value, name):
            return str(getattr(value, name))
    return json_format.MessageToJson(value, indent=None)
