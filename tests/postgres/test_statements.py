"""The statements that are really sent: whatever is asked of people, is asked of their buckets."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pytest
from attribution_service.core.answers import PersonChange
from attribution_service.core.commands import (
    DeletePerson,
    FinishJourney,
    PersonCommand,
    ReadPerson,
)
from attribution_service.core.refusals import Refusal
from attribution_service.core.retention import DAY_US
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.pipeline.retention import Retention, RetentionSettings
from attribution_service.storage import tables
from attribution_service.storage.interface import BUCKETS, bucket_of
from attribution_service.storage.layout import Spread
from attribution_service.storage.postgres import (
    PostgresStore,
    connected_engine,
    open_postgres,
    upgrade,
)
from service.pipeline.test_narrow_loads import arrivals
from service.storage.test_contract import CONVERSION, DELIVERY, INTERACTION, RECEIPT
from sqlalchemy import event
from support.postgres import PostgresServer, empty
from support.statements import asked

HISTORIES = 2
BATCH = 5
SECOND_US = 1_000_000
NOW_US = 400 * DAY_US
OLD: Sequence[PersonChange] = (DELIVERY, INTERACTION, CONVERSION, RECEIPT)


# How late it is anywhere, for who changes a definition, and whether conversions came: of counters.
ALL_BUCKETS = re.compile(r"^SELECT (max|CAST\(sum)\(buckets\.")
# A statement with its parameters, as it goes to the driver.
Sent = tuple[str, Mapping[str, Any]]


@dataclass(slots=True)
class Recorder:
    """What goes to the driver, one transaction after the other."""

    transactions: list[list[Sent]] = field(default_factory=list)
    _open: defaultdict[int, list[Sent]] = field(default_factory=lambda: defaultdict(list))

    def sent(self, *arguments: Any) -> None:
        connection, _, text, given, _, _ = arguments
        for values in given if isinstance(given, (list, tuple)) else [given]:
            self._open[id(connection.connection.driver_connection)].append((text, values))

    def ended(self, connection: Any) -> None:
        found = self._open.pop(id(connection.connection.driver_connection), None)
        if found:
            self.transactions.append(found)


@contextmanager
def recording(store: PostgresStore) -> Iterator[Recorder]:
    recorder = Recorder()
    listened = {
        "before_cursor_execute": recorder.sent,
        "commit": recorder.ended,
        "rollback": recorder.ended,
    }
    for name, listener in listened.items():
        event.listen(store._engine, name, listener)
    yield recorder
    for name, listener in listened.items():
        event.remove(store._engine, name, listener)


@pytest.fixture(params=list(Spread))
def store(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[PostgresStore]:
    made = opened(postgres, request.param)
    yield made
    made.close()


def opened(postgres: PostgresServer, spread: Spread) -> PostgresStore:
    name = f"statements_{spread.lower()}"
    postgres.create(name)
    url = postgres.url(name)
    with connected_engine(url) as engine:
        upgrade(engine, spread=spread)
    return open_postgres(url, migrate=False)


def faults(transactions: Sequence[Sequence[Sent]], *, by_bucket: bool) -> list[str]:
    """What is asked of all buckets, and by bucket the transactions that keep to more than one."""
    found: list[str] = []
    for transaction in transactions:
        touched: set[int] = set()
        for text, given in transaction:
            for each in asked(text, given):
                touched |= each.buckets or set()
                if each.buckets is None:
                    found.append(f"{each.table} of all buckets: {text}")
        if by_bucket and len(touched) > 1:
            found.append(f"a transaction of the buckets {sorted(touched)}")
    return found


def clean(store: PostgresStore) -> None:
    """An empty database, which the store finds again."""
    empty(store._engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    store.probe()


def test_the_hot_path_names_the_bucket(store: PostgresStore) -> None:
    """Random histories of all commands about people, in batches, through the engine."""
    kinds: set[type] = set()
    transactions: list[list[Sent]] = []
    for seed in range(HISTORIES):
        clean(store)
        engine = Engine(store)
        history = arrivals(seed)
        rest = (FinishJourney("ada", "j1"), ReadPerson("ada"), DeletePerson("ada"))
        history += [Arrival(command, history[-1].arrival_us) for command in rest]
        kinds |= {type(each.command) for each in history}
        with recording(store) as recorder:
            for start in range(0, len(history), BATCH):
                outcomes = engine.execute(history[start : start + BATCH])
                for outcome in outcomes:
                    assert not isinstance(outcome, Exception) or isinstance(outcome, Refusal)
        engine.close()
        transactions += recorder.transactions
    assert kinds >= {*get_args(PersonCommand), DeletePerson}
    # Of what was kept nobody is hot; a whole database keeps it without a bucket.
    assert faults(hot(transactions), by_bucket=store.buckets_at_once is not None) == []
    touched = {
        each.table
        for transaction in transactions
        for text, given in transaction
        for each in asked(text, given)
    }
    assert touched >= {table.name for table in tables.OF_PEOPLE}


def hot(transactions: Sequence[Sequence[Sent]]) -> list[list[Sent]]:
    """Without the reads of the counters of all buckets, which are not about people."""
    return [
        [(text, given) for text, given in transaction if not ALL_BUCKETS.search(text)]
        for transaction in transactions
    ]


def test_retention_keeps_to_one_bucket_at_a_time(postgres: PostgresServer) -> None:
    store = opened(postgres, Spread.BUCKETS)
    touched = []
    for number in range(3):
        with store.transaction() as transaction:
            transaction.lock([f"p{number}"])
            transaction.write([replace(old, person_id=f"p{number}") for old in OLD])
    steps = 0
    retention = Retention(store, RetentionSettings(delivery_days=90, receipt_days=90))
    with recording(store) as recorder:
        while retention.is_due(NOW_US + steps * SECOND_US):
            retention.step(NOW_US + steps * SECOND_US)
            steps += 1
    assert steps == 2 * BUCKETS
    assert faults(recorder.transactions, by_bucket=True) == []
    for number in range(3):
        assert not store.deliveries(f"p{number}", "", "", 9)
        touched.append(bucket_of(f"p{number}"))
    assert len(set(touched)) == 3
    store.close()


# What the test above would find.

ALL_OF_PEOPLE = "SELECT * FROM journeys WHERE person_id = %(person)s"
ONE = "SELECT * FROM journeys WHERE journeys.bucket = %(bucket)s::SMALLINT AND person_id = 'ada'"
EITHER = "DELETE FROM receipts WHERE bucket = %(bucket)s OR person_id = 'ada'"
JOINED = """
    SELECT d.* FROM unnest(%(ids)s::TEXT[]) AS given(person_id)
    JOIN deliveries AS d ON d.person_id = given.person_id
    JOIN journeys AS j ON j.person_id = d.person_id {and_more}
    WHERE d.bucket = %(bucket)s::SMALLINT
"""
INSERT = "INSERT INTO people (bucket, person_id) VALUES (%(bucket)s::SMALLINT, 'a'), (%(two)s, 'b')"
INSIDE = """
    DELETE FROM receipts WHERE bucket = %(bucket)s
    AND NOT EXISTS (SELECT 1 FROM conversions AS c WHERE c.event_id = receipts.event_id)
"""
GIVEN = {"bucket": 1, "two": 2, "person": "ada", "ids": ["ada"]}


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ([ONE], None),
        ([JOINED.format(and_more="AND j.bucket = d.bucket")], None),
        ([ALL_OF_PEOPLE], "journeys of all"),
        ([EITHER], "receipts of all"),
        ([JOINED.format(and_more="")], "journeys of all"),
        ([INSIDE], "conversions of all"),
        ([INSERT], "the buckets [1, 2]"),
        ([ONE, ONE.replace("bucket)s", "two)s")], "the buckets [1, 2]"),
    ],
)
def test_planted_faults_are_found(statements: Sequence[str], told: str | None) -> None:
    found = faults([[(text, GIVEN) for text in statements]], by_bucket=True)
    assert len(found) == (told is not None)
    assert told is None or told in found[0]
