"""Several servers on one store: what they tell each other of campaigns and segments."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
# Who does not tell of its changes would leave the others behind.
kind = "contracts"
compatible_from = "0008"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables; what there is already, every server reads when it starts."""
    counted = op.create_table(
        "definition_count",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(counted, [{"id": 1, "last": 0}])
    op.create_table(
        "definition_changes",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("segment_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
