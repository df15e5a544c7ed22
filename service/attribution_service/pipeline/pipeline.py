"""The pipeline: takes what waits, has the engine carry it out in one batch, and answers.

One thread works while the event loop takes in more: the batch grows with the load, and a lone
command is carried out at once.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from attribution_service.clock import Clock
from attribution_service.core.answers import Answer
from attribution_service.core.commands import Command
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.engine import Arrival, Engine, Outcome

log = structlog.get_logger()

_RETRY_AFTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """How much is taken in: `waiting` commands before more are refused, `batch` of them at once."""

    waiting: int = 10_000
    batch: int = 500


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    arrival: Arrival
    future: asyncio.Future[Answer]


class Pipeline:
    """Carries out commands in order of arrival; used from the one event loop that made it."""

    def __init__(self, engine: Engine, clock: Clock, limits: PipelineLimits | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._limits = limits or PipelineLimits()
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._work = threading.Condition()
        self._closing = False
        self._latest_us = 0
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self._thread.start()

    async def submit(self, command: Command) -> Answer:
        """Carry out a command; the answer is durable.

        Raises Refusal if it is refused, or the store's error. If the caller stops waiting before
        the command was taken, it is not carried out; after that it is carried out all the same.
        """
        waiting = _Waiting(Arrival(command, self._arrival_us()), self._loop.create_future())
        with self._work:
            self._check_open()
            self._queue.append(waiting)
            self._work.notify()
        return await waiting.future

    def _arrival_us(self) -> int:
        """The arrival time, which never goes back even if the clock does (C9)."""
        self._latest_us = max(self._latest_us, self._clock.now_us())
        return self._latest_us

    def _check_open(self) -> None:
        if self._closing:
            raise Refusal(Reason.SHUTTING_DOWN, "the server is about to stop: try another one")
        if len(self._queue) >= self._limits.waiting:
            raise Refusal(
                Reason.OVERLOADED,
                f"{self._limits.waiting} commands wait already: try again later",
                retry_after_seconds=_RETRY_AFTER_SECONDS,
            )

    async def close(self) -> None:
        """Carry out what waits, then end; new commands are refused from now on."""
        with self._work:
            self._closing = True
            self._work.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while batch := self._take():
            wanted = [waiting for waiting in batch if not waiting.future.cancelled()]
            try:
                outcomes = self._engine.execute([waiting.arrival for waiting in wanted])
            except Exception as fault:
                # A fault of the engine itself: the callers must hear of it, and the next batch
                # must find this thread alive.
                log.exception("batch_failed", commands=len(wanted))
                outcomes = [fault] * len(wanted)
            with contextlib.suppress(RuntimeError):  # the loop has ended, nobody waits
                self._loop.call_soon_threadsafe(_answer, wanted, outcomes)

    def _take(self) -> list[_Waiting]:
        """The commands to carry out next; none: the pipeline is closed and all is done."""
        with self._work:
            while not self._queue and not self._closing:
                self._work.wait()
            most = min(len(self._queue), self._limits.batch)
            return [self._queue.popleft() for _ in range(most)]


def _answer(batch: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.future.done():
            continue  # the caller stopped waiting
        if isinstance(outcome, Exception):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
