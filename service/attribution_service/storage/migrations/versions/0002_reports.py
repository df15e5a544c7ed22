"""Reports: what figures count, in indexes of their own, and the order of conversions."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
# Who does not know the new columns would leave them empty, and figures would miss it.
kind = "contracts"
compatible_from = "0002"

# As they were when this migration was written; it must do the same for ever.
_CONVERTING_CHANNELS = ("EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP")


def upgrade() -> None:
    """Add the columns, fill them from what is there, and only then make the indexes."""
    _add_columns()
    _fill_deliveries()
    _fill_webhooks()
    op.execute(_MARKS)
    op.execute(_JOURNEYS)
    op.execute(_CREDITED)
    op.execute(_NUMBERED)
    op.execute("INSERT INTO conversion_sequence (id, last) SELECT 1, count(*) FROM conversions")
    _make_indexes()


def _add_columns() -> None:
    op.create_table(
        "conversion_sequence",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, column in (
        ("journeys", sa.Column("converted_us", sa.BigInteger())),
        ("deliveries", sa.Column("untracked_clicked_us", sa.BigInteger())),
        (
            "deliveries",
            sa.Column("can_convert", sa.Boolean(), nullable=False, server_default="0"),
        ),
        ("deliveries", sa.Column("marks", sa.SmallInteger(), nullable=False, server_default="0")),
        ("conversions", sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0")),
        ("conversions", sa.Column("action_id", sa.Text(), nullable=False, server_default="")),
        ("conversions", sa.Column("channel", sa.Text(), nullable=False, server_default="")),
        ("conversions", sa.Column("sent_us", sa.BigInteger(), nullable=False, server_default="0")),
    ):
        op.add_column(table, column)


def _fill_deliveries() -> None:
    channels = ", ".join(f"'{channel}'" for channel in _CONVERTING_CHANNELS)
    op.execute(
        f"""
        UPDATE deliveries SET
          can_convert = channel IN ({channels}),
          untracked_clicked_us = (
            SELECT max(time_us) FROM interactions AS i
            WHERE i.bucket = deliveries.bucket AND i.person_id = deliveries.person_id
              AND i.delivery_id = deliveries.delivery_id AND i.kind = 'CLICKED' AND i.untracked)
        """  # noqa: S608  the names above
    )


def _fill_webhooks() -> None:
    """A webhook can convert if its journey's revision has opted its action in."""
    opted_in = op.create_table(
        "opted_in",
        sa.Column("campaign_id", sa.Text(), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("action_id", sa.Text(), primary_key=True),
    )
    found = sa.text("SELECT campaign_id, revision, webhook_action_ids FROM campaign_revisions")
    op.bulk_insert(
        opted_in,
        [
            {"campaign_id": campaign_id, "revision": number, "action_id": action_id}
            for campaign_id, number, action_ids in op.get_bind().execute(found).all()
            for action_id in json.loads(action_ids)
        ],
    )
    op.execute(_WEBHOOKS)
    op.drop_table("opted_in")


_WEBHOOKS = """
    UPDATE deliveries SET can_convert = true
    WHERE channel = 'WEBHOOK' AND EXISTS (
      SELECT 1 FROM journeys AS j
      JOIN opted_in AS o ON o.campaign_id = j.campaign_id AND o.revision = j.revision
      WHERE j.bucket = deliveries.bucket AND j.person_id = deliveries.person_id
        AND j.journey_id = deliveries.journey_id AND o.action_id = deliveries.action_id)
"""

# The numbers of `core.marks.Mark`.
_MARKS = """
    UPDATE deliveries SET marks =
      CASE WHEN opened_us IS NULL THEN 0 ELSE 1 END
      + CASE WHEN clicked_us IS NULL THEN 0 ELSE 2 END
      + CASE WHEN machine_opened_us IS NULL THEN 0 ELSE 4 END
      + CASE WHEN machine_clicked_us IS NULL THEN 0 ELSE 8 END
      + CASE WHEN untracked_clicked_us IS NULL THEN 0 ELSE 16 END
      + CASE WHEN converted_us IS NULL THEN 0 ELSE 32 END
      + CASE WHEN can_convert THEN 64 ELSE 0 END
"""

_JOURNEYS = """
    UPDATE journeys SET converted_us = first.converted_us
    FROM (
      SELECT bucket, person_id, journey_id, min(converted_us) AS converted_us
      FROM conversions GROUP BY bucket, person_id, journey_id) AS first
    WHERE journeys.bucket = first.bucket AND journeys.person_id = first.person_id
      AND journeys.journey_id = first.journey_id
"""

_CREDITED = """
    UPDATE conversions
    SET action_id = d.action_id, channel = d.channel, sent_us = coalesce(d.sent_us, 0)
    FROM deliveries AS d
    WHERE conversions.bucket = d.bucket AND conversions.person_id = d.person_id
      AND conversions.delivery_id = d.delivery_id
"""

_NUMBERED = """
    UPDATE conversions SET sequence = numbered.position
    FROM (
      SELECT bucket, person_id, delivery_id,
        row_number() OVER (ORDER BY converted_us, bucket, person_id, delivery_id) AS position
      FROM conversions) AS numbered
    WHERE conversions.bucket = numbered.bucket AND conversions.person_id = numbered.person_id
      AND conversions.delivery_id = numbered.delivery_id
"""


def _make_indexes() -> None:
    for name, table, columns in (
        (
            "journeys_by_start",
            "journeys",
            "campaign_id start_us bucket person_id journey_id state exit_reason converted_us",
        ),
        (
            "deliveries_by_sent",
            "deliveries",
            "campaign_id sent_us bucket person_id delivery_id action_id channel marks",
        ),
        ("conversions_by_time", "conversions", "converted_us sequence"),
        (
            "conversions_of_campaign_by_time",
            "conversions",
            "campaign_id converted_us sequence action_id channel value",
        ),
        (
            "conversions_of_campaign_by_sent",
            "conversions",
            "campaign_id sent_us action_id channel value",
        ),
    ):
        op.create_index(name, table, columns.split(), unique=False)
    op.create_index("conversions_by_sequence", "conversions", ["sequence"], unique=True)
