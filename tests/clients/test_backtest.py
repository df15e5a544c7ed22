"""A backtest is begun again only as long as nothing of it has come."""

from collections.abc import Callable
from typing import Any

import pytest
from attribution_client import (
    AttributionClient,
    BacktestProgress,
    BacktestResponse,
    BacktestSummary,
    Goal,
    ResourceExhausted,
    Unavailable,
)
from clients.callers import FakeTime
from clients.fake_service import Failure, FakeService, unavailable
from grpc import StatusCode

PROGRESS = BacktestResponse(progress=BacktestProgress(journeys=1))
SUMMARY = BacktestResponse(summary=BacktestSummary(journeys=2))


def test_it_is_begun_again_if_nobody_answers(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("Backtest", unavailable(), unavailable(), PROGRESS, SUMMARY)
    assert call("backtest", "c1", Goal()) == [PROGRESS, SUMMARY]
    assert len(service.requests("Backtest")) == 3
    assert len(time.slept) == 2


def test_it_is_not_begun_again_in_the_middle(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("Backtest", PROGRESS, unavailable(), SUMMARY)
    with pytest.raises(Unavailable):
        call("backtest", "c1", Goal())
    assert not time.slept


def test_other_errors_end_it(call: Callable[..., Any], service: FakeService) -> None:
    service.will("Backtest", Failure(StatusCode.RESOURCE_EXHAUSTED, "no"))
    with pytest.raises(ResourceExhausted):
        call("backtest", "c1", Goal())


def test_it_can_be_closed_in_the_middle(address: str, service: FakeService) -> None:
    service.will("Backtest", PROGRESS, SUMMARY)
    with AttributionClient(address) as client:
        backtest: Any = client.backtest("c1", Goal())
        assert next(backtest) == PROGRESS
        backtest.close()
        client.close()
        with pytest.raises(ValueError, match="closed"):
            list(client.backtest("c1", Goal()))
