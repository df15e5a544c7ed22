"""Backtests: what would have come, beside what did, and what cannot be known."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from attribution.v1 import backtest_pb2, rule_service_pb2
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.scenarios.documents import parse
from attribution_service.scenarios.messages import message
from attribution_service.storage.interface import Store, Sweep
from attribution_service.storage.sqlite import open_sqlite
from attribution_service.transport import backtest
from attribution_service.transport.command_rpcs import COMMANDS
from attribution_service.transport.rpcs import METHODS
from attribution_service.transport.server import TransportLimits
from google.protobuf import json_format
from service.storage.test_contract import store
from support.calls import COURSE, Caller, Refused, finished, refusal, served, set_the_scene

__all__ = ["store"]  # the fixture

PATH = "/attribution.v1.RuleService/Backtest"
TYPES = {method.name: method.request_type for method in METHODS}
HOUR_US = 3_600_000_000
FINISHED = {"performs_event": {"event_name": "course_finished"}}


class Stream:
    """A backtest, read by hand."""

    def __init__(self, call: Caller, **request: Any) -> None:
        stream: Any = call.channel.unary_stream(
            PATH, response_deserializer=rule_service_pb2.BacktestResponse.FromString
        )
        asked = {"campaign_id": "course", "goal": FINISHED, **request}
        asked = {name: value for name, value in asked.items() if value is not None}
        sent = json_format.ParseDict(asked, rule_service_pb2.BacktestRequest())
        self._stream = stream(sent.SerializeToString(), timeout=60)

    def next(self) -> dict[str, Any]:
        return json_format.MessageToDict(next(self._stream), preserving_proto_field_name=True)

    def rest(self) -> list[dict[str, Any]]:
        return list(iter(self))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                yield self.next()
            except StopIteration:
                return

    def refused(self) -> Refused:
        try:
            self.rest()
        except grpc.RpcError as error:
            return refusal(error)
        raise AssertionError("it was not refused")

    def cancel(self) -> None:
        self._stream.cancel()


class World:
    """A store, and calls to be made on it at hours of its time, whatever their order here."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._engine = Engine(store)
        self._calls: list[tuple[int, str, dict[str, Any]]] = []

    def call(self, name: str, at: float, **request: Any) -> None:
        self._calls.append((round(at * HOUR_US), name, request))

    def play(self) -> None:
        """Make the calls, in order of their times."""
        for at_us, name, request in sorted(self._calls, key=lambda each: each[0]):
            made = message(parse(json.dumps(request).encode(), Path("x")), TYPES[name], 0)
            (outcome,) = self._engine.execute([Arrival(COMMANDS[name].command(made), at_us)])
            if isinstance(outcome, Exception):
                raise outcome
        self._calls = []

    def create(self, **campaign: Any) -> None:
        made = {"campaign_id": "c1", "goal": goal(), "exit_policy": "NEVER", **campaign}
        self.call("CreateCampaign", at=0, campaign=made)

    def start(self, person: str, at: float, journey: str = "j1", **request: Any) -> None:
        ids = {"person_id": person, "journey_id": journey, "campaign_id": "c1"}
        self.call("StartJourney", at, **{**ids, **request})

    def deliver(self, person: str, at: float, delivery: str = "d1", **fields: Any) -> None:
        made = {"person_id": person, "delivery_id": delivery, "journey_id": "j1"}
        self.call("RecordDelivery", at, delivery={**made, "channel": "EMAIL", **fields})

    def open(self, person: str, at: float, delivery: str = "d1", **fields: Any) -> None:
        ids = {"person_id": person, "delivery_id": delivery}
        self.call("RecordInteraction", at, **ids, interaction={"kind": "OPENED", **fields})

    def bought(self, person: str, at: float, event: str = "e1", **properties: Any) -> None:
        made = {"person_id": person, "event_id": event, "name": "bought"}
        self.call("Evaluate", at, event={**made, "properties": properties})

    def tried(self, goal: dict[str, Any], **request: Any) -> "Tried":
        self.play()
        asked = {"campaign_id": "c1", "goal": goal, **request}
        made = message(
            parse(json.dumps(asked).encode(), Path("x")), rule_service_pb2.BacktestRequest, 0
        )
        running = backtest.opened(made, self.store)
        found: list[Any] = []
        while not running.ended:
            found += running.advance()
        assert running.progress().progress.journeys == running.progress().progress.journey_count
        assert all(each.HasField("conversion") for each in found)
        return Tried([each.conversion for each in found], running.summary().summary)


@dataclass
class Tried:
    """What a backtest gave."""

    found: list[Any]
    summary: Any

    @property
    def ids(self) -> list[str]:
        """Person, delivery and event of each conversion; those that were not recorded with a +."""
        return sorted(
            f"{'' if each.recorded else '+'}{each.conversion.person_id} "
            f"{each.conversion.delivery_id} {each.conversion.event_id}"
            for each in self.found
        )

    @property
    def notes(self) -> dict[str, int]:
        """The kinds of the notes, with their counts."""
        kinds = backtest_pb2.BacktestNoteKind
        return {
            kinds.Name(each.kind).removeprefix("BACKTEST_NOTE_KIND_"): each.count
            for each in self.summary.notes
        }


def goal(event_name: str = "bought", filter: str = "", **fields: Any) -> dict[str, Any]:  # noqa: A002
    return {"performs_event": {"event_name": event_name, "filter": filter}, **fields}


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_what_would_have_come_beside_what_did(world: World) -> None:
    world.create(goal=goal(window="2h", value="event.total"))
    for person, late in (("ada", 1), ("bob", 3), ("cy", 30), ("di", 2)):
        world.start(person, 1)
        world.deliver(person, 2)
        world.bought(person, 2 + late, total=10)
    tried = world.tried(goal(window="1d", value="event.total"))
    assert tried.ids == ["+bob d1 e1", "ada d1 e1", "di d1 e1"]
    summary = tried.summary
    assert (summary.journeys, summary.people, summary.deliveries, summary.events) == (4, 4, 4, 4)
    assert (summary.both, summary.only_backtest, summary.only_recorded) == (2, 1, 0)
    assert (summary.backtest.conversions, summary.backtest.total_value) == (3, 30)
    assert (summary.recorded.conversions, summary.recorded.people) == (2, 2)
    assert (summary.achieved_journeys, summary.exits, summary.shown) == (4, 4, 3)
    assert not tried.notes
    narrower = world.tried(goal(filter="event.total > 10.0"))
    assert narrower.ids == []
    assert (narrower.summary.only_recorded, narrower.summary.achieved_journeys) == (2, 0)


def test_a_range_has_its_start_and_not_its_end(world: World) -> None:
    world.create()
    for person, at in (("ada", 3), ("bob", 4), ("cy", 5)):
        world.start(person, 1)
        world.deliver(person, 2)
        world.bought(person, at)
    times = {"start_time": "1970-01-01T03:00:00Z", "end_time": "1970-01-01T05:00:00Z"}
    tried = world.tried(goal(), **times)
    assert tried.ids == ["ada d1 e1", "bob d1 e1"]
    assert (tried.summary.events, tried.summary.recorded.conversions) == (2, 2)
    assert tried.summary.start_time.ToMicroseconds() == 3 * HOUR_US
    later = world.tried(goal(), start_time="1970-01-01T03:00:00.000001Z")
    assert later.ids == ["bob d1 e1", "cy d1 e1"]
    # Up to the latest arrival, whatever is asked for.
    for request in ({}, {"end_time": "2970-01-01T03:00:00Z"}):
        assert world.tried(goal(), **request).summary.end_time.ToMicroseconds() == 5 * HOUR_US + 1
    ahead = world.tried(goal(), start_time="2970-01-01T03:00:00Z")
    assert (ahead.ids, ahead.summary.events, ahead.summary.journeys) == ([], 0, 3)


def test_what_converted_before_the_range_is_taken(world: World) -> None:
    world.create(goal=goal("other"))
    world.create(campaign_id="c2", goal=goal())
    world.start("ada", 1)
    world.deliver("ada", 2, "d1")
    world.bought("ada", 3, "e1")
    world.deliver("ada", 4, "d2")
    world.bought("ada", 5, "e2")
    world.bought("ada", 6, "e3")
    assert world.tried(goal()).ids == ["+ada d1 e1", "+ada d2 e2"]
    assert world.tried(goal(), start_time="1970-01-01T04:00:00Z").ids == ["+ada d2 e2"]
    assert world.tried(goal(), start_time="1970-01-01T05:30:00Z").ids == []


def test_interactions_count_as_they_were_known(world: World) -> None:
    world.create()
    world.start("ada", 1)
    world.deliver("ada", 2)
    world.bought("ada", 4, "e1")
    world.open("ada", 5, time="1970-01-01T03:00:00Z")  # C10: told too late
    world.bought("ada", 6, "e2")
    world.open("ada", 7, machine=True)
    world.bought("ada", 8, "e3")
    assert world.tried(goal(basis="OPENED", window="4h")).ids == ["ada d1 e2"]
    assert world.tried(goal(basis="OPENED", window="2h")).ids == []
    machines = goal(basis="OPENED", window="2h", count_machine_interactions=True)
    assert world.tried(machines).ids == ["ada d1 e3"]
    assert world.tried(goal(basis="CLICKED")).ids == []


def test_a_bounce_counts_from_the_send_unless_a_conversion_shows_otherwise(world: World) -> None:
    world.create()
    for person in ("ada", "bob"):
        world.start(person, 1)
        world.deliver(person, 2, "d1")
        world.deliver(person, 3, "d2")
    world.bought("ada", 4, "e1")
    for person in ("ada", "bob"):
        world.deliver(person, 5, "d2", status="BOUNCED")
        world.bought(person, 6, "e2")
    tried = world.tried(goal())
    assert tried.ids == ["ada d1 e2", "ada d2 e1", "bob d1 e2"]
    assert tried.notes == {"BOUNCES_UNDATED": 2}


def test_a_told_sent_time_counts_from_then_on(world: World) -> None:
    world.create()
    world.start("ada", 1)
    world.deliver("ada", 2, status="DRAFTED")
    world.bought("ada", 3, "e1")
    world.deliver("ada", 4, sent_time="1970-01-01T02:30:00Z")
    world.bought("ada", 5, "e2")
    tried = world.tried(goal())
    assert tried.ids == ["ada d1 e1"]  # really e2: when it was told is not on record
    assert tried.notes == {"SENDS_UNDATED": 1}
    assert tried.summary.both == 1


def test_what_was_never_sent_or_has_another_channel_does_not_count(world: World) -> None:
    world.create(webhook_action_ids=["hook"])
    world.start("ada", 1)
    world.deliver("ada", 2, "d1", status="DRAFTED")
    world.deliver("ada", 2, "d2", channel="SLACK")
    world.deliver("ada", 2, "d3", channel="WEBHOOK", action_id="hook")
    world.deliver("ada", 2, "d4", channel="WEBHOOK", action_id="other")
    world.bought("ada", 3)
    assert world.tried(goal()).ids == ["ada d3 e1"]
    other = world.tried(goal(), webhook_action_ids=["other"])
    assert other.ids == ["+ada d4 e1"]
    assert (other.summary.only_backtest, other.summary.only_recorded) == (1, 1)
    none = world.tried(goal(), without_webhooks=True)
    assert (none.ids, none.summary.deliveries) == ([], 0)


def test_only_those_who_left_the_audience_at_the_start_are_barred(world: World) -> None:
    """A journey that could not convert by its own goal about a segment can by this one."""
    world.call("CreateSegment", 0, segment={"segment_id": "vip"})
    world.create(
        campaign_id="c2", goal=goal(), exit_policy="NO_LONGER_MATCHING", audience_filter="true"
    )
    world.create(
        goal={"enters_segment": {"segment_id": "vip"}},
        exit_policy="GOAL_OR_NO_LONGER_MATCHING",
        audience_filter="!has(person.banned)",
    )
    entered = {"person_id": "ada", "segment_id": "vip", "change": "ENTERED"}
    world.call("Evaluate", 0, segment_change=entered)
    world.call("UpdateAttributes", 0, person_id="bob", attributes={"banned": True})
    for person in ("ada", "bob", "cy"):
        world.start(person, 1)
        world.deliver(person, 2)
        world.bought(person, 3)
    tried = world.tried(goal())
    assert tried.ids == ["+ada d1 e1", "+cy d1 e1"]
    assert (tried.summary.achieved_journeys, tried.summary.exits) == (3, 1)


def test_messages_that_the_exit_might_have_kept_back(world: World) -> None:
    world.create(exit_policy="GOAL")
    world.start("ada", 1)
    world.deliver("ada", 2, "d1")
    world.bought("ada", 3, "e1")
    world.deliver("ada", 4, "d2")
    world.deliver("ada", 4, "d3", channel="SLACK")
    world.bought("ada", 5, "e2")
    tried = world.tried(goal())
    assert tried.notes == {"SENT_AFTER_GOAL": 1}
    assert (tried.summary.achieved_journeys, tried.summary.exits) == (1, 1)


def test_events_that_nobody_watched_are_not_on_record(world: World) -> None:
    world.create(goal=goal("other"))
    world.start("ada", 1)
    world.deliver("ada", 2)
    world.bought("ada", 3, "e1")
    tried = world.tried(goal())
    assert (tried.ids, tried.summary.events) == ([], 0)
    assert tried.notes == {"EVENTS_NOT_RECORDED": 0}
    world.call("CreateCampaign", 4, campaign={"campaign_id": "c2", "goal": goal()})
    world.bought("ada", 5, "e2")
    since = world.tried(goal())
    assert since.ids == ["+ada d1 e2"]
    (note,) = since.summary.notes
    assert since.notes == {"EVENTS_RECORDED_SINCE": 0}
    assert note.time.ToMicroseconds() == 4 * HOUR_US


def test_a_change_or_an_update_of_the_name_is_no_event(world: World) -> None:
    world.create(goal=goal("vip"))
    world.call("CreateSegment", 0, segment={"segment_id": "vip"})
    world.start("ada", 1)
    world.deliver("ada", 2)
    change = {"person_id": "ada", "segment_id": "vip", "change": "ENTERED", "change_id": "x"}
    world.call("Evaluate", 3, segment_change=change)
    assert world.tried(goal("vip")).summary.events == 0


def test_attributes_are_those_of_today(world: World) -> None:
    world.create(goal=goal(filter='person.plan == "free"'))
    world.call("UpdateAttributes", 0, person_id="ada", attributes={"plan": "free"})
    for person in ("ada", "bob"):
        world.start(person, 1)
        world.deliver(person, 2)
        world.bought(person, 3)
    world.call("UpdateAttributes", 4, person_id="ada", attributes={"plan": "team"})
    tried = world.tried(goal(filter='person.plan == "team"'))
    assert tried.ids == ["ada d1 e1"]
    assert tried.notes == {"ATTRIBUTES_OF_TODAY": 0, "FILTER_WITHOUT_ANSWER": 1}


def test_rules_without_an_answer_are_counted(world: World) -> None:
    world.create()
    world.start("ada", 1)
    world.deliver("ada", 2)
    world.bought("ada", 3, "e1")
    world.bought("ada", 4, "e2", total="much")
    tried = world.tried(goal(filter='event.total == "much"', value="event.total"))
    assert tried.ids == ["ada d1 e2"]
    assert tried.notes == {"FILTER_WITHOUT_ANSWER": 1, "VALUE_WITHOUT_ANSWER": 1}
    assert tried.summary.backtest.without_value == 1


def test_a_rule_over_the_trigger_sees_each_journeys_own(world: World) -> None:
    world.create(trigger={"event_name": "left"})
    for number in (1, 2):
        world.start("ada", 1, f"j{number}", trigger_properties={"basket": number})
        world.deliver("ada", 2, f"d{number}", journey_id=f"j{number}")
    world.bought("ada", 3, basket=1)
    assert world.tried(goal(filter="event.basket == trigger.basket")).ids == ["+ada d1 e1"]


def test_people_who_were_deleted_are_missing_and_it_says_so(world: World) -> None:
    world.create()
    for person in ("ada", "bob"):
        world.start(person, 1)
        world.deliver(person, 2)
        world.bought(person, 3)
    world.call("DeletePerson", 4, person_id="bob")
    tried = world.tried(goal())
    assert tried.ids == ["ada d1 e1"]
    assert tried.summary.recorded.conversions == 1
    assert tried.notes == {"PEOPLE_DELETED": 0, "DELIVERIES_REMOVED": 0}


def test_a_delivery_under_the_id_of_one_that_was_removed_is_another(world: World) -> None:
    world.create()
    world.start("ada", 1)
    world.deliver("ada", 2)
    world.deliver("ada", 3, delivery="d2")
    world.bought("ada", 10)
    world.play()
    with world.store.transaction() as transaction:
        assert transaction.sweep_deliveries(Sweep(5 * HOUR_US)).deliveries == 1
    # What is on record of e1 names the first d1 among the messages in time.
    world.deliver("ada", 20, status="BOUNCED")
    world.bought("ada", 30, event="e2")
    tried = world.tried(goal())
    assert tried.ids == ["ada d2 e1"]
    assert tried.summary.deliveries == 2


def test_deliveries_that_were_removed_are_missing_and_it_says_so(world: World) -> None:
    world.create()
    for person, at in (("ada", 1), ("bob", 5000)):
        world.start(person, at)
        world.deliver(person, at + 1)
        world.bought(person, at + 2)
    world.play()
    with world.store.transaction() as transaction:
        assert transaction.sweep_deliveries(Sweep(4000 * HOUR_US)).deliveries == 1
    tried = world.tried(goal())
    assert tried.ids == ["bob d1 e1"]
    assert (tried.summary.recorded.conversions, tried.summary.achieved_journeys) == (1, 2)
    assert tried.notes == {"DELIVERIES_REMOVED": 0}


def test_other_campaigns_have_no_part_in_it(world: World) -> None:
    world.create()
    world.create(campaign_id="c2")
    for number in (1, 2):
        world.start("ada", 1, f"j{number}", campaign_id=f"c{number}")
        world.deliver("ada", 2, f"d{number}", journey_id=f"j{number}")
    world.start("bob", 1, campaign_id="c2")
    world.bought("ada", 3)
    tried = world.tried(goal())
    assert tried.ids == ["ada d1 e1"]
    assert (tried.summary.people, tried.summary.journeys, tried.summary.deliveries) == (1, 1, 1)


def test_many_people_journeys_and_events_in_parts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is smaller than what there is, so that every seam is crossed."""
    monkeypatch.setattr(backtest, "_JOURNEYS_AT_ONCE", 3)
    monkeypatch.setattr(backtest, "_RECORDS_AT_ONCE", 2)
    monkeypatch.setattr(backtest, "_SLICE", 15)
    world.create(goal=goal(basis="OPENED"))
    people = [f"p{number}" for number in range(10)]
    for number, person in enumerate(people):
        for turn in range(3):
            ids = {"delivery": f"d{turn}", "journey_id": f"j{turn}"}
            world.start(person, 1 + 10 * turn + number / 4, f"j{turn}")
            world.deliver(person, 40, **ids)
            for again in range(number % 4):
                world.open(person, 41 + turn + again / 10, f"d{turn}")
        for event in range(number):
            world.bought(person, 50 + event, f"e{event}")
    tried = world.tried(goal(basis="OPENED"))
    assert (tried.summary.people, tried.summary.journeys) == (10, 30)
    assert tried.summary.events == 45
    assert tried.ids == [
        f"{person} d2 e0" for number, person in enumerate(people) if number % 4 and number
    ]
    assert tried.summary.recorded == tried.summary.backtest


def test_what_is_shown_is_bounded_and_all_is_counted(world: World) -> None:
    world.create()
    for number in range(120):
        world.start(f"p{number}", 1)
        world.deliver(f"p{number}", 2)
        world.bought(f"p{number}", 3)
    for most, shown in ((None, 100), (7, 7), (0, 0), (1_000_000, 120)):
        tried = world.tried(goal(), **({} if most is None else {"max_conversions": most}))
        assert len(tried.found) == tried.summary.shown == shown
        assert tried.summary.backtest.conversions == 120


def test_nothing_in_the_store_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_sqlite(path, migrate=True)
    world = World(store)
    world.create(goal=goal(window="1h"))
    for person in ("ada", "bob"):
        world.start(person, 1)
        world.deliver(person, 2)
        world.bought(person, 4)
    world.play()
    before = dump(path)
    assert world.tried(goal(filter="true", value="1.0")).summary.only_backtest == 2
    assert dump(path) == before
    store.close()


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


# Over gRPC


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder: Path = tmp_path_factory.mktemp("store")
    with served(folder) as caller:
        set_the_scene(caller)
        caller("Evaluate", finished("e1", "ada"))
        newsletter = {"campaign_id": "news", "kind": "CAMPAIGN_KIND_NEWSLETTER"}
        caller("CreateCampaign", {"campaign": newsletter})
        caller("CreateCampaign", {"campaign": {"campaign_id": "quiet"}})
        caller("CreateSegment", {"segment": {"segment_id": "vip"}})
        yield caller


def test_a_stream(call: Caller) -> None:
    parts = Stream(call).rest()
    # Between the first and the last, progress comes as often as time passes.
    told = [next(iter(part)) for part in parts]
    assert [kind for kind in told[1:-2] if kind != "progress"] == ["conversion"]
    assert [told[0], *told[-2:]] == ["progress", "progress", "summary"]
    assert parts[0] == {"progress": {"journey_count": "2"}}
    found = parts[told.index("conversion")]["conversion"]
    assert found["recorded"] is True
    assert found["conversion"]["delivery_id"] == "d1"
    assert "filter" not in found["conversion"]
    assert parts[-2]["progress"] == {
        "journeys": "2",
        "journey_count": "2",
        "people": "2",
        "events": "1",
        "conversions": "1",
    }
    assert parts[-1]["summary"]["both"] == "1"


REFUSED: list[tuple[dict[str, Any], str, str, str]] = [
    ({"campaign_id": ""}, "INVALID_ARGUMENT", "FIELD_REQUIRED", "campaign_id"),
    ({"campaign_id": "nobody"}, "NOT_FOUND", "CAMPAIGN_NOT_FOUND", "campaign_id"),
    ({"campaign_id": "news"}, "FAILED_PRECONDITION", "GOAL_FIXED", ""),
    ({"goal": None}, "INVALID_ARGUMENT", "FIELD_REQUIRED", "goal"),
    ({"goal": {}}, "INVALID_ARGUMENT", "FIELD_REQUIRED", "goal.achievement"),
    (
        {"goal": {"enters_segment": {"segment_id": "vip"}}},
        *("INVALID_ARGUMENT", "FIELD_INVALID", "goal.enters_segment"),
    ),
    (
        {"goal": {"leaves_segment": {"segment_id": "vip"}}},
        *("INVALID_ARGUMENT", "FIELD_INVALID", "goal.leaves_segment"),
    ),
    (
        {"goal": {**FINISHED, "window": "7776001s"}},
        *("INVALID_ARGUMENT", "FIELD_OUT_OF_RANGE", "goal.window"),
    ),
    (
        {"goal": {**FINISHED, "basis": 99}},
        *("INVALID_ARGUMENT", "FIELD_INVALID", "goal.basis"),
    ),
    (
        {"goal": {"performs_event": {"event_name": "a", "filter": "event.a = 1"}}},
        *("INVALID_ARGUMENT", "RULE_INVALID", "goal.performs_event.filter"),
    ),
    (
        {"goal": {**FINISHED, "value": "event.a == 1"}},
        *("INVALID_ARGUMENT", "RULE_INVALID", "goal.value"),
    ),
    (  # G5
        {"campaign_id": "quiet", "goal": {**FINISHED, "value": "trigger.price"}},
        *("INVALID_ARGUMENT", "RULE_INVALID", "goal.value"),
    ),
    (
        {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-03-01T00:00:00Z"},
        *("INVALID_ARGUMENT", "FIELD_OUT_OF_RANGE", "end_time"),
    ),
    (
        {"start_time": "2026-03-02T00:00:00Z", "end_time": "2026-03-01T00:00:00Z"},
        *("INVALID_ARGUMENT", "FIELD_OUT_OF_RANGE", "end_time"),
    ),
    ({"max_conversions": -1}, "INVALID_ARGUMENT", "FIELD_OUT_OF_RANGE", "max_conversions"),
    (
        {"webhook_action_ids": [f"a{number}" for number in range(1_001)]},
        *("INVALID_ARGUMENT", "FIELD_TOO_LONG", "webhook_action_ids"),
    ),
    (
        {"webhook_action_ids": ["a"], "without_webhooks": True},
        *("INVALID_ARGUMENT", "FIELD_INVALID", "without_webhooks"),
    ),
]


@pytest.mark.parametrize(("request_", "code", "reason", "at"), REFUSED)
def test_refusals(call: Caller, request_: dict[str, Any], code: str, reason: str, at: str) -> None:
    refused = Stream(call, **request_).refused()
    assert (refused.code, refused.reason) == (code, reason)
    assert [each[0] for each in refused.fields] == ([at] if at else [])
    if at:
        assert at in refused.message or reason == "CAMPAIGN_NOT_FOUND"


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backtests that find nothing and never end."""

    def advance(_self: backtest.Running) -> list[Any]:
        time.sleep(0.001)
        return []

    monkeypatch.setattr(backtest.Running, "advance", advance)


def until(works: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not works():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.usefixtures("endless")
def test_there_are_few_places_and_they_come_free(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(backtests=1)) as call:
        call("CreateCampaign", {"campaign": COURSE})
        first = Stream(call)
        first.next()
        refused = Stream(call).refused()
        assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert refused.retry_seconds
        assert call("GetCampaign", {"campaign_id": "course"})
        first.cancel()

        def free() -> bool:
            again = Stream(call)
            try:
                again.next()
            except grpc.RpcError:
                return False
            again.cancel()
            return True

        until(free)


@pytest.mark.usefixtures("endless")
def test_it_shows_that_it_lives_and_has_an_end(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(backtest_seconds=1.2)) as call:
        call("CreateCampaign", {"campaign": COURSE})
        stream = Stream(call)
        assert [list(stream.next()) for _ in range(2)] == [["progress"]] * 2
        refused = stream.refused()
        assert (refused.code, refused.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")


@pytest.mark.usefixtures("endless")
def test_a_stopping_server_says_so(tmp_path: Path) -> None:
    stack = ExitStack()
    settings = ServerSettings(f"sqlite:///{tmp_path / 'a.db'}", drain_seconds=3_600)
    call = Caller(stack.enter_context(background(settings, SystemClock())))
    call("CreateCampaign", {"campaign": COURSE})
    stream = Stream(call)
    stream.next()
    told: list[Refused] = []
    listening = threading.Thread(target=lambda: told.append(stream.refused()))
    listening.start()
    stack.close()
    listening.join(60)
    call.close()
    assert [(each.code, each.reason) for each in told] == [("UNAVAILABLE", "SHUTTING_DOWN")]
