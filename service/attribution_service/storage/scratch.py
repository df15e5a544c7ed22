"""A store on PostgreSQL that is there for a while, beside whatever the database holds."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.schema import CreateSchema, DropSchema

from attribution_service.storage.postgres import connected_engine

_PREFIX = "attribution_scratch_"


@contextmanager
def scratch_postgres(store_url: str) -> Iterator[str]:
    """The URL of an empty store in a schema of its own, gone with all that is in it afterwards.

    Nothing else in the database is touched. Raises StoreSetupError if the database cannot be
    reached, or does not let its user make a schema.
    """
    name = _PREFIX + secrets.token_hex(8)
    with connected_engine(store_url) as engine:
        with engine.begin() as connection:
            connection.execute(CreateSchema(name))
        try:
            yield _within(store_url, name)
        finally:
            with engine.begin() as connection:
                connection.execute(DropSchema(name, cascade=True))


def _within(store_url: str, schema: str) -> str:
    """The URL of the same database, with this schema alone in sight."""
    url = make_url(store_url)
    given = url.query.get("options", "")
    options = f"{given} -c search_path={schema}".strip()
    return url.update_query_dict({"options": options}).render_as_string(hide_password=False)
