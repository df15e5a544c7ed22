"""kill -9 in the middle of a load: everything answered is there after a restart, nothing twice."""

import contextlib
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from support.calls import COURSE, Caller, email, finished

CRASHES = 5
WORKERS = 16
LOAD_SECONDS = 0.5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_server(store: Path, address: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from attribution_service.cli import main; main()", "serve"]
    options = [f"--store=sqlite:///{store}", f"--address={address}", "--log-level=error"]
    return subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)


def connect(address: str) -> Caller:
    caller = Caller(address)
    grpc.channel_ready_future(caller.channel).result(timeout=60)
    return caller


@dataclass
class Ledger:
    """What was answered, and which events were sent and may have been carried out."""

    answered: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    unanswered: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many commands were answered."""
        return len(self.answered) + len(self.started) + len(self.delivered)

    def start(self, call: Caller, person: str) -> None:
        """Start a journey. Raises grpc.RpcError once the server is gone."""
        call("StartJourney", {**journey_of(person), "trigger_properties": {"course_id": "py101"}})
        self.started.append(person)

    def deliver(self, call: Caller, person: str) -> None:
        """Record a delivery. Raises grpc.RpcError once the server is gone."""
        call("RecordDelivery", {"delivery": email("d", "j", person)})
        self.delivered.append(person)

    def evaluate(self, call: Caller, person: str, event_id: str) -> None:
        """Evaluate an event. Raises grpc.RpcError once the server is gone."""
        self.unanswered.append((person, event_id))
        self.answered[person, event_id] = call("Evaluate", finished(event_id, person))
        self.unanswered.remove((person, event_id))


def journey_of(person: str) -> dict[str, str]:
    return {"person_id": person, "journey_id": "j", "campaign_id": "course"}


def load(call: Caller, ledger: Ledger, prefix: str, worker: int) -> None:
    """One person after the other: start, send, achieve twice; until the server is gone."""
    with contextlib.suppress(grpc.RpcError):
        for number in range(worker, 10**6, WORKERS):
            person = f"{prefix}-{number}"
            ledger.start(call, person)
            ledger.deliver(call, person)
            ledger.evaluate(call, person, "e1")
            ledger.evaluate(call, person, "e2")


def crash(server: subprocess.Popen[bytes], address: str, ledger: Ledger, prefix: str) -> None:
    """Load the server and kill it in the middle."""
    call = connect(address)
    workers = [
        threading.Thread(target=load, args=(call, ledger, prefix, worker))
        for worker in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    time.sleep(LOAD_SECONDS * random.Random(prefix).uniform(0.5, 1.5))
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    for worker in workers:
        worker.join(60)
    call.close()


def test_kill_9_in_the_middle_of_a_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, address = tmp_path / "a.db", f"127.0.0.1:{free_port()}"
    ledger = Ledger()
    server = start_server(store, address)
    call = connect(address)
    call("CreateCampaign", {"campaign": COURSE})
    call.close()
    for number in range(CRASHES):
        crash(server, address, ledger, f"p{number}")
        server = start_server(store, address)
    call = connect(address)
    assert ledger.unanswered, "no call was cut off: the crash came too late to prove anything"
    for person in ledger.started:
        found = call("GetJourney", {"person_id": person, "journey_id": "j"})
        assert found["journey"]["campaign_id"] == "course"
    for person in ledger.delivered:
        found = call("GetDelivery", {"person_id": person, "delivery_id": "d"})
        assert found["delivery"]["status"] == "DELIVERY_STATUS_SENT"
    for (person, event_id), answer in ledger.answered.items():
        again = call("Evaluate", finished(event_id, person))
        assert again == {**answer, "replayed": True}
    for person, event_id in ledger.unanswered:
        call("Evaluate", finished(event_id, person))  # a retry with the same id
    call.close()
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    conversions = stored_conversions(store)
    people = {person for person, _ in [*ledger.answered, *ledger.unanswered]}
    assert conversions == Counter(dict.fromkeys(people, 1))
    with capsys.disabled():
        print(  # noqa: T201  figures for people
            f"\ncrashes survived {CRASHES}, commands answered {ledger.count}, "
            f"cut off {len(ledger.unanswered)}, lost 0, doubled 0"
        )


PEOPLE = 100


def test_kill_9_while_people_are_deleted(tmp_path: Path) -> None:
    """Everybody is whole or gone, and figures count everybody as before."""
    store, address = tmp_path / "a.db", f"127.0.0.1:{free_port()}"
    server = start_server(store, address)
    call = connect(address)
    call("CreateCampaign", {"campaign": COURSE})
    ledger = Ledger()
    names = [f"p{number}" for number in range(PEOPLE)]
    for name in names:
        ledger.start(call, name)
        ledger.deliver(call, name)
        ledger.evaluate(call, name, "e1")
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
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    worker.join(60)
    call.close()
    server = start_server(store, address)
    call = connect(address)
    held = [everything_of(call, name) for name in names]
    assert not any(map(any, held[: len(deleted)]))
    assert all(all(each) or not any(each) for each in held)
    assert any(map(all, held)), "everybody was deleted: the crash came too late to prove anything"
    assert call("GetMetrics", {"campaign_id": "course"}) == before
    call.close()
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0


def everything_of(call: Caller, person: str) -> list[bool]:
    """Whether there is a journey, a delivery, something sent, something that happened."""
    mine = {"person_id": person}
    return [
        bool(call("ListJourneys", mine)),
        bool(call("ListDeliveries", mine)),
        bool(call("ListPersonSent", mine)),
        bool(call("ListPersonActivity", mine)),
    ]


def stored_conversions(store: Path) -> Counter[str]:
    connection = sqlite3.connect(store)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return Counter(
            person for (person,) in connection.execute("SELECT person_id FROM conversions")
        )
    finally:
        connection.close()
