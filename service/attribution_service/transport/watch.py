"""Watching conversions: from where, and one part after the other."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from attribution.v1 import report_service_pb2

from attribution_service.core.refusals import Reason, not_found
from attribution_service.core.reports import Feed
from attribution_service.storage.interface import Store
from attribution_service.transport import encode
from attribution_service.transport.fields import Fields

# Numbers looked at in one read, and so the most that waits in memory for one watcher.
_NUMBERS_AT_ONCE = 200
_MAX_CURSOR_LENGTH = 100
_KIND = "conversions"


@dataclass(frozen=True, slots=True)
class Watch:
    """Where a watcher is: all conversions up to the number `after` have been sent."""

    campaign_id: str
    after: int
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
    after = _number(request.cursor) if request.cursor else 0
    if after is None:
        fields.fault("cursor", Reason.FIELD_INVALID, "is not one that this stream gave")
    elif after > last:
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
            conversion=encode.conversion(item.conversion), cursor=_cursor(item.sequence)
        ).SerializeToString()


def heartbeat(watch: Watch) -> bytes:
    """A response that says only where the stream is."""
    return report_service_pb2.WatchConversionsResponse(
        cursor=_cursor(watch.after)
    ).SerializeToString()


def _cursor(number: int) -> str:
    """Opaque to callers, so that it may one day hold more than one number."""
    return base64.urlsafe_b64encode(json.dumps([_KIND, number]).encode()).decode()


def _number(cursor: str) -> int | None:
    """The number in a cursor; None: nobody gave it."""
    if len(cursor) > _MAX_CURSOR_LENGTH:
        return None
    try:
        kind, number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError):
        return None
    if kind != _KIND or type(number) is not int or number < 0:
        return None
    return number
