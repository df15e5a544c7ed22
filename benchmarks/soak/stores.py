"""The stores that a soak can run on: a file, or a PostgreSQL of its own; gone afterwards."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.postgres import DATABASE, running

KINDS: Final = ("sqlite", "postgresql")
_WAL: Final = "SELECT sum(size)::bigint FROM pg_ls_waldir()"


@dataclass(frozen=True, slots=True)
class Store:
    """Where it is, and how large its log of changes is now."""

    url: str
    wal_bytes: Callable[[], int]


@contextmanager
def store(kind: str) -> Iterator[tuple[Store, Path]]:
    """An empty store of this kind, and a folder for what belongs to the run."""
    with tempfile.TemporaryDirectory(prefix="attribution-soak-") as name:
        folder = Path(name)
        if kind == "sqlite":
            path = folder / "attribution.db"
            log = folder / "attribution.db-wal"
            size = lambda: log.stat().st_size if log.exists() else 0  # noqa: E731
            yield Store(f"sqlite:///{path}", size), folder
            return
        # As a server that is meant to last: what it answers is on the disk.
        with running(fsync="on", full_page_writes="on") as server:
            server.create(DATABASE)
            with server.connect() as connection:

                def wal_bytes() -> int:
                    ((found,),) = connection.execute(_WAL).fetchall()
                    return int(found)

                yield Store(server.url(), wal_bytes), folder
