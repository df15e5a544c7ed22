"""What the pipeline and the reads ask of a store."""

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from attribution_service.core.answers import CampaignChange, DefinitionChange, PersonChange
from attribution_service.core.catalog import Catalog
from attribution_service.core.model import (
    Campaign,
    Conversion,
    Delivery,
    Interaction,
    InteractionKind,
    Journey,
    Receipt,
    Revision,
    Segment,
)
from attribution_service.core.reports import (
    Activity,
    ConversionQuery,
    Counts,
    Feed,
    MetricsQuery,
    Position,
    SentQuery,
    StartedQuery,
)
from attribution_service.core.state import Needs, PersonState

BUCKETS = 1024

# Where a record stands in its list: compared part by part, ids by the bytes of their UTF-8.
Place = tuple[int | str, ...]
R = TypeVar("R")


def bucket_of(person_id: str) -> int:
    """The bucket that a person's rows are in: a stable hash, from 0 to 1023."""
    return zlib.crc32(person_id.encode()) % BUCKETS


class Placed(NamedTuple, Generic[R]):
    """A record of a list and its place there."""

    place: Place
    record: R


# Before all records that are a person's: bucket, person, record.
START: Place = (-1, "", "")


@dataclass(frozen=True, slots=True)
class Sweep:
    """One step of a walk over records by their key, which removes the old ones.

    It goes on behind the place `after`, looks at up to `looks` records and removes those that were
    last touched before `before_us`, up to `most` of them.
    """

    before_us: int
    after: Place = START
    looks: int = 500
    most: int = 100


@dataclass(frozen=True, slots=True)
class Swept:
    """What a step removed. `place` is where the next one goes on, None: the end is reached."""

    place: Place | None
    looked: int = 0
    deliveries: int = 0
    interactions: int = 0
    conversions: int = 0
    newsletter_journeys: int = 0
    receipts: int = 0

    @property
    def removed(self) -> int:
        """How many records went."""
        return sum(
            (
                *(self.deliveries, self.interactions, self.conversions),
                *(self.newsletter_journeys, self.receipts),
            )
        )


class Standing(NamedTuple):
    """What all servers of a store have done so far.

    The number of the latest change of a campaign or segment, and the latest arrival of a command.
    """

    definitions: int
    arrival_us: int


class StoreUnavailableError(Exception):
    """The store does not answer; nothing of the transaction is known to be done."""


class StoreFullError(Exception):
    """The store has no room left; nothing of the transaction was done."""


class StoreConflictError(Exception):
    """Others were at the same records for too long; nothing of the transaction was done."""


class StoreSetupError(Exception):
    """The store cannot be used as it is; the text says what to do."""


class Transaction(Protocol):
    """Reads and writes that take effect together, when the block around them ends."""

    def lock(self, person_ids: Iterable[str]) -> Standing | None:
        """Keep other servers from these people until the block ends, and tell what they have done.

        Comes before everything else of the transaction. Raises ValueError if they are of several
        buckets and the store keeps a transaction to one. None: the store has one server at a time.
        """
        ...

    def lock_definitions(self) -> Standing | None:
        """Keep other servers from changing campaigns and segments until the block ends.

        Comes before everything else of the transaction. None: the store has one server at a time.
        """
        ...

    def load(self, needs: Sequence[Needs]) -> Mapping[str, PersonState]:
        """The state that is needed, by person id; a person named in `needs` is always there."""
        ...

    def write(self, changes: Iterable[PersonChange]) -> None:
        """Store changes in order: of one record, the last one stands."""
        ...

    def erase(self, person_id: str) -> None:
        """Remove everything of a person, and keep what figures count of it.

        Nothing of that person is loaded or written in the same transaction.
        """
        ...

    def sweep_deliveries(self, sweep: Sweep) -> Swept:
        """Remove old deliveries with all that is theirs, and keep what figures count of them.

        Theirs are interactions, the conversion, and of a newsletter's the journey that nobody sees.
        No more than `most` interactions are removed either: a delivery that has more loses them in
        steps of their own, before it goes. Nothing else is loaded or written in the same
        transaction.
        """
        ...

    def sweep_receipts(self, sweep: Sweep) -> Swept:
        """Remove receipts that arrived before, other than those that a conversion names.

        Nothing else is loaded or written in the same transaction.
        """
        ...

    def write_latest_arrival(self, arrival_us: int) -> None:
        """Store the latest arrival of a command."""
        ...

    def write_campaign(self, change: CampaignChange) -> None:
        """Store a campaign and its new revision."""
        ...

    def write_segment(self, segment: Segment) -> None:
        """Store a segment, as it is or as deleted."""
        ...


class Reports(Protocol):
    """Reads over everybody, and views of one person; each sees the store as of one moment.

    Lists give pairs of a record and its place in the list, from behind the place `after` (None:
    from the start) up to `limit` of them. A place never changes, and what comes later than the
    reading stands where its time puts it.
    """

    def metrics(self, query: MetricsQuery) -> Counts:
        """What figures are made of."""
        ...

    def conversions(
        self, query: ConversionQuery, after: Place | None, limit: int
    ) -> Sequence[Placed[Conversion]]:
        """Conversions by their time; `campaign_id` empty: of all campaigns."""
        ...

    def sent(self, query: SentQuery, after: Place | None, limit: int) -> Sequence[Placed[Delivery]]:
        """Deliveries by their sent time."""
        ...

    def started(
        self, query: StartedQuery, after: Place | None, limit: int
    ) -> Sequence[Placed[Journey]]:
        """Journeys by their start."""
        ...

    def feed(self, after: Position, campaign_id: str, limit: int) -> Feed:
        """Conversions behind the position `after`, of `limit` numbers; `campaign_id` empty: of all.

        Numbers are given in the order of the commits: what is not there once a higher number is,
        never comes. There are gaps where something was deleted. A store that keeps a transaction to
        one bucket numbers the conversions of each; one number then stands for the same in all.
        """
        ...

    def person_sent(
        self, person_id: str, after: Place | None, limit: int
    ) -> Sequence[Placed[Delivery]]:
        """A person's sent deliveries, those sent last first."""
        ...

    def person_activity(
        self, person_id: str, after: Place | None, limit: int
    ) -> Sequence[Placed[Activity]]:
        """What happened in a person's journeys, the latest first; newsletters have none."""
        ...

    def receipt(self, person_id: str, event_id: str) -> Receipt | None:
        """What was taken in under a person's id."""
        ...

    def conversion(self, person_id: str, delivery_id: str) -> Conversion | None:
        """The conversion that was credited to a person's delivery."""
        ...

    def history(
        self, person_id: str, event_id: str, campaign_ids: Collection[str] | None
    ) -> PersonState:
        """What is recorded of a person in these campaigns (None: in all), and the one receipt.

        All journeys, deliveries, interactions and conversions, with attributes and memberships.
        """
        ...


class Extent(NamedTuple):
    """How much there is of a campaign's history, and since when.

    `journeys`: those that started before a time. `watched_us`: when the first goal on events of a
    name was made, for any campaign, and so since when these events are recorded; None: never.
    `deleted`: whether people who were in the campaign have been deleted; `removed`: whether
    deliveries of it have gone, with them or for their age.
    """

    journeys: int
    watched_us: int | None
    deleted: bool
    removed: bool


class Entrance(NamedTuple):
    """That a person's journey started; `first`: it is the first of the person in the campaign."""

    person_id: str
    first: bool


class Histories(Protocol):
    """Reads of what happened in a campaign, in parts; each sees the store as of one moment.

    Lists are as in Reports. Where people are named, their order in the answer is one that all
    these reads have in common, and so has what is listed of them.
    """

    def extent(self, campaign_id: str, event_name: str, before_us: int) -> Extent:
        """How much there is, of journeys that started before this time."""
        ...

    def entrances(
        self, campaign_id: str, before_us: int, after: Place | None, limit: int
    ) -> Sequence[Placed[Entrance]]:
        """Who entered the campaign before this time, by the start of the journeys."""
        ...

    def people(
        self, campaign_id: str, person_ids: Sequence[str], *, attributes: bool
    ) -> Mapping[str, PersonState]:
        """Of people their journeys in a campaign, with the deliveries and conversions of these."""
        ...

    def interactions(
        self,
        person_ids: Sequence[str],
        kind: InteractionKind,
        before_us: int,
        after: Place | None,
        limit: int,
    ) -> Sequence[Placed[Interaction]]:
        """People's opens or tracked clicks that arrived before this time, person by person."""
        ...

    def events(
        self,
        person_ids: Sequence[str],
        name: str,
        before_us: int,
        after: Place | None,
        limit: int,
    ) -> Sequence[Placed[Receipt]]:
        """People's events of this name that arrived before this time, person by person."""
        ...


class Store(Protocol):
    """A store.

    One thread at a time may hold a transaction, or as many as `buckets_at_once` says; reads come
    from any thread.

    Every method raises StoreUnavailableError or StoreFullError when the store fails; a transaction
    StoreConflictError too.
    """

    @property
    def shared(self) -> bool:
        """Whether other servers may have the store at the same time."""
        ...

    def probe(self) -> int:
        """Look whether a shared store answers; gives the number of the latest conversion.

        Raises StoreUnavailableError, or StoreSetupError if it cannot be used as it is.
        """
        ...

    @property
    def buckets_at_once(self) -> int | None:
        """None: a transaction is about any people. Otherwise it keeps to the people of one bucket.

        Then so many may be under way at once, each in a thread of its own.
        """
        ...

    @property
    def reports(self) -> Reports:
        """The reads of reports."""
        ...

    @property
    def histories(self) -> Histories:
        """The reads of what happened."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction: durable when the block ends, undone if the block raises."""
        ...

    def catalog(self, until: int = 0) -> Catalog:
        """All campaigns, revisions and segments, with all changes up to this number.

        Raises StoreConflictError if not all of it is to be seen yet, where the data are spread.
        """
        ...

    def definition_changes(self, after: int, until: int = 0) -> Sequence[DefinitionChange]:
        """What was changed of campaigns and segments behind one number, up to another, or later.

        For shared stores: of others there is nothing to tell. Raises StoreConflictError if not all
        of it is to be seen yet, where the data are spread.
        """
        ...

    def latest_arrival_us(self) -> int:
        """The latest arrival that was stored, 0 if none was."""
        ...

    def knows_event(self, person_id: str, event_id: str) -> bool | None:
        """Whether something was taken in under this id; None: only a transaction can tell.

        Asked from the event loop, by one thread at a time: it may take no longer than a look at a
        page of a file.
        """
        ...

    def campaign(self, campaign_id: str) -> Campaign | None:
        """A campaign as it is now."""
        ...

    def campaigns(self, after: str, limit: int, *, archived: bool = False) -> Sequence[Campaign]:
        """Up to `limit` campaigns with ids above `after`, in byte order; `archived`: those too."""
        ...

    def revisions(self, campaign_id: str, after: int, limit: int) -> Sequence[Revision]:
        """Up to `limit` revisions of a campaign with numbers above `after`, oldest first."""
        ...

    def segment(self, segment_id: str) -> Segment | None:
        """A segment as it is now, None if there is none."""
        ...

    def segments(self, after: str, limit: int) -> Sequence[Segment]:
        """Up to `limit` segments with ids above `after`, in byte order."""
        ...

    def journey(self, person_id: str, journey_id: str) -> Journey | None:
        """A person's journey."""
        ...

    def journeys(
        self, person_id: str, campaign_id: str, after: str, limit: int
    ) -> Sequence[Journey]:
        """Up to `limit` journeys with ids above `after`; `campaign_id` empty: of all campaigns."""
        ...

    def delivery(self, person_id: str, delivery_id: str) -> Delivery | None:
        """A person's delivery."""
        ...

    def deliveries(
        self, person_id: str, journey_id: str, after: str, limit: int
    ) -> Sequence[Delivery]:
        """Up to `limit` deliveries with ids above `after`; `journey_id` empty: of all journeys."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
