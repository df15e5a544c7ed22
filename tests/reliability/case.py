"""A case: callers at work while there are faults, and what is looked at afterwards."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from reliability.afterwards import Found, figures, look
from reliability.figures import Figures
from reliability.history import History, now_ns
from reliability.lives import DEFINITIONS, Lives
from reliability.load import load
from reliability.wire import answer
from support.servers import connected

_WORK_SECONDS = 180.0
# Of what callers tell, opens and clicks, nothing lies in the future: not even if clocks step back.
_BEFORE_US = 12 * 3_600_000_000


class Case:
    """Counts faults, keeps the history of all calls, and looks at what came of them."""

    def __init__(self, report: Callable[[Figures], None]) -> None:
        self._report = report
        self._begun_ns = now_ns()
        self._addresses: Sequence[str] = ()
        self.started_us = time.time_ns() // 1_000 - _BEFORE_US
        self.history = History()
        self.faults = 0

    def define(self, addresses: Sequence[str]) -> None:
        """Make campaigns and segments at the first of these servers."""
        self._addresses = addresses
        call = connected(addresses[0])
        for name, request in DEFINITIONS:
            answer(call, name, request)
        call.close()

    @contextmanager
    def under_load(self, addresses: Sequence[str], *, groups: int = 4) -> Iterator[None]:
        """Define campaigns, and have callers at work while the block lasts."""
        self.define(addresses)
        with load(addresses, Lives(self.started_us), self.history, groups=groups):
            self.await_answers()
            yield
            self.await_answers()

    @contextmanager
    def fault(self) -> Iterator[None]:
        """A fault, which is over when the block ends; afterwards callers get answers again."""
        self.faults += 1
        yield
        self.await_answers()

    def await_answers(self, many: int = 30) -> None:
        """Wait until so many more calls were answered. Fails if none are."""
        wanted = self.history.answered + many
        end = time.monotonic() + _WORK_SECONDS
        while self.history.answered < wanted:
            assert time.monotonic() < end, "nobody is answered any more"
            time.sleep(0.005)

    def finish(self, name: str) -> Found:
        """Look at everything, report the figures, and fail if anything is wrong."""
        answered = self.history.answered
        found = look(self._addresses, self.history)
        self._report(figures(name, self.faults, self.history, found, self._begun_ns, answered))
        for what in (found.lost, found.doubled, found.violated, found.undecided, found.gone_back):
            assert not what, "\n".join(what[:5])
        assert not found.miscounted, "\n".join(found.miscounted)
        return found
