"""The reads of what happened in SQL: people in bulk, what is long in parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Column as TableColumn
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    exists,
    func,
    select,
    tuple_,
)

from attribution_service.core.model import Interaction, InteractionKind, Receipt, ReceiptKind
from attribution_service.core.state import PersonState
from attribution_service.storage import rows, tables
from attribution_service.storage.dialect import Dialect, Key
from attribution_service.storage.interface import Entrance, Extent, Place, Placed, bucket_of

Column = ColumnElement[Any]
T = TypeVar("T")


class SqlHistories:
    """Reads on connections that `reading` gives, each of them one view of the database."""

    def __init__(
        self, reading: Callable[[], AbstractContextManager[Connection]], dialect: Dialect
    ) -> None:
        self._reading = reading
        self._dialect = dialect.across
        self._by_bucket = dialect.by_bucket

    def extent(self, campaign_id: str, event_name: str, before_us: int) -> Extent:
        """How much there is, of journeys that started before this time."""
        journeys, revisions = tables.journeys, tables.campaign_revisions
        kept = (tables.kept_journeys, tables.kept_deliveries)
        started = select(func.count()).where(
            journeys.c.campaign_id == campaign_id, journeys.c.start_us < before_us
        )
        # What compares texts may take capitals for small letters: it is looked at again.
        named = revisions.c.goal.contains(rows.name_in_goal(event_name), autoescape=True)
        watching = select(revisions.c.create_us, revisions.c.goal).where(named)
        watching = watching.order_by(revisions.c.create_us)
        gone = [select(each.c.count).where(each.c.campaign_id == campaign_id) for each in kept]
        with self._reading() as connection:
            deleted, removed = (
                connection.execute(each.limit(1)).first() is not None for each in gone
            )
            return Extent(
                journeys=connection.execute(started).scalar_one(),
                watched_us=next(
                    (
                        row["create_us"]
                        for row in connection.execute(watching).mappings()
                        if rows.name_in_goal(event_name) in row["goal"]
                    ),
                    None,
                ),
                deleted=deleted,
                removed=removed,
            )

    def entrances(
        self, campaign_id: str, before_us: int, after: Place | None, limit: int
    ) -> list[Placed[Entrance]]:
        """Who entered the campaign before this time, by the start of the journeys."""
        table = tables.journeys
        names = ("start_us", "bucket", "person_id", "journey_id")
        place = [table.c[name] for name in names]
        chosen = select(*place).where(table.c.campaign_id == campaign_id)
        chosen = chosen.where(table.c.start_us < before_us)
        if after is not None:
            chosen = chosen.where(tuple_(*place) > tuple_(*after))
        chosen = chosen.order_by(*place).limit(limit)
        if self._by_bucket:
            return self._entrances_by_bucket(chosen, campaign_id, names)
        page = chosen.subquery("page")
        other = table.alias("other")
        earlier = exists().where(
            *(other.c[name] == page.c[name] for name in ("bucket", "person_id")),
            _kept_from_indexes(other.c.campaign_id) == campaign_id,
            tuple_(other.c.start_us, other.c.journey_id)
            < tuple_(page.c.start_us, page.c.journey_id),
        )
        marked = select(page, earlier.label("earlier")).order_by(*(page.c[name] for name in names))
        with self._reading() as connection:
            return [
                Placed(_place(row, names), Entrance(row["person_id"], not row["earlier"]))
                for row in _all(connection, marked)
            ]

    def _entrances_by_bucket(
        self, page: Select[Any], campaign_id: str, names: Sequence[str]
    ) -> list[Placed[Entrance]]:
        """In two statements: no place that has some of the data can compare with all the others."""
        with self._reading() as connection:
            found = _all(connection, page)
            first: dict[str, tuple[int, str]] = {}
            people = {row["person_id"] for row in found}
            for row in self._of_people(connection, tables.journeys, _keys(people), campaign_id):
                entered = (row["start_us"], row["journey_id"])
                first[row["person_id"]] = min(first.get(row["person_id"], entered), entered)
        return [
            Placed(
                _place(row, names),
                Entrance(
                    row["person_id"],
                    # It may have gone between the two.
                    first.get(row["person_id"]) == (row["start_us"], row["journey_id"]),
                ),
            )
            for row in found
        ]

    def people(
        self, campaign_id: str, person_ids: Sequence[str], *, attributes: bool
    ) -> dict[str, PersonState]:
        """Of people their journeys in a campaign, with the deliveries and conversions of these."""
        keys = _keys(person_ids)
        states = {str(person_id): PersonState(str(person_id)) for _, person_id in keys}
        with self._reading() as connection:
            journeys: list[Key] = []
            for row in self._of_people(connection, tables.journeys, keys, campaign_id):
                states[row["person_id"]].apply(rows.journey(row))
                journeys.append((row["bucket"], row["person_id"], row["journey_id"]))
            table = tables.deliveries
            columns = [*_person(table), table.c.journey_id]
            given = self._dialect.keys(columns, sorted(journeys))
            for row in _all(connection, self._dialect.look_up(table, columns), given):
                states[row["person_id"]].apply(rows.delivery(row))
            for row in self._of_people(connection, tables.conversions, keys, campaign_id):
                states[row["person_id"]].apply(rows.conversion(row))
            if attributes:
                for row in self._of_people(connection, tables.people, keys):
                    states[row["person_id"]].apply(rows.person(row))
                for state in states.values():
                    state.meet()
        return states

    def interactions(
        self,
        person_ids: Sequence[str],
        kind: InteractionKind,
        before_us: int,
        after: Place | None,
        limit: int,
    ) -> list[Placed[Interaction]]:
        """People's opens or tracked clicks that arrived before this time, person by person."""
        table = tables.interactions
        wanted = and_(table.c.kind == kind, ~table.c.untracked, table.c.arrival_us < before_us)
        names = ("arrival_us", "delivery_id", "machine", "told_us")
        return self._part(table, person_ids, wanted, names, after, limit, rows.interaction)

    def events(
        self,
        person_ids: Sequence[str],
        name: str,
        before_us: int,
        after: Place | None,
        limit: int,
    ) -> list[Placed[Receipt]]:
        """People's events of this name that arrived before this time, person by person."""
        table = tables.receipts
        wanted = and_(
            table.c.kind == ReceiptKind.EVENT,
            table.c.name == name,
            table.c.arrival_us < before_us,
        )
        return self._part(
            table, person_ids, wanted, ("arrival_us", "event_id"), after, limit, rows.receipt
        )

    def _part(
        self,
        table: Table,
        person_ids: Sequence[str],
        wanted: ColumnElement[bool],
        rest: Sequence[str],
        after: Place | None,
        limit: int,
        record: Callable[[rows.Row], T],
    ) -> list[Placed[T]]:
        names = ("bucket", "person_id", *rest)
        place = [table.c[name] for name in names]
        columns = _person(table)
        chosen = self._dialect.look_up(table, columns).where(wanted)
        chosen = chosen.order_by(*place).limit(limit)
        if after is not None:
            chosen = chosen.where(tuple_(*place) > tuple_(*after))
        with self._reading() as connection:
            given = self._dialect.keys(columns, _keys(person_ids))
            found = _all(connection, chosen, given)
        return [Placed(_place(row, names), record(row)) for row in found]

    def _of_people(
        self,
        connection: Connection,
        table: Table,
        keys: Sequence[Key],
        campaign_id: str | None = None,
    ) -> Iterator[rows.Row]:
        columns = _person(table)
        chosen = self._dialect.look_up(table, columns)
        if campaign_id is not None:
            chosen = chosen.where(_kept_from_indexes(table.c.campaign_id) == campaign_id)
        yield from _all(connection, chosen, self._dialect.keys(columns, keys))


def _keys(person_ids: Iterable[str]) -> list[Key]:
    return sorted((bucket_of(person_id), person_id) for person_id in person_ids)


def _person(table: Table) -> list[TableColumn[Any]]:
    return [table.c.bucket, table.c.person_id]


def _kept_from_indexes(column: Column) -> Column:
    """The same text, by which no index is entered: the database is to keep to the few people."""
    return column.op("||")("")


def _place(row: rows.Row, names: Iterable[str]) -> Place:
    return tuple(row[name] for name in names)


def _all(
    connection: Connection, chosen: Select[Any], given: Mapping[str, Any] | None = None
) -> list[rows.Row]:
    return [dict(row) for row in connection.execute(chosen, given or {}).mappings()]
