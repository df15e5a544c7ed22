"""What the load process sends, and what it expects to come of it."""

import json
from collections import Counter
from typing import Any

import pytest
from attribution.v1 import attribution_service_pb2 as service

from benchmarks.service import shapes
from benchmarks.service.asked import (
    Asked,
    Kind,
    UsedUpError,
    calls,
    chosen_in,
    expected,
    is_chosen,
)
from benchmarks.service.echo import answers
from benchmarks.service.shapes import Shape

SHAPE = Shape(people=10)


def events(first: int, count: int) -> list[service.EvaluateRequest]:
    found = calls(Asked(Kind.WATCHED, SHAPE), first, count)
    return [service.EvaluateRequest.FromString(each) for each in found]


def test_everybody_has_a_turn_before_anybody_has_another() -> None:
    people = [each.event.person_id for each in events(0, 20)]
    assert Counter(people[:10]) == Counter(people[10:]) == Counter(dict.fromkeys(people, 1))
    assert people[:10] != sorted(people[:10])


def test_each_person_converts_once_in_all_turns() -> None:
    all_turns = events(0, 10 * shapes.CONVERTS_EVERY)
    converting = Counter(
        each.event.person_id
        for each in all_turns
        if each.event.properties["score"] == shapes.PASSED
    )
    assert set(converting.values()) == {1}
    assert len(converting) == 10
    assert len({each.event.event_id for each in all_turns}) == len(all_turns)


def test_a_store_that_is_used_up_is_told() -> None:
    events(0, 50)
    with pytest.raises(UsedUpError, match="fewer rounds"):
        events(1, 50)


def test_batches_hold_what_lone_calls_would() -> None:
    batch = Asked(Kind.WATCHED, SHAPE, batch=4)
    (second,) = calls(batch, first=1, count=1)
    request = service.EvaluateBatchRequest.FromString(second)
    assert list(request.requests) == events(4, 4)
    assert batch.method.endswith("/EvaluateBatch")
    assert expected(batch, 1, 1) == sum(is_chosen(number, 10) for number in range(4, 8))


def test_raw_json_says_the_same() -> None:
    raw = Asked(Kind.WATCHED, SHAPE, raw_json=True)
    for data, event in zip(calls(raw, 0, 10), events(0, 10), strict=True):
        told = service.EvaluateRequest.FromString(data).event
        assert json.loads(told.properties_json) == dict(event.event.properties)
        assert not told.HasField("properties")


def test_what_is_expected_of_checks_is_who_has_achieved() -> None:
    asked = Asked(Kind.CHECK, Shape(people=10, achieved=True), batch=10)
    assert expected(asked, 0, 1) == 2
    assert expected(Asked(Kind.UNWATCHED, SHAPE), 0, 50) == 0


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("batch", [0, 10])
def test_the_echo_answers_every_kind(kind: Kind, batch: int) -> None:
    asked = Asked(kind, SHAPE, batch)
    (data,) = calls(asked, 0, 1)
    name = asked.method.rpartition("/")[2]
    types: dict[str, Any] = {
        "Evaluate": service.EvaluateRequest,
        "CheckExit": service.CheckExitRequest,
        "EvaluateBatch": service.EvaluateBatchRequest,
        "CheckExitBatch": service.CheckExitBatchRequest,
    }
    answer = answers(watched=kind is Kind.WATCHED)[name](types[name].FromString(data))
    if batch:
        assert len(getattr(answer, "results")) == 10  # noqa: B009 - of any message
    chosen = chosen_in(asked, answer.SerializeToString())
    assert chosen == (0 if kind is Kind.UNWATCHED or not batch else 2)
