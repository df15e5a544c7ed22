"""A store without room, wherever the tests run: SQLite is told how large its file may get."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import ServerSettings
from sqlalchemy import Engine, event
from support.calls import START_US, Caller, email, finished, set_the_scene

_ENOUGH = 2**30
_PADDING = "x" * 3_000


class Room:
    """How many pages the file may have, for all connections from their next transaction on."""

    def __init__(self) -> None:
        self.pages = _ENOUGH

    def limit(self, connection: Any) -> None:
        # Fewer than there are become as many as there are.
        connection.exec_driver_sql(f"PRAGMA max_page_count={self.pages}")


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    event.listen(Engine, "begin", made.limit)
    yield made
    event.remove(Engine, "begin", made.limit)


def test_no_room(room: Room, tmp_path: Path) -> None:
    """Refused until there is room, reads work all the while, and nothing is half done."""
    settings = ServerSettings(store_url=f"sqlite:///{tmp_path / 'attribution.db'}")
    with background(settings, ManualClock(START_US)) as address:
        call = Caller(address)
        set_the_scene(call)
        room.pages = 1
        refused = first_refused(call)
        told = call.refused("Evaluate", finished(refused, "ada", _PADDING))
        assert (told.code, told.reason) == ("RESOURCE_EXHAUSTED", "STORE_FULL")
        whole = call("GetJourney", {"person_id": "ada", "journey_id": "j1"})["journey"]
        assert "achieve_time" not in whole
        assert call("ListCampaigns", {})["campaigns"]
        assert call("GetMetrics", {"campaign_id": "course"})["deliveries"]["sent"] == "1"
        room.pages = _ENOUGH
        assert call("Evaluate", finished(refused, "ada", _PADDING)) == {}
        assert call("Evaluate", finished(refused, "ada", _PADDING)) == {"replayed": True}
        assert call("Evaluate", finished("e", "ada"))["conversions"][0]["delivery_id"] == "d1"
        call("RecordDelivery", {"delivery": email("d2", "j2", "bob")})
        call.close()


def first_refused(call: Caller) -> str:
    """The id of the first event that finds no room."""
    for number in range(1_000):
        event_id = f"e{number}"
        try:
            call("Evaluate", finished(event_id, "ada", _PADDING))
        except grpc.RpcError:
            return event_id
    raise AssertionError("there is room for everything")
