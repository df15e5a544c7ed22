"""A store in memory, for scenarios and tests: forgets everything when it goes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from attribution_service.core.answers import CampaignChange, DefinitionChange, PersonChange
from attribution_service.core.catalog import Catalog
from attribution_service.core.counted import counted_delivery, counted_journey
from attribution_service.core.model import (
    Campaign,
    Conversion,
    Delivery,
    Journey,
    Revision,
    Segment,
)
from attribution_service.core.state import Needs, PersonState
from attribution_service.storage.interface import Standing, Sweep, Swept
from attribution_service.storage.memory_histories import MemoryHistories
from attribution_service.storage.memory_reports import Kept, MemoryReports, Numbered
from attribution_service.storage.memory_retention import Removed, old_deliveries, old_receipts

T = TypeVar("T")


class MemoryStore:
    """Keeps whole states of people; hands out just what was asked for, as a database would."""

    def __init__(self) -> None:
        self._people: dict[str, PersonState] = {}
        self._campaigns: dict[str, Campaign] = {}
        self._revisions: dict[tuple[str, int], Revision] = {}
        self._segments: dict[str, Segment] = {}
        self._latest_arrival_us = 0
        self._conversions = Numbered()
        self._kept = Kept()
        self._reports = MemoryReports(self._people, self._campaigns, self._conversions, self._kept)
        self._histories = MemoryHistories(self._people, self._revisions, self._kept)

    @property
    def reports(self) -> MemoryReports:
        """The reads of reports."""
        return self._reports

    @property
    def histories(self) -> MemoryHistories:
        """The reads of what happened."""
        return self._histories

    @property
    def shared(self) -> bool:
        """No: nobody else can see it."""
        return False

    @property
    def buckets_at_once(self) -> None:
        """Transactions keep to no bucket."""
        return

    def probe(self) -> int:
        """It is always there, and nobody else writes to it."""
        return 0

    @contextmanager
    def transaction(self) -> Iterator["MemoryTransaction"]:
        """A transaction; what it writes is applied when the block ends."""
        transaction = MemoryTransaction(self._people)
        yield transaction
        for change in transaction.changes:
            self._person(change.person_id).apply(change)
            if isinstance(change, Conversion):
                self._conversions.add(change)
        for person_id in transaction.erased:
            self._erase(person_id)
        for removed in transaction.removed:
            self._remove(removed)
        if transaction.latest_arrival_us is not None:
            self._latest_arrival_us = transaction.latest_arrival_us
        for campaign_change in transaction.campaign_changes:
            campaign = campaign_change.campaign
            self._campaigns[campaign.campaign_id] = campaign
            if campaign_change.revision is not None:
                self._add_revision(campaign_change.revision)
        for segment in transaction.segments:
            self._segments[segment.segment_id] = segment

    def _erase(self, person_id: str) -> None:
        state = self._people.pop(person_id, PersonState(person_id))
        sent = filter(None, map(counted_delivery, state.deliveries.values()))
        self._kept.deliveries.extend(sent)
        self._kept.journeys.extend(map(counted_journey, state.journeys.values()))
        for item in self._conversions.remove(lambda found: found.person_id == person_id):
            self._kept.keep(item)
        self._kept.forget_numbers(person_id)

    def _remove(self, removed: "Removed") -> None:
        """Remove what is old; what figures count of it is kept."""
        for interaction in removed.interactions:
            del self._people[interaction.person_id].interactions[interaction.key]
        for delivery in removed.deliveries:
            state = self._people[delivery.person_id]
            del state.deliveries[delivery.delivery_id]
            counted = counted_delivery(delivery)
            self._kept.deliveries.extend([] if counted is None else [counted])
        for journey in removed.journeys:
            del self._people[journey.person_id].journeys[journey.journey_id]
        gone = {(item.person_id, item.delivery_id) for item in removed.conversions}
        for item in self._conversions.remove(lambda c: (c.person_id, c.delivery_id) in gone):
            self._kept.keep(item)
        for conversion in removed.conversions:
            made = self._people[conversion.person_id].conversions
            made[conversion.event_id] = tuple(
                item for item in made[conversion.event_id] if item != conversion
            )
        for receipt in removed.receipts:
            del self._people[receipt.person_id].receipts[receipt.event_id]

    def _add_revision(self, revision: Revision) -> None:
        key = (revision.campaign_id, revision.number)
        if key in self._revisions:
            raise ValueError(f"revision {key} is there already")
        self._revisions[key] = revision

    def _person(self, person_id: str) -> PersonState:
        return self._people.setdefault(person_id, PersonState(person_id))

    def catalog(self, until: int = 0) -> Catalog:  # noqa: ARG002
        """All campaigns, revisions and segments."""
        return Catalog.of(
            self._campaigns.values(), self._revisions.values(), self._segments.values()
        )

    def definition_changes(
        self,
        after: int,  # noqa: ARG002
        until: int = 0,  # noqa: ARG002
    ) -> Sequence[DefinitionChange]:
        """There are no others who could have changed something."""
        return ()

    def latest_arrival_us(self) -> int:
        """The latest arrival that was stored, 0 if none was."""
        return self._latest_arrival_us

    def knows_event(self, person_id: str, event_id: str) -> bool:
        """Whether something was taken in under this id."""
        person = self._people.get(person_id)
        return person is not None and event_id in person.receipts

    def campaign(self, campaign_id: str) -> Campaign | None:
        """A campaign as it is now."""
        return self._campaigns.get(campaign_id)

    def campaigns(self, after: str, limit: int, *, archived: bool = False) -> Sequence[Campaign]:
        """Up to `limit` campaigns with ids above `after`, in byte order; `archived`: those too."""
        chosen = {k: c for k, c in self._campaigns.items() if archived or c.archive_us is None}
        return _page(chosen, after, limit)

    def revisions(self, campaign_id: str, after: int, limit: int) -> Sequence[Revision]:
        """Up to `limit` revisions of a campaign with numbers above `after`, oldest first."""
        numbers = sorted(n for found, n in self._revisions if found == campaign_id and n > after)
        return [self._revisions[campaign_id, number] for number in numbers[:limit]]

    def segment(self, segment_id: str) -> Segment | None:
        """A segment as it is now, None if there is none."""
        segment = self._segments.get(segment_id)
        return None if segment is None or segment.deleted else segment

    def segments(self, after: str, limit: int) -> Sequence[Segment]:
        """Up to `limit` segments with ids above `after`, in byte order."""
        return _page({k: s for k, s in self._segments.items() if not s.deleted}, after, limit)

    def journey(self, person_id: str, journey_id: str) -> Journey | None:
        """A person's journey."""
        person = self._people.get(person_id)
        return None if person is None else person.journeys.get(journey_id)

    def journeys(
        self, person_id: str, campaign_id: str, after: str, limit: int
    ) -> Sequence[Journey]:
        """Up to `limit` journeys with ids above `after`; `campaign_id` empty: of all campaigns."""
        found = self._people.get(person_id, PersonState(person_id)).journeys
        chosen = {k: j for k, j in found.items() if campaign_id in ("", j.campaign_id)}
        return _page(chosen, after, limit)

    def delivery(self, person_id: str, delivery_id: str) -> Delivery | None:
        """A person's delivery."""
        person = self._people.get(person_id)
        return None if person is None else person.deliveries.get(delivery_id)

    def deliveries(
        self, person_id: str, journey_id: str, after: str, limit: int
    ) -> Sequence[Delivery]:
        """Up to `limit` deliveries with ids above `after`; `journey_id` empty: of all journeys."""
        found = self._people.get(person_id, PersonState(person_id)).deliveries
        chosen = {k: d for k, d in found.items() if journey_id in ("", d.journey_id)}
        return _page(chosen, after, limit)

    def close(self) -> None:
        """Nothing to let go of."""


class MemoryTransaction:
    """Collects the changes of one transaction."""

    def __init__(self, people: Mapping[str, PersonState]) -> None:
        self._people = people
        self.changes: list[PersonChange] = []
        self.erased: list[str] = []
        self.latest_arrival_us: int | None = None
        self.campaign_changes: list[CampaignChange] = []
        self.segments: list[Segment] = []
        self.removed: list[Removed] = []

    def lock(self, person_ids: Iterable[str]) -> Standing | None:  # noqa: ARG002
        """There is nobody to keep off."""
        return None

    def lock_definitions(self) -> Standing | None:
        """There is nobody to keep off."""
        return None

    def load(self, needs: Sequence[Needs]) -> Mapping[str, PersonState]:
        """Copies of just the parts of the states that are needed."""
        loaded: dict[str, PersonState] = {}
        for need in needs:
            part = loaded.setdefault(need.person_id, PersonState(need.person_id))
            whole = self._people.get(need.person_id)
            if whole is not None:
                _copy(whole, part, need)
        for need in needs:
            part = loaded[need.person_id]
            if need.person or _asks_for_person(need, part):
                _copy_person(self._people.get(need.person_id), part)
        return loaded

    def write(self, changes: Iterable[PersonChange]) -> None:
        """Keep the changes until the block ends."""
        self.changes.extend(changes)

    def erase(self, person_id: str) -> None:
        """Keep the wish until the block ends."""
        self.erased.append(person_id)

    def sweep_deliveries(self, sweep: Sweep) -> Swept:
        """Find what goes; it stays until the block ends."""
        found, swept = old_deliveries(self._people, sweep)
        self.removed.append(found)
        return swept

    def sweep_receipts(self, sweep: Sweep) -> Swept:
        """Find what goes; it stays until the block ends."""
        found, swept = old_receipts(self._people, sweep)
        self.removed.append(found)
        return swept

    def write_latest_arrival(self, arrival_us: int) -> None:
        """Keep the time until the block ends."""
        self.latest_arrival_us = arrival_us

    def write_campaign(self, change: CampaignChange) -> None:
        """Keep the change until the block ends."""
        self.campaign_changes.append(change)

    def write_segment(self, segment: Segment) -> None:
        """Keep the segment until the block ends."""
        self.segments.append(segment)


def _copy(whole: PersonState, part: PersonState, need: Needs) -> None:
    part.journeys.update(
        (key, item)
        for key, item in whole.journeys.items()
        if key in need.journey_ids or _may_be_judged(need, item)
    )
    part.deliveries.update(
        (key, item)
        for key, item in whole.deliveries.items()
        if key in need.delivery_ids or _is_reached(need, whole, item)
    )
    for key in need.interactions:
        if key in whole.interactions:
            part.interactions[key] = whole.interactions[key]
    for event_id in need.event_ids:
        if event_id in whole.receipts:
            part.receipts[event_id] = whole.receipts[event_id]
            part.conversions[event_id] = whole.conversions.get(event_id, ())


def _may_be_judged(need: Needs, journey: Journey) -> bool:
    if need.judges is None:
        return False
    return need.campaigns is None or journey.campaign_id in need.campaigns


def _asks_for_person(need: Needs, part: PersonState) -> bool:
    wanted = need.person_for
    return wanted is not None and any(wanted(journey) for journey in part.journeys.values())


def _copy_person(whole: PersonState | None, part: PersonState) -> None:
    if whole is not None and whole.knows_person:
        part.apply(whole.person)
        part.memberships.update(whole.memberships)
    part.meet()


def _is_reached(need: Needs, whole: PersonState, delivery: Delivery) -> bool:
    journey = whole.journeys.get(delivery.journey_id)
    if need.judges is None or journey is None:
        return False
    reach = need.judges(journey)
    return reach is not None and reach.holds(delivery)


def _page(found: Mapping[str, T], after: str, limit: int) -> list[T]:
    return [found[key] for key in sorted(found) if key > after][:limit]
