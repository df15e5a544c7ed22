"""Trying a transaction again that was in the way of another server's."""

import time
from collections.abc import Callable
from typing import TypeVar

from attribution_service.storage.interface import StoreConflictError

_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.5

T = TypeVar("T")


class Conflicts:
    """Tries again for so many seconds in all, with pauses that double."""

    def __init__(
        self,
        seconds: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._now = now
        self._sleep = sleep

    def tried_again(self, work: Callable[[], T]) -> T:
        """What the work gives once nothing is in its way. Raises the last StoreConflictError."""
        end = self._now() + self._seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return work()
            except StoreConflictError:
                if self._now() + pause > end:
                    raise
            self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
