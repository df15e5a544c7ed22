"""Statements that are sent again and again: each is made once, which takes longer than to send it.

Known by what they do, so there are only as many as there are ways to ask.
"""

from functools import cache
from typing import Any

from sqlalchemy import Column, Insert, Select, Table, bindparam
from sqlalchemy.sql.dml import ReturningInsert

from attribution_service.storage import tables
from attribution_service.storage.dialect import Dialect


class Statements:
    """The statements of one store."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.look_up = cache(self._look_up)
        self.upsert = cache(self._upsert)
        self.keys = dialect.keys
        self.numbering = self._numbering()

    def _look_up(
        self, table: Table, columns: tuple[Column[Any], ...], between: Column[Any] | None = None
    ) -> Select[Any]:
        """The rows of the keys given to it, as `Dialect.look_up`."""
        return self._dialect.look_up(table, columns, between)

    def _upsert(self, table: Table, *, keep: bool) -> Insert:
        """Inserts rows; of those whose key is there, the old ones or the new ones stay."""
        statement = self._dialect.insert(table)
        key = list(table.primary_key)
        if keep:
            return statement.on_conflict_do_nothing(index_elements=key)
        rest = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
        return statement.on_conflict_do_update(index_elements=key, set_=rest)

    def _numbering(self) -> ReturningInsert[Any]:
        """Adds `many` to the count of conversions; gives the new count."""
        counted = tables.conversion_sequence
        statement = self._dialect.insert(counted).values(id=1, last=bindparam("many"))
        added = {"last": counted.c.last + bindparam("many")}
        statement = statement.on_conflict_do_update(index_elements=[counted.c.id], set_=added)
        return statement.returning(counted.c.last)
