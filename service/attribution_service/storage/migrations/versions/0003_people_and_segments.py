"""People, segments and memberships; campaigns in full; what a conversion was achieved by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
# Who does not know segments and archives would decide otherwise.
kind = "contracts"
compatible_from = "0003"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the new tables, and give the others their new columns."""
    op.create_table(
        "segments",
        sa.Column("segment_id", ID, nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("create_us", sa.BigInteger(), nullable=False),
        sa.Column("update_us", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "people",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("update_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "person_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "memberships",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("segment_id", ID, nullable=False),
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "person_id", "segment_id"),
        sqlite_with_rowid=False,
    )
    op.add_column("campaigns", sa.Column("archive_us", sa.BigInteger(), nullable=True))
    op.add_column("campaign_revisions", sa.Column("trigger_segments", sa.Text(), nullable=True))
    op.add_column(
        "campaign_revisions",
        sa.Column("audience_filter", sa.Text(), nullable=False, server_default=""),
    )
    op.add_column("journeys", sa.Column("barred", sa.Text(), nullable=True))
    op.add_column("receipts", sa.Column("kind", sa.Text(), nullable=False, server_default="EVENT"))
    op.add_column("conversions", sa.Column("segment_id", sa.Text(), nullable=True))
    op.add_column("conversions", sa.Column("segment_change", sa.Text(), nullable=True))
