"""What reports ask a store for, and what it counts; the figures are made of that in `figures`.

A range is from its start, included, to its end, not included; None: open on that side.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from attribution_service.core.credit_models import ActionCredit, CreditSettings
from attribution_service.core.marks import Mark
from attribution_service.core.model import Channel, Conversion, ExitReason, JourneyState


class TimeBasis(StrEnum):
    """Which time of a delivery says whether it is in range (M2)."""

    SENT = "SENT"
    CONVERTED = "CONVERTED"


class DeliveryFigure(StrEnum):
    """A figure of deliveries."""

    SENT = "SENT"
    OPENED = "OPENED"
    CLICKED = "CLICKED"
    CONVERTED = "CONVERTED"
    NOT_CONVERTED = "NOT_CONVERTED"
    MACHINE_OPENED = "MACHINE_OPENED"
    MACHINE_CLICKED = "MACHINE_CLICKED"
    UNTRACKED_CLICKED = "UNTRACKED_CLICKED"
    CONVERTIBLE = "CONVERTIBLE"

    @property
    def marks(self) -> tuple[Mark, Mark]:
        """Of which marks a delivery that the figure counts has which: the mask, and the rest."""
        return _MARKS[self]

    def counts(self, marks: int) -> bool:
        """Whether the figure counts a sent delivery with these marks."""
        mask, wanted = self.marks
        return marks & mask == wanted


def _all_of(marks: Mark) -> tuple[Mark, Mark]:
    return marks, marks


_MARKS = {
    DeliveryFigure.SENT: _all_of(Mark(0)),
    DeliveryFigure.OPENED: _all_of(Mark.OPENED),
    DeliveryFigure.CLICKED: _all_of(Mark.CLICKED),
    DeliveryFigure.CONVERTED: _all_of(Mark.CONVERTED),
    DeliveryFigure.NOT_CONVERTED: (Mark.CAN_CONVERT | Mark.CONVERTED, Mark.CAN_CONVERT),
    DeliveryFigure.MACHINE_OPENED: _all_of(Mark.MACHINE_OPENED),
    DeliveryFigure.MACHINE_CLICKED: _all_of(Mark.MACHINE_CLICKED),
    DeliveryFigure.UNTRACKED_CLICKED: _all_of(Mark.UNTRACKED_CLICKED),
    DeliveryFigure.CONVERTIBLE: _all_of(Mark.CAN_CONVERT),
}


class JourneyFigure(StrEnum):
    """A figure of journeys."""

    STARTED = "STARTED"
    ACTIVE = "ACTIVE"
    FINISHED = "FINISHED"
    EXITED = "EXITED"
    CONVERTED = "CONVERTED"
    NOT_CONVERTED = "NOT_CONVERTED"

    @property
    def state(self) -> JourneyState | None:
        """The state of the journeys that it counts; None: any."""
        return _STATES.get(self)

    @property
    def converted(self) -> bool | None:
        """Whether the journeys that it counts have converted; None: whether or not."""
        return _CONVERTED.get(self)


_STATES = {
    JourneyFigure.ACTIVE: JourneyState.ACTIVE,
    JourneyFigure.FINISHED: JourneyState.FINISHED,
    JourneyFigure.EXITED: JourneyState.EXITED,
}
_CONVERTED = {JourneyFigure.CONVERTED: True, JourneyFigure.NOT_CONVERTED: False}


class ActivityKind(StrEnum):
    """What happened in a person's journeys; the order is that of things at the same instant."""

    JOURNEY_STARTED = "JOURNEY_STARTED"
    CONVERSION = "CONVERSION"
    JOURNEY_ENDED = "JOURNEY_ENDED"

    @property
    def rank(self) -> int:
        """Its place among things that happened at the same instant."""
        return tuple(ActivityKind).index(self)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of time in a campaign."""

    campaign_id: str
    start_us: int | None = None
    end_us: int | None = None

    def holds(self, time_us: int | None) -> bool:
        """Whether a time is in the range; one that is not known is not."""
        if time_us is None or (self.start_us is not None and time_us < self.start_us):
            return False
        return self.end_us is None or time_us < self.end_us


@dataclass(frozen=True, slots=True)
class MetricsQuery:
    """What to count. `bounds` are where the steps of a series begin, and where the last one ends.

    `journeys`: whether the campaign's journeys are counted; those of newsletters are not. `credit`:
    how to share out the credit for the conversions; None: not at all.
    """

    range: Range
    basis: TimeBasis = TimeBasis.SENT
    bounds: tuple[int, ...] = ()
    journeys: bool = True
    credit: CreditSettings | None = None


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """How many sent deliveries of an action have just these marks."""

    action_id: str
    marks: int
    count: int


@dataclass(frozen=True, slots=True)
class JourneyCount:
    """How many journeys came to this."""

    state: JourneyState
    exit_reason: ExitReason | None
    converted: bool
    count: int


@dataclass(frozen=True, slots=True)
class ConversionCount:
    """How many conversions there are, of how many people, and what they are worth in all."""

    count: int = 0
    people: int = 0
    value: float = 0.0
    without_value: int = 0

    def __add__(self, other: "ConversionCount") -> "ConversionCount":
        """Both together, of different people."""
        return ConversionCount(
            count=self.count + other.count,
            people=self.people + other.people,
            value=self.value + other.value,
            without_value=self.without_value + other.without_value,
        )


@dataclass(frozen=True, slots=True)
class StepCounts:
    """What was counted in one step of a series; the action of its deliveries is left empty."""

    deliveries: list[DeliveryCount] = field(default_factory=list)
    journeys: list[JourneyCount] = field(default_factory=list)
    conversions: ConversionCount = ConversionCount()


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, all of it at one moment; `steps` by their place in the series.

    Several counts of the same add up.
    """

    deliveries: tuple[DeliveryCount, ...]
    journeys: tuple[JourneyCount, ...]
    conversions: ConversionCount
    conversions_by_action: dict[str, ConversionCount]
    steps: dict[int, StepCounts]
    credits: tuple[ActionCredit, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversionQuery:
    """Which conversions; empty and None: any."""

    range: Range
    action_id: str = ""
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class SentQuery:
    """Which sent deliveries; empty and None: any."""

    range: Range
    action_id: str = ""
    channel: Channel | None = None
    figure: DeliveryFigure = DeliveryFigure.SENT


@dataclass(frozen=True, slots=True)
class StartedQuery:
    """Which journeys; None: any."""

    range: Range
    figure: JourneyFigure = JourneyFigure.STARTED
    exit_reason: ExitReason | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happened in a person's journeys; of a conversion also which and its value."""

    time_us: int
    kind: ActivityKind
    campaign_id: str
    journey_id: str
    delivery_id: str = ""
    action_id: str = ""
    channel: Channel | None = None
    event_id: str = ""
    value: float | None = None
    exit_reason: ExitReason | None = None

    @property
    def place(self) -> "ActivityPlace":
        """Where it stands in the list; no two things of a person have the same."""
        return (self.time_us, self.kind.rank, self.delivery_id or self.journey_id)


ActivityPlace = tuple[int, int, str]


# Up to where a watcher has all conversions: a number, or on a store that numbers them by bucket one
# number for each bucket.
Position: TypeAlias = int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A conversion and its number in the order in which conversions were committed, from 1.

    `behind` is the position of who has it and all before, where that is not the number itself.
    """

    sequence: int
    conversion: Conversion
    behind: Position | None = None

    @property
    def position(self) -> Position:
        """Where a watcher is who has it and all before."""
        return self.sequence if self.behind is None else self.behind


@dataclass(frozen=True, slots=True)
class Feed:
    """A part of all conversions in the order of their commits.

    `reached` is the position up to which it is complete, `last` that of all there are.
    """

    found: tuple[Recorded, ...]
    reached: Position
    last: Position
