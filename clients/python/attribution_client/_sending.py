"""Batches on their way to the service, over as many connections as it takes.

Each is kept until its answer has come, and those without one are sent again on
the next connection. Few are kept: while there is no room nothing is taken from
their source, so a slow service holds the source up and no memory fills.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from typing import Final

import grpc
from attribution.v1.attribution_service_pb2 import EvaluateRequest, EvaluateStreamRequest

from attribution_client.errors import Unknown

MAX_UNANSWERED: Final = 8

Batch = Sequence[EvaluateRequest]


class _Unanswered:
    """The batches without an answer, numbered from the first of all on."""

    def __init__(self) -> None:
        self._kept: deque[EvaluateStreamRequest] = deque()
        self._answered = 0
        self._ended = False
        self._fault: Exception | None = None

    def _find(self, number: int) -> EvaluateStreamRequest | None:
        position = number - self._answered
        return self._kept[position] if position < len(self._kept) else None

    def _has_room(self) -> bool:
        return len(self._kept) < MAX_UNANSWERED

    def _add(self, batch: Batch) -> None:
        self._kept.append(EvaluateStreamRequest(requests=batch))

    def _end(self, fault: Exception | None) -> None:
        self._ended = True
        self._fault = fault

    def _drop(self) -> None:
        if self._kept:
            self._kept.popleft()
            self._answered += 1

    def check_end(self) -> None:
        """Raise what the source of the batches raised, if it did.

        Raises:
            Unknown: The service ended the stream before its time.
        """
        if self._fault is not None:
            raise self._fault
        if self._kept or not self._ended:
            raise Unknown(grpc.StatusCode.UNKNOWN, "", "the stream ended before its batches")


class Sending(_Unanswered):
    """For blocking code: gRPC pulls batches in a thread of its own for each connection."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        super().__init__()
        self._source = iter(batches)
        self._changed = threading.Condition()
        self._pulling = False
        self._connection = 0

    def connect(self) -> Iterator[EvaluateStreamRequest]:
        """Return the requests of the next connection; the one before gets no more."""
        with self._changed:
            self._connection += 1
            self._changed.notify_all()
            return self._requests(self._connection, self._answered)

    def _requests(self, connection: int, number: int) -> Iterator[EvaluateStreamRequest]:
        while (request := self._next(connection, number)) is not None:
            yield request
            number += 1

    def _next(self, connection: int, number: int) -> EvaluateStreamRequest | None:
        while True:
            with self._changed:
                if connection != self._connection:
                    return None
                if (found := self._find(number)) is not None or self._ended:
                    return found
                if self._pulling or not self._has_room():
                    self._changed.wait()
                    continue
                self._pulling = True
            self._pull()

    def _pull(self) -> None:
        """Take a batch from the source, without keeping answers waiting meanwhile."""
        batch: Batch | None = None
        fault = None
        try:
            batch = next(self._source, None)
        except Exception as error:  # noqa: BLE001  raised where the caller is
            fault = error
        with self._changed:
            try:
                if batch is None:
                    self._end(fault)
                else:
                    self._add(batch)
            except Exception as error:  # noqa: BLE001  no batch: raised where the caller is
                self._end(error)
            self._pulling = False
            self._changed.notify_all()

    def answered(self) -> None:
        """Note that the answer to the oldest batch has come."""
        with self._changed:
            self._drop()
            self._changed.notify_all()

    def stop(self) -> None:
        """Let no connection wait any more."""
        with self._changed:
            self._connection += 1
            self._changed.notify_all()


class AsyncSending(_Unanswered):
    """For asyncio: one task at a time pulls batches, whatever becomes of connections."""

    def __init__(self, batches: AsyncIterable[Batch] | Iterable[Batch]) -> None:
        super().__init__()
        self._source = aiter(batches if isinstance(batches, AsyncIterable) else _async(batches))
        self._changed = asyncio.Event()
        self._pulling: asyncio.Task[None] | None = None

    async def connect(self) -> AsyncIterator[EvaluateStreamRequest]:
        """Give the requests of the next connection."""
        number = self._answered
        while (request := await self._next(number)) is not None:
            yield request
            number += 1

    async def _next(self, number: int) -> EvaluateStreamRequest | None:
        while (found := self._find(number)) is None and not self._ended:
            if self._pulling is None and self._has_room():
                # Not part of the connection's task, with which it would be cancelled.
                self._pulling = asyncio.create_task(self._pull())
            self._changed.clear()
            await self._changed.wait()
        return found

    async def _pull(self) -> None:
        try:
            self._add(await anext(self._source))
        except StopAsyncIteration:
            self._end(None)
        except Exception as error:  # noqa: BLE001  raised where the caller is
            self._end(error)
        self._pulling = None
        self._changed.set()

    def answered(self) -> None:
        """Note that the answer to the oldest batch has come."""
        self._drop()
        self._changed.set()

    def stop(self) -> None:
        """Take no more from the source."""
        if self._pulling is not None:
            self._pulling.cancel()


async def _async(batches: Iterable[Batch]) -> AsyncIterator[Batch]:
    for batch in batches:
        yield batch
