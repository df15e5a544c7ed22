"""Several servers under one target: calls go to them in turn, past those that are gone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import grpc
import pytest
from attribution.v1.campaign_service_pb2 import GetCampaignResponse
from attribution_client import AttributionClient, RetryPolicy, Unavailable
from attribution_client._channel import ChannelSettings
from clients.callers import Caller, FakeTime
from clients.fake_service import FakeService, served
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

SERVERS = 3
ROUNDS = 8


@dataclass
class Fleet:
    """Servers that may be stopped, each by itself."""

    services: list[FakeService] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    stops: list[ExitStack] = field(default_factory=list)
    seen: list[int] = field(default_factory=lambda: [0] * SERVERS)

    @property
    def target(self) -> str:
        """All of them."""
        return "ipv4:" + ",".join(self.addresses)

    def answered(self) -> list[int]:
        """How many calls each was asked since the last look."""
        before, self.seen = self.seen, [len(service.calls) for service in self.services]
        return [now - then for now, then in zip(self.seen, before, strict=True)]


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    made = Fleet()
    with ExitStack() as stack:
        for _ in range(SERVERS):
            service, stop = FakeService(), stack.enter_context(ExitStack())
            made.services.append(service)
            made.addresses.append(stop.enter_context(served(service)))
            made.stops.append(stop)
        yield made


def test_calls_go_to_all_servers_in_turn(fleet: Fleet) -> None:
    with AttributionClient(fleet.target) as client:
        call_until_all_are_connected(client, fleet)
        for _ in range(ROUNDS * SERVERS):
            client.get_campaign("c1")
    assert fleet.answered() == [ROUNDS] * SERVERS


def test_calls_go_on_when_a_server_goes(fleet: Fleet) -> None:
    with AttributionClient(fleet.target) as client:
        call_until_all_are_connected(client, fleet)
        fleet.stops[1].close()
        for _ in range(ROUNDS * SERVERS):
            client.get_campaign("c1")
        counts = fleet.answered()
        assert counts[1] == 0
        assert counts[0] + counts[2] == ROUNDS * SERVERS


def call_until_all_are_connected(client: AttributionClient, fleet: Fleet) -> None:
    """Connections are made one after the other, and the first serves all calls until then."""
    for _ in range(10_000):
        client.get_campaign("c1")
        if all(service.calls for service in fleet.services):
            break
    # One whole turn from here on.
    fleet.answered()


def test_both_forms_take_such_a_target(fleet: Fleet, caller: Caller) -> None:
    assert caller(fleet.target, "get_campaign", "c1", faked=FakeTime()) == GetCampaignResponse()


def test_a_name_is_looked_up(fleet: Fleet) -> None:
    port = fleet.addresses[0].rpartition(":")[2]
    with AttributionClient(f"dns:///localhost:{port}") as client:
        assert client.get_campaign("c1") == GetCampaignResponse()


@contextmanager
def said_by_health(serving: bool) -> Iterator[str]:
    """A server with nothing but health."""
    server = grpc.server(ThreadPoolExecutor(4))
    servicer = health.HealthServicer()
    status = health_pb2.HealthCheckResponse
    servicer.set("", status.SERVING if serving else status.NOT_SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_servers_that_say_that_they_do_not_serve_get_no_calls(fleet: Fleet) -> None:
    """It would answer UNIMPLEMENTED, which is not tried again."""
    with said_by_health(serving=False) as address:
        target = f"ipv4:{address},{fleet.addresses[0]}"
        with AttributionClient(target, retry=RetryPolicy(max_attempts=1)) as client:
            for _ in range(ROUNDS):
                client.get_campaign("c1")


def test_if_none_serves_calls_fail_as_unavailable() -> None:
    with (
        said_by_health(serving=False) as address,
        AttributionClient(f"ipv4:{address}", retry=RetryPolicy(max_attempts=1)) as client,
        pytest.raises(Unavailable),
    ):
        client.get_campaign("c1")


@pytest.mark.parametrize("target", ["host:1", "127.0.0.1:1", "unix:/run/it", "dns:50051"])
def test_one_server_is_called_as_ever(target: str) -> None:
    options = dict(ChannelSettings(None, None, None, None).options(target))
    assert "grpc.service_config" not in options


@pytest.mark.parametrize("target", ["dns:///host:1", "ipv4:127.0.0.1:1", "ipv6:[::1]:1"])
def test_several_servers_are_called_in_turn(target: str) -> None:
    options = dict(ChannelSettings(None, None, None, None).options(target))
    assert "round_robin" in str(options["grpc.service_config"])
