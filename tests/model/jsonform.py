"""JSON forms of times and durations, and the form in which two answers are compared."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from model.driver import Json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_UNITS_US = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}
_DURATION = re.compile(r"-?(?:\d+(?:\.\d+)?[dhms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")

# Free-form content: nothing in it is a time of ours.
_STRUCTS = frozenset({"properties", "trigger_properties", "person_attributes", "attributes"})
_IGNORED = frozenset(
    {"detail", "etag", "field", "message", "metadata", "note", "values", "values_cut"}
)
_PREFIXES = {
    "basis": "BASIS_",
    "change": "MEMBERSHIP_CHANGE_",
    "channel": "CHANNEL_",
    "exit_policy": "EXIT_POLICY_",
    "exit_reason": "EXIT_REASON_",
    "kind": "CAMPAIGN_KIND_",
    "next_step": "NEXT_STEP_",
    "reason": "EXIT_REASON_",
    "state": "JOURNEY_STATE_",
    "status": "DELIVERY_STATUS_",
    "verdict": "VERDICT_",
}


def parse_time(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 time; finer digits are cut."""
    return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def format_time(at_us: int) -> str:
    """RFC 3339 form of microseconds since 1970."""
    moment = EPOCH + at_us * MICROSECOND
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_duration(text: str) -> int:
    """Microseconds of `7d`, `1h30m`, `604800.000001s`, `-1s`; finer digits are cut."""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"not a duration: {text!r}")
    size = sum(Decimal(number) * _UNITS_US[unit] for number, unit in _PART.findall(text))
    return int(-size if text.startswith("-") else size)


def format_duration(duration_us: int) -> str:
    """JSON form of a duration."""
    return f"{Decimal(duration_us) / 1_000_000:f}s"


def with_numbers(value: Any, key: str = "") -> Any:
    """The same JSON with every time and duration as integer microseconds."""
    if isinstance(value, dict) and key not in _STRUCTS:
        return {name: with_numbers(part, name) for name, part in value.items()}
    if isinstance(value, list) and key not in _STRUCTS:
        return [with_numbers(part) for part in value]
    if isinstance(value, str) and (key == "time" or key.endswith("_time")):
        return parse_time(value)
    if isinstance(value, str) and key == "window":
        return parse_duration(value)
    return value


def normalised(answer: Json) -> Json:
    """An answer in the form in which two are compared.

    Times are integers, enum values have no prefix, int64 is a number, and what has its default
    value is left out, as is what no rule says anything about (etags, sentences for people).
    """
    numbers: Json = with_numbers(answer)
    return _without_defaults(numbers)


def _without_defaults(message: Json) -> Json:
    plain = {key: _plain(key, value) for key, value in message.items() if key not in _IGNORED}
    return {key: value for key, value in plain.items() if not _is_default(value)}


def _plain(key: str, value: Any) -> Any:
    if key in _STRUCTS:
        return value
    if isinstance(value, dict):
        return _without_defaults(value)
    if isinstance(value, list):
        return [_plain("", item) for item in value]
    if key == "revision":
        return int(value)
    if key in _PREFIXES and isinstance(value, str):
        bare = value.removeprefix(_PREFIXES[key]).removeprefix("ERROR_REASON_")
        return None if bare == "UNSPECIFIED" else bare
    return value


def _is_default(value: Any) -> bool:
    """Numbers are never left out: a conversion's value may be there and 0."""
    return value is None or value is False or value in ("", [], {})
