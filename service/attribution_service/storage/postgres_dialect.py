"""What is particular to PostgreSQL in the store's SQL."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Select,
    Table,
    TableValuedAlias,
    Text,
    Update,
    and_,
    any_,
    bindparam,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.types import TypeEngine

from attribution_service.storage import tables
from attribution_service.storage.dialect import (
    Key,
    Parameters,
    PlainlyPrepared,
    Prepared,
    Steps,
    number_whole,
)
from attribution_service.storage.interface import (
    Standing,
    StoreConflictError,
    StoreFullError,
    StoreUnavailableError,
)
from attribution_service.storage.layout import SPREAD, Spread

if TYPE_CHECKING:
    from attribution_service.storage.dialect import Numbering, Preparable

# Advisory locks are one space for a whole database: ours are pairs with this number in front.
LOCKS = 0x61747472
_INT32 = 1 << 31

# Another transaction was in the way: a deadlock, no serial order, a lock that took too long, or
# more locks at once than the server has room for.
_CONFLICTS = {"40P01", "40001", "55P03", "53200"}
_FULL = {"53100"}
# What passes, or is mended without us: too many connections, the server stops or starts or has
# become a standby, a statement took too long; 08: the connection.
_PASSING = {"53300", "57P01", "57P02", "57P03", "57P05", "25006", "57014", "25P03", "25P04"}
_CONNECTION = "08"
# The two values more that a key may have.
_ENDS = ("since", "until")
# Rows that servers share out among each other to tell how late it is: more than there are servers.
_ARRIVAL_ROWS = 256


class SpreadError(StoreUnavailableError):
    """The data of the database are not whole any more."""


class _BulkInsert(PlainlyPrepared):
    """An insert of any number of rows by one statement, which always has the same text."""

    def __init__(self, statement: Insert, names: Sequence[str]) -> None:
        self._names = names
        given = _rows_of({name: plain_type(statement.table.c[name]) for name in names})
        chosen = select(*(given.c[name] for name in names))
        super().__init__(statement.from_select(list(names), chosen))

    def send(self, connection: Connection, given: Sequence[Parameters]) -> None:
        """Insert these rows, none of which has the key of another one."""
        values = {f"given_{name}": [row[name] for row in given] for name in self._names}
        connection.execute(self._statement, values)


class PostgresDialect:
    """PostgreSQL: lists go as arrays, one for each column, and `unnest` makes rows of them."""

    shared = True
    by_bucket = False

    @property
    def across(self) -> "PostgresDialect":
        """Reads are over people of any buckets."""
        return self

    def insert(self, table: Table) -> postgresql.Insert:
        """An insert that can say what happens on a conflict."""
        return postgresql.insert(table)

    def look_up(
        self, table: Table, columns: Sequence[Column[Any]], between: Column[Any] | None = None
    ) -> Select[Any]:
        """The rows whose columns are one of the keys that are given to it, by their index."""
        types: dict[str, TypeEngine[Any]] = {c.name: plain_type(c) for c in columns}
        if between is not None:
            types |= dict.fromkeys(_ENDS, between.type)
        given = _rows_of(types)
        matches = [c == given.c[c.name] for c in columns]
        if between is not None:
            since, until = (given.c[end] for end in _ENDS)
            matches += [between >= since, between <= until]
        return select(table).select_from(given.join(table, and_(*matches)))

    def keys(self, columns: Sequence[Column[Any]], keys: Sequence[Key]) -> Parameters:
        """These keys, as the parameters of `look_up`."""
        names = [c.name for c in columns]
        if not keys:
            return {f"given_{name}": [] for name in names}
        if len(keys[0]) > len(names):
            names += _ENDS
        of_columns = zip(*keys, strict=True)
        return {
            f"given_{name}": list(values) for name, values in zip(names, of_columns, strict=True)
        }

    def among(self, column: Column[Any]) -> ColumnElement[bool]:
        """That a column has one of the values that are given."""
        return column == any_(bindparam("among", type_=ARRAY(Text)))

    def values(self, values: Iterable[str]) -> Parameters:
        """These values, as the parameters of `among`."""
        return {"among": list(values)}

    def prepare(self, statement: "Preparable", names: Sequence[str]) -> Prepared:
        """A statement to send again and again, each time with values for these parameters."""
        # Whole rows: what else is inserted has its values from the statement itself.
        if isinstance(statement, Insert) and list(names) == list(statement.table.c.keys()):
            return self._prepare_insert(statement, names)
        return PlainlyPrepared(statement)

    def _prepare_insert(self, statement: Insert, names: Sequence[str]) -> Prepared:
        return _BulkInsert(statement, names)

    def steps(self) -> Steps:
        """Rows of ranges that are given."""
        names = ("number", "start_us", "end_us")
        arrays = [bindparam(f"steps_{name}", type_=ARRAY(BigInteger)) for name in names]
        columns = [column(name, BigInteger) for name in names]
        given = func.unnest(*arrays).table_valued(*columns).render_derived(name="steps")
        return Steps(given, given.c.number, given.c.start_us, given.c.end_us)

    def bounds(self, ranges: Iterable[tuple[int, int]]) -> Parameters:
        """These ranges, as the parameters of `steps`."""
        found = list(ranges)
        return {
            "steps_number": list(range(len(found))),
            "steps_start_us": [start_us for start_us, _ in found],
            "steps_end_us": [end_us for _, end_us in found],
        }

    def lock_people(self, connection: Connection, person_ids: Iterable[str]) -> Standing:
        """Keep other servers from these people; then look what they did before.

        The locks are on numbers, so they hold of people too who have no row yet, and cost no write.
        They are taken in order, so that no two transactions wait for each other. What is read by
        later statements was committed before these locks were taken, or is not about these people.
        """
        connection.execute(_LOCK_PEOPLE, {"keys": sorted(set(map(_lock_number, person_ids)))})
        return _standing(connection)

    def lock_definitions(self, connection: Connection) -> Standing:
        """Keep other servers from changing campaigns and segments; then look what they did."""
        connection.execute(_LOCK_DEFINITIONS)
        return _standing(connection)

    def note_definition(
        self, connection: Connection, campaign_id: str, revision: int | None, segment_id: str
    ) -> None:
        """Tell other servers that this campaign or this segment was changed."""
        number = connection.execute(_COUNT_DEFINITION).scalar_one()
        row = {
            "number": number,
            "campaign_id": campaign_id,
            "revision": revision,
            "segment_id": segment_id,
        }
        connection.execute(insert(tables.definition_changes), row)

    def number(self) -> "Numbering":
        """Counts `many` conversions; gives the new count."""
        return number_whole(postgresql.insert(tables.conversion_sequence))

    def store_arrival(self) -> Insert | Update:
        """Keep `latest_us`, in one of several rows, so that servers hardly wait for each other."""
        table = tables.latest_arrival
        mine = func.pg_backend_pid() % _ARRIVAL_ROWS
        given = bindparam("latest_us", type_=BigInteger)
        adding = postgresql.insert(table).values(id=mine, arrival_us=given)
        later = func.greatest(table.c.arrival_us, adding.excluded.arrival_us)
        return adding.on_conflict_do_update(index_elements=["id"], set_={"arrival_us": later})

    def store_definition_arrival(self) -> Insert | Update:
        """The same rows hold the latest arrivals of all commands."""
        return self.store_arrival()

    def store_error(self, error: DBAPIError) -> Exception | None:
        """The error in the terms of the interface; None: it is a fault, of ours or of the data."""
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in _CONFLICTS:
            return StoreConflictError("others were at the same records for too long")
        if state in _FULL:
            return StoreFullError("the database has no room left")
        # Without a state it was not the server that spoke: there is no connection.
        lost = not state and isinstance(error, (OperationalError, InterfaceError))
        if lost or error.connection_invalidated or state in _PASSING or state[:2] == _CONNECTION:
            return StoreUnavailableError("the database does not answer")
        return None


def _rows_of(types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Rows of arrays that are given, one array for each column."""
    arrays = [
        bindparam(f"given_{name}", type_=ARRAY(kind, dimensions=1)) for name, kind in types.items()
    ]
    names = [column(name, kind) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*names).render_derived(name="given")


def plain_type(found: ColumnElement[Any]) -> TypeEngine[Any]:
    """The type of a column's values, without the collation that it is compared by."""
    return Text() if isinstance(found.type, Text) else found.type


def _lock_number(person_id: str) -> int:
    """The number that is locked for a person, as the signed integer that the server takes.

    Its lower bits are the bucket. People who share a number only wait for each other.
    """
    number = zlib.crc32(person_id.encode())
    return number - _INT32 * 2 if number >= _INT32 else number


_keys = func.unnest(bindparam("keys", type_=ARRAY(Integer))).column_valued("lock_key")
# A statement of its own: what comes after it sees what was committed while it waited.
_LOCK_PEOPLE = select(func.pg_advisory_xact_lock(LOCKS, _keys))
_LOCK_DEFINITIONS = select(tables.definition_count).with_for_update()
_COUNT_DEFINITION = (
    update(tables.definition_count)
    .values(last=tables.definition_count.c.last + 1)
    .returning(tables.definition_count.c.last)
)
_STANDING = select(
    select(func.max(tables.definition_count.c.last)).scalar_subquery(),
    select(func.max(tables.latest_arrival.c.arrival_us)).scalar_subquery(),
    SPREAD.scalar_subquery(),
)


def _standing(connection: Connection) -> Standing:
    definitions, arrival_us, spread = connection.execute(_STANDING).one()
    if spread != Spread.WHOLE:
        raise SpreadError("the data are spread by buckets since this server began")
    return Standing(definitions or 0, arrival_us or 0)
