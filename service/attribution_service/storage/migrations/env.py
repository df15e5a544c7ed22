"""Run the migrations on the connection that the caller gives, and tell it of each."""

from typing import Any

from alembic import context
from attribution_service.storage.tables import metadata

applied = context.config.attributes["applied"]


def _applied(*_: Any, step: Any = None, **__: Any) -> None:
    applied(step.up_revision_id)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
    on_version_apply=_applied,
)
with context.begin_transaction():
    context.run_migrations()
