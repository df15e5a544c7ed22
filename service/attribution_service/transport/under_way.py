"""The calls under way: what draining waits for, and how those that would not end hear of it."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager

from attribution_service.pipeline.admission import overloaded, shutting_down


class CallsUnderWay:
    """Counts the calls of one server; made and used in one event loop.

    `count` is how many there are, and `idle` is set while there is none; `stopping` is set once the
    server drains; `last_call` is when the latest began, by the loop's clock.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.count = 0
        self.last_call = 0.0
        self.idle = asyncio.Event()
        self.idle.set()
        self.stopping = asyncio.Event()

    def __enter__(self) -> None:
        """Count a call, until the block around it ends."""
        self.count += 1
        self.last_call = self._loop.time()
        self.idle.clear()

    def __exit__(self, *_: object) -> None:
        self.count -= 1
        if not self.count:
            self.idle.set()

    def check_open(self) -> None:
        """Raises Refusal if the server drains."""
        if self.stopping.is_set():
            raise shutting_down()

    async def until_stopping(self, work: Coroutine[None, None, None]) -> None:
        """Do the work, unless the server drains before. Raises Refusal then."""
        working = asyncio.ensure_future(work)
        # How it ends when nobody waits for it any more is nobody's concern.
        working.add_done_callback(lambda done: done.cancelled() or done.exception())
        stopping = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise shutting_down()
            working.result()
        finally:
            # Also when the caller has gone, or hangs and takes nothing more.
            stopping.cancel()
            working.cancel()


class Places:
    """A number of places, each for one stream."""

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self._taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a place. Raises Refusal if there is none."""
        if self._taken >= self._most:
            raise overloaded(f"{self._taken} {self._what} already")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
