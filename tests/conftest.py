"""For all tests: what one does to the logging, the next does not see."""

import os
from collections.abc import Iterator

import pytest
import structlog
from attribution_service.storage.postgres import connected_engine, upgrade
from support.postgres import DATABASE, PostgresServer, running
from support.stores import ON_POSTGRES, PARTITIONS, SERVER_URL, SPREAD

# They need a server of PostgreSQL: `make test-postgres` runs them.
collect_ignore = [] if ON_POSTGRES else ["postgres"]


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=ON_POSTGRES)
def postgres() -> Iterator[PostgresServer]:
    """A server of PostgreSQL with the newest schema in its database."""
    with running() as server:
        server.create(DATABASE)
        with connected_engine(server.url()) as engine:
            upgrade(engine, spread=SPREAD, partitions=PARTITIONS)
        os.environ[SERVER_URL] = server.url()
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """Where an empty store on PostgreSQL is."""
    postgres.empty()
    return postgres.url()
