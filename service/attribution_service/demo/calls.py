"""Commands through the real client."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import grpc
from attribution_client import (
    AlreadyExists,
    AsyncAttributionClient,
    AttributionClient,
    CheckExitResponse,
    EvaluateResponse,
    ExitReason,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    Verdict,
)

from attribution_service.demo.commands import (
    Ask,
    Command,
    Credit,
    Do,
    Finish,
    Reason,
    Reply,
    Report,
    Start,
    Touch,
)

CALL_SECONDS = 30.0
_OPTIONS = (
    # The server is on this machine: a proxy that the machine may have is none of its business.
    ("grpc.enable_http_proxy", 0),
    # The client tries again itself.
    ("grpc.enable_retries", 0),
)
_REFUSALS = (AlreadyExists, FailedPrecondition, InvalidArgument, NotFound)


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[AsyncAttributionClient]:
    """The real client of the server at an address on this machine."""
    async with (
        grpc.aio.insecure_channel(address, options=_OPTIONS) as channel,
        AsyncAttributionClient(channel, timeout=CALL_SECONDS) as client,
    ):
        yield client


@contextmanager
def connected_blocking(address: str) -> Iterator[AttributionClient]:
    """The same without asyncio, as `apply` has it."""
    with (
        grpc.insecure_channel(address, options=_OPTIONS) as channel,
        AttributionClient(channel, timeout=CALL_SECONDS) as client,
    ):
        yield client


async def send(client: AsyncAttributionClient, command: Command) -> Reply:
    """Send a command and wait for the answer; a refusal is an answer, too.

    Raises AttributionError if the call fails for a reason that is not the command's own.
    """
    try:
        return await _sent(client, command)
    except _REFUSALS as refusal:
        return Reply(refused=refusal.reason, detail=refusal.message)


async def _sent(client: AsyncAttributionClient, command: Command) -> Reply:
    match command:
        case Start():
            started = await client.start_journey(
                person_id=command.person,
                journey_id=command.journey,
                campaign_id=command.campaign,
                trigger_properties=command.trigger,
            )
            return Reply(replayed=started.replayed)
        case Report():
            return await _report(client, command)
        case Touch():
            touched = await client.record_interaction(
                person_id=command.person,
                delivery_id=command.delivery,
                kind=command.what,
                time=command.time,
                machine=command.machine,
                untracked=command.untracked,
            )
            return Reply(replayed=touched.replayed)
        case Do():
            return await _do(client, command)
        case Ask():
            asked = await client.check_exit(command.person, command.journey, command.next_step)
            return _exit_reply(asked)
        case Finish():
            finished = await client.finish_journey(command.person, command.journey)
            return Reply(replayed=finished.replayed)


async def _report(client: AsyncAttributionClient, command: Report) -> Reply:
    recorded = await client.record_delivery(
        person_id=command.person,
        delivery_id=command.delivery,
        journey_id=command.journey,
        channel=command.channel,
        action_id=command.action,
        status=command.status,
        sent_time=command.sent,
    )
    return Reply(replayed=recorded.replayed)


async def _do(client: AsyncAttributionClient, command: Do) -> Reply:
    answer = await client.evaluate(
        event_id=command.event,
        person_id=command.person,
        name=command.name,
        properties=command.properties,
        explain=command.explain,
        validate_only=command.dry_run,
    )
    return Reply(
        replayed=answer.replayed,
        credits=tuple(Credit(c.campaign_id, c.delivery_id) for c in answer.conversions),
        achieved=tuple(answer.achieved_journeys),
        reasons=_reasons(answer),
    )


def _reasons(answer: EvaluateResponse) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            subject=found.delivery_id or found.journey_id or found.campaign_id,
            verdict=Verdict.Name(found.verdict).removeprefix("VERDICT_"),
            detail=found.detail,
        )
        for found in answer.explanation.verdicts
    )


def _exit_reply(answer: CheckExitResponse) -> Reply:
    return Reply(ends=reason_name(answer.reason) if answer.exit else "", detail=answer.detail)


def reason_name(reason: ExitReason) -> str:
    """The name of an exit reason, such as `GOAL`."""
    return ExitReason.Name(reason).removeprefix("EXIT_REASON_")
