"""Values of the two engines, written so that two are written alike exactly if they are the same."""

from typing import Final

from attribution_dsl.runtime import BoolKey
from attribution_dsl.values import NONE, Duration, ErrorValue, OptionalValue, Timestamp

FAILED: Final = "error"
"""What every error is written as: engines agree on whether there is a value, not on why not."""


def canonical(value: object) -> str:
    """Write a value; kinds are told apart, 0.0 from -0.0 as well, and NaN is like NaN.

    The order of maps does not count.
    """
    kind = value.__class__
    if kind is bool or kind is int or kind is float or kind is str or value is None:
        return repr(value)
    if isinstance(value, ErrorValue):
        return FAILED
    if isinstance(value, list):
        return f"[{', '.join(map(canonical, value))}]"
    if isinstance(value, dict):
        entries = sorted(f"{canonical(key)}: {canonical(each)}" for key, each in value.items())
        return f"{{{', '.join(entries)}}}"
    return _rare(value)


def _rare(value: object) -> str:
    match value:
        case Timestamp():
            return f"timestamp({value.nanos})"
        case Duration():
            return f"duration({value.nanos})"
        case BoolKey():
            return repr(value is BoolKey.TRUE)
        case OptionalValue():
            return "none()" if value is NONE else f"of({canonical(value.value)})"
        case _:
            return f"{type(value).__name__}!"
