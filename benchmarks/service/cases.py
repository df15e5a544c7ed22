"""What is measured: each case with its subject and its floor, turn by turn."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.service import processes, seed
from benchmarks.service.asked import Asked, Kind
from benchmarks.service.load import Done, Job
from benchmarks.service.processes import Callers, Cores, Server, ServerError
from benchmarks.service.shapes import Shape

BATCH: Final = 500
CONCURRENCY: Final = 64
BATCHES_AT_A_TIME: Final = 4
_WARM_CALLS: Final = 2_000
_WARM_BATCHES: Final = 12
_MB: Final = 1e6
FEW: Final = Shape(people=5_000)
SOME: Final = Shape(people=100_000)
SOME_ACHIEVED: Final = Shape(people=100_000, achieved=True)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.

    Attributes:
        rounds: Turns of each side.
        unary_seconds: How long a turn of lone calls is to take, about.
        batches: Calls in a turn of batches.
        many: People of the large store, with two deliveries each.
        heavy: People with 5,000 deliveries each.
        flood_seconds: How long an overload lasts.
    """

    rounds: int = 7
    unary_seconds: float = 2.0
    batches: int = 12
    many: int = 500_000
    heavy: int = 60
    flood_seconds: float = 8.0


FULL: Final = Scale()
QUICK: Final = Scale(
    rounds=5, unary_seconds=0.6, batches=5, many=50_000, heavy=20, flood_seconds=3.0
)


@dataclass(slots=True)
class Outcome:
    """What a case found.

    Attributes:
        rounds: By measure and side, the value of each round.
        note: What it was measured with, for people.
        figures: Whatever else is worth keeping.
    """

    rounds: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    note: str = ""
    figures: dict[str, object] = field(default_factory=dict)

    def add(self, measure: str, side: str, value: float) -> None:
        """Keep the value of one round."""
        self.rounds[measure][side].append(value)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a case needs to run.

    Attributes:
        scale: How much is measured.
        cores: Where servers and callers run.
        callers: The process that calls.
        tell: Is called with what is being done.
        advance: Is called after every turn.
        profile: Where the profile of the case's server goes; None: it is not profiled.
    """

    scale: Scale
    cores: Cores
    callers: Callers
    tell: Callable[[str], None]
    advance: Callable[[], None]
    profile: Path | None = None

    @contextmanager
    def service(self, shape: Shape, *, profiled: bool = True) -> Iterator[Server]:
        """The service on a copy of a store of that shape."""
        store = seed.store_of(shape, self.tell)
        with processes.service(store, self.cores, self.profile if profiled else None) as server:
            try:
                yield server
            finally:
                self.callers.forget(server.address)

    @contextmanager
    def echo(self, *, watched: bool) -> Iterator[Server]:
        """The server that does no work."""
        with processes.echo(self.cores, watched=watched) as server:
            try:
                yield server
            finally:
                self.callers.forget(server.address)


class Side:
    """One of those who take turns: a server, and how far its requests have come."""

    def __init__(self, bench: Bench, server: Server, asked: Asked, *, works: bool) -> None:
        self._bench = bench
        self._asked = asked
        self._works = works
        self._made = 0
        self.server = server
        self.cpu_us = 0.0

    def take(self, calls: int, concurrency: int) -> Done:
        """Make calls, and see to it that the server has done its work."""
        before = self.server.cpu_seconds
        job = Job(self.server.address, self._asked, self._made, calls, concurrency)
        done = self._bench.callers.do(job)
        self._made += calls
        self.cpu_us = (self.server.cpu_seconds - before) * 1e6 / calls
        if done.codes:
            raise ServerError(f"calls of {self._asked.method} failed: {done.codes}")
        if self._works and done.chosen != done.expected:
            raise ServerError(
                f"{done.expected} requests should have converted or exited, {done.chosen} did"
            )
        return done

    def flood(self, rate: float, seconds: float) -> Done:
        """Make calls at a rate, whatever comes of them."""
        calls = int(rate * seconds)
        job = Job(self.server.address, self._asked, self._made, calls, rate=rate)
        self._made += calls
        return self._bench.callers.do(job)


def _turns(
    bench: Bench, sides: Mapping[str, Callable[[], None]], rounds: int | None = None
) -> None:
    """Let all take their turn in each round; every other round the other way about."""
    order = list(sides)
    for number in range(rounds or bench.scale.rounds):
        for name in order if number % 2 == 0 else reversed(order):
            sides[name]()
            bench.advance()


def _unary(bench: Bench, kind: Kind) -> Outcome:
    asked = Asked(kind, SOME)
    outcome = Outcome(note=f"{SOME.stored:,} deliveries, {CONCURRENCY} calls at a time")
    watched = kind is Kind.WATCHED
    with bench.service(SOME) as subject, bench.echo(watched=watched) as floor:
        sides = {
            "service": Side(bench, subject, asked, works=True),
            "floor": Side(bench, floor, asked, works=False),
        }
        turns = {}
        for name, side in sides.items():
            done = side.take(_WARM_CALLS, CONCURRENCY)
            calls = max(200, int(bench.scale.unary_seconds * _WARM_CALLS / done.seconds))
            turns[name] = _unary_turn(outcome, name, side, calls)
        bench.tell(f"{kind}, call by call")
        _turns(bench, turns)
    return outcome


def _unary_turn(outcome: Outcome, name: str, side: Side, calls: int) -> Callable[[], None]:
    def turn() -> None:
        done = side.take(calls, CONCURRENCY)
        outcome.add("calls_per_second", name, calls / done.seconds)
        outcome.add("p50_ms", name, done.p50 * 1e3)
        outcome.add("p99_ms", name, done.p99 * 1e3)
        outcome.add("server_cpu_us_per_call", name, side.cpu_us)

    return turn


def unary_unwatched(bench: Bench) -> Outcome:
    """Events that no goal watches, each a call."""
    return _unary(bench, Kind.UNWATCHED)


def unary_watched(bench: Bench) -> Outcome:
    """Watched events, one in five converts, each a call."""
    return _unary(bench, Kind.WATCHED)


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure.

    Attributes:
        name: What it is called on the command line and in the report.
        run: Measures it.
        turns: How many turns a round has, for the progress bar.
    """

    name: str
    run: Callable[[Bench], Outcome]
    turns: int


CASES: Final = (
    Case("unary-unwatched", unary_unwatched, 2),
    Case("unary-watched", unary_watched, 2),
)
