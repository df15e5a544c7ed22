"""The server as its callers meet it: health, deadlines, draining, faults, broken connections."""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from attribution.v1 import journey_service_pb2
from attribution_service.app import background, serve
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.core import record
from attribution_service.pipeline.admission import PipelineLimits
from attribution_service.pipeline.engine import Engine
from attribution_service.storage.interface import StoreFullError, StoreUnavailableError
from attribution_service.storage.sql import SqlStore
from attribution_service.transport.rpcs import METHODS, SERVICES
from attribution_service.transport.server import LIVENESS, GrpcServer, TransportLimits
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.calls import (
    COURSE,
    START_US,
    Caller,
    email,
    finished,
    refusal,
    served,
    set_the_scene,
)
from support.stores import store_of


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with served(tmp_path) as caller:
        yield caller


def health(call: Caller, service: str = "") -> int:
    stub: Any = health_pb2_grpc.HealthStub(call.channel)
    status: int = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10).status
    return status


@pytest.mark.parametrize("service", ["", LIVENESS, *SERVICES])
def test_health_of_each_service(call: Caller, service: str) -> None:
    assert health(call, service) == health_pb2.HealthCheckResponse.SERVING


def test_every_method_of_the_contract_is_served(call: Caller) -> None:
    for method in METHODS:
        refused = call.refused(method.name, b"\xff")
        assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "MALFORMED_REQUEST")


def test_lists_come_in_pages(call: Caller) -> None:
    for number in range(5):
        call("CreateCampaign", {"campaign": {**COURSE, "campaign_id": f"c{number}"}})
    found: list[str] = []
    token = ""
    for _ in range(3):
        page = call("ListCampaigns", {"page_size": 2, "page_token": token})
        found += [campaign["campaign_id"] for campaign in page["campaigns"]]
        token = page.get("next_page_token", "")
    assert found == ["c0", "c1", "c2", "c3", "c4"]
    assert token == ""


def test_a_page_token_is_of_one_query(call: Caller) -> None:
    set_the_scene(call)
    for number in range(3):
        journey = {"person_id": "ada", "journey_id": f"k{number}", "campaign_id": "course"}
        call("StartJourney", journey)
    token = call("ListJourneys", {"person_id": "ada", "page_size": 1})["next_page_token"]
    call("ListJourneys", {"person_id": "ada", "page_token": token})
    refused = call.refused("ListJourneys", {"person_id": "bob", "page_token": token})
    assert refused.reason == "PAGE_TOKEN_INVALID"


def test_a_page_is_bounded_in_bytes(call: Caller) -> None:
    """A thousand journeys with large properties would be more than clients take."""
    call("CreateCampaign", {"campaign": COURSE})
    for number in range(50):
        call(
            "StartJourney",
            {
                "person_id": "ada",
                "journey_id": f"j{number:02}",
                "campaign_id": "course",
                "trigger_properties": {"text": "x" * 65_000},
            },
        )
    found: list[str] = []
    token, pages = "", 0
    while pages == 0 or token:
        page = call("ListJourneys", {"person_id": "ada", "page_size": 1000, "page_token": token})
        found += [journey["journey_id"] for journey in page["journeys"]]
        token = page.get("next_page_token", "")
        pages += 1
    assert found == [f"j{number:02}" for number in range(50)]
    assert pages > 1


def test_a_replay_survives_a_restart(tmp_path: Path) -> None:
    with served(tmp_path) as call:
        set_the_scene(call)
        first = call("Evaluate", finished("e1", "ada"))
        assert [c["delivery_id"] for c in first["conversions"]] == ["d1"]
    with served(tmp_path) as call:
        again = call("Evaluate", finished("e1", "ada"))
        assert again == {**first, "replayed": True}


def in_thread(
    call: Caller, name: str, request: dict[str, Any]
) -> tuple[threading.Thread, list[Any]]:
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(call(name, request))
        except grpc.RpcError as error:
            outcome.append(refusal(error))

    thread = threading.Thread(target=work)
    thread.start()
    return thread, outcome


class Gate:
    """Holds the engine up in its next batch until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        execute = Engine.execute

        def held(engine: Engine, batch: Any) -> Any:
            self.entered.set()
            assert self.open.wait(30)
            return execute(engine, batch)

        monkeypatch.setattr(Engine, "execute", held)

    def wait(self) -> None:
        assert self.entered.wait(30)


def test_draining_finishes_the_calls_in_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ExitStack()
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}")
    call = Caller(server.enter_context(background(settings, SystemClock())))
    health_stub: Any = health_pb2_grpc.HealthStub(call.channel)
    watch = health_stub.Watch(health_pb2.HealthCheckRequest())
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
    gate = Gate(monkeypatch)
    in_flight, outcome = in_thread(call, "CreateCampaign", {"campaign": COURSE})
    gate.wait()
    closing = threading.Thread(target=server.close)
    closing.start()
    # The call ends only after health has said that the server is going.
    assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
    gate.open.set()
    for thread in (in_flight, closing):
        thread.join(60)
        assert not thread.is_alive()
    watch.cancel()
    call.close()
    assert outcome[0]["campaign"]["campaign_id"] == "course"


def test_a_call_has_a_deadline_of_the_servers_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, transport=TransportLimits(call_seconds=0.2)) as call:
        gate = Gate(monkeypatch)
        refused = call.refused("CreateCampaign", {"campaign": COURSE})
        assert (refused.code, refused.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")
        gate.open.set()


def test_too_many_waiting_calls_are_refused_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, pipeline=PipelineLimits(waiting=1, batch=1)) as call:
        gate = Gate(monkeypatch)
        check = {"person_id": "ada", "journey_id": "j1"}
        first, _ = in_thread(call, "CheckExit", check)
        gate.wait()
        others = [in_thread(call, "CheckExit", check) for _ in range(5)]
        deadline = time.monotonic() + 30
        while sum(bool(found) for _, found in others) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        refused = [found[0] for _, found in others if found]
        assert len(refused) == 4
        for item in refused:
            assert (item.code, item.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
            assert item.retry_seconds == 0.5
        gate.open.set()
        for thread, _ in [(first, None), *others]:
            thread.join(30)


def test_an_unknown_fault_tells_nothing_but_an_id(
    call: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("secret detail")

    set_the_scene(call)
    monkeypatch.setattr(record, "finish_journey", fail)
    refused = call.refused("FinishJourney", {"person_id": "ada", "journey_id": "j1"})
    assert (refused.code, refused.reason) == ("INTERNAL", "INTERNAL")
    assert "secret" not in refused.message
    assert refused.metadata["error_id"] in refused.message
    assert refused.metadata["error_id"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fault", "code", "reason", "retry_seconds"),
    [
        (StoreUnavailableError("x"), "UNAVAILABLE", "STORE_UNAVAILABLE", 1.0),
        (StoreFullError("x"), "RESOURCE_EXHAUSTED", "STORE_FULL", None),
    ],
)
def test_faults_of_the_store(
    call: Caller,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    code: str,
    reason: str,
    retry_seconds: float | None,
) -> None:
    monkeypatch.setattr(Engine, "execute", lambda _, batch: [fault] * len(batch))
    refused = call.refused("CreateCampaign", {"campaign": COURSE})
    assert (refused.code, refused.reason) == (code, reason)
    assert refused.retry_seconds == retry_seconds


def rows(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "attribution.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"


def header(name: bytes, value: bytes) -> bytes:
    """A header field of HPACK, literal and not indexed."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


# Those of a call of Evaluate.
HEADERS = b"".join(
    header(name, value)
    for name, value in [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", b"/attribution.v1.AttributionService/Evaluate"),
        (b":authority", b"localhost"),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
    ]
)


def frame(kind: int, flags: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + (1).to_bytes(4) + payload


@pytest.mark.parametrize("sent_bytes", [0, 4, 10])
def test_a_connection_closed_in_the_middle_of_a_call(
    call: Caller, tmp_path: Path, sent_bytes: int
) -> None:
    set_the_scene(call)
    before = rows(tmp_path)
    event = b"\x0a\x1e\x0a\x02e1\x12\x03ada\x1a\x0fcourse_finished\x22\x00"
    message = b"\0" + len(event).to_bytes(4) + event
    host, _, port = call.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(HTTP2_PREFACE + frame(1, 4, HEADERS) + frame(0, 0, message[:sent_bytes]))
        raw.recv(9)  # the server has spoken: it has seen the connection
    assert rows(tmp_path) == before
    assert health(call) == health_pb2.HealthCheckResponse.SERVING
    answer = call("Evaluate", finished("e1", "ada"))
    assert not answer.get("replayed")


def test_a_caller_that_gives_up_leaves_the_rest_alone(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_the_scene(call)
    with monkeypatch.context() as patched:
        gate = Gate(patched)
        other, _ = in_thread(call, "CheckExit", {"person_id": "ada", "journey_id": "j1"})
        gate.wait()
        request = journey_service_pb2.FinishJourneyRequest(person_id="ada", journey_id="j1")
        with pytest.raises(grpc.RpcError) as late:
            call.raw("FinishJourney", request.SerializeToString(), timeout=0.1)
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        time.sleep(0.2)  # the server hears of it
        gate.open.set()
        other.join(30)
    found = call("GetJourney", {"person_id": "ada", "journey_id": "j1"})
    assert found["journey"]["state"] == "JOURNEY_STATE_ACTIVE"


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with served(tmp_path) as call:
        other = tmp_path / "other"
        other.mkdir()
        settings = ServerSettings(f"sqlite:///{other / 'a.db'}", address=call.address)
        with pytest.raises(OSError, match="cannot listen on"):
            serve(settings)


def test_a_fault_at_the_start_comes_out(tmp_path: Path) -> None:
    settings = ServerSettings(f"sqlite:///{tmp_path / 'missing' / 'a.db'}")
    with pytest.raises(Exception, match="does not exist"), background(settings, SystemClock()):
        pass


def test_draining_does_not_wait_for_those_who_watch_health(tmp_path: Path) -> None:
    """A watch never ends by itself: with it the drain would take all of an hour's grace."""
    server = ExitStack()
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}", drain_seconds=3_600)
    call = Caller(server.enter_context(background(settings, SystemClock())))
    stub: Any = health_pb2_grpc.HealthStub(call.channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest())
    next(watch)
    closing = threading.Thread(target=server.close)
    closing.start()
    closing.join(60)
    assert not closing.is_alive()
    watch.cancel()
    call.close()


def test_too_many_reads_are_refused_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        reading.set()
        assert go.wait(30)

    with served(tmp_path, transport=TransportLimits(reads=1)) as call:
        with monkeypatch.context() as patched:
            patched.setattr(SqlStore, "campaign", slow)
            first, _ = in_thread(call, "GetCampaign", {"campaign_id": "c"})
            assert reading.wait(30)
            refused = call.refused("GetCampaign", {"campaign_id": "c"})
            assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
            assert refused.retry_seconds
            go.set()
            first.join(30)
        assert call.refused("GetCampaign", {"campaign_id": "c"}).code == "NOT_FOUND"


def test_candidates_in_an_answer_are_the_latest(call: Caller) -> None:
    set_the_scene(call)
    assert call.clock is not None
    for number in range(120):
        call.clock.set_us(START_US + number)
        call("RecordDelivery", {"delivery": email(f"e{number:03}", "j1", "ada")})
    (conversion,) = call("Evaluate", finished("e1", "ada"))["conversions"]
    assert conversion["candidate_count"] == 121
    shown = [candidate["delivery_id"] for candidate in conversion["candidates"]]
    assert shown == [f"e{number:03}" for number in range(20, 120)]


def test_a_fault_while_stopping_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(GrpcServer, "_until_idle", fail)
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(RuntimeError, match="on purpose"), background(settings, SystemClock()):
        pass


def test_old_connections_end_without_ending_a_call(tmp_path: Path) -> None:
    """So callers of a name find servers that were added; whatever is under way goes on."""
    settings = ServerSettings(
        store_url=store_of(tmp_path), transport=TransportLimits(connection_seconds=0.2)
    )
    with background(settings, SystemClock()) as address:
        call = Caller(address)
        states: list[grpc.ChannelConnectivity] = []
        call.channel.subscribe(states.append)
        set_the_scene(call)
        watch: Any = call.channel.unary_stream("/attribution.v1.ReportService/WatchConversions")
        stream: Any = watch(b"", timeout=60)
        end = time.monotonic() + 60
        number = 0
        while grpc.ChannelConnectivity.IDLE not in states:
            assert time.monotonic() < end, "the connection never ended"
            number += 1
            call("Evaluate", finished(f"e{number}", "ada"))
            time.sleep(0.05)
        call("Evaluate", finished("last", "ada"))
        assert next(stream)  # over the connection that has ended for new calls
        stream.cancel()
        call.close()
