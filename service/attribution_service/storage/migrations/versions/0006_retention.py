"""Retention: what stands for people of whom only the older conversions were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
# Who does not know these numbers would count a person twice.
kind = "contracts"
compatible_from = "0006"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table, empty: nothing was removed by its age before."""
    op.create_table(
        "person_numbers",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "person_id", "campaign_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "kept_conversions_by_person",
        "kept_conversions",
        ["person"],
        unique=False,
    )
