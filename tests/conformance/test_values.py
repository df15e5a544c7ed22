"""Values of the tests, and when two are the same."""

from typing import Any

import pytest
from attribution_dsl import Duration, Timestamp
from conformance.values import NotAValueError, canonical, from_json

SECOND = 1_000_000_000


def message(name: str, value: str) -> dict[str, Any]:
    return {"objectValue": {"@type": f"type.googleapis.com/google.protobuf.{name}", "value": value}}


def mapping(key: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    return {"mapValue": {"entries": [{"key": key, "value": value}]}}


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        ({"nullValue": None}, "null"),
        ({"boolValue": True}, "bool(true)"),
        ({"int64Value": "-9223372036854775808"}, "int(-9223372036854775808)"),
        ({"doubleValue": 3}, "double(3.0)"),
        ({"doubleValue": "-0"}, "double(-0.0)"),
        ({"doubleValue": "NaN"}, "double(nan)"),
        ({"doubleValue": "-Infinity"}, "double(-inf)"),
        ({"stringValue": "1"}, "string('1')"),
        ({"listValue": {}}, "[]"),
        ({"listValue": {"values": [{"int64Value": "1"}]}}, "[int(1)]"),
        ({"mapValue": {}}, "{}"),
        (mapping({"boolValue": True}, {"int64Value": "1"}), "{bool(true): int(1)}"),
        (mapping({"int64Value": "1"}, {"int64Value": "1"}), "{int(1): int(1)}"),
    ],
)
def test_values_from_json(json: dict[str, Any], expected: str) -> None:
    assert canonical(from_json(json)) == expected


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        (message("Duration", "123.321456789s"), Duration(123_321_456_789)),
        (message("Duration", "-1.5s"), Duration(-1_500_000_000)),
        (message("Timestamp", "1970-01-01T00:01:00Z"), Timestamp(60 * SECOND)),
        (message("Timestamp", "1969-12-31T23:59:59.5Z"), Timestamp(-SECOND // 2)),
    ],
)
def test_times_from_json(json: dict[str, Any], expected: object) -> None:
    assert from_json(json) == expected


@pytest.mark.parametrize(
    "json",
    [
        {"uint64Value": "1"},
        {"bytesValue": "AA=="},
        {"typeValue": "int"},
        {"enumValue": {}},
        message("Int32Value", "1"),
        message("Duration", "1"),
        message("Timestamp", "1970-01-01"),
        {"listValue": {"values": [{"uint64Value": "1"}]}},
    ],
)
def test_what_is_no_value(json: dict[str, Any]) -> None:
    with pytest.raises(NotAValueError):
        from_json(json)


def test_no_two_of_these_are_the_same() -> None:
    different = [1, 1.0, True, "1", None, 0, 0.0, -0.0, False, "", [], {}, [1], [1.0], {"a": 1}]
    different += [{"a": 1.0}, {1: 1}, {"1": 1}, Timestamp(1), Duration(1), float("nan")]
    assert len({canonical(each) for each in different}) == len(different)


def test_order_counts_in_lists_and_not_in_maps() -> None:
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
    assert canonical([1, 2]) != canonical([2, 1])


def test_values_of_other_classes_are_like_none_of_the_language() -> None:
    assert canonical((1,)) == "tuple((1,))"
    assert canonical({"a": b"x"}) == "{string('a'): bytes(b'x')}"
