"""Backups of the embedded store: a copy while a server runs, and a copy put in its place."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from attribution_service.storage import restored, schema
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.sqlite import hold, sqlite_engine

# Told how many pages are copied, and of how many.
Progress = Callable[[int, int], None]

_PAGES = 1_000
_BESIDE = ("-wal", "-shm")
REPLACED = ".before-restore"


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was checked: where it is, how large, and of which version of the schema."""

    path: Path
    size_bytes: int
    version: str


def back_up(store: Path, target: Path, progress: Progress, *, replace: bool = False) -> Copied:
    """Copy the store as it is at this moment, while a server may write to it.

    The copy appears once it is complete and was checked. Raises StoreSetupError if there is no
    store, if the target is there already and not to be replaced, or if the copy is not whole.
    """
    _require_file(store, "there is no store")
    _require_folder(target)
    if target.exists() and not replace:
        raise StoreSetupError(f"{str(target)!r} exists already: name another file, or --replace it")
    with _partial(target) as partial:
        # Whoever is the last to close a file that may be written takes its companions away.
        version = _copy(store, partial, progress, mode="rw")
        partial.replace(target)
    _sync(target.parent)
    return Copied(target, target.stat().st_size, version)


def restore(store: Path, source: Path, progress: Progress, *, replace: bool = False) -> Copied:
    """Put a copy in the place of the store, and have it know that it was restored.

    What was there stays beside it. Raises StoreSetupError if a server has the store, if it is there
    and not to be replaced, or if the copy is not whole or not for this program.
    """
    _require_file(source, "there is no backup")
    _require_folder(store)
    store = store.resolve()
    with hold(store), _partial(store) as partial:
        if store.exists() and not replace:
            raise StoreSetupError(
                f"{str(store)!r} exists already: --replace it, and it is kept beside, as "
                f"{store.name + REPLACED!r}"
            )
        version = _copy(source, partial, progress, mode="ro")
        _mark(partial)
        _put_aside(store)
        partial.replace(store)
        _sync(store.parent)
    return Copied(store, store.stat().st_size, version)


def _copy(source: Path, target: Path, progress: Progress, mode: str) -> str:
    """Copy page by page as of one moment, and check the copy; returns its schema's version."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode={mode}", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.isolation_level = None
            # Held until the end: what is written meanwhile is not in the copy, and does not make
            # it begin again.
            old.execute("BEGIN")
            old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            old.backup(
                new, pages=_PAGES, progress=lambda _, left, all_: progress(all_ - left, all_)
            )
            old.execute("COMMIT")
            # A file by itself, which can be read where nothing can be written.
            new.execute("PRAGMA journal_mode=DELETE")
            found = new.execute("PRAGMA integrity_check(1)").fetchone()
            if found != ("ok",):
                raise StoreSetupError(f"{str(source)!r} is damaged: {found[0]}")
    except sqlite3.DatabaseError as error:
        raise StoreSetupError(f"{str(source)!r} cannot be copied: {error}") from error
    _sync(target)
    engine = sqlite_engine(target, wal=False)
    try:
        found = schema.found_in(engine)
    finally:
        engine.dispose()
    if found.version is None:
        raise StoreSetupError(f"{str(source)!r} is no store of this service")
    schema.load().require_not_beyond(found)
    return found.version


def _mark(path: Path) -> None:
    engine = sqlite_engine(path, wal=False)
    try:
        with engine.begin() as connection:
            restored.mark(connection)
    finally:
        engine.dispose()
    _sync(path)


def _put_aside(store: Path) -> None:
    """Keep what was there, with what belongs to it; of an earlier time nothing."""
    if not store.exists():
        return
    aside = store.with_name(store.name + REPLACED)
    for end in ("", *_BESIDE):
        before, after = _beside(store, end), _beside(aside, end)
        after.unlink(missing_ok=True)
        if before.exists():
            before.rename(after)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """A file beside the target that is gone afterwards, if it did not become the target."""
    path = _beside(target, ".partial")
    with suppress(FileNotFoundError):
        path.unlink()
    try:
        yield path
    finally:
        for end in ("", "-journal", *_BESIDE):
            _beside(path, end).unlink(missing_ok=True)


def _require_file(path: Path, what: str) -> None:
    if not path.is_file():
        raise StoreSetupError(f"{what} {str(path)!r}")


def _require_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreSetupError(f"the folder {str(path.parent)!r} does not exist: make it first")


def _sync(path: Path) -> None:
    """Have what is in a file, or which files are in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
