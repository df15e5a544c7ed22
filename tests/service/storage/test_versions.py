"""Which programs may use a database of which version; the file of a newer one opened by this."""

from pathlib import Path

import pytest
from attribution_service.storage import schema
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.schema import Found, Kind, Program, SchemaBehindError, Step
from attribution_service.storage.sqlite import open_sqlite, sqlite_engine
from support.newer import CONTRACT, EXPAND, INDEX, newer

PROGRAM = Program(
    Path(),
    (
        Step("1", Kind.EXPANDS, None),
        Step("2", Kind.CONTRACTS, "2"),
        Step("3", Kind.EXPANDS, None),
        Step("4", Kind.CONTRACTS, "3"),
        Step("5", Kind.EXPANDS, None),
    ),
)


@pytest.mark.parametrize(
    ("version", "floor"), [("1", "1"), ("2", "2"), ("3", "2"), ("4", "3"), ("5", "3")]
)
def test_the_oldest_program_is_told_by_the_last_that_contracts(version: str, floor: str) -> None:
    assert PROGRAM.floor(version) == floor


@pytest.mark.parametrize(
    "found", [Found("5", "3"), Found("5", None), Found("6", "3"), Found("9", "5")]
)
def test_a_schema_that_only_grew_may_be_used(found: Found) -> None:
    PROGRAM.require_usable(found)


@pytest.mark.parametrize("found", [Found(None, None), Found("1", "1"), Found("4", "3")])
def test_an_older_schema_is_to_be_migrated(found: Found) -> None:
    with pytest.raises(SchemaBehindError, match=r"this program needs 5: run"):
        PROGRAM.require_usable(found)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Found("6", "6"), "for programs that know version 6 or newer; this program knows 5"),
        (Found("5", "6"), "for programs that know version 6 or newer"),
        (Found("6", None), "does not know: a newer version of it made the database"),
    ],
)
def test_a_schema_that_has_left_this_program_behind_is_refused(found: Found, told: str) -> None:
    with pytest.raises(StoreSetupError, match=told):
        PROGRAM.require_usable(found)


def test_what_is_pending() -> None:
    assert [step.version for step in PROGRAM.pending(Found("3", "2"))] == ["4", "5"]
    assert len(PROGRAM.pending(Found(None, None))) == 5
    assert not PROGRAM.pending(Found("5", "3"))
    assert not PROGRAM.pending(Found("6", "3"))


def test_the_database_keeps_the_oldest_program(tmp_path: Path) -> None:
    program = newer(tmp_path, EXPAND, CONTRACT)
    engine = sqlite_engine(tmp_path / "a.db")
    with engine.begin() as connection:
        schema.migrate(connection, program, schema.newest())
        assert schema.read(connection) == Found(schema.newest(), program.floor(schema.newest()))
        schema.migrate(connection, program, "9001")
        assert schema.read(connection) == Found("9001", program.floor(schema.newest()))
        schema.migrate(connection, program, "9002")
        assert schema.read(connection) == Found("9002", "9002")
    engine.dispose()


def test_a_file_that_a_newer_program_expanded_is_opened_and_left_as_it_is(tmp_path: Path) -> None:
    """So a new version can be taken back without a backup."""
    path = tmp_path / "a.db"
    engine = sqlite_engine(path)
    schema.upgrade(engine, newer(tmp_path, EXPAND, INDEX))
    for migrate in (True, False):
        open_sqlite(path, migrate=migrate).close()
    assert schema.current(engine) == "9002"
    engine.dispose()


def test_a_file_that_a_newer_program_contracted_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    engine = sqlite_engine(path)
    schema.upgrade(engine, newer(tmp_path, EXPAND, CONTRACT))
    engine.dispose()
    for migrate in (True, False):
        with pytest.raises(StoreSetupError, match=r"version 9002 or newer.*update it"):
            open_sqlite(path, migrate=migrate)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "is not a valid Kind"),
        ('kind = "contracts"', "has a compatible_from"),
        ('kind = "expands"\ncompatible_from = "0001"', "has a compatible_from"),
    ],
)
def test_a_migration_says_what_it_does(tmp_path: Path, said: str, told: str) -> None:
    program = newer(tmp_path, EXPAND)
    file = program.folder / "versions" / "9001.py"
    file.write_text(file.read_text().replace('kind = "expands"', said))
    with pytest.raises(ValueError, match=told):
        schema.load(program.folder)
