"""No room left on the disk: callers hear so, reads work, and room is all that it takes to go on."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from psycopg import sql
from reliability.case import Case
from reliability.replicas import replicas
from reliability.wire import answer
from support.postgres import DATABASE, PostgresServer, unprivileged
from support.servers import Server, connected
from support.small_disk import SmallDisk, small_disk

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 and not os.environ.get("CI"),
    reason="only root can mount a small disk; tests/reliability/test_full.py needs none",
)
_REFUSED = 20
_SECONDS = 180.0


def test_sqlite(case: Case, rounds: int, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16 << 20) as disk:
        server = Server(f"sqlite:///{disk.folder / 'attribution.db'}", tmp_path / "log")
        try:
            with case.under_load([server.address]):
                fill(case, disk, [server], rounds)
            case.finish("disk full, SQLite")
        finally:
            server.stop()


def test_postgresql(case: Case, rounds: int, tmp_path: Path, own: PostgresServer) -> None:
    """The tables have no room; the log of changes, which is elsewhere, has."""
    with small_disk(own.folder / "disk", 48 << 20, unprivileged().pw_uid) as disk:
        place(own, disk.folder)
        try:
            with replicas(own.url(), tmp_path, "--migrate") as servers:
                with case.under_load([each.address for each in servers]):
                    fill(case, disk, servers, rounds)
                case.finish("disk full, PostgreSQL")
        finally:
            own.stop()


def place(database: PostgresServer, folder: Path) -> None:
    """Have the database of the service in this folder."""
    with database.connect("postgres") as connection:
        location = sql.Literal(str(folder))
        connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(location))
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} TABLESPACE small").format(name))


def fill(case: Case, disk: SmallDisk, servers: Sequence[Server], rounds: int) -> None:
    """Again and again leave no room, until many were refused; and then make some."""
    calls = [connected(each.address) for each in servers]
    for _ in range(rounds):
        with case.fault():
            wanted = case.history.failures["STORE_FULL"] + _REFUSED
            end = time.monotonic() + _SECONDS
            while case.history.failures["STORE_FULL"] < wanted:
                assert time.monotonic() < end, "nobody is refused"
                disk.fill()
                time.sleep(0.01)
            for call in calls:
                assert answer(call, "list_campaigns", {})["campaigns"]
                assert answer(call, "get_metrics", {"campaign_id": "course"})["journeys"]
                assert answer(call, "list_journeys", {"person_id": "g0-0"})["journeys"]
            disk.make_room()
    for call in calls:
        call.close()
    # Nobody heard anything else, such as that the store is away.
    assert set(case.history.failures) == {"STORE_FULL"}
