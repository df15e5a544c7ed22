"""Servers replaced one by one, as a rollout does: callers who balance over them notice nothing."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from attribution_client import AttributionClient, AttributionError
from postgres.test_replicas import check
from reliability.replicas import replicas
from support.calls import COURSE
from support.lives import until
from support.postgres import PostgresServer
from support.servers import await_ready, connected

WORKERS = 6
SECONDS = 60.0


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
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """A server that goes refuses for a moment; the client is at another one by then."""
    postgres.empty()
    people: list[str] = []
    errors: list[AttributionError] = []
    done = threading.Event()

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

    with replicas(postgres.url(), tmp_path) as servers, ThreadPoolExecutor(WORKERS) as pool:
        callers = [connected(server.address) for server in servers]
        callers[0]("CreateCampaign", {"campaign": COURSE})
        target = "ipv4:" + ",".join(server.address for server in servers)
        with AttributionClient(target, timeout=SECONDS) as client:
            working = [pool.submit(work, client, worker) for worker in range(WORKERS)]
            try:
                for server in servers:
                    live_on(people, 10)
                    server.stop()
                    server.start()
                    await_ready(server.address)
                live_on(people, 10)
            finally:
                done.set()
            for future in working:
                future.result(SECONDS)
        assert not errors
        check(callers, postgres, people)
        for each in callers:
            each.close()
