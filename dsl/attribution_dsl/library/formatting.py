"""The method `format`: a text with placeholders, filled with values."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attribution_dsl.kinds import STRING, Kind
from attribution_dsl.library.bounds import MOST_CHARACTERS, TEXT_TOO_LONG, assemble
from attribution_dsl.library.printing import double_text, int_text, not_finite, printed
from attribution_dsl.meter import deep_steps_of
from attribution_dsl.operators import as_double
from attribution_dsl.overloads import Function, Overload, function, invalid, no_overload
from attribution_dsl.values import ErrorKind, ErrorValue

_MOST_PRECISION: Final = 1_000
_DEFAULT_PRECISION: Final = 6
# Two percent signs, or a placeholder: without a precision, and without a letter, if it is broken.
_PLACEHOLDER: Final = re.compile(r"%(?:%|(?:\.([0-9]*))?(.)?)", re.DOTALL)

_Write = Callable[[Any, int], str | ErrorValue]


def _whole(base: str) -> _Write:
    return lambda value, _: int_text(int(value), base)


def _floating(style: str) -> _Write:
    def write(value: float, precision: int) -> str:
        return not_finite(value) or f"{value:.{precision}{style}}"

    return write


def _of_int(write: _Write) -> _Write:
    return lambda value, precision: write(as_double(value), precision)


def _hex(text: str, _: int) -> str | ErrorValue:
    if 2 * len(text) > MOST_CHARACTERS:
        return TEXT_TOO_LONG
    try:
        return text.encode().hex()
    except UnicodeEncodeError:
        return invalid("the text holds half of a surrogate pair, which is not a character")


def _upper_hex(text: str, precision: int) -> str | ErrorValue:
    written = _hex(text, precision)
    return written if isinstance(written, ErrorValue) else written.upper()


_FIXED: Final = _floating("f")
_SCIENTIFIC: Final = _floating("e")
_WRITERS: Final[Mapping[str, Mapping[type, _Write]]] = MappingProxyType(
    {
        "d": {int: _whole("d"), float: lambda value, _: double_text(value)},
        "f": {float: _FIXED, int: _of_int(_FIXED)},
        "e": {float: _SCIENTIFIC, int: _of_int(_SCIENTIFIC)},
        "b": {int: _whole("b"), bool: _whole("b")},
        "o": {int: _whole("o")},
        "x": {int: _whole("x"), str: _hex},
        "X": {int: _whole("X"), str: _upper_hex},
    }
)
_LETTERS: Final = ", ".join(f"`%{letter}`" for letter in ("s", *_WRITERS))


def _format(template: str, values: list[object]) -> str | ErrorValue:
    return assemble(_pieces(template, values))


def _pieces(template: str, values: list[object]) -> Iterator[str | ErrorValue]:
    end = place = 0
    for found in _PLACEHOLDER.finditer(template):
        yield template[end : found.start()]
        end = found.end()
        if found[0] == "%%":
            yield "%"
            continue
        yield from _filled(found, values, place)
        place += 1
    yield template[end:]


def _filled(
    placeholder: re.Match[str], values: list[object], place: int
) -> Iterator[str | ErrorValue]:
    letter = placeholder[2]
    failure = _broken(placeholder)
    if failure is not None:
        yield failure
    elif place >= len(values):
        yield _missing(letter, place)
    elif letter == "s":
        yield from printed(values[place])
    else:
        yield _written(letter, values[place], _precision(placeholder[1]))


def _written(letter: str, value: object, precision: int) -> str | ErrorValue:
    write = _WRITERS[letter].get(value.__class__)
    return no_overload(f"%{letter}", value) if write is None else write(value, precision)


def _broken(placeholder: re.Match[str]) -> ErrorValue | None:
    digits, letter = placeholder[1], placeholder[2]
    if digits == "":
        return invalid("a `%.` of the template lacks its precision, such as `%.2f`")
    if letter is None:
        return invalid("a `%` of the template lacks its letter: for the sign itself write `%%`")
    if letter != "s" and letter not in _WRITERS:
        shown = letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}"
        return invalid(f"`%{shown}` is no placeholder: there are {_LETTERS}")
    if _precision(digits) > _MOST_PRECISION:
        return invalid(f"a precision in the template is above {_MOST_PRECISION}")
    return None


def _precision(digits: str | None) -> int:
    """Give the precision of a placeholder, at most the first that is too high."""
    if digits is None:
        return _DEFAULT_PRECISION
    significant = digits.lstrip("0")
    # Python refuses to read integers of some thousand digits.
    if len(significant) > len(str(_MOST_PRECISION)):
        return _MOST_PRECISION + 1
    return min(int(significant or "0"), _MOST_PRECISION + 1)


def _missing(letter: str, place: int) -> ErrorValue:
    message = f"placeholder {place + 1} of the template, `%{letter}`, has no value in the list"
    return ErrorValue(ErrorKind.OUT_OF_RANGE, message)


_FORMAT: Final = function(
    "format",
    Overload((Kind.STRING, Kind.LIST), STRING, _format),
    linear=True,
    more_steps=lambda _literal, _text, values: deep_steps_of(values),
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({})
METHODS: Final[Mapping[str, Function]] = MappingProxyType({"format": _FORMAT})
