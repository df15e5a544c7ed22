"""A server in a process of its own: the one that `attribution-service serve` starts."""

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attribution_service.demo.commands import DemoFailed

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_LINES_KEPT = 20


@contextmanager
def serving(store: Path) -> Iterator[str]:
    """A server on a free port of the loopback; gives its address. Leaving the block stops it.

    Raises DemoFailed if it does not start.
    """
    process = subprocess.Popen(  # noqa: S603  ourselves
        _arguments(store),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    try:
        yield _address(process)
    finally:
        _stop(process)


def _arguments(store: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "attribution_service.demo.served", "serve"),
        *("--store", f"sqlite:///{store}"),
        *("--address", "127.0.0.1:0"),
        *("--log-level", "info"),
        *("--log-format", "json"),
    ]


def _environment() -> dict[str, str]:
    """Ours, without settings meant for another server."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("ATTRIBUTION_")
    }


def _address(process: subprocess.Popen[bytes]) -> str:
    """The address that the server logs once it answers."""
    if process.stderr is None:
        raise ValueError("the log of the server is not ours to read")
    addresses: list[str] = []
    lines: deque[str] = deque(maxlen=_LINES_KEPT)
    changed = threading.Event()
    arguments = (process.stderr, lines, addresses, changed)
    threading.Thread(target=_read_log, args=arguments, daemon=True).start()
    if not changed.wait(_START_SECONDS):
        raise DemoFailed(f"the server did not start within {_START_SECONDS:g} s")
    if not addresses:
        raise DemoFailed("\n".join(("the server did not start:", *lines)))
    return addresses[0]


def _read_log(
    log: IO[bytes], lines: deque[str], addresses: list[str], changed: threading.Event
) -> None:
    """Read to the end, so that the server never waits for room to log."""
    for data in log:
        line = data.decode(errors="replace").rstrip()
        lines.append(line)
        if not addresses and (address := _logged_address(line)):
            addresses.append(address)
            changed.set()
    changed.set()


def _logged_address(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    return str(entry["address"]) if entry.get("event") == "serving" else ""


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        if process.stdin is not None:
            process.stdin.close()
