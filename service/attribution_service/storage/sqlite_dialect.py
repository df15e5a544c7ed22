"""What is particular to SQLite in the store's SQL."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Table,
    UnaryExpression,
    and_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.operators import custom_op

from attribution_service.storage import tables
from attribution_service.storage.dialect import Fetched, Key, Parameters, Steps, number_whole
from attribution_service.storage.interface import StoreFullError, StoreUnavailableError

if TYPE_CHECKING:
    from attribution_service.storage.dialect import Numbering, Preparable

# Primary result codes that may pass by themselves; others are faults, ours or the file's.
_PASSING = {5, 6, 10, 14}  # BUSY, LOCKED, IOERR, CANTOPEN
_FULL = 13


class SqlitePrepared:
    """Goes straight to the driver, so values must be what the driver takes.

    SQLite works in this process: what SQLAlchemy does for each statement and row takes longer.
    """

    def __init__(self, statement: "Preparable", names: Sequence[str]) -> None:
        # An insert of whole rows does not say itself what its parameters are.
        whole = isinstance(statement, Insert) and len(statement.table.columns) == len(names)
        columns = names if whole else None
        compiled = statement.compile(dialect=sqlite.dialect(), column_keys=columns)
        self._text = str(compiled)
        self._order = compiled.positiontup or []
        self._fixed = {n: v for n, v in compiled.params.items() if n not in names}
        self._pick = itemgetter(*self._order) if len(self._order) > 1 else None

    def fetch(self, connection: Connection, given: Parameters) -> Sequence[Fetched]:
        """The rows of a query, each with its columns in their order."""
        with _driver_errors():
            found: Sequence[Fetched] = (
                _cursor(connection).execute(self._text, self._values(given)).fetchall()
            )
            return found

    def send(self, connection: Connection, given: Sequence[Parameters]) -> None:
        """Carry it out once with each of these."""
        with _driver_errors():
            _cursor(connection).executemany(self._text, map(self._values, given))

    def _values(self, given: Parameters) -> Sequence[Any]:
        values = {**self._fixed, **given} if self._fixed else given
        return self._pick(values) if self._pick else [values[name] for name in self._order]


def _cursor(connection: Connection) -> Any:
    cursor: Any = connection.connection.cursor()
    return cursor


@contextmanager
def _driver_errors() -> Iterator[None]:
    """Errors of the driver, as SQLAlchemy raises them."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError("a prepared statement", None, error) from error


class SqliteDialect:
    """SQLite: lists go as one JSON parameter, and `json_each` makes rows of it."""

    shared = False
    by_bucket = False

    @property
    def across(self) -> "SqliteDialect":
        """Reads are over people of any buckets."""
        return self

    def insert(self, table: Table) -> sqlite.Insert:
        """An insert that can say what happens on a conflict."""
        return sqlite.insert(table)

    def look_up(
        self, table: Table, columns: Sequence[Column[Any]], between: Column[Any] | None = None
    ) -> Select[Any]:
        """The rows whose columns are one of the keys that are given to it, by their index.

        SQLite looks each key up, where `IN` with a list of rows would walk over the whole table.
        """
        given = func.json_each(bindparam("given")).table_valued("value")

        def part(position: int) -> ColumnElement[Any]:
            return func.json_extract(given.c.value, f"$[{position}]")

        matches = [column == part(position) for position, column in enumerate(columns)]
        if between is not None:
            # Not BETWEEN, of which SQLite does not see that it leaves out NULL, as the index does.
            matches += [between >= part(len(columns)), between <= part(len(columns) + 1)]
        return select(table).select_from(given.join(table, and_(*matches)))

    def keys(self, columns: Sequence[Column[Any]], keys: Sequence[Key]) -> Parameters:  # noqa: ARG002
        """These keys, as the parameters of `look_up`."""
        return {"given": json.dumps(keys)}

    def among(self, column: Column[Any]) -> ColumnElement[bool]:
        """That a column has one of the values that are given."""
        given = func.json_each(bindparam("among")).table_valued("value", name="wanted")
        # With the plus it is no column to the planner, which else may take another index for it.
        return UnaryExpression(column, operator=custom_op("+")).in_(select(given.c.value))

    def values(self, values: Iterable[str]) -> Parameters:
        """These values, as the parameters of `among`."""
        return {"among": json.dumps(sorted(values))}

    def prepare(self, statement: "Preparable", names: Sequence[str]) -> SqlitePrepared:
        """A statement to send again and again, each time with values for these parameters."""
        return SqlitePrepared(statement, names)

    def steps(self) -> Steps:
        """Rows of ranges that are given."""
        given = func.json_each(bindparam("bounds")).table_valued("key", "value", name="steps")
        start_us = func.json_extract(given.c.value, "$[0]")
        end_us = func.json_extract(given.c.value, "$[1]")
        return Steps(given, given.c.key, start_us, end_us)

    def bounds(self, ranges: Iterable[tuple[int, int]]) -> Parameters:
        """These ranges, as the parameters of `steps`."""
        return {"bounds": json.dumps(list(ranges))}

    def lock_people(self, connection: Connection, person_ids: Iterable[str]) -> None:
        """One server has the file: there is nobody to keep off."""

    def lock_definitions(self, connection: Connection) -> None:
        """One server has the file: there is nobody to keep off."""

    def note_definition(
        self, connection: Connection, campaign_id: str, revision: int | None, segment_id: str
    ) -> None:
        """One server has the file: there is nobody to tell."""

    def number(self) -> "Numbering":
        """Counts `many` conversions; gives the new count."""
        return number_whole(sqlite.insert(tables.conversion_sequence))

    def store_arrival(self) -> Insert:
        """Keeps `latest_us` in the one row that there is."""
        table = tables.latest_arrival
        given = bindparam("latest_us", type_=BigInteger)
        adding = sqlite.insert(table).values(id=1, arrival_us=given)
        return adding.on_conflict_do_update(
            index_elements=["id"], set_={"arrival_us": adding.excluded.arrival_us}
        )

    def store_definition_arrival(self) -> Insert:
        """One row holds the latest arrival of whatever command."""
        return self.store_arrival()

    def store_error(self, error: DBAPIError) -> Exception | None:
        """The error in the terms of the interface; None: it is a fault, of ours or of the data."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code == _FULL:
            return StoreFullError("the database has no room left")
        if code in _PASSING:
            return StoreUnavailableError("the database does not answer")
        return None
