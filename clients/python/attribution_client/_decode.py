"""From what gRPC raises to the errors of this package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar, cast

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from attribution_client.errors import AttributionError, FieldViolation, error_class

DETAILS_KEY: Final = "grpc-status-details-bin"
DOMAIN: Final = "attribution.v1"

_M = TypeVar("_M", bound=Message)


@dataclass(frozen=True, slots=True)
class _Details:
    message: str = ""
    reason: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    field_violations: tuple[FieldViolation, ...] = ()
    retry_delay: timedelta | None = None


def from_rpc_error(error: grpc.RpcError) -> AttributionError:
    """Return the typed error for one that gRPC raised.

    Never raises: details that are missing or cannot be read are left out.
    """
    # A bare RpcError, such as a test double's, has no code at all.
    found = error.code() if hasattr(error, "code") else None
    code = found if isinstance(found, grpc.StatusCode) else grpc.StatusCode.UNKNOWN
    text = error.details() if hasattr(error, "details") else str(error)
    details = _read(_details_bytes(error))
    return error_class(code)(
        code,
        details.reason,
        text or details.message,
        dict(details.metadata),
        details.field_violations,
        details.retry_delay,
    )


def _details_bytes(error: grpc.RpcError) -> bytes:
    metadata = error.trailing_metadata() if hasattr(error, "trailing_metadata") else None
    # Pairs in both forms, though the stubs know it of the asynchronous only.
    for key, value in cast("Iterable[tuple[str, str | bytes]]", metadata or ()):
        if key == DETAILS_KEY and isinstance(value, bytes):
            return value
    return b""


def _read(data: bytes) -> _Details:
    status = _parse(status_pb2.Status, data)
    if status is None:
        return _Details()
    reason, metadata = _reason(status.details)
    return _Details(
        message=status.message,
        reason=reason,
        metadata=metadata,
        field_violations=_field_violations(status.details),
        retry_delay=_retry_delay(status.details),
    )


def _reason(details: list[Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    for info in _unpacked(details, error_details_pb2.ErrorInfo):
        # A reason of another domain (a proxy's) means something else.
        if info.domain == DOMAIN:
            return info.reason, tuple(info.metadata.items())
    return "", ()


def _field_violations(details: list[Any]) -> tuple[FieldViolation, ...]:
    return tuple(
        FieldViolation(violation.field, violation.description, violation.reason)
        for request in _unpacked(details, error_details_pb2.BadRequest)
        for violation in request.field_violations
    )


def _retry_delay(details: list[Any]) -> timedelta | None:
    for info in _unpacked(details, error_details_pb2.RetryInfo):
        if not info.HasField("retry_delay"):
            continue
        try:
            delay: timedelta = info.retry_delay.ToTimedelta()
        except (ValueError, OverflowError):
            continue
        if delay >= timedelta():
            return delay
    return None


def _unpacked(details: list[Any], kind: type[_M]) -> list[_M]:
    found = (
        _parse(kind, detail.value)
        for detail in details
        if detail.type_url.rpartition("/")[2] == kind.DESCRIPTOR.full_name
    )
    return [message for message in found if message is not None]


def _parse(kind: type[_M], data: bytes) -> _M | None:
    try:
        return kind.FromString(data)
    except DecodeError:
        return None
