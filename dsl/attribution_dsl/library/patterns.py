"""Regular expressions: RE2, as CEL has it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import re2

from attribution_dsl.kinds import BOOL, Kind
from attribution_dsl.overloads import (
    BadLiteralError,
    Function,
    Overload,
    function,
    invalid,
    no_overload,
)
from attribution_dsl.values import ErrorKind, ErrorValue

_COMPILED_PATTERNS: Final = 256
# RE2 takes time in proportion to text times program. Its own 8 MiB let a pattern of 140 characters,
# `a{1000}` twenty times, take 0.2 s on 10,000 characters; this lets no pattern take that.
_MOST_PATTERN_BYTES: Final = 128 * 1024
_MOST_STEPS: Final = 500_000_000
# Measured: 170 microseconds against 3 of a step; and a tenth of a nanosecond each at the worst.
_STEPS_TO_COMPILE: Final = 64
_WORK_PER_STEP: Final = 65_536


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_PATTERN_BYTES
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as broken:
        reason = broken.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(broken)
        raise BadLiteralError("BAD_PATTERN", f"not a regular expression: {text}") from None


# Patterns that arrive as data are few; those written in rules are compiled with the rule.
_compiled = lru_cache(_COMPILED_PATTERNS)(_compile)


def _search(regex: Any, text: str) -> bool | ErrorValue:
    # Where RE2 has no room for its fast automaton, each character costs up to the square of the
    # expression's size: measured on `(x?)(x?)...y`, a tenth of a nanosecond for each such step.
    steps = regex.programsize**2 * len(text)
    if steps > _MOST_STEPS:
        message = f"the regular expression is too large for a text of {len(text)} characters"
        return ErrorValue(ErrorKind.BUDGET_EXCEEDED, message)
    try:
        return regex.search(text) is not None
    except UnicodeEncodeError:
        return invalid("the text holds half of a surrogate pair, which is not a character")


def _matches(text: str, pattern: str) -> bool | ErrorValue:
    try:
        regex = _compiled(pattern)
    except BadLiteralError as broken:
        return invalid(broken.message)
    return _search(regex, text)


def _steps(literal: bool, text: object, pattern: object) -> int:
    """Tell what a search within a loop takes: for the pattern, and then for each character."""
    compiling = 0 if literal else _STEPS_TO_COMPILE
    if not isinstance(text, str) or not isinstance(pattern, str):
        return compiling
    try:
        regex = _compiled(pattern)
    except BadLiteralError:
        return compiling
    work: int = regex.programsize**2 * len(text)
    return compiling + work // _WORK_PER_STEP


def _prepare_matches(pattern: str) -> Callable[[object], object]:
    regex = _compile(pattern)

    def matches(text: object) -> object:
        return _search(regex, text) if text.__class__ is str else no_overload("matches", text, "")

    return matches


_MATCHES: Final = function(
    "matches",
    Overload((Kind.STRING, Kind.STRING), BOOL, _matches),
    prepare=_prepare_matches,
    linear=True,
    more_steps=_steps,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({"matches": _MATCHES})
METHODS: Final[Mapping[str, Function]] = MappingProxyType({"matches": _MATCHES})
