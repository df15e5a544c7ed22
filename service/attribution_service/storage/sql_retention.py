"""Removing old records in SQL: by steps along the key, each of which reads and writes a few rows.

What goes is named by where it stands: behind one key, up to another, and old. So no list of keys is
sent to the database, and all statements are the same each time.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Delete,
    RowMapping,
    Select,
    SmallInteger,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    tuple_,
)

from attribution_service.core.model import newsletter_journey_id
from attribution_service.core.retention import TOUCHES
from attribution_service.storage import rows, tables
from attribution_service.storage.dialect import Dialect
from attribution_service.storage.interface import BUCKETS, Place, Sweep, Swept
from attribution_service.storage.sql_erasure import (
    keep_deliveries,
    kept_conversions,
    numbers_of,
)
from attribution_service.storage.sweep import Looked, fitting, going, looked

Filter = ColumnElement[bool]
Lock = Callable[[Iterable[str]], object]


class Retention:
    """Removes what is old from databases of one kind.

    Where the data are spread by buckets, a step keeps to one, and the next bucket follows.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._by_bucket = dialect.by_bucket
        # The same text each time, so that it is compiled once.
        texts = self._texts = _Texts(by_bucket=dialect.by_bucket)
        self._keep_deliveries = keep_deliveries(dialect, texts.going())

    def sweep_deliveries(
        self, connection: Connection, sweep: Sweep, lock: Lock | None = None
    ) -> Swept:
        """Remove old deliveries with all that is theirs, and keep what figures count of them.

        `lock` keeps other servers from people, where there are some.
        """
        texts = self._texts
        step = self._locked(connection, texts.deliveries, sweep, lock)
        if not step.old:
            return Swept(step.place, step.looked)
        given = {**_given(sweep, step.old[-1]), "most_and_one": sweep.most + 1}
        places = [tuple(row) for row in connection.execute(texts.interactions, given)]
        step = fitting(step, places, sweep)
        interactions = going(step, places, sweep)
        _delete(connection, tables.interactions, interactions)
        if not step.old:
            return Swept(step.place, step.looked, interactions=len(interactions))
        given = _given(sweep, step.old[-1])
        found = connection.execute(texts.conversions, given).mappings()
        conversions = [dict(row) for row in found]
        journeys = _newsletter_journeys(connection.execute(texts.journeys, given).mappings())
        connection.execute(self._keep_deliveries, given)
        self._keep(connection, conversions, given)
        _delete(connection, tables.conversions, _keys(conversions))
        _delete(connection, tables.journeys, journeys)
        _delete(connection, tables.deliveries, step.old)
        return Swept(
            place=step.place,
            looked=step.looked,
            deliveries=len(step.old),
            interactions=len(interactions),
            conversions=len(conversions),
            newsletter_journeys=len(journeys),
        )

    def sweep_receipts(
        self, connection: Connection, sweep: Sweep, lock: Lock | None = None
    ) -> Swept:
        """Remove receipts that arrived before, other than those that a conversion names.

        `lock` keeps other servers from people, where there are some.
        """
        step = self._locked(connection, self._texts.receipts, sweep, lock)
        _delete(connection, tables.receipts, step.old)
        return Swept(step.place, step.looked, receipts=len(step.old))

    def _locked(
        self, connection: Connection, chosen: Select[Any], sweep: Sweep, lock: Lock | None
    ) -> Looked:
        """What is old of people who are locked by now, all of them."""
        step = _look(connection, chosen, sweep)
        locked: set[str] = set()
        # What is old is found without locks first; and once they are there, looked at again.
        while lock is not None and (people := {str(place[1]) for place in step.old} - locked):
            lock(people)
            locked |= people
            step = _look(connection, chosen, sweep)
        if self._by_bucket and step.place is None:
            return step._replace(place=_next_bucket(sweep))
        return step

    def _keep(
        self, connection: Connection, conversions: Sequence[rows.Row], given: dict[str, Any]
    ) -> None:
        """Keep what figures count, each under its person's number in the campaign."""
        if not conversions:
            return
        numbers = numbers_of(connection.execute(self._texts.numbers, given).mappings())
        known = set(numbers)
        kept = kept_conversions(conversions, numbers, by_bucket=self._by_bucket)
        connection.execute(insert(tables.kept_conversions), kept)
        names = ("bucket", "person_id", "campaign_id", "number")
        new = [
            dict(zip(names, (*whose, number), strict=True))
            for whose, number in numbers.items()
            if whose not in known
        ]
        if new:
            connection.execute(insert(tables.person_numbers), new)


def _look(connection: Connection, chosen: Select[Any], sweep: Sweep) -> Looked:
    given = {**_given(sweep, sweep.after), "looks": sweep.looks}
    found = connection.execute(chosen, given)
    return looked([(tuple(row[:-1]), bool(row[-1])) for row in found], sweep)


def _given(sweep: Sweep, last: Place) -> dict[str, Any]:
    names = ("bucket", "person", "item")
    return {
        "before_us": sweep.before_us,
        **{f"after_{name}": part for name, part in zip(names, sweep.after, strict=True)},
        **{f"last_{name}": part for name, part in zip(names, last, strict=True)},
        "in_bucket": _bucket(sweep),
    }


def _bucket(sweep: Sweep) -> int:
    """The bucket that a step keeps to, if it keeps to one."""
    return max(int(sweep.after[0]), 0)


def _next_bucket(sweep: Sweep) -> Place | None:
    following = _bucket(sweep) + 1
    return (following, "", "") if following < BUCKETS else None


def _newsletter_journeys(found: Iterable[RowMapping]) -> list[Place]:
    return [
        (row["bucket"], row["person_id"], row["journey_id"])
        for row in found
        if row["journey_id"] == newsletter_journey_id(row["delivery_id"])
    ]


def _delete(connection: Connection, table: Table, places: Sequence[Place]) -> None:
    if places:
        names = [f"key_{column.name}" for column in table.primary_key]
        given = [dict(zip(names, place, strict=True)) for place in places]
        connection.execute(_DELETE[table], given)


def _keys(conversions: Iterable[rows.Row]) -> list[Place]:
    key = [column.name for column in tables.conversions.primary_key]
    return [tuple(row[name] for name in key) for row in conversions]


def _bound(table: Table, name: str) -> ColumnElement[Any]:
    """A place among the records of a table, given as `name_bucket` and so on."""
    parts = zip(("bucket", "person", "item"), table.primary_key, strict=True)
    return tuple_(*(bindparam(f"{name}_{part}", type_=column.type) for part, column in parts))


def _old_delivery() -> Filter:
    before_us = bindparam("before_us", type_=BigInteger)
    times = (tables.deliveries.c[name] for name in TOUCHES)
    return and_(*(or_(time_us.is_(None), time_us < before_us) for time_us in times))


class _Texts:
    """The statements of the steps; by bucket, each table in them is asked for the one bucket."""

    def __init__(self, *, by_bucket: bool) -> None:
        self._by_bucket = by_bucket
        converted = tables.conversions
        self.deliveries = self._looking(tables.deliveries, _old_delivery())
        self.receipts = self._looking(tables.receipts, self._old_receipt())
        self.interactions = (
            self._of_going(tables.interactions, tables.interactions.primary_key)
            .order_by(*tables.interactions.primary_key)
            .limit(bindparam("most_and_one", type_=BigInteger))
        )
        self.conversions = self._of_going(converted, converted.c).order_by(converted.c.sequence)
        going = tables.deliveries
        self.journeys = select(*going.primary_key, going.c.journey_id).where(self.going())
        self.numbers = self._numbers()

    def going(self) -> Filter:
        """What goes in a step."""
        table = tables.deliveries
        key = tuple_(*table.primary_key)
        after, last = _bound(table, "after"), _bound(table, "last")
        return and_(*self._in_bucket(table), key > after, key <= last, _old_delivery())

    def _in_bucket(self, *chosen: Table) -> list[Filter]:
        if not self._by_bucket:
            return []
        return [table.c.bucket == bindparam("in_bucket", type_=SmallInteger) for table in chosen]

    def _looking(self, table: Table, is_old: Filter) -> Select[Any]:
        """The next records by their key, and whether they are old."""
        key = tuple(table.primary_key)
        chosen = select(*key, is_old.label("is_old")).where(tuple_(*key) > _bound(table, "after"))
        chosen = chosen.where(*self._in_bucket(table))
        return chosen.order_by(*key).limit(bindparam("looks", type_=BigInteger))

    def _of_going(self, table: Table, columns: Iterable[ColumnElement[Any]]) -> Select[Any]:
        """Columns of the rows whose delivery goes."""
        going = tables.deliveries
        same = and_(*(table.c[column.name] == column for column in going.primary_key))
        chosen = select(*columns).select_from(going.join(table, same))
        return chosen.where(self.going(), *self._in_bucket(table))

    def _numbers(self) -> Select[Any]:
        """The numbers of the people whose conversions go, in their campaigns."""
        going, converted, numbers = tables.deliveries, tables.conversions, tables.person_numbers
        same = and_(*(converted.c[column.name] == column for column in going.primary_key))
        theirs = and_(
            *(numbers.c[column.name] == converted.c[column.name] for column in numbers.primary_key)
        )
        found = going.join(converted, same).join(numbers, theirs)
        chosen = select(numbers).select_from(found)
        return chosen.where(self.going(), *self._in_bucket(converted, numbers))

    def _old_receipt(self) -> Filter:
        table, named = tables.receipts, tables.conversions
        names_it = exists().where(
            named.c.bucket == table.c.bucket,
            named.c.person_id == table.c.person_id,
            named.c.event_id == table.c.event_id,
            *self._in_bucket(named),
        )
        return and_(table.c.arrival_us < bindparam("before_us", type_=BigInteger), ~names_it)


def _deleting(table: Table) -> Delete:
    return delete(table).where(
        *(
            column == bindparam(f"key_{column.name}", type_=column.type)
            for column in table.primary_key
        )
    )


_DELETE = {
    table: _deleting(table)
    for table in (
        *(tables.deliveries, tables.interactions, tables.conversions),
        *(tables.journeys, tables.receipts),
    )
}
