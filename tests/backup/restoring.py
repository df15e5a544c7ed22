"""A store that is backed up under load, lost, restored, and told again what was lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from attribution.v1 import report_service_pb2
from attribution_service.storage.restored import LEAP
from postgres.test_replicas import commands_of, lived
from support.calls import COURSE, Caller
from support.lives import Load

_WATCH = "/attribution.v1.ReportService/WatchConversions"


@dataclass
class Watcher:
    """Somebody who takes conversions as they come, and keeps the cursor."""

    cursor: str = ""
    seen: list[str] = field(default_factory=list)

    def catch_up(self, call: Caller) -> list[str]:
        """Take all that there are; returns what came."""
        watch: Any = call.channel.unary_stream(
            _WATCH, response_deserializer=report_service_pb2.WatchConversionsResponse.FromString
        )
        request = report_service_pb2.WatchConversionsRequest(
            cursor=self.cursor, end_when_caught_up=True
        )
        came = []
        for response in watch(request.SerializeToString(), timeout=60):
            self.cursor = response.cursor
            if response.HasField("conversion"):
                found = response.conversion
                came.append(f"{found.person_id} {found.delivery_id}")
        self.seen += came
        return came


@dataclass(frozen=True)
class Before:
    """What there was before the store was lost."""

    people: Sequence[str]
    early: Watcher
    late: Watcher


def live(call: Caller, back_up: Callable[[], object]) -> Before:
    """Live at a server, backed up in the middle; what comes after that will be lost."""
    call("CreateCampaign", {"campaign": COURSE})
    load = Load([call], commands_of)
    load.until(20)
    early, late = Watcher(), Watcher()
    early.catch_up(call)
    back_up()
    load.until(20)
    load.stop()
    late.catch_up(call)
    assert not load.errors
    return Before(load.people, early, late)


def retry(call: Caller, before: Before) -> None:
    """Check what came back, then send everything again, and check that all is as it was."""
    stored = int(call("GetMetrics", {"campaign_id": "course"})["journeys"]["started"])
    assert 0 < stored < 2 * len(before.people), "the backup was not in the middle of anything"

    def again(person: str) -> list[dict[str, Any]]:
        return [call(name, request) for name, request in commands_of(person)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(again, before.people))
        answers = list(pool.map(again, before.people))
    # Told a third time, all are known, and each life was decided as it must be.
    assert all(answer["replayed"] for person in answers for answer in person)
    figures = call("GetMetrics", {"campaign_id": "course"})
    wanted = sorted(item for person in before.people for item in lived(person))
    assert int(figures["deliveries"]["sent"]) == 3 * len(before.people)
    assert int(figures["deliveries"]["converted"]) == len(wanted)
    assert int(figures["converted_people"]) == len(before.people)
    whole = Watcher()
    assert sorted(whole.catch_up(call)) == wanted  # none is missing, and none comes twice
    followed(call, before, whole)


def followed(call: Caller, before: Before, whole: Watcher) -> None:
    """Watchers go on by the cursors that they have, and miss nothing."""
    early = before.early.catch_up(call)
    assert sorted(before.early.seen) == sorted(whole.seen)
    late = before.late.catch_up(call)
    # All that was numbered anew comes again to who had seen more than the backup had.
    assert set(late) <= set(early)
    assert len(late) > 0
    assert set(before.late.seen) == set(whole.seen)
    assert late == whole.seen[-len(late) :]
    assert len(whole.seen) < LEAP


def arrivals_follow(rows: Sequence[tuple[int, int]]) -> bool:
    """Whether conversions that are numbered later arrived no earlier."""
    times = [arrival_us for _, arrival_us in sorted(rows)]
    return times == sorted(times)
