"""How data are spread: whole, by buckets, in native partitions; and from one to the other."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from attribution_service.core.state import Needs
from attribution_service.storage.interface import (
    BUCKETS,
    Standing,
    StoreSetupError,
    StoreUnavailableError,
    bucket_of,
)
from attribution_service.storage.layout import Spread
from attribution_service.storage.postgres import (
    PostgresStore,
    connected_engine,
    open_postgres,
    told_layout,
    upgrade,
)
from service.storage.test_contract import ALL, CONVERSION, EVERYTHING, JOURNEY, write
from support.postgres import PostgresServer

PARTITIONS = 5


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    postgres.create("spread")
    return postgres.url("spread")


@pytest.fixture
def whole(url: str) -> Iterator[PostgresStore]:
    made = open_postgres(url, migrate=True)
    yield made
    made.close()


def arranged(url: str, spread: Spread | None = None, partitions: int | None = None) -> str:
    with connected_engine(url) as engine:
        upgrade(engine, spread=spread, partitions=partitions)
        return told_layout(engine)


def test_partitions_hold_what_tables_do(url: str) -> None:
    assert arranged(url, partitions=PARTITIONS) == f" ({PARTITIONS} partitions)"
    assert arranged(url, partitions=PARTITIONS) == f" ({PARTITIONS} partitions)"
    store = open_postgres(url, migrate=False)
    write(store, *ALL)
    for number in range(20):
        write(store, replace(CONVERSION, person_id=f"p{number}"))
    with store.transaction() as transaction:
        state = transaction.load([EVERYTHING])["ada"]
    assert state.journeys["j1"] == JOURNEY
    feed = store.reports.feed(0, "", 100)
    assert [item.sequence for item in feed.found] == list(range(1, 22))
    store.close()


def test_partitions_are_for_a_database_without_data(whole: PostgresStore, url: str) -> None:
    write(whole, JOURNEY)
    with pytest.raises(StoreSetupError, match="data already"):
        arranged(url, partitions=PARTITIONS)
    assert whole.journey("ada", "j1") == JOURNEY


def test_another_number_of_partitions_is_refused(url: str) -> None:
    for many in (1, 257):
        with pytest.raises(StoreSetupError, match="give 2 to 256"):
            arranged(url, partitions=many)
    arranged(url, partitions=PARTITIONS)
    with pytest.raises(StoreSetupError, match="5 partitions already"):
        arranged(url, partitions=PARTITIONS + 1)


def test_data_that_are_there_are_spread(whole: PostgresStore, url: str) -> None:
    """A server that has them for whole finds out; watchers go on where they were."""
    for number in range(3):
        write(whole, replace(CONVERSION, person_id=f"p{number}"))
    with whole.transaction() as transaction:
        transaction.write_latest_arrival(7)
    assert arranged(url, spread=Spread.BUCKETS) == " (spread by buckets)"
    with pytest.raises(StoreUnavailableError), whole.transaction() as transaction:
        transaction.lock(["p1"])
    whole.probe()
    assert whole.buckets_at_once == 6
    with whole.transaction() as transaction:
        assert transaction.lock(["p1"]) == Standing(0, 7)
        transaction.write([replace(CONVERSION, person_id="p1", delivery_id="d9", event_id="e9")])
    assert [item.sequence for item in whole.reports.feed(1, "", 9).found] != []
    feed = whole.reports.feed(3, "", 9)
    (found,) = feed.found
    assert (found.sequence, found.conversion.delivery_id) == (4, "d9")
    assert found.position == feed.reached == feed.last
    assert isinstance(feed.last, tuple)
    assert (len(feed.last), feed.last[bucket_of("p1")]) == (BUCKETS, 4)
    assert arranged(url, spread=Spread.BUCKETS) == " (spread by buckets)"
    with pytest.raises(StoreSetupError, match="only a new database"):
        arranged(url, spread=Spread.WHOLE)


def test_a_transaction_keeps_to_one_bucket(url: str) -> None:
    arranged(url, spread=Spread.BUCKETS)
    store = open_postgres(url, migrate=False)
    with (
        pytest.raises(ValueError, match="keeps to one bucket"),
        store.transaction() as transaction,
    ):
        transaction.load([Needs("ada"), Needs("bob")])
    store.close()
