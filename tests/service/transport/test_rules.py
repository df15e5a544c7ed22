"""The calls about rules, by a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attribution_service.transport import rules
from support.calls import COURSE, Caller, served


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    folder: Path = tmp_path_factory.mktemp("store")
    with served(folder) as caller:
        yield caller


def check(call: Caller, source: str, place: str = "GOAL_FILTER", **named: Any) -> dict[str, Any]:
    return call("CheckRule", {"source": source, "place": f"RULE_PLACE_{place}", **named})


def attempt(call: Caller, source: str, place: str = "GOAL_FILTER", **named: Any) -> dict[str, Any]:
    return call("TryRule", {"source": source, "place": f"RULE_PLACE_{place}", **named})


def test_a_rule_that_is_right(call: Caller) -> None:
    assert check(call, "event.b==trigger.a&&now>event.a") == {
        "valid": True,
        "formatted": "event.b == trigger.a && now > event.a",
        "reads": [
            {"root": "event", "properties": ["a", "b"]},
            {"root": "now", "whole": True},
            {"root": "trigger", "properties": ["a"]},
        ],
    }


def test_a_rule_that_is_refused(call: Caller) -> None:
    assert check(call, "true &&\n evnt.ä") == {
        "diagnostics": [
            {
                "severity": "SEVERITY_ERROR",
                "code": "BAD_CHARACTER",
                "message": "U+00E4 (latin small letter a with diaeresis) cannot stand outside a"
                " string",
                "span": {
                    "start_offset": 14,
                    "end_offset": 15,
                    "line": 2,
                    "column": 7,
                    "end_line": 2,
                    "end_column": 8,
                },
            }
        ]
    }


def test_a_suggestion(call: Caller) -> None:
    (told,) = check(call, "event.a = 1")["diagnostics"]
    assert (told["code"], told["suggestion"]) == ("WRONG_OPERATOR", "did you mean `==`?")


def test_a_doubt(call: Caller) -> None:
    answer = check(call, "1 == true")
    assert answer["valid"]
    assert {told["severity"] for told in answer["diagnostics"]} == {"SEVERITY_WARNING"}


def test_an_empty_rule_is_answered(call: Caller) -> None:
    (told,) = check(call, "")["diagnostics"]
    assert told["code"] == "BLANK"


def test_without_a_trigger(call: Caller) -> None:
    source = "trigger.a == 1.0"
    assert check(call, source)["valid"]
    (told,) = check(call, source, without_trigger=True)["diagnostics"]
    assert told["code"] == "ROOT_UNAVAILABLE"


def test_what_is_valid_is_what_campaigns_take(call: Caller) -> None:
    sources = ["event.a == 1", "event.a = 1", "evnt.a == 1", "'a'", "1 == 'a'", "event.a", " "]
    for number, source in enumerate(sources):
        goal = {"performs_event": {"event_name": "done", "filter": source}}
        campaign = {**COURSE, "campaign_id": f"c{number}", "goal": goal}
        if check(call, source).get("valid"):
            call("CreateCampaign", {"campaign": campaign})
        else:
            refused = call.refused("CreateCampaign", {"campaign": campaign})
            assert refused.reason == "RULE_INVALID"


def test_many_diagnostics_are_cut(call: Caller) -> None:
    assert len(check(call, " && ".join(["a"] * 120))["diagnostics"]) == rules.MAX_DIAGNOSTICS


def test_a_rule_over_data(call: Caller) -> None:
    answer = attempt(
        call,
        "event.a == trigger.a && person.p > 1.0 && now == now",
        event={"a": "x"},
        trigger={"a": "x"},
        person={"p": 2},
        now="2026-03-01T00:00:00Z",
    )
    assert answer["valid"]
    assert answer["result"] == {"value": {"type": "RULE_VALUE_TYPE_BOOL", "value": True}}
    shown = {part["text"]: part["outcomes"][0]["value"] for part in answer["parts"]}
    assert shown["person.p"] == {"type": "RULE_VALUE_TYPE_DOUBLE", "value": 2.0}
    assert shown["now"] == {"type": "RULE_VALUE_TYPE_TIMESTAMP", "value": "2026-03-01T00:00:00Z"}
    assert "missing" not in answer


def test_a_value_rule_over_data(call: Caller) -> None:
    answer = attempt(call, "event.a * 2.0", "GOAL_VALUE", event={"a": 3})
    assert answer["result"]["value"] == {"type": "RULE_VALUE_TYPE_DOUBLE", "value": 6.0}


def test_a_rule_without_an_answer(call: Caller) -> None:
    answer = attempt(call, "event.a == 1")
    error = {
        "kind": "RULE_ERROR_KIND_NO_SUCH_KEY",
        "message": "event.a is not there",
        "path": "event.a",
    }
    assert answer["result"] == {"error": error}
    assert [part["outcomes"] for part in answer["parts"]] == [[{"error": error}]] * 2
    assert answer["missing"] == ["event.a"]


def test_turns_of_loops(call: Caller) -> None:
    answer = attempt(call, "event.a.exists(x, x == 'b')", event={"a": ["a", "b"]})
    (part,) = (part for part in answer["parts"] if part["text"] == "x")
    assert part["evaluations"] == 2
    assert [outcome["turns"] for outcome in part["outcomes"]] == [[0], [1]]


def test_a_refused_rule_is_not_tried(call: Caller) -> None:
    answer = attempt(call, "event.a = 1", event={"a": 1})
    assert answer.keys() == {"diagnostics"}


def test_a_doubtful_rule_is_tried(call: Caller) -> None:
    answer = attempt(call, "1 == true")
    assert answer["diagnostics"]
    assert answer["result"]["value"].get("value") is False


def test_large_values_are_left_out_and_large_answers_cut(call: Caller) -> None:
    event = {"a": "x" * 60_000}
    answer = attempt(call, "event.a + event.a == ''", event=event)
    (part,) = (part for part in answer["parts"] if part["text"] == "event.a + event.a")
    assert part["outcomes"] == [{"value": {"type": "RULE_VALUE_TYPE_STRING"}}]
    assert "parts_cut" not in answer
    answer = attempt(call, " || ".join(["event.a == ''"] * 20), event=event)
    assert answer["parts_cut"]
    assert 10 < len(answer["parts"]) < 41
    assert answer["result"]["value"]["value"] is False
