"""How the data of a database are spread: what it says of itself, whoever serves it."""

from enum import StrEnum

from sqlalchemy import Connection, select

from attribution_service.storage import tables
from attribution_service.storage.interface import StoreSetupError


class Spread(StrEnum):
    """Whether a transaction may take people of any buckets, or keeps to one."""

    WHOLE = "WHOLE"
    BUCKETS = "BUCKETS"


SPREAD = select(tables.layout.c.spread)


def spread_of(connection: Connection) -> Spread:
    """How the data are spread. Raises StoreSetupError if the database does not say."""
    found = connection.execute(SPREAD).scalar()
    try:
        return Spread(found or "")
    except ValueError:
        raise StoreSetupError(
            f"the database's table `layout` says {found!r}, which this program does not know"
        ) from None
