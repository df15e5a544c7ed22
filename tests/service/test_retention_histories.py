"""Random histories with retention between the commands: no figure changes by it, nothing fails."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attribution_service.core.commands import Command as Command_
from attribution_service.core.commands import EvaluateEvent, StartJourney
from attribution_service.core.credit_models import CreditModel, CreditSettings
from attribution_service.core.figures import metrics
from attribution_service.core.reports import MetricsQuery, Range, TimeBasis
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.scenarios.targets import CoreTarget
from attribution_service.storage.interface import START, Place, Store, Sweep
from attribution_service.storage.memory import MemoryStore
from attribution_service.storage.sqlite import open_sqlite
from model.driver import Refused
from model.machine import START_US, Side
from model.strategies import WEEK_US, Command, history
from service.pipeline.test_pipeline import CREATE, email
from support.drivers import ServiceDriver

OUR_FAULTS = ("INTERNAL", "UNAVAILABLE", "UNKNOWN")


class Target(CoreTarget):
    """The engine on a store of our own."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store: Any = store
        self._engine = Engine(store)

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return open_sqlite(tmp_path / "a.db", migrate=True)


def walk(store: Store, pick: random.Random, now_us: int) -> int:
    """Remove what is older than some moment, in small steps; how many records that were."""
    removed = 0
    for what in ("sweep_deliveries", "sweep_receipts"):
        before_us = now_us - pick.choice([-1, 0, 2, 5, 10, WEEK_US])
        place: Place | None = START
        while place is not None:
            sweep = Sweep(before_us, place, pick.randrange(1, 9), pick.randrange(1, 5))
            with store.transaction() as transaction:
                swept = getattr(transaction, what)(sweep)
            place = swept.place
            removed += swept.removed
    return removed


def carry_out(store: Store, at_us: int, *commands: Command_) -> Any:
    """The last answer."""
    *_, outcome = Engine(store).execute([Arrival(command, at_us) for command in commands])
    assert not isinstance(outcome, Exception), outcome
    return outcome


def receipts_before(store: Store, before_us: int) -> int:
    with store.transaction() as transaction:
        return transaction.sweep_receipts(Sweep(before_us)).receipts


def test_an_event_is_known_as_long_as_a_conversion_names_it(store: Store) -> None:
    """However old: it may be credited once in a campaign, and the database insists on it."""
    event = EvaluateEvent("ada", "e1", "finished")
    first = carry_out(store, 1, CREATE, StartJourney("ada", "j1", "c"), email("d1"), event)
    assert receipts_before(store, 100) == 0
    again = carry_out(store, 50, email("d2"), event)
    assert again.replayed
    assert again.conversions == first.conversions
    with store.transaction() as transaction:
        assert transaction.sweep_deliveries(Sweep(50)).conversions == 1
    assert carry_out(store, 60, event).conversions == ()
    assert receipts_before(store, 100) == 1
    anew = carry_out(store, 70, event)
    assert not anew.replayed
    assert [item.delivery_id for item in anew.conversions] == ["d2"]
    store.close()


def queries(pick: random.Random, now_us: int) -> Iterator[MetricsQuery]:
    for basis in TimeBasis:
        for campaign_id in ("c1", "c2"):
            yield MetricsQuery(Range(campaign_id), basis)
        model = pick.choice(list(CreditModel))
        yield MetricsQuery(Range("c1"), basis, credit=CreditSettings(model, half_life_us=2))
        bounds = sorted(pick.sample(range(START_US - 5, min(now_us, START_US + 60) + 5), 4))
        yield MetricsQuery(Range("c1", bounds[0], bounds[-1]), basis, tuple(bounds))


def figures(store: Store, asked: list[MetricsQuery]) -> list[Any]:
    return [tidy(metrics(query, store.reports.metrics(query))) for query in asked]


def tidy(found: Any) -> Any:
    """Sums of doubles may differ in the last digit by the order of adding."""
    if isinstance(found, float):
        return pytest.approx(found)
    if isinstance(found, dict):
        return {key: tidy(value) for key, value in found.items()}
    if isinstance(found, tuple):
        return tuple(map(tidy, found))
    names = getattr(found, "__dataclass_fields__", None)
    if names is None or isinstance(found, type):
        return found
    return {name: tidy(getattr(found, name)) for name in names}


@pytest.mark.parametrize("seed", range(12))
def test_no_retention_changes_a_figure_or_makes_a_command_fail(store: Store, seed: int) -> None:
    pick = random.Random(seed)
    now_us, removed = START_US, 0
    with Target(store) as target:
        side = Side(ServiceDriver(target))
        for command in [*history(seed, 80), Command(0, "delete_person", {"person_id": "ada"})]:
            now_us += command.wait_us
            if pick.random() < 0.2 or command.name == "delete_person":
                asked = list(queries(pick, now_us))
                before = figures(store, asked)
                removed += walk(store, pick, now_us)
                assert before == figures(store, asked)
            if command.name == "delete_person":
                before = figures(store, asked)
            answer = side.carry_out(command, now_us)
            assert not (isinstance(answer, Refused) and answer.code in OUR_FAULTS), command
            if command.name == "delete_person":
                assert before == figures(store, asked)
    assert removed
