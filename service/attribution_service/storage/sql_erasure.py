"""Removing a person in SQL: what figures count is kept first, without a name of anybody."""

import json
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
)

from attribution_service.core.counted import CountedConversion, counted_conversion
from attribution_service.storage import rows, tables
from attribution_service.storage.dialect import Dialect
from attribution_service.storage.interface import bucket_of

_ROWS_AT_ONCE = 1_000

Whose = dict[str, int | str]
# What stands for a person in a campaign, by bucket, person and campaign.
Numbers = MutableMapping[tuple[int, str, str], int]


class Erasure:
    """Removes people from databases of one kind."""

    def __init__(self, dialect: Dialect) -> None:
        self._by_bucket = dialect.by_bucket
        # The same text each time, so that it is compiled once.
        self._keep_deliveries = keep_deliveries(dialect, _of_person(tables.deliveries))
        self._keep_journeys = _keep_journeys(dialect)

    def erase(self, connection: Connection, person_id: str) -> None:
        """Remove everything of a person, and keep what figures count of it."""
        whose: Whose = {"whose_bucket": bucket_of(person_id), "whose_id": person_id}
        connection.execute(self._keep_deliveries, whose)
        connection.execute(self._keep_journeys, whose)
        numbers = numbers_of(connection.execute(_NUMBERS, whose).mappings())
        for part in _conversions(connection, whose):
            kept = kept_conversions(part, numbers, by_bucket=self._by_bucket)
            connection.execute(insert(tables.kept_conversions), kept)
        for table in tables.OF_PEOPLE:
            connection.execute(delete(table).where(_of_person(table)), whose)


def _of_person(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.bucket == bindparam("whose_bucket"), table.c.person_id == bindparam("whose_id")
    )


def _counting(dialect: Dialect, kept: Table, chosen: Select[tuple[object, ...]]) -> Insert:
    """Add what was chosen, grouped by the key of `kept`, to what is counted there."""
    key = list(kept.primary_key)
    adding = dialect.insert(kept).from_select([*(column.name for column in key), "count"], chosen)
    together = {"count": kept.c.count + adding.excluded["count"]}
    return adding.on_conflict_do_update(index_elements=key, set_=together)


def keep_deliveries(dialect: Dialect, chosen: ColumnElement[bool]) -> Insert:
    """The statement that keeps what figures count of the deliveries that are chosen."""
    table = tables.deliveries
    key = (table.c.campaign_id, table.c.sent_us, table.c.action_id, table.c.marks)
    chosen = and_(chosen, table.c.sent_us.is_not(None))
    return _counting(dialect, tables.kept_deliveries, _counted(dialect, table, key, chosen))


def _keep_journeys(dialect: Dialect) -> Insert:
    table = tables.journeys
    came_to = (
        table.c.state,
        func.coalesce(table.c.exit_reason, ""),
        table.c.converted_us.is_not(None),
    )
    key = (table.c.campaign_id, table.c.start_us, *came_to)
    chosen = _counted(dialect, table, key, _of_person(table))
    return _counting(dialect, tables.kept_journeys, chosen)


def _counted(
    dialect: Dialect,
    table: Table,
    key: Sequence[ColumnElement[Any]],
    chosen: ColumnElement[bool],
) -> Select[Any]:
    """How many of a table have the same key; in order, so that no two wait in a circle."""
    if not dialect.by_bucket:
        # Nobody's: of a thousand people a bucket would nearly be a name.
        counted = select(*key, literal_column("0"), func.count())
        return counted.where(chosen).group_by(*key).order_by(*key)
    of_bucket = (*key, table.c.bucket)
    return select(*of_bucket, func.count()).where(chosen).group_by(*of_bucket)


_NUMBERS = select(tables.person_numbers).where(_of_person(tables.person_numbers))


def _conversions(connection: Connection, whose: Whose) -> Iterator[list[rows.Row]]:
    """A person's conversions, in parts."""
    table = tables.conversions
    chosen = select(table).where(_of_person(table)).order_by(table.c.sequence)
    found = connection.execute(chosen, whose).mappings()
    while part := found.fetchmany(_ROWS_AT_ONCE):
        yield [dict(row) for row in part]


def numbers_of(found: Iterable[RowMapping]) -> Numbers:
    """The numbers that are given out, of these rows."""
    return {(row["bucket"], row["person_id"], row["campaign_id"]): row["number"] for row in found}


def kept_conversions(
    found: Iterable[rows.Row], numbers: Numbers, *, by_bucket: bool
) -> list[rows.Row]:
    """What figures count of conversions, as rows; new numbers are added to `numbers`.

    A number that nothing else has stands for the person in the campaign: the sequence of the first
    conversion that is kept.
    """
    kept: list[rows.Row] = []
    for row in found:
        whose = (row["bucket"], row["person_id"], row["campaign_id"])
        number = numbers.setdefault(whose, row["sequence"])
        item = counted_conversion(rows.conversion(row), row["sequence"], number)
        kept.append(_conversion_row(item, row["bucket"] if by_bucket else 0))
    return kept


def _conversion_row(item: CountedConversion, bucket: int) -> rows.Row:
    return {
        "bucket": bucket,
        "campaign_id": item.campaign_id,
        "converted_us": item.converted_us,
        "sequence": item.sequence,
        "person": item.person,
        "sent_us": item.sent_us,
        "action_id": item.action_id,
        "value": item.value,
        "touches": json.dumps([[each.action_id, each.basis_us] for each in item.touches]),
    }
