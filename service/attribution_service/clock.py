"""Where time comes from. Times are whole microseconds since 1970-01-01T00:00:00Z."""

import time
from typing import Protocol

MICROSECONDS_PER_SECOND = 1_000_000


class Clock(Protocol):
    """Tells the time."""

    def now_us(self) -> int:
        """The time in microseconds since the epoch."""
        ...


class SystemClock:
    """The clock of the machine; what is served runs on this one."""

    def now_us(self) -> int:
        """The time in microseconds since the epoch; finer digits are cut."""
        return time.time_ns() // 1_000


class ManualClock:
    """A clock that stands still until it is moved: for tests, scenarios and the demo."""

    def __init__(self, start_us: int = 0) -> None:
        self._now_us = start_us

    def now_us(self) -> int:
        """The time that was last set."""
        return self._now_us

    def set_us(self, now_us: int) -> None:
        """Move the clock to `now_us`."""
        self._now_us = now_us
