"""Migrating a database that servers are using: who goes on, who stops, what an interruption leaves.

The newer program is made up: this one with more migrations.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from attribution_service.storage import postgres_migration, schema
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.postgres import connected_engine, upgrade
from attribution_service.storage.postgres_migration import Waits
from attribution_service.transport.server import LIVENESS
from grpc_health.v1 import health_pb2, health_pb2_grpc
from postgres.test_replicas import check, commands_of
from sqlalchemy.exc import DBAPIError
from support.calls import COURSE, Caller, refusal
from support.lives import Load, until
from support.newer import CONTRACT, EXPAND, INDEX, command, newer
from support.postgres import DATABASE, PostgresServer, free_port
from support.servers import caller

SECONDS = 60.0
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
HURRIED = Waits(lock_seconds=0.2, pause_seconds=0.1, attempts=3, notice_seconds=0.0)
# A migration that lasts as long as a row says.
SLOW = 'op.add_column("people", sa.Column("late", sa.Text(), nullable=True)); op.execute("""{}""")'
SLEEP = "SELECT pg_sleep(seconds) FROM slow"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server whose schema is of this program, or of none."""
    made = PostgresServer()
    made.start()
    yield made
    made.remove()


@pytest.fixture
def database(server: PostgresServer) -> PostgresServer:
    server.create(DATABASE)
    with connected_engine(server.url()) as engine:
        upgrade(engine)
    return server


THIS = (sys.executable, "-c", "from attribution_service.cli import main; main()")


@contextmanager
def replica(
    database: PostgresServer, program: schema.Program | None = None
) -> Iterator[tuple[Caller, subprocess.Popen[bytes]]]:
    """A server of this program or another, in a process of its own, that leaves the schema."""
    address = f"127.0.0.1:{free_port()}"
    options = [f"--store={database.url()}", f"--address={address}", "--log-level=error"]
    start = command(program) if program else THIS
    process = subprocess.Popen([*start, "serve", *options, "--no-migrate"])
    call = caller(address)
    try:
        grpc.channel_ready_future(call.channel).result(timeout=SECONDS)
        yield call, process
    finally:
        call.close()
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def health(call: Caller, service: str = "") -> int:
    stub: Any = health_pb2_grpc.HealthStub(call.channel)
    status: int = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10).status
    return status


def version(database: PostgresServer) -> str | None:
    with connected_engine(database.url()) as engine:
        return schema.current(engine)


def migrate(database: PostgresServer, program: schema.Program, waits: Waits = HURRIED) -> None:
    with connected_engine(database.url()) as engine:
        postgres_migration.upgrade(engine, program, waits)


def test_old_and_new_servers_go_on_while_a_migration_expands(
    database: PostgresServer, tmp_path: Path
) -> None:
    """No call fails and health never wavers; the new server serves once the schema is there."""
    program = newer(tmp_path, EXPAND, INDEX)
    with replica(database) as (one, _), replica(database) as (two, _):
        until(lambda: health(one) == health(two) == SERVING)
        one("CreateCampaign", {"campaign": COURSE})
        said: list[int] = []
        stub: Any = health_pb2_grpc.HealthStub(one.channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest())
        listening = threading.Thread(target=listen, args=(watch, said))
        listening.start()
        load = Load([one, two], commands_of)
        with replica(database, program) as (new, _):
            assert health(new) == NOT_SERVING
            assert health(new, LIVENESS) == SERVING
            load.until(20)
            migrate(database, program)
            assert version(database) == "9002"
            until(lambda: health(new) == SERVING)
            load.calls.append(new)
            load.until(40)
            load.stop()
            check([one, two, new], database, load.people)
        watch.cancel()
        listening.join(SECONDS)
        assert not load.errors
        assert said == [SERVING]


def listen(watch: Any, said: list[int]) -> None:
    try:
        said.extend(each.status for each in watch)
    except grpc.RpcError:
        return


def test_an_old_server_stops_before_a_migration_contracts(
    database: PostgresServer, tmp_path: Path
) -> None:
    """It notices before anything changes under it, says so, stays alive, and nothing is lost."""
    program = newer(tmp_path, CONTRACT)
    with replica(database) as (old, process):
        until(lambda: health(old) == SERVING)
        old("CreateCampaign", {"campaign": COURSE})
        load = Load([old], commands_of)
        load.until(20)
        seen: list[str | None] = []

        def notice(_: float) -> None:
            until(lambda: health(old) == NOT_SERVING)
            seen.append(version(database))

        migrate(database, program, Waits(notice_seconds=0.1, sleep=notice))
        assert seen == [schema.newest()]  # and only then it was changed
        load.stop()
        assert {refusal(error).code for error in load.errors} == {"UNAVAILABLE"}
        assert health(old) == NOT_SERVING
        assert health(old, LIVENESS) == SERVING
        assert process.poll() is None
        with replica(database, program) as (new, _):
            until(lambda: health(new) == SERVING)
            for person in load.people:  # the callers' retries
                for name, request in commands_of(person):
                    if name != "Evaluate":
                        new(name, request)
    refused = subprocess.run(
        [*THIS, "serve", f"--store={database.url()}"], capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 2
    assert "for programs that know version 9001 or newer" in refused.stderr
    assert "update it" in refused.stderr


def test_many_processes_migrate_at_once(server: PostgresServer) -> None:
    server.create(DATABASE)
    start = [*THIS, "migrate", f"--store={server.url()}"]
    running = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate(timeout=SECONDS)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 3
    assert all(schema.newest() in each for each in told)
    assert version(server) == schema.newest()


def test_a_migration_that_is_killed_has_changed_nothing_and_is_done_the_next_time(
    database: PostgresServer, tmp_path: Path
) -> None:
    program = newer(tmp_path, EXPAND, SLOW.format(SLEEP))
    with database.connect() as connection:
        connection.execute("CREATE TABLE slow AS SELECT 600 AS seconds")
        with killed([*command(program, "migrate", f"--store={database.url()}")]):
            until(lambda: sleeping(connection))
        # The database may not notice before the statement ends.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%slow%' "
            "AND pid <> pg_backend_pid()"
        )
        assert version(database) == "9001"
        assert columns(connection, "people") == {"attributes", "bucket", "moves", "person_id"} | {
            "update_us"
        }
        connection.execute("DELETE FROM slow")
        subprocess.run([*command(program, "migrate", f"--store={database.url()}")], check=True)
        assert version(database) == "9002"
        assert "late" in columns(connection, "people")


@contextmanager
def killed(start: Sequence[str]) -> Iterator[None]:
    """A process that is killed when the block ends."""
    process = subprocess.Popen(start)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def sleeping(connection: psycopg.Connection[Any]) -> bool:
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    return bool(connection.execute(asleep).fetchall()[0][0])


def columns(connection: psycopg.Connection[Any], table: str) -> set[str]:
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    return {name for (name,) in connection.execute(asked, [table])}


def test_an_index_that_was_interrupted_is_begun_anew(
    database: PostgresServer, tmp_path: Path
) -> None:
    program = newer(tmp_path, EXPAND, INDEX)
    migrate(database, newer(tmp_path / "before", EXPAND))
    validity = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('by_weight')"
    with database.connect() as connection, database.connect() as other:
        with other.transaction():  # the index waits for it
            other.execute("LOCK deliveries IN ROW EXCLUSIVE MODE")
            with killed([*command(program, "migrate", f"--store={database.url()}")]):
                until(lambda: connection.execute(validity).fetchall() == [(False,)])
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'CREATE INDEX%' AND pid <> pg_backend_pid()"
            )
        assert version(database) == "9001"
        assert connection.execute(validity).fetchall() == [(False,)]
        migrate(database, program)
        assert version(database) == "9002"
        assert connection.execute(validity).fetchall() == [(True,)]


def test_a_migration_waits_for_others_in_short_turns(
    database: PostgresServer, tmp_path: Path
) -> None:
    """Whoever comes while it waits for a table is let through, and it gives up in the end."""
    program = newer(tmp_path, EXPAND)
    with database.connect() as other:
        with other.transaction():
            other.execute("SELECT count(*) FROM deliveries")
            with pytest.raises(StoreSetupError, match=r"nothing of the next .*migrate again"):
                migrate(database, program)
            assert version(database) == schema.newest()
        migrate(database, program)
    assert version(database) == "9001"


def test_a_migration_that_fails_leaves_those_before_it(
    database: PostgresServer, tmp_path: Path
) -> None:
    wrong = SLOW.format("SELECT 1 / 0")
    with connected_engine(database.url()) as engine, pytest.raises(DBAPIError):
        postgres_migration.upgrade(engine, newer(tmp_path, EXPAND, wrong), HURRIED)
    assert version(database) == "9001"
    with database.connect() as connection:
        assert "late" not in columns(connection, "people")
        # Nothing is left locked.
        locks = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert locks.fetchall() == [(0,)]
    migrate(database, newer(tmp_path, EXPAND, SLOW.format("SELECT 1")))
    assert version(database) == "9002"
