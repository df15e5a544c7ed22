"""Why a command is refused, in terms that a caller can act on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why a call failed: the names of `attribution.v1.ErrorReason` without their prefix."""

    FIELD_REQUIRED = "FIELD_REQUIRED"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    FIELD_OUT_OF_RANGE = "FIELD_OUT_OF_RANGE"
    FIELD_INVALID = "FIELD_INVALID"
    RULE_INVALID = "RULE_INVALID"
    GOAL_REQUIRED = "GOAL_REQUIRED"
    CAMPAIGN_MISMATCH = "CAMPAIGN_MISMATCH"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"  # noqa: S105  not a password
    CAMPAIGN_NOT_FOUND = "CAMPAIGN_NOT_FOUND"
    JOURNEY_NOT_FOUND = "JOURNEY_NOT_FOUND"
    DELIVERY_NOT_FOUND = "DELIVERY_NOT_FOUND"
    CAMPAIGN_ALREADY_EXISTS = "CAMPAIGN_ALREADY_EXISTS"
    JOURNEY_ALREADY_EXISTS = "JOURNEY_ALREADY_EXISTS"
    DELIVERY_ALREADY_EXISTS = "DELIVERY_ALREADY_EXISTS"
    EVENT_ALREADY_EXISTS = "EVENT_ALREADY_EXISTS"
    ETAG_MISMATCH = "ETAG_MISMATCH"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    OVERLOADED = "OVERLOADED"
    STORE_FULL = "STORE_FULL"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL = "INTERNAL"
    LIMIT_REACHED = "LIMIT_REACHED"
    SEGMENT_NOT_FOUND = "SEGMENT_NOT_FOUND"
    SEGMENT_ALREADY_EXISTS = "SEGMENT_ALREADY_EXISTS"
    SEGMENT_CHANGE_ALREADY_EXISTS = "SEGMENT_CHANGE_ALREADY_EXISTS"
    UPDATE_ALREADY_EXISTS = "UPDATE_ALREADY_EXISTS"
    SEGMENT_HAS_RULE = "SEGMENT_HAS_RULE"
    SEGMENT_KIND_FIXED = "SEGMENT_KIND_FIXED"
    SEGMENT_IN_USE = "SEGMENT_IN_USE"
    GOAL_FIXED = "GOAL_FIXED"
    CAMPAIGN_ARCHIVED = "CAMPAIGN_ARCHIVED"
    EVENT_NOT_FOUND = "EVENT_NOT_FOUND"
    CONVERSION_NOT_FOUND = "CONVERSION_NOT_FOUND"
    STORE_CONFLICT = "STORE_CONFLICT"


@dataclass(frozen=True, slots=True)
class Violation:
    """A field that is at fault: its path in the request, such as `event.person_id`."""

    field: str
    reason: Reason
    description: str


@dataclass(eq=False)
class Refusal(Exception):
    """A command that is refused as a whole; nothing of it was done.

    `metadata` is for programs and documented with each reason of `attribution.v1.ErrorReason`.
    """

    reason: Reason
    message: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    retry_after_seconds: float | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


def invalid(
    field_path: str, reason: Reason, description: str, metadata: Mapping[str, str] | None = None
) -> Refusal:
    """A refusal because of one field."""
    violation = Violation(field_path, reason, description)
    return Refusal(reason, f"{field_path}: {description}", metadata or {}, (violation,))


def not_found(
    reason: Reason, field_path: str, item_id: str, person_id: str | None = None
) -> Refusal:
    """A refusal because there is no such campaign, or this person has no such journey or delivery.

    `field_path` is the field that names it, such as `delivery.journey_id`.
    """
    name = field_path.rpartition(".")[2]
    whose = "there is" if person_id is None else f"person {shown(person_id)} has"
    message = f"{whose} no {name.removesuffix('_id')} {shown(item_id)}"
    return Refusal(reason, message, {name: item_id}, (Violation(field_path, reason, message),))


def taken(reason: Reason, field_path: str, item_id: str, why: str) -> Refusal:
    """A refusal because an id was used before for something else; `field_path` names it."""
    name = field_path.rpartition(".")[2]
    message = f"{name.removesuffix('_id')} {shown(item_id)} {why}"
    return Refusal(reason, message, {name: item_id}, (Violation(field_path, reason, message),))


def shown(text: str, longest: int = 80) -> str:
    """`text` quoted for a message, cut if long."""
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")
