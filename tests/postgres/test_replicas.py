"""Several servers on one database: nothing is lost, doubled or decided on what is old."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import grpc
import pytest
from reliability.replicas import REPLICAS as SERVERS
from reliability.replicas import replicas
from support.calls import COURSE, Caller, email, finished, refusal
from support.postgres import PostgresServer
from support.servers import connected

PEOPLE = 40


@pytest.fixture
def callers(postgres: PostgresServer, tmp_path: Path) -> Iterator[list[Caller]]:
    """Callers of three servers, one each."""
    postgres.empty()
    with replicas(postgres.url(), tmp_path, "--no-migrate") as servers:
        made = [connected(each.address) for each in servers]
        yield made
        for each in made:
            each.close()


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
