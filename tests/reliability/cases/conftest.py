"""A database for one test alone."""

from collections.abc import Iterator

import pytest
from support.postgres import DATABASE, PostgresServer


@pytest.fixture
def own() -> Iterator[PostgresServer]:
    """A server for one test, which may do with it what it likes."""
    server = PostgresServer()
    try:
        server.start()
        server.create(DATABASE)
        yield server
    finally:
        server.remove()
