"""What is known: campaigns with their revisions, segments, people and all that happens to them.

Values only: frozen, compared by content. A time is `*_us`, whole microseconds since the epoch.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from attribution_service.core.properties import EMPTY, Properties


class Basis(StrEnum):
    """The moment of a delivery from which the window counts (G3)."""

    RECEIVED = "RECEIVED"
    OPENED = "OPENED"
    CLICKED = "CLICKED"


class CampaignKind(StrEnum):
    """How people get into a campaign."""

    TRIGGERED = "TRIGGERED"
    NEWSLETTER = "NEWSLETTER"


class ExitPolicy(StrEnum):
    """When a journey ends before its last step (X1)."""

    NEVER = "NEVER"
    GOAL = "GOAL"
    NO_LONGER_MATCHING = "NO_LONGER_MATCHING"
    GOAL_OR_NO_LONGER_MATCHING = "GOAL_OR_NO_LONGER_MATCHING"

    @property
    def looks_at_goal(self) -> bool:
        """Whether the policy needs a goal."""
        return self in (ExitPolicy.GOAL, ExitPolicy.GOAL_OR_NO_LONGER_MATCHING)

    @property
    def looks_at_audience(self) -> bool:
        """Whether the policy ends journeys of people who no longer match (X8)."""
        return self in (ExitPolicy.NO_LONGER_MATCHING, ExitPolicy.GOAL_OR_NO_LONGER_MATCHING)


class JourneyState(StrEnum):
    """Whether a journey goes on."""

    ACTIVE = "ACTIVE"
    FINISHED = "FINISHED"
    EXITED = "EXITED"


class ExitReason(StrEnum):
    """Why a journey ended."""

    GOAL = "GOAL"
    NO_LONGER_MATCHING = "NO_LONGER_MATCHING"
    FINISHED = "FINISHED"


class Barred(StrEnum):
    """Why no delivery of a journey can ever be credited."""

    ALREADY_IN_SEGMENT = "ALREADY_IN_SEGMENT"  # S2: the segment goal held when it started
    EXITED_AT_START = "EXITED_AT_START"  # X6


class Channel(StrEnum):
    """How a delivery was sent."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PUSH = "PUSH"
    WHATSAPP = "WHATSAPP"
    IN_APP = "IN_APP"
    WEBHOOK = "WEBHOOK"
    SLACK = "SLACK"
    CREATE_OR_UPDATE_PERSON = "CREATE_OR_UPDATE_PERSON"
    CREATE_EVENT = "CREATE_EVENT"
    DATA_ACTION = "DATA_ACTION"


class NextStep(StrEnum):
    """What comes next in a journey."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PUSH = "PUSH"
    WHATSAPP = "WHATSAPP"
    IN_APP = "IN_APP"
    WEBHOOK = "WEBHOOK"
    SLACK = "SLACK"
    CREATE_OR_UPDATE_PERSON = "CREATE_OR_UPDATE_PERSON"
    CREATE_EVENT = "CREATE_EVENT"
    DATA_ACTION = "DATA_ACTION"
    WAIT = "WAIT"


class DeliveryStatus(StrEnum):
    """How far a delivery got."""

    DRAFTED = "DRAFTED"
    QUEUED = "QUEUED"
    ATTEMPTED = "ATTEMPTED"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"
    SENT = "SENT"
    BOUNCED = "BOUNCED"

    @property
    def rank(self) -> int:
        """How far along the way it is; a status only moves to a higher rank (C3)."""
        return _STATUS_RANK[self]


_STATUS_RANK = {
    DeliveryStatus.DRAFTED: 0,
    DeliveryStatus.QUEUED: 1,
    DeliveryStatus.ATTEMPTED: 2,
    DeliveryStatus.FAILED: 3,
    DeliveryStatus.SUPPRESSED: 3,
    DeliveryStatus.SENT: 4,
    DeliveryStatus.BOUNCED: 5,
}


class InteractionKind(StrEnum):
    """What was done with a delivery."""

    OPENED = "OPENED"
    CLICKED = "CLICKED"


class Verdict(StrEnum):
    """What came of a journey or a delivery in an evaluation (M6)."""

    CONVERTED = "CONVERTED"
    FILTER_FALSE = "FILTER_FALSE"
    PROPERTY_MISSING = "PROPERTY_MISSING"
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW"
    NO_QUALIFYING_INTERACTION = "NO_QUALIFYING_INTERACTION"
    CHANNEL_CANNOT_CONVERT = "CHANNEL_CANNOT_CONVERT"
    ALREADY_CONVERTED = "ALREADY_CONVERTED"
    ALREADY_IN_SEGMENT = "ALREADY_IN_SEGMENT"
    NO_JOURNEY = "NO_JOURNEY"
    FILTER_ERROR = "FILTER_ERROR"
    NOT_SENT = "NOT_SENT"
    BOUNCED = "BOUNCED"
    EARLIER_TOUCH = "EARLIER_TOUCH"
    NO_DELIVERY = "NO_DELIVERY"
    NOT_WATCHED = "NOT_WATCHED"
    EXITED_AT_START = "EXITED_AT_START"
    NO_CHANGE = "NO_CHANGE"


class MembershipChange(StrEnum):
    """What happened to a person's membership of a segment."""

    ENTERED = "ENTERED"
    LEFT = "LEFT"


class Move(NamedTuple):
    """A person really entered a segment, or really left it (S1)."""

    segment_id: str
    change: MembershipChange


@dataclass(frozen=True, slots=True)
class PerformsEvent:
    """An event of this name achieves the goal, if the filter is true of it; empty: any such."""

    event_name: str
    filter: str = ""


@dataclass(frozen=True, slots=True)
class EntersSegment:
    """Entering the segment achieves the goal."""

    segment_id: str


@dataclass(frozen=True, slots=True)
class LeavesSegment:
    """Leaving the segment achieves the goal."""

    segment_id: str


Achievement = PerformsEvent | EntersSegment | LeavesSegment


@dataclass(frozen=True, slots=True)
class Goal:
    """What a person should do, and how long after a delivery it is credited (G1 to G4, C12, C15).

    `value` is the text of a rule; empty: none. `window_us` None: any time.
    """

    achievement: Achievement
    window_us: int | None = None
    basis: Basis = Basis.RECEIVED
    value: str = ""
    count_machine_interactions: bool = False

    @property
    def filter(self) -> str:
        """The text of the rule that an event must meet (G4); empty: none."""
        return self.achievement.filter if isinstance(self.achievement, PerformsEvent) else ""

    @property
    def move(self) -> Move | None:
        """The change of membership that achieves it; None: an event does."""
        match self.achievement:
            case EntersSegment(segment_id):
                return Move(segment_id, MembershipChange.ENTERED)
            case LeavesSegment(segment_id):
                return Move(segment_id, MembershipChange.LEFT)
            case _:
                return None


class Match(StrEnum):
    """Of how many of a trigger's segments a person must be."""

    ANY = "ANY"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """The segments that let a person enter a campaign; ids sorted, each once."""

    match: Match
    segment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """All of a campaign that judges, as it was at one time (G6).

    At most one of the two triggers is set. `audience_filter` is the text of a rule; empty: none.
    """

    campaign_id: str
    number: int
    trigger_event_name: str | None
    goal: Goal | None
    exit_policy: ExitPolicy
    webhook_action_ids: tuple[str, ...]
    create_us: int
    trigger_segments: SegmentTrigger | None = None
    audience_filter: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it is now; `version` counts all changes, the revision those that judge.

    `archive_us` is when it was archived, None if it was not.
    """

    campaign_id: str
    display_name: str
    kind: CampaignKind
    current: Revision
    version: int
    create_us: int
    update_us: int
    archive_us: int | None = None

    @property
    def etag(self) -> str:
        """What a caller sends back to change just this state of the campaign."""
        return f"v{self.version}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of people: those whom callers put into it, or of whose attributes `rule` is true.

    `rule` empty: callers tell. `incarnation` is the `version` with which it was created: a segment
    that was deleted and created again has none of its members back.
    """

    segment_id: str
    display_name: str
    rule: str
    incarnation: int
    version: int
    create_us: int
    update_us: int
    deleted: bool = False

    @property
    def etag(self) -> str:
        """What a caller sends back to change just this state of the segment."""
        return f"v{self.version}"


@dataclass(frozen=True, slots=True)
class Person:
    """What is stored of a person; `moves` counts the changes of membership, to tell them apart."""

    person_id: str
    attributes: Properties = EMPTY
    moves: int = 0
    update_us: int = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """What a caller told of a person and a segment; `entered_us` None: the person left it."""

    person_id: str
    segment_id: str
    incarnation: int
    entered_us: int | None


# No id of a caller's holds a control character, so none is ever one that we make.
_OURS = "\x01"
FIRST_OF_CALLERS = "\x02"


def newsletter_journey_id(delivery_id: str) -> str:
    """The id of the journey that a newsletter's delivery is, which nobody is told."""
    return _OURS + delivery_id


def newsletter_delivery_id(journey_id: str) -> str:
    """The newsletter's delivery that a journey is; empty if it is a journey of a caller's."""
    return journey_id.removeprefix(_OURS) if journey_id.startswith(_OURS) else ""


def achievement_id(person: Person) -> str:
    """An id for what a person achieves by a change that the caller gave none."""
    return f"{_OURS}{person.moves}"


def told(an_id: str) -> str:
    """The id, if it is a caller's; empty if it is one that we made."""
    return "" if an_id.startswith(_OURS) else an_id


@dataclass(frozen=True, slots=True)
class Journey:
    """One person's way through one campaign, judged by `revision` for good (G8).

    `achieved_us` is when its goal was first achieved since the start (X4); `converted_us` is when
    one of its deliveries was first credited (M1). `barred` says why it can never convert, None if
    it can.
    """

    person_id: str
    journey_id: str
    campaign_id: str
    revision: int
    start_us: int
    trigger_properties: Properties = EMPTY
    state: JourneyState = JourneyState.ACTIVE
    exit_reason: ExitReason | None = None
    end_us: int | None = None
    achieved_us: int | None = None
    converted_us: int | None = None
    barred: Barred | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One output of one action for one person.

    `claimed_sent_us` is the sent time as the report of SENT gave it, before it was cut to the
    arrival: what a repeated report is compared with. Opens and clicks are the latest; clicks only
    those on tracked links; those of machines apart. Clicks on links that are not tracked, of people
    and machines, are for figures alone (M1). `converted_us` is when it was credited (C8).
    `can_convert` is whether its channel and action may be credited by its journey's revision (C2),
    which neither of them ever changes.
    """

    person_id: str
    delivery_id: str
    campaign_id: str
    journey_id: str
    action_id: str
    channel: Channel
    status: DeliveryStatus
    create_us: int
    sent_us: int | None = None
    claimed_sent_us: int | None = None
    opened_us: int | None = None
    clicked_us: int | None = None
    machine_opened_us: int | None = None
    machine_clicked_us: int | None = None
    untracked_clicked_us: int | None = None
    converted_us: int | None = None
    can_convert: bool = False


@dataclass(frozen=True, slots=True)
class Interaction:
    """One open or click as it was reported; `arrival_us` is when the service took it in.

    `told_us` is its time as the caller told it, or its arrival if the caller told none; `time_us`
    is that time cut to the arrival (C10).
    """

    person_id: str
    delivery_id: str
    kind: InteractionKind
    machine: bool
    untracked: bool
    told_us: int
    time_us: int
    arrival_us: int

    @property
    def key(self) -> "InteractionKey":
        """What makes it the same interaction when it is reported again."""
        return InteractionKey(
            self.delivery_id, self.kind, self.machine, self.untracked, self.told_us
        )


class InteractionKey(NamedTuple):
    """What makes two reports about one person the same interaction."""

    delivery_id: str
    kind: InteractionKind
    machine: bool
    untracked: bool
    told_us: int


class ReceiptKind(StrEnum):
    """What was taken in under an id."""

    EVENT = "EVENT"
    SEGMENT_CHANGE = "SEGMENT_CHANGE"
    UPDATE = "UPDATE"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That something was taken in under the id `event_id`, and its content (C13).

    Of an event, `name` is its own; of a change, that of the segment; of an update it is empty.
    """

    person_id: str
    event_id: str
    name: str
    properties: Properties
    occurred_us: int | None
    arrival_us: int
    achieved_journeys: tuple[str, ...] = ()
    kind: ReceiptKind = ReceiptKind.EVENT

    def same_content(
        self,
        name: str,
        properties: Properties,
        occurred_us: int | None,
        kind: ReceiptKind = ReceiptKind.EVENT,
    ) -> bool:
        """Whether what has this content is what was taken in."""
        same = (self.kind, self.name, self.occurred_us) == (kind, name, occurred_us)
        return same and self.properties == properties


@dataclass(frozen=True, slots=True)
class Candidate:
    """A delivery in time for an achievement (C14)."""

    delivery_id: str
    journey_id: str
    action_id: str
    channel: Channel
    sent_us: int
    basis_us: int
    already_converted: bool


class SeenValue(NamedTuple):
    """What was at a path that a rule names, such as `event.total`: JSON, a moment as text.

    `cut`: the value was larger. `of_now`: it is what the person has now, which may not be what the
    rule saw.
    """

    path: str
    value: object = None
    absent: bool = False
    cut: bool = False
    of_now: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules behind a decision saw; `cut`: they name more than is here."""

    values: tuple[SeenValue, ...] = ()
    cut: bool = False


NOTHING_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Conversion:
    """An achievement credited to a delivery, and why (C14).

    `event_id` is the id of the event; where `move` achieved, that of the change or update. `seen`
    is what its goal's filter and value rule saw, None if it was recorded when that was not kept.
    """

    person_id: str
    event_id: str
    campaign_id: str
    journey_id: str
    delivery_id: str
    revision: int
    converted_us: int
    basis: Basis
    basis_us: int
    window_us: int | None
    filter: str
    value: float | None
    candidates: tuple[Candidate, ...]
    move: Move | None = None
    seen: Seen | None = None
