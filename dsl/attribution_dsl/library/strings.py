"""CEL's extension for strings, except `format`. Places are counted in characters, from 0."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import INT, KIND_OF, STRING, Kind, Type
from attribution_dsl.library.bounds import (
    LIST_TOO_LONG,
    MOST_CHARACTERS,
    MOST_ITEMS,
    TEXT_TOO_LONG,
)
from attribution_dsl.meter import deep_steps_of
from attribution_dsl.overloads import Function, Overload, function, no_overload
from attribution_dsl.values import INT_MAX, INT_MIN, ErrorKind, ErrorValue

# What Unicode calls white space. Python's own `strip` takes the separators U+001C to U+001F too.
_BLANK: Final = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {lower: upper for upper, lower in _LOWER.items()}
_ESCAPES: Final = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}
# Half of a surrogate pair is no character: U+FFFD stands for it.
_QUOTED: Final = str.maketrans(_ESCAPES) | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def _char_at(text: str, index: int) -> str | ErrorValue:
    # The place after the last character is sound, and has none.
    return text[index : index + 1] if 0 <= index <= len(text) else _outside(index, text)


def _index_of(text: str, part: str, start: int = 0) -> int | ErrorValue:
    return text.find(part, start) if 0 <= start <= len(text) else _outside(start, text)


def _last_index_of(text: str, part: str, last: int | None = None) -> int | ErrorValue:
    if last is None:
        last = len(text)
    if not 0 <= last <= len(text):
        return _outside(last, text)
    # Not `rfind`, which takes time in proportion to the product of the lengths where `find` takes
    # it in proportion to their sum.
    searched = text[: last + len(part)][::-1]
    place = searched.find(part[::-1])
    return -1 if place < 0 else len(searched) - place - len(part)


def _substring(text: str, start: int, end: int | None = None) -> str | ErrorValue:
    if end is None:
        end = len(text)
    for each in (start, end):
        if not 0 <= each <= len(text):
            return _outside(each, text)
    if start > end:
        message = f"a part of a text cannot start at {start} and end before, at {end}"
        return ErrorValue(ErrorKind.OUT_OF_RANGE, message)
    return text[start:end]


def _outside(index: int, text: str) -> ErrorValue:
    # Python refuses to write integers of some thousand digits, and data may hold them.
    shown = str(index) if INT_MIN <= index <= INT_MAX else "beyond 64 bits"
    characters = "1 character" if len(text) == 1 else f"{len(text)} characters"
    message = f"the index {shown} is not within a text of {characters}"
    return ErrorValue(ErrorKind.OUT_OF_RANGE, message)


def _join(items: list[object], separator: str = "") -> str | ErrorValue:
    texts = []
    length = len(separator) * (len(items) - 1)
    for place, each in enumerate(items):
        if not isinstance(each, str):
            return _not_joined(place, each)
        texts.append(each)
        length += len(each)
    return TEXT_TOO_LONG if length > MOST_CHARACTERS else separator.join(texts)


def _not_joined(place: int, item: object) -> ErrorValue:
    kind = KIND_OF.get(item.__class__)
    if kind is None:
        return no_overload("join", item)
    message = f"`join` takes a list of strings, and its item {place} is {kind}"
    return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, message)


def _replace(text: str, old: str, new: str, limit: int = -1) -> str | ErrorValue:
    count = text.count(old)
    if 0 <= limit < count:
        count = limit
    if len(text) + count * (len(new) - len(old)) > MOST_CHARACTERS:
        return TEXT_TOO_LONG
    return text.replace(old, new, count)


def _split(text: str, separator: str, limit: int = -1) -> list[str] | ErrorValue:
    # Without a separator there is an item for each character: none in an empty text.
    count = text.count(separator) + 1 if separator else len(text)
    if 0 <= limit < count:
        count = limit
    if count > MOST_ITEMS:
        return LIST_TOO_LONG
    if count == 0:
        return []
    if separator:
        return text.split(separator, count - 1)
    return [*text[: count - 1], text[count - 1 :]]


def _lower_ascii(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _upper_ascii(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(_UPPER)


def _reverse(text: str) -> str:
    return text[::-1]


def _trim(text: str) -> str:
    return text.strip(_BLANK)


def _quote(text: str) -> str | ErrorValue:
    if len(text) + sum(map(text.count, _ESCAPES)) + 2 > MOST_CHARACTERS:
        return TEXT_TOO_LONG
    return f'"{text.translate(_QUOTED)}"'


_S, _I, _L = Kind.STRING, Kind.INT, Kind.LIST


def _of_text(
    name: str,
    result: Type,
    apply: Callable[..., object],
    *parameters: tuple[Kind, ...],
    linear: bool = True,
) -> Function:
    """Make a method of strings; the parameters come without the string itself."""
    overloads = (Overload((_S, *each), result, apply) for each in parameters)
    return function(name, *overloads, linear=linear)


_JOIN: Final = function(
    "join",
    Overload((_L,), STRING, _join),
    Overload((_L, _S), STRING, _join),
    linear=True,
    more_steps=lambda _literal, parts, *_separator: deep_steps_of(parts),
)
_METHODS: Final = (
    _of_text("charAt", STRING, _char_at, (_I,), linear=False),
    _of_text("indexOf", INT, _index_of, (_S,), (_S, _I)),
    _of_text("lastIndexOf", INT, _last_index_of, (_S,), (_S, _I)),
    _of_text("lowerAscii", STRING, _lower_ascii, ()),
    _of_text("upperAscii", STRING, _upper_ascii, ()),
    _of_text("replace", STRING, _replace, (_S, _S), (_S, _S, _I)),
    _of_text("reverse", STRING, _reverse, ()),
    _of_text("split", Type(_L, STRING), _split, (_S,), (_S, _I)),
    _of_text("substring", STRING, _substring, (_I,), (_I, _I)),
    _of_text("trim", STRING, _trim, ()),
    _JOIN,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {"strings.quote": _of_text("strings.quote", STRING, _quote, ())}
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType({each.name: each for each in _METHODS})
