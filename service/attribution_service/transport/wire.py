"""Bytes of a request to its message, or a refusal that says which field is at fault."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from attribution_service.core.refusals import Reason, Refusal, Violation

# What the protobuf runtimes allow; a message inside a message counts one.
_MAX_DEPTH = 100
_MAX_VARINT_BYTES = 10
# The search for the fault runs in Python, where a large message of many small fields would hold up
# everybody: it gives up after so many fields.
_MAX_FIELDS = 5_000
_VARINT, _FIXED64, _LENGTH, _GROUP, _END_GROUP, _FIXED32 = range(6)
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}


class _Fault(Exception):
    """Where decoding fails: the path of the field, and what is wrong with it."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(what)
        self.path = path


def check_size(data: bytes, most_bytes: int) -> None:
    """Raises Refusal if a message is too large."""
    if len(data) > most_bytes:
        raise Refusal(
            Reason.MESSAGE_TOO_LARGE,
            f"the message has {len(data)} bytes; at most {most_bytes}",
            {"limit_bytes": str(most_bytes)},
        )


def parse(request_type: type[Message], data: bytes) -> Message:
    """The message that the bytes are; raises Refusal."""
    return _parsed(request_type, data, _Walk())


def items(
    request_type: type[Message], field: str, data: bytes, most: int
) -> list[Message | Refusal] | None:
    """The messages in a repeated field of a request that cannot be decoded as a whole.

    Each is parsed alone, and refused alone. None if they cannot even be told apart; those beyond
    `most` are looked at no further, but there is one of them.
    """
    descriptor: Any = request_type.DESCRIPTOR  # its stubs disagree about the type
    wanted = descriptor.fields_by_name[field]
    item_type = GetMessageClass(wanted.message_type)
    walk = _Walk()  # one for all items: many faults must not take longer than one
    found: list[Message | Refusal] = []
    try:
        for number, kind, payload in _Walk().parts(memoryview(data), ""):
            if number != wanted.number or kind != _LENGTH:
                continue
            if len(found) > most:
                break
            found.append(_item(item_type, bytes(payload), walk))
    except _Fault:
        return None
    return found


def _item(item_type: type[Message], data: bytes, walk: "_Walk") -> Message | Refusal:
    try:
        return _parsed(item_type, data, walk)
    except Refusal as refusal:
        return refusal


def _parsed(request_type: type[Message], data: bytes, walk: "_Walk") -> Message:
    try:
        return request_type.FromString(data)
    except DecodeError:
        descriptor: Any = request_type.DESCRIPTOR  # its stubs disagree about the type
        raise _refusal(descriptor, data, walk) from None


def _refusal(descriptor: Descriptor, data: bytes, walk: "_Walk") -> Refusal:
    what = f"the request is no {descriptor.full_name}"
    try:
        walk.message(descriptor, memoryview(data), "", 0)
    except _Fault as fault:
        violation = Violation(fault.path, Reason.MALFORMED_REQUEST, str(fault))
        message = f"{what}: {fault.path or 'its bytes'}: {fault}"
        return Refusal(Reason.MALFORMED_REQUEST, message, {}, (violation,) if fault.path else ())
    return Refusal(Reason.MALFORMED_REQUEST, f"{what}: its bytes cannot be decoded")


class _Walk:
    """Decodes as far as it takes to find faults, and raises _Fault there; one for each call."""

    def __init__(self) -> None:
        self._fields_left = _MAX_FIELDS

    def message(self, descriptor: Descriptor, data: memoryview, path: str, depth: int) -> None:
        """Go through the fields of a message."""
        if depth > _MAX_DEPTH:
            raise _Fault(_top(path), f"is nested more than {_MAX_DEPTH} messages deep")
        for number, kind, payload in self.parts(data, path):
            field = descriptor.fields_by_number.get(number)
            if field is not None and kind == _LENGTH:
                self._field(field, payload, f"{path}.{field.name}" if path else field.name, depth)

    def parts(self, data: memoryview, path: str) -> Iterator[tuple[int, int, memoryview]]:
        """What _parts gives, as long as there is time for it."""
        for part in _parts(data, path):
            self._fields_left -= 1
            if self._fields_left < 0:
                raise _Fault("", "cannot be decoded")
            yield part

    def _field(self, field: FieldDescriptor, payload: memoryview, path: str, depth: int) -> None:
        if field.message_type is not None:
            self.message(field.message_type, payload, path, depth + 1)
        elif field.type == FieldDescriptor.TYPE_STRING:
            _check_text(payload, path)


def _check_text(payload: memoryview, path: str) -> None:
    try:
        str(payload, "utf-8")
    except UnicodeDecodeError as error:
        raise _Fault(_top(path), f"is not UTF-8 from byte {error.start} on") from None


def _top(path: str) -> str:
    """The path down to where a struct begins: what follows is of the encoding."""
    names = path.split(".")
    return ".".join(names[: names.index("fields")] if "fields" in names else names)


def _parts(data: memoryview, path: str) -> Iterator[tuple[int, int, memoryview]]:
    """The fields of a message: number, wire type, and the payload of those that have a length."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position, path)
        number, kind = tag >> 3, tag & 7
        start = position
        if kind == _VARINT:
            _, position = _varint(data, position, path)
        elif kind == _LENGTH:
            length, start = _varint(data, position, path)
            position = start + length
        elif kind in _FIXED_SIZES:
            position += _FIXED_SIZES[kind]
        else:
            raise _Fault(path, "is not encoded as protobuf")
        if position > len(data) or not number:
            raise _Fault(path, "is not encoded as protobuf, or is cut short")
        yield number, kind, data[start:position]


def _varint(data: memoryview, position: int, path: str) -> tuple[int, int]:
    value = 0
    for step in range(_MAX_VARINT_BYTES):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:  # no further byte follows
            return value, position
    raise _Fault(path, "is not encoded as protobuf, or is cut short")
