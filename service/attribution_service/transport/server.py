"""The gRPC server: every method of the contract behind one boundary, with health and reflection."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
import structlog
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.storage.interface import Store
from attribution_service.transport.errors import STATUS_DETAILS, Failure, failure
from attribution_service.transport.rpcs import METHODS, SERVICES, CommandRpc, Method, ReadRpc
from attribution_service.transport.wire import parse

log = structlog.get_logger()

_READERS = 4
_ROOM = 16
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

if TYPE_CHECKING:  # the stubs know type parameters that the classes do not have
    Context = grpc.aio.ServicerContext[bytes, bytes]
    Handler = grpc.RpcMethodHandler[bytes, bytes]


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """What one call may cost: the bytes of its message, and the seconds it may take."""

    message_bytes: int = 1024 * 1024
    call_seconds: float = 30.0


class GrpcServer:
    """Serves the contract; made and used in one event loop."""

    def __init__(self, pipeline: Pipeline, store: Store, limits: TransportLimits) -> None:
        self._pipeline = pipeline
        self._store = store
        self._limits = limits
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reads")
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
        await self._report(serving=False)
        await self._server.stop(grace_seconds)
        self._readers.shutdown()

    async def _report(self, *, serving: bool) -> None:
        for service in ("", *SERVICES):
            await self._health.set(service, _SERVING if serving else _NOT_SERVING)

    def _handler(self, method: Method) -> "Handler":
        call = self._call(method)

        async def handle(data: bytes, context: "Context") -> bytes:
            try:
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

    def _call(self, method: Method) -> Callable[[bytes], Awaitable[bytes]]:
        rpc = method.rpc
        if isinstance(rpc, CommandRpc):

            async def command(data: bytes) -> bytes:
                answer = await self._pipeline.submit(rpc.command(self._parse(method, data)))
                return rpc.response(answer).SerializeToString()

            return command

        async def read(data: bytes) -> bytes:
            loop = asyncio.get_running_loop()
            request = self._parse(method, data)
            return await loop.run_in_executor(self._readers, self._read, rpc, request)

        return read

    def _read(self, rpc: ReadRpc, request: Message) -> bytes:
        return rpc.read(request, self._store).SerializeToString()

    def _parse(self, method: Method, data: bytes) -> Message:
        if len(data) > self._limits.message_bytes:
            raise Refusal(
                Reason.MESSAGE_TOO_LARGE,
                f"the message has {len(data)} bytes; at most {self._limits.message_bytes}",
                {"limit_bytes": str(self._limits.message_bytes)},
            )
        return parse(method.request_type, data)

    def _seconds(self, context: "Context") -> float:
        remaining = context.time_remaining()
        most = self._limits.call_seconds
        return most if remaining is None else min(most, remaining)


async def _abort(context: "Context", told: Failure) -> bytes:
    await context.abort(told.code, told.message, ((STATUS_DETAILS, told.details),))
    raise AssertionError("abort raises")


def _options(limits: TransportLimits) -> list[tuple[str, int]]:
    return [
        # gRPC itself refuses without a reason, so it is given room to hand us what is too large.
        ("grpc.max_receive_message_length", _ROOM * limits.message_bytes),
        # Two servers must not share a port by accident.
        ("grpc.so_reuseport", 0),
    ]
