"""Spreading the data of a PostgreSQL database by buckets, and over the nodes of a Citus cluster.

Safe to repeat, also when it was interrupted: each step is a transaction of its own, that looks
first whether there is something to do. There is no way back.
"""

from sqlalchemy import (
    Connection,
    Table,
    TextClause,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from attribution_service.storage import tables
from attribution_service.storage.interface import BUCKETS, StoreSetupError
from attribution_service.storage.layout import Spread, spread_of

# What the node that clients connect to has for itself.
_LOCAL = (tables.layout, tables.latest_arrival, tables.conversion_sequence)
_DISTRIBUTED = tables.BY_BUCKET
_REFERENCE = tuple(
    table
    for table in tables.metadata.sorted_tables
    if table not in _LOCAL and table not in _DISTRIBUTED
)
# Transactions are tried again for less time than this.
_LOCK_TIMEOUT = text("SELECT set_config('lock_timeout', '30s', true)")
_HAS_CITUS = text("SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
# How Citus keeps a table: 'h' by a hash, 'n' without a key.
_KEPT = text(
    "SELECT partmethod::text AS partmethod FROM pg_dist_partition"
    " WHERE logicalrelid = to_regclass(:name)"
)
_DISTRIBUTE_FIRST = text(
    "SELECT create_distributed_table(CAST(:name AS regclass), 'bucket', colocate_with => 'none')"
)
_DISTRIBUTE = text(
    "SELECT create_distributed_table(CAST(:name AS regclass), 'bucket', colocate_with => 'buckets')"
)
_REFER = text("SELECT create_reference_table(CAST(:name AS regclass))")
_LEFT = text("SELECT pg_relation_size(CAST(:name AS regclass))")
_TRUNCATE = text("SELECT truncate_local_data_after_distributing_table(CAST(:name AS regclass))")


def has_citus(connection: Connection) -> bool:
    """Whether the database is the coordinator of a Citus cluster, however small."""
    return bool(connection.execute(_HAS_CITUS).scalar_one())


def arrange(connection: Connection, spread: Spread | None = None) -> None:
    """Spread the data as is wished (None: as they are), on Citus by buckets in any case.

    On a connection on which nobody else changes the schema. Raises StoreSetupError if the data are
    spread already, or on Citus, and shall be whole.
    """
    with connection.begin():
        citus, now = has_citus(connection), spread_of(connection)
    if spread is Spread.WHOLE and citus:
        raise StoreSetupError("on Citus the data are spread by buckets: they cannot be whole")
    if spread is Spread.WHOLE and now is Spread.BUCKETS:
        raise StoreSetupError(
            "the data are spread by buckets already: only a new database can have them whole"
        )
    if now is Spread.WHOLE and (citus or spread is Spread.BUCKETS):
        with connection.begin():
            _spread_by_buckets(connection)
    if citus:
        _distribute(connection)


def is_arranged(connection: Connection) -> bool:
    """Whether the data are spread as the cluster needs it that they are on, if they are on one."""
    return not has_citus(connection) or (
        spread_of(connection) is Spread.BUCKETS
        and all(_is_done(connection, table) for table in _tables())
    )


def _spread_by_buckets(connection: Connection) -> None:
    """From now on transactions keep to one bucket; servers that began before begin none any more.

    Each bucket goes on where the whole database was, with its time and its numbers: so whoever
    watched conversions up to a number has those of each bucket up to that number.
    """
    # Waits for the transactions that take the data for whole, and lets no other begin.
    connection.execute(_LOCK_TIMEOUT)
    connection.execute(text("LOCK TABLE layout IN ACCESS EXCLUSIVE MODE"))
    latest_us = select(func.max(tables.latest_arrival.c.arrival_us)).scalar_subquery()
    numbered = select(func.max(tables.conversion_sequence.c.last)).scalar_subquery()
    numbers = func.generate_series(0, literal(BUCKETS - 1)).column_valued("number")
    rows = select(numbers, func.coalesce(latest_us, 0), func.coalesce(numbered, 0))
    connection.execute(insert(tables.buckets).from_select(list(tables.buckets.c.keys()), rows))
    kept, people = tables.kept_conversions, tables.person_numbers
    connection.execute(
        update(kept).where(kept.c.person == people.c.number).values(bucket=people.c.bucket)
    )
    connection.execute(text("DROP INDEX conversions_by_sequence"))
    connection.execute(
        text("CREATE UNIQUE INDEX conversions_by_sequence ON conversions (bucket, sequence)")
    )
    connection.execute(update(tables.layout).values(spread=bindparam("now")), {"now": "BUCKETS"})


def _distribute(connection: Connection) -> None:
    """Distribute what is not distributed yet, tables of later migrations among it."""
    for table in _tables():
        name = {"name": table.name}
        with connection.begin():
            if not _is_done(connection, table):
                connection.execute(_how(table), name)
        # What was there is in the shards now; nobody may find here what is deleted there.
        with connection.begin():
            if connection.execute(_LEFT, name).scalar_one():
                connection.execute(_TRUNCATE, name)


def _tables() -> tuple[Table, ...]:
    """All that Citus is to have: the definitions, then what the other tables are kept beside."""
    rest = (table for table in _DISTRIBUTED if table is not tables.buckets)
    return (*_REFERENCE, tables.buckets, *rest)


def _how(table: Table) -> TextClause:
    if table in _REFERENCE:
        return _REFER
    return _DISTRIBUTE_FIRST if table is tables.buckets else _DISTRIBUTE


def _is_done(connection: Connection, table: Table) -> bool:
    kept = connection.execute(_KEPT, {"name": table.name}).first()
    return kept is not None and kept.partmethod == ("n" if table in _REFERENCE else "h")
