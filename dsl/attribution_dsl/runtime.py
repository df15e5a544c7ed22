"""What values mean, shared by generated code and interpreter.

Nothing here raises on any data, and nothing changes data. An error is a value; unless said
otherwise the first error among the arguments is the result.
"""

import math
from collections.abc import Callable, Mapping, Sequence, Sized
from enum import Enum
from types import NoneType
from typing import Any, Final, cast

from attribution_dsl.kinds import KIND_OF
from attribution_dsl.operators import as_double
from attribution_dsl.overloads import no_overload
from attribution_dsl.syntax import literal_text, path_to
from attribution_dsl.values import (
    NONE,
    Duration,
    ErrorKind,
    ErrorValue,
    OptionalValue,
    Timestamp,
)

EMPTY: Final[Mapping[str, object]] = {}
_KINDS: Final = frozenset(KIND_OF)
# Without those that Python takes for numbers other than doubles.
_NO_INTS: Final = _KINDS - {bool, int}
_NESTED: Final = frozenset({list, dict})
_KEYS: Final = frozenset({bool, int, float, str})
_ABSENT: Final = frozenset({ErrorKind.NO_SUCH_KEY, ErrorKind.OUT_OF_RANGE})
# A microsecond each, at most.
_MOST_PARTS: Final = 16_384
_FEW: Final = 8
_TOO_LARGE: Final = ErrorValue(
    ErrorKind.BUDGET_EXCEEDED, f"comparing takes more than {_MOST_PARTS} steps"
)
_PLAIN: Final = frozenset({NoneType, bool, int, float, str, Timestamp, Duration})


class BoolKey(Enum):
    """The keys true and false of a map, which Python would take for 1 and 0."""

    TRUE = "true"
    FALSE = "false"


def no_such_key(path: str) -> ErrorValue:
    """Make the error for a property or key that is not there."""
    return ErrorValue(ErrorKind.NO_SUCH_KEY, f"{path} is not there", path)


def equal(left: object, right: object) -> object:
    """Compare as `==` does: values of different types differ, numbers compare as numbers."""
    a, b = left.__class__, right.__class__
    if a is b and a in _PLAIN:
        return left == right
    if a is b and (a is list or a is dict or a is OptionalValue):
        return equal_deep(left, right, _MOST_PARTS)[1]
    if left.__class__ is int and right.__class__ is float:
        return as_double(left) == right
    if left.__class__ is float and right.__class__ is int:
        return left == as_double(right)
    if a in KIND_OF and b in KIND_OF:
        return False
    return no_overload("==", left, right)


def not_equal(left: object, right: object) -> object:
    """Compare as `!=` does."""
    result = equal(left, right)
    return not result if result.__class__ is bool else result


def equal_deep(left: object, right: object, most: int) -> tuple[int, object]:
    """Compare without recursion: data may be nested deeper than Python's stack.

    A difference decides, whatever errors lie elsewhere; else an error inside is the result.

    Args:
        left: A value.
        right: Another.
        most: How many parts to compare: lists can share their parts so often that there is no end.

    Returns:
        The number of parts looked at, and what `==` gives; an error if they are more than `most`.
    """
    pending: list[tuple[object, object]] = [(left, right)]
    found: object = True
    looked_at = 0
    seen: set[tuple[int, int]] = set()
    while pending:
        a, b = pending.pop()
        if a.__class__ is b.__class__ and (a.__class__ is list or a.__class__ is dict):
            pair = (id(a), id(b))
            if pair in seen:
                continue
            seen.add(pair)
            # To look at the kinds first pays for lists of some length only.
            if a.__class__ is list and _FEW < len(cast(Sized, a)) <= most and _alike(a, b):
                looked_at += len(cast(Sized, a))
                if a != b:
                    return looked_at, False
                if looked_at > most:
                    return looked_at, _TOO_LARGE
                continue
            parts = _paired(a, b)
            if parts is None:
                # To find that the keys of maps differ takes as long as to look at them.
                return looked_at + min(len(cast(Sized, a)), len(cast(Sized, b))), False
            looked_at += len(parts)
            if looked_at > most:
                return looked_at, _TOO_LARGE
            pending.extend(parts)
        elif isinstance(a, OptionalValue) and isinstance(b, OptionalValue):
            if (a is NONE) is not (b is NONE):
                return looked_at, False
            pending.append((a.value, b.value))
        else:
            result = equal(a, b)
            if result is False:
                return looked_at, False
            if result is not True:
                found = result
    return looked_at, found


def _alike(left: Any, right: Any) -> bool:
    """Tell two lists of texts, or of doubles without a NaN: Python compares them as CEL does."""
    kinds = {*map(type, left), *map(type, right)}
    if kinds == {float}:
        # A list takes a NaN for equal to itself; a sum has one if any item is one.
        return not math.isnan(sum(left))
    return kinds == {str}


def _paired(left: Any, right: Any) -> list[tuple[object, object]] | None:
    """Pair the parts of two lists, or of two maps; None if they differ in number or in keys."""
    if left.__class__ is list:
        return list(zip(left, right, strict=True)) if len(left) == len(right) else None
    if left.keys() != right.keys():
        return None
    return [(value, right[key]) for key, value in left.items()]


def contained(
    item: object, container: object, equals: Callable[[object, object], object] = equal
) -> object:
    """Evaluate `item in container`: an element of a list, or a key of a map.

    Args:
        item: Any value.
        container: Any value.
        equals: What compares.
    """
    if item.__class__ is ErrorValue:
        return item
    if container.__class__ is dict:
        if item.__class__ not in _KEYS:
            return no_overload("in", item, container)
        return map_key(item) in container
    if container.__class__ is not list:
        return no_overload("in", item, container)
    if item.__class__ is str and _KINDS.issuperset(map(type, container)):
        # Nothing but the same text equals a text.
        return item in container
    if item.__class__ is float and item == item and _NO_INTS.issuperset(map(type, container)):
        return item in container
    return _searched(item, container, equals)


def _searched(
    item: object, container: list[object], equals: Callable[[object, object], object]
) -> object:
    failure: object = False
    left = _MOST_PARTS
    for element in container:
        if equals is equal and item.__class__ is element.__class__ and item.__class__ in _NESTED:
            # All comparisons together have the limit of one.
            looked_at, result = equal_deep(item, element, left)
            left -= looked_at
        else:
            result = equals(item, element)
        if result is True:
            return True
        if result is not False and failure is False:
            failure = result
        if left < 0:
            return _TOO_LARGE
    return failure


def map_key(value: object) -> object:
    """Give the key under which a map holds a value; None for what can be no key."""
    kind = value.__class__
    if kind is str or kind is int:
        return value
    if kind is bool:
        return BoolKey.TRUE if value else BoolKey.FALSE
    if value.__class__ is float and value.is_integer():
        return int(value)
    return None


def select(operand: object, name: str, path: str | None) -> object:
    """Evaluate `operand.name`.

    Args:
        operand: Any value.
        name: The property.
        path: What the whole expression is called in messages, if it has a name.
    """
    if operand.__class__ is dict:
        if name in operand:
            return operand[name]
        return no_such_key(path or path_to("the map", name))
    if operand.__class__ is OptionalValue:
        return optional_select(operand, name, path)
    return _no_properties(operand, name)


def optional_select(operand: object, name: str, path: str | None) -> object:
    """Evaluate `operand.?name`, and `operand.name` where the operand is optional itself."""
    if isinstance(operand, OptionalValue):
        return NONE if operand is NONE else optional_select(operand.value, name, path)
    if operand.__class__ is dict:
        return some(operand[name]) if name in operand else NONE
    return _no_properties(operand, name)


def present(operand: object, name: str) -> object:
    """Evaluate `has(operand.name)`."""
    if isinstance(operand, OptionalValue):
        return False if operand is NONE else present(operand.value, name)
    if operand.__class__ is dict:
        return name in operand
    return _no_properties(operand, name)


def some(value: object) -> object:
    """Wrap a value; an error stays an error."""
    return value if value.__class__ is ErrorValue else OptionalValue(value)


def as_optional(name: str, value: object) -> object:
    """Give a value if it is optional, else the error of the macro of that name."""
    return value if value.__class__ is OptionalValue else no_overload(name, value)


def _no_properties(operand: object, name: str) -> ErrorValue:
    failure = no_overload(".", operand)
    if failure.kind is not ErrorKind.NO_SUCH_OVERLOAD or operand.__class__ is ErrorValue:
        return failure
    message = f"`.{name}` cannot be read: there is no map, but {KIND_OF[operand.__class__]}"
    return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, message)


def index(operand: object, key: object, path: str | None) -> object:
    """Evaluate `operand[key]`, of a list or a map.

    Args:
        operand: Any value.
        key: Any value.
        path: What the whole expression is called in messages, if it has a name.
    """
    if operand.__class__ is ErrorValue:
        return operand
    if key.__class__ not in KIND_OF:
        return no_overload("[]", key)
    if operand.__class__ is dict:
        return _map_index(operand, key, path)
    if operand.__class__ is list:
        return _list_index(operand, key, path)
    if operand.__class__ is OptionalValue:
        return optional_index(operand, key, path)
    return no_overload("[]", operand, key)


def optional_index(operand: object, key: object, path: str | None) -> object:
    """Evaluate `operand[?key]`, and `operand[key]` where the operand is optional itself."""
    if isinstance(operand, OptionalValue):
        if operand is NONE and key.__class__ in KIND_OF:
            return NONE
        operand = operand.value
    if operand.__class__ is not ErrorValue and key.__class__ is ErrorValue:
        return key
    value = index(operand, key, path)
    if operand.__class__ is not ErrorValue and isinstance(value, ErrorValue):
        # The container and the key are sound: only the element may not be there.
        return NONE if value.kind in _ABSENT else value
    return some(value)


def _map_index(operand: dict[object, object], key: object, path: str | None) -> object:
    found = map_key(key)
    if found is None and key.__class__ is not float:
        return no_overload("[]", operand, key)
    if found in operand and found is not None:
        return operand[found]
    return no_such_key(path or path_to("the map", key))


def _list_index(operand: list[object], key: object, path: str | None) -> object:
    if key.__class__ is float:
        if not key.is_integer():
            message = f"{literal_text(key)} is no index: it is not a whole number"
            return ErrorValue(ErrorKind.INVALID_ARGUMENT, message)
        key = int(key)
    if key.__class__ is not int:
        return no_overload("[]", operand, key)
    if 0 <= key < len(operand):
        return operand[key]
    message = f"{path or path_to('the list', key)} is not there: the list has {len(operand)} items"
    return ErrorValue(ErrorKind.OUT_OF_RANGE, message, path)


def make_list(items: list[object], optional: Sequence[int] = ()) -> object:
    """Evaluate a list literal.

    Args:
        items: The values of its items.
        optional: The places of those that are left out if there is no value in them.
    """
    for item in items:
        if item.__class__ is ErrorValue:
            return item
    return _without_absent(items, optional) if optional else items


def _without_absent(items: list[object], optional: Sequence[int]) -> object:
    kept = []
    for place, item in enumerate(items):
        if place not in optional:
            kept.append(item)
        elif not isinstance(item, OptionalValue):
            return no_overload("[?]", item)
        elif item is not NONE:
            kept.append(item.value)
    return kept


def make_map(flat: list[object], optional: Sequence[int] = ()) -> object:
    """Evaluate a map literal.

    Args:
        flat: Key, value, key, value ...
        optional: The places, among the entries, of those left out if there is no value in them.
    """
    for each in flat:
        if each.__class__ is ErrorValue:
            return each
    entries: dict[object, object] = {}
    for place, (key, value) in enumerate(zip(flat[::2], flat[1::2], strict=True)):
        held = value
        if place in optional:
            if not isinstance(value, OptionalValue):
                return no_overload("{?}", value)
            if value is NONE:
                continue
            held = value.value
        failure = insert(entries, key, held)
        if failure is not None:
            return failure
    return entries


def insert(entries: dict[object, object], key: object, value: object) -> ErrorValue | None:
    """Put an entry into a map that is being made; gives the error if that cannot be."""
    held = None if key.__class__ is float else map_key(key)
    if held is None:
        return no_overload("the key of a map", key)
    if held in entries:
        message = f"the map has the key {literal_text(key)} twice"
        return ErrorValue(ErrorKind.INVALID_ARGUMENT, message)
    entries[held] = value
    return None


def key_value(key: object) -> object:
    """Give the value of the language that a key of a map stands for."""
    return key is BoolKey.TRUE if key.__class__ is BoolKey else key


def choice(condition: object) -> ErrorValue:
    """Give the error of a conditional whose condition is neither true nor false."""
    return no_overload("? :", condition)


def settled(operator: str, *terms: object) -> object:
    """Give the value of `&&` or `||` that no term decides."""
    if all(each.__class__ is bool for each in terms):
        return operator == "&&"
    return undecided(operator, *terms)


def undecided(operator: str, *terms: object) -> ErrorValue:
    """Give the error of `&&` or `||` that no term decides: the first that is not a bool."""
    failures = [each for each in terms if each.__class__ is not bool]
    return no_overload(operator, failures[0])
