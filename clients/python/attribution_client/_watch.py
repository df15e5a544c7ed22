"""Watching conversions over as many connections as it takes.

One connection lasts a bounded time: a peer that is gone without a word is found
out by that at the latest. What was sent is never asked for again, because each
connection begins behind the last cursor that came.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import grpc
from attribution.v1.report_service_pb2 import WatchConversionsRequest, WatchConversionsResponse

from attribution_client._decode import from_rpc_error
from attribution_client._retry import Clock, RetryPolicy, checked_timeout, next_delay

DEFAULT_CONNECTION_SECONDS: Final = 300.0
# A watch outlasts the restart of a server, for which a call would not wait: with the default waits
# these take about a minute.
_PATIENT_ATTEMPTS: Final = 20


class Watching:
    """Where a watch is; the loops of both clients use it, and differ only in how they wait."""

    __slots__ = ("_clock", "_failures", "_policy", "_request", "seconds")

    def __init__(
        self,
        request: WatchConversionsRequest,
        policy: RetryPolicy,
        clock: Clock,
        timeout: float | None,
    ) -> None:
        self._request = request
        patient = max(policy.max_attempts, _PATIENT_ATTEMPTS)
        self._policy = replace(policy, max_attempts=patient) if policy.max_attempts > 1 else policy
        self._clock = clock
        self._failures = 0
        self.seconds = checked_timeout(DEFAULT_CONNECTION_SECONDS if timeout is None else timeout)

    def request(self) -> WatchConversionsRequest:
        """Return the request of the next connection."""
        copy = WatchConversionsRequest()
        copy.CopyFrom(self._request)
        return copy

    def came(self, response: WatchConversionsResponse) -> bool:
        """Note where the stream is, and return whether the response has a conversion."""
        self._failures = 0
        self._request.cursor = response.cursor
        self._request.from_now = False
        return response.HasField("conversion")

    def delay_after(self, error: grpc.RpcError) -> float:
        """Return the seconds to wait before the next connection.

        Raises:
            AttributionError: There is none; this is how the watch failed.
        """
        typed = from_rpc_error(error)
        if typed.code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return 0.0
        self._failures += 1
        delay = next_delay(
            self._policy,
            typed,
            attempts=self._failures,
            remaining=math.inf,
            chance=self._clock.random(),
        )
        if delay is None:
            raise typed from error
        return delay
