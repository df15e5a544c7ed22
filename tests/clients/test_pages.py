"""Lists go over all pages, fetching one when it is needed."""
# Page tokens are no passwords.
# ruff: noqa: S106

from collections.abc import Callable
from typing import Any

import pytest
from attribution.v1.campaign_service_pb2 import ListCampaignsRequest, ListCampaignsResponse
from attribution.v1.delivery_service_pb2 import ListDeliveriesRequest, ListDeliveriesResponse
from attribution.v1.journey_service_pb2 import ListJourneysRequest, ListJourneysResponse
from attribution_client import (
    AttributionClient,
    Campaign,
    Delivery,
    Journey,
    NotFound,
    Unavailable,
)
from clients.callers import FakeTime
from clients.fake_service import Failure, FakeService, unavailable
from grpc import StatusCode


def test_campaigns_over_pages(call: Callable[..., Any], service: FakeService) -> None:
    service.will(
        "ListCampaigns",
        ListCampaignsResponse(campaigns=[Campaign(campaign_id="a")], next_page_token="2"),
        ListCampaignsResponse(next_page_token="3"),
        ListCampaignsResponse(campaigns=[Campaign(campaign_id="b"), Campaign(campaign_id="c")]),
    )
    got = call("list_campaigns", page_size=2)
    assert [campaign.campaign_id for campaign in got] == ["a", "b", "c"]
    assert service.requests("ListCampaigns") == [
        ListCampaignsRequest(page_size=2),
        ListCampaignsRequest(page_size=2, page_token="2"),
        ListCampaignsRequest(page_size=2, page_token="3"),
    ]


def test_journeys_keep_their_filter_over_pages(
    call: Callable[..., Any], service: FakeService
) -> None:
    service.will(
        "ListJourneys",
        ListJourneysResponse(journeys=[Journey(journey_id="a")], next_page_token="2"),
        ListJourneysResponse(journeys=[Journey(journey_id="b")]),
    )
    got = call("list_journeys", "p1", campaign_id="c1")
    assert [journey.journey_id for journey in got] == ["a", "b"]
    assert service.requests("ListJourneys") == [
        ListJourneysRequest(person_id="p1", campaign_id="c1"),
        ListJourneysRequest(person_id="p1", campaign_id="c1", page_token="2"),
    ]


def test_deliveries_keep_their_filter_over_pages(
    call: Callable[..., Any], service: FakeService
) -> None:
    service.will(
        "ListDeliveries",
        ListDeliveriesResponse(deliveries=[Delivery(delivery_id="a")], next_page_token="2"),
        ListDeliveriesResponse(deliveries=[Delivery(delivery_id="b")]),
    )
    got = call("list_deliveries", "p1", journey_id="j1")
    assert [delivery.delivery_id for delivery in got] == ["a", "b"]
    assert service.requests("ListDeliveries") == [
        ListDeliveriesRequest(person_id="p1", journey_id="j1"),
        ListDeliveriesRequest(person_id="p1", journey_id="j1", page_token="2"),
    ]


def test_an_empty_list(call: Callable[..., Any]) -> None:
    assert call("list_campaigns") == []


def test_each_page_is_tried_again_on_its_own(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will(
        "ListCampaigns",
        *[unavailable()] * 3,
        ListCampaignsResponse(campaigns=[Campaign(campaign_id="a")], next_page_token="2"),
        *[unavailable()] * 3,
        ListCampaignsResponse(campaigns=[Campaign(campaign_id="b")]),
    )
    assert len(call("list_campaigns")) == 2
    assert len(service.calls) == 8
    assert len(time.slept) == 6


def test_an_error_on_a_later_page_is_raised(call: Callable[..., Any], service: FakeService) -> None:
    service.will(
        "ListJourneys",
        ListJourneysResponse(journeys=[Journey()], next_page_token="2"),
        Failure(StatusCode.NOT_FOUND, "gone"),
    )
    with pytest.raises(NotFound, match="gone"):
        call("list_journeys", "p1")


def test_pages_are_fetched_when_needed(address: str, service: FakeService) -> None:
    service.will(
        "ListCampaigns",
        ListCampaignsResponse(campaigns=[Campaign(campaign_id="a")], next_page_token="2"),
        *[unavailable()] * 4,
    )
    time = FakeTime()
    with AttributionClient(address, clock=time.clock(), sleep=time.sleep) as client:
        campaigns = client.list_campaigns()
        assert service.calls == []
        assert next(campaigns).campaign_id == "a"
        assert len(service.calls) == 1
        with pytest.raises(Unavailable):
            next(campaigns)
