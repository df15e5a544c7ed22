"""The process that calls servers: with gRPC's own Python client, bytes in and bytes out.

It is told what to do by lines of JSON on standard input, and answers each by one on standard
output. Requests are made before the clock starts, and answers looked at after it has stopped.
"""

import asyncio
import gc
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from benchmarks.service import asked
from benchmarks.service.asked import Asked, Kind
from benchmarks.service.shapes import Shape
from benchmarks.service.wire import DETAILS, Flood

_CALL_SECONDS: Final = 30.0
_TICK_SECONDS: Final = 0.005
# What a flood may have in flight at the most, so that it is the server that is drowned.
_MOST_IN_FLIGHT: Final = 20_000
_MESSAGE_BYTES: Final = 64 * 1024 * 1024
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", _MESSAGE_BYTES),
    ("grpc.enable_retries", 0),
)
_NAMES: Final[Mapping[int | None, str]] = {code.value[0]: code.name for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Job:
    """Some calls to make.

    Attributes:
        address: The server's host and port.
        asked: What is asked.
        first: How many calls of this kind were made before.
        calls: How many to make.
        concurrency: How many are in flight at a time; 0: as `rate` says.
        rate: Calls a second, whatever the server does with them.
    """

    address: str
    asked: Asked
    first: int
    calls: int
    concurrency: int = 0
    rate: float = 0.0


@dataclass(slots=True)
class Done:
    """What came of a job; latencies in seconds.

    Attributes:
        seconds: From the first call to the last answer.
        answered: Calls with an answer.
        chosen: Conversions or exits in the answers.
        expected: Conversions or exits that there should be, if all calls were answered.
        p50: Half of the answers took at most this long.
        p90: Nine in ten.
        p99: Ninety-nine in a hundred.
        slowest: The slowest answer.
        codes: Failed calls, by the name of the status.
        hinted: How many of those say when to try again.
        refused_p99: Ninety-nine in a hundred refusals took at most this long; None: there are none.
        refused_p50: Half of them.
        late: By how much the sender itself fell behind its rate at the worst, in seconds.
    """

    seconds: float
    answered: int
    chosen: int
    expected: int
    p50: float
    p90: float
    p99: float
    slowest: float
    codes: dict[str, int] = field(default_factory=dict)
    hinted: int = 0
    refused_p99: float | None = None
    refused_p50: float | None = None
    late: float = 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """The least of the ordered values that so large a share of them is not above; 0 of none."""
    if not ordered:
        return 0.0
    # Rounded, since 0.07 * 100 is a little above 7.
    return ordered[max(1, math.ceil(round(len(ordered) * share, 9))) - 1]


class _Calls:
    """The calls of one job, under way."""

    def __init__(self, channel: grpc.aio.Channel, payloads: Sequence[bytes], method: str) -> None:
        # Bytes in, bytes out.
        self._call: Any = channel.unary_unary(method)
        self._payloads = payloads
        self.answers: list[bytes] = []
        self.took: list[float] = []
        self.refused: list[float] = []
        self.codes: Counter[str] = Counter()
        self.hinted = 0
        self.late = 0.0

    async def _one(self, payload: bytes, due: float) -> None:
        try:
            answer = await self._call(payload, timeout=_CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            self.refused.append(time.perf_counter() - due)
            self.codes[error.code().name] += 1
            self.hinted += hints(_details(error))
        else:
            self.took.append(time.perf_counter() - due)
            self.answers.append(answer)

    async def closed(self, concurrency: int) -> None:
        """So many at a time: the next is sent when an answer came."""
        waiting = iter(self._payloads)

        async def work() -> None:
            for payload in waiting:  # shared: each is sent once
                await self._one(payload, time.perf_counter())

        await asyncio.gather(*(work() for _ in range(concurrency)))

    async def open(self, rate: float) -> None:
        """So many a second; what a call took counts from the moment at which it was due."""
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        under_way: set[asyncio.Task[None]] = set()
        for position, payload in enumerate(self._payloads):
            due = began + position / rate
            while (now := time.perf_counter()) < due or len(under_way) >= _MOST_IN_FLIGHT:
                await asyncio.sleep(max(_TICK_SECONDS, due - now))
            self.late = max(self.late, now - due)
            task = loop.create_task(self._one(payload, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            if position % 32 == 0:
                await asyncio.sleep(0)
        await asyncio.gather(*under_way)

    def by_hand(self, address: str, method: str, rate: float) -> None:
        """As `open`, at rates that gRPC's client does not reach; a message fits into a frame."""
        flood = Flood(address, method)
        try:
            flood.run(self._payloads, rate, _MOST_IN_FLIGHT)
        finally:
            flood.close()
        self.late = flood.late
        for ended in flood.ended:
            took = ended.ended - ended.due
            if ended.code == 0:
                self.took.append(took)
                self.answers.append(ended.body)
                continue
            self.refused.append(took)
            self.codes[_NAMES.get(ended.code, "RESET")] += 1
            self.hinted += hints(ended.details)


def _details(error: grpc.aio.AioRpcError) -> bytes:
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS.decode() and isinstance(value, bytes):
            return value
    return b""


def hints(details: bytes) -> bool:
    """Whether the details of a refusal say when to try again."""
    try:
        status = status_pb2.Status.FromString(details)
    except DecodeError:
        return False
    return any(detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for detail in status.details)


@lru_cache(maxsize=2)
def _payloads(wanted: Asked, first: int, calls: int) -> list[bytes]:
    """The requests; floors are sent the same ones again and again."""
    return asked.calls(wanted, first, calls)


class _Sender:
    def __init__(self) -> None:
        self._channels: dict[str, grpc.aio.Channel] = {}

    async def send(self, job: Job) -> Done:
        payloads = _payloads(job.asked, job.first, job.calls)
        channel = self._channels.get(job.address)
        if channel is None:
            channel = grpc.aio.insecure_channel(job.address, options=_OPTIONS)
            self._channels[job.address] = channel
        async with asyncio.timeout(_CALL_SECONDS):
            await channel.channel_ready()
        calls = _Calls(channel, payloads, job.asked.method)
        gc.collect()
        gc.disable()
        try:
            began = time.perf_counter()
            if job.rate and not job.asked.batch:
                calls.by_hand(job.address, job.asked.method, job.rate)
            elif job.rate:
                await calls.open(job.rate)
            else:
                await calls.closed(job.concurrency)
            seconds = time.perf_counter() - began
        finally:
            gc.enable()
        return _done(job, calls, seconds)

    async def close(self, address: str) -> None:
        channel = self._channels.pop(address, None)
        if channel is not None:
            await channel.close()


def _done(job: Job, calls: _Calls, seconds: float) -> Done:
    took, refused = sorted(calls.took), sorted(calls.refused)
    return Done(
        seconds=seconds,
        answered=len(took),
        chosen=sum(asked.chosen_in(job.asked, answer) for answer in calls.answers),
        expected=asked.expected(job.asked, job.first, job.calls),
        p50=quantile(took, 0.5),
        p90=quantile(took, 0.9),
        p99=quantile(took, 0.99),
        slowest=took[-1] if took else 0.0,
        codes=dict(calls.codes),
        hinted=calls.hinted,
        refused_p99=quantile(refused, 0.99) if refused else None,
        refused_p50=quantile(refused, 0.5) if refused else None,
        late=calls.late,
    )


def job_of(fields: dict[str, Any]) -> Job:
    """A job from its JSON."""
    wanted = dict(fields.pop("asked"))
    shape = Shape(**wanted.pop("shape"))
    return Job(**fields, asked=Asked(Kind(wanted.pop("kind")), shape, **wanted))


def main() -> None:
    """Do what each line says, until there are no more."""
    loop = asyncio.new_event_loop()
    sender = _Sender()
    for line in sys.stdin:
        told = json.loads(line)
        if "close" in told:
            loop.run_until_complete(sender.close(told["close"]))
            answer: dict[str, Any] = {}
        else:
            try:
                answer = asdict(loop.run_until_complete(sender.send(job_of(told))))
            except asked.UsedUpError as error:
                answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
