"""Raw JSON to Python values, as google.protobuf.Struct would have brought them, or more exactly."""

import json
import math
from typing import Any, NoReturn

from attribution_service.core.refusals import Reason
from attribution_service.transport.structs import MAX_DEPTH, StructFault, StructTooDeepError

# Below this a double holds every whole number, and a whole number means the same as a double.
_EXACT = 2**53
_LONGEST_INTEGER = len(str(-(2**63)))
_FIRST, _LAST = -(2**63), 2**63 - 1


class _Fault(Exception):
    """What is wrong with a part, without the path of the field."""

    def __init__(self, reason: Reason, description: str) -> None:
        super().__init__(description)
        self.reason = reason


def values_of_json(data: bytes, path: str) -> dict[str, object]:
    """The values of a JSON object in UTF-8; `path` is what faults call it. Raises StructFault.

    Whole numbers below 2^53 are doubles, as in a struct; from there on they stay exact.
    """
    try:
        text = data.decode()
        values = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 from byte {error.start} on"
        raise StructFault(path, Reason.FIELD_INVALID, what) from None
    except json.JSONDecodeError as error:
        what = f"is no JSON: {error.msg}, line {error.lineno}, column {error.colno}"
        raise StructFault(path, Reason.FIELD_INVALID, what) from None
    except _Fault as fault:
        raise StructFault(path, fault.reason, str(fault)) from None
    except RecursionError:
        raise _too_deep(path) from None
    if not isinstance(values, dict):
        raise StructFault(path, Reason.FIELD_INVALID, "is no JSON object")
    # Seldom is anything nested, or a character written as a surrogate, so only then is looked.
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(values) > MAX_DEPTH:
        raise _too_deep(path)
    if "\\u" in text and not _is_text(values):
        what = "holds half a surrogate pair, which is no character"
        raise StructFault(path, Reason.FIELD_INVALID, what)
    return values


def _too_deep(path: str) -> StructTooDeepError:
    return StructTooDeepError(path, Reason.FIELD_TOO_LONG, "is nested too deep")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        # What counts, the first or the last, would depend on who reads it.
        raise _Fault(Reason.FIELD_INVALID, "holds a name twice in one object")
    return values


def _integer(text: str) -> float | int:
    if len(text) <= _LONGEST_INTEGER:
        number = int(text)
        if -_EXACT < number < _EXACT:
            return float(number)
        if _FIRST <= number <= _LAST:
            return number
    what = "holds a whole number beyond 64 bits: send it as a string"
    raise _Fault(Reason.FIELD_OUT_OF_RANGE, what)


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Fault(Reason.FIELD_OUT_OF_RANGE, "holds a number that is too large for a double")
    return number + 0.0  # -0.0 is 0.0: they are the same number


def _constant(name: str) -> NoReturn:
    raise _Fault(Reason.FIELD_OUT_OF_RANGE, f"holds {name}, which JSON does not have")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_double, parse_constant=_constant
)


def _depth(value: object) -> int:
    """How deep a value is nested; at most one more than MAX_DEPTH is told."""
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        inner: list[Any] = [each for each in level if isinstance(each, dict | list)]
        depth += bool(inner)
        level = [
            part for each in inner for part in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


def _is_text(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
