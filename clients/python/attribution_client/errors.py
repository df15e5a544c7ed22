"""The errors that calls raise: one class for each canonical code, and named after it.

Branch on the class or on `AttributionError.reason`, never on the message.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import grpc


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field of the request that is at fault.

    Attributes:
        field: Path of the field in the request, such as `campaign.goal.window`.
        description: What is wrong, for people.
        reason: Name of the `ErrorReason` without its prefix, such as
            `FIELD_OUT_OF_RANGE`; empty if the service gave none.
    """

    field: str
    description: str
    reason: str = ""


class AttributionError(Exception):
    """A call that failed. Caught, it covers all errors of the service.

    Attributes:
        code: The canonical code.
        reason: Name of the `ErrorReason` of `error_reason.proto` without its
            prefix, such as `CAMPAIGN_NOT_FOUND`. Empty if the error comes from
            elsewhere than the service: a proxy, or gRPC itself.
        message: What happened, for people. That of a refused rule has several
            lines and points at the fault.
        metadata: What the reason documents, such as `campaign_id`; read-only.
        field_violations: Every field at fault.
        retry_delay: How long the service asks to wait before trying again;
            None if it does not say.
    """

    code: Final[grpc.StatusCode]
    reason: Final[str]
    message: Final[str]
    metadata: Final[Mapping[str, str]]
    field_violations: Final[tuple[FieldViolation, ...]]
    retry_delay: Final[timedelta | None]

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str = "",
        message: str = "",
        metadata: Mapping[str, str] | None = None,
        field_violations: tuple[FieldViolation, ...] = (),
        retry_delay: timedelta | None = None,
    ) -> None:
        super().__init__(code, reason, message)
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = MappingProxyType(dict(metadata or {}))
        self.field_violations = field_violations
        self.retry_delay = retry_delay

    def __str__(self) -> str:
        """Return the code, the reason, the message and the fields at fault.

        A message of several lines starts on a line of its own, so that a caret
        stays under what it points at.
        """
        head = f"{self.code.name} {self.reason}".rstrip()
        if "\n" in self.message:
            text = f"{head}:\n{self.message}"
        elif self.message:
            text = f"{head}: {self.message}"
        else:
            text = head
        lines = [_violation_text(violation, self.message) for violation in self.field_violations]
        return "\n".join([text, *lines])

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own would rebuild from `args`, which hold a part only.
        values = (
            self.code,
            self.reason,
            self.message,
            dict(self.metadata),
            self.field_violations,
            self.retry_delay,
        )
        notes = {"__notes__": list(self.__notes__)} if hasattr(self, "__notes__") else None
        return (type(self), values, notes)


def _violation_text(violation: FieldViolation, message: str) -> str:
    head = f"  {violation.field} {violation.reason}".rstrip()
    if not violation.description or violation.description in message:
        return head
    if "\n" in violation.description:
        return f"{head}:\n{textwrap.indent(violation.description, '    ')}"
    return f"{head}: {violation.description}"


class Cancelled(AttributionError):
    """CANCELLED: the call was cancelled, such as by closing the client."""


class Unknown(AttributionError):
    """UNKNOWN: an error that says nothing about itself."""


class InvalidArgument(AttributionError):
    """INVALID_ARGUMENT: the request is at fault; see `field_violations`."""


class DeadlineExceeded(AttributionError):
    """DEADLINE_EXCEEDED: the time ran out. The call may have been carried out.

    Call again with the same ids: the first answer then comes back.
    """


class NotFound(AttributionError):
    """NOT_FOUND: there is no such campaign, journey or delivery."""


class AlreadyExists(AttributionError):
    """ALREADY_EXISTS: the id was used before, with another content."""


class PermissionDenied(AttributionError):
    """PERMISSION_DENIED: the caller may not do this."""


class ResourceExhausted(AttributionError):
    """RESOURCE_EXHAUSTED: too large, too much at once, or no room left."""


class FailedPrecondition(AttributionError):
    """FAILED_PRECONDITION: not possible in the state that things are in."""


class Aborted(AttributionError):
    """ABORTED: somebody else changed the thing; read it again."""


class OutOfRange(AttributionError):
    """OUT_OF_RANGE: beyond the range that exists."""


class Unimplemented(AttributionError):
    """UNIMPLEMENTED: the server has no such method; it may be older than this."""


class Internal(AttributionError):
    """INTERNAL: a fault of the server; `metadata["error_id"]` finds it in its log."""


class Unavailable(AttributionError):
    """UNAVAILABLE: no server answers; raised once the retries are used up."""


class DataLoss(AttributionError):
    """DATA_LOSS: stored data is lost or damaged."""


class Unauthenticated(AttributionError):
    """UNAUTHENTICATED: the caller did not say who it is, or not validly."""


_CLASSES: Final[Mapping[grpc.StatusCode, type[AttributionError]]] = {
    grpc.StatusCode.CANCELLED: Cancelled,
    grpc.StatusCode.UNKNOWN: Unknown,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.ABORTED: Aborted,
    grpc.StatusCode.OUT_OF_RANGE: OutOfRange,
    grpc.StatusCode.UNIMPLEMENTED: Unimplemented,
    grpc.StatusCode.INTERNAL: Internal,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DATA_LOSS: DataLoss,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
}


def error_class(code: grpc.StatusCode) -> type[AttributionError]:
    """Return the class of the errors with a code."""
    return _CLASSES.get(code, AttributionError)
