"""Lists as sets: the functions of the `sets` namespace."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, NoneType
from typing import Final

from attribution_dsl import runtime
from attribution_dsl.kinds import BOOL, KIND_OF, Kind
from attribution_dsl.meter import deep_steps_of
from attribution_dsl.operators import as_double
from attribution_dsl.overloads import Function, Overload, function
from attribution_dsl.values import Duration, ErrorKind, ErrorValue, OptionalValue, Timestamp

_MOST_COMPARISONS: Final = 50_000
_COMPARISONS_PER_STEP: Final = 8
_TOO_MANY: Final = ErrorValue(
    ErrorKind.BUDGET_EXCEEDED,
    f"comparing the lists would take more than {_MOST_COMPARISONS} steps",
)
# Within each of these Python's == is that of the language, and agrees with the hash.
_ALIKE: Final = frozenset({NoneType, bool, int, str, Timestamp, Duration})
_PLAIN: Final = _ALIKE | {float}


def _contains(container: list[object], items: list[object]) -> object:
    if _one_alike(container, items):
        return set(container).issuperset(items)
    return _every(_looked_up(container, items))


def _equivalent(left: list[object], right: list[object]) -> object:
    if _one_alike(left, right):
        return set(left) == set(right)
    return _every([*_looked_up(left, right), *_looked_up(right, left)])


def _intersects(left: list[object], right: list[object]) -> object:
    if _one_alike(left, right):
        return not set(left).isdisjoint(right)
    failure: object = False
    for found in _looked_up(right, left):
        if found is True:
            return True
        if failure is False:
            failure = found
    return failure


def _one_alike(left: list[object], right: list[object]) -> bool:
    kinds = {*map(type, left), *map(type, right)}
    return len(kinds) <= 1 and kinds <= _ALIKE


def _every(results: Iterable[object]) -> object:
    """Give false if one is false, whatever errors the others are; else the first error."""
    failure: object = True
    for each in results:
        if each is False:
            return False
        if failure is True:
            failure = each
    return failure


def _looked_up(container: list[object], items: list[object]) -> list[object]:
    """Tell of each item whether the container holds it, as `in` does."""
    nested = [each for each in container if each.__class__ not in _PLAIN]
    if _comparisons(nested, items) > _MOST_COMPARISONS:
        return [_TOO_MANY]
    plain = _Plain(container)
    # What is no value equals nothing, and makes the answer an error: one of these is enough.
    unsound = [each for each in nested if each.__class__ not in KIND_OF][:1]
    return [
        plain.holds(each) or runtime.contained(each, unsound)
        if each.__class__ in _PLAIN
        else runtime.contained(each, nested if each.__class__ in KIND_OF else container[:1])
        for each in items
    ]


class _Plain:
    """The plain values among some, by class, as Python takes True for 1 and 1 for 1.0."""

    __slots__ = ("_by_class", "_ints_as_doubles")

    def __init__(self, values: Iterable[object]) -> None:
        self._by_class: dict[type, set[object]] = {each: set() for each in _PLAIN}
        self._ints_as_doubles: set[float] = set()
        for value in values:
            # NaN equals nothing, but a set would find it by its identity.
            if value.__class__ in _PLAIN and value == value:
                self._by_class[value.__class__].add(value)
            if value.__class__ is int:
                self._ints_as_doubles.add(as_double(value))

    def holds(self, item: object) -> bool:
        """Tell whether a plain value equals one of these."""
        if item.__class__ is float:
            return item == item and (item in self._by_class[float] or item in self._ints_as_doubles)
        if item in self._by_class[item.__class__]:
            return True
        return item.__class__ is int and as_double(item) in self._by_class[float]


def _comparisons(nested: list[object], items: list[object]) -> int:
    """Bound the steps of comparing each nested item with each nested value of a container."""
    others = [each for each in items if each.__class__ not in _PLAIN]
    if not nested or not others:
        return 0
    # Comparing two values stops at the end of the smaller one.
    return min(len(others) * _parts(nested), len(nested) * _parts(others))


def _steps(_literal: bool, left: object, right: object) -> int:
    if left.__class__ is not list or right.__class__ is not list:
        return 0
    nested = [each for each in left if each.__class__ not in _PLAIN]
    others = [each for each in right if each.__class__ not in _PLAIN]
    if not nested or not others:
        return 0
    counted = deep_steps_of(left) + deep_steps_of(right)
    return counted + _comparisons(nested, others) // _COMPARISONS_PER_STEP


def _parts(values: list[object]) -> int:
    """Count values with all that is nested in them; as data may be deep, without recursion.

    A few values can share their parts so often that there is no end: what is beyond the limit is
    not counted.
    """
    count = 0
    pending = list(values)
    while pending and count <= _MOST_COMPARISONS:
        value = pending.pop()
        count += 1
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, OptionalValue):
            pending.append(value.value)
    return count


def _of_lists(name: str, apply: Callable[..., object]) -> Function:
    return function(
        name, Overload((Kind.LIST, Kind.LIST), BOOL, apply), linear=True, more_steps=_steps
    )


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "sets.contains": _of_lists("sets.contains", _contains),
        "sets.equivalent": _of_lists("sets.equivalent", _equivalent),
        "sets.intersects": _of_lists("sets.intersects", _intersects),
    }
)
METHODS: Final[Mapping[str, Function]] = MappingProxyType({})
