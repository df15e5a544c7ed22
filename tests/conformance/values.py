"""Values of the tests and of the language, and whether they are the same.

Python's == takes 1, 1.0 and true for equal, and NaN for unequal to itself, so values are compared
as text that tells them apart.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from attribution_dsl.runtime import BoolKey
from attribution_dsl.values import Duration, ErrorValue, Timestamp

_NANOS: Final = 1_000_000_000
_DURATION: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,9}))?s")
_MOMENT: Final = re.compile(r"([0-9T:-]+?)(?:\.([0-9]{1,9}))?Z")
_PACKAGE: Final = "type.googleapis.com/google.protobuf."


class NotAValueError(ValueError):
    """The language has no such value: a message, an uint, bytes, a type."""


def from_json(json: Mapping[str, Any]) -> object:
    """Turn protojson of `cel.expr.Value` into a value of the language.

    Raises:
        NotAValueError: The language has no such value.
    """
    ((kind, inner),) = json.items()
    match kind:
        case "nullValue":
            return None
        case "boolValue" | "stringValue":
            return inner
        case "int64Value":
            return int(inner)
        case "doubleValue":
            return float(inner)
        case "listValue":
            return [from_json(each) for each in inner.get("values", ())]
        case "mapValue":
            entries = inner.get("entries", ())
            return {_key(each["key"]): from_json(each["value"]) for each in entries}
        case "objectValue":
            return _from_message(inner)
        case _:
            raise NotAValueError(kind)


def _key(json: Mapping[str, Any]) -> object:
    key = from_json(json)
    if isinstance(key, bool):
        return BoolKey.TRUE if key else BoolKey.FALSE
    return key


def _from_message(json: Mapping[str, Any]) -> object:
    name = json["@type"].removeprefix(_PACKAGE)
    if name == "Duration":
        return Duration(_duration_nanos(json["value"]))
    if name == "Timestamp":
        return Timestamp(_moment_nanos(json["value"]))
    raise NotAValueError(json["@type"])


def _duration_nanos(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise NotAValueError(text)
    nanos = int(match[2]) * _NANOS + _fraction(match[3])
    return -nanos if match[1] else nanos


def _moment_nanos(text: str) -> int:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NotAValueError(text)
    passed = datetime.fromisoformat(match[1]).replace(tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    return (passed.days * 86_400 + passed.seconds) * _NANOS + _fraction(match[2])


def _fraction(digits: str | None) -> int:
    return int((digits or "").ljust(9, "0"))


def canonical(value: object) -> str:
    """Write a value such that two are written alike exactly if they are the same.

    Kinds are told apart, 0.0 from -0.0 as well; NaN is the same as NaN; the order of maps does not
    count.
    """
    match value:
        case ErrorValue():
            return f"error({value.kind}: {value.message})"
        case None | bool() | int() | float() | str():
            return _plain(value)
        case Timestamp():
            return f"timestamp({value.nanos}ns)"
        case Duration():
            return f"duration({value.nanos}ns)"
        case BoolKey():
            return f"bool({value.value})"
        case list():
            return f"[{', '.join(canonical(each) for each in value)}]"
        case dict():
            entries = sorted(f"{canonical(k)}: {canonical(v)}" for k, v in value.items())
            return f"{{{', '.join(entries)}}}"
        case _:
            return f"{type(value).__name__}({value!r})"


def _plain(value: bool | int | float | str | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"bool({str(value).lower()})"
    name = {int: "int", float: "double", str: "string"}.get(type(value), type(value).__name__)
    return f"{name}({value!r})"
