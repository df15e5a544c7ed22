"""Calls of a server by method name, with requests as dictionaries or raw bytes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import ServerSettings
from attribution_service.transport.errors import STATUS_DETAILS
from attribution_service.transport.rpcs import METHODS, BatchStreamRpc, StreamRpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from support.stores import store_of

START_US = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z
_METHODS = {method.name: method for method in METHODS}
_CALL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Refused:
    """An error of a call, with its details decoded."""

    code: str
    message: str
    reason: str
    metadata: Mapping[str, str]
    fields: tuple[tuple[str, str], ...]
    descriptions: tuple[str, ...]
    retry_seconds: float | None


class Caller:
    """Calls the server at an address."""

    def __init__(
        self,
        address: str,
        clock: ManualClock | None = None,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        self.address = address
        self.clock = clock
        self.channel = grpc.insecure_channel(address, options=list(options))

    def __call__(
        self, name: str, request: Mapping[str, Any], timeout: float = _CALL_SECONDS
    ) -> dict[str, Any]:
        """The response as a dictionary. Raises grpc.RpcError."""
        method = _METHODS[name]
        data = self.raw(name, self.message(name, request), timeout)
        response = method.response_type.FromString(data)
        return json_format.MessageToDict(response, preserving_proto_field_name=True)

    def message(self, name: str, request: Mapping[str, Any]) -> bytes:
        """The bytes of a request."""
        message = json_format.ParseDict(dict(request), _METHODS[name].request_type())
        return message.SerializeToString()

    def raw(self, name: str, data: bytes, timeout: float = _CALL_SECONDS) -> bytes:
        """The bytes of the response, the first of a stream. Raises grpc.RpcError."""
        if isinstance(_METHODS[name].rpc, StreamRpc):
            stream: Any = self.channel.unary_stream(_METHODS[name].path)
            return bytes(next(stream(data, timeout=timeout)))
        if isinstance(_METHODS[name].rpc, BatchStreamRpc):
            both: Any = self.channel.stream_stream(_METHODS[name].path)
            return bytes(next(both(iter([data]), timeout=timeout)))
        call: Any = self.channel.unary_unary(_METHODS[name].path)
        response: bytes = call(data, timeout=timeout)
        return response

    def refused(self, name: str, request: Mapping[str, Any] | bytes) -> Refused:
        """The error that the call must end in."""
        try:
            if isinstance(request, bytes):
                self.raw(name, request)
            else:
                self(name, request)
        except grpc.RpcError as error:
            return refusal(error)
        raise AssertionError(f"{name} was not refused")

    def close(self) -> None:
        """Close the channel."""
        self.channel.close()


def refusal(error: grpc.RpcError) -> Refused:
    """An error with its details decoded."""
    status = status_pb2.Status()
    metadata: Any = error.trailing_metadata() or ()
    for key, value in metadata:
        if key == STATUS_DETAILS:
            status.ParseFromString(value)
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    retry_seconds = None
    for packed in status.details:
        packed.Unpack(info)
        packed.Unpack(bad)
        if packed.Unpack(retry):
            retry_seconds = retry.retry_delay.ToMilliseconds() / 1_000
    return Refused(
        code=error.code().name,
        message=error.details() or "",
        reason=info.reason,
        metadata=dict(info.metadata),
        fields=tuple((item.field, item.reason) for item in bad.field_violations),
        descriptions=tuple(item.description for item in bad.field_violations),
        retry_seconds=retry_seconds,
    )


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[Caller]:
    """A server on the store of the folder, its clock in the caller's hands."""
    clock = ManualClock(START_US)
    with background(ServerSettings(store_url=store_of(folder), **settings), clock) as address:
        caller = Caller(address, clock)
        try:
            yield caller
        finally:
            caller.close()


COURSE: dict[str, Any] = {
    "campaign_id": "course",
    "trigger": {"event_name": "course_started"},
    "goal": {
        "performs_event": {
            "event_name": "course_finished",
            "filter": "event.course_id == trigger.course_id",
        },
        "window": "604800s",
    },
    "exit_policy": "EXIT_POLICY_GOAL",
}


def set_the_scene(call: Caller) -> None:
    """The course campaign, ada's journey j1 and its delivery d1; bob's journey j2."""
    call("CreateCampaign", {"campaign": COURSE})
    for person, journey in (("ada", "j1"), ("bob", "j2")):
        call(
            "StartJourney",
            {
                "person_id": person,
                "journey_id": journey,
                "campaign_id": "course",
                "trigger_properties": {"course_id": "py101"},
            },
        )
    call("RecordDelivery", {"delivery": email("d1", "j1", "ada")})


def email(delivery_id: str, journey_id: str, person_id: str) -> dict[str, Any]:
    """An email that was sent."""
    return {
        "delivery_id": delivery_id,
        "journey_id": journey_id,
        "person_id": person_id,
        "action_id": "email-1",
        "channel": "CHANNEL_EMAIL",
    }


def finished(event_id: str, person_id: str, course_id: str = "py101") -> dict[str, Any]:
    """A request to evaluate that the person finished the course."""
    event = {
        "event_id": event_id,
        "person_id": person_id,
        "name": "course_finished",
        "properties": {"course_id": course_id},
    }
    return {"event": event}
