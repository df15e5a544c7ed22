"""Lives at a server, as many at a time or as many a second as one says, and what calls take."""

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from benchmarks.service.load import quantile
from benchmarks.soak import lives

_CALL_SECONDS: Final = 30.0
_TICK_SECONDS: Final = 0.001
# So that a server that hangs does not have all that is due pile up here.
_MOST_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Window:
    """What came of the calls since the window before; milliseconds."""

    calls: int
    p50_ms: float
    p99_ms: float
    failed: int


@dataclass(slots=True)
class Driver:
    """Makes calls on one channel, and keeps what they took until `window` takes it."""

    channel: grpc.aio.Channel
    codes: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    _took: list[float] = field(default_factory=list)
    _failed: int = 0
    _numbers: Any = field(default_factory=itertools.count)
    _run: str = field(default_factory=lambda: f"r{time.time_ns()}")

    async def prepare(self) -> None:
        """Make the campaigns."""
        for call in lives.campaigns():
            await self._send(call)

    async def closed(self, concurrency: int, seconds: float) -> float:
        """So many people at a time, one after the other; returns the calls a second."""
        began = time.perf_counter()
        before = self.answered

        async def work() -> None:
            while time.perf_counter() < began + seconds:
                await self._live()

        await asyncio.gather(*(work() for _ in range(concurrency)))
        return (self.answered - before) / (time.perf_counter() - began)

    async def open(self, calls_per_second: float, seconds: float) -> None:
        """People begin to live at an even rate, whatever the server does with them."""
        began = time.perf_counter()
        lives_per_second = calls_per_second / lives.CALLS_A_LIFE
        under_way: set[asyncio.Task[None]] = set()
        for number in itertools.count():
            due = began + number / lives_per_second
            if due >= began + seconds:
                break
            while (now := time.perf_counter()) < due or len(under_way) >= _MOST_AT_ONCE:
                await asyncio.sleep(max(_TICK_SECONDS, due - now))
            task = asyncio.create_task(self._live())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def watch(self) -> None:
        """Take all conversions until cancelled."""
        method, request = lives.watching()
        stream: Any = self.channel.unary_stream(method)
        with contextlib.suppress(asyncio.CancelledError):
            async for _ in stream(request):
                pass

    def window(self) -> Window:
        """What there was since the last time."""
        took, self._took = sorted(self._took), []
        failed, self._failed = self._failed, 0
        p50, p99 = (quantile(took, share) * 1_000 for share in (0.5, 0.99))
        return Window(len(took), p50, p99, failed)

    async def _live(self) -> None:
        for call in lives.life(self._run, next(self._numbers)):
            if not await self._send(call):
                return  # what follows would fail for that alone

    async def _send(self, call: lives.Call) -> bool:
        """Make a call; returns whether it was answered."""
        method, request = call
        began = time.perf_counter()
        try:
            calling: Any = self.channel.unary_unary(method)  # bytes in, bytes out
            await calling(request, timeout=_CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            self._failed += 1
            self.codes[error.code().name] += 1
            return False
        self._took.append(time.perf_counter() - began)
        self.answered += 1
        return True
