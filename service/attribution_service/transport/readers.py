"""Reads of the store in threads, a limited number of them under way."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attribution_service.pipeline.admission import overloaded

_READERS = 4
_PAUSE_SECONDS = 0.1

T = TypeVar("T")


class Readers:
    """A few threads, and at most `most` reads that have them or wait for them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="reads")
        self._free = threading.Semaphore(most)

    async def at_once(self, read: Callable[[], T]) -> T:
        """Read in a thread. Raises Refusal if too many reads are under way."""
        if not self._free.acquire(blocking=False):
            raise overloaded(f"{self._most} reads wait already")
        return await self._read(read)

    async def patiently(self, read: Callable[[], T]) -> T:
        """Read in a thread; waits for its turn if too many reads are under way."""
        while not self._free.acquire(blocking=False):
            await asyncio.sleep(_PAUSE_SECONDS)
        return await self._read(read)

    async def _read(self, read: Callable[[], T]) -> T:
        job = self._threads.submit(read)
        # Not when the caller stops waiting: the read may go on after that.
        job.add_done_callback(lambda _: self._free.release())
        return await asyncio.wrap_future(job)

    def close(self) -> None:
        """End the threads once they are done."""
        self._threads.shutdown()
