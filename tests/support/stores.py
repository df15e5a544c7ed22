"""Which stores the tests of all stores run on; `make test-postgres` sets the variable."""

import os
from pathlib import Path

from attribution_service.storage.layout import Spread

from support import postgres

ON_POSTGRES = bool(os.environ.get("ATTRIBUTION_TEST_POSTGRES"))
# How the data of the database are spread: `buckets`, or whole; and with how many partitions.
SPREAD = Spread[os.environ.get("ATTRIBUTION_TEST_SPREAD", "whole").upper()]
PARTITIONS = int(os.environ.get("ATTRIBUTION_TEST_PARTITIONS", "0")) or None
BY_BUCKET = ON_POSTGRES and SPREAD is Spread.BUCKETS
KINDS = ("postgresql",) if ON_POSTGRES else ("memory", "sqlite")
# Where the session's server of PostgreSQL is, once it runs.
SERVER_URL = "ATTRIBUTION_TEST_POSTGRES_URL"


def store_of(folder: Path) -> str:
    """The URL of a folder's store: a file in it, or on PostgreSQL; empty the first time."""
    if not ON_POSTGRES:
        return f"sqlite:///{folder / 'attribution.db'}"
    store_url = os.environ[SERVER_URL]
    used = folder / "on-postgres"
    if not used.exists():
        postgres.empty(store_url)
        used.touch()
    return store_url
