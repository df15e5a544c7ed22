"""What is looked at after faults: all is well, or what a test has spoilt is found."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from reliability.afterwards import Found, look
from reliability.case import Case
from reliability.figures import Figures, table
from reliability.lives import Lives
from reliability.load import tell_life, ways


def nothing(_: Found) -> Sequence[str]:
    return ()


SPOILT: list[tuple[str, Callable[[Found], Sequence[str]]]] = [
    ("", nothing),
    ("DELETE FROM conversions WHERE person_id = 'p0'", lambda found: found.lost),
    ("DELETE FROM receipts WHERE person_id = 'p0'", lambda found: found.lost),
    ("DELETE FROM journeys WHERE person_id = 'p0'", lambda found: found.lost),
    ("UPDATE deliveries SET sent_us = sent_us + 1", lambda found: found.violated),
    ("UPDATE people SET attributes = '{}'", lambda found: found.violated),
    ("UPDATE conversions SET value = 11 WHERE value = 10", lambda found: found.violated),
]


@pytest.mark.parametrize(("statement", "finds"), SPOILT)
def test_what_was_spoilt_is_found(
    statement: str, finds: Callable[[Found], Sequence[str]], tmp_path: Path
) -> None:
    store = tmp_path / "attribution.db"
    case = Case(lambda _: None)
    with background(ServerSettings(store_url=f"sqlite:///{store}"), SystemClock()) as address:
        case.define([address])
        with ways([address], case.history, 1) as callers:
            for number in range(3):
                tell_life(callers, Lives(case.started_us), f"p{number}")
    if statement:
        with closing(sqlite3.connect(store)) as connection, connection:
            assert connection.execute(statement).rowcount
    with background(ServerSettings(store_url=f"sqlite:///{store}"), SystemClock()) as address:
        found = look([address], case.history)
    wrong = [*found.lost, *found.doubled, *found.violated, *found.miscounted, *found.gone_back]
    assert bool(wrong) is bool(statement)
    if statement:
        assert finds(found)
    assert len(found.judgements) == 3


def test_the_table() -> None:
    one = Figures("kill -9", 200, 12_345, 20, 10, 0, 0, 100, 13_000, 0, 0, 61.5)
    two = Figures("disk full", 3, 100, 1, 0, 1, 2, 5, 110, 1, 0, 2.4)
    lines = table([one, two])
    assert [line.split()[-12:][0] for line in lines[1:3]] == ["-9", "full"]
    assert lines[3].split() == [
        *("all", "203", "12,445", "21", "10", "1", "2", "105", "13,110", "1", "0", "64"),
    ]
