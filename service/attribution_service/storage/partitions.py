"""Native partitions: the tables of people in parts by the hash of their bucket."""

from sqlalchemy import Connection, Index, MetaData, Table, select, text

from attribution_service.storage import tables
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.spread import has_citus
from attribution_service.storage.tables import BUCKET

MIN_PARTITIONS, MAX_PARTITIONS = 2, 256

_COUNT = text("SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass(:name)")


def check_partitions(many: int) -> None:
    """Raises StoreSetupError if that many partitions cannot be."""
    if not MIN_PARTITIONS <= many <= MAX_PARTITIONS:
        raise StoreSetupError(f"{many} partitions: give {MIN_PARTITIONS} to {MAX_PARTITIONS}")


def partitions_of(connection: Connection) -> int:
    """How many partitions a table of people has, 0: it has none."""
    return int(connection.execute(_COUNT, {"name": tables.people.name}).scalar_one())


def partition(connection: Connection, many: int) -> None:
    """Make the tables of people anew, with so many partitions each; nothing if they have them.

    Raises StoreSetupError if there are data, on Citus, or if they have another number of them.
    """
    check_partitions(many)
    with connection.begin():
        _partition(connection, many)


def _partition(connection: Connection, many: int) -> None:
    if has_citus(connection):
        raise StoreSetupError("Citus keeps the data in shards: it has no partitions beside them")
    now = partitions_of(connection)
    if now == many:
        return
    if now:
        raise StoreSetupError(f"the tables have {now} partitions already, which cannot be changed")
    for table in tables.OF_PEOPLE:
        # Nobody writes from here on, who would lose it.
        connection.execute(text(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE"))
        if connection.execute(select(table.c.bucket).limit(1)).first() is not None:
            raise StoreSetupError(
                "there are data already: make a new database with partitions, and copy them there"
            )
    partitioned = MetaData()
    for table in tables.OF_PEOPLE:
        connection.execute(text(f"DROP TABLE {table.name}"))
        _made(connection, table.to_metadata(partitioned), many)


def _made(connection: Connection, table: Table, many: int) -> None:
    table.dialect_options["postgresql"]["partition_by"] = "HASH (bucket)"
    for index in [each for each in table.indexes if each.unique and BUCKET not in each.columns]:
        # What shall be unique over all partitions must name the one that it is in.
        table.indexes.remove(index)
        Index(index.name, *index.columns, table.c.bucket, unique=True)
    table.create(connection)
    for number in range(many):
        connection.execute(
            text(
                f"CREATE TABLE {table.name}_{number} PARTITION OF {table.name}"
                f" FOR VALUES WITH (MODULUS {many}, REMAINDER {number})"
            )
        )
