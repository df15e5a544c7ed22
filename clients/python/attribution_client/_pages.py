"""How lists go from page to page."""

from __future__ import annotations

from typing import Protocol, TypeVar

from attribution.v1.campaign_service_pb2 import ListCampaignsRequest, ListRevisionsRequest
from attribution.v1.delivery_service_pb2 import ListDeliveriesRequest
from attribution.v1.journey_service_pb2 import ListJourneysRequest
from attribution.v1.report_service_pb2 import (
    ListConversionsRequest,
    ListPersonActivityRequest,
    ListPersonSentRequest,
    ListSentDeliveriesRequest,
    ListStartedJourneysRequest,
)
from attribution.v1.segment_service_pb2 import ListSegmentsRequest

PageRequest = TypeVar(
    "PageRequest",
    ListCampaignsRequest,
    ListConversionsRequest,
    ListDeliveriesRequest,
    ListJourneysRequest,
    ListPersonActivityRequest,
    ListPersonSentRequest,
    ListRevisionsRequest,
    ListSegmentsRequest,
    ListSentDeliveriesRequest,
    ListStartedJourneysRequest,
)


class Page(Protocol):
    """A page of any list; a generated message."""

    next_page_token: str


def next_request(request: PageRequest, page: Page) -> PageRequest | None:
    """Return the request for the page after this one; None after the last."""
    if not page.next_page_token:
        return None
    following = type(request)()
    following.CopyFrom(request)
    following.page_token = page.next_page_token
    return following
