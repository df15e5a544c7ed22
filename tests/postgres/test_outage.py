"""The database goes away and comes back: refused at once, healthy again without a restart."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import ServerSettings
from attribution_service.storage.interface import StoreUnavailableError
from attribution_service.storage.postgres import open_postgres
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.calls import START_US, Caller, email, finished, set_the_scene
from support.postgres import DATABASE, PostgresServer
from support.proxy import Loss, Proxy

SECONDS = 60.0
READS = {
    "GetJourney": {"person_id": "ada", "journey_id": "j1"},
    "ListCampaigns": {},
    "GetMetrics": {"campaign_id": "course"},
}
COMMANDS = {
    "StartJourney": {"person_id": "eve", "journey_id": "j1", "campaign_id": "course"},
    "Evaluate": finished("e1", "ada"),
    "CheckExit": {"person_id": "ada", "journey_id": "j1"},
    "DeletePerson": {"person_id": "nobody"},
    "CreateCampaign": {"campaign": {"campaign_id": "other"}},
}


@pytest.fixture
def own() -> Iterator[PostgresServer]:
    """A server for one test, which may do with it what it likes; it does not run yet."""
    server = PostgresServer()
    yield server
    server.remove()


@contextmanager
def served(database: PostgresServer) -> Iterator[Caller]:
    clock = ManualClock(START_US)
    with background(ServerSettings(store_url=database.url()), clock) as address:
        caller = Caller(address, clock)
        yield caller
        caller.close()


def healthy(call: Caller) -> bool:
    stub: Any = health_pb2_grpc.HealthStub(call.channel)
    answer = stub.Check(health_pb2.HealthCheckRequest(service=""), timeout=10)
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def refused_at_once(call: Caller) -> None:
    for name, request in (READS | COMMANDS).items():
        refused = call.refused(name, request)
        assert (refused.code, refused.reason) == ("UNAVAILABLE", "STORE_UNAVAILABLE"), name
        assert refused.retry_seconds is not None


def test_a_server_starts_without_its_database_and_finds_it_later(own: PostgresServer) -> None:
    with served(own) as call:
        assert not healthy(call)
        refused_at_once(call)
        own.start()
        assert not healthy(call)  # the server of the database is there, the database is not
        own.create(DATABASE)
        until(lambda: healthy(call))
        set_the_scene(call)  # the schema was made meanwhile
        assert call("Evaluate", finished("e1", "ada"))["conversions"]


def test_the_database_goes_and_comes_back_under_calls(own: PostgresServer) -> None:
    own.start()
    own.create(DATABASE)
    with served(own) as call:
        assert healthy(call)
        set_the_scene(call)
        first = call("Evaluate", finished("e1", "ada"))
        for end in (own.stop, own.crash):
            end()
            until(lambda: not healthy(call))
            refused_at_once(call)
            own.start()
            until(lambda: healthy(call))
            assert call("Evaluate", finished("e1", "ada")) == {**first, "replayed": True}
            assert call("GetJourney", READS["GetJourney"])["journey"]["campaign_id"] == "course"
        call("RecordDelivery", {"delivery": email("d2", "j2", "bob")})
        assert call("Evaluate", finished("e1", "bob"))["conversions"]


def test_connections_that_were_cut_are_replaced(postgres: PostgresServer) -> None:
    """A failover of which no look at the database has told: one call fails, the next works."""
    postgres.empty()
    store = open_postgres(postgres.url(), migrate=False)
    assert store.campaign("c1") is None
    cut(postgres)
    with pytest.raises(StoreUnavailableError):
        store.campaign("c1")
    assert store.campaign("c1") is None
    cut(postgres)
    store.probe()
    assert store.campaign("c1") is None
    store.close()


def test_calls_in_flight_are_answered_when_the_database_ends(own: PostgresServer) -> None:
    """Nobody waits for an answer that never comes, and a retry gives the one true answer."""
    own.start()
    own.create(DATABASE)
    with served(own) as call:
        set_the_scene(call)
        futures: list[Any] = []
        method: Any = call.channel.unary_unary("/attribution.v1.AttributionService/Evaluate")
        for number in range(200):
            request = call.message("Evaluate", finished(f"e{number}", "ada"))
            futures.append(method.future(request, timeout=SECONDS))
            if number == 100:
                own.crash()
        codes = {future.code() for future in futures}
        assert codes <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
        assert grpc.StatusCode.UNAVAILABLE in codes
        own.start()
        until(lambda: healthy(call))
        answers = [call("Evaluate", finished(f"e{number}", "ada")) for number in range(200)]
        # One achievement of the journey is credited, whichever came first, and only one.
        assert sum(len(answer.get("conversions", ())) for answer in answers) == 1
        for future, answer in zip(futures, answers, strict=True):
            assert future.code() is not grpc.StatusCode.OK or answer["replayed"]


@pytest.mark.parametrize("loss", list(Loss))
def test_a_connection_lost_in_commit(postgres: PostgresServer, loss: Loss) -> None:
    """The outcome is unknown, so the caller hears UNAVAILABLE; again, it is the one true answer."""
    postgres.empty()
    proxy = Proxy(postgres.port)
    url = postgres.url(sslmode="disable").replace(f":{postgres.port}/", f":{proxy.port}/")
    with background(ServerSettings(store_url=url), ManualClock(START_US)) as address:
        call = Caller(address)
        set_the_scene(call)
        commands: list[tuple[str, dict[str, Any]]] = [
            ("Evaluate", finished("e1", "ada")),
            ("RecordDelivery", {"delivery": email("d2", "j2", "bob")}),
            ("Evaluate", finished("e1", "bob")),
            ("UpdateCampaign", {"campaign": {"campaign_id": "course", "display_name": loss.value}}),
        ]
        for position, (name, request) in enumerate(commands):
            proxy.loss = loss
            refused = call.refused(name, request)
            assert (refused.code, refused.reason) == ("UNAVAILABLE", "STORE_UNAVAILABLE")
            assert proxy.lost == position + 1
            until(lambda: healthy(call))
            answer = call(name, request)
            if name != "UpdateCampaign":
                assert answer.get("replayed", False) is (loss is Loss.AFTER)
        for person, delivery in (("ada", "d1"), ("bob", "d2")):
            again = call("Evaluate", finished("e1", person))
            assert [item["delivery_id"] for item in again["conversions"]] == [delivery]
            assert again["replayed"]
        campaign = call("GetCampaign", {"campaign_id": "course"})["campaign"]
        assert campaign["display_name"] == loss.value
        figures = call("GetMetrics", {"campaign_id": "course"})
        assert figures["deliveries"]["converted"] == "2"
        call.close()
    proxy.close()


def cut(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'attribution-service'"
        )
