"""Cursors of conversions: where a watcher is, in an envelope that callers do not look into."""

import base64
import binascii
import json
import zlib
from collections.abc import Sequence

from attribution_service.core.reports import Position
from attribution_service.storage.interface import BUCKETS

_KIND = "conversions"
# Before the packed numbers of buckets; what is JSON begins otherwise.
_BY_BUCKET = b"B"
_MAX_CURSOR_LENGTH = 16_384
_NUMBERS = range(1 << 63)
# One of them in parts of seven bits.
_MAX_NUMBER_BYTES = 9
_MAX_PACKED_BYTES = (BUCKETS + 1) * _MAX_NUMBER_BYTES


def cursor_of(position: Position) -> str:
    """The cursor of a position."""
    if isinstance(position, int):
        told = json.dumps([_KIND, position]).encode()
    else:
        told = _BY_BUCKET + zlib.compress(_packed(position), level=1)
    return base64.urlsafe_b64encode(told).decode()


def position_of(cursor: str) -> Position | None:
    """The position in a cursor; None: nobody gave it."""
    if len(cursor) > _MAX_CURSOR_LENGTH:
        return None
    try:
        told = base64.urlsafe_b64decode(cursor.encode())
        if told.startswith(_BY_BUCKET):
            return _unpacked(_inflated(told[len(_BY_BUCKET) :]))
        kind, number = json.loads(told)
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError):
        return None
    if kind != _KIND or type(number) is not int or number not in _NUMBERS:
        return None
    return number


def is_ahead(position: Position, last: Position) -> bool:
    """Whether a position is ahead of the last one of a store, or of stores of another kind."""
    if isinstance(last, int):
        return not isinstance(position, int) or position > last
    numbers = [position] * len(last) if isinstance(position, int) else position
    return any(number > most for number, most in zip(numbers, last, strict=True))


def _packed(numbers: Sequence[int]) -> bytes:
    """The least of the numbers and how far each is above it, seven bits to a byte.

    Buckets fill evenly, so most take one byte or two.
    """
    least = min(numbers)
    packed = bytearray()
    for number in (least, *(number - least for number in numbers)):
        left = number
        while left > 0x7F:
            packed.append(left & 0x7F | 0x80)
            left >>= 7
        packed.append(left)
    return bytes(packed)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    """The numbers that were packed. Raises ValueError."""
    least, *above = _numbers(packed)
    if len(above) != BUCKETS or min(above) != 0:
        raise ValueError("not as many numbers as there are buckets")
    return tuple(least + number for number in above)


def _numbers(packed: bytes) -> list[int]:
    found: list[int] = []
    number = bits = 0
    for byte in packed:
        number |= (byte & 0x7F) << bits
        bits += 7
        if bits > 7 * _MAX_NUMBER_BYTES:
            raise ValueError("a number is too long")
        if not byte & 0x80:
            found.append(number)
            number = bits = 0
    if bits:
        raise ValueError("the last number has no end")
    return found


def _inflated(data: bytes) -> bytes:
    """Raises ValueError if it is larger than any that was given."""
    inflating = zlib.decompressobj()
    packed = inflating.decompress(data, _MAX_PACKED_BYTES)
    if not inflating.eof or inflating.unused_data:
        raise ValueError("too much, or not all of it")
    return packed
