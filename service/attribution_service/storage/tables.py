"""The tables. Every per-person key begins with `bucket, person_id`.

Columns `*_us` are whole microseconds since the epoch; enums are kept by name; JSON is canonical
text. The migrations in `migrations/` make these tables; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()

# A table with this column is spread by it, where a database is spread at all.
BUCKET = "bucket"

# Ids are ordered by their bytes on every store (C6, pages of lists).
Id = Text().with_variant(Text(collation="C"), "postgresql")


def _person_key() -> tuple[Column[int], Column[str]]:
    return (
        Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
        Column("person_id", Id, primary_key=True),
    )


def _touched(name: str, column: str) -> Index:
    """An index of those deliveries of a journey that were touched in this way."""
    were = text(f"{column} IS NOT NULL")
    key = ("bucket", "person_id", "journey_id", column)
    return Index(name, *key, sqlite_where=were, postgresql_where=were)


layout = Table(
    "layout",
    metadata,
    # One row: how the data are spread, a name of `layout.Spread`.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("spread", Text, nullable=False),
)

buckets = Table(
    "buckets",
    metadata,
    # Where the data are spread by buckets, one row for each: who writes in a bucket locks it. What
    # `latest_arrival` and `conversion_sequence` are for a whole database, it is for the bucket.
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("arrival_us", BigInteger, nullable=False),
    Column("conversions", BigInteger, nullable=False),
)

latest_arrival = Table(
    "latest_arrival",
    metadata,
    # The latest arrival of a stored command, so that time never goes back (C9): one row, or several
    # where several servers write, of which the latest counts.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("arrival_us", BigInteger, nullable=False),
)

conversion_sequence = Table(
    "conversion_sequence",
    metadata,
    # One row: how many conversions were ever numbered. Not the greatest number that is there, which
    # would go back when people are deleted, and the cursors of watchers would then meet it twice.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

definition_count = Table(
    "definition_count",
    metadata,
    # One row: how many changes of campaigns and segments there were. Whoever makes one locks it.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    # The latest arrival of such a change, where the data are spread by buckets.
    Column("arrival_us", BigInteger, nullable=False, server_default="0"),
)

definition_changes = Table(
    "definition_changes",
    metadata,
    # Which campaign, with which new revision, or which segment: other servers take it over by it.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign_id", Id, nullable=False),
    Column("revision", Integer),
    Column("segment_id", Id, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("create_us", BigInteger, nullable=False),
    Column("update_us", BigInteger, nullable=False),
    Column("archive_us", BigInteger),
    sqlite_with_rowid=False,
)

campaign_revisions = Table(
    "campaign_revisions",
    metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("trigger_event_name", Text),
    Column("goal", Text),
    Column("exit_policy", Text, nullable=False),
    Column("webhook_action_ids", Text, nullable=False),
    Column("create_us", BigInteger, nullable=False),
    Column("trigger_segments", Text),
    Column("audience_filter", Text, nullable=False),
    sqlite_with_rowid=False,
)

segments = Table(
    "segments",
    metadata,
    Column("segment_id", Id, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("rule", Text, nullable=False),
    # Deleted ones stay, so that a segment of the same id has none of their members.
    Column("incarnation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("create_us", BigInteger, nullable=False),
    Column("update_us", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

people = Table(
    "people",
    metadata,
    *_person_key(),
    Column("attributes", Text, nullable=False),
    Column("moves", Integer, nullable=False),
    Column("update_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

memberships = Table(
    "memberships",
    metadata,
    *_person_key(),
    Column("segment_id", Id, primary_key=True),
    Column("incarnation", Integer, nullable=False),
    Column("entered_us", BigInteger),
    sqlite_with_rowid=False,
)

journeys = Table(
    "journeys",
    metadata,
    *_person_key(),
    Column("journey_id", Id, primary_key=True),
    Column("campaign_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("trigger_properties", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("exit_reason", Text),
    Column("start_us", BigInteger, nullable=False),
    Column("end_us", BigInteger),
    Column("achieved_us", BigInteger),
    Column("converted_us", BigInteger),
    Column("barred", Text),
    # Reports read this index alone; so do the other `*_by_start`, `*_by_sent` and `*_by_time`.
    Index(
        "journeys_by_start",
        *("campaign_id", "start_us", "bucket", "person_id", "journey_id"),
        *("state", "exit_reason", "converted_us"),
    ),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    *_person_key(),
    Column("delivery_id", Id, primary_key=True),
    Column("campaign_id", Id, nullable=False),
    Column("journey_id", Id, nullable=False),
    Column("action_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("create_us", BigInteger, nullable=False),
    Column("sent_us", BigInteger),
    Column("claimed_sent_us", BigInteger),
    Column("opened_us", BigInteger),
    Column("clicked_us", BigInteger),
    Column("machine_opened_us", BigInteger),
    Column("machine_clicked_us", BigInteger),
    Column("untracked_clicked_us", BigInteger),
    Column("converted_us", BigInteger),
    Column("can_convert", Boolean, nullable=False, server_default="0"),
    # What figures count, all in one number: `core.marks`.
    Column("marks", SmallInteger, nullable=False, server_default="0"),
    # The hot path looks for those touched within a time, by the kind of touch.
    Index("deliveries_by_journey", "bucket", "person_id", "journey_id", "sent_us"),
    _touched("deliveries_by_open", "opened_us"),
    _touched("deliveries_by_click", "clicked_us"),
    Index(
        "deliveries_by_sent",
        *("campaign_id", "sent_us", "bucket", "person_id", "delivery_id"),
        *("action_id", "channel", "marks"),
    ),
    sqlite_with_rowid=False,
)

interactions = Table(
    "interactions",
    metadata,
    *_person_key(),
    Column("delivery_id", Id, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("machine", Boolean, primary_key=True),
    Column("untracked", Boolean, primary_key=True),
    Column("told_us", BigInteger, primary_key=True, autoincrement=False),
    Column("time_us", BigInteger, nullable=False),
    Column("arrival_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

receipts = Table(
    "receipts",
    metadata,
    *_person_key(),
    Column("event_id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("properties", Text, nullable=False),
    Column("occurred_us", BigInteger),
    Column("arrival_us", BigInteger, nullable=False),
    Column("achieved_journeys", Text, nullable=False),
    Column("kind", Text, nullable=False),
    sqlite_with_rowid=False,
)

conversions = Table(
    "conversions",
    metadata,
    *_person_key(),
    # C8: whatever else goes wrong, the database itself lets no delivery convert twice.
    Column("delivery_id", Id, primary_key=True),
    # Of an event, or of a change of membership: then the two columns at the end say which.
    Column("event_id", Id, nullable=False),
    Column("campaign_id", Id, nullable=False),
    Column("journey_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("converted_us", BigInteger, nullable=False),
    Column("basis", Text, nullable=False),
    Column("basis_us", BigInteger, nullable=False),
    Column("window_us", BigInteger),
    Column("filter", Text, nullable=False),
    Column("value", Double),
    Column("candidates", Text, nullable=False),
    # The order of the commits: numbered within the transaction, so none comes late below another.
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    # Of the credited delivery, so that reports need not look it up.
    Column("action_id", Text, nullable=False, server_default=""),
    Column("channel", Text, nullable=False, server_default=""),
    Column("sent_us", BigInteger, nullable=False, server_default="0"),
    Column("segment_id", Text),
    Column("segment_change", Text),
    # What the rules saw, as a list; null where it was not kept yet.
    Column("seen", Text),
    # Where the data are spread by buckets, the bucket comes first in it, and numbers are its own.
    Index("conversions_by_sequence", "sequence", unique=True),
    Index("conversions_by_time", "converted_us", "sequence"),
    Index(
        "conversions_of_campaign_by_time",
        *("campaign_id", "converted_us", "sequence", "action_id", "channel", "value"),
    ),
    Index(
        "conversions_of_campaign_by_sent", "campaign_id", "sent_us", "action_id", "channel", "value"
    ),
    # C7: nor one achievement twice in a campaign.
    Index("conversions_by_event", "bucket", "person_id", "event_id", "campaign_id", unique=True),
    sqlite_with_rowid=False,
)

person_numbers = Table(
    "person_numbers",
    metadata,
    *_person_key(),
    Column("campaign_id", Id, primary_key=True),
    # What stands for the person in `kept_conversions`, from the first that was kept on.
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What figures count of what was removed, and nothing that names anybody. The bucket is that of the
# person where the data are spread by it; otherwise 0, which says nothing of them.


def _kept_bucket() -> Column[int]:
    return Column("bucket", SmallInteger, primary_key=True, autoincrement=False, server_default="0")


kept_deliveries = Table(
    "kept_deliveries",
    metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("sent_us", BigInteger, primary_key=True, autoincrement=False),
    Column("action_id", Text, primary_key=True),
    Column("marks", SmallInteger, primary_key=True, autoincrement=False),
    _kept_bucket(),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

kept_journeys = Table(
    "kept_journeys",
    metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("start_us", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, primary_key=True),
    Column("exit_reason", Text, primary_key=True),  # empty: it has not ended
    Column("converted", Boolean, primary_key=True),
    _kept_bucket(),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

kept_conversions = Table(
    "kept_conversions",
    metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("converted_us", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    _kept_bucket(),
    # The same for the conversions of one person in the campaign: the sequence of one of them.
    Column("person", BigInteger, nullable=False),
    Column("sent_us", BigInteger, nullable=False),
    Column("action_id", Text, nullable=False),
    Column("value", Double),
    # Of each candidate the action, and its basis time less that of the last one.
    Column("touches", Text, nullable=False),
    Index("kept_conversions_by_sent", *("campaign_id", "sent_us", "action_id", "value", "person")),
    # Whether somebody who has conversions is counted among these too.
    Index("kept_conversions_by_person", "person"),
    sqlite_with_rowid=False,
)

# All that is a person's.
OF_PEOPLE = (
    *(people, memberships, journeys, deliveries, interactions, receipts, conversions),
    person_numbers,
)

# All that has a bucket, and is spread by it.
BY_BUCKET = tuple(table for table in metadata.sorted_tables if BUCKET in table.c)
