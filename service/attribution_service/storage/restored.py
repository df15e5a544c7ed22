"""What a store is told when it was restored from a backup.

Conversions since the backup were numbered, watchers have cursors of them, and those conversions are
numbered anew once callers send again what was lost. So the numbers leap past all that can have been
given: a cursor from before is behind everything that is numbered from now on, and misses nothing.
"""

from sqlalchemy import Connection, insert, update

from attribution_service.storage.tables import buckets, conversion_sequence

# More conversions than there can be between a backup and its restore; a store can be restored
# millions of times before the numbers end.
LEAP = 1 << 40


def mark(connection: Connection) -> None:
    """Leap, in the caller's transaction; nobody may use the store meanwhile."""
    # Where the data are spread, each bucket has numbers of its own; elsewhere this has no rows.
    connection.execute(update(buckets).values(conversions=buckets.c.conversions + LEAP))
    last = conversion_sequence.c.last
    changed = connection.execute(update(conversion_sequence).values(last=last + LEAP))
    if not changed.rowcount:
        connection.execute(insert(conversion_sequence).values(id=1, last=LEAP))
