"""Bytes that are no message: what is told of them."""

import pytest
from attribution.v1 import attribution_service_pb2
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.transport import wire
from hypothesis import given, settings
from hypothesis import strategies as st

REQUEST = attribution_service_pb2.EvaluateRequest
GOOD = REQUEST(event={"event_id": "e", "person_id": "p", "name": "n"})


def refused(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        wire.parse(REQUEST, data)
    return caught.value


def outcome(data: bytes) -> Reason | None:
    try:
        wire.parse(REQUEST, data)
    except Refusal as refusal:
        return refusal.reason
    return None


def test_a_message_is_parsed() -> None:
    assert wire.parse(REQUEST, GOOD.SerializeToString()) == GOOD
    assert wire.parse(REQUEST, b"") == REQUEST()


def test_unknown_fields_are_left_alone() -> None:
    unknown = b"\xf8\x07\x01"  # field 127, a varint
    assert wire.parse(REQUEST, GOOD.SerializeToString() + unknown)


@given(st.binary(max_size=200))
@settings(derandomize=True, database=None, deadline=None)
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    assert outcome(data) in {None, Reason.MALFORMED_REQUEST}


@given(st.integers(0, 40), st.integers(0, 255))
@settings(derandomize=True, database=None, deadline=None)
def test_one_wrong_byte(position: int, byte: int) -> None:
    data = bytearray(GOOD.SerializeToString())
    data[position % len(data)] = byte
    assert outcome(bytes(data)) in {None, Reason.MALFORMED_REQUEST}


def test_the_search_for_the_fault_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    event = b"\x0a\x02\x0a\x00" * 10  # empty ids, over and over
    bad = b"\x0a\x03\x12\x01\xff"  # a person id that is not UTF-8
    assert refused(event + bad).violations[0].field == "event.person_id"
    monkeypatch.setattr(wire, "_MAX_FIELDS", 15)
    told = refused(event + bad)
    assert not told.violations
    assert "cannot be decoded" in told.message
