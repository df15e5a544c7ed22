"""Clocks that step back and forth by hours under load: arrival times never go back."""

import random
import time
from pathlib import Path

from reliability.case import Case
from support.postgres import PostgresServer
from support.servers import Server, SharedClock, await_ready

_HOUR_US = 3_600_000_000
# Hours from the machine's time: within the windows of the goals, and mostly backwards.
_STEPS = (-3, 0, -6, -2, 1, -5)


def clock(path: Path) -> SharedClock:
    made = SharedClock(path)
    made.step(0)
    return made


def test_a_clock_that_steps_back(case: Case, rounds: int, tmp_path: Path) -> None:
    """On SQLite; after every other step the server is killed and starts with the clock behind."""
    mine = clock(tmp_path / "clock")
    store = f"sqlite:///{tmp_path / 'attribution.db'}"
    server = Server(store, tmp_path / "log", clock=mine)
    try:
        with case.under_load([server.address]):
            for turn in range(rounds):
                for position, hours in enumerate(_STEPS):
                    with case.fault():
                        mine.step(hours * _HOUR_US)
                        if (turn + position) % 2:
                            server.kill()
                            server.start()
                            await_ready(server.address)
        case.finish("clock stepping by hours, SQLite")
    finally:
        server.stop()


def test_clocks_of_three_servers(
    case: Case, rounds: int, tmp_path: Path, postgres: PostgresServer
) -> None:
    """On PostgreSQL; each server has a clock of its own, hours from the others."""
    postgres.empty()
    pick = random.Random(1)
    clocks = [clock(tmp_path / f"clock-{number}") for number in range(3)]
    servers = [
        Server(postgres.url(), tmp_path / "log", "--no-migrate", clock=each) for each in clocks
    ]
    try:
        for each in servers:
            await_ready(each.address)
        with case.under_load([each.address for each in servers]):
            for _ in range(rounds * len(_STEPS)):
                with case.fault():
                    pick.choice(clocks).step(pick.choice(_STEPS) * _HOUR_US)
                    time.sleep(0.05)
        case.finish("clocks of three servers hours apart, PostgreSQL")
    finally:
        for each in servers:
            each.stop()
