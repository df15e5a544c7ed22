"""Google's C++ engine behind its Python package, as far as the comparison needs it.

The one module that knows the package. It loses references to None, and the process crashes when
none are left: whoever uses this does so in a process of its own, and calls `hold_none` first.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from attribution_dsl.runtime import BoolKey
from attribution_dsl.values import (
    DURATION_MAX_NANOS,
    DURATION_MIN_NANOS,
    Duration,
    Timestamp,
)
from dsl.fuzz.values import FAILED, canonical
from google.protobuf.duration_pb2 import Duration as DurationMessage
from google.protobuf.timestamp_pb2 import Timestamp as TimestampMessage

EXTENSIONS: Final = (
    "optional",
    "math",
    "strings",
    "sets",
    "bindings",
    "two-var-comprehensions",
)
_NANOS: Final = 1_000_000_000
_HELD: Final[list[None]] = []
_UNITS: Final = {
    "h": 3600 * _NANOS,
    "m": 60 * _NANOS,
    "s": _NANOS,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
_PART: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?(h|ms|us|ns|m|s)")
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class NotComparableError(Exception):
    """The package cannot give the value to Python."""


def hold_none(references: int = 10_000_000) -> None:
    """Hold so many references to None that the package does not use them up."""
    _HELD.extend([None] * references)


class Engine:
    """An environment in which roots may hold anything, with all extensions.

    Args:
        roots: The names that rules may read.
    """

    def __init__(self, roots: tuple[str, ...]) -> None:
        cel = import_module("cel_expr_python.cel")
        lines = [f'  - name: "{name}"\n    version: latest\n' for name in EXTENSIONS]
        config = cel.NewEnvConfigFromYaml("extensions:\n" + "".join(lines))
        self._environment = cel.NewEnv(config=config, variables=dict.fromkeys(roots, cel.Type.DYN))

    def load(self, source: str) -> Any | None:
        """Load a rule, typed if its checker lets it pass, else untyped; None if it is none."""
        return self.load_typed(source) or self._load(source, typed=False)

    def load_typed(self, source: str) -> Any | None:
        """Load a rule if its types and names are right; None if they are not, or it is none."""
        return self._load(source, typed=True)

    def _load(self, source: str, *, typed: bool) -> Any | None:
        try:
            return self._environment.compile(source, disable_check=not typed)
        except RuntimeError:
            return None

    def data(self, roots: Mapping[str, object]) -> Any:
        """Prepare the data of an evaluation."""
        converted: Any = _to_cpp(roots)
        return self._environment.Activation(converted)

    def evaluate(self, rule: Any, data: Any, *, merge: bool = False) -> str:
        """Evaluate a rule.

        Args:
            rule: What `load` gave.
            data: What `data` gave.
            merge: Whether the rule gives a list of maps, of which one map is to be made.

        Returns:
            The value as `canonical` writes it, or `FAILED`.

        Raises:
            NotComparableError: The value is of a type that Python does not get.
        """
        try:
            found = rule.eval(data)
        except RuntimeError:
            return FAILED
        value = _from_cpp(found)
        if merge and isinstance(value, list):
            value = _merged(value)
        return FAILED if value is _Failed else canonical(value)


class _Failed:
    pass


class _BeyondRange:
    """A duration that our language could not hold."""


def _merged(maps: list[Any]) -> object:
    merged: dict[object, object] = {}
    for each in maps:
        if merged.keys() & each.keys():
            return _Failed
        merged |= each
    return merged


def _to_cpp(value: object) -> object:
    match value:
        case Timestamp():
            return TimestampMessage(seconds=value.nanos // _NANOS, nanos=value.nanos % _NANOS)
        case Duration():
            seconds = abs(value.nanos) // _NANOS * (1 if value.nanos >= 0 else -1)
            return DurationMessage(seconds=seconds, nanos=value.nanos - seconds * _NANOS)
        case list():
            return [_to_cpp(each) for each in value]
        case dict():
            return {key: _to_cpp(each) for key, each in value.items()}
        case _:
            return value


def _from_cpp(found: Any) -> object:
    try:
        value = found.value()
    except TypeError as strange:
        raise NotComparableError(str(strange)) from strange
    if isinstance(value, str):
        return _Failed if found.type().name() == "ERROR" else value
    if isinstance(value, list):
        return [_from_cpp(each) for each in value]
    if isinstance(value, dict):
        return {_key(key): _from_cpp(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return _timestamp(value, repr(found))
    if isinstance(value, timedelta):
        return _duration(repr(found))
    if value is None or isinstance(value, bool | int | float):
        return value
    raise NotComparableError(type(value).__name__)


def _key(key: object) -> object:
    if isinstance(key, bool):
        return BoolKey.TRUE if key else BoolKey.FALSE
    return key


def _timestamp(value: datetime, text: str) -> Timestamp:
    """Take the nanoseconds, which Python's type does not hold, from the text."""
    seconds = round((value.replace(microsecond=0) - _EPOCH) / timedelta(seconds=1))
    _, _, fraction = text.rstrip("Z").partition(".")
    return Timestamp(seconds * _NANOS + int(fraction.ljust(9, "0") or 0))


def _duration(text: str) -> object:
    total = 0
    for whole, fraction, unit in _PART.findall(text):
        size = _UNITS[unit]
        total += int(whole) * size
        if fraction:
            total += int(fraction) * size // 10 ** len(fraction)
    nanos = -total if text.startswith("-") else total
    in_range = DURATION_MIN_NANOS <= nanos <= DURATION_MAX_NANOS
    return Duration(nanos) if in_range else _BeyondRange()
