"""The reads of what happened on the store in memory: looks at everything, each time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from attribution_service.core.model import (
    Conversion,
    Delivery,
    Interaction,
    InteractionKind,
    Journey,
    PerformsEvent,
    Receipt,
    ReceiptKind,
    Revision,
)
from attribution_service.core.state import PersonState
from attribution_service.storage.interface import Entrance, Extent, Place, Placed, bucket_of
from attribution_service.storage.memory_reports import Kept

T = TypeVar("T")


class MemoryHistories:
    """Reads what the store keeps."""

    def __init__(
        self,
        people: Mapping[str, PersonState],
        revisions: Mapping[tuple[str, int], Revision],
        kept: Kept,
    ) -> None:
        self._people = people
        self._revisions = revisions
        self._kept = kept

    def extent(self, campaign_id: str, event_name: str, before_us: int) -> Extent:
        """How much there is, of journeys that started before this time."""
        watched = [
            each.create_us
            for each in self._revisions.values()
            if each.goal is not None
            and isinstance(each.goal.achievement, PerformsEvent)
            and each.goal.achievement.event_name == event_name
        ]
        return Extent(
            journeys=len(self._entrances(campaign_id, before_us)),
            watched_us=min(watched, default=None),
            deleted=any(each.campaign_id == campaign_id for each in self._kept.journeys),
            removed=any(each.campaign_id == campaign_id for each in self._kept.deliveries),
        )

    def entrances(
        self, campaign_id: str, before_us: int, after: Place | None, limit: int
    ) -> list[Placed[Entrance]]:
        """Who entered the campaign before this time, by the start of the journeys."""
        seen: set[str] = set()
        found = []
        for place in self._entrances(campaign_id, before_us):
            person_id = str(place[2])
            found.append(Placed(place, Entrance(person_id, person_id not in seen)))
            seen.add(person_id)
        return _page(found, after, limit)

    def _entrances(self, campaign_id: str, before_us: int) -> list[Place]:
        return sorted(
            (journey.start_us, bucket_of(person_id), person_id, journey.journey_id)
            for person_id, state in self._people.items()
            for journey in state.journeys.values()
            if journey.campaign_id == campaign_id and journey.start_us < before_us
        )

    def people(
        self, campaign_id: str, person_ids: Sequence[str], *, attributes: bool
    ) -> dict[str, PersonState]:
        """Of people their journeys in a campaign, with the deliveries and conversions of these."""
        return {
            person_id: self._part(campaign_id, person_id, attributes=attributes)
            for person_id in _in_order(person_ids)
        }

    def _part(self, campaign_id: str, person_id: str, *, attributes: bool) -> PersonState:
        whole = self._people.get(person_id, PersonState(person_id))
        part = PersonState(person_id)
        made = [each for several in whole.conversions.values() for each in several]
        records: list[Journey | Delivery | Conversion] = [*whole.journeys.values(), *made]
        records += whole.deliveries.values()
        for record in records:
            if record.campaign_id == campaign_id:
                part.apply(record)
        if attributes:
            if whole.knows_person:
                part.apply(whole.person)
            part.meet()
        return part

    def interactions(
        self,
        person_ids: Sequence[str],
        kind: InteractionKind,
        before_us: int,
        after: Place | None,
        limit: int,
    ) -> list[Placed[Interaction]]:
        """People's opens or tracked clicks that arrived before this time, person by person."""
        found = [
            Placed(_of(person_id, *_place(each)), each)
            for person_id in person_ids
            for each in self._person(person_id).interactions.values()
            if each.kind is kind and not each.untracked and each.arrival_us < before_us
        ]
        return _page(found, after, limit)

    def events(
        self,
        person_ids: Sequence[str],
        name: str,
        before_us: int,
        after: Place | None,
        limit: int,
    ) -> list[Placed[Receipt]]:
        """People's events of this name that arrived before this time, person by person."""
        found = [
            Placed(_of(person_id, each.arrival_us, each.event_id), each)
            for person_id in person_ids
            for each in self._person(person_id).receipts.values()
            if each.kind is ReceiptKind.EVENT and each.name == name and each.arrival_us < before_us
        ]
        return _page(found, after, limit)

    def _person(self, person_id: str) -> PersonState:
        return self._people.get(person_id, PersonState(person_id))


def _in_order(person_ids: Iterable[str]) -> list[str]:
    """As a database that keeps people by bucket has them."""
    return sorted(person_ids, key=lambda person_id: (bucket_of(person_id), person_id))


def _of(person_id: str, *rest: int | str) -> Place:
    return (bucket_of(person_id), person_id, *rest)


def _place(item: Interaction) -> Place:
    return item.arrival_us, item.delivery_id, item.machine, item.told_us


def _page(found: Iterable[Placed[T]], after: Place | None, limit: int) -> list[Placed[T]]:
    wanted = (item for item in found if after is None or item.place > after)
    return sorted(wanted, key=lambda item: item.place)[:limit]
