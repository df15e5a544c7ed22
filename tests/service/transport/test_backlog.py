"""Calls that wait before gRPC hands them over: when they wait too long, and what they are told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from attribution_service.transport import backlog
from attribution_service.transport.backlog import FEW_CALLS, MAX_WAIT_SECONDS, Backlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.calls import Caller, Refused, finished, refusal, served, set_the_scene

CALLS = 200
# Seconds between calls that are handed over in no time at all.
PACE = 0.0001


class Waiting:
    """Calls that wait, and a clock that goes on while they are handed over."""

    def __init__(self) -> None:
        self.calls = 0
        self.now = 0.0
        self.backlog = Backlog(lambda: self.calls, lambda: self.now)

    def hand_over(self, many: int, seconds_a_call: float) -> list[bool]:
        """Tells of each call whether it was refused."""
        told = []
        for _ in range(many):
            self.now += seconds_a_call
            told.append(self.backlog.is_too_long())
        return told


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_calls_that_wait_for_a_short_time_are_taken(waiting: Waiting) -> None:
    waiting.calls = int(MAX_WAIT_SECONDS / PACE) - 1
    assert not any(waiting.hand_over(1_000, PACE))


def test_calls_that_wait_for_too_long_are_refused_until_hardly_any_wait(waiting: Waiting) -> None:
    waiting.calls = int(MAX_WAIT_SECONDS / PACE) + 1
    told = waiting.hand_over(1_000, PACE)
    assert told[-1]
    waiting.calls = int(MAX_WAIT_SECONDS / PACE) - 1  # a little fewer are not yet enough
    assert all(waiting.hand_over(1_000, PACE))
    waiting.calls = FEW_CALLS
    assert not waiting.hand_over(600, PACE)[-1]


def test_the_same_number_waits_longer_where_calls_are_slower(waiting: Waiting) -> None:
    waiting.calls = 2 * FEW_CALLS
    assert not any(waiting.hand_over(1_000, PACE))
    assert waiting.hand_over(1_000, 10 * PACE)[-1]


def test_a_few_calls_are_never_refused_however_slow_they_are(waiting: Waiting) -> None:
    waiting.calls = FEW_CALLS
    assert not any(waiting.hand_over(500, 1.0))


def test_who_comes_after_a_pause_is_not_refused_for_what_was_before(waiting: Waiting) -> None:
    waiting.calls = 10_000
    assert waiting.hand_over(500, 0.001)[-1]
    waiting.calls = 1
    assert waiting.hand_over(1, 60.0) == [False]


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with served(tmp_path) as caller:
        set_the_scene(caller)
        yield caller


def burst(call: Caller) -> list[Refused | None]:
    """How each of many calls at a time was refused; None: it was answered."""
    evaluate: Any = call.channel.unary_unary("/attribution.v1.AttributionService/Evaluate")
    events = [finished(f"burst-{number}", "ada") for number in range(CALLS)]
    requests = [call.message("Evaluate", event) for event in events]
    under_way = [evaluate.future(request, timeout=60) for request in requests]
    found: list[Refused | None] = []
    for each in under_way:
        error = each.exception()
        found.append(None if error is None else refusal(error))
    return found


def test_in_an_overload_calls_are_refused_with_a_time_to_try_again(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever has waited at all has waited for too long.
    for name in ("FEW_CALLS", "MAX_WAIT_SECONDS", "_LOOK_SECONDS"):
        monkeypatch.setattr(backlog, name, 0)
    refused = [each for each in burst(call) if each is not None]
    assert refused
    for each in refused:
        assert (each.code, each.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert each.retry_seconds
    monkeypatch.undo()
    # By itself, though not with the very first call.
    assert any(not any(burst(call)) for _ in range(10))


def test_in_an_overload_every_call_is_refused_but_not_those_about_health(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Backlog, "is_too_long", lambda _: True)
    for name in ("Evaluate", "EvaluateBatch", "GetCampaign", "WatchConversions", "EvaluateStream"):
        with pytest.raises(grpc.RpcError) as error:
            call.raw(name, b"")
        assert refusal(error.value).reason == "OVERLOADED"
    stub: Any = health_pb2_grpc.HealthStub(call.channel)
    status = stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status
    assert status == health_pb2.HealthCheckResponse.SERVING
