"""The channel: own or ready, its options, its end."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio
import pytest
from attribution.v1.campaign_service_pb2 import GetCampaignResponse
from attribution_client import (
    AsyncAttributionClient,
    AttributionClient,
    Campaign,
    ResourceExhausted,
    RetryPolicy,
    Unavailable,
    __version__,
)
from attribution_client._channel import DEFAULT_MAX_MESSAGE_BYTES, ChannelSettings
from clients.fake_service import FakeService

ONCE = RetryPolicy(max_attempts=1)


def test_the_server_sees_who_calls(call: Callable[..., Any], service: FakeService) -> None:
    call("get_campaign", "c1")
    call("get_campaign", "c1", options={"user_agent": "mailer/2.1"})
    own, named = [str(seen.metadata["user-agent"]) for seen in service.calls]
    assert own.startswith(f"attribution-client/{__version__} grpc-python")
    assert named.startswith(f"mailer/2.1 attribution-client/{__version__} grpc-python")


def test_a_request_over_the_limit_is_not_sent(
    call: Callable[..., Any], service: FakeService
) -> None:
    with pytest.raises(ResourceExhausted):
        call("get_campaign", "x" * 1000, options={"max_message_bytes": 500})
    assert service.calls == []


def test_a_response_over_the_limit_is_refused(
    call: Callable[..., Any], service: FakeService
) -> None:
    large = GetCampaignResponse(campaign=Campaign(campaign_id="x" * 1000))
    service.will("GetCampaign", large, large)
    with pytest.raises(ResourceExhausted):
        call("get_campaign", "c1", options={"max_message_bytes": 500})
    assert call("get_campaign", "c1") == large


def test_options() -> None:
    plain = dict(ChannelSettings(None, None, None, None).options("host:1"))
    assert plain["grpc.max_receive_message_length"] == DEFAULT_MAX_MESSAGE_BYTES
    assert plain["grpc.max_send_message_length"] == DEFAULT_MAX_MESSAGE_BYTES
    assert plain["grpc.enable_retries"] == 0
    assert "grpc.keepalive_time_ms" not in plain
    chosen = dict(ChannelSettings(None, 7, None, 1.5).options("host:1"))
    assert chosen["grpc.max_receive_message_length"] == 7
    assert chosen["grpc.keepalive_time_ms"] == 1500


@pytest.mark.parametrize("name", ["max_message_bytes", "keepalive_seconds"])
def test_numbers_that_are_none_are_refused(name: str, call: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0"):
        call("get_campaign", "c1", options={name: 0})


def test_with_credentials_nothing_goes_out_in_the_clear(
    call: Callable[..., Any], service: FakeService
) -> None:
    options = {"credentials": grpc.ssl_channel_credentials(), "retry": ONCE}
    with pytest.raises(Unavailable):
        call("get_campaign", "c1", options=options)
    assert service.calls == []


@pytest.mark.parametrize(
    "option",
    [
        {"credentials": grpc.ssl_channel_credentials()},
        {"max_message_bytes": 1},
        {"user_agent": "mailer/2.1"},
        {"keepalive_seconds": 1},
    ],
    ids=lambda option: next(iter(option)),
)
def test_options_without_effect_on_a_ready_channel_are_refused(option: dict[str, Any]) -> None:
    async def make() -> None:
        async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
            AsyncAttributionClient(channel, **option)

    message = f"{next(iter(option))} has no effect on a ready channel"
    with (
        grpc.insecure_channel("127.0.0.1:1") as channel,
        pytest.raises(ValueError, match=message),
    ):
        AttributionClient(channel, **option)
    with pytest.raises(ValueError, match=message):
        asyncio.run(make())


def test_a_ready_channel_stays_open(address: str, service: FakeService) -> None:
    with grpc.insecure_channel(address) as channel:
        for _ in range(2):
            with AttributionClient(channel) as client:
                client.get_campaign("c1")
    assert len(service.calls) == 2


def test_a_ready_channel_stays_open_async(address: str, service: FakeService) -> None:
    async def run() -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            for _ in range(2):
                async with AsyncAttributionClient(channel) as client:
                    await client.get_campaign("c1")

    asyncio.run(run())
    assert len(service.calls) == 2


def test_closing_again_does_nothing(address: str) -> None:
    with AttributionClient(address) as client:
        client.get_campaign("c1")
        client.close()

    async def run() -> None:
        async with AsyncAttributionClient(address) as client:
            await client.get_campaign("c1")
            await client.close()

    asyncio.run(run())


def test_a_closed_client_refuses_calls(address: str) -> None:
    client = AttributionClient(address)
    client.close()
    with pytest.raises(ValueError, match="the client is closed"):
        client.get_campaign("c1")

    async def run() -> None:
        client = AsyncAttributionClient(address)
        await client.close()
        with pytest.raises(ValueError, match="the client is closed"):
            await client.get_campaign("c1")

    asyncio.run(run())


def test_the_asyncio_form_needs_a_running_loop() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        AsyncAttributionClient("127.0.0.1:1")


def test_calls_of_one_asyncio_client_run_side_by_side(address: str, service: FakeService) -> None:
    async def run() -> None:
        async with AsyncAttributionClient(address) as client:
            await asyncio.gather(*[client.get_campaign(f"c{n}") for n in range(20)])

    asyncio.run(run())
    assert len(service.calls) == 20


def test_a_cancelled_task_is_not_retried(address: str, service: FakeService) -> None:
    async def run() -> None:
        async with AsyncAttributionClient(address) as client:
            task = asyncio.create_task(client.get_campaign("c1"))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert service.calls == []
