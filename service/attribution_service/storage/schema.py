"""Versions of the schema: which one a database has, and bringing it to the newest."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from attribution_service.storage.interface import StoreSetupError

_MIGRATIONS = Path(__file__).with_name("migrations")


def newest() -> str:
    """The version that this program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise ValueError("there are no migrations")
    return head


def current(engine: Engine) -> str | None:
    """The version that the database has; None: it has no schema yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, alone: Callable[[Connection], None] | None = None) -> None:
    """Bring the database to the newest version; nothing changes if a migration fails.

    `alone` waits, in the transaction, until nobody else changes the schema. Raises StoreSetupError
    if the database has a version that this program does not know.
    """
    _require_known(current(engine))
    with engine.begin() as connection:
        if alone is not None:
            alone(connection)
        command.upgrade(_config(connection), "head")


def require_current(engine: Engine) -> None:
    """Raise StoreSetupError unless the database has the newest version."""
    version = current(engine)
    _require_known(version)
    if version != newest():
        raise StoreSetupError(
            f"the database has schema version {version or 'none'}, this program needs {newest()}: "
            "run `attribution-service migrate`"
        )


def _require_known(version: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise StoreSetupError(
            f"the database has schema version {version}, which this program does not know: "
            "a newer version of it made the database"
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
