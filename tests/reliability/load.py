"""Callers at work: they tell of people's lives, several at once of each, until all is answered."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from model.driver import Json, Refused
from reliability.history import Attempt, History, now_ns
from reliability.lives import Command, Lives
from reliability.wire import AgainError, ask
from support.calls import Caller
from support.servers import caller

_CALL_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.2
# So long a fault may last before callers give up, and the test with them.
_PATIENCE_SECONDS = 120.0
CALLERS = 3


@dataclass(frozen=True, slots=True)
class Way:
    """How a caller reaches the servers: at its turn another one each time."""

    callers: Sequence[Caller]
    history: History

    def tell(self, command: Command, turn: int) -> Json | Refused:
        """Make a call until it has an answer or a refusal that stands."""
        end = time.monotonic() + _PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        for number in count(turn):
            try:
                return self.attempt(command, self.callers[number % len(self.callers)])
            except AgainError as fault:
                if time.monotonic() > end:
                    raise TimeoutError(f"{command} is not answered: {fault}") from fault
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        raise AssertionError

    def attempt(self, command: Command, call: Caller) -> Json | Refused:
        """Make a call once, and keep what was seen of it. Raises AgainError."""
        begun_ns = now_ns()
        try:
            outcome = ask(call, command.name, command.request, _CALL_SECONDS)
        except AgainError as fault:
            self.history.failed(fault.reason)
            if not fault.unchanged:
                self.history.add(_attempt(command, begun_ns, None, None))
            raise
        self.history.add(_attempt(command, begun_ns, now_ns(), outcome))
        return outcome


def _attempt(
    command: Command, begun_ns: int, ended_ns: int | None, outcome: Json | Refused | None
) -> Attempt:
    return Attempt(command.person_id, command.name, command.request, begun_ns, ended_ns, outcome)


@contextmanager
def ways(addresses: Sequence[str], history: History, many: int) -> Iterator[Sequence[Way]]:
    """So many ways to the servers, gone afterwards."""
    made = [Way([caller(address) for address in addresses], history) for _ in range(many)]
    try:
        yield made
    finally:
        for each in made:
            for call in each.callers:
                call.close()


@contextmanager
def load(
    addresses: Sequence[str], lives: Lives, history: History, *, groups: int = 4
) -> Iterator[None]:
    """Groups of callers at work while the block lasts; then they finish what they have begun.

    The callers of a group tell of the same person at the same time.
    """
    done = threading.Event()

    def work(group: int) -> None:
        with ways(addresses, history, CALLERS) as mine:
            for number in count():
                if done.is_set():
                    return
                tell_life(mine, lives, f"g{group}-{number}")

    with ThreadPoolExecutor(groups) as pool:
        working = [pool.submit(work, group) for group in range(groups)]
        try:
            yield
        finally:
            done.set()
        for each in working:
            each.result()


def tell_together(callers: Sequence[Way], commands: Sequence[Command]) -> None:
    """Have each command told by all callers at the same moment, each at another server; twice."""
    together = threading.Barrier(len(callers))

    def tell(number: int) -> None:
        for command in [*commands, *commands]:
            together.wait(_PATIENCE_SECONDS)
            callers[number].tell(command, number)

    with ThreadPoolExecutor(len(callers)) as pool:
        for each in [pool.submit(tell, number) for number in range(len(callers))]:
            each.result()


def tell_life(callers: Sequence[Way], lives: Lives, person_id: str) -> None:
    """Have several callers tell of one person's life at the same time."""
    told = lives.told_by(person_id, len(callers))

    def tell(number: int) -> None:
        for turn, command in enumerate(told[number]):
            callers[number].tell(command, number + turn)

    with ThreadPoolExecutor(len(callers)) as pool:
        for each in [pool.submit(tell, number) for number in range(len(callers))]:
            each.result()
