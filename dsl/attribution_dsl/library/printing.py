"""Values as texts: for people, as `%s` of `format` writes them, and for `string`."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType, NoneType
from typing import Any, Final

from attribution_dsl.library.units import NANOS_PER_SECOND
from attribution_dsl.overloads import no_overload
from attribution_dsl.runtime import key_value
from attribution_dsl.syntax import literal_text
from attribution_dsl.values import (
    INT_MAX,
    INT_MIN,
    Duration,
    ErrorKind,
    ErrorValue,
    Timestamp,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_SHOWN_CHARACTERS: Final = 40
_UNPRINTABLE: Final = "\N{REPLACEMENT CHARACTER}"
# Python refuses to write integers of some thousand digits, and data may hold them.
_BEYOND: Final = ErrorValue(ErrorKind.OVERFLOW, "the number does not fit 64 bits")


def shown(text: str) -> str:
    """Quote text from data for a message: its start only, and nothing that cannot be printed."""
    start = text[:_SHOWN_CHARACTERS]
    printable = "".join(each if each.isprintable() else _UNPRINTABLE for each in start)
    return literal_text(printable if start == text else f"{printable}...")


def bool_text(value: bool) -> str:
    """Write true or false."""
    return "true" if value else "false"


def int_text(value: int, base: str = "d") -> str | ErrorValue:
    """Write a whole number; the base is one of Python's: `d`, `b`, `o`, `x`, `X`."""
    return format(value, base) if INT_MIN <= value <= INT_MAX else _BEYOND


def not_finite(value: float) -> str | None:
    """Give the name of what is no number; None for every number."""
    return None if math.isfinite(value) else _NOT_FINITE[str(value)]


def double_text(value: float) -> str:
    """Write a double with the fewest digits that mean it, and never with an exponent."""
    name = not_finite(value)
    if name is not None:
        return name
    shortest = repr(value)
    if "e" in shortest:
        shortest = format(Decimal(shortest), "f")
    return shortest.removesuffix(".0")


def timestamp_text(value: Timestamp) -> str:
    """Write a moment as RFC 3339 has it, in UTC, such as "2023-02-03T23:31:20.5Z"."""
    seconds, nanos = divmod(value.nanos, NANOS_PER_SECOND)
    moment = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
    return f"{moment.isoformat()}{_fraction(nanos)}Z"


def duration_text(value: Duration) -> str:
    """Write a length of time in seconds, such as "-1.5s".

    CEL wants of `%s` what a double of the seconds would be written as, so without zeros at the end.
    Of `string` it says nothing: cel-go writes the same there, C++ three, six or nine digits.
    """
    seconds, nanos = divmod(abs(value.nanos), NANOS_PER_SECOND)
    sign = "-" if value.nanos < 0 else ""
    return f"{sign}{seconds}{_fraction(nanos)}s"


def _fraction(nanos: int) -> str:
    return f".{nanos:09}".rstrip("0") if nanos else ""


_SCALARS: Final[Mapping[type, Callable[[Any], str | ErrorValue]]] = MappingProxyType(
    {
        NoneType: lambda _: "null",
        bool: bool_text,
        int: int_text,
        float: double_text,
        str: lambda value: value,
        Timestamp: timestamp_text,
        Duration: duration_text,
    }
)


def printed(value: object) -> Iterator[str | ErrorValue]:
    """Write any value, in pieces.

    The pieces come one by one, for a small value that holds another many times can be written as a
    very long text. There is no recursion: data may be nested deeper than Python's stack.
    """
    unfinished: list[Iterator[object]] = [iter((value,))]
    while unfinished:
        for each in unfinished[-1]:
            if each.__class__ is list or each.__class__ is dict:
                unfinished.append(_list(each) if isinstance(each, list) else _map(each))
                break
            yield _scalar(each)
        else:
            unfinished.pop()


def _scalar(value: object) -> str | ErrorValue:
    write = _SCALARS.get(value.__class__)
    return no_overload("%s", value) if write is None else write(value)


# What these give are values and the texts between them: a text is written as it is, both alike.
def _list(items: list[object]) -> Iterator[object]:
    yield "["
    for place, item in enumerate(items):
        if place:
            yield ", "
        yield item
    yield "]"


def _map(entries: Any) -> Iterator[object]:
    """Write a map in the order of its keys as texts, so that equal maps give equal texts."""
    keys = []
    for key in entries:
        text = _scalar(key_value(key))
        if isinstance(text, ErrorValue):
            yield text
            return
        keys.append((text, key))
    keys.sort(key=itemgetter(0))
    yield "{"
    separator = ""
    for text, key in keys:
        yield separator
        yield text
        yield ": "
        yield entries[key]
        separator = ", "
    yield "}"
