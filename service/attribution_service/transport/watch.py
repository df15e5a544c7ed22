"""Watching conversions: from where, and one part after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from attribution.v1 import report_service_pb2

from attribution_service.core.refusals import Reason, not_found
from attribution_service.core.reports import Feed, Position
from attribution_service.storage.interface import Store
from attribution_service.transport import encode
from attribution_service.transport.fields import Fields
from attribution_service.transport.positions import cursor_of, is_ahead, position_of

# Numbers looked at in one read, and so the most that waits in memory for one watcher.
_NUMBERS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Watch:
    """Where a watcher is: all conversions up to the position `after` have been sent."""

    campaign_id: str
    after: Position
    ends: bool

    def read(self, store: Store) -> Feed:
        """What follows."""
        return store.reports.feed(self.after, self.campaign_id, _NUMBERS_AT_ONCE)

    def behind(self, feed: Feed) -> "Watch":
        """Where it is once that has been sent."""
        return replace(self, after=feed.reached)


def opened(request: report_service_pb2.WatchConversionsRequest, store: Store) -> Watch:
    """Where a stream begins. Raises Refusal."""
    fields = Fields()
    campaign_id = fields.text("campaign_id", request.campaign_id)
    last = store.reports.feed(0, "", 0).last
    after = position_of(request.cursor) if request.cursor else 0
    if after is None:
        fields.fault("cursor", Reason.FIELD_INVALID, "is not one that this stream gave")
    elif is_ahead(after, last):
        # It would skip what comes next: such a cursor is of another store, or of this one's future.
        what = "is ahead of all conversions on record: it was given for another store"
        fields.fault("cursor", Reason.FIELD_OUT_OF_RANGE, what)
    if request.from_now and request.cursor:
        fields.fault("from_now", Reason.FIELD_INVALID, "goes without a cursor")
    fields.done()
    if campaign_id and store.campaign(campaign_id) is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", campaign_id)
    start = last if request.from_now else after or 0
    return Watch(campaign_id, start, request.end_when_caught_up)


def responses(feed: Feed) -> Iterator[bytes]:
    """The responses for a part, in order."""
    for item in feed.found:
        yield report_service_pb2.WatchConversionsResponse(
            conversion=encode.conversion(item.conversion), cursor=cursor_of(item.position)
        ).SerializeToString()


def heartbeat(watch: Watch) -> bytes:
    """A response that says only where the stream is."""
    return report_service_pb2.WatchConversionsResponse(
        cursor=cursor_of(watch.after)
    ).SerializeToString()
