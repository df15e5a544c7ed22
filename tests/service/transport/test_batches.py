"""Batches as their callers meet them: order, an outcome for each item, and what concerns all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attribution.v1 import attribution_service_pb2
from attribution_service.pipeline.admission import PipelineLimits
from attribution_service.pipeline.engine import Engine
from attribution_service.storage.interface import StoreUnavailableError
from attribution_service.transport import batch
from attribution_service.transport.limits import TransportLimits
from support.calls import COURSE, START_US, Caller, email, finished, served, set_the_scene

Result = dict[str, Any]


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with served(tmp_path) as caller:
        set_the_scene(caller)
        yield caller


def evaluated(call: Caller, *requests: dict[str, Any]) -> list[Result]:
    results: list[Result] = call("EvaluateBatch", {"requests": requests}).get("results", [])
    return results


def ingested(call: Caller, *items: dict[str, Any]) -> list[Result]:
    results: list[Result] = call("Ingest", {"items": items}).get("results", [])
    return results


def reason(result: Result) -> str:
    return str(result["error"]["reason"]).removeprefix("ERROR_REASON_")


def credited(answer: dict[str, Any]) -> list[str]:
    return [conversion["delivery_id"] for conversion in answer.get("conversions", [])]


def tag(number: int, payload: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(payload)) + payload


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def test_an_empty_batch_has_no_results(call: Caller) -> None:
    assert call("EvaluateBatch", {}) == {}
    assert call("Ingest", {}) == {}
    assert call("CheckExitBatch", {}) == {}


def test_each_evaluation_has_what_evaluate_would_have_answered(call: Caller) -> None:
    first, bad, second, other = evaluated(
        call,
        finished("e1", "ada"),
        {"event": {"event_id": "e2", "person_id": "ada"}},
        finished("e3", "ada"),
        {**finished("e1", "bob"), "explain": True},
    )
    assert credited(first["answer"]) == ["d1"]
    assert reason(bad) == "FIELD_REQUIRED"
    assert bad["error"]["field"] == "event.name"
    assert bad["error"]["code"] == 3
    assert credited(second["answer"]) == []  # the journey had its credit from the first
    assert credited(other["answer"]) == []
    assert other["answer"]["explanation"]["verdicts"]
    assert call("Evaluate", finished("e1", "ada"))["replayed"]
    assert not call("Evaluate", {**finished("e2", "ada"), "validate_only": True}).get("replayed")


def test_the_same_event_twice_in_a_batch(call: Caller) -> None:
    first, again, other = evaluated(
        call, finished("e1", "ada"), finished("e1", "ada"), finished("e1", "ada", "other")
    )
    assert credited(first["answer"]) == ["d1"]
    assert again["answer"] == {**first["answer"], "replayed": True}
    assert reason(other) == "EVENT_ALREADY_EXISTS"


def test_a_batch_sent_again_gets_the_first_answers(call: Caller) -> None:
    requests = [finished("e1", "ada"), finished("e2", "ada"), finished("e1", "bob")]
    first = evaluated(call, *requests)
    again = evaluated(call, *requests)
    assert [each["answer"] for each in again] == [
        {**each["answer"], "replayed": True} for each in first
    ]


def test_a_batch_is_as_its_calls_one_by_one(tmp_path: Path) -> None:
    requests = [
        finished(f"e{number}", person, course)
        for number, (person, course) in enumerate(
            [("ada", "x"), ("bob", "py101"), ("ada", "py101"), ("ada", "py101"), ("eve", "y")] * 3
        )
    ]
    answers: list[list[Any]] = []
    for name in ("batch", "single"):
        folder = tmp_path / name
        folder.mkdir()
        with served(folder) as call:
            set_the_scene(call)
            if name == "batch":
                answers.append([each.get("answer") for each in evaluated(call, *requests)])
            else:
                answers.append([call("Evaluate", request) for request in requests])
    assert answers[0] == answers[1]


def test_all_of_a_batch_arrive_at_one_moment(call: Caller) -> None:
    assert call.clock is not None
    call.clock.set_us(START_US + 5_000_000)
    ingested(
        call,
        {"start_journey": {"person_id": "eve", "journey_id": "j1", "campaign_id": "course"}},
        {"finish_journey": {"person_id": "eve", "journey_id": "j1"}},
    )
    journey = call("GetJourney", {"person_id": "eve", "journey_id": "j1"})["journey"]
    assert journey["start_time"] == journey["end_time"] == "2026-03-01T00:00:05Z"


def test_ingested_items_see_what_those_before_them_did(call: Caller) -> None:
    person = {"person_id": "eve", "journey_id": "k1"}
    started, sent, clicked, achieved, ended, missing, attributes, finished_again = ingested(
        call,
        {
            "start_journey": {
                **person,
                "campaign_id": "course",
                "trigger_properties": {"course_id": "py101"},
            }
        },
        {"record_delivery": {"delivery": email("k", "k1", "eve")}},
        {
            "record_interaction": {
                "person_id": "eve",
                "delivery_id": "k",
                "interaction": {"kind": "INTERACTION_KIND_CLICKED"},
            }
        },
        {"evaluate": finished("e1", "eve")},
        {"check_exit": person},
        {"check_exit": {"person_id": "eve", "journey_id": "k9"}},
        {"update_attributes": {"person_id": "eve", "attributes": {"plan": "pro"}}},
        {"finish_journey": person},
    )
    assert started["start_journey"]["journey"]["state"] == "JOURNEY_STATE_ACTIVE"
    assert sent["record_delivery"]["delivery"]["delivery_id"] == "k"
    assert clicked["record_interaction"]["delivery"]["click_time"]
    assert credited(achieved["evaluate"]) == ["k"]
    assert ended["check_exit"]["reason"] == "EXIT_REASON_GOAL"
    assert reason(missing) == "JOURNEY_NOT_FOUND"
    assert missing["error"]["metadata"] == {"journey_id": "k9"}
    assert attributes["update_attributes"]["person"]["attributes"] == {"plan": "pro"}
    assert finished_again["finish_journey"]["replayed"]


def test_an_item_that_asks_for_nothing_is_refused_alone(call: Caller) -> None:
    nothing, exit_checked = ingested(
        call, {}, {"check_exit": {"person_id": "ada", "journey_id": "j1"}}
    )
    assert reason(nothing) == "FIELD_REQUIRED"
    assert nothing["error"]["field"] == "call"
    assert "start_journey" in nothing["error"]["message"]
    assert "detail" in exit_checked["check_exit"]


def test_an_item_that_cannot_be_decoded_is_refused_alone(call: Caller) -> None:
    good = attribution_service_pb2.EvaluateRequest()
    good.event.event_id, good.event.person_id, good.event.name = "e1", "ada", "course_finished"
    bad = tag(1, tag(1, b"e2") + tag(2, b"\xff\xfe"))
    data = tag(1, good.SerializeToString()) + tag(1, bad) + tag(1, good.SerializeToString())
    response = attribution_service_pb2.EvaluateBatchResponse.FromString(
        call.raw("EvaluateBatch", data)
    )
    assert [each.WhichOneof("outcome") for each in response.results] == [
        "answer",
        "error",
        "answer",
    ]
    refused = response.results[1].error
    assert refused.field == "event.person_id"
    assert "UTF-8" in refused.message
    assert response.results[2].answer.replayed


def test_what_is_no_batch_at_all_is_refused(call: Caller) -> None:
    good = tag(1, attribution_service_pb2.EvaluateRequest().SerializeToString())
    for data in (b"\xff", good + b"\x0a\x05ab", good[:-1] + b"\x80" * 11):
        refused = call.refused("EvaluateBatch", data)
        assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "MALFORMED_REQUEST")


def test_the_search_for_faults_in_a_batch_has_an_end(call: Caller) -> None:
    """Every item is malformed, behind so many fields that a look at all would take long."""
    item = tag(1, b"\x0a\x00" * 1_000 + tag(2, b"\xff"))
    response = attribution_service_pb2.EvaluateBatchResponse.FromString(
        call.raw("EvaluateBatch", tag(1, item) * 400)
    )
    assert len(response.results) == 400
    told = [each.error.field for each in response.results]
    assert told[0] == "event.person_id"
    assert told[-1] == ""  # known to be at fault, not looked into any more


@pytest.mark.parametrize("method", ["EvaluateBatch", "Ingest"])
def test_too_many_items_are_refused_and_nothing_is_done(call: Caller, method: str) -> None:
    field = "requests" if method == "EvaluateBatch" else "items"
    request = finished("e1", "ada")
    item = request if method == "EvaluateBatch" else {"evaluate": request}
    refused = call.refused(method, {field: [item] * 501})
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "FIELD_TOO_LONG")
    assert refused.metadata == {"limit": "500"}
    assert refused.fields == ((field, "FIELD_TOO_LONG"),)
    malformed = tag(1, tag(1, tag(2, b"\xff"))) * 501
    assert call.refused(method, malformed).reason == "FIELD_TOO_LONG"
    assert not call("Evaluate", request).get("replayed")
    assert len(call(method, {field: [item] * 500})["results"]) == 500


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    with served(tmp_path, transport=TransportLimits(message_bytes=1_000)) as call:
        refused = call.refused("EvaluateBatch", {"requests": [finished("e", "ada")] * 40})
        assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE")
        assert refused.metadata == {"limit_bytes": "1000"}


def test_without_room_for_all_of_a_batch_nothing_of_it_is_taken(tmp_path: Path) -> None:
    with served(tmp_path, pipeline=PipelineLimits(waiting=2)) as call:
        set_the_scene(call)
        requests = [finished(f"e{number}", "ada") for number in range(3)]
        refused = call.refused("EvaluateBatch", {"requests": requests})
        assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert refused.retry_seconds
        assert not any(each["answer"].get("replayed") for each in evaluated(call, *requests[:2]))


def test_a_store_that_is_away_is_told_of_each_with_a_hint(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = StoreUnavailableError("x")
    monkeypatch.setattr(Engine, "execute", lambda _, arrivals: [away] * len(arrivals))
    results = evaluated(call, finished("e1", "ada"), {"event": {}}, finished("e2", "ada"))
    assert [reason(each) for each in results] == [
        "STORE_UNAVAILABLE",
        "FIELD_REQUIRED",
        "STORE_UNAVAILABLE",
    ]
    assert results[0]["error"]["retry_delay"] == "1s"
    assert "retry_delay" not in results[1]["error"]


def test_answers_beyond_their_room_are_cut_and_say_so(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("RecordDelivery", {"delivery": email("d2", "j2", "bob")})
    monkeypatch.setattr(batch, "MAX_ANSWER_BYTES", 400)
    whole, cut = evaluated(
        call, {**finished("e1", "ada"), "explain": True}, {**finished("e1", "bob"), "explain": True}
    )
    assert not whole.get("abridged")
    assert whole["answer"]["explanation"]
    (conversion,) = whole["answer"]["conversions"]
    assert conversion["candidates"]
    assert cut["abridged"]
    assert "explanation" not in cut["answer"]
    (conversion,) = cut["answer"]["conversions"]
    assert conversion["delivery_id"] == "d2"
    assert "candidates" not in conversion
    assert conversion["candidate_count"] == 1
    assert call("Evaluate", finished("e1", "bob"))["conversions"][0]["candidates"]


def test_ingested_answers_beyond_their_room_are_cut_too(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MAX_ANSWER_BYTES", 10)
    updated, ended, checked = ingested(
        call,
        {"update_attributes": {"person_id": "ada", "attributes": {"plan": "pro"}}},
        {"finish_journey": {"person_id": "ada", "journey_id": "j1"}},
        {"check_exit": {"person_id": "bob", "journey_id": "j2"}},
    )
    assert updated == {"update_attributes": {}, "abridged": True}
    assert "trigger_properties" not in ended["finish_journey"]["journey"]
    assert ended["finish_journey"]["journey"]["state"] == "JOURNEY_STATE_FINISHED"
    assert checked["check_exit"]["detail"]
    person = call("GetPerson", {"person_id": "ada"})["person"]
    assert person["attributes"] == {"plan": "pro"}


def test_a_campaign_is_not_ingested(call: Caller) -> None:
    """The contract has no field for it: what a newer client sends is an item without a call."""
    item = tag(15, tag(1, b"x"))
    response = attribution_service_pb2.IngestResponse.FromString(call.raw("Ingest", tag(1, item)))
    assert response.results[0].error.field == "call"
    assert COURSE["campaign_id"] in str(call("ListCampaigns", {}))
