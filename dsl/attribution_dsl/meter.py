"""The budget of one evaluation, and what operations within loops take from it.

A rule without loops costs no more than its text and its data are long. A loop multiplies that: so
each of its steps takes from a budget, and so does each operation within it whose time grows with
the length of a text, list or map.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from attribution_dsl import runtime
from attribution_dsl.operators import ARITHMETIC
from attribution_dsl.overloads import Function
from attribution_dsl.values import ErrorKind, ErrorValue, OptionalValue

OVER_BUDGET: Final = ErrorValue(
    ErrorKind.BUDGET_EXCEEDED, "the rule takes more steps through lists than it may"
)
# One step of a loop takes about as long as to compare so many items, or to look at so many
# characters; powers of two.
ITEMS_PER_STEP: Final = 32
CHARACTERS_PER_STEP: Final = 256
# Lists can share their parts so often that there is no end: beyond this nothing is counted.
_MOST_COUNTED: Final = 65_536


class Meter:
    """How many steps an evaluation may still take.

    Attributes:
        left: The number of steps.
    """

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def take(self, steps: int) -> bool:
        """Take steps; where there are not so many, give False and leave none."""
        enough = steps <= self.left
        self.left = self.left - steps if enough else 0
        return enough


def steps_of(value: object) -> int:
    """Tell how many steps it takes to go through a value; nothing if it is short."""
    if value.__class__ is str:
        return len(value) // CHARACTERS_PER_STEP
    if value.__class__ is list or value.__class__ is dict:
        return len(value) // ITEMS_PER_STEP
    return 0


def deep_steps_of(value: object) -> int:
    """Tell how many steps it takes to go through a value and all that is nested in it."""
    items = characters = 0
    pending = [value]
    while pending and items < _MOST_COUNTED:
        one = pending.pop()
        items += 1
        if one.__class__ is str:
            characters += len(one)
        elif one.__class__ is list:
            pending.extend(one[:_MOST_COUNTED])
        elif one.__class__ is dict:
            pending.extend(one.values())
        elif isinstance(one, OptionalValue):
            pending.append(one.value)
    return items // ITEMS_PER_STEP + characters // CHARACTERS_PER_STEP


def call(meter: Meter, function: Function, literal: bool, *arguments: object) -> object:
    """Call a function within a loop, and take the steps for what it reads and for what it gives.

    Args:
        meter: What is left.
        function: What to call.
        literal: Whether the last argument is written in the rule.
        arguments: Any values.
    """
    steps = sum(map(steps_of, arguments))
    if function.more_steps is not None:
        steps += function.more_steps(literal, *arguments)
    if not meter.take(steps):
        return OVER_BUDGET
    value = function.call(*arguments)
    if isinstance(value, ErrorValue) and value.kind is ErrorKind.BUDGET_EXCEEDED:
        # It may have done all the work that its own limit allows.
        meter.left = 0
        return value
    return value if meter.take(steps_of(value)) else OVER_BUDGET


def _add(meter: Meter, left: object, right: object) -> object:
    return call(meter, ARITHMETIC["+"], False, left, right)


def _equal(meter: Meter, left: object, right: object) -> object:
    if left.__class__ is right.__class__ and left.__class__ in _DEEP:
        looked_at, value = runtime.equal_deep(left, right, ITEMS_PER_STEP * (meter.left + 1))
        return value if meter.take(looked_at // ITEMS_PER_STEP) else OVER_BUDGET
    return runtime.equal(left, right)


def _not_equal(meter: Meter, left: object, right: object) -> object:
    result = _equal(meter, left, right)
    return not result if result.__class__ is bool else result


def _contained(meter: Meter, item: object, container: object) -> object:
    if container.__class__ is not list:
        return runtime.contained(item, container)
    if not meter.take(steps_of(container)):
        return OVER_BUDGET
    return runtime.contained(item, container, partial(_equal, meter))


_DEEP: Final = frozenset({list, dict})
BINARY: Final[Mapping[str, Callable[[Meter, object, object], object]]] = MappingProxyType(
    {"+": _add, "==": _equal, "!=": _not_equal, "in": _contained}
)
"""The operators that take steps within loops."""
