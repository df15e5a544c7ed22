"""What one call may cost, and how much may be under way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """What one call may cost, and how many reads and streams may be under way.

    The bytes of a message, and the seconds that a call may take; a backtest has its own. A stream
    may take any time: of conversions it sends a sign of life after so many seconds without a
    message; of batches `stream_batches` may be under way, and each waits for room, and its answer
    to be taken, no longer than a call may take. A connection takes new calls for
    `connection_seconds`; those under way then go on.
    """

    message_bytes: int = 1024 * 1024
    call_seconds: float = 30.0
    reads: int = 256
    watchers: int = 100
    heartbeat_seconds: float = 10.0
    backtests: int = 2
    backtest_seconds: float = 14_400.0
    streams: int = 100
    stream_batches: int = 4
    connection_seconds: float = 300.0
