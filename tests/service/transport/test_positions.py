"""Cursors: what comes back is what went in, and what nobody gave is known."""

import base64
import random
import zlib

import pytest
from attribution_service.core.reports import Position
from attribution_service.storage.interface import BUCKETS
from attribution_service.transport.positions import cursor_of, is_ahead, position_of

CHANCE = random.Random(7)
EVEN = (5,) * BUCKETS
UNEVEN = tuple(CHANCE.randrange(1_000_000, 1_004_000) for _ in range(BUCKETS))
LARGEST = tuple(CHANCE.randrange(2**62) for _ in range(BUCKETS))


@pytest.mark.parametrize("position", [0, 1, 2**62, EVEN, UNEVEN, LARGEST])
def test_they_come_back(position: Position) -> None:
    assert position_of(cursor_of(position)) == position


def test_they_are_small() -> None:
    assert len(cursor_of(EVEN)) < 100
    assert len(cursor_of(UNEVEN)) < 3_000
    assert len(cursor_of(LARGEST)) < 16_384


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(b"B" + zlib.compress(data)).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "é", "B", packed(b""), packed(b"\x00"), packed(b"\x00" * BUCKETS)),
        packed(b"\x00" * (BUCKETS + 2)),
        packed(b"\x00" + b"\x01" * BUCKETS),  # the least is there
        packed(b"\xff" * BUCKETS),
        packed(b"\x00" * 10_000_000),
        base64.urlsafe_b64encode(b"Bnot packed").decode(),
        cursor_of(UNEVEN)[:-8],
        cursor_of(UNEVEN)[:-4] + "AAAA",
        base64.urlsafe_b64encode(b'["conversions", -1]').decode(),
        "A" * 20_000,
    ],
)
def test_what_nobody_gave_is_known(cursor: str) -> None:
    assert position_of(cursor) is None


def test_what_is_ahead() -> None:
    assert [is_ahead(number, 5) for number in (4, 5, 6)] == [False, False, True]
    assert [is_ahead(number, EVEN) for number in (4, 5, 6)] == [False, False, True]
    assert not is_ahead(EVEN, EVEN)
    assert is_ahead((*EVEN[:-1], 6), EVEN)
    assert is_ahead(EVEN, 2**62)
