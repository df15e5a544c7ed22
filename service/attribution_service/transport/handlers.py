"""The handlers of all methods: bytes in and bytes out, behind one boundary for errors."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import grpc
import structlog
from google.protobuf.message import Message

from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.engine import Outcome
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.storage.interface import Store
from attribution_service.transport.backtesting import BacktestStream
from attribution_service.transport.batch import BatchRpc
from attribution_service.transport.command_rpcs import CommandRpc
from attribution_service.transport.errors import STATUS_DETAILS, failure
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

    async def _guarded(self, method: Method, context: "Context", work: Awaitable[T]) -> T:
        """The boundary: whatever a call ends in becomes a status."""
        with self._under_way:
            try:
                return await work
            except Exception as fault:  # noqa: BLE001  the boundary: everything becomes a status
                told = failure(fault, method.path)
            log.debug("call_failed", method=method.path, code=told.code.name, reason=told.reason)
            await context.abort(told.code, told.message, ((STATUS_DETAILS, told.details),))
            raise AssertionError("abort raises")

    def _unary(
        self, method: Method, call: "Callable[[bytes, Context], Awaitable[bytes]]"
    ) -> "Handler":
        async def handle(data: bytes, context: "Context") -> bytes:
            return await self._guarded(method, context, answer(data, context))

        async def answer(data: bytes, context: "Context") -> bytes:
            self._under_way.check_open()
            return await call(data, context)

        return grpc.unary_unary_rpc_method_handler(handle)

    async def _in_time(self, context: "Context", work: Awaitable[T]) -> T:
        """Wait for what takes time. Raises Refusal when the call has none left."""
        try:
            async with asyncio.timeout(self._seconds(context)):
                return await work
        except TimeoutError:
            # Nobody may be left to hear it, but the same words are in the log and the docs.
            raise Refusal(
                Reason.DEADLINE_EXCEEDED,
                "the call's time ran out: try again with the same ids, and if it was carried "
                "out all the same, its first answer comes back",
            ) from None

    def _watch(self, method: Method, rpc: WatchRpc) -> "Handler":
        async def handle(data: bytes, context: "Context") -> None:
            await self._guarded(method, context, watch(data, context))

        async def watch(data: bytes, context: "Context") -> None:
            with self._watchers.one():
                await self._under_way.until_stopping(send(data, context))

        async def send(data: bytes, context: "Context") -> None:
            request = self._parse(method, data)
            stream = WatchStream(
                self._store,
                self._readers,
                self._pipeline.conversions,
                self._limits.heartbeat_seconds,
                partial(_write, context),
            )
            await stream.run(lambda: rpc.opened(request, self._store))

        return grpc.unary_stream_rpc_method_handler(handle)

    def _backtest(self, method: Method, rpc: BacktestRpc) -> "Handler":
        async def handle(data: bytes, context: "Context") -> None:
            await self._guarded(method, context, backtest(data, context))

        async def backtest(data: bytes, context: "Context") -> None:
            with self._backtests.one():
                await self._under_way.until_stopping(send(data, context))

        async def send(data: bytes, context: "Context") -> None:
            request = self._parse(method, data)
            seconds = self._limits.backtest_seconds
            stream = BacktestStream(self._readers, seconds, partial(_write, context))
            await stream.run(lambda: rpc.opened(request, self._store))

        return grpc.unary_stream_rpc_method_handler(handle)

    def _batches(self, method: Method, rpc: BatchStreamRpc) -> "Handler":
        async def handle(_: object, context: "Context") -> None:
            await self._guarded(method, context, answer(context))

        async def answer(context: "Context") -> None:
            self._under_way.check_open()
            with self._streams.one():
                stream = BatchStream(
                    method, rpc, self._pipeline, self._limits, self._under_way.stopping
                )
                await stream.run(context.read, partial(_write, context))

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
        wanted = rpc.command(self._parse(method, data))
        answer = self._pipeline.at_once(wanted)
        if answer is None:
            answer = await self._in_time(context, self._pipeline.submit(wanted, len(data)))
        return rpc.response(answer).SerializeToString()

    async def _batch(self, method: Method, rpc: BatchRpc, data: bytes, context: "Context") -> bytes:
        check_size(data, self._limits.message_bytes)
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


async def _write(context: "Context", data: bytes) -> None:
    """Send a message of a stream; returns when there is room for it."""
    try:
        await context.write(data)
    except Exception:  # noqa: BLE001  gRPC's own has no public name
        # The caller has gone, of which we hear in another way too, sooner or later.
        raise asyncio.CancelledError from None
