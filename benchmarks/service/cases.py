"""What is measured: each case with its subject and its floor, turn by turn."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.service import processes, seed
from benchmarks.service.asked import Asked, Kind
from benchmarks.service.bars import middle
from benchmarks.service.load import Done, Job
from benchmarks.service.processes import Callers, Cores, Server, ServerError, Worker
from benchmarks.service.shapes import CONVERTS_EVERY, Shape

BATCH: Final = 500
CONCURRENCY: Final = 64
BATCHES_AT_A_TIME: Final = 4
_WARM_CALLS: Final = 2_000
_CURVE_CALLS: Final = 1_200
_ECHO_BATCHES: Final = 60
_WARM_SQL_BATCHES: Final = 2
_FLOOD_BATCHES: Final = 8
_HEAVY_BATCH: Final = 20
OVERLOAD: Final = 3
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
        batches: Calls of the service in a turn of batches.
        sql_batches: Batches whose SQL is sent in a turn.
        warm_batches: Batches before the turns, so that what is kept in memory is there.
        many: People of the largest store, with two deliveries each.
        campaigns: The most campaigns.
        heavy: People with 5,000 deliveries each.
        flood_seconds: How long an overload lasts.
        floods: How many overloads there are, and how often the curve of load is gone along.
        curve: Calls at a time, for the curve of load.
    """

    rounds: int = 7
    unary_seconds: float = 1.5
    batches: int = 12
    sql_batches: int = 8
    warm_batches: int = 12
    many: int = 500_000
    campaigns: int = 10_000
    heavy: int = 100
    flood_seconds: float = 5.0
    floods: int = 2
    curve: tuple[int, ...] = (1, 4, 16, 64, 256)


FULL: Final = Scale()
QUICK: Final = Scale(
    rounds=3,
    unary_seconds=0.4,
    batches=4,
    sql_batches=4,
    warm_batches=4,
    many=50_000,
    campaigns=1_000,
    heavy=20,
    flood_seconds=3.0,
    floods=1,
    curve=(1, 8, 64),
)


@dataclass(slots=True)
class Outcome:
    """What a case found.

    Attributes:
        rounds: By measure and side, the value of each round.
        note: What it was measured with, for people.
        figures: Whatever else is worth keeping.
        failed: Whether it could not be measured; the note says why.
    """

    rounds: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    note: str = ""
    figures: dict[str, object] = field(default_factory=dict)
    failed: bool = False

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
        profile: Where the profile of the case's server goes; None: it is not profiled.
        raw_json: Whether events bring their properties as raw JSON.
    """

    scale: Scale
    cores: Cores
    callers: Callers
    tell: Callable[[str], None]
    profile: Path | None = None
    raw_json: bool = False

    def asked(self, kind: Kind, shape: Shape, batch: int = 0) -> Asked:
        """What is asked, with properties of the form that this run is to have."""
        return Asked(kind, shape, batch, self.raw_json)

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
    """One of those who take turns: a server, and how far its requests have come.

    `works`: it is the service, which must be sent something new each time, and must do its work.
    """

    def __init__(self, bench: Bench, server: Server, asked: Asked, *, works: bool = True) -> None:
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
        if self._works:
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


def _unary(bench: Bench, kind: Kind) -> Outcome:
    asked = bench.asked(kind, SOME)
    outcome = Outcome(note=f"{SOME.stored:,} deliveries, {CONCURRENCY} calls at a time")
    watched = kind is Kind.WATCHED
    with bench.service(SOME) as subject, bench.echo(watched=watched) as floor:
        sides = {
            "service": Side(bench, subject, asked),
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


def _batches(bench: Bench, kind: Kind, shape: Shape, *, stored: bool) -> Outcome:
    """Batches; the floor is the echo of them and, where they are `stored`, the same SQL."""
    asked = bench.asked(kind, shape, BATCH)
    scale = bench.scale
    outcome = Outcome(
        note=f"{shape.stored:,} deliveries, {BATCH} a call, {BATCHES_AT_A_TIME} calls at a time"
    )
    with ExitStack() as stack:
        subject = stack.enter_context(bench.service(shape))
        floor = stack.enter_context(bench.echo(watched=kind is not Kind.UNWATCHED))
        service = Side(bench, subject, asked)
        echo = Side(bench, floor, asked, works=False)
        turns = {
            "service": _batch_turn(outcome, "service", service, scale.batches),
            "echo": _batch_turn(outcome, "echo", echo, _ECHO_BATCHES),
        }
        bench.tell("warming up")
        service.take(scale.warm_batches, BATCHES_AT_A_TIME)
        echo.take(_ECHO_BATCHES, BATCHES_AT_A_TIME)
        if stored:
            bench.tell("recording what the store sends")
            turns["sql"] = stack.enter_context(_sql_turn(bench, outcome, asked))
        bench.tell("taking turns")
        _turns(bench, turns)
    rates = outcome.rounds["per_second"]
    rates["floor"] = (
        [1 / (1 / echo + 1 / sql) for echo, sql in zip(rates["echo"], rates["sql"], strict=True)]
        if stored
        else list(rates["echo"])
    )
    return outcome


def _batch_turn(outcome: Outcome, name: str, side: Side, calls: int) -> Callable[[], None]:
    def turn() -> None:
        done = side.take(calls, BATCHES_AT_A_TIME)
        outcome.add("per_second", name, calls * BATCH / done.seconds)
        outcome.add("p99_ms", name, done.p99 * 1e3)
        outcome.add("server_cpu_us_each", name, side.cpu_us / BATCH)

    return turn


@contextmanager
def _sql_turn(bench: Bench, outcome: Outcome, asked: Asked) -> Iterator[Callable[[], None]]:
    """What the store sends for such calls, sent again without the service."""
    scale = bench.scale
    worker = Worker("benchmarks.service.replay", bench.cores.servers)
    try:
        calls = _WARM_SQL_BATCHES + scale.rounds * scale.sql_batches
        job = {"asked": asdict(asked), "calls": calls}
        store = seed.store_of(asked.shape, bench.tell)
        told = worker.ask({"store": str(store), "job": job})
        outcome.figures["statements_a_batch"] = middle(told["statements"])
        outcome.figures["sqlite_settings"] = told["settings"]
        worker.ask({"calls": _WARM_SQL_BATCHES})

        def turn() -> None:
            seconds = worker.ask({"calls": scale.sql_batches})["seconds"]
            outcome.add("per_second", "sql", scale.sql_batches * BATCH / seconds)

        yield turn
    finally:
        worker.close()


def batch_watched(bench: Bench) -> Outcome:
    """Watched events, one in five converts, many in a call."""
    return _batches(bench, Kind.WATCHED, SOME, stored=True)


def batch_unwatched(bench: Bench) -> Outcome:
    """Events that no goal watches, many in a call."""
    return _batches(bench, Kind.UNWATCHED, SOME, stored=False)


def batch_checks(bench: Bench) -> Outcome:
    """Checks before the next step, one in five ends the journey, many in a call."""
    return _batches(bench, Kind.CHECK, SOME_ACHIEVED, stored=True)


@dataclass(frozen=True, slots=True)
class Size:
    """One of the stores that are compared: its name and shape, and how it is asked."""

    name: str
    shape: Shape
    warm: int
    calls: int
    batch: int = BATCH


def _growth(bench: Bench, sizes: Sequence[Size], note: str) -> Outcome:
    """The cost of a watched event in stores of different sizes; one call at a time."""
    outcome = Outcome(note=note)
    with ExitStack() as stack:
        turns = {}
        for position, size in enumerate(sizes):
            profiled = position == len(sizes) - 1
            server = stack.enter_context(bench.service(size.shape, profiled=profiled))
            side = Side(bench, server, bench.asked(Kind.WATCHED, size.shape, size.batch))
            bench.tell(f"warming up: {size.name}")
            side.take(size.warm, 1)
            turns[size.name] = _growth_turn(outcome, side, size)
        bench.tell("taking turns")
        _turns(bench, turns)
    outcome.figures["stored"] = {size.name: size.shape.stored for size in sizes}
    outcome.figures["campaigns"] = {size.name: size.shape.campaigns for size in sizes}
    return outcome


def _growth_turn(outcome: Outcome, side: Side, size: Size) -> Callable[[], None]:
    def turn() -> None:
        done = side.take(size.calls, 1)
        outcome.add("us_per_event", size.name, done.seconds * 1e6 / (size.calls * size.batch))
        outcome.add("server_cpu_us_per_event", size.name, side.cpu_us / size.batch)

    return turn


def growth_deliveries(bench: Bench) -> Outcome:
    """Many stored deliveries beside few, of people drawn from all of them."""
    scale = bench.scale
    shapes = {"small": FEW, "middle": Shape(people=50_000), "large": Shape(people=scale.many)}
    if shapes["large"] == shapes["middle"]:
        del shapes["middle"]
    sizes = [
        Size(name, shape, scale.warm_batches, scale.batches // 3) for name, shape in shapes.items()
    ]
    large, small = shapes["large"].stored, FEW.stored
    return _growth(bench, sizes, f"{large:,} deliveries beside {small:,}")


def growth_campaigns(bench: Bench) -> Outcome:
    """Many campaigns beside ten, all with a rule of their own on the same event."""
    scale = bench.scale
    people = 2 * scale.campaigns
    # Everybody once, so that each campaign's rule has been met.
    warm = people // BATCH
    calls = scale.batches // 3
    sizes = [
        Size("small", Shape(people), warm, calls),
        Size("large", Shape(people, campaigns=scale.campaigns), warm, calls),
    ]
    return _growth(bench, sizes, f"{scale.campaigns:,} campaigns beside 10")


def _one_person(bench: Bench, light: Shape, heavy: Shape, note: str) -> Outcome:
    # Each person once in a call, or a second event would find the person loaded.
    few = {"batch": _HEAVY_BATCH, "warm": 1}
    sizes = [
        Size("small", light, calls=8, **few),
        Size("large", heavy, calls=1 if bench.scale.heavy < FULL.heavy else 3, **few),
    ]
    return _growth(bench, sizes, f"{note}; {_HEAVY_BATCH} people a call")


def growth_journey(bench: Bench) -> Outcome:
    """A journey with very many deliveries beside one with a few."""
    light, heavy = Shape(people=2_000, deliveries=5), Shape(bench.scale.heavy, deliveries=5_000)
    return _one_person(bench, light, heavy, "5,000 deliveries in a journey beside 5")


def growth_person(bench: Bench) -> Outcome:
    """A person with very many journeys beside one with one."""
    light = Shape(people=2_000, deliveries=5)
    heavy = Shape(bench.scale.heavy, deliveries=5, journeys=1_000)
    return _one_person(bench, light, heavy, "1,000 journeys of 5 deliveries beside one")


def memory(bench: Bench) -> Outcome:
    """What the service holds in memory when people of the whole store have been met."""
    scale = bench.scale
    shape = Shape(people=scale.many, campaigns=scale.campaigns)
    outcome = Outcome(note=f"{shape.stored:,} deliveries, {shape.campaigns:,} campaigns")
    with bench.service(shape) as server:
        outcome.figures["at_start_mb"] = server.resident_bytes / _MB
        side = Side(bench, server, bench.asked(Kind.WATCHED, shape, BATCH))
        bench.tell("sending events")
        side.take(2 * scale.campaigns // BATCH, BATCHES_AT_A_TIME)
        outcome.add("resident_mb", "service", server.resident_bytes / _MB)
        outcome.add("peak_mb", "service", server.peak_bytes / _MB)
    return outcome


def start(bench: Bench) -> Outcome:
    """From the start of the process to the first answered call."""
    shape = Shape(people=20_000, campaigns=FULL.campaigns)
    outcome = Outcome(note=f"{shape.campaigns:,} campaigns, {shape.stored:,} deliveries")
    for _ in range(bench.scale.rounds):
        bench.tell("starting again")
        with bench.service(shape) as server:
            outcome.add("seconds", "service", server.start_seconds)
            outcome.add("cpu_seconds", "service", server.cpu_seconds)
    return outcome


def overload(bench: Bench) -> Outcome:
    """Three times the lone calls that it can serve, and then as many as it can again."""
    return _overload(bench, bench.asked(Kind.WATCHED, SOME), _WARM_CALLS, CONCURRENCY)


def overload_batches(bench: Bench) -> Outcome:
    """Three times the batches that it can serve, and then as many as it can again."""
    return _overload(
        bench, bench.asked(Kind.WATCHED, SOME, BATCH), _FLOOD_BATCHES, BATCHES_AT_A_TIME
    )


def _overload(bench: Bench, asked: Asked, calls: int, concurrency: int) -> Outcome:
    scale = bench.scale
    outcome = Outcome()
    offered = []
    # A flood must not use up the people of the store.
    all_calls = CONVERTS_EVERY * asked.shape.people // asked.requests_a_call
    room = all_calls // scale.floods - 3 * calls
    with bench.service(asked.shape) as server:
        side = Side(bench, server, asked)
        side.take(calls, concurrency)
        peak = server.peak_bytes
        for _ in range(scale.floods):
            bench.tell("as fast as it can")
            before = calls / side.take(calls, concurrency).seconds
            bench.tell("three times as fast")
            seconds = min(scale.flood_seconds, room / (OVERLOAD * before))
            done = side.flood(OVERLOAD * before, seconds)
            bench.tell("as fast as it can again")
            after = calls / side.take(calls, concurrency).seconds
            refused = sum(done.codes.values())
            offered.append(OVERLOAD * seconds / (seconds + done.late))
            outcome.add("answered_p99_s", "service", done.p99)
            outcome.add("answered_share", "service", done.answered / (done.answered + refused))
            outcome.add("recovered", "service", after / before)
            outcome.add("rate_before", "service", before)
            if refused and done.refused_p99 is not None:
                outcome.add("refused_p99_s", "service", done.refused_p99)
                rightly = min(done.hinted, done.codes.get("RESOURCE_EXHAUSTED", 0))
                outcome.add("refused_rightly", "service", rightly / refused)
            outcome.figures["codes"] = done.codes
        # Of all floods together: the first reaches the most, and what follows stays below it.
        outcome.add("grown_mb", "service", (server.peak_bytes - peak) / _MB)
    outcome.figures["offered"] = offered
    outcome.note = (
        f"{scale.flood_seconds:g} s at {OVERLOAD} times the rate; "
        f"the sender reached {min(offered):.1f} times"
    )
    return outcome


def curve(bench: Bench) -> Outcome:
    """Calls a second and latency over the number of calls at a time, for the plot."""
    outcome = Outcome(note=f"{SOME.stored:,} deliveries")
    points: list[dict[str, object]] = []
    with ExitStack() as stack:
        sides = {
            "echo": Side(
                bench,
                stack.enter_context(bench.echo(watched=True)),
                bench.asked(Kind.WATCHED, SOME),
                works=False,
            )
        }
        for kind in (Kind.UNWATCHED, Kind.WATCHED):
            server = stack.enter_context(bench.service(SOME))
            sides[kind.value] = Side(bench, server, bench.asked(kind, SOME))
        for side in sides.values():
            side.take(_WARM_CALLS, CONCURRENCY)
        for concurrency in bench.scale.curve * bench.scale.floods:
            bench.tell(f"{concurrency} calls at a time")
            for name, side in sides.items():
                # Few calls at a time are slower in all.
                calls = min(_CURVE_CALLS, 200 * concurrency)
                done = side.take(calls, concurrency)
                points.append(
                    {
                        "side": name,
                        "concurrency": concurrency,
                        "calls_per_second": calls / done.seconds,
                        "p50_ms": done.p50 * 1e3,
                        "p99_ms": done.p99 * 1e3,
                    }
                )
    outcome.figures["points"] = points
    return outcome


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure: its name on the command line and in the report, and how.

    `quick`: it is measured in a hurry too, if nobody asks for single cases.
    """

    name: str
    run: Callable[[Bench], Outcome]
    quick: bool = True


CASES: Final = (
    Case("unary-unwatched", unary_unwatched),
    Case("unary-watched", unary_watched),
    Case("batch-watched", batch_watched),
    Case("batch-unwatched", batch_unwatched),
    Case("batch-checks", batch_checks),
    Case("growth-deliveries", growth_deliveries),
    Case("growth-campaigns", growth_campaigns),
    Case("growth-journey", growth_journey),
    Case("growth-person", growth_person),
    Case("memory", memory),
    Case("start", start),
    Case("overload", overload),
    Case("overload-batches", overload_batches, quick=False),
    Case("curve", curve, quick=False),
)
