"""Every kind of bad input: its code, its reason, its field, and a store that is unchanged."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.calls import COURSE, Caller, email, finished, served, set_the_scene

LONG_ID = "x" * 256
HUGE_ID = "x" * 10_240


@dataclass(frozen=True)
class Case:
    """A call and the refusal that it must get."""

    name: str
    method: str
    request: dict[str, Any] | bytes
    code: str
    reason: str
    field: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()


def campaign(**changes: Any) -> dict[str, Any]:
    """A request to create a campaign like the course one, changed; None removes a field."""
    changed = {**COURSE, "campaign_id": "new", **changes}
    return {"campaign": {name: value for name, value in changed.items() if value is not None}}


def goal(**changes: Any) -> dict[str, Any]:
    changed = {**COURSE["goal"], **changes}
    return campaign(goal={name: value for name, value in changed.items() if value is not None})


def rule(text: str) -> dict[str, Any]:
    return goal(performs_event={"event_name": "course_finished", "filter": text})


def delivery(**changes: Any) -> dict[str, Any]:
    changed = {**email("d2", "j1", "ada"), **changes}
    return {"delivery": {name: value for name, value in changed.items() if value is not None}}


def event(**changes: Any) -> dict[str, Any]:
    changed = {**finished("e1", "ada")["event"], **changes}
    return {"event": {name: value for name, value in changed.items() if value is not None}}


def start(**changes: Any) -> dict[str, Any]:
    return {"person_id": "ada", "journey_id": "j9", "campaign_id": "course", **changes}


def opened(**changes: Any) -> dict[str, Any]:
    interaction = {"kind": "INTERACTION_KIND_OPENED"}
    return {"person_id": "ada", "delivery_id": "d1", "interaction": interaction, **changes}


FIRST_DAY, NEXT_DAY = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"


def played(**changes: Any) -> dict[str, Any]:
    """A step of a timeline."""
    return {"time": FIRST_DAY, "get_person": {"person_id": "ada"}, **changes}


def metrics(**changes: Any) -> dict[str, Any]:
    return {"campaign_id": "course", "start_time": FIRST_DAY, **changes}


def place_token(kind: str, query: str, place: object) -> str:
    """A token with the right digest and a place of our own."""
    digest = hashlib.sha256(json.dumps([repr(kind), query]).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, json.dumps(place)]).encode()).decode()


def cursor(number: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(["conversions", number]).encode()).decode()


def list_token(query: tuple[str, ...], after: str) -> str:
    """A page token that somebody made up, who knows how."""
    digest = hashlib.sha256(json.dumps(list(query)).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, after]).encode()).decode()


def moved(**changes: Any) -> dict[str, Any]:
    change = {"person_id": "ada", "segment_id": "vip", "change": 1, **changes}
    return {"segment_change": change}


def tag(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field."""
    length, data = len(payload), b""
    while length >= 0x80:
        data += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + data + bytes([length]) + payload


def nested_bytes(depth: int) -> bytes:
    """An EvaluateRequest whose properties are nested so deep."""
    value = tag(3, b"x")  # Value.string_value
    for _ in range(depth - 1):
        entry = tag(1, b"k") + tag(2, value)  # Struct.fields
        value = tag(5, tag(1, entry))  # Value.struct_value
    properties = tag(1, tag(1, b"k") + tag(2, value))
    body = tag(1, b"e1") + tag(2, b"ada") + tag(3, b"course_finished") + tag(4, properties)
    return tag(1, body)


def nested(depth: int) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(depth):
        value = {"k": value}
    return event(properties=value)


def window(duration: bytes) -> bytes:
    """A CreateCampaignRequest whose goal has this window, encoded."""
    goal_bytes = tag(1, tag(1, b"done")) + tag(4, duration)
    return tag(1, tag(1, b"new") + tag(6, goal_bytes))


REQUIRED, TOO_LONG = "FIELD_REQUIRED", "FIELD_TOO_LONG"
RANGE, INVALID = "FIELD_OUT_OF_RANGE", "FIELD_INVALID"
BAD = "INVALID_ARGUMENT"
FILTER = "campaign.goal.performs_event.filter"

CASES = [
    # What is not there.
    Case("unknown campaign: start", "StartJourney", start(campaign_id="nowhere"), "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND", metadata=(("campaign_id", "nowhere"),)),
    Case("unknown campaign: get", "GetCampaign", {"campaign_id": "nowhere"}, "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND"),
    Case("unknown campaign: update", "UpdateCampaign",
         {"campaign": {"campaign_id": "nowhere", "display_name": "x"}}, "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND"),
    Case("unknown journey: delivery", "RecordDelivery", delivery(journey_id="j9"), "NOT_FOUND",
         "JOURNEY_NOT_FOUND", metadata=(("journey_id", "j9"),)),
    Case("unknown journey: check", "CheckExit", {"person_id": "ada", "journey_id": "j9"},
         "NOT_FOUND", "JOURNEY_NOT_FOUND"),
    Case("unknown journey: finish", "FinishJourney", {"person_id": "ada", "journey_id": "j9"},
         "NOT_FOUND", "JOURNEY_NOT_FOUND"),
    Case("unknown journey: get", "GetJourney", {"person_id": "ada", "journey_id": "j9"},
         "NOT_FOUND", "JOURNEY_NOT_FOUND"),
    Case("unknown delivery: open", "RecordInteraction", opened(delivery_id="d9"), "NOT_FOUND",
         "DELIVERY_NOT_FOUND", metadata=(("delivery_id", "d9"),)),
    Case("unknown delivery: get", "GetDelivery", {"person_id": "ada", "delivery_id": "d9"},
         "NOT_FOUND", "DELIVERY_NOT_FOUND"),
    Case("journey of another person: delivery", "RecordDelivery", delivery(journey_id="j2"),
         "NOT_FOUND", "JOURNEY_NOT_FOUND"),
    Case("journey of another person: check", "CheckExit", {"person_id": "bob", "journey_id": "j1"},
         "NOT_FOUND", "JOURNEY_NOT_FOUND"),
    Case("delivery of another person: open", "RecordInteraction", opened(person_id="bob"),
         "NOT_FOUND", "DELIVERY_NOT_FOUND"),
    # What is there already.
    Case("campaign id taken", "CreateCampaign", {"campaign": COURSE}, "ALREADY_EXISTS",
         "CAMPAIGN_ALREADY_EXISTS"),
    Case("journey id taken", "StartJourney", start(journey_id="j1"), "ALREADY_EXISTS",
         "JOURNEY_ALREADY_EXISTS"),
    Case("delivery id taken", "RecordDelivery", delivery(delivery_id="d1", channel="CHANNEL_SMS"),
         "ALREADY_EXISTS", "DELIVERY_ALREADY_EXISTS"),
    # Ids.
    Case("no person", "Evaluate", event(person_id=None), BAD, REQUIRED, "event.person_id"),
    Case("no event id", "Evaluate", event(event_id=None), BAD, REQUIRED, "event.event_id"),
    Case("no event name", "Evaluate", event(name=""), BAD, REQUIRED, "event.name"),
    Case("no event", "Evaluate", {}, BAD, REQUIRED, "input"),
    Case("blank id", "Evaluate", event(event_id="  "), BAD, REQUIRED, "event.event_id"),
    Case("id with a NUL", "Evaluate", event(event_id="a\0b"), BAD, INVALID, "event.event_id"),
    Case("id with a line break", "StartJourney", start(journey_id="a\nb"), BAD, INVALID,
         "journey_id"),
    Case("long event id", "Evaluate", event(event_id=LONG_ID), BAD, TOO_LONG, "event.event_id"),
    Case("id of too many bytes", "Evaluate", event(event_id="é" * 128), BAD, TOO_LONG,
         "event.event_id"),
    Case("person id of 10 KB", "Evaluate", event(person_id=HUGE_ID), BAD, TOO_LONG,
         "event.person_id"),
    Case("person id of 10 KB: start", "StartJourney", start(person_id=HUGE_ID), BAD, TOO_LONG,
         "person_id"),
    Case("person id of 10 KB: check", "CheckExit", {"person_id": HUGE_ID, "journey_id": "j1"}, BAD,
         TOO_LONG, "person_id"),
    Case("no journey id", "StartJourney", start(journey_id=""), BAD, REQUIRED, "journey_id"),
    Case("no campaign id", "StartJourney", start(campaign_id=""), BAD, REQUIRED, "campaign_id"),
    Case("no journey to finish", "FinishJourney", {"person_id": "ada"}, BAD, REQUIRED,
         "journey_id"),
    Case("no person to check", "CheckExit", {"journey_id": "j1"}, BAD, REQUIRED, "person_id"),
    Case("no person to list", "ListJourneys", {}, BAD, REQUIRED, "person_id"),
    Case("no delivery", "RecordDelivery", {}, BAD, REQUIRED, "delivery"),
    Case("no delivery id", "RecordDelivery", delivery(delivery_id=None), BAD, REQUIRED,
         "delivery.delivery_id"),
    Case("delivery without journey", "RecordDelivery", delivery(journey_id=None), BAD, REQUIRED,
         "delivery.journey_id"),
    Case("no interaction", "RecordInteraction", {"person_id": "ada", "delivery_id": "d1"}, BAD,
         REQUIRED, "interaction"),
    Case("no campaign", "CreateCampaign", {}, BAD, REQUIRED, "campaign"),
    Case("campaign without id", "CreateCampaign", campaign(campaign_id=None), BAD, REQUIRED,
         "campaign.campaign_id"),
    Case("long display name", "CreateCampaign", campaign(display_name=LONG_ID), BAD, TOO_LONG,
         "campaign.display_name"),
    Case("too many webhook actions", "CreateCampaign",
         campaign(webhook_action_ids=[f"a{n}" for n in range(1_001)]), BAD, TOO_LONG,
         "campaign.webhook_action_ids"),
    Case("empty webhook action", "CreateCampaign", campaign(webhook_action_ids=["a", ""]), BAD,
         REQUIRED, "campaign.webhook_action_ids[1]"),
    # Goals.
    Case("goal without achievement", "CreateCampaign", goal(performs_event=None), BAD, REQUIRED,
         "campaign.goal.achievement"),
    Case("goal without event name", "CreateCampaign", goal(performs_event={}), BAD, REQUIRED,
         "campaign.goal.performs_event.event_name"),
    Case("empty trigger", "CreateCampaign", campaign(trigger={}), BAD, REQUIRED,
         "campaign.trigger.event_name"),
    Case("window of 0", "CreateCampaign", goal(window="0s"), BAD, RANGE, "campaign.goal.window"),
    Case("negative window", "CreateCampaign", goal(window="-1s"), BAD, RANGE,
         "campaign.goal.window"),
    Case("window over 90 days", "CreateCampaign", goal(window="7776001s"), BAD, RANGE,
         "campaign.goal.window"),
    Case("window over 90 days by a nanosecond", "CreateCampaign",
         goal(window="7776000.000000001s"), BAD, RANGE, "campaign.goal.window"),
    Case("window below a microsecond", "CreateCampaign", goal(window="0.000000999s"), BAD, RANGE,
         "campaign.goal.window"),
    Case("unknown basis", "CreateCampaign", goal(basis=9), BAD, INVALID, "campaign.goal.basis"),
    Case("unknown exit policy", "CreateCampaign", campaign(exit_policy=99), BAD, INVALID,
         "campaign.exit_policy"),
    Case("unknown kind", "CreateCampaign", campaign(kind=7), BAD, INVALID, "campaign.kind"),
    Case("policy GOAL without goal", "CreateCampaign", campaign(goal=None), BAD, "GOAL_REQUIRED",
         "campaign.exit_policy"),
    Case("policy of either without goal", "CreateCampaign",
         campaign(goal=None, exit_policy="EXIT_POLICY_GOAL_OR_NO_LONGER_MATCHING"), BAD,
         "GOAL_REQUIRED", "campaign.exit_policy"),
    # Rules, with line and column.
    Case("rule that does not parse", "CreateCampaign", rule("event.course_id ="), BAD,
         "RULE_INVALID", FILTER, (("line", "1"), ("column", "17"))),
    Case("rule with a fault in line 2", "CreateCampaign", rule("event.a == 1 &&\n  evnt.b == 2"),
         BAD, "RULE_INVALID", FILTER, (("line", "2"), ("column", "3"))),
    Case("rule of blanks", "CreateCampaign", rule("   "), BAD, "RULE_INVALID", FILTER),
    Case("rule with a NUL", "CreateCampaign", rule("event.a == 'x\0'"), BAD, INVALID, FILTER),
    Case("rule that is no condition", "CreateCampaign", rule("'a' + 'b'"), BAD, "RULE_INVALID",
         FILTER),
    Case("long rule", "CreateCampaign", rule("event.a == 1 || " * 300 + "true"), BAD, TOO_LONG,
         FILTER),
    Case("trigger without trigger event", "CreateCampaign", campaign(trigger=None), BAD,
         "RULE_INVALID", FILTER, (("line", "1"), ("column", "20"))),
    Case("value that is no number", "CreateCampaign", goal(value="'a'"), BAD, "RULE_INVALID",
         "campaign.goal.value"),
    Case("value of blanks", "CreateCampaign", goal(value=" "), BAD, "RULE_INVALID",
         "campaign.goal.value"),
    # Rules that are asked about: what they say is answered, and never refused.
    Case("no place to check for", "CheckRule", {"source": "true"}, BAD, REQUIRED, "place"),
    Case("unknown place", "CheckRule", {"source": "true", "place": 9}, BAD, INVALID, "place"),
    Case("long rule to check", "CheckRule", {"source": "x" * 4_097, "place": 1}, BAD, TOO_LONG,
         "source"),
    Case("rule to check with a NUL", "CheckRule", {"source": "'\0'", "place": 1}, BAD, INVALID,
         "source"),
    Case("no place to try for", "TryRule", {"source": "true"}, BAD, REQUIRED, "place"),
    Case("long rule to try", "TryRule", {"source": "é" * 2_049, "place": 2}, BAD, TOO_LONG,
         "source"),
    Case("trigger without a trigger", "TryRule",
         {"source": "true", "place": 1, "without_trigger": True, "trigger": {}}, BAD, INVALID,
         "trigger"),
    Case("large sample", "TryRule",
         {"source": "true", "place": 1, "event": {"a": "x" * 65_536}}, BAD, TOO_LONG, "event"),
    Case("large person in a sample", "TryRule",
         {"source": "true", "place": 1, "person": {"a": "x" * 65_536}}, BAD, TOO_LONG, "person"),
    Case("sample nested 21 deep", "TryRule",
         {"source": "true", "place": 1, "trigger": nested(21)["event"]["properties"]}, BAD,
         TOO_LONG, "trigger.k.k"),
    Case("now before year 1", "TryRule",
         tag(1, b"true") + b"\x10\x01" + tag(7, b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
         BAD, RANGE, "now"),
    # Timelines: what is wrong with a step alone is answered.
    Case("timeline without steps", "Simulate", {}, BAD, REQUIRED, "steps"),
    Case("step without a time", "Simulate", {"steps": [{"get_person": {"person_id": "a"}}]}, BAD,
         REQUIRED, "steps[0].time"),
    Case("step without a call", "Simulate", {"steps": [played(), {"time": NEXT_DAY}]}, BAD,
         REQUIRED, "steps[1].call"),
    Case("step before the one before it", "Simulate",
         {"steps": [played(), played(time=NEXT_DAY), played()]}, BAD, RANGE, "steps[2].time"),
    Case("step before year 1", "Simulate",
         tag(5, tag(1, b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01") + tag(9, b"")), BAD, RANGE,
         "steps[0].time"),
    Case("501 steps", "Simulate", {"steps": [played()] * 501}, BAD, TOO_LONG, "steps"),
    Case("101 definitions", "Simulate",
         {"stored_segment_ids": ["s"] * 60, "segments": [{"segment_id": "s"}] * 41,
          "steps": [played()]}, BAD, TOO_LONG, "segments"),
    Case("blank id to copy", "Simulate", {"stored_segment_ids": ["a", " "], "steps": [played()]},
         BAD, REQUIRED, "stored_segment_ids[1]"),
    Case("unknown campaign to copy", "Simulate",
         {"stored_campaign_ids": ["course", "c9"], "steps": [played()]}, "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND", "stored_campaign_ids[1]", (("campaign_id", "c9"),)),
    Case("unknown segment to copy", "Simulate",
         {"stored_segment_ids": ["s9"], "steps": [played()]}, "NOT_FOUND", "SEGMENT_NOT_FOUND",
         "stored_segment_ids[0]", (("segment_id", "s9"),)),
    Case("wrong rule in a timeline's campaign", "Simulate",
         {"campaigns": [COURSE, rule("event.course_id =")["campaign"]], "steps": [played()]}, BAD,
         "RULE_INVALID", "campaigns[1].goal.performs_event.filter",
         (("line", "1"), ("column", "17"))),
    Case("goal on no segment of the timeline", "Simulate",
         {"campaigns": [goal(performs_event=None, enters_segment={"segment_id": "s9"})["campaign"]],
          "steps": [played()]}, "NOT_FOUND", "SEGMENT_NOT_FOUND",
         "campaigns[0].goal.enters_segment.segment_id"),
    Case("segment of a timeline without an id", "Simulate",
         {"segments": [{"rule": "true"}], "steps": [played()]}, BAD, REQUIRED,
         "segments[0].segment_id"),
    Case("campaign of a timeline twice", "Simulate",
         {"stored_campaign_ids": ["course"], "campaigns": [COURSE], "steps": [played()]},
         "ALREADY_EXISTS", "CAMPAIGN_ALREADY_EXISTS", "campaigns[0].campaign_id"),
    # Updates.
    Case("stale etag", "UpdateCampaign",
         {"campaign": {"campaign_id": "course", "display_name": "x", "etag": "v0"}}, "ABORTED",
         "ETAG_MISMATCH", metadata=(("etag", "v1"),)),
    Case("unknown path", "UpdateCampaign",
         {"campaign": {"campaign_id": "course"}, "update_mask": "goall"}, BAD, INVALID,
         "update_mask"),
    Case("path with a NUL", "UpdateCampaign",
         tag(1, tag(1, b"course")) + tag(2, tag(1, b"goal.window\0")), BAD, INVALID,
         "update_mask"),
    Case("unknown kind in an update", "UpdateCampaign",
         {"campaign": {"campaign_id": "course", "kind": 99, "display_name": "x"}}, BAD, INVALID,
         "campaign.kind"),
    Case("path that cannot change", "UpdateCampaign",
         {"campaign": {"campaign_id": "course"}, "update_mask": "campaignId"}, BAD, INVALID,
         "update_mask"),
    Case("goal removed under its policy", "UpdateCampaign",
         {"campaign": {"campaign_id": "course"}, "update_mask": "goal"}, BAD, "GOAL_REQUIRED",
         "campaign.exit_policy"),
    Case("trigger removed under its rule", "UpdateCampaign",
         {"campaign": {"campaign_id": "course"}, "update_mask": "trigger"}, BAD, "RULE_INVALID",
         FILTER),
    # Deliveries and interactions.
    Case("no channel", "RecordDelivery", delivery(channel=None), BAD, REQUIRED,
         "delivery.channel"),
    Case("unknown channel", "RecordDelivery", delivery(channel=99), BAD, INVALID,
         "delivery.channel"),
    Case("unknown status", "RecordDelivery", delivery(status=99), BAD, INVALID, "delivery.status"),
    Case("webhook without action", "RecordDelivery",
         delivery(channel="CHANNEL_WEBHOOK", action_id=None), BAD, REQUIRED,
         "delivery.action_id"),
    Case("campaign of another journey", "RecordDelivery", delivery(campaign_id="other"), BAD,
         "CAMPAIGN_MISMATCH", "delivery.campaign_id", (("campaign_id", "course"),)),
    Case("webhook with a blank action", "RecordDelivery",
         delivery(channel="CHANNEL_WEBHOOK", action_id=" "), BAD, REQUIRED, "delivery.action_id"),
    Case("sent time of what is queued", "RecordDelivery",
         delivery(status="DELIVERY_STATUS_QUEUED", sent_time="2026-03-01T00:00:00Z"), BAD, INVALID,
         "delivery.sent_time"),
    Case("no kind of interaction", "RecordInteraction", opened(interaction={"machine": True}), BAD,
         REQUIRED, "interaction.kind"),
    Case("unknown kind of interaction", "RecordInteraction", opened(interaction={"kind": 9}), BAD,
         INVALID, "interaction.kind"),
    Case("untracked open", "RecordInteraction",
         opened(interaction={"kind": "INTERACTION_KIND_OPENED", "untracked": True}), BAD, INVALID,
         "interaction.untracked"),
    Case("unknown next step", "CheckExit",
         {"person_id": "ada", "journey_id": "j1", "next_step": 77}, BAD, INVALID, "next_step"),
    # Times: a Timestamp with seconds and nanos out of range, which JSON cannot write.
    Case("time before year 1", "RecordInteraction",
         tag(1, b"ada") + tag(2, b"d1")
         + tag(3, b"\x08\x01" + tag(4, b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")), BAD,
         RANGE, "interaction.time"),
    Case("nanos over a second", "RecordInteraction",
         tag(1, b"ada") + tag(2, b"d1") + tag(3, b"\x08\x01" + tag(4, b"\x10\x80\x94\xeb\xdc\x03")),
         BAD, RANGE, "interaction.time"),
    Case("window of mixed signs", "CreateCampaign",
         window(b"\x08\x01\x10\x80\xb6\xca\x91\xfe\xff\xff\xff\xff\x01"), BAD, RANGE,
         "campaign.goal.window"),
    Case("window with nanos over a second", "CreateCampaign",
         window(b"\x08\x01\x10\x80\xa8\xd6\xb9\x07"), BAD, RANGE, "campaign.goal.window"),
    # Properties.
    Case("properties nested 21 deep", "Evaluate", nested(21), BAD, TOO_LONG,
         "event.properties.k"),
    Case("properties nested 1,000 deep", "Evaluate", nested_bytes(1_000), BAD, "MALFORMED_REQUEST",
         "event.properties"),
    Case("large properties", "Evaluate", event(properties={"a": "x" * 65_536}), BAD, TOO_LONG,
         "event.properties"),
    Case("large trigger properties", "StartJourney",
         start(trigger_properties={"a": "x" * 65_536}), BAD, TOO_LONG, "trigger_properties"),
    Case("large attributes", "Evaluate",
         {**event(), "person_attributes": {"a": "x" * 65_536}}, BAD, TOO_LONG,
         "person_attributes"),
    Case("not a number in properties", "Evaluate",
         tag(1, tag(1, b"e1") + tag(2, b"ada") + tag(3, b"x")
             + tag(4, tag(1, tag(1, b"n") + tag(2, b"\x11\0\0\0\0\0\0\xf8\x7f")))), BAD, RANGE,
         "event.properties.n"),
    Case("value of no kind in properties", "Evaluate",
         tag(1, tag(1, b"e1") + tag(2, b"ada") + tag(3, b"x")
             + tag(4, tag(1, tag(1, b"n") + tag(2, b"")))), BAD, INVALID, "event.properties.n"),
    # People, segments, and what campaigns say of them.
    Case("input without anything, a change", "Evaluate", {"segment_change": {}}, BAD, REQUIRED,
         "segment_change.person_id"),
    Case("unknown segment: change", "Evaluate", moved(segment_id="nowhere"), "NOT_FOUND",
         "SEGMENT_NOT_FOUND", metadata=(("segment_id", "nowhere"),)),
    Case("change that is none", "Evaluate", moved(change=0), BAD, REQUIRED,
         "segment_change.change"),
    Case("unknown change", "Evaluate", moved(change=77), BAD, INVALID, "segment_change.change"),
    Case("blank change id", "Evaluate", moved(change_id=" "), BAD, REQUIRED,
         "segment_change.change_id"),
    Case("control character in a change id", "Evaluate", moved(change_id="a\x01"), BAD, INVALID,
         "segment_change.change_id"),
    Case("unknown segment: goal", "CreateCampaign",
         campaign(goal={"enters_segment": {"segment_id": "nowhere"}}), "NOT_FOUND",
         "SEGMENT_NOT_FOUND", metadata=(("segment_id", "nowhere"),)),
    Case("goal that leaves nothing", "CreateCampaign", campaign(goal={"leaves_segment": {}}), BAD,
         REQUIRED, "campaign.goal.leaves_segment.segment_id"),
    Case("unknown segment: trigger", "CreateCampaign",
         campaign(goal=None, exit_policy=None, trigger={"any_segment": {"segment_ids": ["x"]}}),
         "NOT_FOUND", "SEGMENT_NOT_FOUND"),
    Case("trigger of no segments", "CreateCampaign", campaign(trigger={"all_segments": {}}), BAD,
         REQUIRED, "campaign.trigger.all_segments.segment_ids"),
    Case("trigger of too many segments", "CreateCampaign",
         campaign(trigger={"any_segment": {"segment_ids": [f"s{n}" for n in range(101)]}}), BAD,
         TOO_LONG, "campaign.trigger.any_segment.segment_ids", (("limit", "100"),)),
    Case("audience filter that reads the event", "CreateCampaign",
         campaign(audience_filter="event.a == 1.0"), BAD, "RULE_INVALID",
         "campaign.audience_filter", (("line", "1"), ("column", "1"))),
    Case("audience filter over 4 KiB", "CreateCampaign",
         campaign(audience_filter="true" + " " * 4_093), BAD, TOO_LONG,
         "campaign.audience_filter"),
    Case("newsletter with a trigger", "CreateCampaign", campaign(kind="CAMPAIGN_KIND_NEWSLETTER"),
         BAD, INVALID, "campaign.trigger"),
    Case("delivery without a journey, of no newsletter", "RecordDelivery",
         delivery(journey_id=None, campaign_id="course"), BAD, REQUIRED, "delivery.journey_id"),
    Case("unknown campaign: archive", "ArchiveCampaign", {"campaign_id": "nowhere"}, "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND"),
    Case("stale etag: archive", "ArchiveCampaign", {"campaign_id": "course", "etag": "v9"},
         "ABORTED", "ETAG_MISMATCH", metadata=(("etag", "v1"),)),
    Case("unknown campaign: revisions", "ListRevisions", {"campaign_id": "nowhere"}, "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND"),
    Case("page token of another list: revisions", "ListRevisions",
         {"campaign_id": "course", "page_token": "bm90IGFueQ=="}, BAD, "PAGE_TOKEN_INVALID",
         "page_token"),
    Case("page token with a revision that is no number", "ListRevisions",
         {"campaign_id": "course",
          "page_token": list_token(("revisions", "course"), "x")}, BAD, "PAGE_TOKEN_INVALID",
         "page_token"),
    Case("page token with a revision too large", "ListRevisions",
         {"campaign_id": "course",
          "page_token": list_token(("revisions", "course"), "9" * 30)}, BAD, "PAGE_TOKEN_INVALID",
         "page_token"),
    Case("no segment to create", "CreateSegment", {}, BAD, REQUIRED, "segment"),
    Case("segment without an id", "CreateSegment", {"segment": {"rule": "true"}}, BAD, REQUIRED,
         "segment.segment_id"),
    Case("rule of a segment that reads now", "CreateSegment",
         {"segment": {"segment_id": "s", "rule": "person.until > now"}}, BAD, "RULE_INVALID",
         "segment.rule", (("line", "1"),)),
    Case("rule of a segment that reads segments", "CreateSegment",
         {"segment": {"segment_id": "s", "rule": "'t' in segments"}}, BAD, "RULE_INVALID",
         "segment.rule"),
    Case("unknown segment: update", "UpdateSegment", {"segment": {"segment_id": "s", "rule": "x"}},
         "NOT_FOUND", "SEGMENT_NOT_FOUND"),
    Case("unknown path of a segment", "UpdateSegment",
         {"segment": {"segment_id": "s"}, "update_mask": "ruel"}, BAD, INVALID, "update_mask"),
    Case("path of a segment that cannot change", "UpdateSegment",
         {"segment": {"segment_id": "s"}, "update_mask": "segmentId"}, BAD, INVALID,
         "update_mask"),
    Case("unknown segment: delete", "DeleteSegment", {"segment_id": "s"}, "NOT_FOUND",
         "SEGMENT_NOT_FOUND"),
    Case("unknown segment: get", "GetSegment", {"segment_id": "s"}, "NOT_FOUND",
         "SEGMENT_NOT_FOUND"),
    Case("nobody to update", "UpdateAttributes", {"attributes": {"a": 1}}, BAD, REQUIRED,
         "person_id"),
    Case("large stored attributes", "UpdateAttributes",
         {"person_id": "ada", "attributes": {"a": "x" * 65_536}}, BAD, TOO_LONG, "attributes"),
    Case("attribute set and removed", "UpdateAttributes",
         {"person_id": "ada", "attributes": {"a": 1}, "remove_names": ["b", "a"]}, BAD, INVALID,
         "remove_names[1]"),
    Case("too many names to remove", "UpdateAttributes",
         {"person_id": "ada", "remove_names": [f"n{n}" for n in range(1_001)]}, BAD, TOO_LONG,
         "remove_names", (("limit", "1000"),)),
    Case("nobody to get", "GetPerson", {}, BAD, REQUIRED, "person_id"),
    Case("nobody to delete", "DeletePerson", {}, BAD, REQUIRED, "person_id"),
    Case("a long id to delete", "DeletePerson", {"person_id": "x" * 256}, BAD, TOO_LONG,
         "person_id", (("limit", "255"),)),
    Case("an id to delete that is no text", "DeletePerson", {"person_id": "a\nb"}, BAD, INVALID,
         "person_id"),
    Case("too many checks", "CheckExitBatch",
         {"checks": [{"person_id": "ada", "journey_id": "j1"}] * 501}, BAD, TOO_LONG, "checks",
         (("limit", "500"),)),
    Case("nobody to explain", "Explain", {"event_id": "e1"}, BAD, REQUIRED, "person_id"),
    Case("nothing to explain", "Explain", {"person_id": "ada"}, BAD, REQUIRED, "event_id"),
    Case("no id to explain", "Explain", {"person_id": "ada", "event_id": " "}, BAD, REQUIRED,
         "event_id"),
    Case("a long id to explain", "Explain", {"person_id": "ada", "delivery_id": LONG_ID}, BAD,
         TOO_LONG, "delivery_id", (("limit", "255"),)),
    Case("an id of ours to explain", "Explain", {"person_id": "ada", "event_id": "\x011"}, BAD,
         INVALID, "event_id"),
    Case("an unknown event to explain", "Explain", {"person_id": "ada", "event_id": "none"},
         "NOT_FOUND", "EVENT_NOT_FOUND", "event_id", (("event_id", "none"),)),
    Case("an unknown delivery to explain", "Explain", {"person_id": "ada", "delivery_id": "none"},
         "NOT_FOUND", "DELIVERY_NOT_FOUND", metadata=(("delivery_id", "none"),)),
    Case("a delivery without credit to explain", "Explain",
         {"person_id": "ada", "delivery_id": "d1"}, "NOT_FOUND", "CONVERSION_NOT_FOUND",
         metadata=(("delivery_id", "d1"),)),
    # Bytes.
    Case("no protobuf", "Evaluate", b"\xff\xff\xff\xff", BAD, "MALFORMED_REQUEST"),
    Case("cut short", "Evaluate", tag(1, tag(1, b"e1"))[:-1], BAD, "MALFORMED_REQUEST"),
    Case("person id not UTF-8", "Evaluate", tag(1, tag(1, b"e1") + tag(2, b"\xff\xfe")), BAD,
         "MALFORMED_REQUEST", "event.person_id"),
    Case("property not UTF-8", "Evaluate",
         tag(1, tag(1, b"e1") + tag(2, b"ada")
             + tag(4, tag(1, tag(1, b"n") + tag(2, tag(3, b"\xff"))))), BAD, "MALFORMED_REQUEST",
         "event.properties"),
    Case("message over the limit", "Evaluate", tag(1, tag(1, b"x" * 1_048_577)),
         "RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE", metadata=(("limit_bytes", "1048576"),)),
    # Reports.
    Case("metrics of no campaign", "GetMetrics", {}, BAD, REQUIRED, "campaign_id"),
    Case("metrics of an unknown campaign", "GetMetrics", {"campaign_id": "nowhere"}, "NOT_FOUND",
         "CAMPAIGN_NOT_FOUND"),
    Case("deliveries of an unknown campaign", "ListSentDeliveries", {"campaign_id": "nowhere"},
         "NOT_FOUND", "CAMPAIGN_NOT_FOUND"),
    Case("journeys of an unknown campaign", "ListStartedJourneys", {"campaign_id": "nowhere"},
         "NOT_FOUND", "CAMPAIGN_NOT_FOUND"),
    Case("empty range", "GetMetrics", metrics(end_time=FIRST_DAY), BAD, RANGE, "end_time"),
    Case("reversed range", "GetMetrics", metrics(end_time="2026-02-28T00:00:00Z"), BAD, RANGE,
         "end_time"),
    Case("empty range of conversions", "ListConversions",
         {"start_time": FIRST_DAY, "end_time": FIRST_DAY}, BAD, RANGE, "end_time"),
    Case("reversed range of deliveries", "ListSentDeliveries",
         metrics(end_time="2026-02-28T00:00:00Z"), BAD, RANGE, "end_time"),
    Case("reversed range of journeys", "ListStartedJourneys",
         metrics(end_time="2026-02-28T00:00:00Z"), BAD, RANGE, "end_time"),
    Case("unknown time basis", "GetMetrics", metrics(time_basis=9), BAD, INVALID, "time_basis"),
    Case("unknown step", "GetMetrics", metrics(step=9, end_time=NEXT_DAY), BAD, INVALID, "step"),
    Case("unknown time zone", "GetMetrics",
         metrics(step="SERIES_STEP_DAY", end_time=NEXT_DAY, time_zone="Mars/Olympus"), BAD, INVALID,
         "time_zone"),
    Case("time zone that is a folder", "GetMetrics",
         metrics(step="SERIES_STEP_DAY", end_time=NEXT_DAY, time_zone="Europe"), BAD, INVALID,
         "time_zone"),
    Case("time zone that is a path", "GetMetrics",
         metrics(step="SERIES_STEP_DAY", end_time=NEXT_DAY, time_zone="../UTC"), BAD, INVALID,
         "time_zone"),
    Case("time zone without a step", "GetMetrics", metrics(time_zone="Europe/Berlin"), BAD, INVALID,
         "time_zone"),
    Case("series without an end", "GetMetrics", metrics(step="SERIES_STEP_DAY"), BAD, REQUIRED,
         "end_time"),
    Case("series without a start", "GetMetrics",
         {"campaign_id": "course", "step": 1, "end_time": NEXT_DAY}, BAD, REQUIRED, "start_time"),
    Case("series of too many steps", "GetMetrics",
         metrics(step="SERIES_STEP_HOUR", end_time="2026-05-23T08:00:00.000001Z"), BAD, RANGE,
         "step"),
    Case("series beyond the calendar", "GetMetrics",
         metrics(step="SERIES_STEP_DAY", start_time="9999-12-31T00:00:00Z",
                 end_time="9999-12-31T23:59:59Z"), BAD, RANGE, "step"),
    Case("credit by no model", "GetMetrics", metrics(credit={}), BAD, REQUIRED, "credit.model"),
    Case("credit by an unknown model", "GetMetrics", metrics(credit={"model": 99}), BAD, INVALID,
         "credit.model"),
    Case("half-life of nothing", "GetMetrics",
         metrics(credit={"model": "CREDIT_MODEL_TIME_DECAY", "half_life": "0s"}), BAD, RANGE,
         "credit.half_life"),
    Case("half-life that is too long", "GetMetrics",
         metrics(credit={"model": "CREDIT_MODEL_TIME_DECAY", "half_life": "315360001s"}), BAD,
         RANGE, "credit.half_life"),
    Case("half-life of another model", "GetMetrics",
         metrics(credit={"model": "CREDIT_MODEL_LINEAR", "half_life": "9s"}), BAD, INVALID,
         "credit.half_life"),
    Case("percent below 0", "GetMetrics",
         metrics(credit={"model": "CREDIT_MODEL_POSITION_BASED", "first_percent": -1}), BAD, RANGE,
         "credit.first_percent"),
    Case("percents above 100 together", "GetMetrics",
         metrics(credit={"model": "CREDIT_MODEL_POSITION_BASED", "last_percent": 61}), BAD, RANGE,
         "credit.last_percent"),
    Case("percent of another model", "GetMetrics",
         metrics(credit={"model": "CREDIT_MODEL_LAST_TOUCH", "last_percent": 40}), BAD, INVALID,
         "credit.last_percent"),
    Case("unknown figure", "ListSentDeliveries", {"campaign_id": "course", "figure": 99}, BAD,
         INVALID, "figure"),
    Case("unknown figure of journeys", "ListStartedJourneys",
         {"campaign_id": "course", "figure": 99}, BAD, INVALID, "figure"),
    Case("unknown exit reason", "ListStartedJourneys",
         {"campaign_id": "course", "exit_reason": 99}, BAD, INVALID, "exit_reason"),
    Case("unknown channel of conversions", "ListConversions", {"channel": 99}, BAD, INVALID,
         "channel"),
    Case("action of no campaign", "ListConversions", {"action_id": "email-1"}, BAD, REQUIRED,
         "campaign_id"),
    Case("cursor of nobody", "WatchConversions", {"cursor": "hello"}, BAD, INVALID, "cursor"),
    Case("cursor that is not ASCII", "WatchConversions", {"cursor": "é"}, BAD, INVALID, "cursor"),
    Case("cursor that is too long", "WatchConversions", {"cursor": cursor(10**90)}, BAD, INVALID,
         "cursor"),
    Case("cursor below everything", "WatchConversions", {"cursor": cursor(-1)}, BAD, INVALID,
         "cursor"),
    Case("cursor that is no number", "WatchConversions", {"cursor": cursor("1")}, BAD, INVALID,
         "cursor"),
    Case("cursor of another store", "WatchConversions", {"cursor": cursor(7)}, BAD, RANGE,
         "cursor"),
    Case("from now, and from a cursor", "WatchConversions",
         {"cursor": cursor(0), "from_now": True}, BAD, INVALID, "from_now"),
    Case("conversions of an unknown campaign", "WatchConversions", {"campaign_id": "nowhere"},
         "NOT_FOUND", "CAMPAIGN_NOT_FOUND"),
    Case("sent to nobody", "ListPersonSent", {}, BAD, REQUIRED, "person_id"),
    Case("activity of nobody", "ListPersonActivity", {}, BAD, REQUIRED, "person_id"),
    Case("page token of another kind of list", "ListPersonSent",
         {"person_id": "ada", "page_token": place_token("person sent", "'ada'", "xyz")}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token with a place too large", "ListPersonSent",
         {"person_id": "ada", "page_token": place_token("person sent", "'ada'", [2**63, "d"])}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token with half a character in its place", "ListPersonSent",
         {"person_id": "ada", "page_token": place_token("person sent", "'ada'", [1, "\ud800"])},
         BAD, "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token with a NUL character in its place", "ListPersonSent",
         {"person_id": "ada", "page_token": place_token("person sent", "'ada'", [1, "\0"])},
         BAD, "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token with a place that is nested deep", "ListPersonSent",
         {"person_id": "ada",
          "page_token": list_token((repr("person sent"), "'ada'"), "[" * 2500)},
         BAD, "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token with a place of too few parts", "ListPersonSent",
         {"person_id": "ada", "page_token": place_token("person sent", "'ada'", [1])}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    # Pages.
    Case("negative page size", "ListCampaigns", {"page_size": -1}, BAD, RANGE, "page_size"),
    Case("page token that is nested deep", "ListCampaigns",
         {"page_token": base64.urlsafe_b64encode(b"[" * 3000).decode()}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token with a NUL character", "ListSegments",
         {"page_token": list_token(tuple("segments"), "\0")}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token of nobody", "ListCampaigns", {"page_token": "hello"}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token that is deep inside", "ListCampaigns",
         {"page_token": base64.urlsafe_b64encode(b"[" * 200_000).decode()}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
    Case("page token that is not ASCII", "ListCampaigns", {"page_token": "é"}, BAD,
         "PAGE_TOKEN_INVALID", "page_token"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def call(folder: Path) -> Iterator[Caller]:
    with served(folder) as caller:
        set_the_scene(caller)
        yield caller


def content(folder: Path) -> list[str]:
    """All that the store holds."""
    connection = sqlite3.connect(folder / "attribution.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_refused_and_changes_nothing(case: Case, call: Caller, folder: Path) -> None:
    before = content(folder)
    refused = call.refused(case.method, case.request)
    assert (refused.code, refused.reason) == (case.code, case.reason), refused
    if case.reason.endswith(("_NOT_FOUND", "_ALREADY_EXISTS")):
        assert len(refused.fields) == 1
    if case.field is not None:
        assert refused.fields[0] == (case.field, case.reason)
        assert case.field in refused.message
    for key, value in case.metadata:
        assert refused.metadata[key] == value
    assert ("limit" in refused.metadata) is (case.reason == "FIELD_TOO_LONG")
    assert refused.message
    assert len(refused.message.encode()) <= 1_500
    assert content(folder) == before


def test_a_rule_is_shown_with_a_caret(call: Caller) -> None:
    refused = call.refused("CreateCampaign", rule("event.a == 1 &&\n  evnt.b == 2"))
    assert "line 2, column 3" in refused.message
    assert "\n  |   evnt.b == 2\n  |   ^^^^" in refused.message
    assert "did you mean `event`" in refused.message
    assert refused.descriptions[0].startswith("line 2, column 3: ")


def test_all_faults_are_told_at_once(call: Caller) -> None:
    refused = call.refused("RecordDelivery", {"delivery": {"status": 99}})
    assert [field for field, _ in refused.fields] == [
        "delivery.channel",
        "delivery.status",
        "delivery.person_id",
        "delivery.delivery_id",
        "delivery.journey_id",
    ]


def test_a_long_id_is_not_sent_back_whole(call: Caller) -> None:
    refused = call.refused("GetJourney", {"person_id": "p" * 255, "journey_id": "j" * 255})
    assert len(refused.message) < 300


def test_what_is_just_within_the_limits_is_taken(call: Caller) -> None:
    call("Evaluate", {**event(event_id="x" * 255, name="y" * 255), "validate_only": True})
    call("Evaluate", {**event(event_id="é" * 127), "validate_only": True})
    call("Evaluate", {**nested(20), "validate_only": True})
    call("Evaluate", {**event(properties={"a": "x" * 65_500}), "validate_only": True})


def test_many_long_faults_fit_into_the_headers(call: Caller) -> None:
    ids = ["\x01" * 10 for _ in range(1_000)]
    refused = call.refused("CreateCampaign", campaign(webhook_action_ids=ids))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
    text = "日本" * 140 + " evnt.a " + "日本" * 140
    refused = call.refused("CreateCampaign", rule(f"'{text}' == evnt.b && evnt.c && foo('{text}')"))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "RULE_INVALID")
