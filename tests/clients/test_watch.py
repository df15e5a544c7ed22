"""A watch goes on over lost connections, from the cursor that it had."""

from collections.abc import Callable
from typing import Any

import pytest
from attribution.v1.report_service_pb2 import WatchConversionsRequest, WatchConversionsResponse
from attribution_client import AttributionClient, Conversion, InvalidArgument, Unavailable
from clients.callers import FakeTime
from clients.fake_service import Failure, FakeService, unavailable
from grpc import StatusCode

LATE = Failure(StatusCode.DEADLINE_EXCEEDED, "late")


def found(number: int) -> WatchConversionsResponse:
    conversion = Conversion(delivery_id=f"d{number}")
    return WatchConversionsResponse(conversion=conversion, cursor=str(number))


def heartbeat(number: int) -> WatchConversionsResponse:
    return WatchConversionsResponse(cursor=str(number))


def test_it_goes_on_behind_the_last_cursor(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will(
        "WatchConversions",
        *(heartbeat(0), found(1), unavailable()),
        unavailable(),
        *(heartbeat(1), found(2), heartbeat(5), LATE),
        found(6),
    )
    got = call("watch_conversions", campaign_id="c1", from_now=True)
    assert got == [found(1), found(2), found(6)]
    assert service.requests("WatchConversions") == [
        WatchConversionsRequest(campaign_id="c1", from_now=True),
        WatchConversionsRequest(campaign_id="c1", cursor="1"),
        WatchConversionsRequest(campaign_id="c1", cursor="1"),
        WatchConversionsRequest(campaign_id="c1", cursor="5"),
    ]
    assert len(time.slept) == 3


def test_it_gives_up_when_nobody_answers(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("WatchConversions", *[unavailable()] * 20)
    with pytest.raises(Unavailable):
        call("watch_conversions")
    assert len(time.slept) == 19


def test_a_response_starts_the_count_anew(call: Callable[..., Any], service: FakeService) -> None:
    for _ in range(10):
        service.will("WatchConversions", heartbeat(1), unavailable())
    service.will("WatchConversions", found(2))
    assert call("watch_conversions") == [found(2)]


def test_other_errors_end_it(call: Callable[..., Any], service: FakeService) -> None:
    service.will("WatchConversions", Failure(StatusCode.INVALID_ARGUMENT, "no"))
    with pytest.raises(InvalidArgument):
        call("watch_conversions", cursor="x")


def test_it_can_be_closed_in_the_middle(address: str, service: FakeService) -> None:
    service.will("WatchConversions", found(1), found(2))
    with AttributionClient(address) as client:
        watch: Any = client.watch_conversions()
        assert next(watch) == found(1)
        watch.close()
