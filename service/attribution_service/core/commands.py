"""What can be asked of the core. Each has been checked field by field before it gets here."""

from collections.abc import Callable
from dataclasses import dataclass

from attribution_service.core.model import (
    CampaignKind,
    Channel,
    DeliveryStatus,
    ExitPolicy,
    Goal,
    InteractionKind,
    MembershipChange,
    NextStep,
    SegmentTrigger,
)
from attribution_service.core.properties import EMPTY, Properties


@dataclass(frozen=True, slots=True)
class Definition:
    """What a caller says of a campaign."""

    campaign_id: str
    display_name: str
    kind: CampaignKind
    trigger_event_name: str | None
    goal: Goal | None
    exit_policy: ExitPolicy
    webhook_action_ids: tuple[str, ...]
    trigger_segments: SegmentTrigger | None = None
    audience_filter: str = ""


@dataclass(frozen=True, slots=True)
class CreateCampaign:
    """Create a campaign."""

    definition: Definition


@dataclass(frozen=True, slots=True)
class UpdateCampaign:
    """Change the campaign of this id as `change` says; `etag` empty: whatever its state.

    `change` takes the campaign as it is and returns what it shall be, or raises a Refusal.
    """

    campaign_id: str
    etag: str
    change: Callable[[Definition], Definition]


@dataclass(frozen=True, slots=True)
class ArchiveCampaign:
    """Let no journey start in the campaign any more; `etag` empty: whatever its state."""

    campaign_id: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class SegmentDefinition:
    """What a caller says of a segment; `rule` empty: callers tell who is in it."""

    segment_id: str
    display_name: str
    rule: str


@dataclass(frozen=True, slots=True)
class CreateSegment:
    """Create a segment."""

    definition: SegmentDefinition


@dataclass(frozen=True, slots=True)
class UpdateSegment:
    """Change the segment of this id as `change` says; `etag` empty: whatever its state."""

    segment_id: str
    etag: str
    change: Callable[[SegmentDefinition], SegmentDefinition]


@dataclass(frozen=True, slots=True)
class DeleteSegment:
    """Delete a segment with its members; `etag` empty: whatever its state."""

    segment_id: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class StartJourney:
    """A person enters a campaign."""

    person_id: str
    journey_id: str
    campaign_id: str
    trigger_properties: Properties = EMPTY


@dataclass(frozen=True, slots=True)
class FinishJourney:
    """A journey came to its last step."""

    person_id: str
    journey_id: str


@dataclass(frozen=True, slots=True)
class RecordDelivery:
    """A delivery got as far as `status`. `campaign_id` empty: the journey's.

    `journey_id` empty: it is a newsletter's, which `campaign_id` names.
    """

    person_id: str
    delivery_id: str
    journey_id: str
    campaign_id: str
    action_id: str
    channel: Channel
    status: DeliveryStatus = DeliveryStatus.SENT
    sent_us: int | None = None


@dataclass(frozen=True, slots=True)
class RecordInteraction:
    """A delivery was opened or clicked. `time_us` None: when the command arrives."""

    person_id: str
    delivery_id: str
    kind: InteractionKind
    machine: bool = False
    untracked: bool = False
    time_us: int | None = None


@dataclass(frozen=True, slots=True)
class EvaluateEvent:
    """A person performed an event: who gets the credit?"""

    person_id: str
    event_id: str
    name: str
    properties: Properties = EMPTY
    occurred_us: int | None = None
    person_attributes: Properties = EMPTY
    validate_only: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class ChangeMembership:
    """A caller tells that a person entered or left a segment. `change_id` empty: it has none."""

    person_id: str
    segment_id: str
    change: MembershipChange
    change_id: str = ""
    person_attributes: Properties = EMPTY
    validate_only: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class UpdateAttributes:
    """Put `attributes` over a person's stored ones, and remove some names (S4)."""

    person_id: str
    attributes: Properties
    remove_names: tuple[str, ...] = ()
    update_id: str = ""
    explain: bool = False


@dataclass(frozen=True, slots=True)
class ReadPerson:
    """What is known of a person now; asked here because rules say who is in a segment."""

    person_id: str


@dataclass(frozen=True, slots=True)
class DeletePerson:
    """Remove all that is a person's; figures keep what they count."""

    person_id: str


@dataclass(frozen=True, slots=True)
class CheckExit:
    """Does a journey end before its next step? `next_step` None: a message."""

    person_id: str
    journey_id: str
    next_step: NextStep | None = None


PersonCommand = (
    StartJourney
    | FinishJourney
    | RecordDelivery
    | RecordInteraction
    | EvaluateEvent
    | ChangeMembership
    | UpdateAttributes
    | ReadPerson
    | CheckExit
)
DefinitionCommand = (
    CreateCampaign
    | UpdateCampaign
    | ArchiveCampaign
    | CreateSegment
    | UpdateSegment
    | DeleteSegment
)
Command = PersonCommand | DefinitionCommand | DeletePerson
