"""What requests say and how answers look, for the naive model; and the values in between."""

import base64
import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from model import rules
from model.driver import Json
from model.log import Entry, Refusal

DAY_US = 86_400_000_000
LONGEST_WINDOW_US = 90 * DAY_US

CONVERTING_CHANNELS = frozenset({"EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP"})
# Numbers of google.rpc.Code.
CODES = {"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "FAILED_PRECONDITION": 9}
MESSAGES = frozenset({"EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP"})
STATUS_RANK = {
    "DRAFTED": 0,
    "QUEUED": 1,
    "ATTEMPTED": 2,
    "FAILED": 3,
    "SUPPRESSED": 3,
    "SENT": 4,
    "BOUNCED": 5,
}
# Fields of a campaign; a change of one that judges makes a new revision (rule G6).
JUDGING = ("trigger", "audience_filter", "goal", "exit_policy", "webhook_action_ids")
FIELDS = ("display_name", *JUDGING)
LOOK_AT_GOAL = ("GOAL", "GOAL_OR_NO_LONGER_MATCHING")
LOOK_AT_AUDIENCE = ("NO_LONGER_MATCHING", "GOAL_OR_NO_LONGER_MATCHING")
# The journey that a newsletter's delivery is has an id that no caller can give.
HIDDEN = "\x01"

# A segment, and whether it is ENTERED or LEFT.
Move = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a revision of a campaign is for."""

    event_name: str
    filter: str
    window: int | None
    basis: str
    value: str
    count_machine: bool
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey as it stands."""

    person_id: str
    journey_id: str
    campaign_id: str
    revision: int
    trigger: Json
    start_time: int
    state: str = "ACTIVE"
    exit_reason: str | None = None
    end_time: int | None = None
    achieve_time: int | None = None
    barred: str | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """An open or click, with its time cut to its arrival."""

    kind: str
    machine: bool
    untracked: bool
    time: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands."""

    person_id: str
    delivery_id: str
    journey_id: str
    campaign_id: str
    action_id: str
    channel: str
    status: str
    sent_time: int | None
    touches: tuple[Touch, ...]
    convert_time: int | None
    create_time: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A delivery in time for an achievement."""

    delivery: Delivery
    journey: Journey
    goal: Goal
    basis_time: int


@dataclass(frozen=True, slots=True)
class Happening:
    """What may achieve goals: an event, or segments entered and left at once."""

    person_id: str
    achievement_id: str
    event: Json | None
    moves: tuple[Move, ...]
    person: Json

    def is_about(self, goal: Goal) -> bool:
        """Whether a goal is on it, leaving its filter aside."""
        if goal.move:
            return goal.move in self.moves
        return self.event is not None and goal.event_name == self.event["name"]


def in_bytes(text: str) -> bytes:
    return text.encode()


def required(message: Json, field: str) -> str:
    value: str = message.get(field) or ""
    if not value:
        raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
    return value


def creates(entry: Entry) -> bool:
    return entry.name == "create_campaign"


def filled_in(given: Json) -> Json:
    """The content of a campaign with its defaults."""
    trigger, goal = given.get("trigger"), given.get("goal")
    return {
        "display_name": given.get("display_name") or "",
        "trigger": trigger_filled_in(trigger) if trigger else None,
        "audience_filter": given.get("audience_filter") or "",
        "goal": goal_filled_in(goal) if goal is not None else None,
        "exit_policy": given.get("exit_policy")
        or ("NEVER" if given.get("kind") == "NEWSLETTER" else "NO_LONGER_MATCHING"),
        "webhook_action_ids": list(given.get("webhook_action_ids") or []),
    }


def trigger_filled_in(given: Json) -> Json:
    """Segments are sets: sorted, each once."""
    return {
        key: {"segment_ids": sorted(set(value["segment_ids"]), key=in_bytes)}
        if key in ("any_segment", "all_segments")
        else value
        for key, value in given.items()
    }


def goal_filled_in(given: Json) -> Json:
    event = given.get("performs_event")
    return {
        "performs_event": event
        and {"event_name": event.get("event_name") or "", "filter": event.get("filter") or ""},
        "enters_segment": given.get("enters_segment"),
        "leaves_segment": given.get("leaves_segment"),
        "window": given.get("window"),
        "basis": given.get("basis") or "RECEIVED",
        "value": given.get("value") or "",
        "count_machine_interactions": bool(given.get("count_machine_interactions")),
    }


def goal_of(content: Json | None) -> Goal | None:
    if content is None:
        return None
    event = content["performs_event"] or {"event_name": "", "filter": ""}
    return Goal(
        event_name=event["event_name"],
        filter=event["filter"],
        move=goal_move(content),
        window=content["window"],
        basis=content["basis"],
        value=content["value"],
        count_machine=content["count_machine_interactions"],
    )


def goal_move(content: Json) -> Move | None:
    if content["enters_segment"]:
        return content["enters_segment"]["segment_id"], "ENTERED"
    if content["leaves_segment"]:
        return content["leaves_segment"]["segment_id"], "LEFT"
    return None


# Of each of these a campaign has one at most.
ALTERNATIVES = {
    "goal": ("performs_event", "enters_segment", "leaves_segment"),
    "trigger": ("event_name", "any_segment", "all_segments"),
}


def masked(current: Json, given: Json, mask: list[str]) -> Json:
    """The campaign's content after an update; no mask means the fields that are set."""
    if mask == ["*"]:
        paths = list(FIELDS)
    else:
        paths = mask or [field for field in FIELDS if given.get(field)]
    content = {field: deepcopy(current[field]) for field in FIELDS}
    for path in paths:
        top, *rest = path.split(".")
        if top not in FIELDS:
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        wanted = given.get(top) or {}
        chosen = [each for each in ALTERNATIVES.get(top, ()) if each in wanted]
        into = rest[0] if rest and rest[0] in ALTERNATIVES.get(top, ()) else None
        if (
            into
            and chosen
            and into not in chosen
            and any(f"{each}.".startswith(f"{top}.{chosen[0]}.") for each in paths)
        ):
            continue
        content[top] = replaced(content[top], given.get(top), rest)
        if into in chosen:
            for other in ALTERNATIVES[top]:
                if other != into:
                    content[top].pop(other, None)
    return filled_in({**content, "kind": current["kind"]})


def replaced(old: Any, new: Any, path: list[str]) -> Any:
    """The old value with the part at the path taken from the new one."""
    if not path:
        return deepcopy(new)
    first, *rest = path
    old, new = dict(old or {}), dict(new or {})
    old[first] = replaced(old.get(first), new.get(first), rest)
    return old


def check_shape(content: Json) -> None:
    """Refuses what is there and says nothing, before anything else is looked at."""
    trigger, goal = content["trigger"], content["goal"]
    if trigger and not any(trigger.values()):
        raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
    if goal and not goal_move(goal) and not (goal["performs_event"] or {}).get("event_name"):
        raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")


def check_campaign(content: Json, kind: str) -> None:
    """Refuses what a campaign cannot be (rules G1, G2, G4, G5, G6, X1)."""
    if kind == "NEWSLETTER":
        check_newsletter(content)
    goal, has_trigger = content["goal"], bool((content["trigger"] or {}).get("event_name"))
    audience = content["audience_filter"]
    if audience and rules.is_refused(audience, rules.AUDIENCES, has_trigger=has_trigger):
        raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")
    if goal:
        check_goal(goal, has_trigger=has_trigger)
    if not goal and content["exit_policy"] in LOOK_AT_GOAL:
        raise Refusal("INVALID_ARGUMENT", "GOAL_REQUIRED")


def check_newsletter(content: Json) -> None:
    if content["trigger"] or content["audience_filter"] or content["exit_policy"] != "NEVER":
        raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")


def named_segments(content: Json) -> list[str]:
    """The segments that trigger and goal are about."""
    trigger = content["trigger"] or {}
    found = [
        segment_id
        for key in ("any_segment", "all_segments")
        for segment_id in (trigger.get(key) or {}).get("segment_ids", [])
    ]
    move = goal_move(content["goal"]) if content["goal"] else None
    return found + ([move[0]] if move else [])


def check_goal(goal: Json, *, has_trigger: bool) -> None:
    event, window, move = goal["performs_event"], goal["window"], goal_move(goal)
    if window is not None and not 0 < window <= LONGEST_WINDOW_US:
        raise Refusal("INVALID_ARGUMENT", "FIELD_OUT_OF_RANGE")
    if event and rules.is_refused(event["filter"], rules.FILTERS, has_trigger=has_trigger):
        raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")
    value = goal["value"]
    if value and rules.is_refused(value, rules.VALUES, has_trigger=has_trigger):
        raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")
    if value and move and "event." in value:
        raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")


def check_report(report: Json) -> None:
    """Refuses what a report of a delivery cannot say."""
    for field in ("person_id", "delivery_id", "channel"):
        required(report, field)
    if not report.get("campaign_id"):
        required(report, "journey_id")
    if report["channel"] == "WEBHOOK":
        required(report, "action_id")
    if report.get("sent_time") is not None and status_of(report) not in ("SENT", "BOUNCED"):
        raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")


def status_of(report: Json) -> str:
    return report.get("status") or "SENT"


def start_content(request: Json) -> Any:
    trigger = request.get("trigger_properties") or {}
    return (request["campaign_id"], rules.canonical(trigger))


def properties_of(event: Json) -> Json:
    """The properties of an event, whichever way they came."""
    if "properties_json" in event:
        properties: Json = json.loads(base64.b64decode(event["properties_json"]))
        return properties
    return event.get("properties") or {}


def event_content(event: Json) -> Any:
    """What of an event must be the same for it to be the same (rule C13)."""
    properties = properties_of(event)
    return (event["name"], rules.canonical(properties), event.get("occurred_time"))


def touch_content(interaction: Json, at: int) -> Any:
    """What makes two interactions the same: the time as told, before it is cut."""
    return (
        interaction["kind"],
        interaction.get("machine", False),
        interaction.get("untracked", False),
        interaction.get("time", at),
    )


def facts_of(happening: Happening, journey: Journey) -> rules.Facts:
    return rules.Facts(
        event=properties_of(happening.event or {}),
        trigger=journey.trigger,
        person=happening.person,
    )


def shown(an_id: str) -> str:
    """An id as callers see it: what is not theirs they do not see."""
    return "" if an_id.startswith(HIDDEN) else an_id


def verdict_on(verdict: str, journey: Journey, delivery: Delivery | None = None) -> Json:
    return {
        "verdict": verdict,
        "campaign_id": journey.campaign_id,
        "journey_id": shown(journey.journey_id),
        "delivery_id": delivery.delivery_id if delivery else of_newsletter(journey.journey_id),
    }


def of_newsletter(journey_id: str) -> str:
    """The delivery that a newsletter's hidden journey is."""
    return journey_id.removeprefix(HIDDEN) if journey_id.startswith(HIDDEN) else ""


def verdict_order(verdict: Json) -> tuple[bytes, bytes, bytes]:
    keys = ("campaign_id", "journey_id", "delivery_id")
    campaign, journey, delivery = (in_bytes(verdict.get(key, "")) for key in keys)
    return campaign, journey, delivery


def explained(answer: Json, *, asked: bool) -> Json:
    return {key: value for key, value in answer.items() if asked or key != "explanation"}


def journey_json(journey: Journey) -> Json:
    return {
        "journey_id": journey.journey_id,
        "campaign_id": journey.campaign_id,
        "person_id": journey.person_id,
        "revision": journey.revision,
        "trigger_properties": journey.trigger,
        "state": journey.state,
        "exit_reason": journey.exit_reason,
        "start_time": journey.start_time,
        "end_time": journey.end_time,
        "achieve_time": journey.achieve_time,
    }


def delivery_json(delivery: Delivery) -> Json:
    """The delivery as it is shown: times of the person's own opens and tracked clicks."""
    return {
        "delivery_id": delivery.delivery_id,
        "person_id": delivery.person_id,
        "campaign_id": delivery.campaign_id,
        "journey_id": shown(delivery.journey_id),
        "action_id": delivery.action_id,
        "channel": delivery.channel,
        "status": delivery.status,
        "sent_time": delivery.sent_time,
        "open_time": latest_of(delivery, "OPENED"),
        "click_time": latest_of(delivery, "CLICKED"),
        "convert_time": delivery.convert_time,
        "create_time": delivery.create_time,
    }


def latest_of(delivery: Delivery, kind: str) -> int | None:
    own = [touch for touch in delivery.touches if not touch.machine and not touch.untracked]
    return max((touch.time for touch in own if touch.kind == kind), default=None)
