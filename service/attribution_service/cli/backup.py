"""`attribution-service backup`, `restore` and `restored`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from attribution_service.cli import options
from attribution_service.config import SettingsError, is_postgres, shown_store, sqlite_path
from attribution_service.storage import restored as restoring
from attribution_service.storage import schema, sqlite_backup
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.postgres import connected_engine
from attribution_service.storage.sqlite import locked_engine

Replace = Annotated[bool, typer.Option("--replace", help="Replace what is there already.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make.")],
    store: options.Store = options.DEFAULT_STORE,
    replace: Replace = False,
) -> None:
    """Copy an SQLite store, while a server runs; the copy is checked, and whole or not there.

    A store on PostgreSQL is backed up by the tools of PostgreSQL: see docs/backup.md.
    """
    source = _sqlite(store, "back it up by pg_dump, or pg_basebackup and its log of changes")
    with _bar("copying") as progress:
        copied = sqlite_backup.back_up(source, file, progress, replace=replace)
    typer.echo(_told(copied))


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to put in its place.")],
    store: options.Store = options.DEFAULT_STORE,
    replace: Replace = False,
) -> None:
    """Put a copy of an SQLite store in its place, while no server runs.

    What was there is kept beside it. A store on PostgreSQL is restored by the tools of PostgreSQL,
    and then told so by `restored`.
    """
    target = _sqlite(store, "restore it by pg_restore, then run `attribution-service restored`")
    with _bar("restoring") as progress:
        copied = sqlite_backup.restore(target, file, progress, replace=replace)
    typer.echo(f"{_told(copied)}; watchers' cursors stay good")


def restored(store: options.Store = options.DEFAULT_STORE) -> None:
    """Tell a store that it was restored by other means, before servers start on it.

    Conversions get numbers from then on that were never given, so that watchers whose cursors are
    from after the backup miss none.
    """
    with _opened(store) as engine:
        schema.require_usable(engine)
        with engine.begin() as connection:
            restoring.mark(connection)
    typer.echo(f"{shown_store(store)}: knows that it was restored; watchers' cursors stay good")


def _opened(store: str) -> AbstractContextManager[Engine]:
    if is_postgres(store):
        return connected_engine(store)
    path = sqlite_path(store)
    if not path.is_file():
        raise StoreSetupError(f"there is no store {str(path)!r}")
    return locked_engine(path)


def _sqlite(store: str, instead: str) -> Path:
    if is_postgres(store):
        raise SettingsError(f"{shown_store(store)} is PostgreSQL: {instead}")
    return sqlite_path(store)


def _told(copied: sqlite_backup.Copied) -> str:
    size = f"{copied.size_bytes / 1e6:,.1f} MB"
    return f"{copied.path}: {size}, schema version {copied.version}, checked"


@contextmanager
def _bar(what: str) -> Iterator[sqlite_backup.Progress]:
    """A bar on standard error, if that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, pages: progress.update(task, completed=done, total=pages)
