"""What scenarios are played on: the core in this process, or a server over loopback gRPC."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import (
    ServerSettings,
    SettingsError,
    is_postgres,
    shown_store,
    sqlite_path,
)
from attribution_service.core.commands import Command
from attribution_service.core.refusals import Refusal, Violation
from attribution_service.pipeline.engine import Arrival, Engine, Outcome
from attribution_service.storage.memory import MemoryStore
from attribution_service.storage.scratch import scratch_postgres
from attribution_service.transport.batch import BatchRpc
from attribution_service.transport.errors import STATUS_DETAILS, failure
from attribution_service.transport.limits import TransportLimits
from attribution_service.transport.rpcs import BatchStreamRpc, Method, ReadRpc, StreamRpc

MEMORY = "memory"
SQLITE = "sqlite"
_CALL_SECONDS = 30.0


@dataclass(eq=False)
class CallError(Exception):
    """A call that ended in an error; `violations` are known of the core in this process only."""

    code: grpc.StatusCode
    reason: str
    message: str
    violations: tuple[Violation, ...] = ()


class Target(Protocol):
    """Something that answers calls at times that the caller sets."""

    def call(self, method: Method, request: Message, at_us: int) -> Message:
        """The response. Raises CallError."""
        ...


class TargetFactory(Protocol):
    """Makes a target with an empty store, to be used for one scenario."""

    def __call__(self) -> AbstractContextManager[Target]:
        """The target; it is gone when the block ends."""
        ...


class CoreTarget:
    """The engine on a store in memory, called without gRPC."""

    def __init__(self) -> None:
        self._store = MemoryStore()
        self._engine = Engine(self._store)

    def call(self, method: Method, request: Message, at_us: int) -> Message:
        """The response. Raises CallError."""
        try:
            return self._respond(method, request, at_us)
        except Exception as fault:
            told = failure(fault, method.path)
            violations = fault.violations if isinstance(fault, Refusal) else ()
            raise CallError(told.code, told.reason, told.message, violations) from fault

    def _outcomes(self, wanted: Sequence[Command | Refusal], at_us: int) -> list[Outcome]:
        commands = [each for each in wanted if not isinstance(each, Refusal)]
        outcomes = iter(self._engine.execute([Arrival(each, at_us) for each in commands]))
        return [each if isinstance(each, Refusal) else next(outcomes) for each in wanted]

    def _respond(self, method: Method, request: Message, at_us: int) -> Message:
        rpc = method.rpc
        # Through the same door as on the wire, so that the same requests are refused.
        request = method.parse(request.SerializeToString(), TransportLimits().message_bytes)
        if isinstance(rpc, StreamRpc):
            raise TypeError(f"{method.name} has more than one answer")
        if isinstance(rpc, ReadRpc):
            return rpc.read(request, self._store)
        if isinstance(rpc, BatchStreamRpc):  # of one batch
            rpc = rpc.batch
        if isinstance(rpc, BatchRpc):
            items = rpc.parse(method.request_type, request.SerializeToString())
            return rpc.response(items, self._outcomes(rpc.commands(items), at_us))
        (outcome,) = self._engine.execute([Arrival(rpc.command(request), at_us)])
        if isinstance(outcome, Exception):
            raise outcome
        return rpc.response(outcome)


class ServerTarget:
    """A server that listens at an address, and whose clock is in our hands."""

    def __init__(self, address: str, clock: ManualClock) -> None:
        self._channel = grpc.insecure_channel(address)
        self._clock = clock

    def call(self, method: Method, request: Message, at_us: int) -> Message:
        """The response, in a stream the one to its only request. Raises CallError."""
        self._clock.set_us(at_us)
        types = (method.request_type.SerializeToString, method.response_type.FromString)
        try:
            if isinstance(method.rpc, BatchStreamRpc):
                stream = self._channel.stream_stream(method.path, *types)
                (response,) = stream(iter([request]), timeout=_CALL_SECONDS)
                return response
            call = self._channel.unary_unary(method.path, *types)
            return call(request, timeout=_CALL_SECONDS)
        except grpc.RpcError as error:
            raise _call_error(error) from error

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


T = TypeVar("T", bound=Message)


def _call_error(error: grpc.RpcError) -> CallError:
    status = status_pb2.Status()
    metadata: Any = error.trailing_metadata() or ()
    for key, value in metadata:
        if key == STATUS_DETAILS:
            status.ParseFromString(value)
    info = next(iter(_details(status, error_details_pb2.ErrorInfo)), None)
    return CallError(error.code(), info.reason if info else "", error.details() or "")


def _details(status: status_pb2.Status, kind: type[T]) -> Iterator[T]:
    for packed in status.details:
        detail = kind()
        if packed.Unpack(detail):
            yield detail


def factory(store: str) -> TargetFactory:
    """Targets on this store: `memory`, `sqlite`, `sqlite:///FILE`, or `postgresql://...`.

    A named file must not exist yet; it is made anew for each scenario, and that of the last one
    stays to be looked at. In a database each scenario has a schema of its own, which does not stay.
    Raises SettingsError.
    """
    if store == MEMORY:
        return _core
    if store == SQLITE:
        return _temporary
    if is_postgres(store):
        return lambda: _on_postgres(store)
    if not store.startswith(f"{SQLITE}:"):
        raise SettingsError(
            f"{shown_store(store)!r} is no store for scenarios: {MEMORY}, {SQLITE}, "
            "sqlite:///FILE or postgresql://HOST/DATABASE"
        )
    path = sqlite_path(store)
    if any(file.exists() for file in _files_of(path)):
        raise SettingsError(
            f"{str(path)!r} exists; scenarios need a store of their own: name a new file"
        )
    return lambda: _on_file(path)


def _files_of(path: Path) -> list[Path]:
    """The files that a store on this path consists of."""
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", ".lock")]


@contextmanager
def _core() -> Iterator[Target]:
    yield CoreTarget()


@contextmanager
def _temporary() -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, _on_file(Path(folder, "scenario.db")) as target:
        yield target


@contextmanager
def _on_file(path: Path) -> Iterator[Target]:
    for left_over in _files_of(path):  # of the scenario before; factory() saw that none was there
        left_over.unlink(missing_ok=True)
    with _server(f"sqlite:///{path}") as target:
        yield target


@contextmanager
def _on_postgres(store_url: str) -> Iterator[Target]:
    with scratch_postgres(store_url) as own_url, _server(own_url) as target:
        yield target


@contextmanager
def _server(store_url: str) -> Iterator[Target]:
    clock = ManualClock()
    with background(ServerSettings(store_url=store_url), clock) as address:
        target = ServerTarget(address, clock)
        try:
            yield target
        finally:
            target.close()
