"""Playing the story: all steps in order of time, on a clock that is moved from step to step."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from attribution_client import AsyncAttributionClient, Campaign

from attribution_service.clock import MICROSECONDS_PER_SECOND, ManualClock
from attribution_service.demo.calls import connected, send
from attribution_service.demo.commands import Reply
from attribution_service.demo.steps import START, Chapter, Expected, Step


@dataclass(frozen=True, slots=True)
class Played:
    """A step with its answer, and how that differs from what the story expects."""

    step: Step
    reply: Reply
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayedChapter:
    """A chapter with its steps as they were played."""

    chapter: Chapter
    steps: tuple[Played, ...]


async def play(
    address: str, clock: ManualClock, campaign: Campaign, chapters: Iterable[Chapter]
) -> tuple[PlayedChapter, ...]:
    """Play all chapters at once on a server whose clock is in our hands.

    Raises AttributionError if a call fails.
    """
    told = tuple(chapters)
    clock.set_us(_microseconds(START))
    async with connected(address) as client:
        await client.create_campaign(campaign)
        played = await _play_steps(client, clock, told)
    return tuple(
        PlayedChapter(chapter, tuple(played[id(step)] for step in chapter.steps))
        for chapter in told
    )


async def _play_steps(
    client: AsyncAttributionClient, clock: ManualClock, chapters: tuple[Chapter, ...]
) -> dict[int, Played]:
    played: dict[int, Played] = {}
    steps = [step for chapter in chapters for step in chapter.steps]
    for step in sorted(steps, key=lambda step: step.at):
        clock.set_us(_microseconds(START + step.at))
        reply = await send(client, step.command)
        played[id(step)] = Played(step, reply, differences(step.expected, reply))
    return played


def differences(expected: Expected, reply: Reply) -> tuple[str, ...]:
    """What the answer has that the story does not expect, in words."""
    actual = Expected(
        credit=", ".join(credit.delivery for credit in reply.credits),
        verdicts={reason.subject: reason.verdict for reason in reply.reasons},
        achieved=reply.achieved,
        ends=reply.ends,
        replayed=reply.replayed,
        refused=reply.refused,
    )
    return tuple(
        f"{part.name}: expected {_shown(wanted)}, got {_shown(got)}"
        for part in fields(Expected)
        if (wanted := getattr(expected, part.name)) != (got := getattr(actual, part.name))
    )


def _shown(value: object) -> str:
    return str(value) if value not in ("", ()) else "none"


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * MICROSECONDS_PER_SECOND + moment.microsecond
