"""Explanations: what the rules saw that made a conversion."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
kind = "expands"


def upgrade() -> None:
    """Make room for it; of conversions that are there it is not known any more."""
    op.add_column("conversions", sa.Column("seen", sa.Text(), nullable=True))
