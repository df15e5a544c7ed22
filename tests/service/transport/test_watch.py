"""Watching conversions: in order, none missed, none twice, whatever happens to the connection."""

import asyncio
import base64
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from attribution.v1 import report_service_pb2
from attribution_client import AttributionClient
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.pipeline.admission import overloaded
from attribution_service.transport import handlers
from attribution_service.transport.server import TransportLimits
from attribution_service.transport.watching import WatchStream
from support.calls import Caller, Refused, email, finished, refusal, served

PATH = "/attribution.v1.ReportService/WatchConversions"
WRITERS, EACH = 4, 60
CAMPAIGN: dict[str, Any] = {"goal": {"performs_event": {"event_name": "course_finished"}}}


class Watch:
    """A stream, read by hand."""

    def __init__(self, call: Caller, **request: Any) -> None:
        stream: Any = call.channel.unary_stream(
            PATH, response_deserializer=report_service_pb2.WatchConversionsResponse.FromString
        )
        message = report_service_pb2.WatchConversionsRequest(**request)
        self._stream = stream(message.SerializeToString(), timeout=60)
        self.cursor = ""

    def next(self) -> str:
        """The delivery of the next response; empty: a heartbeat."""
        response = next(self._stream)
        self.cursor = response.cursor
        return str(response.conversion.delivery_id)

    def rest(self) -> list[str]:
        """The deliveries up to the end of the stream."""
        found = []
        try:
            while True:
                found.append(self.next())
        except StopIteration:
            return [delivery_id for delivery_id in found if delivery_id]

    def refused(self) -> Refused:
        try:
            while True:
                self.next()
        except grpc.RpcError as error:
            return refusal(error)

    def cancel(self) -> None:
        self._stream.cancel()


@contextmanager
def server(folder: Path, **limits: Any) -> Iterator[Caller]:
    with served(folder, transport=TransportLimits(**limits)) as call:
        for campaign_id in ("c1", "c2"):
            call("CreateCampaign", {"campaign": {**CAMPAIGN, "campaign_id": campaign_id}})
        yield call


def convert(call: Caller, person_id: str, number: int, campaign_id: str = "c1") -> None:
    """A conversion of the person's delivery of this number."""
    journey = {"person_id": person_id, "journey_id": campaign_id, "campaign_id": campaign_id}
    call("StartJourney", journey)
    # All at one instant of the test's clock: the greater id is the last touch.
    delivery = email(f"{person_id}-{number:02}", campaign_id, person_id)
    call("RecordDelivery", {"delivery": delivery})
    call("Evaluate", finished(f"e{number}", person_id))


def test_what_is_on_record_and_then_what_comes(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        convert(call, "ada", 1)
        watch = Watch(call)
        assert [watch.next(), watch.next()] == ["", "ada-01"]
        convert(call, "bob", 1)
        assert watch.next() == "bob-01"
        watch.cancel()
        convert(call, "cy", 1)
        again = Watch(call, cursor=watch.cursor)
        assert [again.next(), again.next()] == ["", "cy-01"]
        again.cancel()


def test_people_who_are_deleted_leave_gaps_and_nobody_waits_at_them(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        for person_id in ("ada", "bob", "cy"):
            convert(call, person_id, 1)
        watch = Watch(call)
        assert [watch.next(), watch.next(), watch.next()] == ["", "ada-01", "bob-01"]
        watch.cancel()
        for person_id in ("ada", "bob", "cy"):
            call("DeletePerson", {"person_id": person_id})
        behind = Watch(call, cursor=watch.cursor)
        first = Watch(call)
        assert (behind.next(), first.next()) == ("", "")
        convert(call, "di", 1)
        assert (behind.next(), first.next()) == ("di-01", "di-01")
        behind.cancel()
        first.cancel()
        assert Watch(call, end_when_caught_up=True).rest() == ["di-01"]


def test_from_now_on(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        convert(call, "ada", 1)
        watch = Watch(call, from_now=True)
        assert watch.next() == ""
        convert(call, "bob", 1)
        assert watch.next() == "bob-01"
        watch.cancel()


def test_it_ends_when_caught_up_if_asked_to(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        assert Watch(call, end_when_caught_up=True).rest() == []
        for number in range(3):
            convert(call, "ada", number)
        watch = Watch(call, end_when_caught_up=True)
        assert watch.rest() == ["ada-00", "ada-01", "ada-02"]
        assert Watch(call, cursor=watch.cursor, end_when_caught_up=True).rest() == []


def test_one_campaign(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        for number in range(4):
            convert(call, f"p{number}", number, f"c{number % 2 + 1}")
        watch = Watch(call, campaign_id="c2", end_when_caught_up=True)
        assert watch.rest() == ["p1-01", "p3-03"]
        whole = Watch(call, cursor=watch.cursor, end_when_caught_up=True)
        assert whole.rest() == []


def test_a_quiet_stream_shows_that_it_lives_and_moves_on(tmp_path: Path) -> None:
    with server(tmp_path, heartbeat_seconds=0.01) as call:
        watch = Watch(call, campaign_id="c2")
        assert [watch.next() for _ in range(3)] == [""] * 3
        first = watch.cursor
        convert(call, "ada", 1)
        while watch.cursor == first:
            assert watch.next() == ""
        watch.cancel()


def test_none_is_missed_and_none_comes_twice(tmp_path: Path) -> None:
    """Several write at once, and the watcher is cut off again and again."""
    pick = random.Random(7)
    with server(tmp_path) as call:
        writers = [
            threading.Thread(target=write, args=(call.address, f"w{n}")) for n in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        seen: list[str] = []
        cursors: list[int] = []
        cursor = ""
        while len(seen) < WRITERS * EACH:
            watch = Watch(call, cursor=cursor)
            for _ in range(pick.randrange(1, 30)):
                if len(seen) == WRITERS * EACH:
                    break
                delivery_id = watch.next()
                cursor = watch.cursor
                if delivery_id:
                    seen.append(delivery_id)
                    cursors.append(number(cursor))
            watch.cancel()
        for writer in writers:
            writer.join()
        assert len(set(seen)) == len(seen)
        assert cursors == list(range(1, WRITERS * EACH + 1))
        for n in range(WRITERS):
            mine = [item for item in seen if item.startswith(f"w{n}-")]
            assert mine == [f"w{n}-{each:02}" for each in range(EACH)]
        assert Watch(call, end_when_caught_up=True).rest() == seen


def write(address: str, person_id: str) -> None:
    call = Caller(address)
    for each in range(EACH):
        convert(call, person_id, each)
    call.close()


def number(cursor: str) -> int:
    return int(json.loads(base64.urlsafe_b64decode(cursor))[1])


def test_the_client_goes_on_over_a_restart(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        convert(call, "ada", 1)
        with AttributionClient(call.address) as client:
            watch: Any = client.watch_conversions()
            first = next(watch)
            watch.close()
    with served(tmp_path) as call, AttributionClient(call.address) as client:
        convert(call, "bob", 1)
        following: Any = client.watch_conversions(cursor=first.cursor)
        assert next(following).conversion.delivery_id == "bob-01"
        following.close()


def test_too_many_watchers_are_refused_and_places_come_free(tmp_path: Path) -> None:
    with server(tmp_path, watchers=1) as call:
        first = Watch(call)
        first.next()
        refused = Watch(call).refused()
        assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert refused.retry_seconds
        first.cancel()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            again = Watch(call, end_when_caught_up=True)
            try:
                again.next()
            except grpc.RpcError:
                time.sleep(0.01)
                continue
            return
        pytest.fail("the place of the one who went was not given back")


def test_a_stopping_server_says_so(tmp_path: Path) -> None:
    stack = ExitStack()
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}", drain_seconds=3_600)
    call = Caller(stack.enter_context(background(settings, SystemClock())))
    watches = [Watch(call) for _ in range(3)]
    for watch in watches:
        watch.next()
    told: list[Refused] = []
    listening = threading.Thread(target=lambda: told.extend(watch.refused() for watch in watches))
    listening.start()
    stack.close()
    listening.join(60)
    call.close()
    assert [(item.code, item.reason) for item in told] == [("UNAVAILABLE", "SHUTTING_DOWN")] * 3


def test_one_who_takes_nothing_hinders_nobody(tmp_path: Path) -> None:
    with server(tmp_path) as call:
        hanging = Watch(call)
        convert(call, "ada", 1)
        other = Watch(call, end_when_caught_up=True)
        assert other.rest() == ["ada-01"]
        hanging.cancel()


@pytest.mark.parametrize("before", [0, 1])
def test_a_stream_that_ends_while_a_message_is_on_its_way_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    async def run(stream: Any, _: Any) -> None:
        message = report_service_pb2.WatchConversionsResponse(cursor="a").SerializeToString()
        for _ in range(before):
            await stream._write(message)
        writing = asyncio.create_task(stream._write(message))
        await asyncio.sleep(0)
        writing.cancel()
        raise overloaded("something came in between")

    monkeypatch.setattr(WatchStream, "run", run)
    with server(tmp_path) as call:
        watch = Watch(call)
        for _ in range(before + 1):
            watch.next()
        assert watch.refused().reason == "OVERLOADED"


def test_a_stream_ends_although_its_first_message_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    async def run(stream: Any, _: Any) -> None:
        large = report_service_pb2.WatchConversionsResponse(cursor="a" * 32_000_000)
        writing = asyncio.create_task(stream._write(large.SerializeToString()))
        await asyncio.sleep(0.1)
        writing.cancel()
        ended.set()
        raise overloaded("nobody takes it")

    monkeypatch.setattr(WatchStream, "run", run)
    monkeypatch.setattr(handlers, "_SETTLING_SECONDS", 0.01)
    with server(tmp_path) as call:
        options = [("grpc.max_receive_message_length", -1)]
        with grpc.insecure_channel(call.address, options=options) as call.channel:
            watch = Watch(call)
            assert ended.wait(60)
            assert watch.refused().reason == "OVERLOADED"
