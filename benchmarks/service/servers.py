"""Which server of gRPC costs least: one call's worth of echo by threads, by asyncio and by uvloop.

`python -m benchmarks.service.servers`; uvloop takes part where it is installed.
"""

import asyncio
import contextlib
import importlib
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import grpc
from attribution.v1 import attribution_service_pb2 as service

KINDS: Final = ("asyncio", "uvloop", "threads")
ROUNDS: Final = 5
SECONDS: Final = 2.0
CONCURRENCY: Final = (64, 1)
_THREADS: Final = 16
_SERVICE: Final = "attribution.v1.AttributionService"
_ANSWER: Final = service.EvaluateResponse()


class Turn(NamedTuple):
    """What one turn found: calls a second, the 99th percentile, the server's time a call."""

    calls_per_second: float
    p99_ms: float
    cpu_us_per_call: float


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _echo(data: bytes, _context: Any = None) -> bytes:
    service.EvaluateRequest.FromString(data)
    return _ANSWER.SerializeToString()


async def _echo_soon(data: bytes, context: Any) -> bytes:
    return _echo(data, context)


def serve(kind: str) -> None:
    """Serve on a free port, told on standard output, until killed."""
    if kind == "threads":
        _serve_threads()
        return
    if kind == "uvloop":
        importlib.import_module("uvloop").install()
    asyncio.run(_serve_asyncio())


def _handler(echo: Any) -> Any:
    calls: dict[str, Any] = {"Evaluate": grpc.unary_unary_rpc_method_handler(echo)}
    return grpc.method_handlers_generic_handler(_SERVICE, calls)


def _serve_threads() -> None:
    server = grpc.server(ThreadPoolExecutor(_THREADS))
    server.add_generic_rpc_handlers((_handler(_echo),))
    _say(str(server.add_insecure_port("127.0.0.1:0")))
    server.start()
    server.wait_for_termination()


async def _serve_asyncio() -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_handler(_echo_soon),))
    _say(str(server.add_insecure_port("127.0.0.1:0")))
    await server.start()
    await server.wait_for_termination()


@contextmanager
def running(kind: str) -> Iterator[tuple[int, int]]:
    """A server of this kind: its process id and its port."""
    command = [sys.executable, "-m", "benchmarks.service.servers", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own
        if process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.kill()


def _request() -> bytes:
    request = service.EvaluateRequest()
    request.event.event_id, request.event.person_id = "event-1", "person-1"
    request.event.name = "viewed"
    request.event.properties.update({"course_id": "ai", "total": 12.5, "source": "web"})
    return request.SerializeToString()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _turn(pid: int, port: int, concurrency: int) -> Turn:
    took: list[float] = []
    data = _request()
    before = _cpu_seconds(pid)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Any = channel.unary_unary(f"/{_SERVICE}/Evaluate")
        end = time.perf_counter() + SECONDS

        async def caller() -> None:
            while (began := time.perf_counter()) < end:
                await call(data)
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(caller() for _ in range(concurrency)))
    took.sort()
    return Turn(
        calls_per_second=len(took) / SECONDS,
        p99_ms=took[len(took) * 99 // 100] * 1e3,
        cpu_us_per_call=(_cpu_seconds(pid) - before) / len(took) * 1e6,
    )


def main() -> None:
    """Let all kinds take turns, and print the medians."""
    if importlib.util.find_spec("uvloop") is None:
        kinds = tuple(kind for kind in KINDS if kind != "uvloop")
    else:
        kinds = KINDS
    _say(f"{'server':10} {'at a time':>9} {'calls/s':>8} {'p99 ms':>7} {'server us a call':>17}")
    with contextlib.ExitStack() as stack:
        servers = {kind: stack.enter_context(running(kind)) for kind in kinds}
        for concurrency in CONCURRENCY:
            turns: dict[str, list[Turn]] = {kind: [] for kind in kinds}
            for _ in range(ROUNDS):
                for kind, (pid, port) in servers.items():
                    turns[kind].append(asyncio.run(_turn(pid, port, concurrency)))
            for kind, found in turns.items():
                rate, p99, cpu = (statistics.median(each) for each in zip(*found, strict=True))
                _say(f"{kind:10} {concurrency:9} {rate:8,.0f} {p99:7.1f} {cpu:17.0f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        main()
