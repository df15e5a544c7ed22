"""HTTP/2 by hand, against gRPC's own server; nothing here is timed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from benchmarks.service.wire import DETAILS, Flood, WireError, frame, headers_of, integer

METHOD = "/a.Service/Call"


def refusal() -> bytes:
    packed = Packed()
    packed.Pack(error_details_pb2.RetryInfo(retry_delay=Duration(seconds=1)))
    status = status_pb2.Status(code=8, message="no", details=[packed])
    told: bytes = status.SerializeToString()
    return told


async def handle(data: bytes, context: Any) -> bytes:
    if data == b"refuse":
        told = ((DETAILS.decode(), refusal()),)
        await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no", told)
    return data * 2


@contextmanager
def served() -> Iterator[str]:
    loop = asyncio.new_event_loop()
    started: list[str] = []
    ready, told = threading.Event(), asyncio.Event()

    async def main() -> None:
        server = grpc.aio.server()
        call: Any = grpc.unary_unary_rpc_method_handler(handle)
        handlers = {"Call": call}
        generic = grpc.method_handlers_generic_handler("a.Service", handlers)
        server.add_generic_rpc_handlers((generic,))
        started.append(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
        await server.start()
        ready.set()
        await told.wait()
        await server.stop(None)

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    assert ready.wait(30)
    try:
        yield started[0]
    finally:
        loop.call_soon_threadsafe(told.set)
        thread.join()
        loop.close()


def test_many_calls_are_answered_or_refused_each_with_its_own() -> None:
    payloads = [b"refuse" if number % 4 == 3 else b"%d" % number for number in range(2_000)]
    with served() as address:
        flood = Flood(address, METHOD)
        flood.run(payloads, rate=1e9, most_in_flight=300)
        flood.close()
    answered = [each for each in flood.ended if each.code == 0]
    refused = [each for each in flood.ended if each.code == 8]
    assert sorted(each.body for each in answered) == sorted(
        each * 2 for each in payloads if each != b"refuse"
    )
    assert {each.details for each in refused} == {refusal()}
    assert len(answered) + len(refused) == len(payloads)
    assert all(each.ended >= each.due for each in flood.ended)


def test_an_unknown_method_is_refused_with_its_status() -> None:
    with served() as address:
        flood = Flood(address, "/a.Service/Other")
        flood.run([b"x"], rate=1e9, most_in_flight=1)
        flood.close()
    assert [each.code for each in flood.ended] == [12]


def test_a_message_beyond_a_frame_is_refused() -> None:
    with served() as address:
        flood = Flood(address, METHOD)
        with pytest.raises(WireError, match="does not fit"):
            flood.run([b"x" * 16_384], rate=1e9, most_in_flight=1)
        flood.close()


@pytest.mark.parametrize(
    ("value", "bits", "made"),
    [(10, 5, b"\x0a"), (1337, 5, b"\x1f\x9a\x0a"), (42, 8, b"\x2a"), (31, 5, b"\x1f\x00")],
)
def test_integers_are_those_of_the_specification(value: int, bits: int, made: bytes) -> None:
    assert integer(value, bits) == made


def test_fields_are_read_whichever_way_they_are_written() -> None:
    block = (
        b"\x20"  # a table of size 0
        b"\x88"  # :status 200, of the static table
        b"\x5f\x01x"  # content-type, named by the static table
        b"\x00\x01a\x01b"  # a literal
        b"\x40\x01c\x00"  # a literal that a table may keep
        b"\x10\x01d\x01e"  # a literal that none ever may
    )
    assert list(headers_of(block)) == [(b"a", b"b"), (b"c", b""), (b"d", b"e")]
    with pytest.raises(WireError, match="keeps a table"):
        list(headers_of(b"\xbe"))


def test_frame() -> None:
    assert frame(6, 1, 3, b"ab") == b"\x00\x00\x02\x06\x01\x00\x00\x00\x03ab"
