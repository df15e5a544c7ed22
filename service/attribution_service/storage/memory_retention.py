"""What is old in the store in memory: looks at everything, each time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from attribution_service.core.model import (
    Conversion,
    Delivery,
    Interaction,
    Journey,
    Receipt,
    newsletter_journey_id,
)
from attribution_service.core.retention import last_touch_us
from attribution_service.core.state import PersonState
from attribution_service.storage.interface import Place, Sweep, Swept, bucket_of
from attribution_service.storage.sweep import Looked, fitting, going, looked

T = TypeVar("T")
People = Mapping[str, PersonState]


@dataclass(slots=True)
class Removed:
    """What goes together."""

    deliveries: list[Delivery] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    journeys: list[Journey] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


def old_deliveries(people: People, sweep: Sweep) -> tuple[Removed, Swept]:
    """The deliveries that go in this step, with all that is theirs."""
    deliveries = {
        _place(item.person_id, item.delivery_id): item
        for state in people.values()
        for item in state.deliveries.values()
    }
    step = _look(deliveries, lambda item: last_touch_us(item) < sweep.before_us, sweep)
    interactions = _interactions(people, step.old)
    places = sorted(interactions)
    step = fitting(step, places[: sweep.most + 1], sweep)
    chosen = [deliveries[place] for place in step.old]
    removed = Removed(
        deliveries=chosen,
        interactions=[interactions[place] for place in going(step, places, sweep)]
        if places
        else [],
        conversions=_conversions(people, chosen),
        journeys=_newsletter_journeys(people, chosen),
    )
    return removed, Swept(
        place=step.place,
        looked=step.looked,
        deliveries=len(removed.deliveries),
        interactions=len(removed.interactions),
        conversions=len(removed.conversions),
        newsletter_journeys=len(removed.journeys),
    )


def old_receipts(people: People, sweep: Sweep) -> tuple[Removed, Swept]:
    """The receipts that go in this step."""
    receipts = {
        _place(item.person_id, item.event_id): item
        for state in people.values()
        for item in state.receipts.values()
    }

    def is_old(item: Receipt) -> bool:
        named = people[item.person_id].conversions.get(item.event_id)
        return item.arrival_us < sweep.before_us and not named

    step = _look(receipts, is_old, sweep)
    removed = Removed(receipts=[receipts[place] for place in step.old])
    return removed, Swept(step.place, step.looked, receipts=len(removed.receipts))


def _look(found: Mapping[Place, T], is_old: Callable[[T], bool], sweep: Sweep) -> Looked:
    places = [place for place in sorted(found) if place > sweep.after][: sweep.looks]
    return looked([(place, is_old(found[place])) for place in places], sweep)


def _interactions(people: People, of: Iterable[Place]) -> dict[Place, Interaction]:
    wanted = set(of)
    return {
        (*_place(item.person_id, item.delivery_id), *item.key[1:]): item
        for state in people.values()
        for item in state.interactions.values()
        if _place(item.person_id, item.delivery_id) in wanted
    }


def _conversions(people: People, deliveries: Iterable[Delivery]) -> list[Conversion]:
    return [
        item
        for delivery in deliveries
        for made in people[delivery.person_id].conversions.values()
        for item in made
        if item.delivery_id == delivery.delivery_id
    ]


def _newsletter_journeys(people: People, deliveries: Iterable[Delivery]) -> list[Journey]:
    found = (
        people[item.person_id].journeys.get(item.journey_id)
        for item in deliveries
        if item.journey_id == newsletter_journey_id(item.delivery_id)
    )
    return [journey for journey in found if journey is not None]


def _place(person_id: str, item_id: str) -> Place:
    return (bucket_of(person_id), person_id, item_id)
