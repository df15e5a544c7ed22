"""What one call may cost, and how much may be under way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """What one call may cost, and how many reads and streams may be under way.

    The bytes of a call's message, and the seconds that it may take. A watch may take any time, and
    sends a sign of life after so many seconds without a message; a backtest has its own seconds.
    """

    message_bytes: int = 1024 * 1024
    call_seconds: float = 30.0
    reads: int = 256
    watchers: int = 100
    heartbeat_seconds: float = 10.0
    backtests: int = 2
    backtest_seconds: float = 14_400.0
