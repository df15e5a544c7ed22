"""UNAVAILABLE alone is tried again, within the attempts and the deadline."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import grpc
import grpc.aio
import pytest
from attribution.v1.campaign_service_pb2 import GetCampaignResponse
from attribution_client import (
    AsyncAttributionClient,
    AttributionClient,
    AttributionError,
    Campaign,
    Clock,
    DeadlineExceeded,
    RetryPolicy,
    Unavailable,
)
from attribution_client._retry import DEFAULT_TIMEOUT_SECONDS, next_delay
from attribution_client.errors import error_class
from clients.callers import Caller, FakeTime
from clients.fake_service import Failure, FakeService, details, retry_info, unavailable

POLICY = RetryPolicy(max_attempts=4, initial_backoff_seconds=1, max_backoff_seconds=3, multiplier=2)
ANSWER = GetCampaignResponse(campaign=Campaign(campaign_id="c1"))
OTHER_CODES = [
    code
    for code in grpc.StatusCode
    if code not in (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE)
]


def delay(
    attempts: int,
    *,
    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE,
    asked: float | None = None,
    remaining: float = 100.0,
    chance: float = 0.5,
    policy: RetryPolicy = POLICY,
) -> float | None:
    retry_delay = None if asked is None else timedelta(seconds=asked)
    error = error_class(code)(code, retry_delay=retry_delay)
    return next_delay(policy, error, attempts=attempts, remaining=remaining, chance=chance)


def test_waits_grow_up_to_the_longest_and_then_it_gives_up() -> None:
    assert [delay(attempts) for attempts in (1, 2, 3, 4)] == [0.5, 1.0, 1.5, None]


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.999])
def test_jitter_is_full(chance: float) -> None:
    assert delay(1, chance=chance) == chance


@pytest.mark.parametrize("code", OTHER_CODES, ids=lambda code: code.name)
def test_no_other_code_is_tried_again(code: grpc.StatusCode) -> None:
    assert delay(1, code=code, asked=0.1) is None


def test_what_the_service_asks_for_is_waited_in_full_with_the_jitter_on_top() -> None:
    assert delay(1, asked=7) == 7.5
    assert delay(1, asked=0) == 0.5


def test_never_past_the_deadline() -> None:
    assert delay(1, remaining=0.51) == 0.5
    assert delay(1, remaining=0.5) is None
    assert delay(1, asked=7, remaining=7.5) is None
    assert delay(1, chance=0.0, remaining=0.0) is None


def test_growth_without_end_is_cut() -> None:
    endless = RetryPolicy(max_attempts=10_000)
    assert delay(9_999, policy=endless, chance=1.0) == endless.max_backoff_seconds


@pytest.mark.parametrize(
    "values",
    [
        {"max_attempts": 0},
        {"initial_backoff_seconds": -1},
        {"initial_backoff_seconds": float("nan")},
        {"max_backoff_seconds": float("inf")},
        {"multiplier": 0.5},
        {"multiplier": float("inf")},
    ],
    ids=repr,
)
def test_policies_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        RetryPolicy(**values)


def test_the_call_succeeds_once_the_service_is_back(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", unavailable(), unavailable(), unavailable(), ANSWER)
    assert call("get_campaign", "c1", options={"retry": POLICY}) == ANSWER
    assert time.slept == [0.5, 1.0, 1.5]
    requests = service.requests("GetCampaign")
    assert len(requests) == 4
    assert all(request == requests[0] for request in requests)


def test_attempts_are_bounded(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", *[unavailable()] * 10)
    with pytest.raises(Unavailable, match="not now"):
        call("get_campaign", "c1")
    assert len(service.calls) == RetryPolicy().max_attempts == 4
    assert len(time.slept) == 3


@pytest.mark.parametrize("code", OTHER_CODES, ids=lambda code: code.name)
def test_other_codes_get_one_attempt(
    code: grpc.StatusCode, call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    data = details(retry_info(timedelta(seconds=1)))
    service.will("GetCampaign", Failure(code, "text", data))
    with pytest.raises(AttributionError):
        call("get_campaign", "c1")
    assert len(service.calls) == 1
    assert time.slept == []


def test_retry_info_is_honoured(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", unavailable(retry_info(timedelta(seconds=3))), ANSWER)
    assert call("get_campaign", "c1", options={"retry": POLICY}) == ANSWER
    assert time.slept == [3.5]


def test_retry_info_beyond_the_deadline_ends_the_call_at_once(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", unavailable(retry_info(timedelta(seconds=60))))
    with pytest.raises(Unavailable) as caught:
        call("get_campaign", "c1", timeout=59)
    assert caught.value.retry_delay == timedelta(seconds=60)
    assert len(service.calls) == 1
    assert time.slept == []


def test_an_interaction_keeps_its_time_over_the_attempts(
    call: Callable[..., Any], service: FakeService
) -> None:
    service.will("RecordInteraction", unavailable(), unavailable())
    call("record_interaction", person_id="p1", delivery_id="d1", kind="OPENED")
    first, *others = service.requests("RecordInteraction")
    assert others == [first, first]


class SyncTimeouts(grpc.UnaryUnaryClientInterceptor):
    """Keeps the time that each attempt was given."""

    def __init__(self) -> None:
        self.seen: list[float | None] = []

    def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        self.seen.append(client_call_details.timeout)
        return continuation(client_call_details, request)


class AsyncTimeouts(grpc.aio.UnaryUnaryClientInterceptor):
    """Keeps the time that each attempt was given."""

    def __init__(self) -> None:
        self.seen: list[float | None] = []

    async def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        self.seen.append(client_call_details.timeout)
        return await continuation(client_call_details, request)


def timeouts_sync(
    address: str,
    time: FakeTime,
    per_call: float | None,
    retry: RetryPolicy = POLICY,
    **options: Any,
) -> Any:
    recorder = SyncTimeouts()
    with grpc.insecure_channel(address) as channel:
        client = AttributionClient(
            grpc.intercept_channel(channel, recorder),
            clock=time.clock(),
            sleep=time.sleep,
            retry=retry,
            **options,
        )
        try:
            client.get_campaign("c1", timeout=per_call)
        except AttributionError as error:
            return recorder.seen, error
        return recorder.seen, None


def timeouts_async(
    address: str,
    time: FakeTime,
    per_call: float | None,
    retry: RetryPolicy = POLICY,
    **options: Any,
) -> Any:
    async def call() -> Any:
        recorder = AsyncTimeouts()
        async with grpc.aio.insecure_channel(address, interceptors=[recorder]) as channel:
            client = AsyncAttributionClient(
                channel, clock=time.clock(), sleep=time.asleep, retry=retry, **options
            )
            try:
                await client.get_campaign("c1", timeout=per_call)
            except AttributionError as error:
                return recorder.seen, error
            return recorder.seen, None

    return asyncio.run(call())


@pytest.fixture(params=[timeouts_sync, timeouts_async], ids=["sync", "async"])
def timeouts(request: pytest.FixtureRequest) -> Callable[..., Any]:
    found: Callable[..., Any] = request.param
    return found


def test_every_call_has_a_deadline(
    timeouts: Callable[..., Any], address: str, time: FakeTime
) -> None:
    assert timeouts(address, time, None) == ([DEFAULT_TIMEOUT_SECONDS], None)
    assert timeouts(address, time, None, timeout=77) == ([77], None)
    assert timeouts(address, time, 33, timeout=77) == ([33], None)


def test_the_deadline_spans_the_attempts(
    timeouts: Callable[..., Any], address: str, service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", *[unavailable()] * 3)
    assert timeouts(address, time, 60) == ([60, 59.5, 58.5, 57], None)


def test_no_wait_that_would_end_past_the_deadline(
    timeouts: Callable[..., Any], address: str, service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", *[unavailable()] * 4)
    policy = RetryPolicy(initial_backoff_seconds=100, max_backoff_seconds=1000)
    seen, error = timeouts(address, time, 140, policy)
    # After the first wait of 50 s there are 90 s left, and the next would take 100 s.
    assert seen == [140, 90]
    assert isinstance(error, Unavailable)
    assert time.slept == [50]


def test_a_sleep_that_ran_past_the_deadline_ends_the_call(
    timeouts: Callable[..., Any], address: str, service: FakeService, time: FakeTime
) -> None:
    service.will("GetCampaign", unavailable())
    time.overslept = 100.0
    seen, error = timeouts(address, time, 30)
    assert seen == [30, -70.5]
    assert isinstance(error, DeadlineExceeded)
    assert error.reason == ""
    assert len(service.calls) == 1


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_a_timeout_that_is_none_is_refused(
    timeout: float, call: Callable[..., Any], service: FakeService
) -> None:
    with pytest.raises(ValueError, match="timeout must be a finite number"):
        call("get_campaign", "c1", timeout=timeout)
    with pytest.raises(ValueError, match="timeout must be a finite number"):
        call("get_campaign", "c1", options={"timeout": timeout})
    assert service.calls == []


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that refuses connections: its port is taken, and nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def test_a_server_that_is_not_there(nobody: str, caller: Caller, time: FakeTime) -> None:
    with pytest.raises(Unavailable) as caught:
        caller(nobody, "get_campaign", "c1", faked=time)
    assert caught.value.reason == ""
    assert len(time.slept) == 3


def test_the_default_clock() -> None:
    clock = Clock()
    assert clock.now().utcoffset() == timedelta()
    assert clock.monotonic() <= clock.monotonic()
    assert 0 <= clock.random() < 1
