"""Streams over as many connections as it takes: when there is a next one, and how long it lasts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import grpc

from attribution_client._decode import from_rpc_error
from attribution_client._retry import Clock, RetryPolicy, checked_timeout, next_delay
from attribution_client.errors import AttributionError, Unavailable

DEFAULT_CONNECTION_SECONDS: Final = 300.0
# A stream outlasts the restart of a server, for which a call would not wait: with the default waits
# these take about a minute.
_PATIENT_ATTEMPTS: Final = 20
_LOST: Final = "Internal error from Core"


class Connections:
    """Counts the failures since something came; the loops of both clients use it.

    One connection lasts `seconds`: a peer that is gone without a word is found out by that at the
    latest.
    """

    __slots__ = ("_clock", "_failures", "_policy", "seconds")

    def __init__(self, policy: RetryPolicy, clock: Clock, timeout: float | None) -> None:
        patient = max(policy.max_attempts, _PATIENT_ATTEMPTS)
        self._policy = replace(policy, max_attempts=patient) if policy.max_attempts > 1 else policy
        self._clock = clock
        self._failures = 0
        self.seconds = checked_timeout(DEFAULT_CONNECTION_SECONDS if timeout is None else timeout)

    def works(self) -> None:
        """Note that something came."""
        self._failures = 0

    def delay_after(self, error: grpc.RpcError) -> float:
        """Return the seconds to wait before the next connection.

        Raises:
            AttributionError: There is none; this is how the stream failed.
        """
        typed = _told(error)
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


def _told(error: grpc.RpcError) -> AttributionError:
    """How a connection ended, as far as it is known.

    If the service ends a stream while a message is being sent, asyncio's gRPC may
    tell of that message alone. The next connection shows what it is.
    """
    typed = from_rpc_error(error)
    if typed.code is grpc.StatusCode.INTERNAL and typed.message == _LOST:
        return Unavailable(grpc.StatusCode.UNAVAILABLE, "", "the connection was lost while sending")
    return typed
