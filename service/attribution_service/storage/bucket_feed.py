"""Watching conversions where the data are spread: numbers are the bucket's own, and so are places.

Two statements, the second of which begins when the first has ended: what the count of a bucket says
to be there was committed with the count, so the second one sees it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, or_, select

from attribution_service.core.reports import Feed, Position, Recorded
from attribution_service.storage import rows, tables
from attribution_service.storage.interface import BUCKETS


def feed_by_bucket(connection: Connection, after: Position, campaign_id: str, limit: int) -> Feed:
    """Up to `limit` conversions behind the position; `campaign_id` empty: of all."""
    last = _counts(connection)
    reached = [after] * BUCKETS if isinstance(after, int) else list(after)
    chosen = _next(reached, last, limit)
    ranges = {bucket: (reached[bucket], last[bucket]) for bucket in chosen}
    rows_found = _conversions(connection, ranges, limit)
    found: list[Recorded] = []
    for row in rows_found:
        reached[row["bucket"]] = row["sequence"]
        # Not asked of the database: it would look at any number of others for these few.
        if campaign_id in ("", row["campaign_id"]):
            found.append(Recorded(row["sequence"], rows.conversion(row), tuple(reached)))
    cut_at = rows_found[-1]["bucket"] if limit and len(rows_found) == limit else BUCKETS
    for bucket in chosen:
        if bucket < cut_at:
            reached[bucket] = last[bucket]
    return Feed(tuple(found), tuple(reached), tuple(last))


def _counts(connection: Connection) -> list[int]:
    """How many conversions were ever numbered in each bucket."""
    counted = tables.buckets
    counts = [0] * BUCKETS
    for bucket, conversions in connection.execute(select(counted.c.bucket, counted.c.conversions)):
        counts[bucket] = conversions
    return counts


def _next(reached: Sequence[int], last: Sequence[int], limit: int) -> list[int]:
    """The buckets to read next: with the most to read first, so that none is left behind for good.

    No more than have `limit` numbers together: there are gaps, so it may be fewer conversions.
    """
    waiting = {
        bucket: last[bucket] - reached[bucket]
        for bucket in range(BUCKETS)
        if last[bucket] > reached[bucket]
    }
    chosen: list[int] = []
    numbers = 0
    for bucket in sorted(waiting, key=lambda bucket: (-waiting[bucket], bucket)):
        if numbers >= limit:
            break
        chosen.append(bucket)
        numbers += waiting[bucket]
    return chosen


def _conversions(
    connection: Connection, ranges: Mapping[int, tuple[int, int]], limit: int
) -> list[rows.Row]:
    """The first conversions of these ranges, by bucket and number."""
    if not ranges:
        return []
    table = tables.conversions
    within = (
        and_(table.c.bucket == bucket, table.c.sequence > after, table.c.sequence <= until)
        for bucket, (after, until) in ranges.items()
    )
    chosen = select(table).where(or_(*within)).order_by(table.c.bucket, table.c.sequence)
    return [dict(row) for row in connection.execute(chosen.limit(limit)).mappings()]
