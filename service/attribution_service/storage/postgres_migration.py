"""Migrating a database that servers are using: one runner at a time, and nobody waits for long."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from attribution_service.storage import schema
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.postgres_dialect import LOCKS
from attribution_service.storage.spread import has_citus

log = structlog.get_logger()

# A lock of one number: those of people are pairs. It is the session's, and goes with it. Whoever
# waits asks again and again: a statement that waits would hold up an index that is made meanwhile.
_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_TIMEOUTS = text(
    "SELECT set_config('statement_timeout', '0', false), "
    "set_config('idle_in_transaction_session_timeout', '0', false), "
    "set_config('lock_timeout', :lock, false)"
)
# Of a cluster: one connection for each node, one shard after the other, so that whatever else is
# done in the transaction is seen there.
_SEQUENTIALLY = text("SELECT set_config('citus.multi_shard_modify_mode', 'sequential', false)")
_LOCK_TIMEOUT = "55P03"


@dataclass(frozen=True, slots=True)
class Waits:
    """How long migrating waits for what.

    `lock_seconds` for a table that others use: others wait behind it, so not for long. Then it lets
    them go on for `pause_seconds` and tries again, `attempts` times in all. `notice_seconds`: so
    long after the database says so, every server has noticed that it is too old to go on.
    """

    lock_seconds: float = 2.0
    pause_seconds: float = 1.0
    attempts: int = 60
    notice_seconds: float = 6.0
    sleep: Callable[[float], None] = time.sleep


def upgrade(engine: Engine, program: schema.Program, waits: Waits | None = None) -> None:
    """Bring the schema to the program's version; several may do so at once, servers may run.

    Each migration is a transaction of its own: one that fails or is killed changes nothing, those
    before it stay. Raises StoreSetupError if the program is too old, or others hold their locks for
    too long.
    """
    waits = waits or Waits()
    with alone(engine, waits) as connection:
        found = schema.read(connection)
        connection.rollback()
        program.require_not_beyond(found)
        _migrate(connection, program, found, waits)


@contextmanager
def alone(engine: Engine, waits: Waits | None = None) -> Iterator[Connection]:
    """A connection on which the schema may be changed; nobody else changes it meanwhile."""
    with engine.connect() as connection:
        try:
            _alone(connection, waits or Waits())
            yield connection
        finally:
            # The lock ends with it, and its settings are for nobody else.
            connection.invalidate()


def _alone(connection: Connection, waits: Waits) -> None:
    """Wait until no other server changes the schema, however long that takes."""
    while not connection.execute(_LOCK, {"lock": LOCKS}).scalar_one():
        connection.rollback()
        waits.sleep(min(0.2, waits.pause_seconds))
    connection.execute(_TIMEOUTS, {"lock": f"{waits.lock_seconds * 1_000:.0f}"})
    if has_citus(connection):
        connection.execute(_SEQUENTIALLY)
    connection.commit()


def _migrate(
    connection: Connection, program: schema.Program, found: schema.Found, waits: Waits
) -> None:
    pending = program.pending(found)
    if not pending:
        return
    kinds = [step.kind for step in pending]
    if found.version is not None and schema.Kind.CONTRACTS in kinds:
        first = kinds.index(schema.Kind.CONTRACTS)
        if first:
            _patiently(connection, program, pending[first - 1].version, waits)
        _keep_out(connection, program.floor(program.newest), waits)
    _patiently(connection, program, program.newest, waits)


def _keep_out(connection: Connection, floor: str, waits: Waits) -> None:
    """Tell servers that are too old to stop, before anything changes under them."""
    schema.set_floor(connection, floor)
    connection.commit()
    waits.sleep(waits.notice_seconds)


def _patiently(connection: Connection, program: schema.Program, version: str, waits: Waits) -> None:
    """Carry out the migrations up to this version; tables that are in use are tried again."""
    for attempt in range(1, waits.attempts + 1):
        try:
            schema.migrate(connection, program, version)
        except DBAPIError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) != _LOCK_TIMEOUT:
                raise
            log.warning("migration_waits", attempt=attempt)
            waits.sleep(waits.pause_seconds)
        else:
            return
    found = schema.read(connection)
    raise StoreSetupError(
        "others hold their locks for too long: the database still has schema version "
        f"{found.version}, and nothing of the next migration is done; look for long transactions "
        "in pg_stat_activity, and migrate again"
    )
