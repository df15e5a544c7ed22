"""Values of the rule language as JSON has them."""

import math
from typing import Any

import pytest
from attribution_dsl import UNSAFE_INTEGER, Duration, Timestamp
from attribution_dsl.runtime import make_map
from attribution_dsl.values import NONE, OptionalValue
from attribution_service.transport.values import MAX_VALUE_BYTES, message
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Value


def plain(value: object) -> Any:
    found = message(value)
    assert found is not None
    return json_format.MessageToDict(found)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (1, 1.0),
        (1.5, 1.5),
        (2**53, 2.0**53),
        (2**53 + 1, "9007199254740993"),
        (-(2**63), "-9223372036854775808"),
        (1e300, "1e+300"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        ("text", "text"),
        ([1, "a", [None]], [1.0, "a", [None]]),
        (make_map(["a", 1, 2, 2, True, 3], []), {"a": 1.0, "2": 2.0, "true": 3.0}),
        (Timestamp(1_500_000_000), "1970-01-01T00:00:01.500Z"),
        (Timestamp(-1), "1969-12-31T23:59:59.999999999Z"),
        (Duration(90_000_000_000), "90s"),
        (Duration(-1_500_000_000), "-1.500s"),
        (NONE, None),
        (OptionalValue(5), 5.0),
        ([UNSAFE_INTEGER], [UNSAFE_INTEGER.message]),
    ],
)
def test_values(value: object, shown: object) -> None:
    assert plain(value) == shown


def nested(depth: int) -> object:
    value: object = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_what_is_nested_too_deep() -> None:
    assert plain(nested(20)) == nested(20)
    deep = plain(nested(30))
    for _ in range(20):
        (deep,) = deep
    assert deep == "..."
    maps: dict[str, object] = {}
    for _ in range(40):
        maps = {"a": maps}
    found = message(maps)
    assert found is not None
    assert Value.FromString(found.SerializeToString()) == found


@pytest.mark.parametrize(
    "large", ["x" * MAX_VALUE_BYTES, "é" * (MAX_VALUE_BYTES // 2), ["x" * 60_000] * 10_000]
)
def test_what_is_too_large(large: object) -> None:
    assert message(large) is None
    assert message({"a": [large]}) is None


def test_what_is_just_small_enough() -> None:
    value = message("x" * (MAX_VALUE_BYTES - 4))
    assert value is not None
    assert value.ByteSize() <= MAX_VALUE_BYTES
