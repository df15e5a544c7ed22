"""The database ends and starts again, and the network to it breaks, under three servers' load."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reliability.case import Case
from reliability.replicas import replicas
from support.postgres import PostgresServer
from support.proxy import Loss, Proxy

# Longer than the watch of the store is patient.
_HELD_SECONDS = 4.0


@pytest.fixture
def proxy(own: PostgresServer) -> Iterator[Proxy]:
    """What stands between the servers and their database."""
    made = Proxy(own.port)
    yield made
    made.close()


def through(proxy: Proxy, database: PostgresServer) -> str:
    url = database.url(sslmode="disable")
    return url.replace(f":{database.port}/", f":{proxy.port}/")


def test_stopped_and_killed(case: Case, rounds: int, own: PostgresServer, tmp_path: Path) -> None:
    """A fast shutdown, an immediate one, and SIGKILL; each followed by a start."""
    with replicas(own.url(), tmp_path, "--migrate") as servers:
        with case.under_load([each.address for each in servers]):
            for _ in range(rounds):
                for end in (own.stop, own.crash, own.kill):
                    with case.fault():
                        end()
                        own.start()
        case.finish("PostgreSQL stopped, crashed, killed")
    assert case.history.unknown


def test_network_cut_and_slowed(
    case: Case, rounds: int, own: PostgresServer, proxy: Proxy, tmp_path: Path
) -> None:
    """Connections break and none can be made; then nothing comes through; then all comes late."""
    with replicas(through(proxy, own), tmp_path, "--migrate") as servers:
        with case.under_load([each.address for each in servers]):
            for turn in range(rounds):
                with case.fault():
                    proxy.cut()
                    time.sleep(0.5 * turn % 2)
                    proxy.mend()
                with case.fault():
                    proxy.hold()
                    time.sleep(_HELD_SECONDS)
                    proxy.mend()
                with case.fault():
                    proxy.delay_seconds = 0.1
                    case.await_answers()
                    proxy.mend()
        case.finish("network to PostgreSQL cut, held up, slowed")
    assert case.history.unknown


def test_commits_with_an_unknown_outcome(
    case: Case, rounds: int, own: PostgresServer, proxy: Proxy, tmp_path: Path
) -> None:
    """The connection breaks before COMMIT arrives, or before its answer does."""
    pick = random.Random(1)
    with replicas(through(proxy, own), tmp_path, "--migrate") as servers:
        with case.under_load([each.address for each in servers]):
            for _ in range(5 * rounds):
                for loss in Loss:
                    with case.fault():
                        before = proxy.lost
                        proxy.loss = loss
                        while proxy.lost == before:
                            time.sleep(0.005)
                    time.sleep(pick.uniform(0, 0.05))
        case.finish("connection lost in COMMIT")
    assert case.history.unknown
