"""What is particular to the SQLite store: durability, the lock, the schema."""

import sqlite3
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from attribution_service.core.model import Basis, Journey
from attribution_service.core.reads import Reach
from attribution_service.core.state import Needs
from attribution_service.storage import schema
from attribution_service.storage.interface import (
    StoreFullError,
    StoreSetupError,
    StoreUnavailableError,
    bucket_of,
)
from attribution_service.storage.sqlite import open_sqlite, sqlite_engine
from attribution_service.storage.tables import metadata
from service.storage.test_contract import ALL, CONVERSION, DELIVERY, EVERYTHING, JOURNEY
from sqlalchemy import event


def test_what_is_written_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_sqlite(path, migrate=True)
    with store.transaction() as transaction:
        transaction.write(ALL)
    store.close()
    again = open_sqlite(path, migrate=False)
    with again.transaction() as transaction:
        assert transaction.load([EVERYTHING])["ada"].journeys == {"j1": JOURNEY}
    again.close()


def test_a_commit_is_on_the_disk(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "a.db")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    engine.dispose()


def test_only_one_server_has_a_file(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    with pytest.raises(StoreSetupError, match="another server has the store"):
        open_sqlite(tmp_path / "a.db", migrate=True)
    store.close()
    open_sqlite(tmp_path / "a.db", migrate=True).close()


def test_a_link_to_the_file_meets_the_same_lock(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    (tmp_path / "link.db").symlink_to(tmp_path / "a.db")
    with pytest.raises(StoreSetupError, match="another server has the store"):
        open_sqlite(tmp_path / "link.db", migrate=True)
    store.close()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreSetupError, match="does not exist: make it first"):
        open_sqlite(tmp_path / "missing" / "a.db", migrate=True)


def test_the_schema_must_be_current(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with pytest.raises(StoreSetupError, match=r"there is no store .*migrate"):
        open_sqlite(path, migrate=False)
    assert not list(tmp_path.iterdir())
    path.touch()
    with pytest.raises(StoreSetupError, match=r"schema version none.*migrate"):
        open_sqlite(path, migrate=False)
    open_sqlite(path, migrate=True).close()
    open_sqlite(path, migrate=False).close()


def test_a_schema_of_the_future_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_sqlite(path, migrate=True).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreSetupError, match="a newer version of it made the database"):
        open_sqlite(path, migrate=True)


def test_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "a.db")
    schema.upgrade(engine)
    assert schema.current(engine) == schema.newest()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_no_achievement_is_credited_twice_whatever_the_code_does(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_sqlite(path, migrate=True)
    with store.transaction() as transaction:
        transaction.write([CONVERSION])
    with pytest.raises(Exception, match="UNIQUE"), store.transaction() as transaction:
        transaction.write([replace(CONVERSION, delivery_id="d2")])
    store.close()


def test_a_full_database_is_told_and_reads_still_work(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_sqlite(path, migrate=True)
    with store.transaction() as transaction:
        transaction.write([DELIVERY])

    @event.listens_for(store._engine, "begin")
    def _small(connection: object) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    many = [replace(DELIVERY, delivery_id=f"d{n}", action_id="x" * 200) for n in range(2_000)]
    with pytest.raises(StoreFullError), store.transaction() as transaction:
        transaction.write(many)
    assert store.delivery("ada", "d1") == DELIVERY
    assert store.delivery("ada", "d7") is None
    store.close()


def test_a_locked_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_sqlite(path, migrate=True)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
        connection.rollback()
    with pytest.raises(StoreUnavailableError), store.transaction() as transaction:
        transaction.load([Needs("ada")])
    other.execute("ROLLBACK")
    other.close()
    with store.transaction() as transaction:
        transaction.write([DELIVERY])
    store.close()


def _always(reach: Reach, _journey: Journey) -> Reach:
    return reach


def test_statements_of_a_batch_use_the_keys(tmp_path: Path) -> None:
    """A look-up by keys must never become a walk over a whole table."""
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    statements: list[str] = []  # with the values in them

    @event.listens_for(store._engine, "checkout")
    def _note(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(statements.append)

    with store.transaction() as transaction:
        transaction.write(ALL)
        for people in (1, 2, 300):
            needs = [replace(EVERYTHING, person_id=f"p{n}") for n in range(people)]
            reaches = [Reach(basis, 0, 1) for basis in (None, *Basis)]
            judging = [replace(EVERYTHING, judges=partial(_always, reach)) for reach in reaches]
            transaction.load([*needs, *judging])
    selects = [text for text in statements if text.startswith("SELECT")]
    assert len(selects) == 3 * 10
    used = set()
    with store._engine.connect() as connection:
        for text in selects:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
            steps = [str(row[3]) for row in plan]
            assert any("SEARCH" in step and "bucket=?" in step for step in steps), (text, steps)
            tables = ("journeys", "deliveries", "receipts", "conversions", "interactions")
            assert not any(f"SCAN {table}" in step for step in steps for table in tables), steps
            used |= {word for step in steps for word in step.split()}
    assert {"deliveries_by_journey", "deliveries_by_open", "deliveries_by_click"} <= used
    store.close()


def test_numbers_of_conversions_never_come_again(tmp_path: Path) -> None:
    """Deleting the newest must not let its number be given out again: watchers are behind it."""
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    with store.transaction() as transaction:
        transaction.write([CONVERSION])
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM conversions")
    with store.transaction() as transaction:
        transaction.write([replace(CONVERSION, event_id="e2")])
    (item,) = store.reports.feed(1, "", 9).found
    assert item.sequence == 2
    store.close()


def test_buckets_are_stable() -> None:
    """The hash must never change: rows would be looked for where they are not."""
    assert [bucket_of(name) for name in ("ada", "bob", "é", "")] == [872, 320, 318, 0]
