"""`attribution-service migrate`."""

import typer

from attribution_service.cli import options
from attribution_service.config import sqlite_path
from attribution_service.storage import schema
from attribution_service.storage.sqlite import locked_engine


def migrate(store: options.Store = options.DEFAULT_STORE) -> None:
    """Bring a store's schema to this program's version; a new store is made. Safe to repeat."""
    with locked_engine(sqlite_path(store)) as engine:
        before = schema.current(engine)
        schema.upgrade(engine)
        after = schema.current(engine)
    if before == after:
        typer.echo(f"{store}: schema version {after} already, nothing to do")
    else:
        typer.echo(f"{store}: schema version {before or 'none'} -> {after}")
