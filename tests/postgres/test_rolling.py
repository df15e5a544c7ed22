"""Servers replaced one by one, as a rollout does: callers who balance over them notice nothing."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from attribution_client import AttributionClient, AttributionError
from postgres.test_replicas import SECONDS, SERVERS, Replica, check, connect
from support.calls import COURSE
from support.lives import until
from support.postgres import PostgresServer

WORKERS = 6


@pytest.fixture
def replicas(postgres: PostgresServer) -> Iterator[list[Replica]]:
    postgres.empty()
    made = [Replica(postgres.url()) for _ in range(SERVERS)]
    for each in made:
        connect(each.address).close()
    yield made
    for each in made:
        each.stop()


def live(client: AttributionClient, person: str) -> None:
    """The life of `commands_of`, as a program would write it."""
    for journey in ("j1", "j2"):
        client.start_journey(
            person_id=person,
            journey_id=journey,
            campaign_id="course",
            trigger_properties={"course_id": "py101"},
        )
    for delivery, journey in (("d1", "j1"), ("d2", "j1"), ("d3", "j2")):
        client.record_delivery(
            person_id=person, delivery_id=delivery, journey_id=journey, channel="EMAIL"
        )
    for number in range(3):
        client.evaluate(
            event_id=f"e{number}",
            person_id=person,
            name="course_finished",
            properties={"course_id": "py101"},
        )


def live_on(people: Sequence[str], more: int) -> None:
    """Wait until so many more people live."""
    wanted = len(people) + more
    until(lambda: len(people) >= wanted)


def test_no_call_fails_while_servers_are_replaced_one_by_one(
    replicas: list[Replica], postgres: PostgresServer
) -> None:
    """A server that goes refuses for a moment; the client is at another one by then."""
    first = connect(replicas[0].address)
    first("CreateCampaign", {"campaign": COURSE})
    first.close()
    people: list[str] = []
    errors: list[AttributionError] = []
    done = threading.Event()
    target = "ipv4:" + ",".join(replica.address for replica in replicas)

    def work(client: AttributionClient, worker: int) -> None:
        for number in count():
            if done.is_set():
                return
            person = f"w{worker}-{number}"
            people.append(person)
            try:
                live(client, person)
            except AttributionError as error:
                errors.append(error)

    with AttributionClient(target, timeout=SECONDS) as client, ThreadPoolExecutor(WORKERS) as pool:
        working = [pool.submit(work, client, worker) for worker in range(WORKERS)]
        try:
            for position, replica in enumerate(replicas):
                live_on(people, 10)
                replica.stop()
                replicas[position] = Replica(postgres.url(), replica.address)
                connect(replica.address).close()
        finally:
            done.set()
        for future in working:
            future.result(SECONDS)
    assert not errors
    callers = [connect(replica.address) for replica in replicas]
    check(callers, postgres, people)
    for each in callers:
        each.close()
