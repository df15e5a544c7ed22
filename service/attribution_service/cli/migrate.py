"""`attribution-service migrate`."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer
from sqlalchemy import Engine

from attribution_service.cli import options
from attribution_service.config import is_postgres, shown_store, sqlite_path
from attribution_service.storage import postgres, schema
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.layout import Spread
from attribution_service.storage.partitions import MAX_PARTITIONS, MIN_PARTITIONS
from attribution_service.storage.postgres import connected_engine
from attribution_service.storage.sqlite import locked_engine


class SpreadOption(StrEnum):
    """How the data of a PostgreSQL database may be spread."""

    WHOLE = "whole"
    BUCKETS = "buckets"


def migrate(
    store: options.Store = options.DEFAULT_STORE,
    spread: Annotated[
        SpreadOption | None,
        typer.Option(
            envvar="ATTRIBUTION_SPREAD",
            help="How the data of a PostgreSQL database are spread: whole (as it is made), or by "
            "buckets, where each transaction keeps to one of 1,024 parts. On Citus it is by "
            "buckets in any case, and the tables are distributed. There is no way back to whole.",
        ),
    ] = None,
    partitions: Annotated[
        int | None,
        typer.Option(
            envvar="ATTRIBUTION_PARTITIONS",
            min=MIN_PARTITIONS,
            max=MAX_PARTITIONS,
            help="Give each table of people so many native partitions: on PostgreSQL alone, and "
            "while there are no data.",
        ),
    ] = None,
) -> None:
    """Bring a store's schema to this program's version; a new store is made. Safe to repeat."""
    if is_postgres(store):
        wanted = None if spread is None else Spread[spread.name]
        upgrade = partial(postgres.upgrade, spread=wanted, partitions=partitions)
        with connected_engine(store) as engine:
            laid = postgres.told_layout(engine)
            before, after = _upgraded(engine, upgrade)
            told = postgres.told_layout(engine)
    else:
        if spread is not None or partitions is not None:
            raise StoreSetupError("--spread and --partitions are for a store postgresql://...")
        with locked_engine(sqlite_path(store)) as engine:
            before, after = _upgraded(engine, schema.upgrade)
        laid = told = ""
    name = shown_store(store)
    if before == after and laid == told:
        typer.echo(f"{name}: schema version {after}{told} already, nothing to do")
    elif before == after:
        typer.echo(f"{name}: schema version {after} already, now{told}")
    else:
        typer.echo(f"{name}: schema version {before or 'none'} -> {after}{told}")


def _upgraded(engine: Engine, upgrade: Callable[[Engine], None]) -> tuple[str | None, str | None]:
    """The versions before and after."""
    before = schema.current(engine)
    upgrade(engine)
    return before, schema.current(engine)
