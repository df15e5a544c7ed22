"""Watching conversions over as many connections as it takes.

What was sent is never asked for again, because each connection begins behind the
last cursor that came.
"""

from __future__ import annotations

from attribution.v1.report_service_pb2 import WatchConversionsRequest, WatchConversionsResponse

from attribution_client._connections import Connections
from attribution_client._retry import Clock, RetryPolicy


class Watching(Connections):
    """Where a watch is; the loops of both clients use it, and differ only in how they wait."""

    __slots__ = ("_request",)

    def __init__(
        self,
        request: WatchConversionsRequest,
        policy: RetryPolicy,
        clock: Clock,
        timeout: float | None,
    ) -> None:
        super().__init__(policy, clock, timeout)
        self._request = request

    def request(self) -> WatchConversionsRequest:
        """Return the request of the next connection."""
        copy = WatchConversionsRequest()
        copy.CopyFrom(self._request)
        return copy

    def came(self, response: WatchConversionsResponse) -> bool:
        """Note where the stream is, and return whether the response has a conversion."""
        self.works()
        self._request.cursor = response.cursor
        self._request.from_now = False
        return response.HasField("conversion")
