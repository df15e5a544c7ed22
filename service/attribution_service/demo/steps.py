"""A story's parts: what happens when, and what the service has to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from attribution_service.demo.commands import (
    Ask,
    Command,
    Do,
    Finish,
    Properties,
    Report,
    Start,
    Touch,
)
from attribution_service.scenarios.times import span_ns

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAMPAIGN_ID = "finish-course"
_STEPS = {"SMS": "SMS", "SLACK": "Slack"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the service has to answer.

    Attributes:
        credit: The delivery that gets the credit; empty: none.
        verdicts: The verdict for each delivery or journey that is looked at.
        achieved: The journeys whose goal is achieved.
        ends: Why the journey has ended; empty: it goes on.
        replayed: The answer is the first one again.
        refused: The reason of the refusal; empty: it is taken.
    """

    credit: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    achieved: tuple[str, ...] = ()
    ends: str = ""
    replayed: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens, `at` so long after the start, told in a few words."""

    at: timedelta
    text: str
    command: Command
    expected: Expected


@dataclass(frozen=True, slots=True)
class Chapter:
    """What happens to one person, and what it shows."""

    person: str
    shows: str
    steps: tuple[Step, ...]


def after(text: str) -> timedelta:
    """A length of time such as `1d2h`."""
    nanoseconds = span_ns(text)
    if nanoseconds is None:
        raise ValueError(f"{text!r} is no length of time")
    return timedelta(microseconds=nanoseconds // 1_000)


class Person:
    """Writes the steps of one person."""

    def __init__(self, name: str) -> None:
        self.name = name

    def starts(self, at: str, course: str) -> Step:
        """Starts a course, and so a journey of the same name."""
        command = Start(self.name, course, CAMPAIGN_ID, {"course_id": course})
        return Step(after(at), f"starts course {course}", command, Expected())

    def gets(
        self,
        at: str,
        delivery: str,
        journey: str,
        *,
        text: str = "",
        action: str = "",
        status: str = "SENT",
    ) -> Step:
        """Is sent a delivery, whose channel its id begins with; or it got no further."""
        channel = delivery.partition("-")[0].upper()
        command = Report(self.name, delivery, journey, channel, action or delivery, status)
        return Step(after(at), text or f"gets {delivery} ({journey})", command, Expected())

    def clicks(
        self, at: str, delivery: str, *, text: str = "", when: str = "", machine: bool = False
    ) -> Step:
        """Clicks a link in a delivery, `when` it is told later than it happened."""
        return self._touches("CLICKED", at, delivery, text or f"clicks {delivery}", when, machine)

    def opens(
        self, at: str, delivery: str, *, text: str = "", when: str = "", machine: bool = False
    ) -> Step:
        """Opens a delivery, `when` it is told later than it happened."""
        return self._touches("OPENED", at, delivery, text or f"opens {delivery}", when, machine)

    def _touches(
        self, what: str, at: str, delivery: str, text: str, when: str, machine: bool
    ) -> Step:
        time = START + after(when or at)
        command = Touch(self.name, delivery, what, time, machine=machine)
        return Step(after(at), text, command, Expected())

    def finishes(
        self, at: str, event: str, course: str, expected: Expected, *, text: str = ""
    ) -> Step:
        """Performs `course_finished` for a course; empty: for none."""
        properties: Properties = {"course_id": course} if course else {}
        command = Do(self.name, event, "course_finished", properties, explain=True)
        return Step(after(at), text or f"finishes {course} (event {event})", command, expected)

    def asks(self, at: str, journey: str, next_step: str, ends: str = "") -> Step:
        """Whether a journey ends before its next step."""
        text = f"exit check: {journey}, next: {_STEPS.get(next_step, next_step.lower())}"
        return Step(after(at), text, Ask(self.name, journey, next_step), Expected(ends=ends))

    def completes(self, at: str, journey: str) -> Step:
        """Comes to the last step of a journey."""
        text = f"last step of journey {journey}"
        return Step(after(at), text, Finish(self.name, journey), Expected())
