"""The store in SQL, through SQLAlchemy Core: in bulk, and by bucket."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Select,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from attribution_service.core.answers import CampaignChange, DefinitionChange, PersonChange
from attribution_service.core.catalog import Catalog
from attribution_service.core.model import Basis, Campaign, Delivery, Journey, Revision, Segment
from attribution_service.core.reads import Reach
from attribution_service.core.state import Needs, PersonState
from attribution_service.storage import rows, tables
from attribution_service.storage.definition_changes import Columns, changes_of
from attribution_service.storage.dialect import Dialect, Fetched, Key
from attribution_service.storage.interface import (
    Standing,
    StoreConflictError,
    Sweep,
    Swept,
    bucket_of,
)
from attribution_service.storage.sql_erasure import Erasure
from attribution_service.storage.sql_histories import SqlHistories
from attribution_service.storage.sql_reports import SqlReports
from attribution_service.storage.sql_retention import Lock, Retention
from attribution_service.storage.statements import Among, Statements

# Before all times that there are.
_FIRST_US = -(2**62)
# More campaigns are not named to the database: then all journeys of a person are looked at.
_MOST_CAMPAIGNS = 100
_TOUCHED = {Basis.RECEIVED: "sent_us", Basis.OPENED: "opened_us", Basis.CLICKED: "clicked_us"}

T = TypeVar("T")


class SqlStore:
    """A store in a database that SQLAlchemy reaches; the schema must be at the newest version.

    `reading` and `writing` give the execution options of transactions, as the engine needs them;
    `glance` says of a person's event id whether it is on record, where that takes no waiting;
    `on_close` lets go of the engine and of all that came with it.
    """

    def __init__(
        self,
        engine: Engine,
        dialect: Dialect,
        *,
        reading: Mapping[str, Any] | None = None,
        writing: Mapping[str, Any] | None = None,
        glance: Callable[[str, str], bool | None] | None = None,
        on_close: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._glance = glance
        self._writer = engine.execution_options(**(writing or {}))
        self._on_close = on_close
        self._speak(dialect, reading or {})

    def _speak(self, dialect: Dialect, reading: Mapping[str, Any]) -> None:
        """Make all statements for databases of this kind."""
        self._reader = self._engine.execution_options(**reading)
        self._dialect = dialect
        self._statements = Statements(dialect)
        self._erasure = Erasure(dialect)
        self._retention = Retention(dialect)
        self._reports = SqlReports(self._reading, dialect)
        self._histories = SqlHistories(self._reading, dialect)

    @property
    def reports(self) -> SqlReports:
        """The reads of reports."""
        return self._reports

    @property
    def histories(self) -> SqlHistories:
        """The reads of what happened."""
        return self._histories

    @property
    def shared(self) -> bool:
        """Whether other servers may have the store at the same time."""
        return self._dialect.shared

    @property
    def buckets_at_once(self) -> int | None:
        """In how many buckets transactions may go on at once; None: they keep to none."""
        return None

    def probe(self) -> int:
        """A file of ours is there as long as we are, and nobody else writes to it."""
        return 0

    @contextmanager
    def transaction(self) -> Iterator["SqlTransaction"]:
        """A transaction: durable when the block ends, undone if the block raises."""
        with self._store_errors(), self._writer.begin() as connection:
            yield SqlTransaction(
                connection, self._dialect, self._statements, self._erasure, self._retention
            )

    def catalog(self, until: int = 0) -> Catalog:
        """All campaigns, revisions and segments, with all changes up to this number."""
        counted = select(tables.definition_count.c.last)
        with self._reading() as connection:
            _require_seen(connection.execute(counted).scalar() if until else 0, until)
            revisions = [
                rows.revision(row) for row in _all(connection, select(tables.campaign_revisions))
            ]
            by_number = {(item.campaign_id, item.number): item for item in revisions}
            campaigns = [
                rows.campaign(row, by_number[row["campaign_id"], row["revision"]])
                for row in _all(connection, select(tables.campaigns))
            ]
            segments = [rows.segment(row) for row in _all(connection, select(tables.segments))]
        return Catalog.of(campaigns, revisions, segments)

    def definition_changes(self, after: int, until: int = 0) -> Sequence[DefinitionChange]:
        """What was changed of campaigns and segments behind one number, up to another, or later."""
        changed = tables.definition_changes
        chosen = select(changed).where(changed.c.number > after).order_by(changed.c.number)
        with self._reading() as connection:
            noted = _all(connection, chosen)
            _require_seen(noted[-1]["number"] if noted else after, until)

            def look_up(table: Table, columns: Columns, keys: Iterable[Key]) -> Iterator[rows.Row]:
                names = [column.name for column in table.c]
                for row in self._statements.by_keys(connection, table, columns, keys):
                    yield dict(zip(names, row, strict=True))

            return changes_of(noted, look_up)

    def knows_event(self, person_id: str, event_id: str) -> bool | None:
        """Whether something was taken in under this id; None: only a transaction can tell."""
        return None if self._glance is None else self._glance(person_id, event_id)

    def campaign(self, campaign_id: str) -> Campaign | None:
        """A campaign as it is now."""
        table = tables.campaigns
        return _first(self._campaigns(select(table).where(table.c.campaign_id == campaign_id)))

    def campaigns(self, after: str, limit: int, *, archived: bool = False) -> Sequence[Campaign]:
        """Up to `limit` campaigns with ids above `after`, in byte order; `archived`: those too."""
        table = tables.campaigns
        chosen = _page(select(table), table.c.campaign_id, after, limit)
        if not archived:
            chosen = chosen.where(table.c.archive_us.is_(None))
        return self._campaigns(chosen)

    def revisions(self, campaign_id: str, after: int, limit: int) -> Sequence[Revision]:
        """Up to `limit` revisions of a campaign with numbers above `after`, oldest first."""
        table = tables.campaign_revisions
        chosen = select(table).where(table.c.campaign_id == campaign_id, table.c.revision > after)
        return self._read(chosen.order_by(table.c.revision).limit(limit), rows.revision)

    def segment(self, segment_id: str) -> Segment | None:
        """A segment as it is now, None if there is none."""
        table = tables.segments
        chosen = select(table).where(table.c.segment_id == segment_id, ~table.c.deleted)
        return _first(self._read(chosen, rows.segment))

    def segments(self, after: str, limit: int) -> Sequence[Segment]:
        """Up to `limit` segments with ids above `after`, in byte order."""
        table = tables.segments
        chosen = _page(select(table).where(~table.c.deleted), table.c.segment_id, after, limit)
        return self._read(chosen, rows.segment)

    def _campaigns(self, chosen: Select[Any]) -> list[Campaign]:
        with self._reading() as connection:
            found = _all(connection, chosen)
            keys: list[Key] = [(row["campaign_id"], row["revision"]) for row in found]
            table = tables.campaign_revisions
            columns = (table.c.campaign_id, table.c.revision)
            current = {
                row["campaign_id"]: rows.revision(row)
                for row in map(
                    partial(_named, table),
                    self._statements.by_keys(connection, table, columns, keys),
                )
            }
        return [rows.campaign(row, current[row["campaign_id"]]) for row in found]

    def journey(self, person_id: str, journey_id: str) -> Journey | None:
        """A person's journey."""
        table = tables.journeys
        chosen = _of_person(table, person_id).where(table.c.journey_id == journey_id)
        return _first(self._read(chosen, rows.journey))

    def journeys(
        self, person_id: str, campaign_id: str, after: str, limit: int
    ) -> Sequence[Journey]:
        """Up to `limit` journeys with ids above `after`; `campaign_id` empty: of all campaigns."""
        table = tables.journeys
        chosen = _page(_of_person(table, person_id), table.c.journey_id, after, limit)
        if campaign_id:
            chosen = chosen.where(table.c.campaign_id == campaign_id)
        return self._read(chosen, rows.journey)

    def delivery(self, person_id: str, delivery_id: str) -> Delivery | None:
        """A person's delivery."""
        table = tables.deliveries
        chosen = _of_person(table, person_id).where(table.c.delivery_id == delivery_id)
        return _first(self._read(chosen, rows.delivery))

    def deliveries(
        self, person_id: str, journey_id: str, after: str, limit: int
    ) -> Sequence[Delivery]:
        """Up to `limit` deliveries with ids above `after`; `journey_id` empty: of all journeys."""
        table = tables.deliveries
        chosen = _page(_of_person(table, person_id), table.c.delivery_id, after, limit)
        if journey_id:
            chosen = chosen.where(table.c.journey_id == journey_id)
        return self._read(chosen, rows.delivery)

    def _read(self, chosen: Select[Any], record: Callable[[rows.Row], T]) -> list[T]:
        with self._reading() as connection:
            return [record(row) for row in _all(connection, chosen)]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._store_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Errors of the database, in the terms of the interface."""
        try:
            yield
        except DBAPIError as error:
            told = self._dialect.store_error(error)
            if told is None:
                raise
            raise told from error

    def latest_arrival_us(self) -> int:
        """The latest arrival that was stored, 0 if none was."""
        table = tables.buckets if self._dialect.by_bucket else tables.latest_arrival
        with self._reading() as connection:
            found = connection.execute(select(func.max(table.c.arrival_us))).scalar()
        return found or 0

    def close(self) -> None:
        """Let go of the database."""
        self._on_close()


class SqlTransaction:
    """The bulk reads and writes of one transaction."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        statements: Statements,
        erasure: Erasure,
        retention: Retention,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._statements = statements
        self._erasure = erasure
        self._retention = retention
        self._defines = False
        # Where the data are spread, the one bucket that it keeps to, once that is known.
        self._place: dict[str, int] = {}

    def lock(self, person_ids: Iterable[str]) -> Standing | None:
        """Keep other servers from these people until the block ends, and tell what they did."""
        if self._dialect.by_bucket:
            person_ids = list(person_ids)
            self._keep_to(map(bucket_of, person_ids))
        return self._dialect.lock_people(self._connection, person_ids)

    def lock_definitions(self) -> Standing | None:
        """Keep other servers from changing campaigns and segments until the block ends."""
        self._defines = True
        return self._dialect.lock_definitions(self._connection)

    def _keep_to(self, buckets: Iterable[int]) -> None:
        """Note the bucket of what the transaction is about. Raises ValueError if it has another."""
        for bucket in buckets:
            if self._place.setdefault("in_bucket", bucket) != bucket:
                raise ValueError("a transaction keeps to one bucket where the data are spread")

    @property
    def _locking(self) -> Lock | None:
        return self.lock if self._dialect.shared else None

    def load(self, needs: Sequence[Needs]) -> Mapping[str, PersonState]:
        """The state that is needed, by person id."""
        states = {need.person_id: PersonState(need.person_id) for need in needs}
        if self._dialect.by_bucket:
            self._keep_to(map(bucket_of, states))
        for row in self._found(
            tables.journeys, "journey_id", _keys(needs, lambda n: n.journey_ids)
        ):
            journey = rows.read_journey(row)
            states[journey.person_id].journeys[journey.journey_id] = journey
        delivery_keys = _keys(needs, lambda need: need.delivery_ids)
        delivery_rows = self._found(tables.deliveries, "delivery_id", delivery_keys)
        for row in chain(delivery_rows, self._reached_deliveries(needs, states)):
            delivery = rows.read_delivery(row)
            states[delivery.person_id].deliveries[delivery.delivery_id] = delivery
        self._load_interactions(needs, states)
        self._load_events(needs, states)
        self._load_people(needs, states)
        return states

    def _load_people(self, needs: Sequence[Needs], states: Mapping[str, PersonState]) -> None:
        """Load attributes and memberships of those of whom they are needed."""
        wanted = {
            need.person_id
            for need in needs
            if need.person or _asks_for_person(need, states[need.person_id])
        }
        keys: set[Key] = {(bucket_of(person_id), person_id) for person_id in wanted}
        people, told = tables.people, tables.memberships
        for row in self._by_keys(people, (people.c.bucket, people.c.person_id), keys):
            person = rows.read_person(row)
            states[person.person_id].apply(person)
        for row in self._by_keys(told, (told.c.bucket, told.c.person_id), keys):
            membership = rows.read_membership(row)
            states[membership.person_id].apply(membership)
        for person_id in wanted:
            states[person_id].meet()

    def _reached_deliveries(
        self, needs: Sequence[Needs], states: Mapping[str, PersonState]
    ) -> Iterator[Fetched]:
        """Load the journeys of those of whom they are needed; gives the deliveries within reach."""
        judges: dict[str, list[Callable[[Journey], Reach | None]]] = defaultdict(list)
        for need in needs:
            if need.judges is not None:
                judges[need.person_id].append(need.judges)
        table = tables.journeys
        people: set[Key] = {(bucket_of(person_id), person_id) for person_id in judges}
        reached: dict[Basis | None, set[Key]] = defaultdict(set)
        campaigns = _judging_campaigns(needs)
        among = None if campaigns is None else (table.c.campaign_id, campaigns)
        for row in self._by_keys(table, (table.c.bucket, table.c.person_id), people, among=among):
            journey = rows.read_journey(row)
            states[journey.person_id].journeys[journey.journey_id] = journey
            for judge in judges[journey.person_id]:
                reach = judge(journey)
                if reach is not None:
                    key = (bucket_of(journey.person_id), journey.person_id, journey.journey_id)
                    reached[reach.basis].add((*key, *_bounds(reach)))
        for basis, keys in reached.items():
            yield from self._touched(basis, keys)

    def _touched(self, basis: Basis | None, keys: Iterable[Key]) -> Iterator[Fetched]:
        table = tables.deliveries
        columns = (table.c.bucket, table.c.person_id, table.c.journey_id)
        between = None if basis is None else table.c[_TOUCHED[basis]]
        return self._by_keys(table, columns, keys, between)

    def _load_interactions(self, needs: Sequence[Needs], states: Mapping[str, PersonState]) -> None:
        table = tables.interactions
        keys: set[Key] = {
            (bucket_of(need.person_id), need.person_id, *key)
            for need in needs
            for key in need.interactions
        }
        for row in self._by_keys(table, tuple(table.primary_key), keys):
            interaction = rows.read_interaction(row)
            states[interaction.person_id].apply(interaction)

    def _load_events(self, needs: Sequence[Needs], states: Mapping[str, PersonState]) -> None:
        replayed: list[Key] = []
        for row in self._found(tables.receipts, "event_id", _keys(needs, lambda n: n.event_ids)):
            receipt = rows.read_receipt(row)
            states[receipt.person_id].apply(receipt)
            replayed.append((bucket_of(receipt.person_id), receipt.person_id, receipt.event_id))
        found = self._found(tables.conversions, "event_id", replayed)
        conversions = [rows.conversion(_named(tables.conversions, row)) for row in found]
        for conversion in sorted(conversions, key=lambda item: item.campaign_id):
            states[conversion.person_id].apply(conversion)

    def _found(self, table: Table, column: str, keys: Iterable[Key]) -> Iterator[Fetched]:
        columns = (table.c.bucket, table.c.person_id, table.c[column])
        return self._by_keys(table, columns, keys)

    def _by_keys(
        self,
        table: Table,
        columns: tuple[Column[Any], ...],
        keys: Iterable[Key],
        between: Column[Any] | None = None,
        among: Among | None = None,
    ) -> Iterator[Fetched]:
        return self._statements.by_keys(self._connection, table, columns, keys, between, among)

    def write(self, changes: Iterable[PersonChange]) -> None:
        """Store the changes; of one record, the last one stands."""
        last: dict[Table, dict[Key, rows.Row]] = defaultdict(dict)
        for change in changes:
            table = rows.table_of(change)
            row = rows.to_row(change)
            last[table][rows.key_of(table, row)] = row
            if self._dialect.by_bucket:
                self._keep_to((row["bucket"],))
        # Conversions last: from the moment that they are numbered, all others wait for this commit.
        for table in sorted(last, key=lambda table: table is tables.conversions):
            found = last[table]
            if table is tables.conversions:
                self._number(found.values())
            self._upsert(table, list(found.values()), keep=table is tables.interactions)

    def _number(self, conversions: Collection[rows.Row]) -> None:
        """Number new conversions in the order in which they are committed.

        The count is one row, or one of the bucket, and a transaction keeps it until it commits: so
        no smaller number is ever seen after a greater one, whoever else writes.
        """
        given = {"many": len(conversions), **self._place}
        ((last,),) = self._statements.numbering.fetch(self._connection, given)
        for position, conversion in enumerate(conversions, last - len(conversions) + 1):
            conversion["sequence"] = position

    def write_campaign(self, change: CampaignChange) -> None:
        """Store a campaign and its new revision."""
        if change.revision is not None:
            # Not replaced: a revision that journeys are judged by never changes.
            row = rows.revision_row(change.revision)
            self._connection.execute(insert(tables.campaign_revisions), [row])
        self._upsert(tables.campaigns, [rows.campaign_row(change.campaign)])
        number = None if change.revision is None else change.revision.number
        campaign_id = change.campaign.campaign_id
        self._dialect.note_definition(self._connection, campaign_id, number, "")

    def write_segment(self, segment: Segment) -> None:
        """Store a segment, as it is or as deleted."""
        self._upsert(tables.segments, [rows.segment_row(segment)])
        self._dialect.note_definition(self._connection, "", None, segment.segment_id)

    def erase(self, person_id: str) -> None:
        """Remove everything of a person, and keep what figures count of it."""
        if self._dialect.by_bucket:
            self._keep_to((bucket_of(person_id),))
        self._erasure.erase(self._connection, person_id)

    def sweep_deliveries(self, sweep: Sweep) -> Swept:
        """Remove old deliveries with all that is theirs, and keep what figures count of them."""
        return self._retention.sweep_deliveries(self._connection, sweep, self._locking)

    def sweep_receipts(self, sweep: Sweep) -> Swept:
        """Remove receipts that arrived before, other than those that a conversion names."""
        return self._retention.sweep_receipts(self._connection, sweep, self._locking)

    def write_latest_arrival(self, arrival_us: int) -> None:
        """Store the latest arrival of a command."""
        statements = self._statements
        kept = statements.store_definition_arrival if self._defines else statements.store_arrival
        kept.send(self._connection, [{"latest_us": arrival_us, **self._place}])

    def _upsert(self, table: Table, values: list[rows.Row], *, keep: bool = False) -> None:
        self._statements.upsert(self._connection, table, values, keep=keep)


def _require_seen(last: int | None, until: int) -> None:
    """Raise StoreConflictError unless all changes of definitions up to a number are to be seen.

    Where the data are spread, each place has the definitions, and they do not come to all at once.
    """
    if (last or 0) < until:
        raise StoreConflictError("a change of campaigns or segments is not everywhere yet")


def _asks_for_person(need: Needs, state: PersonState) -> bool:
    wanted = need.person_for
    return wanted is not None and any(wanted(journey) for journey in state.journeys.values())


def _judging_campaigns(needs: Iterable[Needs]) -> set[str] | None:
    """The campaigns whose journeys are judged; None: they are too many to name."""
    found: set[str] = set()
    for need in needs:
        if need.judges is not None:
            if need.campaigns is None or len(need.campaigns) > _MOST_CAMPAIGNS:
                return None
            found.update(need.campaigns)
    return found if len(found) <= _MOST_CAMPAIGNS else None


def _keys(needs: Iterable[Needs], ids: Callable[[Needs], Iterable[str]]) -> set[Key]:
    return {
        (bucket_of(need.person_id), need.person_id, item_id)
        for need in needs
        for item_id in ids(need)
    }


def _bounds(reach: Reach) -> tuple[int, ...]:
    """The ends of the reach, where it has any."""
    if reach.basis is None:
        return ()
    return (_FIRST_US if reach.since_us is None else reach.since_us, reach.until_us)


def _of_person(table: Table, person_id: str) -> Select[Any]:
    return select(table).where(
        table.c.bucket == bucket_of(person_id), table.c.person_id == person_id
    )


def _page(chosen: Select[Any], key: Column[Any], after: str, limit: int) -> Select[Any]:
    return chosen.where(key > after).order_by(key).limit(limit)


def _all(
    connection: Connection, chosen: Select[Any], given: Mapping[str, Any] | None = None
) -> list[rows.Row]:
    return [dict(row) for row in connection.execute(chosen, given or {}).mappings()]


def _first(found: Sequence[T]) -> T | None:
    return found[0] if found else None


def _named(table: Table, row: Fetched) -> rows.Row:
    return dict(zip((column.name for column in table.c), row, strict=True))
