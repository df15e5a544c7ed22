"""Explain: what was decided, told later as of then."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.calls import Caller, served

HOUR_US = 3_600_000_000
CAMPAIGN = {
    "campaign_id": "shop",
    "trigger": {"event_name": "left_cart"},
    "exit_policy": "EXIT_POLICY_NEVER",
    "goal": {
        "performs_event": {
            "event_name": "bought",
            "filter": "event.cart == trigger.cart && person.plan == 'free'",
        },
        "window": "36000s",
        "basis": "BASIS_OPENED",
        "value": "event.total",
    },
}
SEGMENT_CAMPAIGN = {
    "campaign_id": "club",
    "exit_policy": "EXIT_POLICY_NEVER",
    "goal": {"enters_segment": {"segment_id": "members"}},
}


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with served(tmp_path) as caller:
        yield caller


def later(call: Caller, hours: float) -> None:
    assert call.clock is not None
    call.clock.set_us(call.clock.now_us() + round(hours * HOUR_US))


def deliver(call: Caller, delivery_id: str, journey_id: str = "j1", **fields: Any) -> None:
    delivery = {"person_id": "ada", "delivery_id": delivery_id, "journey_id": journey_id}
    call("RecordDelivery", {"delivery": {**delivery, "channel": "CHANNEL_EMAIL"}, **fields})


def opened(call: Caller, delivery_id: str) -> None:
    interaction = {"kind": "INTERACTION_KIND_OPENED"}
    call(
        "RecordInteraction",
        {"person_id": "ada", "delivery_id": delivery_id, "interaction": interaction},
    )


def bought(call: Caller, event_id: str, **properties: Any) -> dict[str, Any]:
    event = {"person_id": "ada", "event_id": event_id, "name": "bought", "properties": properties}
    return call("Evaluate", {"event": event, "explain": True})


def explained(call: Caller, **about: str) -> dict[str, Any]:
    return call("Explain", {"person_id": "ada", **about})


def start(call: Caller, journey_id: str, cart: str) -> None:
    call(
        "StartJourney",
        {
            "person_id": "ada",
            "journey_id": journey_id,
            "campaign_id": "shop",
            "trigger_properties": {"cart": cart},
        },
    )


def set_the_scene(call: Caller) -> dict[str, Any]:
    """One email of two is opened in time, and gets the credit; the answer is given."""
    call("CreateCampaign", {"campaign": CAMPAIGN})
    call("UpdateAttributes", {"person_id": "ada", "attributes": {"plan": "free"}})
    start(call, "j1", "c-7")
    start(call, "j2", "c-8")
    later(call, 1)
    deliver(call, "d1")
    deliver(call, "d2")
    deliver(call, "d3")
    opened(call, "d1")
    later(call, 11)
    opened(call, "d2")
    later(call, 1)
    return bought(call, "e1", cart="c-7", total=12.5)


def change_everything(call: Caller) -> None:
    later(call, 1)
    opened(call, "d3")
    start(call, "j3", "c-7")
    deliver(call, "d4", "j3")
    goal = {**CAMPAIGN["goal"], "window": "60s"}  # type: ignore[dict-item]
    call("UpdateCampaign", {"campaign": {"campaign_id": "shop", "goal": goal}})
    opened(call, "d4")
    bought(call, "e2", cart="c-7")


def plain(verdict: dict[str, Any]) -> dict[str, Any]:
    """A verdict without what only those have that are told later."""
    values = [
        {key: value for key, value in each.items() if key != "of_now"}
        for each in verdict.get("values", [])
    ]
    rest = {key: value for key, value in verdict.items() if key not in ("values", "note")}
    return {**rest, "values": values}


def test_later_as_at_the_time(call: Caller) -> None:
    told = set_the_scene(call)
    verdicts = told["explanation"]["verdicts"]
    assert [each["verdict"].removeprefix("VERDICT_") for each in verdicts] == [
        "OUTSIDE_WINDOW",
        "CONVERTED",
        "NO_QUALIFYING_INTERACTION",
        "FILTER_FALSE",
    ]
    change_everything(call)
    found = explained(call, event_id="e1")
    assert [plain(each) for each in found["explanation"]["verdicts"]] == [
        plain(each) for each in verdicts
    ]
    assert found["conversions"] == told["conversions"]
    assert found["achieved_journeys"] == ["j1"]
    assert found["event_name"] == "bought"
    assert found["arrival_time"] == "2026-03-01T13:00:00Z"
    assert explained(call, delivery_id="d2") == found


def test_what_the_rules_saw(call: Caller) -> None:
    set_the_scene(call)
    call("UpdateAttributes", {"person_id": "ada", "attributes": {"plan": "team"}})
    found = explained(call, event_id="e1")["explanation"]["verdicts"]
    # Those of the conversion were kept with it.
    assert found[1]["values"] == [
        {"path": "event.cart", "value": "c-7"},
        {"path": "trigger.cart", "value": "c-7"},
        {"path": "person.plan", "value": "free"},
        {"path": "event.total", "value": 12.5},
    ]
    assert "note" not in found[1]
    # Others are those of now, where they are the person's.
    assert found[3]["values"] == [
        {"path": "event.cart", "value": "c-7"},
        {"path": "trigger.cart", "value": "c-8"},
        {"path": "person.plan", "value": "team", "of_now": True},
    ]
    assert "the person has now" in found[3]["note"]


def test_a_filter_that_would_be_true_by_now(call: Caller) -> None:
    call("CreateCampaign", {"campaign": CAMPAIGN})
    start(call, "j1", "c-7")
    later(call, 1)
    told = bought(call, "e1", cart="c-7")
    assert told["explanation"]["verdicts"][0]["verdict"] == "VERDICT_PROPERTY_MISSING"
    call("UpdateAttributes", {"person_id": "ada", "attributes": {"plan": "free"}})
    (found,) = explained(call, event_id="e1")["explanation"]["verdicts"]
    assert found["verdict"] == "VERDICT_FILTER_FALSE"
    assert found["detail"].endswith("was not true then")
    assert found["note"]


def test_absent_and_cut_values(call: Caller) -> None:
    call("CreateCampaign", {"campaign": CAMPAIGN})
    start(call, "j1", "c-7")
    told = bought(call, "e1", cart="x" * 300)
    (found,) = told["explanation"]["verdicts"]
    assert found["values"] == [
        {"path": "event.cart", "value": "x" * 255 + "…", "cut": True},
        {"path": "trigger.cart", "value": "c-7"},
        {"path": "person.plan", "absent": True},
    ]


def test_values_of_many_verdicts_are_cut(call: Caller) -> None:
    names = [f"event.{'n' * 100}{number}" for number in range(16)]
    goal = {
        "performs_event": {
            "event_name": "bought",
            "filter": " || ".join(f"{name} == 'y'" for name in names),
        }
    }
    call("CreateCampaign", {"campaign": {**CAMPAIGN, "goal": goal}})
    for number in range(300):
        start(call, f"j{number}", "c-7")
    later(call, 1)
    properties = {name.removeprefix("event."): "x" * 256 for name in names}
    verdicts = bought(call, "e1", **properties)["explanation"]["verdicts"]
    assert len(verdicts) == 300
    cut = [bool(each.get("values_cut")) for each in verdicts]
    assert cut == sorted(cut)
    assert 0 < sum(cut) < 300
    later_verdicts = explained(call, event_id="e1")["explanation"]["verdicts"]
    assert later_verdicts == verdicts


def test_changes_of_segments(call: Caller) -> None:
    call("CreateSegment", {"segment": {"segment_id": "members"}})
    call("CreateCampaign", {"campaign": SEGMENT_CAMPAIGN})
    call("StartJourney", {"person_id": "ada", "journey_id": "j1", "campaign_id": "club"})
    later(call, 1)
    deliver(call, "d1")
    for change_id, name in (("s1", "ENTERED"), ("s2", "ENTERED"), ("s3", "LEFT")):
        later(call, 1)
        change = {
            "person_id": "ada",
            "segment_id": "members",
            "change": f"MEMBERSHIP_CHANGE_{name}",
            "change_id": change_id,
        }
        call("Evaluate", {"segment_change": change})
    found = explained(call, event_id="s1")
    assert found["arrival_time"] == "2026-03-01T02:00:00Z"
    assert "event_name" not in found
    (verdict,) = found["explanation"]["verdicts"]
    assert verdict["verdict"] == "VERDICT_CONVERTED"
    assert verdict["detail"] == "sent 1 h before the change: the last touch in time"
    (verdict,) = explained(call, event_id="s2")["explanation"]["verdicts"]
    assert verdict["verdict"] == "VERDICT_NO_CHANGE"


def test_a_conversion_by_a_change_without_an_id(call: Caller) -> None:
    call("CreateSegment", {"segment": {"segment_id": "members"}})
    call("CreateCampaign", {"campaign": SEGMENT_CAMPAIGN})
    call("StartJourney", {"person_id": "ada", "journey_id": "j1", "campaign_id": "club"})
    later(call, 1)
    deliver(call, "d1")
    later(call, 2)
    change = {
        "person_id": "ada",
        "segment_id": "members",
        "change": "MEMBERSHIP_CHANGE_ENTERED",
    }
    told = call("Evaluate", {"segment_change": change, "explain": True})
    found = explained(call, delivery_id="d1")
    assert found["conversions"] == told["conversions"]
    assert found["explanation"] == told["explanation"]
    assert "achieved_journeys" not in found


def test_an_update_of_attributes(call: Caller) -> None:
    call("CreateSegment", {"segment": {"segment_id": "members", "rule": "person.member == true"}})
    call("CreateCampaign", {"campaign": SEGMENT_CAMPAIGN})
    call("StartJourney", {"person_id": "ada", "journey_id": "j1", "campaign_id": "club"})
    later(call, 1)
    deliver(call, "d1")
    update = {"person_id": "ada", "attributes": {"member": True}, "update_id": "u1"}
    told = call("UpdateAttributes", {**update, "explain": True})
    assert explained(call, event_id="u1")["explanation"] == told["explanation"]
    nothing = {"person_id": "ada", "attributes": {"city": "Paris"}, "update_id": "u2"}
    call("UpdateAttributes", nothing)
    (verdict,) = explained(call, event_id="u2")["explanation"]["verdicts"]
    assert verdict["verdict"] == "VERDICT_NO_CHANGE"
    assert "not kept" in verdict["note"]


def test_what_nobody_watched_is_not_on_record(call: Caller) -> None:
    call("CreateCampaign", {"campaign": CAMPAIGN})
    event = {"person_id": "ada", "event_id": "e1", "name": "sold"}
    call("Evaluate", {"event": event})
    refused = call.refused("Explain", {"person_id": "ada", "event_id": "e1"})
    assert refused.reason == "EVENT_NOT_FOUND"
    assert "no goal watched the event's name" in refused.message
    assert "validate_only" in refused.message


def test_nothing_is_told_of_a_deleted_person(call: Caller) -> None:
    set_the_scene(call)
    call("DeletePerson", {"person_id": "ada"})
    for about in ({"event_id": "e1"}, {"delivery_id": "d2"}):
        refused = call.refused("Explain", {"person_id": "ada", **about})
        assert refused.code == "NOT_FOUND"


def test_explaining_changes_nothing(call: Caller) -> None:
    told = set_the_scene(call)
    first = explained(call, event_id="e1")
    assert explained(call, event_id="e1") == first
    again = bought(call, "e1", cart="c-7", total=12.5)
    assert again["conversions"] == told["conversions"]
    assert again["replayed"]


def test_a_number_beyond_2_to_the_53_keeps_its_digits(call: Caller) -> None:
    call("CreateCampaign", {"campaign": CAMPAIGN})
    start(call, "j1", "c-7")
    event = {"person_id": "ada", "event_id": "e1", "name": "bought"}
    text = base64.b64encode(b'{"cart": 9007199254740993}').decode()
    raw = {**event, "properties_json": text}
    told = call("Evaluate", {"event": raw, "explain": True})
    (found,) = told["explanation"]["verdicts"]
    assert found["values"][0] == {"path": "event.cart", "value": "9007199254740993"}
