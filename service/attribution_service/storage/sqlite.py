"""The embedded store: one SQLite file, one server."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from attribution_service.storage import schema
from attribution_service.storage.interface import StoreSetupError, bucket_of
from attribution_service.storage.sql import SqlStore
from attribution_service.storage.sqlite_dialect import SqliteDialect

# WAL: readers and the one writer do not wait for each other. FULL: a commit is on the disk before
# it returns, so an answered command survives the loss of power.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=5000",
    # 16 MiB for each connection, of which there may be six; the system keeps the rest of the file.
    "PRAGMA cache_size=-16384",
    # What is deleted is overwritten: whoever was erased is not to be read from the file.
    "PRAGMA secure_delete=ON",
)
# A writer takes its lock at once: two that began by reading could each wait for the other.
_WRITING = {"begin_statement": "BEGIN IMMEDIATE"}
_KNOWS_EVENT = "SELECT 1 FROM receipts WHERE bucket = ? AND person_id = ? AND event_id = ?"


def open_sqlite(path: Path, *, migrate: bool) -> SqlStore:
    """Open the store in this file, made if it is missing; only one process may hold it.

    Raises StoreSetupError if another server has it, if its schema is older than this version needs
    (and `migrate` is not set) or for newer ones only, or if the folder is missing.
    """
    if not migrate and not path.exists():
        raise StoreSetupError(
            f"there is no store {str(path)!r}: run `attribution-service migrate`, which makes it"
        )
    with ExitStack() as stack:
        engine = stack.enter_context(locked_engine(path))
        if migrate:
            schema.upgrade(engine)
        schema.require_usable(engine)
        glance = stack.enter_context(closing(_Glance(path)))
        opened = stack.pop_all()  # from here on it is the store's to close
    return SqlStore(
        engine,
        SqliteDialect(),
        writing=_WRITING,
        glance=glance.knows_event,
        on_close=opened.close,
    )


class _Glance:
    """A connection for the one question that is asked of most events, without a transaction.

    Readers wait for nobody in this mode of SQLite, and each statement sees all that was committed.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._ask = self._connection.cursor().execute

    def knows_event(self, person_id: str, event_id: str) -> bool | None:
        """Whether something was taken in under this id; None: the file does not say."""
        try:
            found = self._ask(_KNOWS_EVENT, (bucket_of(person_id), person_id, event_id))
            return bool(found.fetchall())
        except (sqlite3.Error, UnicodeEncodeError):
            return None

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@contextmanager
def locked_engine(path: Path) -> Iterator[Engine]:
    """An engine on this file, which nobody else may have. Raises StoreSetupError."""
    if not path.parent.is_dir():
        raise StoreSetupError(f"the folder {str(path.parent)!r} does not exist: make it first")
    path = path.resolve()  # a link to the file must meet the lock of the file
    with hold(path):
        engine = sqlite_engine(path)
        try:
            yield engine
        except DatabaseError as error:
            raise StoreSetupError(f"{str(path)!r} cannot be used: {error.orig}") from error
        finally:
            engine.dispose()


def sqlite_engine(path: Path, *, wal: bool = True) -> Engine:
    """An engine on this file that begins transactions itself, so that DDL is transactional too.

    Without `wal` it leaves the file's mode as it is.
    """
    url = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS if wal else _PRAGMAS[1:]:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(options.get("begin_statement", "BEGIN"))

    return engine


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock of a store's file; it ends with the process in any case.

    Raises StoreSetupError if somebody else holds it.
    """
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreSetupError(
                f"another server has the store {str(path)!r}: stop it, or give this one its own "
                "file"
            ) from None
        yield
    finally:
        os.close(descriptor)
