"""Random commands from small pools, so that what seldom happens in life happens often here.

Few ids, so that they collide; waits of 0 to 5 microseconds and windows as short, so that ties,
exact ends and one microsecond to either side come up all the time. What a request says of time
is relative to its arrival (`Later`) and becomes a time when the command is carried out.

Every command is made by a function that is given `pick`, which chooses from a list. Hypothesis
picks so that a failure can be made small (`commands_of`, `sequences`); a seeded random number
generator picks evenly and a hundred times faster (`history`).
"""

import base64
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hypothesis import strategies as st
from model.driver import Json
from model.jsonform import format_time

Pick = Callable[[Sequence[Any]], Any]
Maker = Callable[[Pick], Json]

WEEK_US = 7 * 86_400_000_000
WAITS_US = (*[0] * 24, *[1] * 16, *[2] * 6, 3, 4, 5, WEEK_US - 1, WEEK_US)
# What a request says of time: mostly nothing, else something around the arrival.
TOLD_US = (*[None] * 5, 0, 0, -1, -1, -2, -3, -5, 1, 2, 3, -WEEK_US)
WINDOWS = (None, "0.000003s", "0.000006s", "0.000012s", "7d", "7d")
CHANNELS = (
    *("EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP", "WEBHOOK"),
    *("SLACK", "CREATE_OR_UPDATE_PERSON", "CREATE_EVENT", "DATA_ACTION"),
)
STATUSES = ("DRAFTED", "QUEUED", "ATTEMPTED", "FAILED", "SUPPRESSED", "SENT", "BOUNCED")
NEXT_STEPS = (None, *CHANNELS, "WAIT")
POLICIES_WITH_GOAL = ("GOAL", "GOAL_OR_NO_LONGER_MATCHING")
POLICIES = (*POLICIES_WITH_GOAL, "NEVER", "NO_LONGER_MATCHING")
# Nearly always the same person, so that a lot happens to her.
PEOPLE = ("ada",) * 30 + ("bob",)

FILTERS = (
    *[""] * 10,
    "event.course_id == trigger.course_id",
    "event.total > 9.99",
    "has(event.coupon) && event.total >= 20.0",
    "has(event.coupon) || event.total >= 20.0",
    "event.total >= trigger.total",
    '!has(person.plan) || person.plan != "premium"',
)
VALUES = ("", "event.total", "event.total / event.count", "trigger.price", "size(event.items)")
TRIGGERS: tuple[Json | None, ...] = (
    None,
    {"course_id": "a", "price": 5},
    {"course_id": "a", "total": 10},
    {"course_id": "b", "price": "much"},
)
# Told by callers, and by a rule.
SEGMENTS: tuple[Json, ...] = (
    {"segment_id": "vip"},
    {"segment_id": "premium", "rule": 'person.plan == "premium"'},
)
SEGMENT_RULES = (
    'person.plan == "premium"',
    'person.plan != "premium"',
    '!has(person.plan) || person.plan != "premium"',
    "person.age >= 18.0",
)
AUDIENCES = (
    *[None] * 6,
    '!has(person.plan) || person.plan != "premium"',
    'person.plan != "premium"',
    "!has(person.banned)",
    '"premium" in segments',
    '!("vip" in segments)',
)
BY_EVENT: Json = {"event_name": "started"}
TRIGGERS_OF_CAMPAIGNS: tuple[Json | None, ...] = (
    *[BY_EVENT] * 5,
    {"any_segment": {"segment_ids": ["vip", "premium"]}},
    {"all_segments": {"segment_ids": ["premium", "vip"]}},
    None,
)
UPDATES: dict[str, Json] = {
    "u1": {"attributes": {"plan": "premium"}},
    "u2": {"attributes": {"plan": "free", "age": 17}},
    "u3": {"attributes": {"plan": None, "age": 18}},
    "u4": {"remove_names": ["plan", "banned"]},
    "u5": {"attributes": {"banned": True, "rate": 3}},
    "u6": {"attributes": {"age": 20, "plan": "premium"}, "remove_names": ["banned"]},
}
ATTRIBUTES: tuple[Json | None, ...] = (None, {"plan": "free"}, {"plan": "premium"})

# What belongs together, so that the same id mostly comes with the same content.
JOURNEYS: dict[str, tuple[str, Json | None]] = {
    "j1": ("c1", TRIGGERS[1]),
    "j2": ("c1", TRIGGERS[2]),
    "j3": ("c2", None),
}
DELIVERIES = {
    "d1": ("j1", "EMAIL", "email-1"),
    "d9": ("j1", "PUSH", "push-1"),
    "d10": ("j1", "SMS", "sms-1"),
    "d2": ("j2", "IN_APP", "in-app-1"),
    "d3": ("j2", "WEBHOOK", "hook-1"),
    "d4": ("j1", "WEBHOOK", "hook-2"),
    "d5": ("j1", "SLACK", "slack-1"),
    "d6": ("j3", "EMAIL", "email-1"),
    "d7": ("j1", "WHATSAPP", "whatsapp-1"),
    "d8": ("j1", "DATA_ACTION", "data-1"),
    "d11": ("j2", "CREATE_EVENT", "event-1"),
    "d12": ("j2", "CREATE_OR_UPDATE_PERSON", "person-1"),
    "d13": (None, "EMAIL", "email-1"),
    "d14": (None, "SMS", "sms-1"),
}
FAVOURITES = ("d9", "d1", "d10")
EVENTS: dict[str, tuple[str, Json | None]] = {
    "e1": ("finished", {"course_id": "a", "total": 25, "coupon": "X", "items": [1, 2]}),
    "e2": ("finished", {"course_id": "a", "total": 10, "count": 0}),
    "e3": ("finished", {"course_id": "b", "total": 9.99, "count": 2}),
    "e4": ("finished", {"coupon": None, "items": []}),
    "e5": ("finished", {"course_id": True, "total": "10"}),
    "e6": ("finished", {"course_id": "a", "total": 20.0, "coupon": ""}),
    "e7": ("paid", {"course_id": "a", "total": 30}),
    "e8": ("seen", None),
}
FINISHED = ("e1", "e2", "e3", "e4", "e5", "e6")
MASKS: tuple[list[str], ...] = (
    ["goal"],
    ["goal"],
    ["goal", "exit_policy"],
    ["exit_policy"],
    ["trigger"],
    ["trigger", "goal"],
    ["webhook_action_ids"],
    ["goal.window"],
    ["goal.basis"],
    ["goal.count_machine_interactions"],
    ["display_name"],
    ["display_name", "exit_policy"],
    ["audience_filter"],
    ["audience_filter", "exit_policy"],
    ["trigger", "exit_policy"],
    ["*"],
)
PLAIN: Json = {"event_name": "finished"}
# Goals that are refused, each for one reason.
FAULTY_GOALS: tuple[Json, ...] = (
    {"window": "7d"},
    {"performs_event": {}},
    {"performs_event": PLAIN, "window": "0s"},
    {"performs_event": PLAIN, "window": "-0.000001s"},
    {"performs_event": PLAIN, "window": "7776000.000001s"},
    {"performs_event": {**PLAIN, "filter": " "}},
    {"performs_event": {**PLAIN, "filter": "event.total >"}},
)


@dataclass(frozen=True, slots=True)
class Later:
    """A time so many microseconds after the command's arrival; before it if negative."""

    microseconds: int


class Etag(Enum):
    """An etag of the campaign, as this side answered it."""

    CURRENT = "current"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Command:
    """One command, so long after the one before."""

    wait_us: int
    name: str
    request: Json


def resolved(value: Any, now_us: int, etags: dict[Etag, str]) -> Any:
    """A request with its relative times and etags filled in."""
    if isinstance(value, Later):
        return format_time(now_us + value.microseconds)
    if isinstance(value, Etag):
        return etags.get(value, "no-such-etag")
    if isinstance(value, dict):
        return {key: resolved(part, now_us, etags) for key, part in value.items()}
    if isinstance(value, list):
        return [resolved(part, now_us, etags) for part in value]
    return value


def _once_in(times: int, pick: Pick) -> bool:
    return bool(pick([False] * (times - 1) + [True]))


def _told(pick: Pick) -> Later | None:
    microseconds = pick(TOLD_US)
    return None if microseconds is None else Later(microseconds)


def _without_none(message: Json) -> Json:
    return {key: value for key, value in message.items() if value is not None}


def goal(pick: Pick) -> Json:
    """A goal that is taken where an event is the trigger."""
    kind = pick([*["performs_event"] * 6, "enters_segment", "enters_segment", "leaves_segment"])
    event = {
        "event_name": pick(["finished"] * 7 + ["paid"]),
        "filter": pick(FILTERS),
    }
    segment = {"segment_id": pick(["vip", "vip", "premium"])}
    values = VALUES if kind == "performs_event" else ("", "trigger.price", "person.rate")
    return _without_none(
        {
            kind: event if kind == "performs_event" else segment,
            "window": pick(WINDOWS),
            "basis": pick([None, None, "RECEIVED", "OPENED", "OPENED", "CLICKED"]),
            "value": pick(["", "", *values]),
            "count_machine_interactions": pick([None, None, True]),
        }
    )


def _campaign(pick: Pick, campaign_id: str) -> Json:
    """A campaign as it begins, which is taken."""
    has_goal = not _once_in(6, pick)
    return _without_none(
        {
            "campaign_id": campaign_id,
            "trigger": BY_EVENT,
            "audience_filter": pick(AUDIENCES),
            "goal": goal(pick) if has_goal else None,
            "exit_policy": pick(POLICIES if has_goal else POLICIES[2:]),
            "webhook_action_ids": pick([["hook-1"], ["hook-1", "hook-2"], None]),
        }
    )


def create_campaign(campaign_id: str) -> Maker:
    """Creates this campaign."""
    return lambda pick: {"campaign": _campaign(pick, campaign_id)}


def newsletter(pick: Pick) -> Json:
    """Creates the newsletter, whose goal reads no trigger."""
    plain: Json = {"performs_event": PLAIN}
    goals = (plain, {**plain, "window": "7d"}, {"enters_segment": {"segment_id": "vip"}})
    return {"campaign": {"campaign_id": "news", "kind": "NEWSLETTER", "goal": pick(goals)}}


def create_segment(segment: Json) -> Maker:
    """Creates this segment."""
    return lambda _: {"segment": segment}


def define_segment(pick: Pick) -> Json:
    """Creates a segment, mostly one that is there."""
    return {"segment": pick([*SEGMENTS, {"segment_id": "spare"}])}


def update_segment(pick: Pick) -> Json:
    """Changes a rule or a name, which may be refused."""
    segment = {
        "segment_id": pick(["premium", "premium", "premium", "vip", "nowhere"]),
        "display_name": pick([None, "One"]),
        "rule": pick([*SEGMENT_RULES, *SEGMENT_RULES, None, " "]),
    }
    request = {"segment": _without_none(segment), "update_mask": pick([["rule"], ["rule"], None])}
    return _without_none(request)


def delete_segment(pick: Pick) -> Json:
    """Deletes a segment, which seldom can be."""
    return {"segment_id": pick(["vip", "premium", "spare", "spare"])}


def archive_campaign(pick: Pick) -> Json:
    """Archives a campaign."""
    return {"campaign_id": pick(["c1", "c2", "news", "nowhere"])}


def create_again(pick: Pick) -> Json:
    """Creates a campaign whose id is taken."""
    return {
        "campaign": {
            "campaign_id": pick(["c1", "c2"]),
            "trigger": {"event_name": "started"},
            "goal": {"performs_event": PLAIN},
        }
    }


def update_campaign(pick: Pick) -> Json:
    """Changes some fields, or the name if nobody else was faster."""
    return rename(pick) if _once_in(5, pick) else change(pick)


def change(pick: Pick) -> Json:
    """A change of some fields, which may be refused, if so for one reason."""
    new_goal = pick([goal, goal, goal, goal, goal, lambda pick: pick(FAULTY_GOALS), None])
    campaign = {
        "campaign_id": pick(["c1", "c1", "c1", "c2", "c2", "news"]),
        "display_name": pick([None, "One"]),
        "trigger": pick(TRIGGERS_OF_CAMPAIGNS),
        "audience_filter": pick(AUDIENCES),
        "goal": new_goal and new_goal(pick),
        "exit_policy": pick([None, *POLICIES, *POLICIES_WITH_GOAL]),
        "webhook_action_ids": pick([["hook-1"], ["hook-2"], None]),
    }
    return {"campaign": _without_none(campaign), "update_mask": pick(MASKS)}


def rename(pick: Pick) -> Json:
    """A change of the name, with an etag."""
    campaign = {
        "campaign_id": pick(["c1", "c1", "c1", "c2", "nowhere"]),
        "display_name": pick(["One", "Two"]),
        "etag": pick(list(Etag)),
    }
    mask = pick([None, ["display_name"]])
    return _without_none({"campaign": campaign, "update_mask": mask})


def start(journey_id: str) -> Maker:
    """Starts this journey as it should be."""
    campaign_id, trigger = JOURNEYS[journey_id]
    request = {"person_id": "ada", "journey_id": journey_id, "campaign_id": campaign_id}
    return lambda _: _without_none({**request, "trigger_properties": trigger})


def start_journey(pick: Pick) -> Json:
    """Starts a journey, again and again, seldom with another content."""
    usual = start(pick(list(JOURNEYS)))(pick)
    odd = {
        "person_id": pick(PEOPLE),
        "campaign_id": pick(["c1", "c2", "news", "nowhere"]),
        "trigger_properties": pick(TRIGGERS),
    }
    return _without_none({**usual, **odd}) if _once_in(6, pick) else usual


def deliver(delivery_id: str) -> Maker:
    """Reports this delivery, most often as sent."""
    journey_id, channel, action_id = DELIVERIES[delivery_id]

    def report(pick: Pick) -> Json:
        status = pick([*[None] * 8, *["SENT"] * 8, "BOUNCED", *STATUSES])
        left = status in (None, "SENT", "BOUNCED")
        delivery = {
            "person_id": "ada",
            "delivery_id": delivery_id,
            "journey_id": journey_id,
            "campaign_id": None if journey_id else "news",
            "action_id": action_id,
            "channel": channel,
            "status": status,
            "sent_time": _told(pick) if left else None,
        }
        return {"delivery": _without_none(delivery)}

    return report


def record_delivery(pick: Pick) -> Json:
    """Reports a delivery, seldom with a content that is not its own."""
    delivery_id = pick([*FAVOURITES, *FAVOURITES, *DELIVERIES])
    request = deliver(delivery_id)(pick)
    if _once_in(8, pick):
        odd = {
            "person_id": pick(PEOPLE),
            "journey_id": pick([*JOURNEYS, "j9"]),
            "campaign_id": pick([None, "c1", "c2", "news"]),
            "channel": pick(CHANNELS),
            "status": pick([None, "QUEUED"]),
            "sent_time": pick([None, Later(-1)]),
        }
        return {"delivery": _without_none({**request["delivery"], **odd})}
    return request


def touch(delivery_ids: Sequence[str]) -> Maker:
    """Reports an open or a click of one of these deliveries."""

    def report(pick: Pick) -> Json:
        kind = pick(["OPENED", "OPENED", "CLICKED"])
        interaction = {
            "kind": kind,
            "machine": pick([None, None, None, True]),
            "untracked": pick([None, None, True]) if kind == "CLICKED" else None,
            "time": _told(pick),
        }
        return {
            "person_id": pick(PEOPLE),
            "delivery_id": pick(delivery_ids),
            "interaction": _without_none(interaction),
        }

    return report


def opened(delivery_id: str) -> Json:
    """Reports an open at this moment."""
    return {"person_id": "ada", "delivery_id": delivery_id, "interaction": {"kind": "OPENED"}}


def record_interaction(pick: Pick) -> Json:
    """Reports an open or a click, seldom one that cannot be."""
    request = touch([*FAVOURITES, *FAVOURITES, *DELIVERIES])(pick)
    if _once_in(20, pick):
        request["interaction"] = pick([{}, {"kind": "OPENED", "untracked": True}])
    return request


def evaluate(pick: Pick) -> Json:
    """Takes in an event; seldom one with an own time, or an id with another's content."""
    event_id = pick([*EVENTS, *FINISHED, *FINISHED])
    name, properties = EVENTS[pick(list(EVENTS)) if _once_in(12, pick) else event_id]
    event = {
        "person_id": pick(PEOPLE),
        "event_id": event_id,
        "name": name,
        "occurred_time": pick([*[None] * 16, Later(-1), Later(-WEEK_US)]),
        **(
            {"properties_json": raw(properties)}
            if _once_in(5, pick)
            else {"properties": properties}
        ),
    }
    request = {
        "event": _without_none(event),
        "person_attributes": pick(ATTRIBUTES),
        "validate_only": pick([None, None, None, True]),
        "explain": pick([True, True, None]),
    }
    return _without_none(request)


def raw(properties: Json | None) -> str:
    """Properties as raw JSON, in the form in which JSON holds bytes."""
    return base64.b64encode(json.dumps(properties or {}).encode()).decode()


def change_segment(pick: Pick) -> Json:
    """Tells that somebody entered or left a segment, real or not."""
    change_id = pick([None, None, None, "x1", "x2", "e1"])
    odd = _once_in(8, pick) or change_id is None
    change = {
        "person_id": pick(PEOPLE),
        "segment_id": pick(["vip"] * 12 + ["premium", "nowhere"]),
        "change": pick(["ENTERED", "ENTERED", "LEFT"]) if odd else "ENTERED",
        "change_id": change_id,
    }
    request = {
        "segment_change": _without_none(change),
        "person_attributes": pick(ATTRIBUTES),
        "validate_only": pick([None, None, None, True]),
        "explain": pick([True, True, None]),
    }
    return _without_none(request)


def update_attributes(pick: Pick) -> Json:
    """Stores attributes, seldom under an id that stands for others."""
    update_id = pick(list(UPDATES))
    content = UPDATES[pick(list(UPDATES)) if _once_in(8, pick) else update_id]
    request = {
        "person_id": pick(PEOPLE),
        **content,
        "update_id": pick([None, None, update_id]),
        "explain": pick([True, None]),
    }
    return _without_none(request)


def get_person(pick: Pick) -> Json:
    """Reads a person."""
    return {"person_id": pick(PEOPLE)}


def delete_person(pick: Pick) -> Json:
    """Erases a person."""
    return {"person_id": pick(PEOPLE)}


def list_campaigns(pick: Pick) -> Json:
    """Reads all campaigns."""
    return {"include_archived": pick([True, False])}


def check_exit_batch(pick: Pick) -> Json:
    """Asks of several journeys."""
    return {"checks": [check_exit(pick) for _ in range(pick([0, 1, 2, 4]))]}


def evaluate_batch(pick: Pick) -> Json:
    """Several events and changes of segments at once."""
    return {"requests": [pick([evaluate, change_segment])(pick) for _ in range(pick([0, 1, 2, 4]))]}


def ingest(pick: Pick) -> Json:
    """Several things of all kinds at once."""
    makers: list[tuple[str, Maker]] = [
        *[("evaluate", evaluate)] * 3,
        ("evaluate", change_segment),
        ("start_journey", start_journey),
        ("finish_journey", finish_journey),
        *[("record_delivery", record_delivery)] * 2,
        *[("record_interaction", record_interaction)] * 2,
        ("check_exit", check_exit),
        ("update_attributes", update_attributes),
    ]
    chosen = [pick(makers) for _ in range(pick([0, 1, 3, 5]))]
    return {"items": [{name: maker(pick)} for name, maker in chosen]}


def check_exit(pick: Pick) -> Json:
    """Asks whether a journey ends."""
    request = {
        "person_id": pick(PEOPLE),
        "journey_id": pick([*JOURNEYS, *JOURNEYS, *JOURNEYS, "j9"]),
        "next_step": pick([None, *NEXT_STEPS]),
    }
    return _without_none(request)


def finish_journey(pick: Pick) -> Json:
    """Ends a journey."""
    return {"person_id": pick(PEOPLE), "journey_id": pick([*JOURNEYS, *JOURNEYS, "j9"])}


def get_campaign(pick: Pick) -> Json:
    """Reads a campaign."""
    return {"campaign_id": pick(["c1", "c1", "c2", "news", "c9"])}


def read_person(pick: Pick) -> Json:
    """Reads a person's journeys or deliveries."""
    return {"person_id": pick(PEOPLE)}


# How often each command comes in a history.
ANYTHING: tuple[tuple[int, str, Maker], ...] = (
    (7, "evaluate", evaluate),
    (4, "evaluate", change_segment),
    (4, "update_attributes", update_attributes),
    (1, "update_segment", update_segment),
    (1, "check_exit_batch", check_exit_batch),
    (1, "evaluate_batch", evaluate_batch),
    (1, "evaluate_stream", evaluate_batch),
    (2, "ingest", ingest),
    (1, "get_person", get_person),
    (4, "record_delivery", record_delivery),
    (5, "record_interaction", record_interaction),
    (4, "check_exit", check_exit),
    (2, "update_campaign", update_campaign),
    (1, "start_journey", start_journey),
    (1, "finish_journey", finish_journey),
    (1, "create_campaign", create_again),
    (1, "get_campaign", get_campaign),
    (1, "list_journeys", read_person),
    (1, "list_deliveries", read_person),
)
# What comes now and then: it ends a campaign, or is mostly refused.
SELDOM: tuple[tuple[int, str, Maker], ...] = (
    (3, "archive_campaign", archive_campaign),
    (3, "delete_segment", delete_segment),
    (2, "create_segment", define_segment),
    (1, "list_campaigns", list_campaigns),
    (2, "delete_person", delete_person),
    (1, "list_revisions", get_campaign),
)
_RARE = 6
_REPEATED = [
    *[(name, maker) for weight, name, maker in ANYTHING for _ in range(_RARE * weight)],
    *[(name, maker) for weight, name, maker in SELDOM for _ in range(weight)],
]


def command(pick: Pick, name: str, maker: Maker) -> Command:
    """One command after a wait."""
    return Command(pick(WAITS_US), name, maker(pick))


def beginning(pick: Pick) -> list[Command]:
    """Segments, campaigns, journeys and some messages, so that something can happen."""
    makers: list[tuple[str, Maker]] = [
        *[("create_segment", create_segment(segment)) for segment in SEGMENTS],
        *[("update_attributes", update_attributes)] * pick([0, 0, 1]),
        *[("evaluate", change_segment)] * pick([0, 0, 1]),
        ("create_campaign", newsletter),
        ("create_campaign", create_campaign("c1")),
        ("create_campaign", create_campaign("c2")),
        ("start_journey", start("j1")),
        *[("update_campaign", change)] * pick([0, 0, 1]),
        ("start_journey", start("j2")),
        *[("start_journey", start("j3"))] * pick([0, 1]),
        *[("record_delivery", deliver(delivery_id)) for delivery_id in FAVOURITES],
        *[("record_delivery", deliver("d13"))] * pick([0, 1]),
        ("record_delivery", deliver(pick(list(DELIVERIES)))),
        *[("record_interaction", touch(FAVOURITES))] * pick([0, 1, 2, 3, 4]),
    ]
    at_once = [Command(0, "record_interaction", opened(each)) for each in FAVOURITES]
    commands = [command(pick, name, maker) for name, maker in makers]
    commands += at_once if pick([True, False]) else []
    return commands + [command(pick, "evaluate", evaluate) for _ in range(2)]


def history(seed: int, size: int = 25) -> list[Command]:
    """A whole history, the same each time for the same seed."""
    pick: Pick = random.Random(seed).choice
    return beginning(pick) + [command(pick, *pick(_REPEATED)) for _ in range(size)]


def _pick_of(draw: st.DrawFn) -> Pick:
    return lambda options: options[draw(st.integers(0, len(options) - 1))]


@st.composite
def commands_of(draw: st.DrawFn, name: str, maker: Maker) -> Command:
    """One kind of command, picked by hypothesis."""
    return command(_pick_of(draw), name, maker)


@st.composite
def beginnings(draw: st.DrawFn) -> list[Command]:
    """A beginning, picked by hypothesis."""
    return beginning(_pick_of(draw))


@st.composite
def _anything(draw: st.DrawFn) -> Command:
    pick = _pick_of(draw)
    return command(pick, *pick(_REPEATED))


def sequences(max_size: int = 25) -> st.SearchStrategy[list[Command]]:
    """A whole history, picked by hypothesis."""
    rest = st.lists(_anything(), max_size=max_size)
    return st.tuples(beginnings(), rest).map(lambda parts: parts[0] + parts[1])
