"""The gRPC server: every method of the contract, with health and reflection; how it ends."""

import asyncio
import contextlib

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.storage.interface import Store
from attribution_service.transport.backlog import Backlog, UnfinishedCalls
from attribution_service.transport.door import Door
from attribution_service.transport.handlers import Handlers
from attribution_service.transport.limits import TransportLimits
from attribution_service.transport.rpcs import SERVICES
from attribution_service.transport.under_way import CallsUnderWay

__all__ = ["LIVENESS", "GrpcServer", "TransportLimits"]

# What health is asked for by whoever restarts a server that hangs: it says SERVING as long as it
# says anything. That a store is away, a restart does not mend.
LIVENESS = "liveness"

_ROOM = 16
_QUIET_SECONDS = 0.05
_REFUSING_SECONDS = 2.0
_GOODBYE_SECONDS = 0.5
_KEEPALIVE_MILLISECONDS = 60_000
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class GrpcServer:
    """Serves the contract; made and used in one event loop."""

    def __init__(self, pipeline: Pipeline, store: Store, limits: TransportLimits) -> None:
        self._under_way = CallsUnderWay()
        self._handlers = Handlers(pipeline, store, limits, self._under_way)
        self._server = grpc.aio.server(options=_options(limits))
        unfinished = UnfinishedCalls()
        backlog = Backlog(
            lambda: unfinished.count() - self._under_way.count, asyncio.get_running_loop().time
        )
        # First of all handlers: it hears of every call.
        self._server.add_generic_rpc_handlers((Door(self._handlers, backlog, self._under_way),))
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def start(self, address: str, *, serving: bool = True) -> int:
        """Listen on `host:port` (port 0: a free one); returns the port. OSError if it is taken.

        `serving` is what health says at first.
        """
        try:
            port = self._server.add_insecure_port(address)
        except RuntimeError:
            raise OSError(f"cannot listen on {address}: is something else serving there?") from None
        await self._server.start()
        await self._health.set(LIVENESS, _SERVING)
        await self._report(serving=serving)
        return port

    async def store_answers(self, *, answers: bool) -> None:
        """Report by health whether the store answers, unless the server stops anyway."""
        if not self._under_way.stopping.is_set():
            await self._report(serving=answers)

    async def drain(self, grace_seconds: float) -> None:
        """Report NOT_SERVING, take no more calls, and let those in flight finish."""
        end = asyncio.get_running_loop().time() + grace_seconds
        await self._report(serving=False)
        # gRPC cancels calls that it has taken in and not handed over when it is stopped. So for a
        # moment they are refused by us, which callers know to mean another server, until hardly
        # any come; and only those who do not mind the refusals can still be cancelled.
        self._under_way.stopping.set()  # streams would not end by themselves
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
            # After a fault on the way it runs still.
            await self._server.stop(None)
            self._handlers.close()

    async def _until_idle(self, end: float) -> None:
        """Wait until no call is in flight, until `end` by the loop's clock at the most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(end):
                await self._under_way.idle.wait()

    async def _until_quiet(self, end: float) -> None:
        """Wait until no call has come for a moment, until `end` at the most."""
        loop = asyncio.get_running_loop()
        end = min(end, loop.time() + _REFUSING_SECONDS)
        while (now := loop.time()) < min(end, self._under_way.last_call + _QUIET_SECONDS):
            await asyncio.sleep(min(end, self._under_way.last_call + _QUIET_SECONDS) - now)

    async def _report(self, *, serving: bool) -> None:
        for service in ("", *SERVICES):
            await self._health.set(service, _SERVING if serving else _NOT_SERVING)


def _options(limits: TransportLimits) -> list[tuple[str, int]]:
    return [
        # gRPC itself refuses without a reason, so it is given room to hand us what is too large.
        ("grpc.max_receive_message_length", _ROOM * limits.message_bytes),
        # Two servers must not share a port by accident.
        ("grpc.so_reuseport", 0),
        # Only so gRPC tells how many calls it has not handed over yet.
        ("grpc.enable_channelz", 1),
        # A caller that is gone without a word must not keep a watcher's place for ever.
        ("grpc.keepalive_time_ms", _KEEPALIVE_MILLISECONDS),
        # Callers then connect anew, and so find servers that were added; what is in flight, streams
        # too, goes on over the old connection.
        ("grpc.max_connection_age_ms", round(limits.connection_seconds * 1_000)),
        # Beyond these gRPC cancels calls without a word; the pipeline's own limit comes first.
        ("grpc.server.max_pending_requests", 100_000),
        ("grpc.server.max_pending_requests_hard_limit", 200_000),
    ]
