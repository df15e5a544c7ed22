"""What the demo tells the service, and what it hears, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias

Properties: TypeAlias = Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Start:
    """A person enters a campaign."""

    kind: ClassVar[str] = "journey starts"
    person: str
    journey: str
    campaign: str
    trigger: Properties


@dataclass(frozen=True, slots=True)
class Report:
    """How far a delivery got; `sent` None: now."""

    kind: ClassVar[str] = "delivery reports"
    person: str
    delivery: str
    journey: str
    channel: str
    action: str
    status: str = "SENT"
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """An open or a click."""

    kind: ClassVar[str] = "opens and clicks"
    person: str
    delivery: str
    what: str
    time: datetime
    machine: bool = False
    untracked: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """A person performs an event; `dry_run`: what if."""

    kind: ClassVar[str] = "events"
    person: str
    event: str
    name: str
    properties: Properties = field(default_factory=dict)
    explain: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Does the journey end before this step?"""

    kind: ClassVar[str] = "exit checks"
    person: str
    journey: str
    next_step: str = "EMAIL"


@dataclass(frozen=True, slots=True)
class Finish:
    """A journey came to its last step."""

    kind: ClassVar[str] = "journey ends"
    person: str
    journey: str


Command: TypeAlias = Start | Report | Touch | Do | Ask | Finish
KINDS = tuple(kind.kind for kind in (Start, Report, Touch, Do, Ask, Finish))


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of an explanation: about which delivery or journey, the verdict, and why."""

    subject: str
    verdict: str
    detail: str


@dataclass(frozen=True, slots=True)
class Credit:
    """A delivery that got the credit, and the campaign that it was sent in."""

    campaign: str
    delivery: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for a command.

    Attributes:
        replayed: Everything was known before and nothing changed.
        credits: The deliveries credited, at most one a campaign.
        achieved: The journeys whose goal the event achieved.
        reasons: The explanation, if it was asked for.
        ends: Why the journey has ended; empty while it goes on.
        detail: One sentence for people.
        refused: Why the command was refused; empty if it was taken.
    """

    replayed: bool = False
    credits: tuple[Credit, ...] = ()
    achieved: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    ends: str = ""
    detail: str = ""
    refused: str = ""


class DemoFailed(Exception):
    """Something is not as the demo expects; the text says what."""
