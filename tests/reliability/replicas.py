"""Several servers on one database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from support.servers import Server, await_ready

REPLICAS = 3


@contextmanager
def replicas(store_url: str, folder: Path, *options: str) -> Iterator[Sequence[Server]]:
    """Servers that answer, gone afterwards; what they log is in the folder."""
    made = [Server(store_url, folder / "log", *options) for _ in range(REPLICAS)]
    try:
        for each in made:
            await_ready(each.address)
        yield made
    finally:
        for each in made:
            each.stop()
