"""The rules that are measured, what a person would write in Python instead, and the data."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

Data = dict[str, Any]
Path = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule in every syntax it is measured in.

    Attributes:
        name: A short name.
        cel: The rule.
        rule_engine: The same for rule-engine.
        zen: The same for zen-engine.
        direct: The Python that a person would write who knows that all keys are there.
        guarded: The same by a person who knows that keys may be missing, which is no match.
    """

    name: str
    cel: str
    rule_engine: str
    zen: str
    direct: str
    guarded: str


@dataclass(frozen=True, slots=True)
class Case:
    """A rule and the data it meets.

    Attributes:
        subject: The rule.
        name: What is special about the data.
        missing: Whether a key that the rule reads is not there.
        matches: Whether the rule is true of the data. An error is no match.
        without: Keys that are taken from the data.
        override: Values that replace those of the data.
    """

    subject: Subject
    name: str
    missing: bool
    matches: bool
    without: tuple[Path, ...] = ()
    override: Mapping[Path, object] = field(default_factory=lambda: MappingProxyType({}))

    def data(self) -> Data:
        """Make the data anew, so that no measurement can touch that of another."""
        made: Data = copy.deepcopy(_DATA)
        for (root, name), value in self.override.items():
            made[root][name] = value
        for root, name in self.without:
            del made[root][name]
        return made


# As it comes from JSON: every number is a double.
_DATA: Final[Data] = {
    "event": {
        "total": 12.5,
        "course_id": "py101",
        "status": "completed",
        "score": 91.0,
        "certificate": "c-1",
        "tags": ["new", "promo", "paid"],
        "kind": "kind-20",
    },
    "trigger": {"course_id": "py101"},
}
_KINDS: Final = tuple(f"kind-{number}" for number in range(1, 21))

NUMBER: Final = Subject(
    name="1 number",
    cel="event.total > 9.99",
    rule_engine="event.total > 9.99",
    zen="event.total > 9.99",
    direct='lambda roots: roots["event"]["total"] > 9.99',
    guarded='lambda roots: roots["event"].get("total", 0.0) > 9.99',
)
TWO: Final = Subject(
    name="2 number and property",
    cel="event.total > 9.99 && event.course_id == trigger.course_id",
    rule_engine="event.total > 9.99 and event.course_id == trigger.course_id",
    zen="event.total > 9.99 and event.course_id == trigger.course_id",
    direct=(
        'lambda roots: roots["event"]["total"] > 9.99'
        ' and roots["event"]["course_id"] == roots["trigger"]["course_id"]'
    ),
    guarded=(
        'lambda roots: (event := roots["event"]).get("total", 0.0) > 9.99'
        ' and (course := event.get("course_id")) is not None'
        ' and course == roots["trigger"].get("course_id")'
    ),
)
COURSE: Final = Subject(
    name="3 course with exists",
    cel=(
        "event.course_id == trigger.course_id"
        ' && (event.status == "completed" || event.score >= 80)'
        ' && has(event.certificate) && event.tags.exists(t, t == "paid")'
    ),
    rule_engine=(
        "event.course_id == trigger.course_id"
        ' and (event.status == "completed" or event.score >= 80)'
        ' and event&["certificate"] != null and $any([t == "paid" for t in event.tags])'
    ),
    zen=(
        "event.course_id == trigger.course_id"
        ' and (event.status == "completed" or event.score >= 80)'
        ' and event.certificate != null and some(event.tags, # == "paid")'
    ),
    direct=(
        'lambda roots: roots["event"]["course_id"] == roots["trigger"]["course_id"]'
        ' and (roots["event"]["status"] == "completed" or roots["event"]["score"] >= 80)'
        ' and "certificate" in roots["event"]'
        ' and any(t == "paid" for t in roots["event"]["tags"])'
    ),
    guarded=(
        'lambda roots: (course := (event := roots["event"]).get("course_id")) is not None'
        ' and course == roots["trigger"].get("course_id")'
        ' and (event.get("status") == "completed" or event.get("score", 0.0) >= 80)'
        ' and "certificate" in event'
        ' and any(t == "paid" for t in event.get("tags", ()))'
    ),
)
KINDS: Final = Subject(
    name="4 twenty kinds",
    cel=" || ".join(f'event.kind == "{kind}"' for kind in _KINDS),
    rule_engine=" or ".join(f'event.kind == "{kind}"' for kind in _KINDS),
    zen=" or ".join(f'event.kind == "{kind}"' for kind in _KINDS),
    direct="lambda roots: " + " or ".join(f'roots["event"]["kind"] == "{k}"' for k in _KINDS),
    guarded=(
        'lambda roots: (kind := roots["event"].get("kind")) == "kind-1" or '
        + " or ".join(f'kind == "{kind}"' for kind in _KINDS[1:])
    ),
)


def _present(subject: Subject, name: str = "all present", **values: object) -> Case:
    override = {("event", key): value for key, value in values.items()}
    return Case(subject, name, missing=False, matches=True, override=MappingProxyType(override))


def _without(subject: Subject, *paths: str, matches: bool = False, **values: object) -> Case:
    without = tuple((root, key) for root, _, key in (path.partition(".") for path in paths))
    override = {("event", key): value for key, value in values.items()}
    name = "no " + ", no ".join(paths)
    return Case(subject, name, True, matches, without, MappingProxyType(override))


CASES: Final = (
    _present(NUMBER),
    _present(TWO),
    _present(COURSE),
    _present(KINDS, "last of 20 matches"),
    _present(KINDS, "first of 20 matches", kind="kind-1"),
    _without(NUMBER, "event.total"),
    _without(TWO, "event.total"),
    _without(TWO, "event.course_id"),
    _without(TWO, "trigger.course_id"),
    _without(TWO, "event.total", "event.course_id"),
    _without(TWO, "event.course_id", "trigger.course_id"),
    _without(COURSE, "event.course_id"),
    _without(COURSE, "trigger.course_id"),
    # The score decides, so this is a match.
    _without(COURSE, "event.status", matches=True),
    _without(COURSE, "event.score", status="open"),
    _without(COURSE, "event.certificate"),
    _without(COURSE, "event.tags"),
    _without(KINDS, "event.kind"),
)
