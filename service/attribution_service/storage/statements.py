"""Statements that are sent again and again: each is made once, which takes longer than to send it.

Known by what they do, so there are only as many as there are ways to ask.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Table

from attribution_service.storage import rows
from attribution_service.storage.dialect import Dialect, Fetched, Key, Prepared

# Keys in one statement: enough to make a round trip cheap, few enough for any engine's limits.
_KEYS_A_STATEMENT = 500

Columns = tuple[Column[Any], ...]
# A column, and the values that it may have.
Among = tuple[Column[Any], Iterable[str]]


class Statements:
    """The statements of one store."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._look_up = cache(self._made_look_up)
        self._upsert = cache(self._made_upsert)
        where = ["in_bucket"] if dialect.by_bucket else []
        self.numbering = dialect.prepare(dialect.number(), ["many", *where])
        self.store_arrival = dialect.prepare(dialect.store_arrival(), ["latest_us", *where])
        defined = dialect.store_definition_arrival()
        self.store_definition_arrival = dialect.prepare(defined, ["latest_us"])

    def by_keys(
        self,
        connection: Connection,
        table: Table,
        columns: Columns,
        keys: Iterable[Key],
        between: Column[Any] | None = None,
        among: Among | None = None,
    ) -> Iterator[Fetched]:
        """The rows whose columns are one of the keys, a bounded number of keys a statement.

        With `between`, a key has two values more, and this column lies between them; with `among`,
        that column has one of the values. The rows hold all columns of the table in their order.
        The keys are sorted, so that the look-ups go through the index in order.
        """
        ordered = iter(sorted(keys))
        column, chosen = (None, {}) if among is None else (among[0], self._dialect.values(among[1]))
        while part := list(islice(ordered, _KEYS_A_STATEMENT)):
            given = {**self._dialect.keys(columns, part), **chosen}
            look_up = self._look_up(table, columns, between, column, tuple(given))
            yield from look_up.fetch(connection, given)

    def upsert(
        self, connection: Connection, table: Table, values: list[rows.Row], *, keep: bool = False
    ) -> None:
        """Insert rows; of those whose key is there, the old ones (`keep`) or the new ones stay."""
        self._upsert(table, keep=keep).send(connection, values)

    def _made_look_up(
        self,
        table: Table,
        columns: Columns,
        between: Column[Any] | None,
        among: Column[Any] | None,
        names: tuple[str, ...],
    ) -> Prepared:
        statement = self._dialect.look_up(table, columns, between)
        if among is not None:
            statement = statement.where(self._dialect.among(among))
        return self._dialect.prepare(statement, names)

    def _made_upsert(self, table: Table, *, keep: bool) -> Prepared:
        statement = self._dialect.insert(table)
        key = list(table.primary_key)
        if keep:
            statement = statement.on_conflict_do_nothing(index_elements=key)
        else:
            rest = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
            statement = statement.on_conflict_do_update(index_elements=key, set_=rest)
        return self._dialect.prepare(statement, [column.name for column in table.c])
