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
    """How much is taken in before more is refused, and how much is carried out at once.

    `waiting` commands of `waiting_bytes` in all may wait; `batch` of them share a transaction.
    """

    waiting: int = 10_000
    waiting_bytes: int = 64 * 1024 * 1024
    batch: int = 500


class Pulse:
    """Tells whoever waits that something has happened; used from one event loop."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def next(self) -> asyncio.Event:
        """What is set the next time. Ask for it before looking, then nothing slips through."""
        return self._next

    def tell(self) -> None:
        """Wake all who wait."""
        self._next.set()
        self._next = asyncio.Event()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    arrival: Arrival
    size_bytes: int
    future: asyncio.Future[Answer]


class Pipeline:
    """Carries out commands in order of arrival; used from the one event loop that made it.

    `conversions` tells when conversions may have been recorded, after they are durable.
    """

    def __init__(self, engine: Engine, clock: Clock, limits: PipelineLimits | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._limits = limits or PipelineLimits()
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._work = threading.Condition()
        self._taken: list[_Waiting] = []
        self._waiting_bytes = 0
        self._closing = False
        self._broken = False
        self._latest_us = engine.latest_arrival_us
        self.conversions = Pulse()
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self._thread.start()

    async def submit(self, command: Command, size_bytes: int = 0) -> Answer:
        """Carry out a command; the answer is durable. `size_bytes` is about what it takes up.

        Raises Refusal if it is refused, or the store's error. If the caller stops waiting before
        the command was taken, it is not carried out; after that it is carried out all the same.
        """
        arrival = Arrival(command, self._arrival_us())
        waiting = _Waiting(arrival, size_bytes, self._loop.create_future())
        with self._work:
            self._check_open(size_bytes)
            self._queue.append(waiting)
            self._waiting_bytes += size_bytes
            self._work.notify()
        return await waiting.future

    async def submit_all(
        self, wanted: Sequence[Command | Refusal], size_bytes: int = 0
    ) -> Sequence[Outcome]:
        """Carry out commands that came together, each with an outcome of its own, in their order.

        They wait side by side, so as few transactions carry them out as may be. A refusal among
        them stands for a command that is not carried out, and is its own outcome.

        Raises Refusal if there is no room for all of them.
        """
        commands = [each for each in wanted if not isinstance(each, Refusal)]
        arrival_us = self._arrival_us()
        waiting = [
            # What the call takes up is counted once, with its first command.
            _Waiting(
                Arrival(command, arrival_us),
                0 if position else size_bytes,
                self._loop.create_future(),
            )
            for position, command in enumerate(commands)
        ]
        with self._work:
            self._check_open(size_bytes, len(waiting))
            self._queue.extend(waiting)
            self._waiting_bytes += sum(each.size_bytes for each in waiting)
            self._work.notify()
        futures = [each.future for each in waiting]
        done = iter(await asyncio.gather(*futures, return_exceptions=True))
        return [each if isinstance(each, Refusal) else _outcome(next(done)) for each in wanted]

    def _arrival_us(self) -> int:
        """The arrival time, which never goes back even if the clock does (C9)."""
        self._latest_us = max(self._latest_us, self._clock.now_us())
        return self._latest_us

    def _check_open(self, size_bytes: int, many: int = 1) -> None:
        if self._closing or self._broken:
            raise shutting_down()
        limits = self._limits
        if (
            len(self._queue) + many > limits.waiting
            or self._waiting_bytes + size_bytes > limits.waiting_bytes
        ):
            raise overloaded(f"{len(self._queue)} commands wait already")

    async def close(self) -> None:
        """Carry out what waits, then end; new commands are refused from now on."""
        with self._work:
            self._closing = True
            self._work.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while self._take():
                wanted = [each for each in self._taken if not each.future.cancelled()]
                so_far = self._engine.conversions_recorded
                self._tell(wanted, self._carry_out(wanted))
                if self._engine.conversions_recorded != so_far:
                    self._wake_watchers()
        finally:
            self._fail_the_rest()

    def _carry_out(self, wanted: Sequence[_Waiting]) -> Sequence[Outcome]:
        try:
            return self._engine.execute([waiting.arrival for waiting in wanted])
        except Exception as fault:
            # A fault of the engine itself: the callers must hear of it, and the next batch must
            # find this thread alive.
            log.exception("batch_failed", commands=len(wanted))
            return [fault] * len(wanted)

    def _tell(self, wanted: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, nobody waits
            self._loop.call_soon_threadsafe(_answer, wanted, outcomes)

    def _wake_watchers(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, nobody watches
            self._loop.call_soon_threadsafe(self.conversions.tell)

    def _fail_the_rest(self) -> None:
        """Let nobody wait for a thread that has ended, whatever ended it."""
        with self._work:
            self._broken = True
            rest = [*self._taken, *self._queue]
            self._queue.clear()
        self._tell(rest, [shutting_down()] * len(rest))

    def _take(self) -> bool:
        """Take the commands to carry out next; False: the pipeline is closed and all is done."""
        with self._work:
            while not self._queue and not self._closing:
                self._work.wait()
            most = min(len(self._queue), self._limits.batch)
            self._taken = [self._queue.popleft() for _ in range(most)]
            self._waiting_bytes -= sum(waiting.size_bytes for waiting in self._taken)
            return bool(self._taken)


def _outcome(found: Answer | BaseException) -> Outcome:
    if isinstance(found, BaseException) and not isinstance(found, Exception):
        raise found
    return found


def overloaded(what: str) -> Refusal:
    """The refusal of a call because too much waits already."""
    return Refusal(
        Reason.OVERLOADED, f"{what}: try again later", retry_after_seconds=_RETRY_AFTER_SECONDS
    )


def shutting_down() -> Refusal:
    """The refusal of a call because the server stops."""
    return Refusal(Reason.SHUTTING_DOWN, "the server is about to stop: try another one")


def _answer(batch: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.future.done():
            continue  # the caller stopped waiting
        if isinstance(outcome, Exception):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
