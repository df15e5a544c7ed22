"""The processes of a run: servers, what calls them, and what is known of them from outside."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from benchmarks.service.load import Done, Job
from benchmarks.service.seed import NoRoomError, require_room

_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.005
_LAST_BYTES: Final = 2_000
_SERVE: Final = "from attribution_service.cli import main; main()"


class ServerError(Exception):
    """A server did not start, or a call failed that must not; the text says more."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Which cores the servers have, all on the same, and which those who call them."""

    servers: frozenset[int]
    callers: frozenset[int]

    @property
    def apart(self) -> bool:
        """Whether servers and callers do not share a core."""
        return not self.servers & self.callers


def split() -> Cores:
    """One core for the servers, the others for who calls them; one for all if there is just one."""
    if not hasattr(os, "sched_getaffinity"):
        everything = frozenset(range(os.cpu_count() or 1))
        return Cores(everything, everything)
    found = sorted(os.sched_getaffinity(0))
    if len(found) == 1:
        return Cores(frozenset(found), frozenset(found))
    return Cores(frozenset(found[:1]), frozenset(found[1:]))


def _pin(pid: int, cores: frozenset[int]) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, cores)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        address: Host and port.
        pid: Its process.
        start_seconds: From the start of the process until it said that it serves calls.
    """

    address: str
    pid: int
    start_seconds: float

    @property
    def resident_bytes(self) -> int:
        """What it holds in memory now."""
        return _status(self.pid, "VmRSS")

    @property
    def peak_bytes(self) -> int:
        """The most that it ever held in memory."""
        return _status(self.pid, "VmHWM")

    @property
    def handles(self) -> int:
        """How many files and connections it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))  # noqa: PTH208 - they go while one looks

    @property
    def threads(self) -> int:
        """How many threads it has."""
        return _count(self.pid, "Threads")

    @property
    def cpu_seconds(self) -> float:
        """How long it has kept a core busy so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, name: str) -> int:
    return _count(pid, name) * 1024


def _count(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise ServerError(f"the system does not tell {name} of a process")


@contextmanager
def service(store: Path, cores: Cores, profile: Path | None = None) -> Iterator[Server]:
    """The service on a copy of a store, as its own process; the copy is gone afterwards.

    `profile`: where to write what its time goes into.
    """
    require_room(store.parent, store.stat().st_size + 256 * 1024 * 1024)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix="run-") as folder:
        copy = Path(folder) / "store.db"
        shutil.copyfile(store, copy)
        with serving(f"sqlite:///{copy}", Path(folder), cores, profile) as server:
            yield server


@contextmanager
def serving(
    store_url: str, folder: Path, cores: Cores, profile: Path | None = None
) -> Iterator[Server]:
    """The service on this store, as its own process, with its log in the folder."""
    command = (
        [sys.executable, "-c", _SERVE]
        if profile is None
        else [sys.executable, "-m", "benchmarks.service.profiled", str(profile)]
    )
    command += ["serve", "--store", store_url, "--address", "127.0.0.1:0"]
    command += ["--log-format", "json", "--log-level", "info"]
    with _process(command, folder, cores.servers) as (process, log, began):
        address = _until_serving(process, log)
        _check_health(address)
        yield Server(address, process.pid, time.perf_counter() - began)


@contextmanager
def echo(cores: Cores, *, watched: bool) -> Iterator[Server]:
    """The server that does no work."""
    command = [sys.executable, "-m", "benchmarks.service.echo", *["--watched"][: int(watched)]]
    with (
        tempfile.TemporaryDirectory() as folder,
        _process(command, Path(folder), cores.servers) as (process, log, began),
    ):
        address = _first_line(process, log)
        yield Server(address, process.pid, time.perf_counter() - began)


@contextmanager
def _process(
    command: Sequence[str], folder: Path, cores: frozenset[int]
) -> Iterator[tuple[subprocess.Popen[bytes], Path, float]]:
    log = folder / "log"
    with log.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - of this package
            command, stdout=file, stderr=file, stdin=subprocess.DEVNULL
        )
        try:
            _pin(process.pid, cores)
            yield process, log, began
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
        return
    process.kill()
    process.wait()


def _until_serving(process: subprocess.Popen[bytes], log: Path) -> str:
    def address(line: str) -> str | None:
        with contextlib.suppress(ValueError):
            told = json.loads(line)
            if isinstance(told, dict) and told.get("event") == "serving":
                return str(told["address"])
        return None

    return _wait_for(process, log, address)


def _first_line(process: subprocess.Popen[bytes], log: Path) -> str:
    return _wait_for(process, log, lambda line: line if line.startswith("127.") else None)


def _wait_for(process: subprocess.Popen[bytes], log: Path, found: Any) -> str:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        text = log.read_text(errors="replace")
        for line in text.splitlines(keepends=True):
            if line.endswith("\n") and (address := found(line.rstrip("\n"))):
                return str(address)
        if process.poll() is not None:
            raise ServerError(f"a server ended before it served:\n{text[-_LAST_BYTES:]}")
        time.sleep(_POLL_SECONDS)
    raise ServerError(f"a server did not start within {_START_SECONDS:g} s")


def _check_health(address: str) -> None:
    """The first call that it answers: only then does it serve."""
    with grpc.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its stubs know no methods
        found = stub.Check(health_pb2.HealthCheckRequest(), timeout=10.0, wait_for_ready=True)
    if found.status != health_pb2.HealthCheckResponse.SERVING:
        raise ServerError("a server does not say that it serves")


class Worker:
    """A process of this package that answers each line of JSON by one."""

    def __init__(self, module: str, cores: frozenset[int]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - of this package
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        _pin(self._process.pid, cores)

    def ask(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Tell it something, and wait for what it says. Raises ServerError if it says nothing."""
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("a worker has pipes")
        line = ""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise ServerError("a process of the benchmark ended: its words are above")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise NoRoomError(answer["error"])
        return answer

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Callers(Worker):
    """The process that calls servers."""

    def __init__(self, cores: Cores) -> None:
        super().__init__("benchmarks.service.load", cores.callers)

    def do(self, job: Job) -> Done:
        """Have calls made, and wait for what comes of them."""
        return Done(**self.ask(asdict(job)))

    def forget(self, address: str) -> None:
        """Close the channel to a server that is about to stop."""
        with contextlib.suppress(ServerError):  # it has ended, and its channels with it
            self.ask({"close": address})
