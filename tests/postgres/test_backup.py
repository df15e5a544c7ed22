"""Backups of a store on PostgreSQL, by its own tools, under load."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from backup.restoring import arrivals_follow, live, retry
from support.calls import Caller
from support.lives import until
from support.postgres import DATABASE, PASSWORD, USER, PostgresServer, binaries

PROGRAM = (sys.executable, "-c", "from attribution_service.cli import main; main()")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    made = PostgresServer()
    archive = made.folder / "archive"
    archive.mkdir(mode=0o777)
    archive.chmod(0o777)
    # What is there is whole: a copy takes its name when it is done.
    keep = f"cp %p {archive}/%f.part && mv {archive}/%f.part {archive}/%f"
    made.start(archive_mode="on", archive_command=keep, wal_level="replica")
    yield made
    made.remove()


@contextmanager
def served(database: PostgresServer, name: str = DATABASE) -> Iterator[Caller]:
    with background(ServerSettings(store_url=database.url(name)), SystemClock()) as address:
        call = Caller(address)
        yield call
        call.close()


def tool(server: PostgresServer, name: str, *options: str) -> None:
    """Run one of PostgreSQL's tools as the owner of the database."""
    where = ["--host=127.0.0.1", f"--port={server.port}", f"--username={USER}"]
    environment = {**os.environ, "PGPASSWORD": PASSWORD}
    subprocess.run([binaries() / name, *where, *options], check=True, env=environment)


def restored(url: str) -> None:
    told = subprocess.run(
        [*PROGRAM, "restored", f"--store={url}"], check=True, capture_output=True, text=True
    )
    assert "cursors stay good" in told.stdout


def check_times(server: PostgresServer, name: str = DATABASE) -> None:
    with server.connect(name) as connection:
        asked = "SELECT sequence, converted_us FROM conversions"
        rows = [(int(number), int(time)) for number, time in connection.execute(asked).fetchall()]
    assert arrivals_follow(rows)


def test_pg_dump_and_pg_restore(server: PostgresServer, tmp_path: Path) -> None:
    server.create(DATABASE)
    dump = str(tmp_path / "dump")

    def back_up() -> None:
        tool(server, "pg_dump", "--format=custom", f"--file={dump}", DATABASE)

    with served(server) as call:
        before = live(call, back_up)
    server.create("again")
    tool(server, "pg_restore", "--exit-on-error", "--no-owner", "--dbname=again", dump)
    restored(server.url("again"))
    with served(server, "again") as call:
        retry(call, before)
    check_times(server, "again")


def test_a_base_backup_and_the_log_of_changes_to_a_point_in_time(server: PostgresServer) -> None:
    """The data folder is lost; it is rebuilt as of a moment, and told so."""
    server.create(DATABASE)
    base = server.folder / "base"
    archive = server.folder / "archive"

    def back_up() -> None:
        with server.connect() as connection:
            connection.execute("SELECT pg_create_restore_point('before')")

    with served(server) as call:
        tool(server, "pg_basebackup", f"--pgdata={base}", "--checkpoint=fast", "--wal-method=none")
        before = live(call, back_up)
    with server.connect() as connection:
        (last,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()[0]
    until(lambda: (archive / str(last)).exists())
    server.crash()
    server.data.rename(server.folder / "lost")
    base.rename(server.data)
    (server.data / "recovery.signal").touch()
    own(server, base=server.data)
    server.start(
        archive_mode="off",
        restore_command=f"cp {archive}/%f %p",
        recovery_target_name="before",
        recovery_target_action="promote",
    )
    until(lambda: recovered(server))
    restored(server.url())
    with served(server) as call:
        retry(call, before)
    check_times(server)


def own(server: PostgresServer, base: Path) -> None:
    """Files that we made belong to who runs the server."""
    owner = (server.folder / "lost").stat()
    for path in (base, *base.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    base.chmod(0o700)


def recovered(server: PostgresServer) -> bool:
    with server.connect("postgres") as connection:
        ((standing,),) = connection.execute("SELECT pg_is_in_recovery()").fetchall()
    return not standing
