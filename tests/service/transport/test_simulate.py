"""Timelines, by a real server; and that they are judged as a server would."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attribution.v1 import (
    campaign_service_pb2,
    person_service_pb2,
    rule_service_pb2,
    segment_service_pb2,
)
from attribution_service.core import simulate as core
from attribution_service.scenarios.load import load
from attribution_service.scenarios.model import Scenario
from attribution_service.scenarios.play import created
from attribution_service.scenarios.targets import CallError, CoreTarget
from attribution_service.storage.memory import MemoryStore
from attribution_service.transport import simulate
from attribution_service.transport.rpcs import METHODS
from google.protobuf import json_format
from google.protobuf.message import Message
from structlog.testing import capture_logs
from support.calls import COURSE, Caller, email, finished, served, set_the_scene

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
CALLS: Any = rule_service_pb2.SimulateStep.DESCRIPTOR
NAMES = {field.name for field in CALLS.oneofs_by_name["call"].fields}
JOURNEY = {
    "person_id": "ada",
    "journey_id": "j1",
    "campaign_id": "course",
    "trigger_properties": {"course_id": "py101"},
}


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder: Path = tmp_path_factory.mktemp("store")
    with served(folder) as caller:
        yield caller


def at(day: int, **named: Any) -> dict[str, Any]:
    return {"time": f"2026-03-{day:02}T00:00:00Z", **named}


def course_steps(**finish: Any) -> list[dict[str, Any]]:
    return [
        at(1, start_journey=JOURNEY),
        at(2, record_delivery={"delivery": email("d1", "j1", "ada")}),
        at(9, evaluate=finished("e1", "ada")) | finish,
        at(9, check_exit={"person_id": "ada", "journey_id": "j1"}),
    ]


def test_a_timeline(call: Caller) -> None:
    results = call("Simulate", {"campaigns": [COURSE], "steps": course_steps()})["results"]
    kinds = ["start_journey", "record_delivery", "evaluate", "check_exit"]
    assert [list(result) for result in results] == [[kind] for kind in kinds]
    (conversion,) = results[2]["evaluate"]["conversions"]
    assert conversion["delivery_id"] == "d1"
    assert conversion["basis_time"] == "2026-03-02T00:00:00Z"
    assert results[3]["check_exit"]["reason"] == "EXIT_REASON_GOAL"


def test_a_microsecond_too_late(call: Caller) -> None:
    late = course_steps(time="2026-03-09T00:00:00.000001Z")
    late[3]["time"] = late[2]["time"]
    results = call("Simulate", {"campaigns": [COURSE], "steps": late})["results"]
    assert "conversions" not in results[2]["evaluate"]


def test_the_same_timeline_again_gives_the_same(call: Caller) -> None:
    request = {"campaigns": [COURSE], "steps": course_steps()}
    assert call("Simulate", request) == call("Simulate", request)


def test_a_refused_step_does_not_stop_the_rest(call: Caller) -> None:
    steps = [
        at(1, start_journey={**JOURNEY, "campaign_id": "c9"}),
        at(1, check_exit={"person_id": "ada"}),
        at(1, create_campaign={"campaign": {**COURSE, "exit_policy": 77}}),
        *course_steps(),
    ]
    results = call("Simulate", {"campaigns": [COURSE], "steps": steps})["results"]
    assert [result.get("error", {}).get("field") for result in results[:3]] == [
        "campaign_id",
        "journey_id",
        "campaign.exit_policy",
    ]
    assert results[0]["error"] == {
        "code": 5,
        "reason": "ERROR_REASON_CAMPAIGN_NOT_FOUND",
        "message": "there is no campaign 'c9'",
        "metadata": {"campaign_id": "c9"},
        "field": "campaign_id",
    }
    assert [result["error"]["code"] for result in results[1:3]] == [3, 3]
    assert len(results[5]["evaluate"]["conversions"]) == 1


def test_campaigns_change_on_the_way(call: Caller) -> None:
    steps = [
        at(1, create_segment={"segment": {"segment_id": "s", "rule": "person.a == 1.0"}}),
        at(1, create_campaign={"campaign": COURSE}),
        at(2, update_campaign={"campaign": {"campaign_id": "course", "display_name": "x"}}),
        at(2, update_segment={"segment": {"segment_id": "s", "display_name": "y"}}),
        at(2, update_attributes={"person_id": "ada", "attributes": {"a": 1}}),
        at(2, get_person={"person_id": "ada"}),
        at(3, archive_campaign={"campaign_id": "course"}),
        at(3, delete_segment={"segment_id": "s"}),
        at(3, start_journey=JOURNEY),
    ]
    results = call("Simulate", {"steps": steps})["results"]
    assert results[1]["create_campaign"]["campaign"]["create_time"] == "2026-03-01T00:00:00Z"
    assert results[4]["update_attributes"]["entered_segment_ids"] == ["s"]
    assert results[5]["get_person"]["person"]["segment_ids"] == ["s"]
    assert results[7] == {"delete_segment": {}}
    assert results[8]["error"]["reason"] == "ERROR_REASON_CAMPAIGN_ARCHIVED"


def test_copies_of_what_is_stored(tmp_path: Path) -> None:
    with served(tmp_path) as call:
        set_the_scene(call)
        call("CreateSegment", {"segment": {"segment_id": "vip"}})
        goal = {"enters_segment": {"segment_id": "vip"}}
        call("CreateCampaign", {"campaign": {"campaign_id": "up", "goal": goal}})
        call("UpdateCampaign", {"campaign": {"campaign_id": "course", "exit_policy": 1}})
        # The server's own people are not there: journey j1 starts anew, at a time long gone.
        steps = course_steps()
        results = call("Simulate", {"stored_campaign_ids": ["course"], "steps": steps})["results"]
        assert "replayed" not in results[0]["start_journey"]
        assert results[0]["start_journey"]["journey"]["revision"] == "2"
        assert "exit" not in results[3]["check_exit"]
        both = {"stored_campaign_ids": ["up"], "stored_segment_ids": ["vip"], "steps": steps}
        assert call("Simulate", both)["results"]
        own = {"stored_campaign_ids": ["up"], "segments": [{"segment_id": "vip"}], "steps": steps}
        assert call("Simulate", own)["results"]
        refused = call.refused("Simulate", {"stored_campaign_ids": ["up"], "steps": steps})
        assert (refused.code, refused.reason) == ("NOT_FOUND", "SEGMENT_NOT_FOUND")
        assert refused.fields == (("stored_campaign_ids[0]", "SEGMENT_NOT_FOUND"),)


def test_nothing_is_kept_and_nothing_logged(tmp_path: Path) -> None:
    with served(tmp_path) as call:
        broken = {"event_name": "course_finished", "filter": "event.coupon == 'x'"}
        campaign = {**COURSE, "goal": {"performs_event": broken}}
        with capture_logs() as logs:
            call("Simulate", {"campaigns": [campaign], "steps": course_steps()})
        assert [each for each in logs if each["log_level"] != "debug"] == []
        assert call("ListCampaigns", {}) == {}
        assert call("ListJourneys", {"person_id": "ada"}) == {}


def test_a_fault_of_ours_is_the_step_s_alone(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(core, "decide", broken)
    results = call("Simulate", {"steps": [at(1, get_person={"person_id": "ada"})] * 2})["results"]
    assert [each["error"]["reason"] for each in results] == ["ERROR_REASON_INTERNAL"] * 2
    assert "secret" not in results[0]["error"]["message"]


@pytest.mark.parametrize(("module", "name"), [(core, "MAX_LOOKS"), (simulate, "MAX_ANSWER_BYTES")])
def test_beyond_a_limit_the_call_is_refused(
    module: Any, name: str, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, 1 if module is core else 200)
    refused = call.refused("Simulate", {"campaigns": [COURSE], "steps": course_steps()})
    assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "LIMIT_REACHED")
    assert refused.fields == (("steps[2]", "LIMIT_REACHED"),)
    assert refused.message.startswith("steps[2]: more than ")


def test_what_is_just_within_the_limits_is_taken(call: Caller) -> None:
    segments = [{"segment_id": f"s{number}"} for number in range(simulate.MAX_DEFINITIONS)]
    steps = [at(1, evaluate=finished("e1", "ada"))] * simulate.MAX_STEPS
    assert len(call("Simulate", {"segments": segments, "steps": steps})["results"]) == len(steps)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_timelines_are_judged_as_by_the_service(path: Path) -> None:
    for scenario in load(path):
        request, expected = timeline(scenario)
        response = simulate.play(request, MemoryStore())
        assert [outcome(result) for result in response.results] == expected, scenario.name


def timeline(
    scenario: Scenario,
) -> tuple[rule_service_pb2.SimulateRequest, list[dict[str, Any]]]:
    """A scenario's steps that can be played, and what the service answers to these alone."""
    target = CoreTarget()
    request = rule_service_pb2.SimulateRequest()
    expected: list[dict[str, Any]] = []
    for _, method, message in created(scenario):
        target.call(method, message, scenario.start_us)
        if isinstance(message, segment_service_pb2.CreateSegmentRequest):
            request.segments.append(message.segment)
        if isinstance(message, campaign_service_pb2.CreateCampaignRequest):
            request.campaigns.append(message.campaign)
    # A timeline's definitions are there from its first step on, a scenario's from its start.
    nobody = person_service_pb2.GetPersonRequest(person_id="nobody")
    steps = [step for step in scenario.steps if step.name in NAMES]
    for name, message, at_us in [
        ("get_person", nobody, scenario.start_us),
        *((step.name, step.request, step.at_us) for step in steps),
    ]:
        added = request.steps.add()
        added.time.FromMicroseconds(at_us)
        getattr(added, name).CopyFrom(message)
        expected.append(answered(target, name, message, at_us))
    return request, expected


def answered(target: CoreTarget, name: str, message: Message, at_us: int) -> dict[str, Any]:
    (method,) = (each for each in METHODS if isinstance(message, each.request_type))
    try:
        return {name: as_dict(target.call(method, message, at_us))}
    except CallError as error:
        return {"error": {"reason": error.reason, "message": error.message}}


def outcome(result: rule_service_pb2.SimulateResult) -> dict[str, Any]:
    if not result.HasField("error"):
        return as_dict(result)
    reason = as_dict(result.error)["reason"].removeprefix("ERROR_REASON_")
    return {"error": {"reason": reason, "message": result.error.message}}


def as_dict(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)
