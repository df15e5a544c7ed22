"""The project's scenario files hold over gRPC on PostgreSQL."""

from pathlib import Path

import pytest
from attribution_service.scenarios.load import load
from attribution_service.scenarios.play import play
from attribution_service.scenarios.targets import factory
from attribution_service.storage.interface import StoreSetupError
from service.scenarios.test_acceptance import FILES
from support.postgres import PostgresServer
from support.targets import on_postgres


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenarios_hold(path: Path, postgres: PostgresServer) -> None:
    make_target = on_postgres(postgres)
    for scenario in load(path):
        with make_target() as target:
            failures = play(scenario, target)
        assert not failures, f"{scenario.name}: {failures}"


def test_the_command_plays_them_beside_what_the_database_holds(
    postgres: PostgresServer, postgres_url: str
) -> None:
    make_target = factory(postgres_url)
    before = _relations(postgres)
    for scenario in load(next(path for path in FILES if path.stem == "course")):
        with make_target() as target:
            failures = play(scenario, target)
            assert _relations(postgres) != before, "they are played on this database"
        assert not failures, f"{scenario.name}: {failures}"
    assert _relations(postgres) == before


def _relations(postgres: PostgresServer) -> list[tuple[object, ...]]:
    """Schemas and tables, and how many rows were ever written to each."""
    with postgres.connect() as connection:
        return connection.execute(
            "SELECT nspname, relname, pg_stat_get_tuples_inserted(pg_class.oid) "
            "FROM pg_namespace LEFT JOIN pg_class ON relnamespace = pg_namespace.oid "
            "WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1, 2"
        ).fetchall()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/x", "the database cannot be used"),
        ("postgresql://nobody:secret@127.0.0.1:port/x", "cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_the_password(url: str, told: str) -> None:
    with pytest.raises(StoreSetupError, match=told) as caught, factory(url)():
        pass
    assert "secret" not in str(caught.value)


def test_a_user_who_may_not_make_a_schema_is_told(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reads'")
    try:
        url = postgres.url().replace(postgres.url().split("@")[0], "postgresql://reader:reads")
        with pytest.raises(StoreSetupError, match="permission denied"), factory(url)():
            pass
    finally:
        with postgres.connect() as connection:
            connection.execute("DROP ROLE reader")
