"""The part of one person's state that the commands at hand need."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from attribution_service.core.answers import PersonChange
from attribution_service.core.catalog import Catalog, Watching
from attribution_service.core.commands import (
    CheckExit,
    EvaluateEvent,
    FinishJourney,
    PersonCommand,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
)
from attribution_service.core.model import (
    Conversion,
    Delivery,
    Interaction,
    InteractionKey,
    Journey,
    Receipt,
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be known of a person to decide one command.

    Named journeys, deliveries, interactions and events (an event with the conversions it made); and
    where `judges` is set all of the person's journeys, and the deliveries of those that it is true
    of.
    """

    person_id: str
    journey_ids: tuple[str, ...] = ()
    delivery_ids: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    interactions: tuple[InteractionKey, ...] = ()
    judges: Callable[[Journey], bool] | None = None


def needs(command: PersonCommand, catalog: Catalog) -> Needs:
    """What has to be known to decide this command."""
    match command:
        case StartJourney() | FinishJourney() | CheckExit():
            return Needs(command.person_id, journey_ids=(command.journey_id,))
        case RecordDelivery():
            return Needs(
                command.person_id,
                journey_ids=(command.journey_id,),
                delivery_ids=(command.delivery_id,),
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
                judges=partial(_is_judged, watching) if watching else None,
            )


def _is_judged(watching: Watching, journey: Journey) -> bool:
    """Whether a goal of one of these revisions judges the journey (G8)."""
    return journey.revision in watching.get(journey.campaign_id, ())


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

    __slots__ = ("conversions", "deliveries", "interactions", "journeys", "person_id", "receipts")

    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.journeys: dict[str, Journey] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.receipts: dict[str, Receipt] = {}
        self.conversions: dict[str, tuple[Conversion, ...]] = {}
        self.interactions: dict[InteractionKey, Interaction] = {}

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
