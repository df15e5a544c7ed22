"""Properties as raw JSON: the same content as a struct would have brought, or more exactly."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attribution_service.core.properties import Properties
from attribution_service.transport.raw_json import values_of_json
from attribution_service.transport.structs import StructFault, StructTooDeepError, fill, values_of
from google.protobuf.struct_pb2 import Struct
from hypothesis import given, settings
from hypothesis import strategies as st
from support.calls import COURSE, Caller, finished, served, set_the_scene

_EXACT = 2**53
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-_EXACT + 1, _EXACT - 1),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(derandomize=True, database=None, deadline=None)
@given(values=st.dictionaries(st.text(), _VALUES), ascii_only=st.booleans())
def test_it_is_the_same_content_as_a_struct(values: dict[str, Any], ascii_only: bool) -> None:
    struct = Struct()
    fill(struct, values)
    try:
        text = json.dumps(values, ensure_ascii=ascii_only)
        found = Properties(values_of_json(text.encode(), "p"))
    except StructTooDeepError:
        with pytest.raises(StructTooDeepError):
            values_of(struct, "p")
        return
    assert found == Properties(values_of(struct, "p"))
    assert Properties(text=found.text).values == found.values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{}", {}),
        (' {"a" : 1 } ', {"a": 1.0}),
        ('{"a": -0, "b": -0.0}', {"a": 0.0, "b": 0.0}),
        ('{"a": 9007199254740991}', {"a": 9007199254740991.0}),
        ('{"a": 9007199254740993}', {"a": 9007199254740993}),
        ('{"a": -9223372036854775808}', {"a": -(2**63)}),
        ('{"a": [9223372036854775807]}', {"a": [2**63 - 1]}),
        ('{"a": 9007199254740993.0}', {"a": 9007199254740992.0}),
        ('{"a": 1e-400}', {"a": 0.0}),
        ('{"a": "\\ud83d\\ude00\\u0000"}', {"a": "\U0001f600\0"}),
        ('{"a": {"a": 1}, "b": {"a": 2}}', {"a": {"a": 1.0}, "b": {"a": 2.0}}),
    ],
)
def test_values(text: str, values: dict[str, object]) -> None:
    found = values_of_json(text.encode(), "p")
    assert repr(found) == repr(values)  # also the types


@pytest.mark.parametrize(
    ("data", "reason", "what"),
    [
        (b"", "FIELD_INVALID", "line 1, column 1"),
        (b"[]", "FIELD_INVALID", "no JSON object"),
        (b"null", "FIELD_INVALID", "no JSON object"),
        (b'"a"', "FIELD_INVALID", "no JSON object"),
        (b'{"a": 1}}', "FIELD_INVALID", "column 9"),
        (b'{"a": 1,}', "FIELD_INVALID", "is no JSON"),
        (b"{'a': 1}", "FIELD_INVALID", "is no JSON"),
        (b'{"a": 01}', "FIELD_INVALID", "is no JSON"),
        (b'{"a": "\n"}', "FIELD_INVALID", "is no JSON"),
        (b'\xef\xbb\xbf{"a": 1}', "FIELD_INVALID", "is no JSON"),
        ('{"a": 1}'.encode("utf-16"), "FIELD_INVALID", "not UTF-8 from byte 0"),
        (b'{"a": "\xff"}', "FIELD_INVALID", "not UTF-8 from byte 7"),
        (b'{"a": 1, "a": 1}', "FIELD_INVALID", "a name twice"),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "FIELD_INVALID", "a name twice"),
        (b'{"a": "\\ud83d"}', "FIELD_INVALID", "half a surrogate pair"),
        (b'{"\\ude00": 1}', "FIELD_INVALID", "half a surrogate pair"),
        (b'{"a": NaN}', "FIELD_OUT_OF_RANGE", "NaN"),
        (b'{"a": -Infinity}', "FIELD_OUT_OF_RANGE", "-Infinity"),
        (b'{"a": 1e400}', "FIELD_OUT_OF_RANGE", "too large for a double"),
        (b'{"a": 9223372036854775808}', "FIELD_OUT_OF_RANGE", "beyond 64 bits"),
        (b'{"a": -9223372036854775809}', "FIELD_OUT_OF_RANGE", "beyond 64 bits"),
        (b'{"a": ' + b"9" * 60_000 + b"}", "FIELD_OUT_OF_RANGE", "beyond 64 bits"),
    ],
)
def test_what_json_leaves_open_is_refused(data: bytes, reason: str, what: str) -> None:
    with pytest.raises(StructFault) as refused:
        values_of_json(data, "event.properties_json")
    assert refused.value.field == "event.properties_json"
    assert refused.value.reason == reason
    assert what in str(refused.value)


@pytest.mark.parametrize(("start", "end"), [(b'{"a":', b"}"), (b"[", b"]")])
def test_nesting(start: bytes, end: bytes) -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' + start * (depth - 1) + b"1" + end * (depth - 1) + b"}"

    values_of_json(nested(20), "p")
    for depth in (21, 1_000, 30_000):
        with pytest.raises(StructTooDeepError):
            values_of_json(nested(depth), "p")
    values_of_json(b'{"a": [' + b"[1], " * 1_000 + b"{}]}", "p")  # wide is not deep


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with served(tmp_path) as caller:
        set_the_scene(caller)
        yield caller


def raw(event_id: str, person_id: str, properties: str) -> dict[str, Any]:
    request = finished(event_id, person_id)
    del request["event"]["properties"]
    request["event"]["properties_json"] = base64.b64encode(properties.encode()).decode()
    return request


def test_an_event_may_come_either_way(call: Caller) -> None:
    first = call("Evaluate", raw("e1", "ada", ' {"n": 1, "course_id": "py101"}'))
    assert [each["delivery_id"] for each in first["conversions"]] == ["d1"]
    same = finished("e1", "ada")
    same["event"]["properties"]["n"] = 1.0
    assert call("Evaluate", same)["replayed"]
    assert call("Evaluate", raw("e1", "ada", '{"course_id":"py101","n":1e0}'))["replayed"]
    other = call.refused("Evaluate", raw("e1", "ada", '{"course_id":"py101","n":true}'))
    assert other.reason == "EVENT_ALREADY_EXISTS"


def test_large_whole_numbers_stay_exact(call: Caller) -> None:
    goal = {
        "performs_event": {
            "event_name": "course_finished",
            "filter": "event.order == 9007199254740993",
        }
    }
    call("CreateCampaign", {"campaign": {**COURSE, "campaign_id": "exact", "goal": goal}})
    journey = {"person_id": "eve", "journey_id": "x1", "campaign_id": "exact"}
    call("StartJourney", journey)
    near = call("Evaluate", raw("e1", "eve", '{"order": 9007199254740992}'))
    assert "achieved_journeys" not in near
    lost = finished("e2", "eve")
    lost["event"]["properties"]["order"] = 9007199254740993
    assert "achieved_journeys" not in call("Evaluate", lost)  # a double: not known exactly
    met = call("Evaluate", raw("e3", "eve", '{"order": 9007199254740993}'))
    assert met["achieved_journeys"] == ["x1"]
    assert call("Evaluate", raw("e3", "eve", '{"order": 9007199254740993}'))["replayed"]
    other = call.refused("Evaluate", raw("e3", "eve", '{"order": 9007199254740992}'))
    assert other.reason == "EVENT_ALREADY_EXISTS"


def test_both_ways_at_once_are_refused(call: Caller) -> None:
    both = finished("e1", "ada")
    both["event"]["properties_json"] = base64.b64encode(b"{}").decode()
    refused = call.refused("Evaluate", both)
    assert refused.fields == (("event.properties_json", "FIELD_INVALID"),)
    nothing = finished("e1", "ada")
    nothing["event"]["properties"] = {}
    nothing["event"]["properties_json"] = base64.b64encode(b"{}").decode()
    assert call.refused("Evaluate", nothing).fields == refused.fields


def test_raw_json_has_a_limit(call: Caller) -> None:
    long = '{"a": "' + "x" * 65_528 + '"}'
    refused = call.refused("Evaluate", raw("e1", "ada", long))
    assert refused.fields == (("event.properties_json", "FIELD_TOO_LONG"),)
    assert refused.metadata == {"limit": "65536"}
    call("Evaluate", raw("e1", "ada", long.replace("xx", "x", 1)))
    deep = call.refused("Evaluate", raw("e2", "ada", '{"a":' + "[" * 21 + "]" * 21 + "}"))
    assert (deep.reason, deep.metadata) == ("FIELD_TOO_LONG", {"limit": "20"})
