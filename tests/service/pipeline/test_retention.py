"""Retention through the pipeline: when its steps come, what they may delay, and what they log."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog
from attribution_service.clock import ManualClock
from attribution_service.core.answers import DeliveryAnswer, EvaluateAnswer
from attribution_service.core.commands import (
    CreateCampaign,
    EvaluateEvent,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
)
from attribution_service.core.model import (
    CampaignKind,
    Channel,
    DeliveryStatus,
    ExitPolicy,
    Goal,
    InteractionKind,
    PerformsEvent,
)
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.core.reports import MetricsQuery, Range
from attribution_service.core.retention import DAY_US
from attribution_service.pipeline.engine import Engine
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.pipeline.retention import Retention, RetentionSettings
from attribution_service.storage.interface import StoreUnavailableError, Sweep, Swept
from attribution_service.storage.memory import MemoryStore, MemoryTransaction
from service.pipeline.test_pipeline import CREATE, DEFINITION, email

SETTINGS = RetentionSettings(delivery_days=90, receipt_days=30, pause_us=0)
START = StartJourney("ada", "j1", "c")
FINISHED = EvaluateEvent("ada", "e1", "finished")
WINDOW_US = 90 * DAY_US
WINDOWED = CreateCampaign(
    replace(DEFINITION, goal=Goal(PerformsEvent("finished"), window_us=WINDOW_US))
)
BEGIN_US = 1_000 * DAY_US


class SweepingStore(MemoryStore):
    """Notes the steps of retention and the other transactions; fails where it is told to."""

    def __init__(self, *, looks: int = 500) -> None:
        super().__init__()
        self.noted: list[str] = []
        self.failing = False
        self.looks = looks
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with super().transaction() as transaction:
            noting = NotingTransaction(transaction, self)
            self.entered.set()
            assert self.gate.wait(30)
            yield noting  # type: ignore[misc]
        self.noted.append("sweep" if noting.swept else "commands")


class NotingTransaction:
    """A transaction that tells whether it swept."""

    def __init__(self, inner: MemoryTransaction, store: SweepingStore) -> None:
        self._inner = inner
        self._store = store
        self.swept = False

    def sweep_deliveries(self, sweep: Sweep) -> Swept:
        return self._sweep(sweep, self._inner.sweep_deliveries)

    def sweep_receipts(self, sweep: Sweep) -> Swept:
        return self._sweep(sweep, self._inner.sweep_receipts)

    def _sweep(self, sweep: Sweep, carry_out: Any) -> Swept:
        self.swept = True
        swept: Swept = carry_out(replace(sweep, looks=self._store.looks))
        if self._store.failing:
            raise StoreUnavailableError("on purpose")
        return swept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Served:
    """A pipeline with retention, on a clock that is moved."""

    def __init__(self, store: MemoryStore, settings: RetentionSettings = SETTINGS) -> None:
        self.clock = ManualClock(BEGIN_US)
        self.store = store
        retention = Retention(store, settings)
        self.pipeline = Pipeline(Engine(store), self.clock, retention=retention)

    async def submit_at(self, days: float, *commands: Any) -> list[Any]:
        self.clock.set_us(BEGIN_US + round(days * DAY_US))
        return [await self.pipeline.submit(command) for command in commands]


async def until(reached: Any) -> None:
    """Wait for what the pipeline's thread does by itself."""
    while not reached():
        await asyncio.sleep(0.001)


def ids(store: MemoryStore) -> list[str]:
    return [item.delivery_id for item in store.deliveries("ada", "", "", 99)]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"delivery_days": 89}, "delivery_days is 89: give 90 to 36500, or None"),
        ({"delivery_days": 36_501}, "delivery_days is 36501"),
        ({"receipt_days": 0}, "receipt_days is 0: give 1 to 36500, or None"),
        ({"receipt_days": 36_501}, "receipt_days is 36501"),
    ],
)
def test_days_have_limits(given: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        RetentionSettings(**given)


def test_off_unless_told() -> None:
    assert not RetentionSettings().is_on
    assert RetentionSettings(delivery_days=90).is_on
    assert RetentionSettings(receipt_days=1).is_on


def test_what_is_old_goes_while_nobody_asks_for_anything() -> None:
    async def main() -> None:
        store = SweepingStore()
        served = Served(store)
        await until(lambda: store.noted.count("sweep") == 2)  # the first walk, of nothing
        await served.submit_at(0, CREATE, START, email(), FINISHED)
        with structlog.testing.capture_logs() as logs:
            await served.submit_at(91, START)
            await until(lambda: any(item["event"] == "retention_ended" for item in logs))
        await served.pipeline.close()
        assert ids(store) == []
        (ended,) = [item for item in logs if item["event"] == "retention_ended"]
        assert (ended["deliveries"], ended["conversions"], ended["receipts"]) == (1, 1, 1)
        assert (ended["looked"], ended["steps"]) == (2, 2)

    asyncio.run(main())


def test_a_walk_begins_at_most_every_six_hours_and_anew_after_a_restart() -> None:
    async def main() -> None:
        store = SweepingStore()
        served = Served(store)
        await until(lambda: store.noted.count("sweep") == 2)  # deliveries, then receipts
        for days in (0.01, 0.1, 0.2499):
            await served.submit_at(days, CREATE if days == 0.01 else START)
        assert store.noted.count("sweep") == 2
        await served.submit_at(0.25, START)
        await until(lambda: store.noted.count("sweep") == 4)
        await served.pipeline.close()
        again = Served(store)
        await until(lambda: store.noted.count("sweep") == 6)
        await again.pipeline.close()

    asyncio.run(main())


def test_only_what_is_set_is_walked_over() -> None:
    async def main() -> None:
        store = SweepingStore()
        served = Served(store, RetentionSettings(receipt_days=1, pause_us=0))
        await until(lambda: store.noted.count("sweep") == 1)
        await served.submit_at(0, CREATE, START, email(), FINISHED)
        await served.submit_at(200, EvaluateEvent("ada", "e2", "finished"))
        await until(lambda: store.noted.count("sweep") == 2)
        await served.pipeline.close()
        assert ids(store) == ["d1"]

    asyncio.run(main())


def test_a_burst_waits_for_one_step_at_most() -> None:
    """Steps keep their distance by the clock, however much waits between them."""

    async def main() -> None:
        store = SweepingStore(looks=1)
        served = Served(store, RetentionSettings(delivery_days=90, pause_us=1_000))
        await served.submit_at(0, CREATE, START, *(email(f"d{n}") for n in range(5)))
        await served.submit_at(100, email("new"))
        await until(lambda: len(ids(store)) == 5)
        store.noted.clear()
        await served.submit_at(100, *(email(f"new{n}") for n in range(20)))
        assert "sweep" not in store.noted
        for step in range(1, 5):
            served.clock.set_us(served.clock.now_us() + 1_000)
            await asyncio.gather(*(served.pipeline.submit(START) for _ in range(9)))
            await until(lambda step=step: store.noted.count("sweep") == step)
        await served.pipeline.close()
        assert [name for name in ids(store) if name.startswith("d")] == []

    asyncio.run(main())


@pytest.mark.parametrize("late_us", [0, 1])
def test_no_credit_is_lost_that_the_window_allows(late_us: int) -> None:
    """At the end of the longest window the delivery is there, whatever runs first."""

    async def main() -> None:
        store = SweepingStore()
        served = Served(store, RetentionSettings(delivery_days=90, pause_us=0, walk_us=0))
        await served.submit_at(0, WINDOWED, START, email())
        served.clock.set_us(BEGIN_US + WINDOW_US + late_us)
        swept = store.noted.count("sweep")
        await until(lambda: store.noted.count("sweep") > swept + 2)
        (answer,) = [await served.pipeline.submit(FINISHED)]
        await served.pipeline.close()
        assert isinstance(answer, EvaluateAnswer)
        assert len(answer.conversions) == 1 - late_us

    asyncio.run(main())


def test_what_arrived_before_a_step_is_judged_as_if_it_had_come_before() -> None:
    """It waits while the clock goes on; the step that comes first must not take its delivery."""

    async def main() -> None:
        store = SweepingStore()
        served = Served(store, RetentionSettings(delivery_days=90, pause_us=0, walk_us=0))
        await served.submit_at(0, WINDOWED, START, email())
        store.gate.clear()
        store.entered.clear()
        assert await asyncio.to_thread(store.entered.wait, 30)  # a step that has begun
        served.clock.set_us(BEGIN_US + WINDOW_US)
        waiting = asyncio.create_task(served.pipeline.submit(FINISHED))
        await asyncio.sleep(0)
        served.clock.set_us(BEGIN_US + WINDOW_US + DAY_US)
        swept = store.noted.count("sweep")
        store.gate.set()
        answer = await waiting
        assert isinstance(answer, EvaluateAnswer)
        assert len(answer.conversions) == 1
        await until(lambda: store.noted.count("sweep") > swept + 2)
        assert ids(store) == ["d1"]  # touched by its conversion
        await served.pipeline.close()

    asyncio.run(main())


def test_a_step_that_fails_is_told_undone_and_tried_again() -> None:
    async def main() -> None:
        store = SweepingStore()
        served = Served(store)
        await served.submit_at(0, CREATE, START, email())
        store.failing = True
        with structlog.testing.capture_logs() as logs:
            await served.submit_at(91, START)
            await until(lambda: any(item["event"] == "retention_failed" for item in logs))
            assert ids(store) == ["d1"]
            (answer,) = await served.submit_at(91, email("d2"))
            assert isinstance(answer, DeliveryAnswer)
            store.failing = False
            await served.submit_at(91.001, START)
            await until(lambda: ids(store) == ["d2"])
        await served.pipeline.close()
        failed = [item for item in logs if item["event"] == "retention_failed"]
        assert [item["log_level"] for item in failed] == ["error"]

    asyncio.run(main())


def test_what_a_step_judged_by_is_the_earliest_time_after_a_restart() -> None:
    async def main() -> None:
        store = SweepingStore()
        served = Served(store)
        await served.submit_at(0, CREATE, START, email())
        await served.submit_at(0.5, START)
        served.clock.set_us(BEGIN_US + 91 * DAY_US)
        await served.pipeline.submit(OTHER)
        await until(lambda: ids(store) == [])
        await served.pipeline.close()
        assert store.latest_arrival_us() == BEGIN_US + 91 * DAY_US

    asyncio.run(main())


OTHER = CreateCampaign(replace(DEFINITION, campaign_id="other"))


def test_what_is_gone_is_not_known_and_may_come_again() -> None:
    async def main() -> None:
        store = SweepingStore()
        served = Served(store)
        (*_, first) = await served.submit_at(0, CREATE, START, email(), FINISHED)
        assert [item.delivery_id for item in first.conversions] == ["d1"]
        figures = store.reports.metrics(MetricsQuery(Range("c"), journeys=False))
        await served.submit_at(91, START)
        await until(lambda: ids(store) == [])
        assert store.reports.metrics(MetricsQuery(Range("c"), journeys=False)) == figures
        opened = RecordInteraction("ada", "d1", InteractionKind.OPENED)
        with pytest.raises(Refusal) as refused:
            await served.submit_at(92, opened)
        assert refused.value.reason is Reason.DELIVERY_NOT_FOUND
        # Its receipt goes once the conversion has gone; then the same event is judged anew.
        await until(lambda: "e1" not in store._people["ada"].receipts)
        bounced = RecordDelivery("ada", "d1", "j1", "", "a", Channel.EMAIL, DeliveryStatus.BOUNCED)
        came_back, sent, again = await served.submit_at(93, bounced, email("d2"), FINISHED)
        await served.pipeline.close()
        assert not came_back.replayed
        assert came_back.delivery.create_us == BEGIN_US + 93 * DAY_US
        assert not again.replayed
        assert [item.delivery_id for item in again.conversions] == ["d2"]
        assert not sent.replayed
        counted = store.reports.metrics(MetricsQuery(Range("c"), journeys=False))
        assert sum(item.count for item in counted.deliveries) == 3
        assert (counted.conversions.count, counted.conversions.people) == (2, 1)

    asyncio.run(main())


def test_journeys_stay_and_newsletters_go() -> None:
    newsletter = replace(
        DEFINITION,
        campaign_id="news",
        kind=CampaignKind.NEWSLETTER,
        trigger_event_name=None,
        exit_policy=ExitPolicy.NEVER,
    )

    async def main() -> None:
        store = SweepingStore()
        served = Served(store)
        news = RecordDelivery("ada", "n1", "", "news", "a", Channel.EMAIL)
        await served.submit_at(0, CREATE, CreateCampaign(newsletter), START, email(), news)
        assert len(store._people["ada"].journeys) == 2
        await served.submit_at(91, START)
        await until(lambda: ids(store) == [])
        await served.pipeline.close()
        assert list(store._people["ada"].journeys) == ["j1"]

    asyncio.run(main())


def test_closing_does_not_wait_for_a_walk() -> None:
    async def main() -> None:
        store = SweepingStore(looks=1)
        served = Served(store, RetentionSettings(delivery_days=90, pause_us=10**18))
        await served.submit_at(0, CREATE, START, *(email(f"d{n}") for n in range(9)))
        served.clock.set_us(BEGIN_US + 100 * DAY_US)
        await served.pipeline.close()
        assert len(ids(store)) >= 8

    asyncio.run(main())
