"""The fake service, and both forms of the client."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from clients.callers import Caller, FakeTime, call_async, call_sync
from clients.fake_service import FakeService, served


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep calls to the loopback away from a proxy that the machine may have."""
    monkeypatch.setenv("no_grpc_proxy", "127.0.0.1")


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def address(service: FakeService) -> Iterator[str]:
    with served(service) as address:
        yield address


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture(params=[call_sync, call_async], ids=["sync", "async"])
def caller(request: pytest.FixtureRequest) -> Caller:
    found: Caller = request.param
    return found


@dataclass(frozen=True, slots=True)
class Bound:
    """A form of the client bound to the fake service and the fake time."""

    caller: Caller
    address: str
    time: FakeTime

    def __call__(self, method: str, *args: object, options: Any = None, **named: Any) -> Any:
        return self.caller(self.address, method, *args, faked=self.time, options=options, **named)


@pytest.fixture
def call(caller: Caller, address: str, time: FakeTime) -> Callable[..., Any]:
    return Bound(caller, address, time)
