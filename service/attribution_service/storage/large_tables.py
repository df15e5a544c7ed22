"""What migrations do to tables that may be large, without keeping servers from them."""

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import text


def create_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """Make an index while servers write to the table; the only thing in its migration.

    On PostgreSQL that is not a part of any transaction. What was interrupted is begun anew.
    """
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, **options)
        return
    context = op.get_context()
    with context.autocommit_block():
        bind = op.get_bind()
        before = bind.execute(text("SHOW lock_timeout")).scalar_one()
        # It waits for transactions to end, and nobody waits behind it.
        bind.execute(text("SET lock_timeout = 0"))
        op.execute(text(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'))
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        bind.execute(text("SELECT set_config('lock_timeout', :before, false)"), {"before": before})
