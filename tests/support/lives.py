"""Callers that live people's lives at servers, for as long as a test wants."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import grpc

from support.calls import Caller

SECONDS = 60.0
Command = tuple[str, Mapping[str, Any]]


def until(true: Callable[[], bool]) -> None:
    """Wait until it is true; that it never is, is a failure."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


class Load:
    """Callers that live one person after the other, each command at the next server."""

    def __init__(
        self,
        calls: Sequence[Caller],
        commands_of: Callable[[str], Sequence[Command]],
        workers: int = 4,
        prefix: str = "w",
    ) -> None:
        self.calls = list(calls)
        self.people: list[str] = []
        self.errors: list[grpc.RpcError] = []
        self._commands_of = commands_of
        self._prefix = prefix
        self._done = threading.Event()
        self._pool = ThreadPoolExecutor(workers)
        self._working = [self._pool.submit(self._work, worker) for worker in range(workers)]

    def _work(self, worker: int) -> None:
        for number in count():
            if self._done.is_set():
                return
            person = f"{self._prefix}{worker}-{number}"
            self.people.append(person)
            for turn, (name, request) in enumerate(self._commands_of(person)):
                self._call(self.calls[(worker + turn) % len(self.calls)], name, request)

    def _call(self, call: Caller, name: str, request: Mapping[str, Any]) -> None:
        try:
            call(name, request)
        except grpc.RpcError as error:
            self.errors.append(error)

    def until(self, people: int) -> None:
        """Wait until so many more people live."""
        wanted = len(self.people) + people
        until(lambda: len(self.people) >= wanted)

    def stop(self) -> None:
        """Let everybody live to the end."""
        self._done.set()
        for each in self._working:
            each.result(SECONDS)
        self._pool.shutdown()
