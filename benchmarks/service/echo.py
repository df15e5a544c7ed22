"""The floor of every call: a server that parses the request, and answers what is ready.

It is made as transport/server.py is: grpc.aio, the same options, bytes in and bytes out. What the
service does beyond that is what is measured.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import grpc
from attribution.v1 import attribution_service_pb2 as service
from attribution.v1 import delivery_pb2, goal_pb2
from attribution_service.transport.rpcs import METHODS
from attribution_service.transport.server import TransportLimits, _options
from google.protobuf.message import Message

from benchmarks.service.shapes import CONVERTS_EVERY

SERVICE: Final = "attribution.v1.AttributionService"
_NOW: Final = 1_790_000_000

if TYPE_CHECKING:  # the stubs know type parameters that the classes do not have
    Context = grpc.aio.ServicerContext[bytes, bytes]
    Handler = Callable[[bytes, Context], Awaitable[bytes]]


def converted() -> service.EvaluateResponse:
    """The answer to an event that converts, as long as the service's own."""
    answer = service.EvaluateResponse(achieved_journeys=["journey-0000001-0"])
    conversion = answer.conversions.add(
        delivery_id="delivery-0000001-0-1",
        journey_id="journey-0000001-0",
        campaign_id="campaign-00001",
        person_id="person-0000001",
        event_id="0" * 32,
        revision=1,
        basis=goal_pb2.BASIS_RECEIVED,
        filter="event.course_id == trigger.course_id && event.score >= 50.000001",
        candidate_count=2,
    )
    conversion.conversion_time.seconds = _NOW
    conversion.basis_time.seconds = _NOW
    conversion.window.seconds = 86_400 * 90
    for number in range(2):
        candidate = conversion.candidates.add(
            delivery_id=f"delivery-0000001-0-{number}",
            journey_id="journey-0000001-0",
            action_id="reminder",
            channel=delivery_pb2.CHANNEL_EMAIL,
        )
        candidate.sent_time.seconds = _NOW
        candidate.basis_time.seconds = _NOW
    return answer


def _exit() -> service.CheckExitResponse:
    answer = service.CheckExitResponse(
        exit=True, detail="the goal was achieved at 2026-09-20T12:00:00Z"
    )
    answer.exit_time.seconds = _NOW
    return answer


_PLAIN: Final = service.EvaluateResponse()
_CREDITED: Final = converted()
_GOES_ON: Final = service.CheckExitResponse(detail="the goal has not been achieved")
_EXITED: Final = _exit()


def _checked(many: int) -> Message:
    """An answer of so many results; one in five is longer."""
    answer = service.CheckExitBatchResponse()
    results = answer.results
    for number in range(many):
        results.add(answer=_EXITED if number % CONVERTS_EVERY == 0 else _GOES_ON)
    return answer


def _evaluated(many: int, *, watched: bool) -> Message:
    """An answer of so many results; one in five converted, if the events were watched."""
    answer = service.EvaluateBatchResponse()
    results = answer.results
    for number in range(many):
        results.add(answer=_CREDITED if watched and number % CONVERTS_EVERY == 0 else _PLAIN)
    return answer


def answers(watched: bool) -> Mapping[str, Callable[[Any], Message]]:
    """What is answered, by method: ready, and for a batch as many of them as were asked for."""
    turn = 0

    def evaluate(_: Message) -> Message:
        nonlocal turn
        turn += 1
        return _CREDITED if watched and turn % CONVERTS_EVERY == 0 else _PLAIN

    return {
        "Evaluate": evaluate,
        "CheckExit": lambda _: _GOES_ON,
        "EvaluateBatch": lambda request: _evaluated(len(request.requests), watched=watched),
        "CheckExitBatch": lambda request: _checked(len(request.checks)),
    }


def _handler(request_type: type[Message], answer: Callable[[Any], Message]) -> "Handler":
    async def handle(data: bytes, _context: "Context") -> bytes:
        return answer(request_type.FromString(data)).SerializeToString()

    return handle


async def serve(watched: bool) -> None:
    """Serve on a free port, told on standard output, until SIGTERM."""
    server = grpc.aio.server(options=_options(TransportLimits()))
    found = answers(watched)
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
        method.name: grpc.unary_unary_rpc_method_handler(
            _handler(method.request_type, found[method.name])
        )
        for method in METHODS
        if method.service == SERVICE and method.name in found
    }
    generic = grpc.method_handlers_generic_handler(SERVICE, handlers)
    server.add_generic_rpc_handlers((generic,))
    port = server.add_insecure_port("127.0.0.1:0")
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await server.start()
    sys.stdout.write(f"127.0.0.1:{port}\n")
    sys.stdout.flush()
    await told.wait()
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(serve(watched="--watched" in sys.argv))
