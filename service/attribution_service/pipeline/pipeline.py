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
from attribution_service.core.refusals import Refusal
from attribution_service.pipeline.admission import (
    Admission,
    PipelineLimits,
    out_of_time,
    shutting_down,
)
from attribution_service.pipeline.engine import Arrival, Engine, Outcome
from attribution_service.pipeline.retention import Retention

log = structlog.get_logger()


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
    """Commands that came in one call: taken together, carried out in order, answered together."""

    arrivals: Sequence[Arrival]
    size_bytes: int
    future: asyncio.Future[Sequence[Outcome]]


class Pipeline:
    """Carries out commands in order of arrival; used from the one event loop that made it.

    `conversions` tells when conversions may have been recorded, after they are durable, and
    `answered` when commands have been answered, so that there may be room again. Between the
    batches are the steps of `retention`, if there is one.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        limits: PipelineLimits | None = None,
        retention: Retention | None = None,
    ) -> None:
        self._engine = engine
        self._retention = retention
        self._clock = clock
        self._limits = limits or PipelineLimits()
        self._admission = Admission(self._limits)
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._work = threading.Condition()
        self._taken: list[_Waiting] = []
        self._closing = False
        self._waking = False
        self._store_fault: Exception | None = None
        self._latest_us = engine.latest_arrival_us
        self.conversions = Pulse()
        self.answered = Pulse()
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self._thread.start()

    def check_room(self, size_bytes: int) -> None:
        """Refuse what there is no room for before any work is done for it. Raises Refusal."""
        # Without the lock: it is asked once more under it, when the command is taken in.
        self._admission.check(1, size_bytes)

    def at_once(self, command: Command) -> Answer | None:
        """The answer to a command that changes nothing and need not wait; None: submit it.

        Raises Refusal if nothing is taken in any more.
        """
        self._admission.check_open()
        return self._engine.at_once(command)

    def all_at_once(self, wanted: Sequence[Command | Refusal]) -> list[Outcome] | None:
        """The outcomes of commands of which each is answered at once; None: submit all of them.

        They change nothing, so their order does not matter. Raises Refusal as `at_once`.
        """
        self._admission.check_open()
        outcomes: list[Outcome] = []
        for each in wanted:
            outcome = each if isinstance(each, Refusal) else self._engine.at_once(each)
            if outcome is None:
                return None
            outcomes.append(outcome)
        return outcomes

    async def submit(
        self, command: Command, size_bytes: int = 0, seconds: float | None = None
    ) -> Answer:
        """Carry out a command; the answer is durable. `size_bytes` is about what it takes up.

        Raises Refusal if it is refused, or not answered within so many `seconds`, or the store's
        error. If the caller stops waiting before the command was taken, or the seconds pass, it is
        not carried out; after that it is carried out all the same.
        """
        answering = self.take_in((command,), size_bytes)
        if seconds is None:
            (outcome,) = await answering
        else:
            # Not asyncio's timeout, which takes longer than all else here.
            expiry = self._loop.call_later(seconds, _give_up, answering)
            try:
                (outcome,) = await answering
            finally:
                expiry.cancel()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def submit_all(
        self, wanted: Sequence[Command | Refusal], size_bytes: int = 0
    ) -> Sequence[Outcome]:
        """Carry out commands that came together, each with an outcome of its own, in their order.

        They have one arrival time and one place in the queue, and as few transactions carry them
        out as may be. A refusal among them stands for a command that is not carried out, and is
        its own outcome. If the caller stops waiting, it is with all of them as with one.

        Raises Refusal if there is no room for all of them.
        """
        commands = [each for each in wanted if not isinstance(each, Refusal)]
        return in_their_places(wanted, await self.take_in(commands, size_bytes))

    def take_in(
        self, commands: Sequence[Command], size_bytes: int = 0
    ) -> asyncio.Future[Sequence[Outcome]]:
        """Give commands that came together their place in the queue.

        What is taken in later is carried out later. To cancel the future is to stop waiting.

        Raises Refusal if there is no room for all of them.
        """
        # One future and one entry of the queue, however many the commands are.
        future: asyncio.Future[Sequence[Outcome]] = self._loop.create_future()
        with self._work:
            self._admission.check(len(commands), size_bytes)
            if not commands:
                future.set_result([])
            elif self._store_fault is not None:
                future.set_result([self._store_fault] * len(commands))
            else:
                arrival_us = self._arrival_us()
                arrivals = [Arrival(command, arrival_us) for command in commands]
                self._queue.append(_Waiting(arrivals, size_bytes, future))
                self._admission.add(len(arrivals), size_bytes)
                self._wake_soon()
        return future

    def _wake_soon(self) -> None:
        """Wake the thread once the loop has gone through what is ready now.

        What arrived together so comes into one batch, instead of the first alone and then the rest;
        a lone command waits for as long as an idle loop takes to go round.
        """
        if not self._waking:
            self._waking = True
            self._loop.call_soon(self._loop.call_soon, self._wake)

    def _wake(self) -> None:
        self._waking = False
        with self._work:
            self._work.notify()

    def _arrival_us(self) -> int:
        """The arrival time, which never goes back even if the clock does (C9).

        Asked for under the lock: what stands later in the queue arrived no earlier.
        """
        self._latest_us = max(self._latest_us, self._clock.now_us())
        return self._latest_us

    def store_answers(self, fault: Exception | None) -> None:
        """Hear that the store is away, or back (None).

        While it is away, what waits and what comes fails at once. The batch that is being carried
        out may be held up by the very fault, and ends as it ends.
        """
        with self._work:
            self._store_fault = fault
            if fault is None:
                return
            waiting = list(self._queue)
            self._queue.clear()
            for each in waiting:
                self._admission.remove(len(each.arrivals), each.size_bytes)
        many = sum(len(each.arrivals) for each in waiting)
        self._answer(waiting, [fault] * many, converted=False)

    async def close(self) -> None:
        """Carry out what waits, then end; new commands are refused from now on."""
        with self._work:
            self._closing = True
            self._admission.close()
            self._work.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while self._take():
                if self._taken:
                    self._carry_out_taken()
                self._retain()
        finally:
            self._fail_the_rest()

    def _carry_out_taken(self) -> None:
        wanted = [each for each in self._taken if not each.future.done()]
        so_far = self._engine.conversions_recorded
        begun = self._loop.time()
        outcomes = self._carry_out([each for part in wanted for each in part.arrivals])
        self._admission.took(self._loop.time() - begun)
        self._tell(wanted, outcomes, self._engine.conversions_recorded != so_far)

    def _retain(self) -> None:
        """Carry out one step of retention, if it is time for one.

        It has the place in the queue in front of all that waits: no command that arrived before it
        finds anything gone.
        """
        if self._retention is None or self._closing:
            return
        with self._work:
            now_us = self._queue[0].arrivals[0].arrival_us if self._queue else self._arrival_us()
        if self._retention.is_due(now_us):
            self._retention.step(now_us)

    def _carry_out(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        # More than a commit may hold came in one call.
        for start in range(0, len(arrivals), self._limits.batch):
            part = arrivals[start : start + self._limits.batch]
            try:
                outcomes.extend(self._engine.execute(part))
            except Exception as fault:
                # A fault of the engine itself: the callers must hear of it, and the next batch
                # must find this thread alive.
                log.exception("batch_failed", commands=len(part))
                outcomes.extend([fault] * len(part))
        return outcomes

    def _tell(
        self, wanted: Sequence[_Waiting], outcomes: Sequence[Outcome], converted: bool
    ) -> None:
        """Wake the loop, once for all that there is to tell."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, nobody waits
            self._loop.call_soon_threadsafe(self._answer, wanted, outcomes, converted)

    def _answer(
        self, wanted: Sequence[_Waiting], outcomes: Sequence[Outcome], converted: bool
    ) -> None:
        start = 0
        for waiting in wanted:
            end = start + len(waiting.arrivals)
            if not waiting.future.done():  # the caller waits still
                waiting.future.set_result(outcomes[start:end])
            start = end
        self.answered.tell()
        if converted:
            self.conversions.tell()

    def _fail_the_rest(self) -> None:
        """Let nobody wait for a thread that has ended, whatever ended it."""
        with self._work:
            self._admission.close()
            rest = [*self._taken, *self._queue]
            self._queue.clear()
        self._tell(rest, [shutting_down()] * sum(len(each.arrivals) for each in rest), False)

    def _take(self) -> bool:
        """Take the commands to carry out next; False: the pipeline is closed and all is done.

        With retention there may be none: it is time to look whether a step is due.
        """
        with self._work:
            if self._retention is None:
                while not self._queue and not self._closing:
                    self._work.wait()
            elif not self._queue and not self._closing:
                self._work.wait(self._retention.rest_seconds(self._arrival_us()))
            self._taken = []
            room = self._limits.batch
            # At least one entry, and of what came together all.
            while self._queue and (not self._taken or len(self._queue[0].arrivals) <= room):
                waiting = self._queue.popleft()
                self._taken.append(waiting)
                room -= len(waiting.arrivals)
                self._admission.remove(len(waiting.arrivals), waiting.size_bytes)
            return bool(self._taken) or not self._closing


def _give_up(answering: asyncio.Future[Sequence[Outcome]]) -> None:
    if not answering.done():
        answering.set_exception(out_of_time())


def in_their_places(
    wanted: Sequence[Command | Refusal], outcomes: Sequence[Outcome]
) -> Sequence[Outcome]:
    """The outcomes of the commands, with each refusal among them as its own outcome."""
    if len(outcomes) == len(wanted):
        return outcomes
    rest = iter(outcomes)
    return [each if isinstance(each, Refusal) else next(rest) for each in wanted]
