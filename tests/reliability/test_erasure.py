"""kill -9 while people are deleted: everybody is whole or gone."""

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import grpc
from support.calls import COURSE, Caller, email, finished
from support.servers import Server, connected

PEOPLE = 100


def test_kill_9_while_people_are_deleted(tmp_path: Path) -> None:
    """Everybody is whole or gone, and figures count everybody as before."""
    server = Server(f"sqlite:///{tmp_path / 'attribution.db'}", tmp_path / "log")
    call = connected(server.address)
    call("CreateCampaign", {"campaign": COURSE})
    names = [f"p{number}" for number in range(PEOPLE)]
    for name in names:
        call("StartJourney", journey_of(name))
        call("RecordDelivery", {"delivery": email("d", "j", name)})
        call("Evaluate", finished("e1", name))
    before = call("GetMetrics", {"campaign_id": "course"})
    deleted: list[str] = []

    def delete() -> None:
        with contextlib.suppress(grpc.RpcError):
            for name in names:
                call("DeletePerson", {"person_id": name})
                deleted.append(name)

    worker = threading.Thread(target=delete)
    worker.start()
    while len(deleted) < PEOPLE // 10:
        time.sleep(0.001)
    server.kill()
    worker.join(60)
    call.close()
    server.start()
    call = connected(server.address)
    held = [everything_of(call, name) for name in names]
    assert not any(map(any, held[: len(deleted)]))
    assert all(all(each) or not any(each) for each in held)
    assert any(map(all, held)), "everybody was deleted: the crash came too late to prove anything"
    assert call("GetMetrics", {"campaign_id": "course"}) == before
    call.close()
    server.stop()


def journey_of(person: str) -> dict[str, Any]:
    return {
        "person_id": person,
        "journey_id": "j",
        "campaign_id": "course",
        "trigger_properties": {"course_id": "py101"},
    }


def everything_of(call: Caller, person: str) -> list[bool]:
    """Whether there is a journey, a delivery, something sent, something that happened."""
    mine = {"person_id": person}
    return [
        bool(call("ListJourneys", mine)),
        bool(call("ListDeliveries", mine)),
        bool(call("ListPersonSent", mine)),
        bool(call("ListPersonActivity", mine)),
    ]
