"""The one boundary where faults become gRPC statuses; nothing internal leaks through it."""

import string
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

import structlog
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

from attribution_service.core.refusals import Reason, Refusal, Violation
from attribution_service.storage.interface import (
    StoreConflictError,
    StoreFullError,
    StoreUnavailableError,
)

log = structlog.get_logger()

# Where gRPC clients look for the google.rpc.Status of a call.
STATUS_DETAILS = "grpc-status-details-bin"
DOMAIN = "attribution.v1"
# Statuses travel in HTTP/2 headers, of which many clients take 8 KiB in all: the message, in which
# a byte beyond ASCII costs three, and once more the message with the details, in base 64.
_MAX_MESSAGE_BYTES = 1_500
_MAX_MESSAGE_HEADER_BYTES = 2_500
_MAX_DESCRIPTION_BYTES = 400
_MAX_METADATA_BYTES = 300
_MAX_VIOLATIONS_BYTES = 1_500
_STORE_RETRY_SECONDS = 1.0
_SHORT_FAILURES = 100

CODES: Mapping[Reason, StatusCode] = {
    Reason.FIELD_REQUIRED: StatusCode.INVALID_ARGUMENT,
    Reason.FIELD_TOO_LONG: StatusCode.INVALID_ARGUMENT,
    Reason.FIELD_OUT_OF_RANGE: StatusCode.INVALID_ARGUMENT,
    Reason.FIELD_INVALID: StatusCode.INVALID_ARGUMENT,
    Reason.RULE_INVALID: StatusCode.INVALID_ARGUMENT,
    Reason.GOAL_REQUIRED: StatusCode.INVALID_ARGUMENT,
    Reason.CAMPAIGN_MISMATCH: StatusCode.INVALID_ARGUMENT,
    Reason.MALFORMED_REQUEST: StatusCode.INVALID_ARGUMENT,
    Reason.PAGE_TOKEN_INVALID: StatusCode.INVALID_ARGUMENT,
    Reason.CAMPAIGN_NOT_FOUND: StatusCode.NOT_FOUND,
    Reason.JOURNEY_NOT_FOUND: StatusCode.NOT_FOUND,
    Reason.DELIVERY_NOT_FOUND: StatusCode.NOT_FOUND,
    Reason.CAMPAIGN_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.JOURNEY_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.DELIVERY_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.EVENT_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.SEGMENT_NOT_FOUND: StatusCode.NOT_FOUND,
    Reason.SEGMENT_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.SEGMENT_CHANGE_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.UPDATE_ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    Reason.SEGMENT_HAS_RULE: StatusCode.FAILED_PRECONDITION,
    Reason.SEGMENT_KIND_FIXED: StatusCode.FAILED_PRECONDITION,
    Reason.SEGMENT_IN_USE: StatusCode.FAILED_PRECONDITION,
    Reason.GOAL_FIXED: StatusCode.FAILED_PRECONDITION,
    Reason.CAMPAIGN_ARCHIVED: StatusCode.FAILED_PRECONDITION,
    Reason.EVENT_NOT_FOUND: StatusCode.NOT_FOUND,
    Reason.CONVERSION_NOT_FOUND: StatusCode.NOT_FOUND,
    Reason.ETAG_MISMATCH: StatusCode.ABORTED,
    Reason.MESSAGE_TOO_LARGE: StatusCode.RESOURCE_EXHAUSTED,
    Reason.OVERLOADED: StatusCode.RESOURCE_EXHAUSTED,
    Reason.STORE_FULL: StatusCode.RESOURCE_EXHAUSTED,
    Reason.LIMIT_REACHED: StatusCode.RESOURCE_EXHAUSTED,
    Reason.STORE_CONFLICT: StatusCode.ABORTED,
    Reason.STORE_UNAVAILABLE: StatusCode.UNAVAILABLE,
    Reason.SHUTTING_DOWN: StatusCode.UNAVAILABLE,
    Reason.DEADLINE_EXCEEDED: StatusCode.DEADLINE_EXCEEDED,
    Reason.INTERNAL: StatusCode.INTERNAL,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A status as it goes to the caller; `details` is a serialized google.rpc.Status."""

    code: StatusCode
    reason: Reason
    message: str
    details: bytes


def failure(fault: BaseException, method: str) -> Failure:
    """The status that tells a fault of a call of `method`; a fault nobody expected is logged."""
    refusal = _refusal(fault, method)
    if refusal.violations or refusal.metadata:
        return _failure(refusal)
    return _short_failure(refusal.reason, refusal.message, refusal.retry_after_seconds)


# Under overload the same is told thousands of times a second, by one who has no time for it.
@lru_cache(maxsize=_SHORT_FAILURES)
def _short_failure(reason: Reason, message: str, retry_after_seconds: float | None) -> Failure:
    return _failure(Refusal(reason, message, retry_after_seconds=retry_after_seconds))


def _failure(refusal: Refusal) -> Failure:
    code = CODES[refusal.reason]
    number: int = code.value[0]
    message = _message(refusal.message)
    status = status_pb2.Status(code=number, message=message)
    for detail in _details(refusal):
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return Failure(code, refusal.reason, message, status.SerializeToString())


def told(fault: BaseException, method: str) -> tuple[StatusCode, Refusal]:
    """The code and the refusal that tell a fault where it is one of many; texts are cut alike.

    Of the violations there is the first alone.
    """
    refusal = _refusal(fault, method)
    metadata = {key: _cut(text, _MAX_METADATA_BYTES) for key, text in refusal.metadata.items()}
    violations = tuple(
        replace(item, field=_cut(item.field, _MAX_METADATA_BYTES))
        for item in refusal.violations[:1]
    )
    return CODES[refusal.reason], replace(
        refusal, message=_message(refusal.message), metadata=metadata, violations=violations
    )


def _refusal(fault: BaseException, method: str) -> Refusal:
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, StoreFullError):
        return Refusal(Reason.STORE_FULL, "the store has no room left; nothing was recorded")
    if isinstance(fault, StoreConflictError):
        return Refusal(
            Reason.STORE_CONFLICT,
            "others were at the same records for too long: try again with the same ids",
            retry_after_seconds=_STORE_RETRY_SECONDS,
        )
    if isinstance(fault, StoreUnavailableError):
        return Refusal(
            Reason.STORE_UNAVAILABLE,
            "the store does not answer: try again with the same ids",
            retry_after_seconds=_STORE_RETRY_SECONDS,
        )
    error_id = uuid.uuid4().hex
    log.error("internal_error", error_id=error_id, method=method, exc_info=fault)
    return Refusal(
        Reason.INTERNAL,
        f"internal error; the server's log has more under the error id {error_id}",
        {"error_id": error_id},
    )


def _details(refusal: Refusal) -> list[Message]:
    metadata = {key: _cut(text, _MAX_METADATA_BYTES) for key, text in refusal.metadata.items()}
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=metadata)
    ]
    if refusal.violations:
        details.append(_bad_request(refusal.violations))
    if refusal.retry_after_seconds is not None:
        wait = delay(refusal.retry_after_seconds)
        details.append(error_details_pb2.RetryInfo(retry_delay=wait))
    return details


def delay(seconds: float | None) -> Duration | None:
    """How long to wait before trying again, to the millisecond; None: it is not said."""
    if seconds is None:
        return None
    wait = Duration()
    wait.FromMilliseconds(round(seconds * 1_000))
    return wait


def _bad_request(violations: Iterable[Violation]) -> error_details_pb2.BadRequest:
    """The first violation, and of the others as many as there is room for."""
    told = error_details_pb2.BadRequest()
    room = _MAX_VIOLATIONS_BYTES
    for item in violations:
        violation = _violation(item)
        room -= violation.ByteSize()
        if told.field_violations and room < 0:
            break
        told.field_violations.append(violation)
    return told


def _message(text: str) -> str:
    """The text, cut to what the header may hold."""
    message = _cut(text, _MAX_MESSAGE_BYTES)
    while len(quote(message, safe=string.printable)) > _MAX_MESSAGE_HEADER_BYTES:
        message = _cut(message, len(message.encode()) * 3 // 4)
    return message


def _violation(item: Violation) -> error_details_pb2.BadRequest.FieldViolation:
    return error_details_pb2.BadRequest.FieldViolation(
        field=_cut(item.field, _MAX_METADATA_BYTES),
        reason=item.reason,
        description=_cut(item.description, _MAX_DESCRIPTION_BYTES),
    )


def _cut(text: str, most: int) -> str:
    """The text, cut to so many bytes of UTF-8."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode(errors="ignore") + "…"
