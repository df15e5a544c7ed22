"""The first schema: campaigns, journeys, deliveries, interactions, receipts, conversions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
# The first: there was nobody before.
kind = "expands"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "campaign_revisions",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("trigger_event_name", sa.Text(), nullable=True),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("exit_policy", sa.Text(), nullable=False),
        sa.Column("webhook_action_ids", sa.Text(), nullable=False),
        sa.Column("create_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "revision"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "latest_arrival",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("arrival_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("create_us", sa.BigInteger(), nullable=False),
        sa.Column("update_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conversions",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("journey_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("converted_us", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("basis_us", sa.BigInteger(), nullable=False),
        sa.Column("window_us", sa.BigInteger(), nullable=True),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "person_id", "delivery_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "conversions_by_event",
        "conversions",
        ["bucket", "person_id", "event_id", "campaign_id"],
        unique=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("journey_id", ID, nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("create_us", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=True),
        sa.Column("claimed_sent_us", sa.BigInteger(), nullable=True),
        sa.Column("opened_us", sa.BigInteger(), nullable=True),
        sa.Column("clicked_us", sa.BigInteger(), nullable=True),
        sa.Column("machine_opened_us", sa.BigInteger(), nullable=True),
        sa.Column("machine_clicked_us", sa.BigInteger(), nullable=True),
        sa.Column("converted_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "person_id", "delivery_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "deliveries_by_journey", "deliveries", ["bucket", "person_id", "journey_id"], unique=False
    )
    op.create_table(
        "interactions",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("untracked", sa.Boolean(), nullable=False),
        sa.Column("told_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time_us", sa.BigInteger(), nullable=False),
        sa.Column("arrival_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "bucket", "person_id", "delivery_id", "kind", "machine", "untracked", "told_us"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journeys",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("journey_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("trigger_properties", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("exit_reason", sa.Text(), nullable=True),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=True),
        sa.Column("achieved_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "person_id", "journey_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipts",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column("occurred_us", sa.BigInteger(), nullable=True),
        sa.Column("arrival_us", sa.BigInteger(), nullable=False),
        sa.Column("achieved_journeys", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "person_id", "event_id"),
        sqlite_with_rowid=False,
    )
