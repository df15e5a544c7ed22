"""Versions of the schema: which one a database has, who may use it, and bringing it to the newest.

A migration expands or contracts. One that expands leaves programs of older versions as they were:
they may go on beside newer ones. One that contracts says from which version on programs may use
what it leaves. The database keeps the oldest of these versions beside its own, so that a program
that has never heard of the newer one still knows whether it may use it.
"""

import types
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from attribution_service.storage.interface import StoreSetupError, StoreUnavailableError

# Columns of our own in Alembic's table, whose one row is changed as a whole. What `compatible_from`
# says is true of the version `compatible_of`; of any other that somebody has put there, nothing is.
TABLE = "alembic_version"
_FLOOR, _OF = "compatible_from", "compatible_of"
_MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATIONS_OF_THIS = _MIGRATIONS


class SchemaBehindError(StoreUnavailableError):
    """The schema is older than this program needs; whoever migrates it mends that."""


class Kind(StrEnum):
    """What a migration does to programs that do not know it."""

    EXPANDS = "expands"
    CONTRACTS = "contracts"


@dataclass(frozen=True, slots=True)
class Found:
    """What a database says of its schema: its version, and the oldest program that may use it.

    None: there is no schema yet, or nothing is said of the oldest program.
    """

    version: str | None
    compatible_from: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A migration: the version that it leads to, and since which version programs go on after it.

    `compatible_from` is None for one that expands.
    """

    version: str
    kind: Kind
    compatible_from: str | None


@dataclass(frozen=True, slots=True)
class Program:
    """What a program knows of the schema: all migrations up to the one that it works with."""

    folder: Path
    steps: Sequence[Step]

    @property
    def newest(self) -> str:
        """The version that this program works with."""
        return self.steps[-1].version

    def floor(self, version: str) -> str:
        """The oldest version whose programs may use a database of this version."""
        found = self.steps[0].version
        for step in self.steps:
            found = step.compatible_from or found
            if step.version == version:
                break
        return found

    def require_usable(self, found: Found) -> None:
        """Raise unless this program may use a database of this version.

        SchemaBehindError: it must be migrated; StoreSetupError: this program is too old for it.
        """
        self.require_not_beyond(found)
        if found.version != self.newest and self._knows(found.version):
            raise SchemaBehindError(
                f"the database has schema version {found.version or 'none'}, this program needs "
                f"{self.newest}: run `attribution-service migrate`"
            )

    def require_not_beyond(self, found: Found) -> None:
        """Raise StoreSetupError if a newer program has made the database, and left this behind."""
        if found.compatible_from is not None and not self._knows(found.compatible_from):
            raise StoreSetupError(
                f"the database has schema version {found.version}, for programs that know version "
                f"{found.compatible_from} or newer; this program knows {self.newest}: update it"
            )
        if found.compatible_from is None and not self._knows(found.version):
            raise StoreSetupError(
                f"the database has schema version {found.version}, which this program does not "
                "know: a newer version of it made the database"
            )

    def pending(self, found: Found) -> Sequence[Step]:
        """The migrations that a database has not had; none if it is newer than this program."""
        if not self._knows(found.version):
            return ()
        versions = [None, *(step.version for step in self.steps)]
        return self.steps[versions.index(found.version) :]

    def _knows(self, version: str | None) -> bool:
        return version is None or any(step.version == version for step in self.steps)


def load(folder: Path | None = None) -> Program:
    """The program whose migrations are in this folder; without one, this program.

    Raises ValueError if a migration does not say what it does.
    """
    folder = folder or _MIGRATIONS_OF_THIS
    scripts = ScriptDirectory.from_config(_config(folder)).walk_revisions()
    steps = [_step(script.revision, script.module) for script in scripts]
    if not steps:
        raise ValueError("there are no migrations")
    return Program(folder, tuple(reversed(steps)))


def _step(version: str, module: types.ModuleType) -> Step:
    kind = Kind(getattr(module, "kind", ""))
    floor = getattr(module, _FLOOR, None)
    if (floor is not None) is not (kind is Kind.CONTRACTS):
        raise ValueError(
            f"migration {version}: one that contracts, and no other, has a {_FLOOR}: the oldest "
            "version whose programs may use what it leaves"
        )
    return Step(version, kind, floor)


def newest() -> str:
    """The version that this program works with."""
    return load().newest


def read(connection: Connection) -> Found:
    """What the database says of its schema."""
    if not inspect(connection).has_table(TABLE):
        return Found(None, None)
    row = connection.execute(text(f"SELECT * FROM {TABLE}")).mappings().first()  # noqa: S608
    if row is None:
        return Found(None, None)
    version = row["version_num"]
    return Found(version, row.get(_FLOOR) if row.get(_OF) == version else None)


def found_in(engine: Engine) -> Found:
    """What the database says of its schema, on a connection of its own."""
    with engine.connect() as connection:
        return read(connection)


def current(engine: Engine) -> str | None:
    """The version that the database has; None: it has no schema yet."""
    return found_in(engine).version


def upgrade(engine: Engine, program: Program | None = None) -> None:
    """Bring a database that nobody else has to the newest version, all in one transaction.

    One that is newer already stays as it is. Raises StoreSetupError if this program is too old.
    """
    program = program or load()
    with engine.begin() as connection:
        found = read(connection)
        program.require_not_beyond(found)
        if program.pending(found):
            migrate(connection, program, program.newest)


def migrate(connection: Connection, program: Program, version: str) -> None:
    """Carry out the migrations up to this version.

    Within the transaction of the connection; without one, each in a transaction of its own.
    """
    config = _config(program.folder)
    config.attributes["connection"] = connection
    config.attributes["applied"] = lambda applied: set_floor(connection, program.floor(applied))
    command.upgrade(config, version)


def require_usable(engine: Engine) -> None:
    """Raise StoreSetupError unless this program may use the database as it is."""
    try:
        load().require_usable(found_in(engine))
    except SchemaBehindError as error:
        raise StoreSetupError(str(error)) from None  # nobody else will


def set_floor(connection: Connection, version: str) -> None:
    """Note since which version programs may use the database, in the caller's transaction."""
    there = {column["name"] for column in inspect(connection).get_columns(TABLE)}
    for name in (_FLOOR, _OF):
        if name not in there:
            connection.execute(text(f"ALTER TABLE {TABLE} ADD COLUMN {name} VARCHAR(32)"))
    setting = text(f"UPDATE {TABLE} SET {_FLOOR} = :version, {_OF} = version_num")  # noqa: S608
    connection.execute(setting, {"version": version})


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / "versions").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
