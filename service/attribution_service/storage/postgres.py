"""The store on PostgreSQL: any number of servers, a pool of connections for each."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    Engine,
    Select,
    cast,
    create_engine,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from attribution_service.storage import postgres_migration, schema
from attribution_service.storage.bucket_dialect import BucketDialect
from attribution_service.storage.interface import StoreSetupError, StoreUnavailableError
from attribution_service.storage.layout import Spread, spread_of
from attribution_service.storage.partitions import check_partitions, partition, partitions_of
from attribution_service.storage.postgres_dialect import PostgresDialect, SpreadError
from attribution_service.storage.schema import SchemaBehindError
from attribution_service.storage.spread import arrange, has_citus, is_arranged
from attribution_service.storage.sql import SqlStore
from attribution_service.storage.tables import buckets, conversion_sequence

_OLDEST = 150_000
# Locks are taken first, and what is read after them must be what is committed by then.
_WRITING = {"isolation_level": "READ COMMITTED"}
# All that one read looks at is of one moment.
_READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_SECRETS = ("password", "sslpassword", "passfile")
# By bucket a read looks at many places, of each as it is then.
_READING_BUCKETS = {"isolation_level": "READ COMMITTED"}
_LATEST = select(conversion_sequence.c.last)
_LATEST_OF_BUCKETS = select(cast(func.sum(buckets.c.conversions), BigInteger))
# Connections that are left for reads while transactions go on in buckets.
_FOR_READS = 2
# What a server says that will not get right by waiting. While it connects, the driver knows no
# state of an error; one in another language counts as a database that is away.
_WRONG = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry|"
    r"(?:database|role) \"[^\"]*\" does not exist"
)


@dataclass(frozen=True, slots=True)
class PostgresLimits:
    """How many connections a server has, and how long it waits for what.

    `connections` in all; seconds to wait for a free one, for a new one, for a statement, for a lock
    (then the transaction is tried again), for a transaction that does nothing (its server is cut
    off), and for a sign of life from the network.
    """

    connections: int = 8
    wait_seconds: float = 5.0
    connect_seconds: int = 5
    statement_seconds: float = 30.0
    lock_seconds: float = 2.0
    idle_seconds: float = 15.0
    network_seconds: float = 10.0


class PostgresStore(SqlStore):
    """The store in a database that may be away, and come back.

    While it is away every call fails at once; `probe` finds out that it is back.
    """

    def __init__(
        self, engine: Engine, prepare: Callable[[Engine], schema.Found], limits: PostgresLimits
    ) -> None:
        super().__init__(
            engine,
            PostgresDialect(),
            reading=_READING,
            writing=_WRITING,
            on_close=engine.dispose,
        )
        self._at_once = max(1, limits.connections - _FOR_READS)
        self._prepare = prepare
        self._found: schema.Found | None = None
        self._away = threading.Event()
        self._away.set()

    @property
    def buckets_at_once(self) -> int | None:
        """How many transactions may go on at once, each in one bucket, where data are spread."""
        return self._at_once if self._dialect.by_bucket else None

    def probe(self) -> int:
        """Look whether the database answers, in the right schema; the latest conversion's number.

        Raises StoreUnavailableError, or StoreSetupError if it cannot be used as it is.
        """
        try:
            try:
                last = self._look()
            except StoreUnavailableError:
                # Connections that were left from before it was away break first, all at once.
                last = self._look()
        except (SchemaBehindError, StoreSetupError):
            self._away.set()  # it is there, and of no use
            raise
        self._away.clear()
        return last

    def _look(self) -> int:
        with self._telling():
            if self._found is None:
                self._prepared()
            with self._reader.connect() as connection:
                if schema.read(connection) == self._found:
                    return connection.execute(self._latest).scalar() or 0
            # Somebody has migrated it, or put another one in its place: look anew.
            self._prepared()
            with self._reader.connect() as connection:
                return connection.execute(self._latest).scalar() or 0

    @property
    def _latest(self) -> Select[Any]:
        return _LATEST_OF_BUCKETS if self._dialect.by_bucket else _LATEST

    def _prepared(self) -> None:
        """Have the database prepared, and speak to it as its data are spread."""
        self._found = None
        found = self._prepare(self._engine)
        with self._engine.connect() as connection:
            by_bucket = spread_of(connection) is Spread.BUCKETS
        if by_bucket and not self._dialect.by_bucket:
            self._speak(BucketDialect(), _READING_BUCKETS)
        elif self._dialect.by_bucket and not by_bucket:
            self._speak(PostgresDialect(), _READING)
        self._found = found

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        if self._away.is_set():
            raise StoreUnavailableError("the database does not answer")
        with self._telling():
            yield

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors of the database in the terms of the interface; without a connection it is away."""
        try:
            with super()._store_errors():
                yield
        except NoConnectionError as error:
            raise StoreUnavailableError("no connection of the pool became free in time") from error
        except SpreadError:
            # The next look learns how the data are spread.
            self._found = None
            self._away.set()
            raise
        except StoreUnavailableError as error:
            cause = error.__cause__
            # Not one that broke, which the next call replaces: one that could not be made.
            if (
                isinstance(cause, DBAPIError)
                and cause.statement is None
                and not cause.connection_invalidated
            ):
                self._away.set()
            raise


def open_postgres(
    store_url: str, *, migrate: bool, limits: PostgresLimits | None = None
) -> PostgresStore:
    """Open the store at this URL, `postgresql://...`; a database that is away may come later.

    So may the schema that it needs, where `migrate` is not set. Raises StoreSetupError if the URL,
    the name or the password is wrong, if the schema is for newer programs, or if the server is too
    old.
    """
    limits = limits or PostgresLimits()
    engine = postgres_engine(store_url, limits)
    store = PostgresStore(engine, prepare_by(migrate=migrate), limits)
    try:
        store.probe()
    except StoreUnavailableError as error:
        told = _told(error.__cause__)
        if _WRONG.search(told):
            store.close()
            raise StoreSetupError(f"the database refuses: {told}") from None
    except StoreSetupError:
        store.close()
        raise
    return store


def prepare_by(*, migrate: bool) -> Callable[[Engine], schema.Found]:
    """What makes a database ready and says which schema it has.

    It raises StoreSetupError, or SchemaBehindError without `migrate` if it is for somebody else to
    migrate it.
    """
    program = schema.load()

    def prepare(engine: Engine) -> schema.Found:
        _require_version(engine)
        found = schema.found_in(engine)
        # Whoever can go on does not wait for somebody who is migrating.
        if migrate and program.pending(found):
            postgres_migration.upgrade(engine, program)
            found = schema.found_in(engine)
        program.require_usable(found)
        if not _is_arranged(engine):
            if not migrate:
                raise SchemaBehindError(
                    "the data are not distributed over the cluster yet: "
                    "run `attribution-service migrate`"
                )
            with postgres_migration.alone(engine) as connection:
                arrange(connection)
        return found

    return prepare


def upgrade(engine: Engine, spread: Spread | None = None, partitions: int | None = None) -> None:
    """Bring the schema to the newest version; several servers may do so at once.

    On Citus the data are distributed, by bucket. Where it is wished, they are spread by bucket
    elsewhere too, and tables have native partitions. Raises StoreSetupError.
    """
    if partitions is not None:
        check_partitions(partitions)
    _require_version(engine)
    postgres_migration.upgrade(engine, schema.load())
    with postgres_migration.alone(engine) as connection:
        if partitions is not None:
            partition(connection, partitions)
        arrange(connection, spread)


def _is_arranged(engine: Engine) -> bool:
    with engine.connect() as connection:
        return is_arranged(connection)


def told_layout(engine: Engine) -> str:
    """What there is to say of how the data lie; empty: all in one, or there are none yet."""
    if schema.current(engine) != schema.newest():
        return ""
    with engine.connect() as connection:
        parts = [
            "distributed by Citus" if has_citus(connection) else "",
            "spread by buckets" if spread_of(connection) is Spread.BUCKETS else "",
            f"{many} partitions" if (many := partitions_of(connection)) else "",
        ]
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""


@contextmanager
def connected_engine(store_url: str) -> Iterator[Engine]:
    """An engine for setting up. Raises StoreSetupError if the database does not answer."""
    engine = postgres_engine(store_url, PostgresLimits())
    try:
        yield engine
    except DBAPIError as error:
        raise StoreSetupError(f"the database cannot be used: {_told(error)}") from None
    finally:
        engine.dispose()


def postgres_engine(store_url: str, limits: PostgresLimits) -> Engine:
    """An engine on the database of this URL; its query parameters go to libpq."""
    url = _parsed(store_url).set(drivername="postgresql+psycopg")
    given = url.query.get("options", "")
    mine = (
        f"-c statement_timeout={limits.statement_seconds * 1_000:.0f} "
        f"-c lock_timeout={limits.lock_seconds * 1_000:.0f} "
        f"-c idle_in_transaction_session_timeout={limits.idle_seconds * 1_000:.0f}"
    )
    network_ms = round(limits.network_seconds * 1_000)
    defaults: dict[str, Any] = {
        "application_name": "attribution-service",
        "connect_timeout": limits.connect_seconds,
        "tcp_user_timeout": network_ms,
        "keepalives_idle": limits.connect_seconds,
        "keepalives_interval": limits.connect_seconds,
        "keepalives_count": 2,
    }
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    # What the URL says comes later and stands.
    arguments["options"] = f"{mine} {given}".strip()
    return create_engine(
        url.difference_update_query(["options"]),
        connect_args=arguments,
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.wait_seconds,
        # What is told of an error shall not name people.
        hide_parameters=True,
    )


def shown(store_url: str) -> str:
    """The URL without what is secret in it."""
    try:
        url = _parsed(store_url)
    except StoreSetupError:
        return "postgresql://..."
    secret = [name for name in url.query if name in _SECRETS]
    return url.difference_update_query(secret).render_as_string(hide_password=True)


def _parsed(store_url: str) -> URL:
    try:
        return make_url(store_url)
    except (ArgumentError, ValueError):
        # Without the URL itself: it may hold a password.
        raise StoreSetupError(
            "the store's URL cannot be read: give postgresql://USER:PASSWORD@HOST:PORT/DATABASE, "
            "with what is special in a name or password written as %XX"
        ) from None


def _require_version(engine: Engine) -> None:
    with engine.connect() as connection:
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if version < _OLDEST:
        raise StoreSetupError(
            f"the database is PostgreSQL {version // 10_000}: it must be 15 or newer"
        )


def _told(error: object) -> str:
    """What the database or the driver says, in one line."""
    said = getattr(error, "orig", error)
    return " ".join(str(said).split())
