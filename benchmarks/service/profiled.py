"""The service with a sampler in its process: where its time goes, thread by thread.

A sample counts for as much as its thread was on a core since the sample before, so that waiting
weighs nothing. What C code does is told of the Python function that called it.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

from attribution_service.cli import main

_EVERY_SECONDS: Final = 0.002
# A thread that is to be looked at must let go of the interpreter: with the usual 5 ms it would be
# seen mostly where it does so by itself, and not where it works.
_SWITCH_SECONDS: Final = 0.0002
_DEEPEST: Final = 100

Stack = tuple[str, ...]


class Sampler:
    """Looks at the stacks of all threads but its own, again and again."""

    def __init__(self) -> None:
        self._seconds: Counter[Stack] = Counter()
        self._cpu: dict[int, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)

    def start(self) -> None:
        """Begin."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._thread.start()

    def stop(self) -> Counter[Stack]:
        """End, and give the seconds on a core by stack, the outermost function first."""
        self._done.set()
        self._thread.join()
        return self._seconds

    def _run(self) -> None:
        while not self._done.wait(_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        own = threading.get_ident()
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():  # noqa: SLF001 - there is no other way
            if ident == own or ident not in names:
                continue
            try:
                cpu = time.clock_gettime(time.pthread_getcpuclockid(ident))
            except OSError:
                continue  # it has just ended
            spent = cpu - self._cpu.get(ident, cpu)
            self._cpu[ident] = cpu
            if spent > 0:
                self._seconds[(names[ident], *_stack(frame))] += spent  # type: ignore[assignment]


def _stack(frame: FrameType | None) -> Stack:
    found: list[str] = []
    while frame is not None and len(found) < _DEEPEST:
        code = frame.f_code
        found.append(f"{_module(code.co_filename)}:{code.co_qualname}")
        frame = frame.f_back
    return tuple(reversed(found))


def _module(path: str) -> str:
    """The file without what differs between machines."""
    parts = Path(path).with_suffix("").parts
    for root in ("site-packages", "service", "dsl", "python"):
        if root in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(root) :])
    return "/".join(parts[-2:])


def run() -> None:
    """Serve as the command line says, and write the stacks when it ends."""
    target = Path(sys.argv.pop(1))
    sampler = Sampler()
    sampler.start()
    try:
        main()
    finally:
        found = sampler.stop()
        target.parent.mkdir(parents=True, exist_ok=True)
        told = [[list(stack), seconds] for stack, seconds in found.most_common()]
        target.write_text(json.dumps(told))


if __name__ == "__main__":
    run()
