"""What the macros that go through lists and maps mean, shared by generated code and interpreter."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from attribution_dsl.kinds import KIND_OF
from attribution_dsl.meter import OVER_BUDGET, Meter, steps_of
from attribution_dsl.overloads import no_overload
from attribution_dsl.runtime import insert, key_value
from attribution_dsl.values import ErrorKind, ErrorValue

Step = tuple[object, ...]
"""The values of the variables: an element or key; or index and element, or key and value."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a loop: the values of the variables, and what the body gave for them."""

    step: Step
    result: object


def elements(macro: str, target: object) -> list[object] | ErrorValue:
    """Give what a macro of one variable goes through: the elements of a list, the keys of a map."""
    if target.__class__ is list:
        return target
    if target.__class__ is dict:
        return [key_value(key) for key in target]
    return _no_range(macro, target)


def pairs(macro: str, target: object) -> Iterable[tuple[object, object]] | ErrorValue:
    """Give what a macro of two variables goes through."""
    if target.__class__ is list:
        return list(enumerate(target))
    if target.__class__ is dict:
        return [(key_value(key), value) for key, value in target.items()]
    return _no_range(macro, target)


def within_loop(
    meter: Meter, macro: str, target: object, variables: int
) -> Iterable[object] | ErrorValue:
    """Give what a macro within another goes through, and take the steps for making a list of it."""
    made = variables == 2 or target.__class__ is dict
    if made and not meter.take(steps_of(target)):
        return OVER_BUDGET
    return pairs(macro, target) if variables == 2 else elements(macro, target)


def steps(
    macro: str, target: object, variables: int, meter: Meter | None
) -> list[Step] | ErrorValue:
    """Give what a macro goes through, in order.

    Args:
        macro: Which one.
        target: Any value.
        variables: How many it names.
        meter: What is left, if it stands within another; else None.
    """
    if meter is not None:
        found = within_loop(meter, macro, target, variables)
    else:
        found = pairs(macro, target) if variables == 2 else elements(macro, target)
    if isinstance(found, ErrorValue):
        return found
    return [cast(Step, each) if variables == 2 else (each,) for each in found]


def fold(macro: str, turns: Iterable[Turn]) -> object:
    """Give the value of a macro; takes only as many turns as it needs."""
    return _FOLDS[macro](macro, turns)


def not_bool(macro: str, value: object) -> ErrorValue:
    """Give the error of a condition that is neither true nor false."""
    if value.__class__ in KIND_OF:
        kind = KIND_OF[value.__class__]
        message = f"the condition of `{macro}` must be true or false, not {kind}"
        return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, message)
    return no_overload(macro, value)


def insert_all(entries: dict[object, object], more: object) -> ErrorValue | None:
    """Put all entries of a map, the value of `transformMapEntry`, into one that is being made."""
    if more.__class__ is not dict:
        return no_overload("transformMapEntry", more)
    for key, value in more.items():
        failure = insert(entries, key_value(key), value)
        if failure is not None:
            return failure
    return None


def _no_range(macro: str, target: object) -> ErrorValue:
    if target.__class__ in KIND_OF:
        message = f"`{macro}` goes through lists and maps, not {KIND_OF[target.__class__]}"
        return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, message)
    return no_overload(macro, target)


def _all(macro: str, turns: Iterable[Turn]) -> object:
    return _decide(macro, turns, decisive=False)


def _exists(macro: str, turns: Iterable[Turn]) -> object:
    return _decide(macro, turns, decisive=True)


def _decide(macro: str, turns: Iterable[Turn], *, decisive: bool) -> object:
    """Give the decisive value if any turn has it, whatever errors the others are."""
    failure: object = None
    for turn in turns:
        value = turn.result
        if value is decisive:
            return decisive
        if value is OVER_BUDGET:
            return value
        if value is not (not decisive) and failure is None:
            failure = not_bool(macro, value)
    return not decisive if failure is None else failure


def _exists_one(macro: str, turns: Iterable[Turn]) -> object:
    found = 0
    for turn in turns:
        value = turn.result
        if value.__class__ is not bool:
            return not_bool(macro, value)
        found += value is True
    return found == 1


def _filter(macro: str, turns: Iterable[Turn]) -> object:
    kept = []
    for turn in turns:
        value = turn.result
        if value.__class__ is not bool:
            return not_bool(macro, value)
        if value is True:
            kept.append(turn.step[0])
    return kept


def _list(_macro: str, turns: Iterable[Turn]) -> object:
    made = []
    for turn in turns:
        value = turn.result
        if value.__class__ is ErrorValue:
            return value
        made.append(value)
    return made


def _map(_macro: str, turns: Iterable[Turn]) -> object:
    entries: dict[object, object] = {}
    for turn in turns:
        value = turn.result
        if value.__class__ is ErrorValue:
            return value
        failure = insert(entries, turn.step[0], value)
        if failure is not None:
            return failure
    return entries


def _map_of_entries(_macro: str, turns: Iterable[Turn]) -> object:
    entries: dict[object, object] = {}
    for turn in turns:
        failure = insert_all(entries, turn.result)
        if failure is not None:
            return failure
    return entries


_FOLDS: Final[Mapping[str, Callable[[str, Iterable[Turn]], object]]] = MappingProxyType(
    {
        "all": _all,
        "exists": _exists,
        "exists_one": _exists_one,
        "existsOne": _exists_one,
        "filter": _filter,
        "map": _list,
        "transformList": _list,
        "transformMap": _map,
        "transformMapEntry": _map_of_entries,
    }
)
