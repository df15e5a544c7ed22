"""What the messages can hold is converted, the rest refused with its place."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attribution.v1.attribution_service_pb2 import EvaluateRequest
from attribution_client import Channel
from attribution_client._convert import (
    MAX_NESTING,
    MAX_SAFE_INTEGER,
    to_enum,
    to_struct,
    to_timestamp,
)
from attribution_client._requests import evaluate
from clients.fake_service import FakeService
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct


def nested(levels: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def endless() -> dict[str, object]:
    value: dict[str, object] = {}
    value["again"] = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"": ""},
        {"none": None, "yes": True, "no": False},
        {"whole": 3, "part": -0.25, "most": MAX_SAFE_INTEGER, "least": -MAX_SAFE_INTEGER},
        {"text": "grün \U0001f600 \x00"},
        {"list": [1, "a", None, [], {}, {"b": [False]}]},
        {"map": {"of": {"maps": {}}}},
    ],
)
def test_json_values_are_kept(value: dict[str, object]) -> None:
    assert MessageToDict(to_struct(value, "properties")) == value


def test_true_stays_a_bool_and_a_tuple_becomes_a_list() -> None:
    struct = to_struct({"a": True, "b": (1, 2)}, "properties")
    assert struct.fields["a"].WhichOneof("kind") == "bool_value"
    assert MessageToDict(struct) == {"a": True, "b": [1, 2]}


def test_a_struct_is_taken_as_it_is() -> None:
    ready = to_struct({"a": [1]}, "properties")
    assert to_struct(ready, "properties") == ready
    assert to_struct({"inner": Struct()}, "properties") == to_struct({"inner": {}}, "properties")


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ({"a": math.nan}, ValueError, "properties.a: JSON cannot hold nan"),
        ({"a": {"b": [1, math.inf]}}, ValueError, r"properties.a.b\[1\]: JSON cannot hold inf"),
        ({"a": [{"odd key": -math.inf}]}, ValueError, r"properties.a\[0\]\['odd key'\]: .* -inf"),
        ({1: "a"}, TypeError, "properties: key 1 is int; JSON has text keys only"),
        ({"a": [{None: 1}]}, TypeError, r"properties.a\[0\]: key None is NoneType"),
        ({"a": 2**53 + 1}, ValueError, r"properties.a: .*2\^53; send it as a string"),
        ({"a": -(2**53) - 1}, ValueError, r"properties.a: .*2\^53; send it as a string"),
        ({"a": 10**400}, ValueError, r"properties.a: .*2\^53; send it as a string"),
        ({"a": b"x"}, TypeError, "properties.a: JSON cannot hold bytes; send text"),
        ({"a": {1}}, TypeError, "properties.a: JSON cannot hold set; send a list"),
        ({"a": date(2025, 1, 1)}, TypeError, r"properties.a: .* date; .*isoformat\(\)"),
        ({"a": datetime(2025, 1, 1, tzinfo=UTC)}, TypeError, r"properties.a: .* datetime; "),
        ({"a": Decimal(1)}, TypeError, "properties.a: .* Decimal; send a float, or text"),
        ({"a": object()}, TypeError, "properties.a: JSON cannot hold object$"),
        ({"a": "\ud800"}, ValueError, "properties.a: no valid Unicode at character 0"),
        ({"x\ud800": 1}, ValueError, "a key of properties: no valid Unicode at character 1"),
        ([1], TypeError, "properties: expected a mapping, not list"),
        ("text", TypeError, "properties: expected a mapping, not str"),
        (nested(MAX_NESTING + 1), ValueError, f"nested more than {MAX_NESTING} deep"),
        (endless(), ValueError, r"properties.again\[0\].again.*nested more than"),
    ],
    ids=repr,
)
def test_what_json_cannot_hold_is_refused_with_its_path(
    value: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        to_struct(value, "properties")


def test_the_deepest_nesting_that_is_let_through_can_be_read_again() -> None:
    request = evaluate("e", "p", "n", nested(MAX_NESTING), None, None, False, False)
    assert EvaluateRequest.FromString(request.SerializeToString()) == request


@pytest.mark.parametrize(
    ("method", "named", "path"),
    [
        ("evaluate", {"event_id": "e", "name": "n", "properties": {"a": math.nan}}, "properties.a"),
        (
            "evaluate",
            {"event_id": "e", "name": "n", "person_attributes": {"a": math.nan}},
            "person_attributes.a",
        ),
        (
            "evaluate",
            {"event_id": "e", "name": "n", "occurred_time": datetime(2025, 1, 1)},  # noqa: DTZ001
            "occurred_time",
        ),
        (
            "start_journey",
            {"journey_id": "j", "campaign_id": "c", "trigger_properties": {"a": math.nan}},
            "trigger_properties.a",
        ),
        (
            "record_delivery",
            {
                "delivery_id": "d",
                "journey_id": "j",
                "channel": "EMAIL",
                "sent_time": datetime(2025, 1, 1),  # noqa: DTZ001
            },
            "sent_time",
        ),
        ("record_delivery", {"delivery_id": "d", "journey_id": "j", "channel": "MAIL"}, "channel"),
        (
            "record_delivery",
            {"delivery_id": "d", "journey_id": "j", "channel": "SMS", "status": "GONE"},
            "status",
        ),
        (
            "record_interaction",
            {"delivery_id": "d", "kind": "OPENED", "time": datetime(2025, 1, 1)},  # noqa: DTZ001
            "time",
        ),
        ("record_interaction", {"delivery_id": "d", "kind": "READ"}, "kind"),
        ("check_exit", {"journey_id": "j", "next_step": "NAP"}, "next_step"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_methods_refuse_before_anything_is_sent(
    method: str,
    named: dict[str, Any],
    path: str,
    call: Callable[..., Any],
    service: FakeService,
) -> None:
    with pytest.raises(ValueError, match=f"^{path}: "):
        call(method, person_id="p", **named)
    assert service.calls == []


def test_a_time_is_kept_to_the_microsecond() -> None:
    moment = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert to_timestamp(moment, "time").ToMicroseconds() == -1


@pytest.mark.parametrize("value", ["2025-01-01T00:00:00Z", 1.5, date(2025, 1, 1)], ids=repr)
def test_a_time_that_is_no_datetime_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^time: expected a datetime, not "):
        to_timestamp(value, "time")


@pytest.mark.parametrize(
    ("value", "number"),
    [("EMAIL", 1), ("email", 1), ("CHANNEL_EMAIL", 1), (Channel.CHANNEL_SMS, 2), (99, 99)],
)
def test_enum_values_by_name_and_number(value: str | int, number: int) -> None:
    assert to_enum(value, Channel, "CHANNEL_", "channel") == number


@pytest.mark.parametrize("value", [True, None, 1.0], ids=repr)
def test_enum_values_of_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^channel: expected a name or an enum value, not "):
        to_enum(value, Channel, "CHANNEL_", "channel")


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'FAX' is none of EMAIL, SMS, PUSH") as caught:
        to_enum("FAX", Channel, "CHANNEL_", "channel")
    assert "UNSPECIFIED" not in str(caught.value)


def test_properties_go_one_way() -> None:
    both = ("e", "p", "n", {"a": 1}, None, None, False, False)
    with pytest.raises(ValueError, match="one way"):
        evaluate(*both, properties_json=b"{}")
    request = evaluate("e", "p", "n", None, None, None, False, False, properties_json=b'{"a": 1}')
    assert request.event.properties_json == b'{"a": 1}'
