"""The stream of one backtest."""

import asyncio
from collections.abc import Awaitable, Callable

from attribution_service.core.refusals import Reason, Refusal
from attribution_service.transport.backtest import Response, Running
from attribution_service.transport.readers import Readers

_PROGRESS_SECONDS = 0.5
_LONGEST_REST_SECONDS = 1.0


class BacktestStream:
    """Sends what a backtest finds, a slice of its work at a time, and what came of it.

    It may take so many `seconds`; `write` waits until there is room for a message.
    """

    def __init__(
        self, readers: Readers, seconds: float, write: Callable[[bytes], Awaitable[None]]
    ) -> None:
        self._readers = readers
        self._seconds = seconds
        self._write = write

    async def run(self, opened: Callable[[], Running]) -> None:
        """Send all. Raises Refusal if it cannot begin, or takes too long."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._run(await self._readers.patiently(opened))
        except TimeoutError:
            raise Refusal(
                Reason.DEADLINE_EXCEEDED,
                f"the backtest took longer than {self._seconds:g} s: ask again when the server has "
                "less to do, or for an earlier end_time",
            ) from None

    async def _run(self, running: Running) -> None:
        await self._send(running.progress())
        spoke = _now()
        while not running.ended:
            began = _now()
            for response in await self._readers.patiently(running.advance):
                await self._send(response)
            if _now() >= spoke + _PROGRESS_SECONDS:
                await self._send(running.progress())
                spoke = _now()
            # It rests as long as it works, and longer the more there is to do beside it.
            await asyncio.sleep(min(_now() - began, _LONGEST_REST_SECONDS))
        await self._send(running.progress())
        await self._send(running.summary())

    async def _send(self, response: Response) -> None:
        await self._write(response.SerializeToString())


def _now() -> float:
    return asyncio.get_running_loop().time()
