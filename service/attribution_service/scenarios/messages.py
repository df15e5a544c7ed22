"""Messages from the form in which people write them in scenario files.

That is the JSON form of the message, and besides: enum values without their prefix, lengths of
time such as `7d`, times as lengths of time since the scenario's start, masks as lists.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from attribution_service.scenarios.documents import Item, suggestion
from attribution_service.scenarios.times import is_time, proto_duration, rfc3339, span_ns, time_us

M = TypeVar("M", bound=Message)


def message(item: Item, message_type: type[M], start_us: int) -> M:
    """The message that is written at `item`. Raises FileError."""
    descriptor: Any = message_type.DESCRIPTOR  # its stubs disagree about the type
    values: Any = _message(item, descriptor, start_us)
    try:
        return json_format.ParseDict(values, message_type())
    except (json_format.ParseError, ValueError, OverflowError, TypeError) as error:
        raise item.wrong(f"is no {descriptor.name}: {error}") from None


def _message(item: Item, descriptor: Descriptor, start_us: int) -> object:
    match descriptor.full_name:
        case "google.protobuf.Struct" | "google.protobuf.Value":
            return item.plain()
        case "google.protobuf.Duration":
            return duration(item)
        case "google.protobuf.Timestamp":
            return rfc3339(time(item, start_us))
        case "google.protobuf.FieldMask":
            return _mask(item)
    return {
        field.name: _field(value, field, start_us)
        for field, value in named_fields(item, descriptor)
        if not value.is_null  # as in JSON: not set
    }


def named_fields(item: Item, descriptor: Descriptor) -> Iterator[tuple[FieldDescriptor, Item]]:
    """The fields of a message that are named, by their names in the protos or in JSON."""
    by_name = dict(descriptor.fields_by_camelcase_name) | dict(descriptor.fields_by_name)
    seen: set[str] = set()
    for name, value in item.fields(descriptor.name).items():
        if name not in by_name:
            meant = suggestion(name, descriptor.fields_by_name)
            raise value.key.wrong(f"{descriptor.name} has no {name!r}{meant}")
        field = by_name[name]
        if field.name in seen:
            raise value.key.wrong(f"{field.name!r} stands here twice")
        seen.add(field.name)
        yield field, value


def check(item: Item, descriptor: Descriptor, start_us: int) -> None:
    """Refuse what cannot stand in a message of this type. Raises FileError."""
    for field, value in named_fields(item, descriptor):
        parts = value.items(field.name) if is_repeated(field) and not value.is_null else [value]
        for part in parts:
            if field.message_type is not None and not part.is_null:
                _check_message(part, field.message_type, start_us)
            elif field.enum_type is not None and isinstance(part.scalar(field.name), str):
                enum_name(part, field.enum_type)


def _check_message(item: Item, descriptor: Descriptor, start_us: int) -> None:
    if descriptor.full_name.startswith("google.protobuf."):
        _message(item, descriptor, start_us)
    else:
        check(item, descriptor, start_us)


def _field(item: Item, field: FieldDescriptor, start_us: int) -> object:
    if is_repeated(field):
        return [_single(part, field, start_us) for part in item.items(field.name)]
    return _single(item, field, start_us)


def _single(item: Item, field: FieldDescriptor, start_us: int) -> object:
    if field.message_type is not None:
        return _message(item, field.message_type, start_us)
    value = item.scalar(field.name)
    if field.enum_type is not None:
        return enum_name(item, field.enum_type) if isinstance(value, str) else value
    if field.type == FieldDescriptor.TYPE_STRING:
        return item.text(field.name)
    return value


def is_repeated(field: FieldDescriptor) -> bool:
    """Whether the field is a list."""
    return bool(field.is_repeated)


def enum_name(item: Item, enum: EnumDescriptor) -> str:
    """The full name of an enum's value that may be written without its prefix."""
    written = item.text(enum.name)
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    for name in (written, prefix + written):
        if name in enum.values_by_name:
            return name
    short = [name.removeprefix(prefix) for name in enum.values_by_name]
    raise item.wrong(f"{enum.name} has no {written!r}{suggestion(written, short)}")


def duration(item: Item) -> str:
    """A length of time in protobuf's JSON form."""
    text = item.text("a length of time")
    length_ns = span_ns(text)
    if length_ns is None:
        raise item.wrong(f"{text!r} is no length of time such as 90s, 30m, 36h, 7d or 1h30m")
    return proto_duration(length_ns)


def time(item: Item, start_us: int) -> int:
    """Microseconds since the epoch of an RFC 3339 time or a length of time since `start_us`."""
    text = item.text("a time")
    length_ns = span_ns(text)
    if length_ns is not None and is_time(start_us + length_ns // 1_000):
        return start_us + length_ns // 1_000
    moment_us = time_us(text)
    if moment_us is None or not is_time(moment_us):
        raise item.wrong(
            f"{text!r} is no time: write 2026-03-01T00:00:00Z, or 36h for the start plus 36 h"
        )
    return moment_us


def _mask(item: Item) -> str:
    if item.is_mapping:
        item = item.known_fields("FieldMask", ["paths"]).get("paths", item)
    if item.is_list:
        paths = [part.text("a path") for part in item.items("the mask")]
    else:
        paths = item.text("the mask").split(",")
    return ",".join(_camel_case(path.strip()) for path in paths)


def _camel_case(path: str) -> str:
    """The path in camel case, which protobuf writes in JSON; people write names of fields."""
    head, *tail = path.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)
