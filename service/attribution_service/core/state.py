"""The part of one person's state that the commands at hand need."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from attribution_service.core.answers import PersonChange
from attribution_service.core.catalog import Catalog, Watching
from attribution_service.core.commands import (
    ChangeMembership,
    CheckExit,
    EvaluateEvent,
    FinishJourney,
    PersonCommand,
    ReadPerson,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
    UpdateAttributes,
)
from attribution_service.core.filters import filtered
from attribution_service.core.model import (
    Conversion,
    Delivery,
    Interaction,
    InteractionKey,
    Journey,
    Membership,
    MembershipChange,
    Move,
    Person,
    Receipt,
    newsletter_journey_id,
)
from attribution_service.core.properties import EMPTY
from attribution_service.core.reads import (
    Reach,
    goal_reads_person,
    needs_person,
    reach_of,
    whole_journey,
)
from attribution_service.core.rules import RuleBook, RuleInput


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be known of a person to decide one command.

    Named journeys, deliveries, interactions and events (an event with the conversions it made); and
    where `judges` is set the person's journeys in these `campaigns` (None: in all), and of each the
    deliveries within the reach that it gives, none where it gives None. Journeys in other campaigns
    may be loaded too: it gives None for them. Attributes and memberships where `person` is set, or
    `person_for` is true of a journey that was loaded for this or another need of the person.

    Whatever a command of the same batch changes is loaded for that command. So what is not within
    the reach when it is loaded cannot come to be within it before this command's turn, unless it is
    there already.
    """

    person_id: str
    journey_ids: tuple[str, ...] = ()
    delivery_ids: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    interactions: tuple[InteractionKey, ...] = ()
    judges: Callable[[Journey], Reach | None] | None = None
    campaigns: Collection[str] | None = None
    person: bool = False
    person_for: Callable[[Journey], bool] | None = None


def needs(command: PersonCommand, catalog: Catalog, rules: RuleBook, now_us: int) -> Needs:
    """What has to be known to decide this command, which arrives at `now_us`."""
    match command:
        case FinishJourney():
            return Needs(command.person_id, journey_ids=(command.journey_id,))
        case StartJourney():
            return Needs(
                command.person_id,
                journey_ids=(command.journey_id,),
                person=_starts_with_person(command.campaign_id, catalog, rules),
            )
        case CheckExit():
            return Needs(
                command.person_id,
                journey_ids=(command.journey_id,),
                person_for=partial(_exit_reads_person, catalog, rules),
            )
        case RecordDelivery():
            of_newsletter = not command.journey_id
            journey_id = command.journey_id or newsletter_journey_id(command.delivery_id)
            return Needs(
                command.person_id,
                journey_ids=(journey_id,),
                delivery_ids=(command.delivery_id,),
                person=of_newsletter and _starts_with_person(command.campaign_id, catalog, rules),
            )
        case RecordInteraction():
            return Needs(
                command.person_id,
                delivery_ids=(command.delivery_id,),
                interactions=_told_before(command),
            )
        case EvaluateEvent():
            watching = catalog.watching(command.name)
            return Needs(
                command.person_id,
                event_ids=(command.event_id,),
                judges=partial(_reached_by_event, command, watching, catalog, rules, now_us)
                if watching
                else None,
                campaigns=watching,
                person_for=partial(_goal_reads_person, watching, catalog, rules)
                if watching
                else None,
            )
        case ChangeMembership():
            watching = catalog.watching(Move(command.segment_id, command.change))
            return Needs(
                command.person_id,
                event_ids=(command.change_id,) if command.change_id else (),
                judges=partial(_reached, watching, catalog, now_us, command.explain)
                if watching
                else None,
                campaigns=watching,
                person=True,
            )
        case UpdateAttributes():
            watching = catalog.watching(*_possible_moves(command, catalog, rules))
            return Needs(
                command.person_id,
                event_ids=(command.update_id,) if command.update_id else (),
                judges=partial(_reached, watching, catalog, now_us, command.explain)
                if watching
                else None,
                campaigns=watching,
                person=True,
            )
        case ReadPerson():
            return Needs(command.person_id, person=True)


def _starts_with_person(campaign_id: str, catalog: Catalog, rules: RuleBook) -> bool:
    campaign = catalog.campaign(campaign_id)
    return campaign is not None and needs_person(campaign.current, rules)


def _exit_reads_person(catalog: Catalog, rules: RuleBook, journey: Journey) -> bool:
    """Whether a check of the journey may look at the person: policy in force, own goal (G8)."""
    own = catalog.revision(journey.campaign_id, journey.revision)
    return needs_person(own, rules) or _starts_with_person(journey.campaign_id, catalog, rules)


def _goal_reads_person(
    watching: Watching, catalog: Catalog, rules: RuleBook, journey: Journey
) -> bool:
    """Whether the rules by which the journey is judged read attributes."""
    return _is_judged(watching, journey) and goal_reads_person(
        catalog.revision(journey.campaign_id, journey.revision), rules
    )


def _possible_moves(
    command: UpdateAttributes, catalog: Catalog, rules: RuleBook
) -> tuple[Move, ...]:
    """All moves that the update may make, whatever is stored."""
    names = {*command.attributes.values, *command.remove_names}
    return tuple(
        Move(segment.segment_id, change)
        for segment in catalog.segments_reading(names, rules)
        for change in MembershipChange
    )


def _is_judged(watching: Watching, journey: Journey) -> bool:
    """Whether a goal of one of these revisions judges the journey (G8)."""
    return journey.revision in watching.get(journey.campaign_id, ())


def _reached(
    watching: Watching, catalog: Catalog, now_us: int, explain: bool, journey: Journey
) -> Reach | None:
    """Which of the journey's deliveries may matter to what these revisions watch."""
    if not _is_judged(watching, journey):
        return None
    if explain:
        return whole_journey(now_us)  # each of them is told why not
    goal = catalog.revision(journey.campaign_id, journey.revision).goal
    return None if goal is None or journey.barred is not None else reach_of(goal, now_us)


def _reached_by_event(
    command: EvaluateEvent,
    watching: Watching,
    catalog: Catalog,
    rules: RuleBook,
    now_us: int,
    journey: Journey,
) -> Reach | None:
    """Which of the journey's deliveries may matter to the event: none if its filter is not met."""
    reach = _reached(watching, catalog, now_us, command.explain, journey)
    if reach is None or command.explain:
        return reach
    revision = catalog.revision(journey.campaign_id, journey.revision)
    if revision.goal is None or goal_reads_person(revision, rules):
        return reach  # of the person nothing is known yet
    given = RuleInput(command.properties, journey.trigger_properties, EMPTY, now_us)
    return reach if filtered(revision, revision.goal, given, rules) is True else None


def _told_before(command: RecordInteraction) -> tuple[InteractionKey, ...]:
    """The interaction that this one would repeat; without a time of its own it is always new."""
    if command.time_us is None:
        return ()
    return (
        InteractionKey(
            command.delivery_id, command.kind, command.machine, command.untracked, command.time_us
        ),
    )


class PersonState:
    """What is known of one person; the changes of decided commands are applied to it in order."""

    __slots__ = (
        "_person",
        "conversions",
        "deliveries",
        "interactions",
        "journeys",
        "memberships",
        "person_id",
        "receipts",
    )

    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.journeys: dict[str, Journey] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.receipts: dict[str, Receipt] = {}
        self.conversions: dict[str, tuple[Conversion, ...]] = {}
        self.interactions: dict[InteractionKey, Interaction] = {}
        self.memberships: dict[str, Membership] = {}
        self._person: Person | None = None

    @property
    def knows_person(self) -> bool:
        """Whether attributes and memberships are known here."""
        return self._person is not None

    @property
    def person(self) -> Person:
        """What is stored of the person. Raises LookupError if nobody loaded it."""
        if self._person is None:
            raise LookupError("the person was not loaded for this command")
        return self._person

    def meet(self) -> None:
        """Tell that attributes and memberships were looked for: what is not here is nowhere."""
        if self._person is None:
            self._person = Person(self.person_id)

    def with_person(self, person: Person) -> "PersonState":
        """The same memberships with other attributes."""
        other = PersonState(self.person_id)
        other.memberships = self.memberships
        other._person = person
        return other

    def judged_by(self, watching: Watching) -> dict[str, list[Journey]]:
        """The journeys that a goal of one of these revisions judges, by campaign id."""
        judged: dict[str, list[Journey]] = defaultdict(list)
        for journey in self.journeys.values():
            if _is_judged(watching, journey):
                judged[journey.campaign_id].append(journey)
        return judged

    def deliveries_by_journey(self) -> dict[str, list[Delivery]]:
        """The deliveries, by journey id."""
        found: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in self.deliveries.values():
            found[delivery.journey_id].append(delivery)
        return found

    def apply(self, change: PersonChange) -> None:
        """Take over a change."""
        match change:
            case Journey():
                self.journeys[change.journey_id] = change
            case Delivery():
                self.deliveries[change.delivery_id] = change
            case Receipt():
                self.receipts[change.event_id] = change
            case Conversion():
                so_far = self.conversions.get(change.event_id, ())
                self.conversions[change.event_id] = (*so_far, change)
            case Interaction():
                self.interactions[change.key] = change
            case Person():
                self._person = change
            case Membership():
                self.memberships[change.segment_id] = change
