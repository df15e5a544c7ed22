"""What is particular to SQLite in the store's SQL."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from attribution_service.storage.dialect import Key, Parameters, Steps
from attribution_service.storage.interface import StoreFullError, StoreUnavailableError

# Primary result codes that may pass by themselves; others are faults, ours or the file's.
_PASSING = {5, 6, 10, 14}  # BUSY, LOCKED, IOERR, CANTOPEN
_FULL = 13


class SqliteDialect:
    """SQLite: lists go as one JSON parameter, and `json_each` makes rows of it."""

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

    def steps(
        self,
    ) -> tuple[FromClause, ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
        """Rows of ranges that are given."""
        given = func.json_each(bindparam("bounds")).table_valued("key", "value", name="steps")
        start_us = func.json_extract(given.c.value, "$[0]")
        end_us = func.json_extract(given.c.value, "$[1]")
        return Steps(given, given.c.key, start_us, end_us)

    def bounds(self, ranges: Iterable[tuple[int, int]]) -> Parameters:
        """These ranges, as the parameters of `steps`."""
        return {"bounds": json.dumps(list(ranges))}

    def store_error(self, error: DBAPIError) -> Exception | None:
        """The error in the terms of the interface; None: it is a fault, of ours or of the data."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code == _FULL:
            return StoreFullError("the database has no room left")
        if code in _PASSING:
            return StoreUnavailableError("the database does not answer")
        return None
