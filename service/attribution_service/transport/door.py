"""Where calls come in: each finds its handler, or is refused because it waited for too long."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import grpc

from attribution_service.pipeline.admission import overloaded
from attribution_service.transport.backlog import Backlog
from attribution_service.transport.errors import STATUS_DETAILS, failure
from attribution_service.transport.handlers import Handlers
from attribution_service.transport.rpcs import METHODS
from attribution_service.transport.under_way import CallsUnderWay

if TYPE_CHECKING:  # the stubs know type parameters that the classes do not have
    Context = grpc.aio.ServicerContext[bytes, bytes]
    Handler = grpc.RpcMethodHandler[bytes, bytes]


class Door(grpc.GenericRpcHandler):
    """Gives gRPC the handlers of all methods of the contract.

    In an overload a refusal has to cost much less than a call: it is decided here, before gRPC
    reads the request, and is always the same.
    """

    def __init__(self, handlers: Handlers, backlog: Backlog, under_way: CallsUnderWay) -> None:
        self._handlers: Mapping[str, Handler] = {each.path: handlers.of(each) for each in METHODS}
        self._backlog = backlog
        self._under_way = under_way
        self._refusing = self._refusal()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Handler | None":
        """The handler of a call; None: it is for none of these methods."""
        refuses = self._backlog.is_too_long()
        handler = self._handlers.get(handler_call_details.method)
        if refuses and handler is not None and not self._under_way.stopping.is_set():
            return self._refusing
        return handler

    def _refusal(self) -> "Handler":
        fault = overloaded("calls wait too long before they are looked at")
        told = failure(fault, "")
        trailing = ((STATUS_DETAILS, told.details),)
        under_way = self._under_way

        async def refuse(_requests: object, context: "Context") -> None:
            with under_way:
                context.set_code(told.code)
                context.set_details(told.message)
                context.set_trailing_metadata(trailing)

        # Whatever the method: of a stream of requests gRPC reads nothing by itself.
        return grpc.stream_stream_rpc_method_handler(refuse)
