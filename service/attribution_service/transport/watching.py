"""The stream of one watcher of conversions."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from attribution_service.pipeline.pipeline import Pulse
from attribution_service.storage.interface import Store
from attribution_service.transport.positions import is_ahead
from attribution_service.transport.readers import Readers
from attribution_service.transport.watch import Watch, heartbeat, responses

_PAUSE_SECONDS = 0.1


class WatchStream:
    """Sends what is on record, then what comes; `write` waits until there is room for a message."""

    def __init__(
        self,
        store: Store,
        readers: Readers,
        recorded: Pulse,
        heartbeat_seconds: float,
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._store = store
        self._readers = readers
        self._recorded = recorded
        self._heartbeat_seconds = heartbeat_seconds
        self._write = write

    async def run(self, opened: Callable[[], Watch]) -> None:
        """Send until all is sent, if the watch ends then. Raises Refusal if it cannot begin."""
        watch = await self._readers.patiently(opened)
        await self._write(heartbeat(watch))
        spoke = _now()
        while True:
            # Asked for before the store is read: what is recorded in between wakes it at once.
            following = self._recorded.next()
            feed = await self._readers.patiently(partial(watch.read, self._store))
            for response in responses(feed):
                await self._write(response)
            watch = watch.behind(feed)
            # Conversions that are not this watcher's must not keep it silent, nor where it was.
            if not feed.found and _now() >= spoke + self._heartbeat_seconds:
                await self._write(heartbeat(watch))
                spoke = _now()
            elif feed.found:
                spoke = _now()
            if is_ahead(feed.last, feed.reached):
                continue
            if watch.ends:
                return
            await _wait_for(following, spoke + self._heartbeat_seconds)


async def _wait_for(following: asyncio.Event, end: float) -> None:
    """Wait until conversions are recorded, until `end` by the loop's clock at the most."""
    # Many watchers shall not read the store once for each commit under load.
    await asyncio.sleep(_PAUSE_SECONDS)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(end):
            await following.wait()


def _now() -> float:
    return asyncio.get_running_loop().time()
