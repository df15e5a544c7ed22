"""The gRPC server: every method of the contract behind one boundary, with health and reflection."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import grpc
import structlog
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.pipeline import Pipeline, overloaded, shutting_down
from attribution_service.storage.interface import Store
from attribution_service.transport.batch import BatchRpc
from attribution_service.transport.command_rpcs import CommandRpc
from attribution_service.transport.errors import STATUS_DETAILS, Failure, failure
from attribution_service.transport.rpcs import (
    METHODS,
    SERVICES,
    Method,
    ReadRpc,
    WatchRpc,
)
from attribution_service.transport.watch import heartbeat, responses
from attribution_service.transport.wire import parse

log = structlog.get_logger()

_READERS = 4
_ROOM = 16
_QUIET_SECONDS = 0.05
_REFUSING_SECONDS = 2.0
_GOODBYE_SECONDS = 0.5
_WATCH_PAUSE_SECONDS = 0.1
_KEEPALIVE_MILLISECONDS = 60_000
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

T = TypeVar("T")

if TYPE_CHECKING:  # the stubs know type parameters that the classes do not have
    Context = grpc.aio.ServicerContext[bytes, bytes]
    Handler = grpc.RpcMethodHandler[bytes, bytes]


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """What one call may cost, and how many reads and streams may be under way.

    The bytes of a call's message, and the seconds that it may take; a stream may take any time, and
    sends a sign of life after so many seconds without a message.
    """

    message_bytes: int = 1024 * 1024
    call_seconds: float = 30.0
    reads: int = 256
    watchers: int = 100
    heartbeat_seconds: float = 10.0


class GrpcServer:
    """Serves the contract; made and used in one event loop."""

    def __init__(self, pipeline: Pipeline, store: Store, limits: TransportLimits) -> None:
        self._pipeline = pipeline
        self._store = store
        self._limits = limits
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reads")
        self._free_reads = threading.Semaphore(limits.reads)
        self._watchers = 0
        self._draining = False
        self._stopping = asyncio.Event()
        self._in_flight = 0
        self._last_call = 0.0
        self._idle = asyncio.Event()
        self._idle.set()
        self._server = grpc.aio.server(options=_options(limits))
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)
        for service in SERVICES:
            handlers = {m.name: self._handler(m) for m in METHODS if m.service == service}
            generic = grpc.method_handlers_generic_handler(service, handlers)
            self._server.add_generic_rpc_handlers((generic,))

    async def start(self, address: str) -> int:
        """Listen on `host:port` (port 0: a free one); returns the port. OSError if it is taken."""
        try:
            port = self._server.add_insecure_port(address)
        except RuntimeError:
            raise OSError(f"cannot listen on {address}: is something else serving there?") from None
        await self._server.start()
        await self._report(serving=True)
        return port

    async def drain(self, grace_seconds: float) -> None:
        """Report NOT_SERVING, take no more calls, and let those in flight finish."""
        end = asyncio.get_running_loop().time() + grace_seconds
        await self._report(serving=False)
        # gRPC cancels calls that it has taken in and not handed over when it is stopped. So for a
        # moment they are refused by us, which callers know to mean another server, until hardly
        # any come; and only those who do not mind the refusals can still be cancelled.
        self._draining = True
        self._stopping.set()  # streams would not end by themselves
        try:
            await self._until_idle(end)
            await self._until_quiet(end)
            stopping = asyncio.create_task(self._server.stop(grace_seconds))
            await self._until_idle(end)
            if not (await asyncio.wait({stopping}, timeout=_GOODBYE_SECONDS))[0]:
                # Watchers of health are left, who would stay for ever, or calls out of time.
                await self._server.stop(None)
            await stopping
        finally:
            self._readers.shutdown()

    async def _until_idle(self, end: float) -> None:
        """Wait until no call is in flight, until `end` by the loop's clock at the most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                await self._idle.wait()

    async def _until_quiet(self, end: float) -> None:
        """Wait until no call has come for a moment, until `end` at the most."""
        loop = asyncio.get_running_loop()
        end = min(end, loop.time() + _REFUSING_SECONDS)
        while (now := loop.time()) < min(end, self._last_call + _QUIET_SECONDS):
            await asyncio.sleep(min(end, self._last_call + _QUIET_SECONDS) - now)

    async def _report(self, *, serving: bool) -> None:
        for service in ("", *SERVICES):
            await self._health.set(service, _SERVING if serving else _NOT_SERVING)

    def _handler(self, method: Method) -> "Handler":
        if isinstance(method.rpc, WatchRpc):
            return self._watch_handler(method, method.rpc)
        call = self._call(method)

        async def handle(data: bytes, context: "Context") -> bytes:
            with self._counted():
                return await answer(data, context)

        async def answer(data: bytes, context: "Context") -> bytes:
            try:
                if self._draining:
                    raise shutting_down()
                async with asyncio.timeout(self._seconds(context)):
                    return await call(data)
            except TimeoutError:
                # Nobody may be left to hear it, but the same words are in the log and the docs.
                late = Refusal(
                    Reason.DEADLINE_EXCEEDED,
                    "the call's time ran out: try again with the same ids, and if it was carried "
                    "out all the same, its first answer comes back",
                )
                told = failure(late, method.path)
            except Exception as fault:  # noqa: BLE001  the boundary: everything becomes a status
                told = failure(fault, method.path)
            log.debug("call_failed", method=method.path, code=told.code.name, reason=told.reason)
            return await _abort(context, told)

        # Bytes in and bytes out: what cannot be decoded comes to the same boundary as all else.
        return grpc.unary_unary_rpc_method_handler(handle)

    def _watch_handler(self, method: Method, rpc: WatchRpc) -> "Handler":
        async def handle(data: bytes, context: "Context") -> None:
            with self._counted():
                try:
                    with self._watching():
                        await self._until_stopping(self._stream(method, rpc, data, context))
                    return
                except Exception as fault:  # noqa: BLE001  the boundary: everything becomes a status
                    told = failure(fault, method.path)
                log.debug(
                    "call_failed", method=method.path, code=told.code.name, reason=told.reason
                )
                await _abort(context, told)

        return grpc.unary_stream_rpc_method_handler(handle)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Take one of the places of watchers. Raises Refusal if there is none."""
        if self._watchers >= self._limits.watchers:
            raise overloaded(f"{self._watchers} watch already")
        self._watchers += 1
        try:
            yield
        finally:
            self._watchers -= 1

    async def _until_stopping(self, work: Coroutine[None, None, None]) -> None:
        """Do the work, unless the server stops before. Raises Refusal then."""
        working = asyncio.ensure_future(work)
        # How it ends when nobody waits for it any more is nobody's concern.
        working.add_done_callback(lambda done: done.cancelled() or done.exception())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise shutting_down()
            working.result()
        finally:
            # Also when the caller has gone, or hangs and takes nothing more.
            stopping.cancel()
            working.cancel()

    async def _stream(self, method: Method, rpc: WatchRpc, data: bytes, context: "Context") -> None:
        """Send what is on record, then what comes; each write waits until there is room for it."""
        request = self._parse(method, data)
        watch = await self._patiently(lambda: rpc.opened(request, self._store))
        await context.write(heartbeat(watch))
        spoke = self._now()
        while True:
            # Asked for before the store is read: what is recorded in between wakes it at once.
            following = self._pipeline.conversions.next()
            feed = await self._patiently(partial(watch.read, self._store))
            for response in responses(feed):
                await context.write(response)
            watch = watch.behind(feed)
            # Conversions that are not this watcher's must not keep it silent, nor where it was.
            if not feed.found and self._now() >= spoke + self._limits.heartbeat_seconds:
                await context.write(heartbeat(watch))
                spoke = self._now()
            elif feed.found:
                spoke = self._now()
            if feed.reached < feed.last:
                continue
            if watch.ends:
                return
            await self._wait_for(following, spoke + self._limits.heartbeat_seconds)

    async def _wait_for(self, following: asyncio.Event, end: float) -> None:
        """Wait until conversions are recorded, until `end` by the loop's clock at the most."""
        # Many watchers shall not read the store once for each commit under load.
        await asyncio.sleep(_WATCH_PAUSE_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                await following.wait()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _patiently(self, read: Callable[[], T]) -> T:
        """Read from the store in a thread; waits for its turn if too many reads are under way."""
        while not self._free_reads.acquire(blocking=False):
            await asyncio.sleep(_WATCH_PAUSE_SECONDS)
        job = self._readers.submit(read)
        job.add_done_callback(lambda _: self._free_reads.release())
        return await asyncio.wrap_future(job)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count a call as in flight."""
        self._in_flight += 1
        self._last_call = asyncio.get_running_loop().time()
        self._idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    def _call(self, method: Method) -> Callable[[bytes], Awaitable[bytes]]:
        rpc = method.rpc
        if isinstance(rpc, WatchRpc):
            raise TypeError(f"{method.name} has more than one answer")
        if isinstance(rpc, CommandRpc):

            async def command(data: bytes) -> bytes:
                wanted = rpc.command(self._parse(method, data))
                answer = await self._pipeline.submit(wanted, len(data))
                return rpc.response(answer).SerializeToString()

            return command
        if isinstance(rpc, BatchRpc):

            async def batch(data: bytes) -> bytes:
                check_size(data, self._limits.message_bytes)
                items = rpc.parse(method.request_type, data)
                outcomes = await self._pipeline.submit_all(rpc.commands(items), len(data))
                return rpc.response(items, outcomes).SerializeToString()

            return batch

        async def read(data: bytes) -> bytes:
            request = self._parse(method, data)
            if not self._free_reads.acquire(blocking=False):
                raise overloaded(f"{self._limits.reads} reads wait already")
            job = self._readers.submit(self._read, rpc, request)
            # Not when the caller stops waiting: the read may go on after that.
            job.add_done_callback(lambda _: self._free_reads.release())
            return await asyncio.wrap_future(job)

        return read

    def _read(self, rpc: ReadRpc, request: Message) -> bytes:
        return rpc.read(request, self._store).SerializeToString()

    def _parse(self, method: Method, data: bytes) -> Message:
        return received(method, data, self._limits.message_bytes)

    def _seconds(self, context: "Context") -> float:
        remaining = context.time_remaining()
        most = self._limits.call_seconds
        return most if remaining is None else min(most, remaining)


def received(method: Method, data: bytes, most_bytes: int) -> Message:
    """The request of a method that these bytes are. Raises Refusal."""
    check_size(data, most_bytes)
    return parse(method.request_type, data)


def check_size(data: bytes, most_bytes: int) -> None:
    """Raises Refusal if a message is too large."""
    if len(data) > most_bytes:
        raise Refusal(
            Reason.MESSAGE_TOO_LARGE,
            f"the message has {len(data)} bytes; at most {most_bytes}",
            {"limit_bytes": str(most_bytes)},
        )


async def _abort(context: "Context", told: Failure) -> bytes:
    await context.abort(told.code, told.message, ((STATUS_DETAILS, told.details),))
    raise AssertionError("abort raises")


def _options(limits: TransportLimits) -> list[tuple[str, int]]:
    return [
        # gRPC itself refuses without a reason, so it is given room to hand us what is too large.
        ("grpc.max_receive_message_length", _ROOM * limits.message_bytes),
        # Two servers must not share a port by accident.
        ("grpc.so_reuseport", 0),
        # A caller that is gone without a word must not keep a watcher's place for ever.
        ("grpc.keepalive_time_ms", _KEEPALIVE_MILLISECONDS),
        # Beyond these gRPC cancels calls without a word; the pipeline's own limit comes first.
        ("grpc.server.max_pending_requests", 100_000),
        ("grpc.server.max_pending_requests_hard_limit", 200_000),
    ]
