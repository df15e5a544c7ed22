"""The handlers of all methods: bytes in and bytes out, behind one boundary for errors."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

import grpc
import structlog
from google.protobuf.message import Message

from attribution_service.pipeline.admission import out_of_time
from attribution_service.pipeline.engine import Outcome
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.storage.interface import Store
from attribution_service.transport.backtesting import BacktestStream
from attribution_service.transport.batch import BatchRpc
from attribution_service.transport.command_rpcs import CommandRpc
from attribution_service.transport.errors import STATUS_DETAILS, Failure, failure
from attribution_service.transport.limits import TransportLimits
from attribution_service.transport.readers import Readers
from attribution_service.transport.rpcs import (
    BacktestRpc,
    BatchStreamRpc,
    Method,
    ReadRpc,
    WatchRpc,
)
from attribution_service.transport.streams import BatchStream
from attribution_service.transport.under_way import CallsUnderWay, Places
from attribution_service.transport.watching import WatchStream
from attribution_service.transport.wire import check_size

log = structlog.get_logger()

T = TypeVar("T")

# For how long a status waits for the message in front of it.
_SETTLING_SECONDS = 1.0

if TYPE_CHECKING:  # the stubs know type parameters that the classes do not have
    Context = grpc.aio.ServicerContext[bytes, bytes]
    Handler = grpc.RpcMethodHandler[bytes, bytes]


class Handlers:
    """Makes the handlers; made and used in one event loop."""

    def __init__(
        self, pipeline: Pipeline, store: Store, limits: TransportLimits, under_way: CallsUnderWay
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._limits = limits
        self._under_way = under_way
        self._readers = Readers(limits.reads)
        self._watchers = Places(limits.watchers, "watch")
        self._backtests = Places(limits.backtests, "backtests run")
        self._streams = Places(limits.streams, "streams of batches are open")

    def of(self, method: Method) -> "Handler":
        """The handler of a method."""
        # Bytes in and bytes out: what cannot be decoded comes to the same boundary as all else.
        if isinstance(method.rpc, WatchRpc):
            return self._watch(method, method.rpc)
        if isinstance(method.rpc, BacktestRpc):
            return self._backtest(method, method.rpc)
        if isinstance(method.rpc, BatchStreamRpc):
            return self._batches(method, method.rpc)
        return self._unary(method, self._call(method))

    def close(self) -> None:
        """End what serves them."""
        self._readers.close()

    # Both are the boundary: whatever a call ends in becomes a status, behind the messages sent.

    def _unary(
        self, method: Method, call: "Callable[[bytes, Context], Awaitable[bytes]]"
    ) -> "Handler":
        under_way = self._under_way

        # As few steps as may be: so it is with every lone event.
        async def handle(data: bytes, context: "Context") -> bytes:
            with under_way:
                try:
                    under_way.check_open()
                    return await call(data, context)
                except Exception as fault:  # noqa: BLE001  everything becomes a status
                    told = failure(fault, method.path)
                return await _fail(method, context, told)

        return grpc.unary_unary_rpc_method_handler(handle)

    async def _streamed(
        self, method: Method, context: "Context", work: Awaitable[None], messages: "_Messages"
    ) -> None:
        with self._under_way:
            try:
                await work
            except Exception as fault:  # noqa: BLE001  everything becomes a status
                told = failure(fault, method.path)
            else:
                return
            await messages.settled()
            await _fail(method, context, told)

    async def _in_time(self, context: "Context", work: Awaitable[T]) -> T:
        """Wait for what takes time. Raises Refusal when the call has none left."""
        try:
            async with asyncio.timeout(self._seconds(context)):
                return await work
        except TimeoutError:
            raise out_of_time() from None

    def _watch(self, method: Method, rpc: WatchRpc) -> "Handler":
        async def handle(data: bytes, context: "Context") -> None:
            messages = _Messages(context)
            await self._streamed(method, context, watch(data, messages), messages)

        async def watch(data: bytes, messages: _Messages) -> None:
            with self._watchers.one():
                await self._under_way.until_stopping(send(data, messages))

        async def send(data: bytes, messages: _Messages) -> None:
            request = self._parse(method, data)
            stream = WatchStream(
                self._store,
                self._readers,
                self._pipeline.conversions,
                self._limits.heartbeat_seconds,
                messages.write,
            )
            await stream.run(lambda: rpc.opened(request, self._store))

        return grpc.unary_stream_rpc_method_handler(handle)

    def _backtest(self, method: Method, rpc: BacktestRpc) -> "Handler":
        async def handle(data: bytes, context: "Context") -> None:
            messages = _Messages(context)
            await self._streamed(method, context, backtest(data, messages), messages)

        async def backtest(data: bytes, messages: _Messages) -> None:
            with self._backtests.one():
                await self._under_way.until_stopping(send(data, messages))

        async def send(data: bytes, messages: _Messages) -> None:
            request = self._parse(method, data)
            seconds = self._limits.backtest_seconds
            stream = BacktestStream(self._readers, seconds, messages.write)
            await stream.run(lambda: rpc.opened(request, self._store))

        return grpc.unary_stream_rpc_method_handler(handle)

    def _batches(self, method: Method, rpc: BatchStreamRpc) -> "Handler":
        async def handle(_: object, context: "Context") -> None:
            messages = _Messages(context)
            await self._streamed(method, context, answer(context, messages), messages)

        async def answer(context: "Context", messages: _Messages) -> None:
            self._under_way.check_open()
            with self._streams.one():
                stream = BatchStream(
                    method, rpc, self._pipeline, self._limits, self._under_way.stopping
                )
                await stream.run(context.read, messages.write)

        return grpc.stream_stream_rpc_method_handler(handle)

    def _call(self, method: Method) -> "Callable[[bytes, Context], Awaitable[bytes]]":
        rpc = method.rpc
        if isinstance(rpc, CommandRpc):
            return partial(self._command, method, rpc)
        if isinstance(rpc, BatchRpc):
            return partial(self._batch, method, rpc)
        if isinstance(rpc, ReadRpc):
            return partial(self._read, method, rpc)
        raise TypeError(f"{method.name} has more than one answer")

    async def _command(
        self, method: Method, rpc: CommandRpc, data: bytes, context: "Context"
    ) -> bytes:
        self._pipeline.check_room(len(data))
        wanted = rpc.command(self._parse(method, data))
        answer = self._pipeline.at_once(wanted)
        if answer is None:
            answer = await self._pipeline.submit(wanted, len(data), self._seconds(context))
        return rpc.response(answer).SerializeToString()

    async def _batch(self, method: Method, rpc: BatchRpc, data: bytes, context: "Context") -> bytes:
        check_size(data, self._limits.message_bytes)
        self._pipeline.check_room(len(data))
        items = rpc.parse(method.request_type, data)
        wanted = rpc.commands(items)
        outcomes: Sequence[Outcome] | None = self._pipeline.all_at_once(wanted)
        if outcomes is None:
            carried_out = self._pipeline.submit_all(wanted, len(data))
            outcomes = await self._in_time(context, carried_out)
        return rpc.response(items, outcomes).SerializeToString()

    async def _read(self, method: Method, rpc: ReadRpc, data: bytes, context: "Context") -> bytes:
        request = self._parse(method, data)
        reading = self._readers.at_once(lambda: rpc.read(request, self._store).SerializeToString())
        return await self._in_time(context, reading)

    def _parse(self, method: Method, data: bytes) -> Message:
        return method.parse(data, self._limits.message_bytes)

    def _seconds(self, context: "Context") -> float:
        remaining = context.time_remaining()
        most = self._limits.call_seconds
        return most if remaining is None else min(most, remaining)


async def _fail(method: Method, context: "Context", told: Failure) -> NoReturn:
    """End a call with a status."""
    log.debug("call_failed", method=method.path, code=told.code.name, reason=told.reason)
    try:
        await context.abort(told.code, told.message, ((STATUS_DETAILS, told.details),))
    except grpc.aio.AbortError:
        raise
    except Exception as fault:
        # There is no other way to tell the caller, and nothing of it for gRPC to tell.
        log.warning("status_not_sent", method=method.path, exc_info=fault)
        raise asyncio.CancelledError from None
    raise AssertionError("abort raises")


class _Messages:
    """The messages of one stream of answers; who writes one waits for room, or stops waiting.

    gRPC takes no status while what it sends first, a message or what stands before it, is on its
    way. So a message goes on its way although nobody waits for it any more.
    """

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._begun = False
        self._sending: asyncio.Future[None] | None = None

    async def write(self, data: bytes) -> None:
        """Send a message; returns when there is room for it."""
        self._sending = asyncio.ensure_future(self._send(data))
        # How it ends when nobody waits for it any more is nobody's concern.
        self._sending.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.shield(self._sending)
        except Exception:  # noqa: BLE001  gRPC's own has no public name
            # The caller has gone, of which we hear in another way too, sooner or later.
            raise asyncio.CancelledError from None

    async def settled(self) -> None:
        """Wait until no message is on its way, or for a moment: a caller may take none."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=_SETTLING_SECONDS)

    async def _send(self, data: bytes) -> None:
        if not self._begun:
            # By itself it never waits for the caller, as it may together with a message.
            await self._context.send_initial_metadata(())
            self._begun = True
        await self._context.write(data)
