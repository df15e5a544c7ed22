"""What is particular to the store on PostgreSQL: connections, errors, locks, what servers tell."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from attribution_service.core.answers import CampaignChange
from attribution_service.core.state import Needs
from attribution_service.storage import schema
from attribution_service.storage.interface import (
    Standing,
    StoreConflictError,
    StoreFullError,
    StoreSetupError,
    StoreUnavailableError,
)
from attribution_service.storage.postgres import (
    PostgresLimits,
    PostgresStore,
    connected_engine,
    open_postgres,
    shown,
    upgrade,
)
from attribution_service.storage.postgres_dialect import PostgresDialect
from attribution_service.storage.schema import SchemaBehindError
from attribution_service.storage.tables import metadata
from service.storage.test_contract import (
    ALL,
    CAMPAIGN,
    CONVERSION,
    EVERYTHING,
    REVISION,
    SEGMENT,
)
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from support.postgres import DATABASE, PASSWORD, PostgresServer, certifying

SECONDS = 60.0
SHORT = PostgresLimits(lock_seconds=0.2, wait_seconds=0.2, statement_seconds=0.5, connections=2)


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    made = open_postgres(postgres_url, migrate=False)
    yield made
    made.close()


@pytest.fixture
def other(store: PostgresStore, postgres: PostgresServer) -> Iterator[PostgresStore]:
    """Another server's store on the same database, which does not wait for long."""
    assert store.shared
    made = open_postgres(postgres.url(), migrate=False, limits=SHORT)
    yield made
    made.close()


def write(store: PostgresStore, *changes: Any) -> None:
    with store.transaction() as transaction:
        transaction.write(changes)


# The schema.


def test_the_migrations_make_the_tables(postgres: PostgresServer) -> None:
    with connected_engine(postgres.url()) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_servers_that_start_at_once_migrate_one_after_the_other(postgres: PostgresServer) -> None:
    postgres.create("fresh")

    def start(_: int) -> str | None:
        with connected_engine(postgres.url("fresh")) as engine:
            upgrade(engine)
            return schema.current(engine)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [schema.newest()] * 6


def test_a_schema_that_is_not_there_is_waited_for_without_migrating(
    postgres: PostgresServer,
) -> None:
    postgres.create("fresh")
    store = open_postgres(postgres.url("fresh"), migrate=False)
    with pytest.raises(SchemaBehindError, match="run `attribution-service migrate`"):
        store.probe()
    with pytest.raises(StoreUnavailableError):
        store.campaign("c1")
    open_postgres(postgres.url("fresh"), migrate=True).close()
    store.probe()
    assert store.campaign("c1") is None
    store.close()


def test_a_schema_of_the_future_is_left_alone(postgres: PostgresServer) -> None:
    postgres.create("fresh")
    open_postgres(postgres.url("fresh"), migrate=True).close()
    with postgres.connect("fresh") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreSetupError, match="newer version"):
        open_postgres(postgres.url("fresh"), migrate=True)


# Connections.


def test_what_the_url_says_goes_to_the_database(postgres: PostgresServer) -> None:
    options = "-c%20statement_timeout=1234"
    url = postgres.url(application_name="mine", options=options)
    with connected_engine(url) as engine, engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("application_name", "statement_timeout", "lock_timeout")
        ]
    assert found == ["mine", "1234ms", "2s"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("p%40ss", "wrong"), "password authentication failed"),
        (("/attribution?", "/nowhere?"), 'database "nowhere" does not exist'),
        (("//attribution:", "//nobody:"), 'password authentication failed for user "nobody"'),
    ],
)
def test_a_database_that_refuses_ends_the_start(
    postgres: PostgresServer, change: tuple[str, str], told: str
) -> None:
    with pytest.raises(StoreSetupError, match=told) as caught:
        open_postgres(postgres.url(sslmode="prefer").replace(*change), migrate=True)
    assert PASSWORD not in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_tls_is_asked_for_by_the_url(postgres: PostgresServer) -> None:
    """This server has no certificate: who requires TLS is not served without it."""
    store = open_postgres(postgres.url(sslmode="require"), migrate=False)
    with pytest.raises(StoreUnavailableError):
        store.campaign("c1")
    with pytest.raises(StoreUnavailableError) as caught:
        store.probe()
    assert "does not support SSL" in str(caught.value.__cause__)
    store.close()


def test_a_database_is_known_by_its_certificate(tmp_path: Path) -> None:
    server = PostgresServer()
    try:
        certificate = server.certify()
        server.start(ssl="on")
        server.create(DATABASE)
        verified = server.url(sslmode="verify-full", sslrootcert=str(certificate))
        store = open_postgres(verified, migrate=True)
        with store._engine.connect() as connection:
            own = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert connection.execute(own).scalar_one() is True
        store.close()
        other = tmp_path / "other.crt"
        subprocess.run(certifying(other, tmp_path / "other.key"), check=True, capture_output=True)
        doubted = open_postgres(
            server.url(sslmode="verify-full", sslrootcert=str(other)), migrate=True
        )
        with pytest.raises(StoreUnavailableError) as caught:
            doubted.probe()
        assert "certificate verify failed" in str(caught.value.__cause__)
        doubted.close()
    finally:
        server.remove()


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("postgresql://u:s3cret@h:5/d?sslmode=require", "postgresql://u:***@h:5/d?sslmode=require"),
        ("postgresql://u@h/d?password=s3cret", "postgresql://u@h/d"),
        ("postgresql://u@h/d?sslpassword=s3cret&sslmode=x", "postgresql://u@h/d?sslmode=x"),
        ("postgresql://u:s3cret@h:port/d", "postgresql://..."),
        ("postgresql://h/d", "postgresql://h/d"),
    ],
)
def test_passwords_are_not_shown(url: str, safe: str) -> None:
    assert shown(url) == safe


@pytest.mark.parametrize("url", ["postgresql://u:s3cret@h:port/d", "postgres://u:s3cret@@@:::/"])
def test_a_url_that_cannot_be_read_is_told_without_its_password(url: str) -> None:
    with pytest.raises(StoreSetupError) as caught:
        open_postgres(url, migrate=True)
    assert "s3cret" not in str(caught.value)


def test_neither_log_nor_output_holds_the_password(postgres: PostgresServer) -> None:
    command = [sys.executable, "-c", "from attribution_service.cli import main; main()"]
    url = postgres.url()
    done = subprocess.run(
        [*command, "migrate", f"--store={url}"], capture_output=True, text=True, check=True
    )
    assert "already, nothing to do" in done.stdout
    serve = ["serve", f"--store={url}", "--address=127.0.0.1:0", "--log-format=json"]
    process = subprocess.Popen([*command, *serve], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    process.terminate()
    rest = process.communicate(timeout=SECONDS)[1]
    assert '"event": "serving"' in line
    wrong = subprocess.run(
        [*command, "migrate", "--store", url.replace("p%40ss", "p%40sx")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2
    for said in (done.stdout, done.stderr, line, rest, wrong.stdout, wrong.stderr):
        assert "w:rd" not in said
        assert "w%3Ard" not in said


def test_who_waits_too_long_for_a_connection_is_told(other: PostgresStore) -> None:
    with other.transaction(), other.transaction(), pytest.raises(StoreUnavailableError):
        other.campaign("c1")
    assert other.campaign("c1") is None  # not away: there were just too many at once


# Errors.


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("40P01", StoreConflictError),
        ("40001", StoreConflictError),
        ("55P03", StoreConflictError),
        ("53200", StoreConflictError),
        ("53100", StoreFullError),
        ("53300", StoreUnavailableError),
        ("57P01", StoreUnavailableError),
        ("57014", StoreUnavailableError),
        ("25006", StoreUnavailableError),
        ("08006", StoreUnavailableError),
        ("23505", None),
        ("42P01", None),
    ],
)
def test_errors_by_their_state(state: str, expected: type[Exception] | None) -> None:
    found = psycopg.errors.lookup(state)("on purpose")
    told = PostgresDialect().store_error(DBAPIError("SELECT", None, found))
    assert type(told) is expected if expected is not None else told is None


def test_a_statement_that_takes_too_long_is_cut_off(other: PostgresStore) -> None:
    def sleep() -> None:
        with other.transaction() as transaction:
            transaction._connection.exec_driver_sql("SELECT pg_sleep(30)")

    with pytest.raises(StoreUnavailableError):
        sleep()
    assert other.campaign("c1") is None


def test_no_achievement_is_credited_twice_whatever_the_code_does(store: PostgresStore) -> None:
    write(store, CONVERSION)
    with pytest.raises(DBAPIError, match="conversions_by_event"):
        write(store, replace(CONVERSION, delivery_id="d2"))


# Locks.


def test_a_person_is_locked_until_the_transaction_ends(
    store: PostgresStore, other: PostgresStore
) -> None:
    with store.transaction() as transaction:
        transaction.lock(["ada", "bob"])
        with pytest.raises(StoreConflictError), other.transaction() as second:
            second.lock(["cy", "bob"])
        with other.transaction() as third:
            assert third.lock(["cy"]) == Standing(0, 0)
    with other.transaction() as second:
        second.lock(["bob", "ada"])


def test_what_is_read_under_the_lock_is_what_others_committed(
    store: PostgresStore, postgres: PostgresServer
) -> None:
    """The second waits for the first, and then sees all of it: nothing is decided on old state."""
    patient = open_postgres(postgres.url(), migrate=False)
    found: list[bool] = []

    def second() -> None:
        with patient.transaction() as transaction:
            transaction.lock(["ada"])
            state = transaction.load([EVERYTHING])["ada"]
            found.append("d1" in state.deliveries)

    thread = threading.Thread(target=second)
    with store.transaction() as transaction:
        transaction.lock(["ada"])
        thread.start()
        until(lambda: waits_for_a_lock(postgres))
        transaction.write(ALL)
    thread.join(SECONDS)
    patient.close()
    assert found == [True]


def test_locks_are_taken_in_order(postgres: PostgresServer) -> None:
    """Many servers, each with many people in an order of its own: none waits in a circle."""
    people = [f"p{number}" for number in range(200)]
    stores = [open_postgres(postgres.url(), migrate=False) for _ in range(4)]

    def work(number: int) -> None:
        for turn in range(15):
            with stores[number].transaction() as transaction:
                transaction.lock(people[turn:] if number % 2 else reversed(people))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    for each in stores:
        each.close()


def until(true: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(int(SECONDS / 0.02)):
        if true():
            return
        waiting.wait(0.02)
    raise AssertionError("it never came true")


def waits_for_a_lock(postgres: PostgresServer) -> bool:
    with postgres.connect() as connection:
        found = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
        return bool(found and found[0])


# What servers tell each other.


def test_definitions_are_counted_and_told(store: PostgresStore, other: PostgresStore) -> None:
    with store.transaction() as transaction:
        assert transaction.lock_definitions() == Standing(0, 0)
        transaction.write_campaign(CampaignChange(CAMPAIGN, REVISION))
    second = replace(REVISION, number=2, goal=None)
    changed = replace(CAMPAIGN, current=second, version=4)
    with other.transaction() as transaction:
        transaction.lock_definitions()
        transaction.write_campaign(CampaignChange(changed, second))
        transaction.write_segment(SEGMENT)
    with store.transaction() as transaction:
        assert transaction.lock(["ada"]) == Standing(3, 0)
    assert store.definition_changes(3) == []
    assert store.definition_changes(2) == [SEGMENT]
    assert store.definition_changes(1) == [CampaignChange(changed, second), SEGMENT]
    whole = store.definition_changes(0)
    assert whole == [CampaignChange(changed, REVISION), CampaignChange(changed, second), SEGMENT]
    renamed = replace(changed, display_name="new", version=5)
    with other.transaction() as transaction:
        transaction.lock_definitions()
        transaction.write_campaign(CampaignChange(renamed, None))
    assert store.definition_changes(3) == [CampaignChange(renamed, second)]


def test_definitions_are_changed_one_after_the_other(
    store: PostgresStore, other: PostgresStore
) -> None:
    with store.transaction() as transaction:
        transaction.lock_definitions()
        with pytest.raises(StoreConflictError), other.transaction() as second:
            second.lock_definitions()
        with other.transaction() as third:
            third.lock(["ada"])  # people are judged meanwhile


def test_what_is_undone_was_not_told(store: PostgresStore) -> None:
    def fail() -> None:
        with store.transaction() as transaction:
            transaction.lock_definitions()
            transaction.write_campaign(CampaignChange(CAMPAIGN, REVISION))
            transaction.write_latest_arrival(7)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        fail()
    with store.transaction() as transaction:
        assert transaction.lock(["ada"]) == Standing(0, 0)
    assert store.definition_changes(0) == []


def test_the_latest_arrival_is_that_of_all_servers_and_never_goes_back(
    store: PostgresStore, other: PostgresStore
) -> None:
    for one, arrival_us, latest_us in (
        (store, 5, 5),
        (other, 9, 9),
        (store, 7, 9),
        (other, 3, 9),
        (store, 11, 11),
    ):
        with one.transaction() as transaction:
            transaction.write_latest_arrival(arrival_us)
        assert (store.latest_arrival_us(), other.latest_arrival_us()) == (latest_us, latest_us)
        with other.transaction() as transaction:
            assert transaction.lock(["ada"]) == Standing(0, latest_us)


def test_conversions_are_numbered_in_the_order_of_the_commits(
    store: PostgresStore, postgres: PostgresServer
) -> None:
    """Whoever has read up to a number misses nothing that comes later, while four write."""
    stores = [open_postgres(postgres.url(), migrate=False) for _ in range(4)]
    seen: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not (done.is_set() and len(seen) == 4 * 40):
            feed = store.reports.feed(seen[-1] if seen else 0, "", 500)
            seen.extend(item.sequence for item in feed.found)

    def work(number: int) -> None:
        for turn in range(40):
            write(stores[number], replace(CONVERSION, person_id=f"p{number}-{turn}"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    done.set()
    watcher.join(SECONDS)
    assert seen == list(range(1, 4 * 40 + 1))
    for each in stores:
        each.close()


# Statements.


BIG = ("journeys", "deliveries", "receipts", "conversions")
MULTIPLY = """
    INSERT INTO {table}
    SELECT (jsonb_populate_record(row, jsonb_build_object('person_id', 'q' || n, 'bucket', n % 1024)
      || CASE WHEN '{table}' = 'conversions' THEN jsonb_build_object('sequence', n + 100)
         ELSE '{{}}' END)).*
    FROM {table} AS row, generate_series(1, 20000) AS n
"""


def test_statements_of_a_batch_use_the_keys(store: PostgresStore, postgres: PostgresServer) -> None:
    """In tables with many rows, a look-up by keys never becomes a walk."""
    write(store, *ALL)
    with postgres.connect() as filling:
        for table in BIG:
            filling.execute(MULTIPLY.format(table=table).encode())
        filling.execute("ANALYZE")
    statements: list[tuple[str, Any]] = []

    @event.listens_for(store._engine, "before_cursor_execute")
    def _note(*arguments: Any) -> None:
        statements.append((arguments[2], arguments[3]))

    with store.transaction() as transaction:
        needs = [replace(EVERYTHING, person_id=f"q{n}") for n in range(20)]
        transaction.lock(need.person_id for need in needs)
        transaction.load(needs)
        transaction.load([Needs("q7", person=True)])
    looked = [
        (statement, given)
        for statement, given in statements
        if "FROM unnest" in statement and "JOIN" in statement
    ]
    assert len(looked) >= 5
    with store._engine.connect() as connection:
        for statement, given in looked:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars().all()
            assert not any(f"Seq Scan on {table}" in step for step in plan for table in BIG), plan
            assert "given.bucket" in statement
