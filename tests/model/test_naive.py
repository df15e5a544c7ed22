"""The naive model against cases worked out by hand."""

from typing import Any

import pytest
from model.driver import Json, Refused
from model.jsonform import (
    format_duration,
    format_time,
    normalised,
    parse_duration,
    parse_time,
)
from model.naive import NaiveModel

START = parse_time("2026-03-01T00:00:00Z")
HOUR = 3_600_000_000
DAY = 24 * HOUR


class Story:
    """A model with short forms of the commands; times are microseconds since the start."""

    def __init__(self, goal: Json | None = None, **campaign: Any) -> None:
        self.model = NaiveModel()
        goal = {"performs_event": {"event_name": "done"}, **(goal or {})}
        content = {"trigger": {"event_name": "begun"}, "goal": goal, **campaign}
        self.ok("create_campaign", 0, campaign={"campaign_id": "c", **content})
        self.ok("start_journey", 0, journey_id="j1", campaign_id="c", person_id="ada")

    def say(self, name: str, at: int, **request: Any) -> Json | Refused:
        return self.model.call(name, request, START + at)

    def ok(self, name: str, at: int, **request: Any) -> Json:
        answer = self.say(name, at, **request)
        assert not isinstance(answer, Refused), answer
        return answer

    def deliver(self, delivery_id: str, at: int, **report: Any) -> Json:
        report = {"journey_id": "j1", "channel": "EMAIL", **report}
        delivery = {"delivery_id": delivery_id, "person_id": "ada", **report}
        return self.ok("record_delivery", at, delivery=delivery)

    def touch(self, delivery_id: str, kind: str, at: int, **interaction: Any) -> Json:
        return self.ok(
            "record_interaction",
            at,
            person_id="ada",
            delivery_id=delivery_id,
            interaction={"kind": kind, **interaction},
        )

    def event(self, event_id: str, at: int, *, dry: bool = False, **event: Any) -> Json:
        event = {"event_id": event_id, "person_id": "ada", "name": "done", **event}
        return self.ok("evaluate", at, event=event, validate_only=dry, explain=True)

    def credited(self, event_id: str, at: int) -> list[str]:
        return [c["delivery_id"] for c in self.event(event_id, at)["conversions"]]


def verdicts(answer: Json) -> list[tuple[str, str]]:
    return [(v.get("delivery_id", ""), v["verdict"]) for v in answer["explanation"]["verdicts"]]


@pytest.mark.parametrize(("late", "credited"), [(-1, ["d1"]), (0, ["d1"]), (1, [])])
def test_window_is_inclusive(late: int, credited: list[str]) -> None:
    story = Story({"window": "7d"})
    story.deliver("d1", HOUR)
    assert story.credited("e1", HOUR + 7 * DAY + late) == credited


def test_last_touch_wins_and_out_of_time_does_not_block() -> None:
    story = Story({"window": "2d", "basis": "OPENED"})
    story.deliver("d1", 0)
    story.deliver("d2", DAY)
    story.touch("d2", "OPENED", DAY)
    story.touch("d1", "OPENED", 2 * DAY)
    answer = story.event("e1", 3 * DAY + 1)
    assert [c["delivery_id"] for c in answer["conversions"]] == ["d1"]
    assert verdicts(answer) == [("d1", "CONVERTED"), ("d2", "OUTSIDE_WINDOW")]


def test_ties_go_to_the_later_send_then_to_the_greater_bytes() -> None:
    story = Story({"basis": "OPENED"})
    for delivery_id, sent in (("d10", 1), ("d9", 1), ("z", 0)):
        story.deliver(delivery_id, 1, sent_time=format_time(START + sent))
    for delivery_id in ("d9", "d10", "z"):
        story.touch(delivery_id, "OPENED", 5)
    answer = story.event("e1", 9)
    assert [c["delivery_id"] for c in answer["conversions"]] == ["d9"]
    candidates = answer["conversions"][0]["candidates"]
    assert [c["delivery_id"] for c in candidates] == ["z", "d10", "d9"]


def test_a_delivery_converts_once_and_credit_does_not_pass() -> None:
    story = Story()
    story.deliver("d1", 1)
    story.deliver("d2", 2)
    assert story.credited("e1", 3) == ["d2"]
    second = story.event("e2", 4)
    assert second["conversions"] == []
    assert second["achieved_journeys"] == ["j1"]
    assert verdicts(second) == [("d1", "EARLIER_TOUCH"), ("d2", "ALREADY_CONVERTED")]
    story.deliver("d2", 5, status="BOUNCED")
    third = story.event("e3", 6)
    assert [c["delivery_id"] for c in third["conversions"]] == ["d1"]


def test_status_moves_forward_only() -> None:
    story = Story()
    assert story.deliver("d1", 1, status="FAILED")["replayed"] is False
    assert story.deliver("d1", 2, status="SUPPRESSED")["delivery"]["status"] == "FAILED"
    assert story.deliver("d1", 3)["delivery"]["sent_time"] == START + 3
    assert story.deliver("d1", 4, status="QUEUED")["replayed"] is True
    bounced = story.deliver("d1", 5, status="BOUNCED")["delivery"]
    assert (bounced["status"], bounced["sent_time"]) == ("BOUNCED", START + 3)
    assert story.deliver("d1", 6)["replayed"] is True


def test_sent_again_with_another_time_is_refused() -> None:
    story = Story()
    story.deliver("d1", 1)
    assert story.deliver("d1", 2)["replayed"] is True
    delivery = {
        "delivery_id": "d1",
        "person_id": "ada",
        "journey_id": "j1",
        "channel": "EMAIL",
        "sent_time": format_time(START + 1),
    }
    refused = story.say("record_delivery", 3, delivery=delivery)
    assert refused == Refused("ALREADY_EXISTS", "DELIVERY_ALREADY_EXISTS")


def test_interactions_are_cut_and_counted_once() -> None:
    story = Story({"basis": "CLICKED"})
    story.deliver("d1", 1)
    ahead = format_time(START + 100)
    assert story.touch("d1", "CLICKED", 10, time=ahead)["delivery"]["click_time"] == START + 10
    assert story.touch("d1", "CLICKED", 20, time=ahead)["delivery"]["click_time"] == START + 10
    assert story.touch("d1", "CLICKED", 30, untracked=True)["delivery"]["click_time"] == START + 10
    assert story.touch("d1", "CLICKED", 40, machine=True)["delivery"]["click_time"] == START + 10
    assert story.touch("d1", "OPENED", 50)["delivery"]["open_time"] == START + 50
    assert story.event("e1", 60)["conversions"][0]["basis_time"] == START + 10


def test_an_event_comes_twice() -> None:
    story = Story({"value": "event.total"})
    story.deliver("d1", 1)
    dry = story.event("e1", 2, dry=True, properties={"total": 5})
    first = story.event("e1", 3, properties={"total": 5})
    assert first["replayed"] is False
    assert first["conversions"][0]["value"] == 5.0
    assert dry["conversions"][0]["conversion_time"] == START + 2
    again = story.event("e1", 4, dry=True, properties={"total": 5.0})
    assert again["replayed"] is True
    assert again["conversions"] == first["conversions"]
    assert "explanation" not in again
    event = {"event_id": "e1", "person_id": "ada", "name": "unheard-of"}
    refused = story.say("evaluate", 5, event=event)
    assert refused == Refused("ALREADY_EXISTS", "EVENT_ALREADY_EXISTS")


def test_a_journey_is_judged_by_its_own_revision_and_the_policy_in_force() -> None:
    story = Story({"window": "1h"}, exit_policy="NEVER")
    story.deliver("d1", 0)
    changed = {"campaign_id": "c", "goal": {"performs_event": {"event_name": "other"}}}
    mask = ["goal", "exit_policy"]
    answer = story.ok(
        "update_campaign", 1, campaign={**changed, "exit_policy": "GOAL"}, update_mask=mask
    )
    assert answer["campaign"]["revision"] == 2
    assert story.event("e0", 2, name="other")["achieved_journeys"] == []
    converted = story.event("e1", HOUR)["conversions"][0]
    assert (converted["revision"], converted["window"]) == (1, HOUR)
    check = {"person_id": "ada", "journey_id": "j1"}
    assert story.ok("check_exit", 2 * HOUR, **check, next_step="SLACK") == {"exit": False}
    ended = {"exit": True, "reason": "GOAL", "exit_time": START + 3 * HOUR}
    assert story.ok("check_exit", 3 * HOUR, **check) == ended
    assert story.ok("check_exit", 4 * HOUR, **check, next_step="SLACK") == ended
    finished = story.ok("finish_journey", 5 * HOUR, **check)
    assert (finished["journey"]["state"], finished["replayed"]) == ("EXITED", True)


def test_verdicts_of_journeys() -> None:
    story = Story(
        {"performs_event": {"event_name": "done", "filter": "event.total > 9.99"}},
    )
    assert verdicts(story.event("e1", 1)) == [("", "PROPERTY_MISSING")]
    low, text, high = ({"total": 9.99}, {"total": "10"}, {"total": 10})
    assert verdicts(story.event("e2", 2, properties=low)) == [("", "FILTER_FALSE")]
    assert verdicts(story.event("e3", 3, properties=text)) == [("", "FILTER_ERROR")]
    assert verdicts(story.event("e4", 4, properties=high)) == [("", "NO_DELIVERY")]
    assert verdicts(story.event("e5", 5, person_id="bob")) == [("", "NO_JOURNEY")]
    assert verdicts(story.event("e6", 6, name="nothing")) == [("", "NOT_WATCHED")]


def test_replayed_start_tells_the_beginning() -> None:
    story = Story()
    start = {"journey_id": "j1", "campaign_id": "c", "person_id": "ada"}
    story.ok("finish_journey", 1, person_id="ada", journey_id="j1")
    again = story.ok("start_journey", 2, **start)
    assert again["replayed"] is True
    assert again["journey"]["state"] == "ACTIVE"
    refused = story.say("start_journey", 3, **start, trigger_properties={"a": 1})
    assert refused == Refused("ALREADY_EXISTS", "JOURNEY_ALREADY_EXISTS")


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("0s", 0),
        ("7d", 7 * DAY),
        ("1h30m", HOUR * 3 // 2),
        ("604800.000001s", 7 * DAY + 1),
        ("-1s", -1_000_000),
    ],
)
def test_durations(text: str, microseconds: int) -> None:
    assert parse_duration(text) == microseconds
    assert parse_duration(format_duration(microseconds)) == microseconds


def test_times() -> None:
    assert parse_time("1970-01-01T00:00:00.000001Z") == 1
    assert parse_time("1970-01-01T01:00:00+01:00") == 0
    assert parse_time(format_time(START + 1)) == START + 1


def test_normalised_answers_are_equal_however_they_are_written() -> None:
    proto = {
        "journey": {
            "revision": "2",
            "state": "JOURNEY_STATE_ACTIVE",
            "exit_reason": "EXIT_REASON_UNSPECIFIED",
            "start_time": "2026-03-01T00:00:00Z",
            "trigger_properties": {"state": "JOURNEY_STATE_ACTIVE", "end_time": None},
        },
        "replayed": False,
        "detail": "whatever",
    }
    own = {
        "journey": {
            "revision": 2,
            "state": "ACTIVE",
            "exit_reason": None,
            "start_time": START,
            "end_time": None,
            "trigger_properties": {"state": "JOURNEY_STATE_ACTIVE", "end_time": None},
        }
    }
    assert normalised(proto) == normalised(own)
