"""Calls either form of the client in the same way, so that one test covers both."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from attribution_client import AsyncAttributionClient, AttributionClient, Clock

NOW = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(slots=True)
class FakeTime:
    """Time that moves only by sleeping, and chance that is a constant."""

    chance: float = 0.5
    seconds: float = 1000.0
    overslept: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(now=lambda: NOW, monotonic=lambda: self.seconds, random=lambda: self.chance)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds + self.overslept

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


class Caller(Protocol):
    """Opens a client, calls a method, closes the client; a list is read to its end."""

    def __call__(
        self,
        target: str,
        method: str,
        *args: object,
        faked: FakeTime,
        options: Any = None,
        **named: Any,
    ) -> Any: ...


def call_sync(
    target: str, method: str, *args: object, faked: FakeTime, options: Any = None, **named: Any
) -> Any:
    with AttributionClient(
        target, clock=faked.clock(), sleep=faked.sleep, **(options or {})
    ) as client:
        answer = getattr(client, method)(*args, **named)
        return list(answer) if isinstance(answer, Iterator) else answer


def call_async(
    target: str, method: str, *args: object, faked: FakeTime, options: Any = None, **named: Any
) -> Any:
    async def call() -> Any:
        async with AsyncAttributionClient(
            target, clock=faked.clock(), sleep=faked.asleep, **(options or {})
        ) as client:
            answer = getattr(client, method)(*args, **named)
            if isinstance(answer, AsyncIterator):
                return [item async for item in answer]
            return await answer

    return asyncio.run(call())
