"""Servers in processes of their own, which start quickly and may be killed."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import grpc
from attribution_service import app
from attribution_service.cli.main import app as cli

from support.calls import Caller
from support.postgres import free_port

_SECONDS = 60.0
_FORKS = multiprocessing.get_context("forkserver")
# Imported once, in the process from which servers are forked: most of what a start takes. It does
# not know where the tests' own modules are.
_FORKS.set_forkserver_preload(
    [
        *("attribution_service.app", "attribution_service.cli.main", "attribution_client"),
        *("alembic.command", "sqlalchemy.dialects.postgresql.psycopg", "pytest", "unittest.mock"),
    ]
)


class SharedClock:
    """The time of this machine and so much more or less, as a file says that a test writes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now_us(self) -> int:
        """The time in microseconds since the epoch."""
        return time.time_ns() // 1_000 + int(self._path.read_text())

    def step(self, offset_us: int) -> None:
        """Be so far from the machine's time from now on."""
        written = self._path.with_suffix(".new")
        written.write_text(str(offset_us))
        written.rename(self._path)


class Server:
    """`attribution-service serve` in a process of its own; what it logs goes to a file.

    With a clock it takes the time from that instead of from the machine.
    """

    def __init__(
        self,
        store_url: str,
        log: Path,
        *options: str,
        address: str = "",
        clock: SharedClock | None = None,
    ) -> None:
        self.address = address or f"127.0.0.1:{free_port()}"
        self._arguments = [
            *("serve", f"--store={store_url}", f"--address={self.address}"),
            *("--log-level=warning", *options),
        ]
        self._log = log
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Start it (again), without waiting until it answers."""
        self.process = _FORKS.Process(target=_serve, args=(self._arguments, self._log, self._clock))
        self.process.start()

    def kill(self) -> None:
        """End it with SIGKILL, at once."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(_SECONDS)
        assert self.process.exitcode == -signal.SIGKILL, "it had ended by itself"

    def stop(self) -> None:
        """End it gently, if it still runs."""
        self.process.terminate()
        self.process.join(_SECONDS)
        assert self.process.exitcode == 0, "it did not stop, or had ended by itself"


def _serve(arguments: Sequence[str], log: Path, clock: SharedClock | None) -> None:
    """What the new process does."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, sys.stderr.fileno())
    with patch.object(app, "SystemClock", lambda: clock) if clock else nullcontext():
        cli(list(arguments))


def caller(address: str) -> Caller:
    """A caller that soon looks again whether a server that was killed is back."""
    pauses = ("grpc.initial_reconnect_backoff_ms", "grpc.min_reconnect_backoff_ms")
    options = [*((name, 100) for name in pauses), ("grpc.max_reconnect_backoff_ms", 200)]
    # Otherwise all callers of an address share one connection, and the pauses of its first one.
    return Caller(address, options=[*options, ("grpc.use_local_subchannel_pool", 1)])


def connected(address: str) -> Caller:
    """A caller of a server once that answers."""
    made = caller(address)
    grpc.channel_ready_future(made.channel).result(timeout=_SECONDS)
    return made


def await_ready(address: str) -> None:
    """Wait until a server answers."""
    connected(address).close()
