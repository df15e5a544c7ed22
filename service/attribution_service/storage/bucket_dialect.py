"""PostgreSQL whose data are spread by buckets: every statement of a transaction is for one bucket.

It is named as `table.bucket = ...`, beside whatever else is asked, so that an engine that spreads
the data sends the statement to the one place that has it. Rows are inserted as VALUES, which such
an engine takes there too, where those of a query would first come to whoever distributes them.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Insert,
    Select,
    SmallInteger,
    Table,
    Update,
    bindparam,
    func,
    make_url,
    select,
    update,
)

from attribution_service.storage import tables
from attribution_service.storage.dialect import Fetched, Key, Parameters, Prepared
from attribution_service.storage.interface import Standing, bucket_of
from attribution_service.storage.postgres_dialect import PostgresDialect, plain_type
from attribution_service.storage.tables import BUCKET

if TYPE_CHECKING:
    from attribution_service.storage.dialect import Numbering

# Rows of one statement: parts of powers of two, so that there are few texts.
_MOST_ROWS = 64


class BucketDialect(PostgresDialect):
    """PostgreSQL, or an engine of its family, that keeps a transaction to one bucket."""

    by_bucket = True

    @property
    def across(self) -> PostgresDialect:
        """Reads over people of any buckets name none, and go everywhere."""
        return PostgresDialect()

    def look_up(
        self, table: Table, columns: Sequence[Column[Any]], between: Column[Any] | None = None
    ) -> Select[Any]:
        """The rows of one bucket whose columns are one of the keys that are given to it."""
        if not _is_spread(columns):
            return super().look_up(table, columns, between)
        found = super().look_up(table, columns[1:], between)
        return found.where(table.c.bucket == _IN_BUCKET)

    def keys(self, columns: Sequence[Column[Any]], keys: Sequence[Key]) -> Parameters:
        """These keys, as the parameters of `look_up`. Raises ValueError if not of one bucket."""
        if not _is_spread(columns):
            return super().keys(columns, keys)
        bucket = _only({key[0] for key in keys})
        return {"in_bucket": bucket, **super().keys(columns[1:], [key[1:] for key in keys])}

    def lock_people(self, connection: Connection, person_ids: Iterable[str]) -> Standing:
        """Lock the row of these people's bucket; then look what others did before.

        Raises ValueError if they are of several buckets.
        """
        given = {"in_bucket": _only(set(map(bucket_of, person_ids)))}
        arrival_us: int = connection.execute(_LOCK_BUCKET, given).scalar_one()
        # Beside the bucket's row, so that it is what the place that has the bucket knows: whatever
        # is on record there was decided by definitions that are known there.
        definitions, defined_us = connection.execute(_DEFINITIONS_AT_BUCKET, given).one()
        return Standing(definitions, max(arrival_us, defined_us))

    def lock_definitions(self, connection: Connection) -> Standing:
        """Keep other servers from changing campaigns and segments; then look what they did."""
        definitions, defined_us = connection.execute(_LOCK_DEFINITIONS).one()
        arrival_us = connection.execute(_LATEST_OF_ALL).scalar()
        return Standing(definitions, max(arrival_us or 0, defined_us))

    def number(self) -> "Numbering":
        """Counts `many` conversions of a bucket; gives its new count."""
        counted = tables.buckets
        many = counted.c.conversions + bindparam("many", type_=BigInteger)
        changing = update(counted).where(counted.c.bucket == _IN_BUCKET).values(conversions=many)
        return changing.returning(counted.c.conversions)

    def store_arrival(self) -> Insert | Update:
        """Keeps `latest_us` as the latest arrival in a bucket."""
        table = tables.buckets
        later = func.greatest(table.c.arrival_us, bindparam("latest_us", type_=BigInteger))
        return update(table).where(table.c.bucket == _IN_BUCKET).values(arrival_us=later)

    def store_definition_arrival(self) -> Insert | Update:
        """Keeps `latest_us` as the latest arrival of a change of campaigns or segments."""
        table = tables.definition_count
        later = func.greatest(table.c.arrival_us, bindparam("latest_us", type_=BigInteger))
        return update(table).where(table.c.id == 1).values(arrival_us=later)

    def _prepare_insert(self, statement: Insert, names: Sequence[str]) -> Prepared:
        return _InsertedValues(statement, names)


class _InsertedValues:
    """An insert of any number of rows as VALUES."""

    def __init__(self, statement: Insert, names: Sequence[str]) -> None:
        self._statement = statement
        self._names = names
        self._text = cache(self._made_text)

    def fetch(
        self,
        connection: Connection,  # noqa: ARG002
        given: Parameters,  # noqa: ARG002
    ) -> Sequence[Fetched]:
        """An insert of whole rows gives nothing back. Raises TypeError."""
        raise TypeError("an insert gives no rows")

    def send(self, connection: Connection, given: Sequence[Parameters]) -> None:
        """Insert these rows, none of which has the key of another one."""
        start = 0
        while left := len(given) - start:
            many = min(_MOST_ROWS, 1 << (left.bit_length() - 1))
            values = {
                f"{name}_{number}": row[name]
                for number, row in enumerate(given[start : start + many])
                for name in self._names
            }
            connection.exec_driver_sql(self._text(many), values)
            start += many

    def _made_text(self, many: int) -> str:
        columns = self._statement.table.c
        listed = [
            {
                name: bindparam(f"{name}_{number}", type_=plain_type(columns[name]))
                for name in self._names
            }
            for number in range(many)
        ]
        return str(self._statement.values(listed).compile(dialect=_DIALECT))


def _is_spread(columns: Sequence[Column[Any]]) -> bool:
    return columns[0].name == BUCKET


def _only(buckets: Collection[Any]) -> int:
    """The one bucket. Raises ValueError if there are several."""
    if len(buckets) != 1:
        raise ValueError(f"a transaction keeps to one bucket, not to {len(buckets)}")
    (bucket,) = buckets
    return int(bucket)


_DIALECT = make_url("postgresql+psycopg://").get_dialect()()
_IN_BUCKET = bindparam("in_bucket", type_=SmallInteger)
_LOCK_BUCKET = (
    select(tables.buckets.c.arrival_us)
    .where(tables.buckets.c.bucket == _IN_BUCKET)
    .with_for_update()
)
_COUNTED = (tables.definition_count.c.last, tables.definition_count.c.arrival_us)
_DEFINITIONS_AT_BUCKET = (
    select(*_COUNTED)
    .select_from(tables.buckets.join(tables.definition_count, tables.definition_count.c.id == 1))
    .where(tables.buckets.c.bucket == _IN_BUCKET)
)
_LOCK_DEFINITIONS = select(*_COUNTED).where(tables.definition_count.c.id == 1).with_for_update()
_LATEST_OF_ALL = select(func.max(tables.buckets.c.arrival_us))
