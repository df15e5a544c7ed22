"""Databases that are spread by buckets: what says so, and keys that hold the bucket."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
# Who does not know that data may be spread would go on as if they were whole.
kind = "contracts"
compatible_from = "0009"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Every database is whole until it is spread; nothing is known of whose what was kept is."""
    layout = op.create_table(
        "layout",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("spread", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(layout, [{"id": 1, "spread": "WHOLE"}])
    op.create_table(
        "buckets",
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("arrival_us", sa.BigInteger(), nullable=False),
        sa.Column("conversions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket"),
    )
    op.add_column(
        "definition_count",
        sa.Column("arrival_us", sa.BigInteger(), nullable=False, server_default="0"),
    )
    _keep_deliveries()
    _keep_journeys()
    _keep_conversions()


def _bucket() -> sa.Column[int]:
    return sa.Column(
        "bucket", sa.SmallInteger(), autoincrement=False, nullable=False, server_default="0"
    )


def _keep_deliveries() -> None:
    op.rename_table("kept_deliveries", "kept_before")
    _free_key("kept_deliveries")
    op.create_table(
        "kept_deliveries",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("sent_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("marks", sa.SmallInteger(), autoincrement=False, nullable=False),
        _bucket(),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "sent_us", "action_id", "marks", "bucket"),
        sqlite_with_rowid=False,
    )
    _move("kept_deliveries", 'campaign_id, sent_us, action_id, marks, "count"')


def _keep_journeys() -> None:
    op.rename_table("kept_journeys", "kept_before")
    _free_key("kept_journeys")
    op.create_table(
        "kept_journeys",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("start_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("exit_reason", sa.Text(), nullable=False),
        sa.Column("converted", sa.Boolean(), nullable=False),
        _bucket(),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "campaign_id", "start_us", "state", "exit_reason", "converted", "bucket"
        ),
        sqlite_with_rowid=False,
    )
    _move("kept_journeys", 'campaign_id, start_us, state, exit_reason, converted, "count"')


def _keep_conversions() -> None:
    op.drop_index("kept_conversions_by_sent", "kept_conversions")
    op.drop_index("kept_conversions_by_person", "kept_conversions")
    op.rename_table("kept_conversions", "kept_before")
    _free_key("kept_conversions")
    op.create_table(
        "kept_conversions",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("converted_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        _bucket(),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("touches", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "converted_us", "sequence", "bucket"),
        sqlite_with_rowid=False,
    )
    _move(
        "kept_conversions",
        'campaign_id, converted_us, sequence, person, sent_us, action_id, "value", touches',
    )
    for name, columns in (
        ("kept_conversions_by_sent", ["campaign_id", "sent_us", "action_id", "value", "person"]),
        ("kept_conversions_by_person", ["person"]),
    ):
        op.create_index(name, "kept_conversions", columns, unique=False)


def _free_key(name: str) -> None:
    """PostgreSQL leaves the name of a key with the table that was renamed."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {name}_pkey RENAME TO kept_before_pkey")


def _move(name: str, columns: str) -> None:
    op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM kept_before")  # noqa: S608
    op.drop_table("kept_before")
