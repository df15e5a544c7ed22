"""Watching a store that others have too: whether it answers, and whether conversions came."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from attribution_service.storage.interface import Store, StoreUnavailableError

log = structlog.get_logger()

# None: the store answers.
Tell = Callable[[StoreUnavailableError | None], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class WatchTimes:
    """Seconds between two looks, and how long a look may take before the store counts as away."""

    pause_seconds: float = 1.0
    patience_seconds: float = 3.0


class StoreWatch:
    """Looks at a store again and again.

    `tell` hears whether it answers, at first and whenever that changes; `converted` is called when
    conversions were recorded since the last look, by whatever server.
    """

    def __init__(
        self,
        store: Store,
        tell: Tell,
        converted: Callable[[], None],
        times: WatchTimes | None = None,
    ) -> None:
        self._store = store
        self._tell = tell
        self._converted = converted
        self._latest = self._seen = 0
        self._times = times or WatchTimes()
        self._probing: asyncio.Task[str] | None = None
        self._answers: bool | None = None

    async def run(self) -> None:
        """Look until cancelled; ends when a look that has begun is done, or takes too long."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(self._times.pause_seconds)
        finally:
            # What it has of the store must be back before the store is closed.
            if self._probing is not None:
                await asyncio.wait({self._probing}, timeout=self._times.patience_seconds)

    async def look(self) -> None:
        """Look once, and tell if something has changed."""
        before, fault = self._answers, await self._fault()
        self._answers = not fault
        if self._seen != self._latest:
            self._latest = self._seen
            self._converted()
        if self._answers is before:
            return
        await self._tell(StoreUnavailableError(fault) if fault else None)
        if fault:
            log.warning("store_away", fault=fault)
        elif before is not None:
            log.info("store_back")

    async def _fault(self) -> str:
        """Why the store does not answer; empty: it does."""
        if self._probing is None:
            self._probing = asyncio.create_task(asyncio.to_thread(self._probe))
        done, _ = await asyncio.wait({self._probing}, timeout=self._times.patience_seconds)
        if not done:
            return "no answer in time"  # the look goes on, and no second one beside it
        probed, self._probing = self._probing, None
        return probed.result()

    def _probe(self) -> str:
        try:
            self._seen = self._store.probe()
        except Exception as fault:  # noqa: BLE001  whatever it is, the store is of no use now
            return f"{type(fault).__name__}: {fault.__cause__ or fault}"
        return ""
