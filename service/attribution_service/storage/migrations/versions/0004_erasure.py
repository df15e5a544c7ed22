"""Erasure: what figures keep of people who were deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
# Who does not know what was kept would count less.
kind = "contracts"
compatible_from = "0004"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, empty: nobody was deleted before."""
    op.create_table(
        "kept_deliveries",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("sent_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("marks", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "sent_us", "action_id", "marks"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_journeys",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("start_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("exit_reason", sa.Text(), nullable=False),
        sa.Column("converted", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "start_us", "state", "exit_reason", "converted"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_conversions",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("converted_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("touches", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "converted_us", "sequence"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "kept_conversions_by_sent",
        "kept_conversions",
        ["campaign_id", "sent_us", "action_id", "value", "person"],
        unique=False,
    )
