"""A store that may be away is looked at, and what changes is told; commands fail meanwhile."""

import asyncio
import threading

import pytest
from attribution_service.clock import ManualClock
from attribution_service.core.answers import JourneyAnswer
from attribution_service.core.commands import StartJourney
from attribution_service.pipeline.engine import Engine
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.pipeline.store_watch import StoreWatch, WatchTimes
from attribution_service.storage.interface import StoreSetupError, StoreUnavailableError
from attribution_service.storage.memory import MemoryStore
from service.pipeline.test_pipeline import CREATE, run


class Flaky(MemoryStore):
    """A store whose probes end as they are told to; `held` holds one up."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None
        self.free = threading.Event()
        self.free.set()
        self.probes = 0
        self.latest = 0

    def probe(self) -> int:
        self.probes += 1
        self.free.wait(60)
        if self.fault is not None:
            raise self.fault
        return self.latest


def ignore() -> None:
    pass


class Told:
    def __init__(self) -> None:
        self.faults: list[str | None] = []

    async def __call__(self, fault: StoreUnavailableError | None) -> None:
        self.faults.append(None if fault is None else str(fault))


def test_only_changes_are_told() -> None:
    async def main() -> None:
        store, told = Flaky(), Told()
        watch = StoreWatch(store, told, ignore)
        for fault in (None, None, StoreUnavailableError("away"), StoreSetupError("too old"), None):
            store.fault = fault
            await watch.look()
        assert told.faults == [None, "StoreUnavailableError: away", None]
        store.fault = StoreUnavailableError("away")
        first = Told()
        await StoreWatch(store, first, ignore).look()
        assert first.faults == ["StoreUnavailableError: away"]

    asyncio.run(main())


def test_conversions_of_others_are_told() -> None:
    async def main() -> None:
        store, heard = Flaky(), []
        watch = StoreWatch(store, Told(), lambda: heard.append(store.latest))
        for store.latest in (3, 3, 4):
            await watch.look()
        store.fault = StoreUnavailableError("away")
        store.latest = 5
        await watch.look()
        assert heard == [3, 4]
        store.fault = None
        await watch.look()
        assert heard == [3, 4, 5]

    asyncio.run(main())


def test_a_look_that_takes_too_long_counts_and_is_not_repeated_beside_itself() -> None:
    async def main() -> None:
        store, told = Flaky(), Told()
        watch = StoreWatch(store, told, ignore, WatchTimes(patience_seconds=0.01))
        store.free.clear()
        for _ in range(3):
            await watch.look()
        assert (told.faults, store.probes) == (["no answer in time"], 1)
        store.free.set()
        while len(told.faults) < 2:
            await watch.look()
        assert told.faults == ["no answer in time", None]

    asyncio.run(main())


def test_who_stops_looking_waits_for_the_look_that_goes_on() -> None:
    async def main() -> None:
        store = Flaky()
        store.free.clear()
        looking = asyncio.create_task(StoreWatch(store, Told(), ignore).run())
        while not store.probes:
            await asyncio.sleep(0.001)
        looking.cancel()
        await asyncio.sleep(0.01)
        assert not looking.done()
        store.free.set()
        with pytest.raises(asyncio.CancelledError):
            await looking

    asyncio.run(main())


def test_who_stops_looking_does_not_wait_for_ever() -> None:
    async def main() -> None:
        store = Flaky()
        store.free.clear()
        times = WatchTimes(patience_seconds=0.01)
        looking = asyncio.create_task(StoreWatch(store, Told(), ignore, times).run())
        while not store.probes:
            await asyncio.sleep(0.001)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        store.free.set()

    asyncio.run(main())


class Stuck(MemoryStore):
    """A store whose transactions begin when they are let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.free = threading.Event(), threading.Event()
        self.free.set()

    def transaction(self):  # type: ignore[no-untyped-def]
        self.begun.set()
        self.free.wait(60)
        return super().transaction()


def test_while_the_store_is_away_what_waits_and_what_comes_fails_at_once() -> None:
    async def main() -> None:
        store = Stuck()
        engine = Engine(store)
        run(engine, CREATE)
        pipeline = Pipeline(engine, ManualClock(1))
        store.free.clear()
        store.begun.clear()
        held = asyncio.ensure_future(pipeline.submit(StartJourney("ada", "j1", "c")))
        await asyncio.to_thread(store.begun.wait, 60)
        waiting = asyncio.ensure_future(pipeline.submit(StartJourney("bob", "j1", "c"), 7))
        await asyncio.sleep(0)
        pipeline.store_answers(StoreUnavailableError("away"))
        with pytest.raises(StoreUnavailableError):
            await waiting
        with pytest.raises(StoreUnavailableError):
            await pipeline.submit(StartJourney("cy", "j1", "c"))
        outcomes = await pipeline.submit_all([StartJourney("cy", "j1", "c")] * 2)
        assert [type(each) for each in outcomes] == [StoreUnavailableError] * 2
        store.free.set()
        assert isinstance(await held, JourneyAnswer)
        pipeline.store_answers(None)
        assert isinstance(await pipeline.submit(StartJourney("cy", "j1", "c")), JourneyAnswer)
        await pipeline.close()
        assert store.journey("bob", "j1") is None

    asyncio.run(main())
