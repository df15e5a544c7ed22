"""What all calls of asyncio share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

import grpc
import grpc.aio
from attribution.v1.attribution_service_pb2_grpc import AttributionServiceStub
from attribution.v1.campaign_service_pb2_grpc import CampaignServiceStub
from attribution.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from attribution.v1.journey_service_pb2_grpc import JourneyServiceStub
from attribution.v1.person_service_pb2_grpc import PersonServiceStub
from attribution.v1.report_service_pb2_grpc import ReportServiceStub
from attribution.v1.rule_service_pb2_grpc import RuleServiceStub
from attribution.v1.segment_service_pb2_grpc import SegmentServiceStub

from attribution_client._channel import ChannelSettings
from attribution_client._pages import Page, PageRequest, next_request
from attribution_client._retry import (
    DEFAULT_TIMEOUT_SECONDS,
    Attempts,
    Clock,
    RetryPolicy,
    checked_timeout,
)

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Page = TypeVar("_Page", bound=Page)


class AsyncCalls:
    """What the calls to all services share: the channel, time, attempts, lists in pages."""

    def __init__(
        self,
        target: str | grpc.aio.Channel,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        retry: RetryPolicy | None = None,
        max_message_bytes: int | None = None,
        user_agent: str | None = None,
        keepalive_seconds: float | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Open a client. Connects with the first call.

        Args:
            target: Where the service is, such as `127.0.0.1:50051`; several servers
                as `dns:///name:50051` or `ipv4:10.0.0.1:50051,10.0.0.2:50051`, to
                which calls go in turn; or a ready channel, which stays the
                caller's: `close` does not close it.
            credentials: For TLS, such as `grpc.ssl_channel_credentials()`. None:
                no encryption.
            timeout: Seconds that a call may take, retries included.
            retry: How UNAVAILABLE is tried again. None: `RetryPolicy()`.
            max_message_bytes: Largest message to send or take. None: 16 MiB.
            user_agent: The program that calls, such as `mailer/2.1`; put before
                this client's own in what the server sees.
            keepalive_seconds: Ping the server after so long without traffic
                while calls wait. None: never. Servers may close connections
                that ping more often than they allow.
            clock: Where time and chance come from, for tests.
            sleep: Waits for a number of seconds, for tests.

        Raises:
            ValueError: A number is out of range, or an option of the channel is
                given with a ready one.
            RuntimeError: No event loop is running.
        """
        asyncio.get_running_loop()
        self._timeout = checked_timeout(timeout)
        self._retry = retry or RetryPolicy()
        self._clock = clock or Clock()
        self._sleep = sleep
        self._closed = False
        settings = ChannelSettings(credentials, max_message_bytes, user_agent, keepalive_seconds)
        self._own_channel: grpc.aio.Channel | None = None
        if isinstance(target, str):
            channel = self._own_channel = _open(target, settings)
        else:
            settings.refuse_any()
            channel = target
        self._attribution = AttributionServiceStub(channel)
        self._campaigns = CampaignServiceStub(channel)
        self._deliveries = DeliveryServiceStub(channel)
        self._journeys = JourneyServiceStub(channel)
        self._people = PersonServiceStub(channel)
        self._reports = ReportServiceStub(channel)
        self._rules = RuleServiceStub(channel)
        self._segments = SegmentServiceStub(channel)

    async def close(self) -> None:
        """Close the connection and cancel calls under way. May be called again."""
        self._closed = True
        if self._own_channel is not None:
            await self._own_channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        timeout: float | None,
    ) -> _Response:
        if self._closed:
            raise ValueError("the client is closed")
        attempts = Attempts(self._retry, self._clock, self._timeout if timeout is None else timeout)
        while True:
            try:
                return await method(request, timeout=attempts.start())
            except grpc.RpcError as error:
                delay = attempts.delay_after(error)
            await self._sleep(delay)

    async def _pages(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[PageRequest, _Page],
        first: PageRequest,
        timeout: float | None,
    ) -> AsyncIterator[_Page]:
        request: PageRequest | None = first
        while request is not None:
            page = await self._call(method, request, timeout)
            yield page
            request = next_request(request, page)


def _open(target: str, settings: ChannelSettings) -> grpc.aio.Channel:
    options = settings.options(target)
    if settings.credentials is None:
        return grpc.aio.insecure_channel(target, options=options)
    return grpc.aio.secure_channel(target, settings.credentials, options=options)
