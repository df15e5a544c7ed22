"""Streams of batches as their callers meet them: order, flow control, refusals, how they end."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from attribution.v1 import attribution_service_pb2
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.pipeline.admission import PipelineLimits
from attribution_service.pipeline.engine import Engine
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.transport.limits import TransportLimits
from google.protobuf import json_format
from support.calls import (
    Caller,
    Refused,
    finished,
    refusal,
    served,
    set_the_scene,
)

PATH = "/attribution.v1.AttributionService/EvaluateStream"
_WAIT_SECONDS = 30.0


class Stream:
    """A stream, spoken by hand; `taken` counts the batches that gRPC has asked for."""

    def __init__(self, call: Caller) -> None:
        self.taken = 0
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        both: Any = call.channel.stream_stream(PATH)
        self._call = both(self._requests(), timeout=60)

    def _requests(self) -> Iterator[bytes]:
        while (data := self._outbox.get()) is not None:
            self.taken += 1
            yield data

    def send(self, *requests: dict[str, Any]) -> None:
        message = json_format.ParseDict(
            {"requests": list(requests)}, attribution_service_pb2.EvaluateStreamRequest()
        )
        self._outbox.put(message.SerializeToString())

    def send_bytes(self, data: bytes) -> None:
        self._outbox.put(data)

    def end(self) -> None:
        self._outbox.put(None)

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        response = attribution_service_pb2.EvaluateStreamResponse.FromString(next(self._call))
        return json_format.MessageToDict(response, preserving_proto_field_name=True)

    def rest(self) -> list[dict[str, Any]]:
        """The answers up to the end of the stream."""
        found = []
        try:
            while True:
                found.append(self.answer())
        except StopIteration:
            return found

    def refused(self) -> Refused:
        """The error that the stream ends in, whatever comes before."""
        try:
            self.rest()
        except grpc.RpcError as error:
            return refusal(error)
        finally:
            self.end()
        raise AssertionError("the stream was not refused")

    def cancel(self) -> None:
        self._call.cancel()
        self.end()


class Gate:
    """Holds the engine up in its next batch until it is opened; counts what was carried out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        self.commands = 0
        execute = Engine.execute

        def held(engine: Engine, arrivals: Any) -> Any:
            self.entered.set()
            assert self.open.wait(_WAIT_SECONDS)
            self.commands += len(arrivals)
            return execute(engine, arrivals)

        monkeypatch.setattr(Engine, "execute", held)

    def wait(self) -> None:
        assert self.entered.wait(_WAIT_SECONDS)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _WAIT_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with served(tmp_path) as caller:
        set_the_scene(caller)
        yield caller


def credited(result: dict[str, Any]) -> list[str]:
    return [item["delivery_id"] for item in result["answer"].get("conversions", [])]


def events(batch: int, many: int = 3) -> list[dict[str, Any]]:
    return [finished(f"e{batch}-{number}", "ada", f"c{batch}") for number in range(many)]


def test_batches_are_answered_in_their_order(call: Caller) -> None:
    stream = Stream(call)
    stream.send(finished("e1", "ada"), {"event": {}}, finished("e1", "bob"))
    first = stream.answer()["results"]
    assert credited(first[0]) == ["d1"]
    assert first[1]["error"]["reason"] == "ERROR_REASON_FIELD_REQUIRED"
    assert first[1]["error"]["field"] == "event.person_id"
    assert credited(first[2]) == []
    for number in range(2, 30):
        stream.send(*[finished(f"e{number}", "ada", "x")] * (number % 4))
    stream.send(finished("e1", "ada"))
    stream.end()
    rest = stream.rest()
    assert [len(each.get("results", [])) for each in rest] == [n % 4 for n in range(2, 30)] + [1]
    assert rest[-1]["results"][0]["answer"] == {**first[0]["answer"], "replayed": True}


def test_a_stream_without_a_batch_ends_without_an_answer(call: Caller) -> None:
    stream = Stream(call)
    stream.end()
    assert stream.rest() == []


def test_the_order_within_a_person_is_kept_across_batches(tmp_path: Path) -> None:
    """Of many events only the first that matches is credited: a later one must not come first."""
    with served(tmp_path) as call:
        set_the_scene(call)
        stream = Stream(call)
        for batch in range(40):
            course = "py101" if batch >= 20 else "other"
            stream.send(*[finished(f"e{batch}-{n}", "ada", course) for n in range(20)])
        stream.end()
        found = [bool(credited(each)) for answer in stream.rest() for each in answer["results"]]
        assert found.index(True) == 20 * 20
        assert sum(found) == 1


def test_no_more_is_taken_in_than_may_be_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    take_in = Pipeline.take_in

    def noted(pipeline: Pipeline, commands: Any, size_bytes: int = 0) -> Any:
        taken.append(len(commands))
        return take_in(pipeline, commands, size_bytes)

    with served(tmp_path, transport=TransportLimits(stream_batches=2)) as call:
        set_the_scene(call)
        gate = Gate(monkeypatch)
        monkeypatch.setattr(Pipeline, "take_in", noted)
        stream = Stream(call)
        for batch in range(6):
            stream.send(*events(batch, batch + 1))
        until(lambda: len(taken) == 2)
        time.sleep(0.3)
        assert taken == [1, 2]
        gate.open.set()
        stream.end()
        assert [len(answer["results"]) for answer in stream.rest()] == [1, 2, 3, 4, 5, 6]


def much_to_answer(call: Caller) -> list[dict[str, Any]]:
    """A batch whose answer has about half a megabyte, and which changes nothing."""
    set_the_scene(call)
    journey = {"person_id": "ada", "campaign_id": "course"}
    items = [{"start_journey": {**journey, "journey_id": f"k{number}"}} for number in range(40)]
    call("Ingest", {"items": items})
    request = {**finished("e1", "ada"), "explain": True, "validate_only": True}
    assert len(call("Evaluate", request)["explanation"]["verdicts"]) > 40
    return [request] * 100


def test_a_sender_who_reads_no_answers_is_held_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hardly more is carried out than answers have room for on the way."""
    with served(tmp_path) as call:
        large = much_to_answer(call)
        gate = Gate(monkeypatch)
        gate.open.set()
        stream = Stream(call)
        for _ in range(100):
            stream.send(*large)
        until(lambda: gate.commands > 0)
        carried_out = -1
        while gate.commands != carried_out:
            carried_out = gate.commands
            time.sleep(1.0)
        assert 0 < carried_out < 50 * len(large)
        other = Stream(call)  # nobody else is
        other.send(finished("f1", "bob"))
        other.end()
        assert len(other.rest()) == 1
        stream.cancel()


def test_answers_that_nobody_takes_end_the_stream(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(call_seconds=2.0, streams=1)) as call:
        large = much_to_answer(call)
        stream = Stream(call)
        for _ in range(60):
            stream.send(*large)

        def is_free() -> bool:
            try:
                again = Stream(call)
                again.send(finished("f1", "bob"))
                again.end()
                again.rest()
            except grpc.RpcError:
                return False
            return True

        until(is_free)
        refused = stream.refused()
        assert (refused.code, refused.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")
        assert "read the answers" in refused.message


def test_a_batch_waits_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = PipelineLimits(waiting=3, batch=3)
    with served(tmp_path, pipeline=limits) as call:
        set_the_scene(call)
        with monkeypatch.context() as patched:
            gate = Gate(patched)
            streams = [Stream(call) for _ in range(3)]
            for number, stream in enumerate(streams):
                for batch in range(5):
                    stream.send(*events(10 * number + batch))
                stream.end()
            gate.wait()
            gate.open.set()
            for stream in streams:
                answers = stream.rest()
                assert len(answers) == 5
                assert not any("error" in answer for answer in answers)


def test_a_batch_for_which_there_is_no_room_is_refused_whole_and_the_stream_goes_on(
    tmp_path: Path,
) -> None:
    limits = PipelineLimits(waiting=2)
    with served(tmp_path, pipeline=limits, transport=TransportLimits(call_seconds=1.0)) as call:
        call("CreateCampaign", {"campaign": {"campaign_id": "c"}})
        stream = Stream(call)
        stream.send(*events(1, 3))
        stream.send(*events(1, 2))
        stream.end()
        refused, taken = stream.rest()
        error = refused["error"]
        assert error["code"] == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
        assert error["reason"] == "ERROR_REASON_OVERLOADED"
        assert error["retry_delay"] == "0.500s"
        assert "results" not in refused
        assert len(taken["results"]) == 2
        assert not any(each["answer"].get("replayed") for each in taken["results"])


def test_a_batch_that_is_too_large_is_refused_whole_and_the_stream_goes_on(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(message_bytes=50_000)) as call:
        set_the_scene(call)
        stream = Stream(call)
        stream.send(*[{}] * 501)
        stream.send(finished("e1", "ada", "x" * 60_000))
        stream.send(finished("e1", "ada"))
        stream.end()
        many, large, good = stream.rest()
        assert many["error"]["reason"] == "ERROR_REASON_FIELD_TOO_LONG"
        assert many["error"]["metadata"] == {"limit": "500"}
        assert many["error"]["field"] == "requests"
        assert large["error"]["reason"] == "ERROR_REASON_MESSAGE_TOO_LARGE"
        assert large["error"]["metadata"] == {"limit_bytes": "50000"}
        assert credited(good["results"][0]) == ["d1"]


def test_what_is_no_batch_ends_the_stream_behind_the_answers(call: Caller) -> None:
    stream = Stream(call)
    stream.send(finished("e1", "ada"))
    stream.send_bytes(b"\xff")
    stream.send(finished("e2", "ada"))
    assert credited(stream.answer()["results"][0]) == ["d1"]
    refused = stream.refused()
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "MALFORMED_REQUEST")
    assert not call("Evaluate", finished("e2", "ada")).get("replayed")


def test_too_many_streams_are_refused_and_places_come_free(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(streams=1)) as call:
        set_the_scene(call)
        first = Stream(call)
        first.send(finished("e1", "ada"))
        first.answer()
        refused = Stream(call).refused()
        assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert refused.retry_seconds
        first.cancel()

        def is_free() -> bool:
            again = Stream(call)
            again.end()
            try:
                return again.rest() == []
            except grpc.RpcError:
                return False

        until(is_free)


def test_of_one_who_goes_away_what_was_not_taken_is_not_carried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, pipeline=PipelineLimits(batch=3)) as call:
        set_the_scene(call)
        with monkeypatch.context() as patched:
            gate = Gate(patched)
            stream = Stream(call)
            for batch in range(3):
                stream.send(*events(batch))
            gate.wait()
            until(lambda: stream.taken == 3)
            time.sleep(0.2)  # the server has read them
            stream.cancel()
            time.sleep(0.2)  # and hears that the caller has gone
            gate.open.set()
            call("Evaluate", {**finished("x", "ada"), "validate_only": True})
            assert gate.commands == 3 + 1  # the first was with the engine
        first, second = (
            call("EvaluateBatch", {"requests": events(batch)})["results"] for batch in (0, 1)
        )
        assert all(each["answer"].get("replayed") for each in first)
        assert not any(each["answer"].get("replayed") for each in second)


def test_a_stopping_server_answers_what_it_has_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = ExitStack()
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}", drain_seconds=3_600)
    call = Caller(stack.enter_context(background(settings, SystemClock())))
    set_the_scene(call)
    gate = Gate(monkeypatch)
    stream, idle = Stream(call), Stream(call)
    stream.send(*events(1))
    gate.wait()
    closing = threading.Thread(target=stack.close)
    closing.start()
    # It takes no more from those who go on sending, and from those who are silent.
    assert (idle.refused().code, closing.is_alive()) == ("UNAVAILABLE", True)
    gate.open.set()
    assert len(stream.answer()["results"]) == 3
    refused = stream.refused()
    assert (refused.code, refused.reason) == ("UNAVAILABLE", "SHUTTING_DOWN")
    closing.join(60)
    assert not closing.is_alive()
    call.close()


def test_one_who_never_stops_sending_does_not_keep_a_stopping_server(tmp_path: Path) -> None:
    stack = ExitStack()
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}", drain_seconds=3_600)
    call = Caller(stack.enter_context(background(settings, SystemClock())))
    set_the_scene(call)
    stream = Stream(call)
    answers: list[int] = []
    told: list[Refused] = []

    def talk() -> None:
        try:
            for number in range(1_000_000):
                stream.send(finished(f"e{number}", "ada", "x"))
                stream.send(finished(f"f{number}", "ada", "x"))
                stream.answer()
                answers.append(number)
        except grpc.RpcError as error:
            told.append(refusal(error))

    talking = threading.Thread(target=talk)
    talking.start()
    until(lambda: len(answers) > 10)
    closing = threading.Thread(target=stack.close)
    closing.start()
    closing.join(60)
    talking.join(60)
    assert not closing.is_alive()
    assert [(each.code, each.reason) for each in told] == [("UNAVAILABLE", "SHUTTING_DOWN")]
    stream.cancel()
    call.close()


def test_a_stream_has_no_deadline_of_the_servers_own(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(call_seconds=1.0)) as call:
        set_the_scene(call)
        stream = Stream(call)
        for number in range(3):
            time.sleep(1.1)
            stream.send(finished(f"e{number}", "ada", "x"))
            assert len(stream.answer()["results"]) == 1
        stream.end()
        assert stream.rest() == []
