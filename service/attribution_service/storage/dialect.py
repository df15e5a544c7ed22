"""What differs between the databases that the SQL of the store runs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
)
from sqlalchemy.exc import DBAPIError

from attribution_service.storage import tables
from attribution_service.storage.interface import Standing

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

    # Inserts that say what happens when the key is there already.
    Insertion = sqlite.Insert | postgresql.Insert
    # A change that gives something back.
    Numbering = ReturningInsert[Any] | ReturningUpdate[Any]
    Preparable = Select[Any] | Insert | Update | Numbering

Key = tuple[int | str, ...]
# The values of a row, in the order of its columns.
Fetched = Sequence[Any]
Parameters = Mapping[str, Any]


class Prepared(Protocol):
    """A statement that is sent again and again."""

    def fetch(self, connection: Connection, given: Parameters) -> Sequence[Fetched]:
        """The rows of a query, each with its columns in their order."""
        ...

    def send(self, connection: Connection, given: Sequence[Parameters]) -> None:
        """Carry it out once with each of these."""
        ...


class PlainlyPrepared:
    """Leaves to SQLAlchemy what is to be done."""

    def __init__(self, statement: Preparable) -> None:
        self._statement = statement

    def fetch(self, connection: Connection, given: Parameters) -> Sequence[Fetched]:
        """The rows of a query, each with its columns in their order."""
        return connection.execute(self._statement, given).fetchall()

    def send(self, connection: Connection, given: Sequence[Parameters]) -> None:
        """Carry it out once with each of these."""
        connection.execute(self._statement, given)


def number_whole(insertion: Insertion) -> ReturningInsert[Any]:
    """Adds `many` to the one count of conversions, given an insert there; gives the new count."""
    counted = tables.conversion_sequence
    many = bindparam("many", type_=BigInteger)
    statement = insertion.values(id=1, last=many)
    statement = statement.on_conflict_do_update(
        index_elements=[counted.c.id], set_={"last": counted.c.last + many}
    )
    return statement.returning(counted.c.last)


class Steps(NamedTuple):
    """Ranges that are given as rows: the clause; of each its number from 0, start and end."""

    clause: FromClause
    number: ColumnElement[Any]
    start_us: ColumnElement[Any]
    end_us: ColumnElement[Any]


class Dialect(Protocol):
    """One kind of database. Statements that are asked for again have the same text again."""

    @property
    def shared(self) -> bool:
        """Whether several servers may have the database at the same time."""
        ...

    @property
    def by_bucket(self) -> bool:
        """Whether the data are spread by buckets, so that a transaction keeps to one of them."""
        ...

    @property
    def across(self) -> Dialect:
        """The dialect of reads over people of any buckets."""
        ...

    def insert(self, table: Table) -> Insertion:
        """An insert that can say what happens on a conflict."""
        ...

    def look_up(
        self, table: Table, columns: Sequence[Column[Any]], between: Column[Any] | None = None
    ) -> Select[Any]:
        """The rows whose columns are one of the keys that are given to it, by their index.

        With `between`, a key has two values more, and this column lies between them, both included.
        """
        ...

    def among(self, column: Column[Any]) -> ColumnElement[bool]:
        """That a column has one of the values that are given as `among`, by no index of its own."""
        ...

    def values(self, values: Iterable[str]) -> Parameters:
        """These values, as the parameters of `among`."""
        ...

    def keys(self, columns: Sequence[Column[Any]], keys: Sequence[Key]) -> Parameters:
        """These keys, as the parameters of `look_up`."""
        ...

    def steps(self) -> Steps:
        """Rows of ranges that are given."""
        ...

    def bounds(self, ranges: Iterable[tuple[int, int]]) -> Parameters:
        """These ranges, as the parameters of `steps`."""
        ...

    def prepare(self, statement: Preparable, names: Sequence[str]) -> Prepared:
        """A statement to send again and again, each time with values for these parameters."""
        ...

    def lock_people(self, connection: Connection, person_ids: Iterable[str]) -> Standing | None:
        """Keep other servers from these people until the transaction ends, and tell what they did.

        None: there are no other servers.
        """
        ...

    def lock_definitions(self, connection: Connection) -> Standing | None:
        """Keep other servers from changing definitions until the transaction ends.

        None: there are no other servers.
        """
        ...

    def note_definition(
        self, connection: Connection, campaign_id: str, revision: int | None, segment_id: str
    ) -> None:
        """Tell other servers that this campaign, with this new revision, or segment was changed."""
        ...

    def number(self) -> Numbering:
        """Counts `many` conversions, by bucket those of `in_bucket`; gives the new count."""
        ...

    def store_arrival(self) -> Insert | Update:
        """Keeps `latest_us` as the latest arrival, by bucket that in `in_bucket`."""
        ...

    def store_definition_arrival(self) -> Insert | Update:
        """The same for a change of campaigns or segments, which has no bucket."""
        ...

    def store_error(self, error: DBAPIError) -> Exception | None:
        """The error in the terms of the interface; None: it is a fault, of ours or of the data."""
        ...
