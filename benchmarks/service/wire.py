"""Lone calls at a rate that gRPC's Python client cannot reach: HTTP/2 by hand, on one connection.

Just as much of it as an overload needs. Every call has the same header block, made once, without
HPACK's table; the server is told to keep none either, and to send binary metadata as it is, so
that the block of an answer can be read without a history. A call's message fits into one frame.
"""

import select
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _AWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_ACK, _END_STREAM, _END_HEADERS = 1, 1, 4
_TABLE_SIZE, _STREAM_WINDOW, _TRUE_BINARY = 1, 4, 0xFE03
_MOST_WINDOW: Final = 2**31 - 1
_USUAL_WINDOW: Final = 65_535
_FRAME_BYTES: Final = 16_384
_READ_BYTES: Final = 1 << 18
_WRITE_BYTES: Final = 1 << 20
_POST, _HTTP, _PATH, _AUTHORITY, _CONTENT_TYPE = 3, 6, 4, 1, 31
_STATUS: Final = b"grpc-status"
DETAILS: Final = b"grpc-status-details-bin"


class WireError(Exception):
    """The connection ended, or what came over it is not what this understands."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended.

    Attributes:
        code: The number of its status; None: the stream was reset.
        details: What came as `grpc-status-details-bin`.
        body: The answer's message.
        due: When it was to be sent.
        ended: When its end came; both by `time.perf_counter`.
    """

    code: int | None
    details: bytes
    body: bytes
    due: float
    ended: float


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value: int, bits: int, first: int = 0) -> bytes:
    """An integer of HPACK whose first byte has so many bits for it; `first` are the others."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    value -= most
    made = bytearray([first | most])
    while value >= 128:
        made.append(value % 128 + 128)
        value //= 128
    return bytes([*made, value])


def _text(value: bytes) -> bytes:
    return integer(len(value), 7) + value


def request_headers(method: str, authority: str) -> bytes:
    """The header block of a call, as literals that no table keeps."""
    return b"".join(
        (
            integer(_POST, 7, 0x80),
            integer(_HTTP, 7, 0x80),
            integer(_PATH, 4) + _text(method.encode()),
            integer(_AUTHORITY, 4) + _text(authority.encode()),
            b"\x00" + _text(b"te") + _text(b"trailers"),
            integer(_CONTENT_TYPE, 4) + _text(b"application/grpc"),
            b"\x00" + _text(b"grpc-timeout") + _text(b"30S"),
        )
    )


def _integer(block: bytes, place: int, bits: int) -> tuple[int, int]:
    most = (1 << bits) - 1
    value = block[place] & most
    place += 1
    if value < most:
        return value, place
    shift = 0
    while True:
        byte = block[place]
        place += 1
        value += (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def headers_of(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The fields of a block that have names of their own; those of the static table are left out.

    Raises WireError if it refers to a table that it was told not to keep.
    """
    place = 0
    while place < len(block):
        first = block[place]
        if first & 0x80:
            number, place = _integer(block, place, 7)
            if number > 61:
                raise WireError("the server keeps a table of headers")
            continue
        if first & 0xE0 == 0x20:
            _, place = _integer(block, place, 5)
            continue
        number, place = _integer(block, place, 6 if first & 0x40 else 4)
        name = b""
        if not number:
            length, place = _integer(block, place, 7)
            name, place = block[place : place + length], place + length
        length, place = _integer(block, place, 7)
        value, place = block[place : place + length], place + length
        if name:
            yield name, value


@dataclass(slots=True)
class _Call:
    due: float
    body: bytearray = field(default_factory=bytearray)


class Flood:
    """Calls of one method over one connection, at a rate, whatever comes of them."""

    def __init__(self, address: str, method: str) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._headers = request_headers(method, address)
        self._out = bytearray(_PREFACE)
        settings = ((_TABLE_SIZE, 0), (_STREAM_WINDOW, _MOST_WINDOW), (_TRUE_BINARY, 1))
        told = b"".join(struct.pack(">HI", *each) for each in settings)
        self._out += frame(_SETTINGS, 0, 0, told)
        room = struct.pack(">I", _MOST_WINDOW - _USUAL_WINDOW)
        self._out += frame(_WINDOW, 0, 0, room)
        self._in = bytearray()
        self._room = _USUAL_WINDOW
        self._stream = 1
        self._calls: dict[int, _Call] = {}
        self.ended: list[Ended] = []
        self.late = 0.0

    def run(self, payloads: Sequence[bytes], rate: float, most_in_flight: int) -> None:
        """Send them all, each when it is due, and wait for all answers. Raises WireError."""
        began = time.perf_counter()
        position = 0
        while position < len(payloads) or self._calls:
            now = time.perf_counter()
            while (
                position < len(payloads)
                and (due := began + position / rate) <= now
                and len(self._calls) < most_in_flight
                and len(self._out) < _WRITE_BYTES
                and self._room > len(payloads[position]) + 5
            ):
                self.late = max(self.late, now - due)
                self._begin(payloads[position], due)
                position += 1
            wait = began + position / rate - now if position < len(payloads) else 1.0
            self._move(min(max(wait, 0.0005), 1.0))

    def _begin(self, payload: bytes, due: float) -> None:
        size = len(payload) + 5
        if size > _FRAME_BYTES:
            raise WireError(f"a message of {len(payload)} bytes does not fit into a frame")
        stream = self._stream
        self._stream += 2
        self._calls[stream] = _Call(due)
        self._room -= size
        self._out += frame(_HEADERS, _END_HEADERS, stream, self._headers)
        message = b"\x00" + struct.pack(">I", len(payload)) + payload
        self._out += frame(_DATA, _END_STREAM, stream, message)

    def _move(self, seconds: float) -> None:
        """Write what there is to write, and take in what comes within this time."""
        writing = [self._socket] if self._out else []
        ready, free, _ = select.select([self._socket], writing, [], seconds)
        if free:
            del self._out[: self._socket.send(self._out)]
        if ready:
            data = self._socket.recv(_READ_BYTES)
            if not data:
                raise WireError("the server closed the connection")
            self._in += data
            self._take()

    def _take(self) -> None:
        place = 0
        data = self._in
        now = time.perf_counter()
        while len(data) - place >= 9:
            end = place + 9 + int.from_bytes(data[place : place + 3], "big")
            if len(data) < end:
                break
            stream = int.from_bytes(data[place + 5 : place + 9], "big")
            self._frame(data[place + 3], data[place + 4], stream, bytes(data[place + 9 : end]), now)
            place = end
        del data[:place]

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes, now: float) -> None:
        if kind == _DATA:
            if stream in self._calls:
                self._calls[stream].body += payload
        elif kind == _HEADERS:
            if flags & _END_STREAM:
                self._end(stream, payload, now)
        elif kind == _RESET:
            call = self._calls.pop(stream, None)
            if call is not None:
                self.ended.append(Ended(None, b"", b"", call.due, now))
        elif kind == _SETTINGS and not flags & _ACK:
            self._out += frame(_SETTINGS, _ACK, 0, b"")
        elif kind == _PING and not flags & _ACK:
            self._out += frame(_PING, _ACK, 0, payload)
        elif kind == _WINDOW and stream == 0:
            self._room += int.from_bytes(payload, "big")
        elif kind == _AWAY:
            raise WireError("the server wants no more calls on this connection")

    def _end(self, stream: int, block: bytes, now: float) -> None:
        call = self._calls.pop(stream, None)
        if call is None:
            return
        fields = dict(headers_of(block))
        if _STATUS not in fields:
            raise WireError("an answer has no status")
        details = fields.get(DETAILS, b"").removeprefix(b"\x00")
        body = bytes(call.body[5:])
        self.ended.append(Ended(int(fields[_STATUS]), details, body, call.due, now))

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
