"""kill -9 of servers under load: what was answered is there, nothing is there twice."""

import random
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from reliability.case import Case
from reliability.replicas import replicas
from support.postgres import PostgresServer
from support.servers import Server, await_ready


def test_sqlite(case: Case, crashes: int, tmp_path: Path) -> None:
    store = tmp_path / "attribution.db"
    server = Server(f"sqlite:///{store}", tmp_path / "log")
    try:
        with case.under_load([server.address]):
            kill(case, [server], crashes)
        case.finish("kill -9, SQLite")
    finally:
        server.stop()
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_replicas_on_postgresql(
    case: Case, crashes: int, tmp_path: Path, postgres: PostgresServer
) -> None:
    postgres.empty()
    with replicas(postgres.url(), tmp_path, "--no-migrate") as servers:
        with case.under_load([each.address for each in servers]):
            kill(case, servers, crashes)
        case.finish("kill -9, three servers on PostgreSQL")


def kill(case: Case, servers: Sequence[Server], crashes: int) -> None:
    """Kill one server after the other, at no moment in particular, and start each again."""
    pick = random.Random(1)
    for _ in range(crashes):
        time.sleep(pick.uniform(0.05, 0.4))
        victim = pick.choice(servers)
        with case.fault():
            victim.kill()
            victim.start()
            await_ready(victim.address)
    assert case.history.unknown, "no call was cut off: nothing is proved"
