"""A menu of rules: the text that the service gets, and what it means, as plain Python.

The model does not parse the rule language. It knows the rules below by their text, so that the
language cannot be wrong in the same way twice.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from model.driver import Json

Outcome = Literal["TRUE", "FILTER_FALSE", "PROPERTY_MISSING", "FILTER_ERROR"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may read."""

    event: Json
    trigger: Json
    person: Json
    segments: tuple[str, ...] = ()


class MissingError(Exception):
    """A property that the rule reads is not there."""


class WrongTypeError(Exception):
    """A value has a type with which the rule can do nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one text means."""

    meaning: Callable[[Facts], Any]
    reads_trigger: bool = False


def get(properties: Json, name: str) -> Any:
    """A property, which must be there; null is a value.

    A whole number from 2^53 on may have lost digits on its way: reading it is an error.
    """
    if name not in properties:
        raise MissingError(name)
    value = properties[name]
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if whole and abs(value) >= 2**53:
        raise WrongTypeError(value)
    return value


def number(value: Any) -> float:
    """A number; in a Struct all are doubles. Bool is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongTypeError(value)
    return float(value)


def same(left: Any, right: Any) -> bool:
    """Equality of the rule language: values of different types are not equal."""
    return bool(canonical(left) == canonical(right))


def both(left: Callable[[], bool], right: Callable[[], bool]) -> bool:
    """`&&`: false if either side is false, whatever the other; else an error if either is one."""
    sides = [_attempt(left), _attempt(right)]
    if any(side is False for side in sides):
        return False
    for side in sides:
        if isinstance(side, Exception):
            raise side
    return True


def either(left: Callable[[], bool], right: Callable[[], bool]) -> bool:
    """`||`: true if either side is true, whatever the other; else an error if either is one."""
    return not both(lambda: not left(), lambda: not right())


def divided(dividend: Any, divisor: Any) -> float:
    """Division of doubles: by zero it is infinite, or NaN for zero by zero."""
    left, right = number(dividend), number(divisor)
    if right:
        return left / right
    return math.copysign(math.inf, left) if left else math.nan


def canonical(value: Any) -> Any:
    """A form in which Python's `==` is equality of JSON: true is not 1, 1 is 1.0."""
    if isinstance(value, dict):
        return {key: canonical(part) for key, part in value.items()}
    if isinstance(value, list):
        return [canonical(part) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", float(value))
    return (type(value).__name__, value)


def _attempt(side: Callable[[], bool]) -> bool | Exception:
    try:
        return side()
    except (MissingError, WrongTypeError) as problem:
        return problem


def _same_course(facts: Facts) -> bool:
    return same(get(facts.event, "course_id"), get(facts.trigger, "course_id"))


def _over(facts: Facts, limit: float) -> bool:
    return number(get(facts.event, "total")) > limit


def _not_less(left: Any, right: Any) -> bool:
    return number(left) >= number(right)


def _at_least(facts: Facts, limit: float) -> bool:
    return number(get(facts.event, "total")) >= limit


FILTERS: dict[str, Rule] = {
    "": Rule(lambda _: True),
    "true": Rule(lambda _: True),
    "event.course_id == trigger.course_id": Rule(_same_course, reads_trigger=True),
    "event.total > 9.99": Rule(lambda f: _over(f, 9.99)),
    'event.status == "completed"': Rule(lambda f: same(get(f.event, "status"), "completed")),
    "has(event.coupon)": Rule(lambda f: "coupon" in f.event),
    "!has(event.coupon)": Rule(lambda f: "coupon" not in f.event),
    "has(event.coupon) && event.total >= 20.0": Rule(
        lambda f: both(lambda: "coupon" in f.event, lambda: _at_least(f, 20.0))
    ),
    "has(event.coupon) || event.total >= 20.0": Rule(
        lambda f: either(lambda: "coupon" in f.event, lambda: _at_least(f, 20.0))
    ),
    "event.total >= trigger.total": Rule(
        lambda f: _not_less(get(f.event, "total"), get(f.trigger, "total")),
        reads_trigger=True,
    ),
    'person.plan != "premium"': Rule(lambda f: not same(get(f.person, "plan"), "premium")),
    '!has(person.plan) || person.plan != "premium"': Rule(
        lambda f: either(
            lambda: "plan" not in f.person,
            lambda: not same(get(f.person, "plan"), "premium"),
        )
    ),
}

VALUES: dict[str, Rule] = {
    "event.total": Rule(lambda f: get(f.event, "total")),
    "event.total * 2.0": Rule(lambda f: number(get(f.event, "total")) * 2.0),
    "event.total / event.count": Rule(
        lambda f: divided(get(f.event, "total"), get(f.event, "count"))
    ),
    "trigger.price": Rule(lambda f: get(f.trigger, "price"), reads_trigger=True),
    "person.rate": Rule(lambda f: get(f.person, "rate")),
    "size(event.items)": Rule(lambda f: len(get(f.event, "items"))),
}

# Of people: of audiences, and of segments with a rule.
ABOUT_PEOPLE: dict[str, Rule] = {
    'person.plan == "premium"': Rule(lambda f: same(get(f.person, "plan"), "premium")),
    'person.plan != "premium"': FILTERS['person.plan != "premium"'],
    '!has(person.plan) || person.plan != "premium"': FILTERS[
        '!has(person.plan) || person.plan != "premium"'
    ],
    "!has(person.plan)": Rule(lambda f: "plan" not in f.person),
    "has(person.banned)": Rule(lambda f: "banned" in f.person),
    "!has(person.banned)": Rule(lambda f: "banned" not in f.person),
    "person.age >= 18.0": Rule(lambda f: number(get(f.person, "age")) >= 18.0),
}
SEGMENTS = {**ABOUT_PEOPLE, "true": Rule(lambda _: True)}
AUDIENCES = {
    **ABOUT_PEOPLE,
    "": Rule(lambda _: True),
    "true": Rule(lambda _: True),
    '"vip" in segments': Rule(lambda f: "vip" in f.segments),
    '!("vip" in segments)': Rule(lambda f: "vip" not in f.segments),
    '"premium" in segments': Rule(lambda f: "premium" in f.segments),
    '!("nobody" in segments)': Rule(lambda f: "nobody" not in f.segments),
    "person.course_id == trigger.course_id": Rule(
        lambda f: same(get(f.person, "course_id"), get(f.trigger, "course_id")),
        reads_trigger=True,
    ),
}

# Texts that are refused wherever they stand.
REFUSED = frozenset(
    {
        " ",
        " \t\n ",
        "event.total >",
        "event.total = 5.0",
        "evnt.total > 5.0",
        "total > 5.0",
        '"completed"',
        "event.total > 5.0 and has(event.coupon)",
    }
)


def outcome(text: str, facts: Facts, known: dict[str, Rule]) -> Outcome:
    """What a rule that is true or false says; only TRUE lets something be."""
    try:
        return "TRUE" if known[text].meaning(facts) else "FILTER_FALSE"
    except MissingError:
        return "PROPERTY_MISSING"
    except WrongTypeError:
        return "FILTER_ERROR"


def worth(text: str, facts: Facts) -> float | None:
    """What a goal's value rule gives; None unless it is a finite number (rule C15)."""
    if not text:
        return None
    try:
        value = number(VALUES[text].meaning(facts))
    except (MissingError, WrongTypeError):
        return None
    return value if math.isfinite(value) else None


def is_refused(text: str, known: dict[str, Rule], *, has_trigger: bool) -> bool:
    """Whether a campaign with this rule is refused (rules G4, G5)."""
    if text in REFUSED:
        return True
    return text not in known or (known[text].reads_trigger and not has_trigger)
