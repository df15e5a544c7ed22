"""Sending a log: many people at a time, and each one's commands in order."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from attribution_client import AsyncAttributionClient, Campaign

from attribution_service.demo.calls import connected, reason_name, send
from attribution_service.demo.commands import Reply
from attribution_service.demo.log import PersonLog

IN_FLIGHT = 128


@dataclass(frozen=True, slots=True)
class Sent:
    """A person's log with the answers."""

    log: PersonLog
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the service says of a person: deliveries credited, journeys and why they ended."""

    converted: frozenset[str]
    journeys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A log with its answers, what was read back of some people, and the seconds it took."""

    sent: tuple[Sent, ...]
    stored: dict[str, Stored]
    seconds: float


async def load(
    address: str,
    campaigns: Sequence[Campaign],
    people: Sequence[PersonLog],
    read_back: Sequence[str],
    advance: Callable[[], None],
) -> Loaded:
    """Send the log, then read some people back; `advance` is called after each command.

    Raises AttributionError if a call fails.
    """
    async with connected(address) as client:
        for campaign in campaigns:
            await client.create_campaign(campaign)
        began = time.perf_counter()
        sent = await _send_all(client, people, advance)
        seconds = time.perf_counter() - began
        stored = {person: await _read(client, person) for person in read_back}
    return Loaded(sent, stored, seconds)


async def _send_all(
    client: AsyncAttributionClient, people: Sequence[PersonLog], advance: Callable[[], None]
) -> tuple[Sent, ...]:
    replies: list[tuple[Reply, ...]] = [()] * len(people)
    waiting: Iterator[tuple[int, PersonLog]] = iter(enumerate(people))

    async def work() -> None:
        for position, log in waiting:  # shared: each person is taken by one worker
            answers: list[Reply] = []
            for command in log.commands:
                answers.append(await send(client, command))
                advance()
            replies[position] = tuple(answers)

    workers = [asyncio.create_task(work()) for _ in range(min(IN_FLIGHT, len(people)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
    return tuple(Sent(log, answers) for log, answers in zip(people, replies, strict=True))


async def _read(client: AsyncAttributionClient, person: str) -> Stored:
    deliveries = [delivery async for delivery in client.list_deliveries(person)]
    journeys = [journey async for journey in client.list_journeys(person)]
    return Stored(
        converted=frozenset(d.delivery_id for d in deliveries if d.HasField("convert_time")),
        journeys={
            journey.journey_id: reason_name(journey.exit_reason).replace("UNSPECIFIED", "")
            for journey in journeys
        },
    )
