"""Deliveries of a journey by the time of their touches, which the hot path looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
kind = "expands"


def upgrade() -> None:
    """Make the indexes."""
    op.drop_index("deliveries_by_journey", "deliveries")
    _create("deliveries_by_journey", "sent_us")
    _create("deliveries_by_open", "opened_us", sa.text("opened_us IS NOT NULL"))
    _create("deliveries_by_click", "clicked_us", sa.text("clicked_us IS NOT NULL"))


def _create(name: str, column: str, only: sa.TextClause | None = None) -> None:
    op.create_index(
        name,
        "deliveries",
        ["bucket", "person_id", "journey_id", column],
        unique=False,
        sqlite_where=only,
        postgresql_where=only,
    )
