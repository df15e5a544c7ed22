"""`attribution-service migrate`."""

from collections.abc import Callable

import typer
from sqlalchemy import Engine

from attribution_service.cli import options
from attribution_service.config import is_postgres, shown_store, sqlite_path
from attribution_service.storage import postgres, schema
from attribution_service.storage.postgres import connected_engine
from attribution_service.storage.sqlite import locked_engine


def migrate(store: options.Store = options.DEFAULT_STORE) -> None:
    """Bring a store's schema to this program's version; a new store is made. Safe to repeat."""
    if is_postgres(store):
        with connected_engine(store) as engine:
            before, after = _upgraded(engine, postgres.upgrade)
    else:
        with locked_engine(sqlite_path(store)) as engine:
            before, after = _upgraded(engine, schema.upgrade)
    name = shown_store(store)
    if before == after:
        typer.echo(f"{name}: schema version {after} already, nothing to do")
    else:
        typer.echo(f"{name}: schema version {before or 'none'} -> {after}")


def _upgraded(engine: Engine, upgrade: Callable[[Engine], None]) -> tuple[str | None, str | None]:
    """The versions before and after."""
    before = schema.current(engine)
    upgrade(engine)
    return before, schema.current(engine)
