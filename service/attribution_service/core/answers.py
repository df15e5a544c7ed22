"""What the core answers, one class for each command."""

from dataclasses import dataclass

from attribution_service.core.model import (
    NOTHING_SEEN,
    Campaign,
    Conversion,
    Delivery,
    ExitReason,
    Interaction,
    Journey,
    Membership,
    Move,
    Person,
    Receipt,
    Revision,
    Seen,
    Segment,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class CampaignAnswer:
    """A campaign after it was created or changed."""

    campaign: Campaign


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """A segment after it was created, changed or deleted."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class JourneyAnswer:
    """A journey after it was started or finished; `replayed`: nothing changed."""

    journey: Journey
    replayed: bool


@dataclass(frozen=True, slots=True)
class DeliveryAnswer:
    """A delivery after a report; `replayed`: nothing changed."""

    delivery: Delivery
    replayed: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one journey or delivery in an evaluation, with a sentence for people.

    `seen` is what the rules saw that led to the verdict, empty where none did. `note` says what of
    it is not certain, where it is told later; empty: nothing.
    """

    verdict: Verdict
    campaign_id: str
    journey_id: str
    delivery_id: str
    detail: str
    seen: Seen = NOTHING_SEEN
    note: str = ""


@dataclass(frozen=True, slots=True)
class EvaluateAnswer:
    """What came of an event or a change; `findings` None: not asked for, or replayed."""

    conversions: tuple[Conversion, ...]
    achieved_journeys: tuple[str, ...]
    replayed: bool = False
    findings: tuple[Finding, ...] | None = None


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """A person as they are, and the segments they are in, in byte order."""

    person: Person
    segment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeletedAnswer:
    """A person was deleted; the same whether or not anything was there."""


@dataclass(frozen=True, slots=True)
class UpdateAnswer:
    """A person after an update of attributes, the moves that it made, and what these achieved."""

    person: PersonAnswer
    moves: tuple[Move, ...]
    achieved: EvaluateAnswer


@dataclass(frozen=True, slots=True)
class ExitAnswer:
    """Whether a journey has ended, why, when, and a sentence for people."""

    exit: bool
    reason: ExitReason | None
    exit_us: int | None
    detail: str


Answer = (
    CampaignAnswer
    | SegmentAnswer
    | JourneyAnswer
    | DeliveryAnswer
    | EvaluateAnswer
    | PersonAnswer
    | DeletedAnswer
    | UpdateAnswer
    | ExitAnswer
)

# A row to insert or to replace, whole; the identity is in the record itself.
PersonChange = Journey | Delivery | Interaction | Receipt | Conversion | Person | Membership


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """A campaign to store; `revision` is its new revision, None if what judges is unchanged."""

    campaign: Campaign
    revision: Revision | None


# A segment is stored whole, one that is deleted too.
DefinitionChange = CampaignChange | Segment


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule that had no answer, so that it did not match or gave no value; not the caller's fault.

    `what` is the kind of error, `path` what the rule failed to read, such as `event.total`, or
    empty. Nothing of it is taken from what people sent.
    """

    campaign_id: str
    revision: int
    rule: str
    what: str
    path: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a command about a person, and the changes that make it true.

    `faults` are for whoever watches over the rules: they change nothing.
    """

    answer: Answer
    changes: tuple[PersonChange, ...] = ()
    faults: tuple[RuleFault, ...] = ()
