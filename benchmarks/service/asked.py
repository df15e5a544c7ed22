"""What the load process sends: requests as bytes, each person in turn, drawn from the whole."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

from attribution.v1 import attribution_service_pb2 as service

from benchmarks.service import shapes
from benchmarks.service.shapes import Shape

_SEED: Final = 20

T = TypeVar("T")


class Kind(StrEnum):
    """What is asked."""

    UNWATCHED = "unwatched"
    WATCHED = "watched"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of call over a store of a shape.

    Attributes:
        kind: What is asked.
        shape: What the store holds.
        batch: How many requests are in a call; 0: each is a call of its own.
        raw_json: Whether events bring their properties as raw JSON, and not as a Struct.
    """

    kind: Kind
    shape: Shape
    batch: int = 0
    raw_json: bool = False

    @property
    def method(self) -> str:
        """The path of the method that is called."""
        name = "CheckExit" if self.kind is Kind.CHECK else "Evaluate"
        return f"/attribution.v1.AttributionService/{name}{'Batch' if self.batch else ''}"

    @property
    def requests_a_call(self) -> int:
        """How many events or checks are in a call."""
        return self.batch or 1


class UsedUpError(Exception):
    """More was asked for than the store has people for."""


def calls(asked: Asked, first: int, count: int) -> list[bytes]:
    """Make the requests of some calls; `first` counts the calls that were made before."""
    each = asked.requests_a_call
    numbers = range(first * each, (first + count) * each)
    if asked.kind is Kind.CHECK:
        checks = [_check(asked.shape, number) for number in numbers]
        if not asked.batch:
            return [check.SerializeToString() for check in checks]
        return [
            service.CheckExitBatchRequest(checks=part).SerializeToString()
            for part in _parts(checks, each)
        ]
    events = [_event(asked, number) for number in numbers]
    if not asked.batch:
        return [event.SerializeToString() for event in events]
    return [
        service.EvaluateBatchRequest(requests=part).SerializeToString()
        for part in _parts(events, each)
    ]


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


@lru_cache(maxsize=4)
def _order(people: int) -> Sequence[int]:
    """All people in an order of chance, always the same."""
    numbers = list(range(people))
    random.Random(_SEED).shuffle(numbers)  # noqa: S311 - nothing secret
    return numbers


def is_chosen(number: int, people: int) -> bool:
    """Tell whether the request of this number is one of those that convert.

    Everybody is asked about once before anybody is again, and another fifth is chosen then: a
    delivery converts once, so that who converted before would not again.
    """
    turn, position = divmod(number, people)
    return position % shapes.CONVERTS_EVERY == turn % shapes.CONVERTS_EVERY


def _person(shape: Shape, number: int, turns: int) -> int:
    if number >= shape.people * turns:
        raise UsedUpError(
            f"the store of {shape.people:,} people is used up after {number:,} requests: "
            "ask for fewer rounds"
        )
    return _order(shape.people)[number % shape.people]


def _event(asked: Asked, number: int) -> service.EvaluateRequest:
    watched = asked.kind is Kind.WATCHED
    turns = shapes.CONVERTS_EVERY if watched else 1_000
    person = _person(asked.shape, number, turns)
    request = service.EvaluateRequest()
    event = request.event
    event.event_id = f"{number:032x}"
    event.person_id = shapes.person_id(person)
    event.name = shapes.WATCHED_EVENT if watched else shapes.UNWATCHED_EVENT
    chosen = is_chosen(number, asked.shape.people)
    properties = {
        "course_id": shapes.course_id(person),
        "score": shapes.PASSED if chosen else shapes.FAILED,
        "certificate": chosen,
    }
    if asked.raw_json:
        event.properties_json = json.dumps(properties).encode()
    else:
        event.properties.update(properties)
    return request


def expected(asked: Asked, first: int, count: int) -> int:
    """How many conversions or exits these calls must bring, if the service does its work."""
    each = asked.requests_a_call
    numbers = range(first * each, (first + count) * each)
    people = asked.shape.people
    match asked.kind:
        case Kind.UNWATCHED:
            return 0
        case Kind.WATCHED:
            return sum(is_chosen(number, people) for number in numbers)
        case Kind.CHECK:
            order = _order(people)
            return sum(shapes.is_achieved(order[number]) for number in numbers)


def _check(shape: Shape, number: int) -> service.CheckExitRequest:
    person = _person(shape, number, 1)
    return service.CheckExitRequest(
        person_id=shapes.person_id(person),
        journey_id=shapes.journey_id(person),
        next_step=service.NEXT_STEP_EMAIL,
    )


def _conversions(data: bytes) -> int:
    return len(service.EvaluateResponse.FromString(data).conversions)


def _exits(data: bytes) -> int:
    return int(service.CheckExitResponse.FromString(data).exit)


def _batch_exits(data: bytes) -> int:
    results = service.CheckExitBatchResponse.FromString(data).results
    return sum(each.answer.exit for each in results)


def _batch_conversions(data: bytes) -> int:
    results = service.EvaluateBatchResponse.FromString(data).results
    return sum(len(each.answer.conversions) for each in results)


_CHOSEN: Final[Mapping[tuple[bool, bool], Callable[[bytes], int]]] = {
    (False, False): _conversions,
    (False, True): _batch_conversions,
    (True, False): _exits,
    (True, True): _batch_exits,
}


def chosen_in(asked: Asked, answer: bytes) -> int:
    """Count the conversions or exits of an answer."""
    return _CHOSEN[asked.kind is Kind.CHECK, bool(asked.batch)](answer)
