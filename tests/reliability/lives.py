"""What the callers tell the service: campaigns, and for each person a life of some twenty commands.

Ids are few, so that callers who tell of one person's life at the same time use the same ones.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from model.driver import Json, Refused
from model.jsonform import format_time, parse_time
from model.log import Entry
from model.naive import NaiveModel

# Before all that happens.
DEFINED_US = parse_time("2020-01-01T00:00:00Z")
_MINUTE_US = 60_000_000

DEFINITIONS: tuple[tuple[str, Json], ...] = (
    ("create_segment", {"segment": {"segment_id": "vip"}}),
    (
        "create_segment",
        {"segment": {"segment_id": "premium", "rule": 'person.plan == "premium"'}},
    ),
    (
        "create_campaign",
        {
            "campaign": {
                "campaign_id": "course",
                "trigger": {"event_name": "course_started"},
                "goal": {
                    "performs_event": {
                        "event_name": "course_finished",
                        "filter": "event.course_id == trigger.course_id",
                    },
                    "window": "604800s",
                },
                "exit_policy": "GOAL",
            }
        },
    ),
    (
        "create_campaign",
        {
            "campaign": {
                "campaign_id": "shop",
                "trigger": {"event_name": "cart_left"},
                "goal": {
                    "performs_event": {"event_name": "bought"},
                    "basis": "OPENED",
                    "value": "event.total",
                },
                "exit_policy": "NEVER",
            }
        },
    ),
    (
        "create_campaign",
        {
            "campaign": {
                "campaign_id": "upgrade",
                "audience_filter": "!has(person.banned)",
                "goal": {"enters_segment": {"segment_id": "premium"}},
                "exit_policy": "GOAL_OR_NO_LONGER_MATCHING",
            }
        },
    ),
)
CAMPAIGNS = ("course", "shop", "upgrade")

READS = ("list_journeys", "list_deliveries", "get_person")


@dataclass(frozen=True, slots=True)
class Command:
    """A call about one person."""

    person_id: str
    name: str
    request: Json


@dataclass(frozen=True, slots=True)
class Lives:
    """Makes the lives of people; `base_us` is a time before the load, of which callers tell."""

    base_us: int
    seed: str = ""

    def commands(self, person_id: str) -> list[tuple[float, Command]]:
        """All that may be told of a person, each with about when."""
        return [
            (when, Command(person_id, name, request))
            for when, name, request in [
                *_starts(person_id),
                *_reports(person_id),
                *self._interactions(person_id),
                *_events(person_id),
                *_updates(person_id),
                *_ends(person_id),
                *_reads(person_id),
            ]
        ]

    def told_by(self, person_id: str, callers: int) -> Sequence[Sequence[Command]]:
        """What each of so many callers tells of a person; each command is told by one at least."""
        pick = random.Random(f"{self.seed} {person_id}")
        told: list[list[Command]] = [[] for _ in range(callers)]
        in_order = [(when + pick.gauss(0, 1), c) for when, c in self.commands(person_id)]
        for _, command in sorted(in_order, key=lambda item: item[0]):
            for caller in pick.sample(range(callers), pick.randint(1, callers)):
                told[caller].append(command)
        return told

    def _interactions(self, person_id: str) -> list[tuple[float, str, Json]]:
        """Opens and clicks whose time is told: without one, each would be another one."""
        return [
            (
                5.0,
                "record_interaction",
                {
                    "person_id": person_id,
                    "delivery_id": delivery_id,
                    "interaction": {
                        "kind": kind,
                        "time": format_time(self.base_us + minutes * _MINUTE_US),
                        **more,
                    },
                },
            )
            for delivery_id, kind, minutes, more in (
                ("d4", "OPENED", 2, {}),
                ("d5", "OPENED", 1, {}),
                ("d5", "OPENED", 3, {"machine": True}),
                ("d1", "CLICKED", 1, {}),
            )
        ]


def definitions() -> Sequence[Entry]:
    """The model's log once campaigns and segments are there."""
    model = NaiveModel()
    for name, request in DEFINITIONS:
        answer = model.call(name, request, DEFINED_US)
        assert not isinstance(answer, Refused), answer
    return model.log


def _starts(person_id: str) -> list[tuple[float, str, Json]]:
    return [
        (
            1.0,
            "start_journey",
            {
                "person_id": person_id,
                "journey_id": journey_id,
                "campaign_id": campaign_id,
                **({"trigger_properties": {"course_id": course}} if course else {}),
            },
        )
        for journey_id, campaign_id, course in (
            ("j1", "course", "py101"),
            ("j2", "course", "js102"),
            ("j3", "shop", "none"),
            ("j4", "upgrade", ""),
        )
    ]


def _reports(person_id: str) -> list[tuple[float, str, Json]]:
    return [
        (
            when,
            "record_delivery",
            {
                "delivery": {
                    "person_id": person_id,
                    "delivery_id": delivery_id,
                    "journey_id": journey_id,
                    "action_id": f"{channel.lower()}-1",
                    "channel": channel,
                    "status": status,
                }
            },
        )
        for when, delivery_id, journey_id, channel, status in (
            (2.0, "d1", "j1", "EMAIL", "QUEUED"),
            (3.0, "d1", "j1", "EMAIL", "SENT"),
            (3.0, "d2", "j1", "PUSH", "SENT"),
            (6.0, "d2", "j1", "PUSH", "BOUNCED"),
            (3.0, "d3", "j2", "SMS", "SENT"),
            (3.0, "d4", "j3", "EMAIL", "SENT"),
            (4.0, "d5", "j3", "IN_APP", "SENT"),
            (3.0, "d6", "j4", "EMAIL", "SENT"),
        )
    ]


def _events(person_id: str) -> list[tuple[float, str, Json]]:
    events: list[tuple[float, str, Json]] = [
        (
            when,
            "evaluate",
            {
                "event": {
                    "person_id": person_id,
                    "event_id": event_id,
                    "name": name,
                    "properties": properties,
                }
            },
        )
        for when, event_id, name, properties in (
            (5.0, "e1", "course_finished", {"course_id": "py101"}),
            (6.0, "e2", "course_finished", {"course_id": "py101"}),
            (5.0, "e3", "course_finished", {"course_id": "js102"}),
            (5.5, "e4", "bought", {"total": 10.0}),
            (6.5, "e5", "bought", {"total": 20.5}),
            # The id of one with the content of another: one of the two is refused.
            (6.0, "e5", "bought", {"total": 99.0}),
        )
    ]
    changes: list[tuple[float, str, Json]] = [
        (
            5.0,
            "evaluate",
            {
                "segment_change": {
                    "person_id": person_id,
                    "segment_id": "vip",
                    "change": change,
                    "change_id": change_id,
                }
            },
        )
        for change_id, change in (("c1", "ENTERED"), ("c2", "LEFT"))
    ]
    return [*events, *changes]


def _updates(person_id: str) -> list[tuple[float, str, Json]]:
    return [
        (when, "update_attributes", {"person_id": person_id, "update_id": update_id, **content})
        for when, update_id, content in (
            (2.0, "u1", {"attributes": {"plan": "free", "age": 17}}),
            (5.0, "u2", {"attributes": {"plan": "premium"}}),
            (6.0, "u3", {"attributes": {"age": 18}, "remove_names": ["plan"]}),
            (7.0, "u4", {"attributes": {"plan": "premium", "banned": True}}),
        )
    ]


def _ends(person_id: str) -> list[tuple[float, str, Json]]:
    return [
        (when, name, {"person_id": person_id, "journey_id": journey_id})
        for when, name, journey_id in (
            (5.0, "check_exit", "j1"),
            (7.0, "check_exit", "j1"),
            (7.0, "check_exit", "j2"),
            (7.0, "check_exit", "j4"),
            (8.0, "finish_journey", "j3"),
            (8.0, "finish_journey", "j2"),
        )
    ]


def _reads(person_id: str) -> list[tuple[float, str, Json]]:
    mine = {"person_id": person_id}
    return [
        (4.0, "list_journeys", mine),
        (7.0, "list_journeys", mine),
        (5.0, "list_deliveries", mine),
        (7.0, "list_deliveries", mine),
        (5.0, "get_person", mine),
        (6.0, "get_delivery", {**mine, "delivery_id": "d4"}),
    ]
