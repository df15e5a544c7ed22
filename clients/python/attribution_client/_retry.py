"""When a call is tried again, and how long it may take altogether.

The loop is this package's own and not the `retryPolicy` of gRPC's service
config, because gRPC's cannot do what is wanted here: it reads no
`google.rpc.RetryInfo`, and its clock and randomness cannot be replaced, so
neither the jitter nor the deadline could be tested without waiting. The
channels that the clients open have gRPC's own retries switched off: one thing
alone retries, and the number of attempts is what the policy says.

Retrying is safe because every change is told apart by its ids: sent twice, it
takes effect once. Only UNAVAILABLE is tried again: no other code promises that
the same call can succeed later.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import grpc

from attribution_client._decode import from_rpc_error
from attribution_client.errors import AttributionError

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
# As long as a server lets one run.
DEFAULT_BACKTEST_SECONDS: Final = 14_400.0


def utc_now() -> datetime:
    """Return the time of this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a client gets time and chance from; tests put in their own.

    Attributes:
        now: The time of day, as an aware datetime. Fills the time of an
            interaction that was given none.
        monotonic: Seconds from any fixed moment, never running back. Deadlines
            are kept by it.
        random: A number from 0 (included) to 1 (not included), for the jitter.
    """

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how far apart, a call is tried that meets UNAVAILABLE.

    Before attempt n + 1 the client waits a random time between 0 and
    `initial_backoff_seconds * multiplier ** (n - 1)`, cut to
    `max_backoff_seconds` (full jitter), on top of what the server asks for.

    Attributes:
        max_attempts: Most attempts, the first included; at least 1, which
            means no retries.
        initial_backoff_seconds: Longest wait before the second attempt.
        max_backoff_seconds: Longest wait of the client's own choice.
        multiplier: How much longer each wait can be than the one before; at
            least 1.

    Raises:
        ValueError: A value is outside its range.
    """

    max_attempts: int = 4
    initial_backoff_seconds: float = 0.25
    max_backoff_seconds: float = 5.0
    multiplier: float = 2.0

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError("max_attempts must be at least 1")
        for name in ("initial_backoff_seconds", "max_backoff_seconds"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be finite and not negative")
        if not 1 <= self.multiplier < math.inf:
            raise ValueError("multiplier must be finite and at least 1")


def next_delay(
    policy: RetryPolicy,
    error: AttributionError,
    *,
    attempts: int,
    remaining: float,
    chance: float,
) -> float | None:
    """Decide what to do after a failed attempt. Pure.

    Args:
        policy: What is allowed.
        error: How the attempt failed. A retry delay in it is waited in full and
            the jitter comes on top, so that callers who were told the same do
            not come back all at once.
        attempts: How many attempts have been made, this one included.
        remaining: Seconds left until the call's deadline.
        chance: A random number from 0 (included) to 1 (not included).

    Returns:
        Seconds to wait before the next attempt, always less than `remaining`;
        None to give up.
    """
    if error.code is not grpc.StatusCode.UNAVAILABLE or attempts >= policy.max_attempts:
        return None
    delay = chance * _backoff_seconds(policy, attempts)
    if error.retry_delay is not None:
        delay += error.retry_delay.total_seconds()
    return delay if delay < remaining else None


def _backoff_seconds(policy: RetryPolicy, attempts: int) -> float:
    try:
        grown = policy.initial_backoff_seconds * policy.multiplier ** (attempts - 1)
    except OverflowError:
        return policy.max_backoff_seconds
    return min(grown, policy.max_backoff_seconds)


def checked_timeout(seconds: float) -> float:
    """Return a timeout that is one.

    Raises:
        ValueError: It is not a finite number above 0: every call has a deadline.
    """
    if not 0 < seconds < math.inf:
        raise ValueError(f"timeout must be a finite number of seconds above 0, not {seconds!r}")
    return float(seconds)


class Attempts:
    """The attempts of one call under one deadline.

    The loops of both clients use it, and differ only in how they wait.
    """

    __slots__ = ("_clock", "_count", "_deadline", "_policy")

    def __init__(self, policy: RetryPolicy, clock: Clock, timeout: float) -> None:
        self._policy = policy
        self._clock = clock
        self._deadline = clock.monotonic() + checked_timeout(timeout)
        self._count = 0

    def start(self) -> float:
        """Count an attempt and return the seconds that it has.

        After a wait that took longer than asked, they may be negative: gRPC
        then answers DEADLINE_EXCEEDED without sending anything.
        """
        self._count += 1
        return self._remaining()

    def delay_after(self, error: grpc.RpcError) -> float:
        """Return the seconds to wait before the next attempt.

        Raises:
            AttributionError: There is none; this is how the call failed.
        """
        typed = from_rpc_error(error)
        delay = next_delay(
            self._policy,
            typed,
            attempts=self._count,
            remaining=self._remaining(),
            chance=self._clock.random(),
        )
        if delay is None:
            raise typed from error
        return delay

    def _remaining(self) -> float:
        return self._deadline - self._clock.monotonic()
