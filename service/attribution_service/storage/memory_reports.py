"""The reads of reports on the store in memory: looks at everything, each time."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from attribution_service.core.counted import (
    CountedConversion,
    CountedDelivery,
    CountedJourney,
    counted_conversion,
    counted_delivery,
    counted_journey,
)
from attribution_service.core.credit_models import ActionCredit, CreditTally
from attribution_service.core.marks import marks_of
from attribution_service.core.model import (
    Campaign,
    CampaignKind,
    Conversion,
    Delivery,
    Journey,
    Receipt,
)
from attribution_service.core.reports import (
    Activity,
    ActivityKind,
    ConversionCount,
    ConversionQuery,
    Counts,
    DeliveryCount,
    Feed,
    JourneyCount,
    MetricsQuery,
    Position,
    Range,
    Recorded,
    SentQuery,
    StartedQuery,
    StepCounts,
    TimeBasis,
)
from attribution_service.core.state import PersonState
from attribution_service.storage.interface import Place, Placed, bucket_of

T = TypeVar("T")


@dataclass(slots=True)
class Kept:
    """What figures count of what was removed.

    `numbers` are what stands for people of whom something is kept and who are still there, by
    person and campaign.
    """

    deliveries: list[CountedDelivery] = field(default_factory=list)
    journeys: list[CountedJourney] = field(default_factory=list)
    conversions: list[CountedConversion] = field(default_factory=list)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def keep(self, recorded: Recorded) -> None:
        """Keep what figures count of a conversion."""
        item = recorded.conversion
        # A number that nothing else has stands for the person in this campaign.
        number = self.numbers.setdefault((item.person_id, item.campaign_id), recorded.sequence)
        self.conversions.append(counted_conversion(item, recorded.sequence, number))

    def forget_numbers(self, person_id: str) -> None:
        """Let nothing tell any more who was counted."""
        self.numbers = {key: n for key, n in self.numbers.items() if key[0] != person_id}


class Numbered:
    """Conversions in the order of their commits; a number is given out once."""

    def __init__(self) -> None:
        self.found: list[Recorded] = []
        self.last = 0

    def add(self, conversion: Conversion) -> None:
        """Give a conversion the next number."""
        self.last += 1
        self.found.append(Recorded(self.last, conversion))

    def remove(self, goes: Callable[[Conversion], bool]) -> list[Recorded]:
        """Take out those that are to go."""
        gone = [item for item in self.found if goes(item.conversion)]
        self.found = [item for item in self.found if not goes(item.conversion)]
        return gone


class MemoryReports:
    """Reads what the store keeps."""

    def __init__(
        self,
        people: Mapping[str, PersonState],
        campaigns: Mapping[str, Campaign],
        conversions: Numbered,
        kept: Kept,
    ) -> None:
        self._people = people
        self._campaigns = campaigns
        self._conversions = conversions
        self._kept = kept

    def metrics(self, query: MetricsQuery) -> Counts:
        """What figures are made of."""
        conversions = self._converted(query, query.range)
        by_action: dict[str, list[CountedConversion]] = {}
        for conversion in conversions:
            by_action.setdefault(conversion.action_id, []).append(conversion)
        return Counts(
            deliveries=tuple(self._deliveries(query, query.range)),
            journeys=tuple(self._journeys(query, query.range)),
            conversions=_counted(conversions),
            conversions_by_action={key: _counted(found) for key, found in by_action.items()},
            steps=dict(self._steps(query)),
            credits=_credits(query, conversions),
        )

    def _steps(self, query: MetricsQuery) -> Iterator[tuple[int, StepCounts]]:
        for number, (start_us, end_us) in enumerate(pairwise(query.bounds)):
            step = Range(query.range.campaign_id, start_us, end_us)
            deliveries = list(self._deliveries(query, step, by_action=False))
            journeys = list(self._journeys(query, step))
            conversions = _counted(self._converted(query, step))
            yield number, StepCounts(deliveries, journeys, conversions)

    def _deliveries(
        self, query: MetricsQuery, within: Range, *, by_action: bool = True
    ) -> Iterator[DeliveryCount]:
        if query.basis is TimeBasis.CONVERTED:
            return
        counts = Counter(
            (delivery.action_id if by_action else "", delivery.marks)
            for delivery in self._counted_deliveries()
            if delivery.campaign_id == within.campaign_id and within.holds(delivery.sent_us)
        )
        for (action_id, marks), count in counts.items():
            yield DeliveryCount(action_id, marks, count)

    def _journeys(self, query: MetricsQuery, within: Range) -> Iterator[JourneyCount]:
        if not query.journeys:
            return
        counts = Counter(
            (journey.state, journey.exit_reason, journey.converted)
            for journey in self._counted_journeys()
            if journey.campaign_id == within.campaign_id and within.holds(journey.start_us)
        )
        for (state, reason, converted), count in counts.items():
            yield JourneyCount(state, reason, converted, count)

    def _converted(self, query: MetricsQuery, within: Range) -> list[CountedConversion]:
        def time_us(conversion: CountedConversion) -> int:
            if query.basis is TimeBasis.SENT:
                return conversion.sent_us
            return conversion.converted_us

        return [
            conversion
            for conversion in self._counted_conversions()
            if conversion.campaign_id == within.campaign_id and within.holds(time_us(conversion))
        ]

    def conversions(
        self, query: ConversionQuery, after: Place | None, limit: int
    ) -> list[Placed[Conversion]]:
        """Conversions by their time; `campaign_id` empty: of all campaigns."""
        return _page(
            (
                Placed((item.conversion.converted_us, item.sequence), item.conversion)
                for item in self._conversions.found
                if _is_wanted(query, item.conversion)
            ),
            after,
            limit,
        )

    def feed(self, after: Position, campaign_id: str, limit: int) -> Feed:
        """Conversions numbered above `after`, of `limit` numbers; `campaign_id` empty: of all."""
        if not isinstance(after, int):
            raise TypeError("one number for all, not one for each bucket")
        last = self._conversions.last
        beyond = [item.sequence for item in self._conversions.found if item.sequence > after]
        reached = max(after, min(min(beyond, default=last + 1) - 1 + limit, last))
        found = tuple(
            item
            for item in self._conversions.found
            if after < item.sequence <= reached and campaign_id in ("", item.conversion.campaign_id)
        )
        return Feed(found, reached, last)

    def sent(self, query: SentQuery, after: Place | None, limit: int) -> list[Placed[Delivery]]:
        """Deliveries by their sent time."""
        return _page(
            (
                Placed(_place(d.sent_us or 0, d.person_id, d.delivery_id), d)
                for d in self._all_deliveries()
                if d.campaign_id == query.range.campaign_id
                and query.range.holds(d.sent_us)
                and query.action_id in ("", d.action_id)
                and query.channel in (None, d.channel)
                and query.figure.counts(int(marks_of(d)))
            ),
            after,
            limit,
        )

    def started(
        self, query: StartedQuery, after: Place | None, limit: int
    ) -> list[Placed[Journey]]:
        """Journeys by their start."""
        return _page(
            (
                Placed(_place(j.start_us, j.person_id, j.journey_id), j)
                for j in self._all_journeys()
                if j.campaign_id == query.range.campaign_id
                and query.range.holds(j.start_us)
                and query.figure.state in (None, j.state)
                and query.figure.converted in (None, j.converted_us is not None)
                and query.exit_reason in (None, j.exit_reason)
            ),
            after,
            limit,
        )

    def person_sent(
        self, person_id: str, after: Place | None, limit: int
    ) -> list[Placed[Delivery]]:
        """A person's sent deliveries, those sent last first."""
        found = self._people.get(person_id, PersonState(person_id)).deliveries.values()
        sent = (Placed((d.sent_us, d.delivery_id), d) for d in found if d.sent_us is not None)
        return _page(sent, after, limit, last_first=True)

    def receipt(self, person_id: str, event_id: str) -> Receipt | None:
        """What was taken in under a person's id."""
        return self._person(person_id).receipts.get(event_id)

    def conversion(self, person_id: str, delivery_id: str) -> Conversion | None:
        """The conversion that was credited to a person's delivery."""
        made = (each for some in self._person(person_id).conversions.values() for each in some)
        return next((each for each in made if each.delivery_id == delivery_id), None)

    def history(
        self, person_id: str, event_id: str, campaign_ids: Collection[str] | None
    ) -> PersonState:
        """What is recorded of a person in these campaigns (None: in all), and the one receipt."""
        whole, found = self._person(person_id), PersonState(person_id)
        receipt = whole.receipts.get(event_id)
        if receipt is not None:
            found.apply(receipt)
        conversions = (each for some in whole.conversions.values() for each in some)
        records: list[Journey | Delivery | Conversion]
        records = [*whole.journeys.values(), *whole.deliveries.values(), *conversions]
        for record in records:
            if campaign_ids is None or record.campaign_id in campaign_ids:
                found.apply(record)
        for interaction in whole.interactions.values():
            if interaction.delivery_id in found.deliveries:
                found.apply(interaction)
        if whole.knows_person:
            found.apply(whole.person)
            found.memberships.update(whole.memberships)
        found.meet()
        return found

    def _person(self, person_id: str) -> PersonState:
        return self._people.get(person_id, PersonState(person_id))

    def person_activity(
        self, person_id: str, after: Place | None, limit: int
    ) -> list[Placed[Activity]]:
        """What happened in a person's journeys, the latest first; newsletters have none."""
        state = self._people.get(person_id, PersonState(person_id))
        found = [*self._journey_activities(state.journeys.values())]
        found += [_conversion_activity(c) for made in state.conversions.values() for c in made]
        return _page((Placed(item.place, item) for item in found), after, limit, last_first=True)

    def _journey_activities(self, journeys: Iterable[Journey]) -> Iterator[Activity]:
        for item in journeys:
            if self._campaigns[item.campaign_id].kind is not CampaignKind.TRIGGERED:
                continue
            ids = (item.campaign_id, item.journey_id)
            yield Activity(item.start_us, ActivityKind.JOURNEY_STARTED, *ids)
            if item.end_us is not None:
                ended = Activity(item.end_us, ActivityKind.JOURNEY_ENDED, *ids)
                yield replace(ended, exit_reason=item.exit_reason)

    def _all_deliveries(self) -> Iterator[Delivery]:
        return (d for person in self._people.values() for d in person.deliveries.values())

    def _all_journeys(self) -> Iterator[Journey]:
        return (j for person in self._people.values() for j in person.journeys.values())

    def _counted_deliveries(self) -> Iterator[CountedDelivery]:
        yield from self._kept.deliveries
        yield from filter(None, map(counted_delivery, self._all_deliveries()))

    def _counted_journeys(self) -> Iterator[CountedJourney]:
        yield from self._kept.journeys
        yield from map(counted_journey, self._all_journeys())

    def _counted_conversions(self) -> Iterator[CountedConversion]:
        yield from self._kept.conversions
        for item in self._conversions.found:
            person_id, campaign_id = item.conversion.person_id, item.conversion.campaign_id
            person = self._kept.numbers.get((person_id, campaign_id), person_id)
            yield counted_conversion(item.conversion, item.sequence, person)


def _credits(
    query: MetricsQuery, conversions: Iterable[CountedConversion]
) -> tuple[ActionCredit, ...]:
    if query.credit is None:
        return ()
    tally = CreditTally(query.credit)
    for item in conversions:
        tally.add(item.touches, item.value)
    return tally.by_action()


def _conversion_activity(item: Conversion) -> Activity:
    return Activity(
        time_us=item.converted_us,
        kind=ActivityKind.CONVERSION,
        campaign_id=item.campaign_id,
        journey_id=item.journey_id,
        delivery_id=item.delivery_id,
        action_id=item.candidates[-1].action_id,
        channel=item.candidates[-1].channel,
        event_id=item.event_id,
        value=item.value,
    )


def _is_wanted(query: ConversionQuery, conversion: Conversion) -> bool:
    credited = conversion.candidates[-1]
    return (
        query.range.campaign_id in ("", conversion.campaign_id)
        and query.range.holds(conversion.converted_us)
        and query.action_id in ("", credited.action_id)
        and query.channel in (None, credited.channel)
    )


def _counted(conversions: Sequence[CountedConversion]) -> ConversionCount:
    values = [item.value for item in conversions if item.value is not None]
    return ConversionCount(
        count=len(conversions),
        people=len({item.person for item in conversions}),
        value=math.fsum(values),
        without_value=len(conversions) - len(values),
    )


def _place(time_us: int, person_id: str, item_id: str) -> Place:
    """As a database that keeps people by bucket has it, so that all stores list alike."""
    return (time_us, bucket_of(person_id), person_id, item_id)


def _page(
    found: Iterable[Placed[T]], after: Place | None, limit: int, *, last_first: bool = False
) -> list[Placed[T]]:
    def follows(item: Placed[T]) -> bool:
        return after is None or (item.place < after if last_first else item.place > after)

    wanted = filter(follows, found)
    return sorted(wanted, key=lambda item: item.place, reverse=last_first)[:limit]
