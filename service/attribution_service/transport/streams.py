"""A stream of batches: read as long as there is room, answered in the order of the batches."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from attribution_service.core.commands import Command
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.admission import shutting_down
from attribution_service.pipeline.engine import Outcome
from attribution_service.pipeline.pipeline import Pipeline, in_their_places
from attribution_service.transport.batch import Items
from attribution_service.transport.limits import TransportLimits
from attribution_service.transport.rpcs import BatchStreamRpc, Method
from attribution_service.transport.wire import check_size

# Raw bytes, or what gRPC says at the end of a stream.
Read = Callable[[], Awaitable[object]]
Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A batch in the pipeline's queue, or beyond it."""

    items: Items
    wanted: Sequence[Command | Refusal]
    outcomes: asyncio.Future[Sequence[Outcome]]


class BatchStream:
    """One stream. Two tasks: one reads and takes in, the other answers.

    Between them are at most `stream_batches`: while none is free nothing more is read, gRPC's
    window fills up, and the sender has to wait.
    """

    def __init__(
        self,
        method: Method,
        rpc: BatchStreamRpc,
        pipeline: Pipeline,
        limits: TransportLimits,
        stopping: asyncio.Event,
    ) -> None:
        self._method = method
        self._rpc = rpc
        self._pipeline = pipeline
        self._limits = limits
        self._stopping = stopping
        self._free = asyncio.Semaphore(limits.stream_batches)
        # None: the sender has ended the stream. An exception: the stream ends in it.
        self._under_way: asyncio.Queue[_Taken | bytes | Exception | None] = asyncio.Queue()

    async def run(self, read: Read, write: Write) -> None:
        """Answer until the sender ends the stream. Raises Refusal if it ends otherwise.

        What was taken in before is answered in any case; if the caller goes away, it is with each
        batch as with a call of its own.
        """
        reading = asyncio.create_task(self._read_all(read))
        reading.add_done_callback(lambda _: self._under_way.put_nowait(None))
        try:
            while (found := await self._under_way.get()) is not None:
                if isinstance(found, Exception):
                    raise found
                await self._write(await self._answer(found), write)
                self._free.release()
        finally:
            reading.cancel()
            while not self._under_way.empty():
                left = self._under_way.get_nowait()
                if isinstance(left, _Taken):
                    left.outcomes.cancel()

    async def _read_all(self, read: Read) -> None:
        try:
            while True:
                await self._free.acquire()
                data = await self._next(read)
                if not isinstance(data, bytes):
                    break
                self._under_way.put_nowait(await self._take_in(data))
        except Exception as fault:  # noqa: BLE001  the other task ends the stream with it
            self._under_way.put_nowait(fault)

    async def _next(self, read: Read) -> object:
        """The next batch, or the end. Raises Refusal if the server stops before it comes."""
        reading = asyncio.ensure_future(read())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            # One who goes on sending must not keep the server; one who has ended is answered.
            ended = reading.done() and not isinstance(reading.result(), bytes)
            if self._stopping.is_set() and not ended:
                raise shutting_down()
            return reading.result()
        finally:
            reading.cancel()
            stopping.cancel()

    async def _take_in(self, data: bytes) -> _Taken | bytes:
        """Put a batch into the pipeline's queue, or the answer that says why not.

        Raises Refusal if it is no batch at all, or the server stops: then the stream ends.
        """
        try:
            check_size(data, self._limits.message_bytes)
            items = self._rpc.batch.parse(self._method.request_type, data)
            wanted = self._rpc.batch.commands(items)
            commands = [each for each in wanted if not isinstance(each, Refusal)]
            return _Taken(items, wanted, await self._with_room(commands, len(data)))
        except Refusal as refusal:
            if refusal.reason in (Reason.MALFORMED_REQUEST, Reason.SHUTTING_DOWN):
                raise
            return self._rpc.refused(refusal).SerializeToString()

    async def _with_room(
        self, commands: Sequence[Command], size_bytes: int
    ) -> asyncio.Future[Sequence[Outcome]]:
        """Wait until there is room in the queue. Raises Refusal if there is none for too long."""
        end = asyncio.get_running_loop().time() + self._limits.call_seconds
        while True:
            # Asked for before the queue is looked at: what is answered in between wakes it at once.
            answered = self._pipeline.answered.next()
            try:
                return self._pipeline.take_in(commands, size_bytes)
            except Refusal as refusal:
                late = asyncio.get_running_loop().time() >= end
                if late or refusal.reason is not Reason.OVERLOADED:
                    raise
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await answered.wait()

    async def _answer(self, found: _Taken | bytes) -> bytes:
        if isinstance(found, bytes):
            return found
        outcomes = in_their_places(found.wanted, await found.outcomes)
        return self._rpc.batch.response(found.items, outcomes).SerializeToString()

    async def _write(self, answer: bytes, write: Write) -> None:
        """Send an answer; returns when there is room for it. Raises Refusal if nobody takes it."""
        seconds = self._limits.call_seconds
        try:
            async with asyncio.timeout(seconds):
                await write(answer)
        except TimeoutError:
            raise Refusal(
                Reason.DEADLINE_EXCEEDED,
                f"no answer was taken for {seconds:g} seconds: read the answers while sending",
            ) from None
