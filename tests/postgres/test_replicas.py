"""Several servers on one database: nothing is lost, doubled or decided on what is old."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle
from typing import Any

import grpc
import pytest
from support.calls import COURSE, Caller, email, finished, refusal
from support.postgres import PostgresServer, free_port

SERVERS = 3
PEOPLE = 40
CRASHES = 4
WORKERS = 9
SECONDS = 60.0


class Replica:
    """A server in a process of its own."""

    def __init__(self, store_url: str, address: str = "") -> None:
        self.address = address or f"127.0.0.1:{free_port()}"
        command = [sys.executable, "-c", "from attribution_service.cli import main; main()"]
        options = [f"--store={store_url}", f"--address={self.address}", "--log-level=error"]
        self.process = subprocess.Popen(
            [*command, "serve", *options, "--no-migrate"], stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        """End it, gently if it still runs."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(SECONDS)


@pytest.fixture
def replicas(postgres: PostgresServer) -> Iterator[list[Replica]]:
    postgres.empty()
    made = [Replica(postgres.url()) for _ in range(SERVERS)]
    yield made
    for each in made:
        each.stop()


@pytest.fixture
def callers(replicas: Sequence[Replica]) -> Iterator[list[Caller]]:
    made = [connect(each.address) for each in replicas]
    yield made
    for each in made:
        each.close()


def connect(address: str) -> Caller:
    """A caller of a server once it answers."""
    made = caller(address)
    grpc.channel_ready_future(made.channel).result(timeout=SECONDS)
    return made


def caller(address: str) -> Caller:
    """A caller that soon looks again whether a server that was killed is back."""
    pause = ("grpc.initial_reconnect_backoff_ms", 100)
    most = ("grpc.max_reconnect_backoff_ms", 500)
    # Otherwise all callers of an address share one connection, and the pauses of its first one.
    own = ("grpc.use_local_subchannel_pool", 1)
    return Caller(address, options=[pause, most, own])


Command = tuple[str, Mapping[str, Any]]


def commands_of(person: str) -> list[Command]:
    """Two journeys with three deliveries, opens, and events that achieve: the retries beside."""
    journeys: list[Command] = [
        (
            "StartJourney",
            {
                "person_id": person,
                "journey_id": journey,
                "campaign_id": "course",
                "trigger_properties": {"course_id": "py101"},
            },
        )
        for journey in ("j1", "j2")
    ]
    sends: list[Command] = [
        ("RecordDelivery", {"delivery": email(delivery, journey, person)})
        for delivery, journey in (("d1", "j1"), ("d2", "j1"), ("d3", "j2"))
    ]
    events: list[Command] = [("Evaluate", finished(f"e{number}", person)) for number in range(3)]
    return [*journeys, *sends, *events]


def lived(person: str) -> list[str]:
    """Which deliveries of a person convert: the last touch at the first event, once (C6, C8)."""
    return [f"{person} d3"]


def test_the_same_commands_at_three_servers_at_once(
    callers: Sequence[Caller], postgres: PostgresServer
) -> None:
    """Every command is sent to all servers at the same time, and each has one true answer."""
    callers[0]("CreateCampaign", {"campaign": COURSE})
    people = [f"p{number}" for number in range(PEOPLE)]
    doubts: list[str] = []

    def live(person: str) -> None:
        with ThreadPoolExecutor(SERVERS) as pool:
            for name, request in commands_of(person):
                answers = list(pool.map(partial(ask, name, request), callers))
                fresh = sum(not answer.pop("replayed", False) for answer in answers)
                if fresh != 1 or any(answer != answers[0] for answer in answers):
                    doubts.append(f"{person} {name} {answers}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(live, people))
    assert not doubts
    check(callers, postgres, people)


def ask(name: str, request: Mapping[str, Any], call: Caller) -> dict[str, Any]:
    return call(name, request)


def test_different_events_of_a_person_at_once(
    callers: Sequence[Caller], postgres: PostgresServer
) -> None:
    """Each server has another event of the same person: the delivery is credited to one alone."""
    callers[0]("CreateCampaign", {"campaign": COURSE})
    people = [f"p{number}" for number in range(PEOPLE)]
    for person in people:
        for (name, request), call in zip(commands_of(person)[:-3], cycle(callers)):
            call(name, request)

    def achieve(person: str) -> int:
        with ThreadPoolExecutor(SERVERS) as pool:
            given = [(finished(f"e{n}", person), call) for n, call in enumerate(callers)]
            answers = pool.map(lambda item: item[1]("Evaluate", item[0]), given)
            return sum(len(answer.get("conversions", ())) for answer in answers)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(achieve, people)) == [1] * PEOPLE
    check(callers, postgres, people)


def check(callers: Sequence[Caller], postgres: PostgresServer, people: Sequence[str]) -> None:
    """What is on record, and what reports say of it, is what a naive recount says."""
    with postgres.connect() as connection:
        found = connection.execute(
            "SELECT person_id, delivery_id FROM conversions ORDER BY sequence"
        ).fetchall()
        numbers = connection.execute("SELECT sequence FROM conversions ORDER BY 1").fetchall()
        times = connection.execute(
            "SELECT e0.arrival_us <= e1.arrival_us AND e1.arrival_us <= e2.arrival_us "
            "FROM receipts e0 JOIN receipts e1 USING (person_id) JOIN receipts e2 USING (person_id)"
            " WHERE e0.event_id = 'e0' AND e1.event_id = 'e1' AND e2.event_id = 'e2'"
        ).fetchall()
    assert sorted(f"{person} {delivery}" for person, delivery in found) == sorted(
        item for person in people for item in lived(person)
    )
    assert [number for (number,) in numbers] == list(range(1, len(found) + 1))
    assert len(times) == len(people)
    for call in callers:
        figures = call("GetMetrics", {"campaign_id": "course"})
        assert int(figures["deliveries"]["sent"]) == 3 * len(people)
        assert int(figures["deliveries"]["converted"]) == len(found)
        assert int(figures["converted_people"]) == len(people)
        assert int(figures["journeys"]["started"]) == 2 * len(people)


def test_a_campaign_is_in_force_everywhere_once_it_is_answered(callers: Sequence[Caller]) -> None:
    for number in range(12):
        campaign = {**COURSE, "campaign_id": f"c{number}"}
        with ThreadPoolExecutor(SERVERS) as pool:
            outcomes = list(pool.map(partial(created, campaign), callers))
        assert sorted(outcomes) == ["ALREADY_EXISTS", "ALREADY_EXISTS", "OK"]
        for call in callers:
            person = f"p{callers.index(call)}"
            journey = {
                "person_id": person,
                "journey_id": f"j{number}",
                "campaign_id": f"c{number}",
                "trigger_properties": {"course_id": "py101"},
            }
            assert call("StartJourney", journey)["journey"]["revision"] == "1"


def created(campaign: Mapping[str, Any], call: Caller) -> str:
    try:
        call("CreateCampaign", {"campaign": campaign})
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def test_changes_of_one_campaign_follow_one_another(callers: Sequence[Caller]) -> None:
    """With one etag in everybody's hands one change is made, and all judge by it at once."""
    etag = callers[0]("CreateCampaign", {"campaign": COURSE})["campaign"]["etag"]
    for turn in range(10):
        with ThreadPoolExecutor(SERVERS) as pool:
            given = [(call, f"goal {turn} {n}", etag) for n, call in enumerate(callers)]
            outcomes = list(pool.map(lambda item: updated(*item), given))
        (won,) = [outcome for outcome in outcomes if isinstance(outcome, dict)]
        assert [o for o in outcomes if isinstance(o, str)] == ["ETAG_MISMATCH"] * 2
        etag = won["etag"]
        name = won["goal"]["performs_event"]["event_name"]
        for n, call in enumerate(callers):
            person = f"t{turn}-{n}"
            journey = {"person_id": person, "journey_id": "j", "campaign_id": "course"}
            assert call("StartJourney", journey)["journey"]["revision"] == str(turn + 2)
            call("RecordDelivery", {"delivery": email("d", "j", person)})
            event = {"event_id": "e", "person_id": person, "name": name}
            assert len(call("Evaluate", {"event": event})["conversions"]) == 1


def updated(call: Caller, event_name: str, etag: str) -> dict[str, Any] | str:
    goal = {"performs_event": {"event_name": event_name}}
    campaign = {"campaign_id": "course", "goal": goal, "etag": etag}
    request = {"campaign": campaign, "update_mask": "goal"}
    try:
        answer: dict[str, Any] = call("UpdateCampaign", request)["campaign"]
    except grpc.RpcError as error:
        return refusal(error).reason
    return answer


@dataclass
class Ledger:
    """What was answered of the commands of people, and the people who were sent to."""

    people: list[str] = field(default_factory=list)
    answered: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    again: int = 0


def crash(replicas: list[Replica], postgres: PostgresServer) -> None:
    """Kill one server after the other, and start each again."""
    pick = random.Random(1)
    for _ in range(CRASHES):
        time.sleep(pick.uniform(0.5, 1.0))
        victim = pick.randrange(SERVERS)
        os.kill(replicas[victim].process.pid, signal.SIGKILL)
        replicas[victim].process.wait()
        replicas[victim] = Replica(postgres.url(), replicas[victim].address)
        connect(replicas[victim].address).close()


def test_kill_9_of_servers_under_load(
    replicas: list[Replica], postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Callers go on at the other servers; nothing answered is lost, and nothing is done twice."""
    address = [replica.address for replica in replicas]
    connect(address[0])("CreateCampaign", {"campaign": COURSE})
    ledger, done = Ledger(), threading.Event()

    def work(worker: int) -> None:
        """One person after the other; each command until some server answers it."""
        calls = {name: connect(name) for name in address}
        for number in count():
            if done.is_set():
                break
            person = f"w{worker}-{number}"
            ledger.people.append(person)
            for position, (name, request) in enumerate(commands_of(person)):
                for turn in count(worker + number):
                    target = address[turn % SERVERS]
                    call = calls.get(target) or calls.setdefault(target, caller(target))
                    try:
                        ledger.answered[person, position] = call(name, request)
                    except grpc.RpcError as error:
                        if error.code() is not grpc.StatusCode.UNAVAILABLE:
                            raise
                        ledger.again += 1
                        time.sleep(0.01)
                    else:
                        break
        for call in calls.values():
            call.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        working = [pool.submit(work, worker) for worker in range(WORKERS)]
        try:
            crash(replicas, postgres)
        finally:
            done.set()
        for future in working:
            future.result(SECONDS)
    assert ledger.again, "no call was cut off: the crashes came too late to prove anything"
    callers = [connect(name) for name in address]
    check(callers, postgres, ledger.people)
    for (person, position), answer in ledger.answered.items():
        name, request = commands_of(person)[position]
        again = callers[position % SERVERS](name, request)
        assert again["replayed"], (person, name)
        if name != "RecordDelivery":  # that one answers with the delivery as it is now
            assert {**again, "replayed": True} == {**answer, "replayed": True}
    for call in callers:
        call.close()
    with capsys.disabled():
        sys.stdout.write(
            f"\ncrashes survived {CRASHES}, commands answered {len(ledger.answered)}, "
            f"sent again {ledger.again}, lost 0, doubled 0\n"
        )
