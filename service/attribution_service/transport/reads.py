"""The reads: straight from the store, pages bounded in number and in bytes."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from attribution.v1 import (
    campaign_service_pb2,
    delivery_service_pb2,
    journey_service_pb2,
    segment_service_pb2,
)
from google.protobuf.message import Message

from attribution_service.core.definitions import MAX_REVISIONS
from attribution_service.core.model import FIRST_OF_CALLERS, Journey, Revision
from attribution_service.core.refusals import Reason, invalid, not_found
from attribution_service.storage.interface import Store
from attribution_service.transport import encode, people
from attribution_service.transport.fields import Fields

DEFAULT_PAGE = 50
MAX_PAGE = 1_000
# Below the 4 MiB that gRPC clients take by default.
_MAX_PAGE_BYTES = 2 * 1024 * 1024
# Records read at a time, so that large ones are not read for a page that they do not fit on.
_CHUNK = 50
# More than any id can make it.
_MAX_TOKEN_LENGTH = 4_096

M = TypeVar("M", bound=Message)
R = TypeVar("R")


def get_campaign(
    request: campaign_service_pb2.GetCampaignRequest, store: Store
) -> campaign_service_pb2.GetCampaignResponse:
    """Raises Refusal."""
    fields = Fields()
    campaign_id = fields.identifier("campaign_id", request.campaign_id)
    fields.done()
    found = store.campaign(campaign_id)
    if found is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", campaign_id)
    return campaign_service_pb2.GetCampaignResponse(campaign=encode.campaign(found))


def list_campaigns(
    request: campaign_service_pb2.ListCampaignsRequest, store: Store
) -> campaign_service_pb2.ListCampaignsResponse:
    """Raises Refusal."""
    archived = request.include_archived
    query = ("campaigns", "archived too") if archived else "campaigns"
    page = Page(query, request.page_size, request.page_token, Fields())
    fetch = partial(store.campaigns, archived=archived)
    shown, token = page.fill(fetch, encode.campaign, lambda item: item.campaign_id)
    return campaign_service_pb2.ListCampaignsResponse(campaigns=shown, next_page_token=token)


def list_revisions(
    request: campaign_service_pb2.ListRevisionsRequest, store: Store
) -> campaign_service_pb2.ListRevisionsResponse:
    """Raises Refusal."""
    fields = Fields()
    campaign_id = fields.identifier("campaign_id", request.campaign_id)
    page = Page(("revisions", campaign_id), request.page_size, request.page_token, fields)
    if store.campaign(campaign_id) is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", campaign_id)

    if page.after and not (page.after.isdecimal() and int(page.after) <= MAX_REVISIONS):
        raise invalid("page_token", Reason.PAGE_TOKEN_INVALID, "is not one that this list gave")

    def fetch(after: str, limit: int) -> Sequence[Revision]:
        return store.revisions(campaign_id, int(after or "0"), limit)

    shown, token = page.fill(fetch, encode.revision, lambda item: str(item.number))
    return campaign_service_pb2.ListRevisionsResponse(revisions=shown, next_page_token=token)


def get_segment(
    request: segment_service_pb2.GetSegmentRequest, store: Store
) -> segment_service_pb2.GetSegmentResponse:
    """Raises Refusal."""
    fields = Fields()
    segment_id = fields.identifier("segment_id", request.segment_id)
    fields.done()
    found = store.segment(segment_id)
    if found is None:
        raise not_found(Reason.SEGMENT_NOT_FOUND, "segment_id", segment_id)
    return segment_service_pb2.GetSegmentResponse(segment=people.segment(found))


def list_segments(
    request: segment_service_pb2.ListSegmentsRequest, store: Store
) -> segment_service_pb2.ListSegmentsResponse:
    """Raises Refusal."""
    page = Page("segments", request.page_size, request.page_token, Fields())
    shown, token = page.fill(store.segments, people.segment, lambda item: item.segment_id)
    return segment_service_pb2.ListSegmentsResponse(segments=shown, next_page_token=token)


def get_journey(
    request: journey_service_pb2.GetJourneyRequest, store: Store
) -> journey_service_pb2.GetJourneyResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    journey_id = fields.identifier("journey_id", request.journey_id)
    fields.done()
    found = store.journey(person_id, journey_id)
    if found is None:
        raise not_found(Reason.JOURNEY_NOT_FOUND, "journey_id", journey_id, person_id)
    return journey_service_pb2.GetJourneyResponse(journey=encode.journey(found))


def list_journeys(
    request: journey_service_pb2.ListJourneysRequest, store: Store
) -> journey_service_pb2.ListJourneysResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    campaign_id = fields.text("campaign_id", request.campaign_id)
    query = ("journeys", person_id, campaign_id)
    page = Page(query, request.page_size, request.page_token, fields)

    def fetch(after: str, limit: int) -> Sequence[Journey]:
        # What a newsletter's deliveries are is no journey to anybody else (G8).
        return store.journeys(person_id, campaign_id, after or FIRST_OF_CALLERS, limit)

    shown, token = page.fill(fetch, encode.journey, lambda item: item.journey_id)
    return journey_service_pb2.ListJourneysResponse(journeys=shown, next_page_token=token)


def get_delivery(
    request: delivery_service_pb2.GetDeliveryRequest, store: Store
) -> delivery_service_pb2.GetDeliveryResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    delivery_id = fields.identifier("delivery_id", request.delivery_id)
    fields.done()
    found = store.delivery(person_id, delivery_id)
    if found is None:
        raise not_found(Reason.DELIVERY_NOT_FOUND, "delivery_id", delivery_id, person_id)
    return delivery_service_pb2.GetDeliveryResponse(delivery=encode.delivery(found))


def list_deliveries(
    request: delivery_service_pb2.ListDeliveriesRequest, store: Store
) -> delivery_service_pb2.ListDeliveriesResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    journey_id = fields.text("journey_id", request.journey_id)
    query = ("deliveries", person_id, journey_id)
    page = Page(query, request.page_size, request.page_token, fields)
    fetch = partial(store.deliveries, person_id, journey_id)
    shown, token = page.fill(fetch, encode.delivery, lambda item: item.delivery_id)
    return delivery_service_pb2.ListDeliveriesResponse(deliveries=shown, next_page_token=token)


class Page:
    """One page of a list: from where, and how much of it.

    A token holds the last id of its page and a digest of the query, so that the token of another
    query is refused.
    """

    def __init__(self, query: Iterable[str] | str, size: int, token: str, fields: Fields) -> None:
        if size < 0:
            fields.fault("page_size", Reason.FIELD_OUT_OF_RANGE, "must not be negative")
        fields.done()
        self.size = min(size or DEFAULT_PAGE, MAX_PAGE)
        self._digest = hashlib.sha256(json.dumps(list(query)).encode()).hexdigest()[:16]
        self.after = self._after(token) if token else ""

    def _after(self, token: str) -> str:
        digest, after = _opened(token)
        if digest != self._digest or not isinstance(after, str):
            raise invalid(
                "page_token",
                Reason.PAGE_TOKEN_INVALID,
                "is not one that this list gave for the same query",
            )
        return after

    def fill(
        self,
        fetch: Callable[[str, int], Sequence[R]],
        encoded: Callable[[R], M],
        key: Callable[[R], str],
    ) -> tuple[list[M], str]:
        """The messages of the page, and the token of the next; empty: there is none.

        `fetch` gives so many records after an id, `key` is the id of one.
        """
        messages: list[M] = []
        room = _MAX_PAGE_BYTES
        last = self.after
        while True:
            found = fetch(last, _CHUNK)
            for record in found:
                message = encoded(record)
                room -= message.ByteSize()
                if len(messages) == self.size or (messages and room < 0):
                    return messages, self._token(last)
                messages.append(message)
                last = key(record)
            if len(found) < _CHUNK:
                return messages, ""

    def _token(self, after: str) -> str:
        return base64.urlsafe_b64encode(json.dumps([self._digest, after]).encode()).decode()


def _opened(token: str) -> tuple[object, object]:
    """The two parts of a token; those of one that nobody gave match nothing."""
    if len(token) > _MAX_TOKEN_LENGTH:
        return None, None
    try:
        digest, after = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None, None
    return (digest, after) if is_text(str(after)) else (None, None)


def is_text(found: str) -> bool:
    """Whether a store can be asked for it: JSON can hold what no id can."""
    try:
        found.encode()  # not half of a surrogate pair
    except UnicodeEncodeError:
        return False
    return "\0" not in found
