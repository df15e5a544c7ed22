"""Where the C++ engine is known to deviate: what an evaluation must have met for it to matter.

Each has a case of the same name in `cases`, which says why, and which is checked to deviate still.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attribution_dsl import ErrorKind, ErrorValue, syntax
from attribution_dsl.rule import Rule
from attribution_dsl.syntax import Node, children, with_depth
from attribution_dsl.values import DURATION_MAX_NANOS, Duration, Timestamp

Met = Callable[[Node, object, Sequence[object]], bool]
"""Tells by a part of a rule, its value and those of what is below it whether engines may differ."""

_LAST_SECOND: Final = DURATION_MAX_NANOS // 10**9 * 10**9
_LISTS: Final = frozenset({"map", "filter", "transformList"})
# What doubles are written by as decimals.
_NUMBER: Final = re.compile(r"%(?:\.[0-9]+)?[sd]")


def _substring_to_the_end(node: Node, value: object, _below: Sequence[object]) -> bool:
    return _calls(node, "substring") and len(children(node)) == 3 and value.__class__ is str


def _optional_key_of_no_key_type(node: Node, value: object, _below: Sequence[object]) -> bool:
    if not isinstance(node, syntax.Index) or not isinstance(value, ErrorValue):
        return False
    return value.kind is ErrorKind.NO_SUCH_OVERLOAD and "`[]` does not take map" in value.message


def _optional_index_by_double(node: Node, _value: object, below: Sequence[object]) -> bool:
    return isinstance(node, syntax.Index) and isinstance(below[1], float)


def _twice_negated(node: Node, value: object, _below: Sequence[object]) -> bool:
    if not isinstance(node, syntax.Unary) or not isinstance(node.operand, syntax.Unary):
        return False
    return node.operator == node.operand.operator and isinstance(value, ErrorValue)


def _nothing_split(node: Node, value: object, _below: Sequence[object]) -> bool:
    return _calls(node, "split") and value == []


def _no_number_as_text(node: Node, _value: object, below: Sequence[object]) -> bool:
    given = below[0] if _calls(node, "string") else None
    return isinstance(given, float) and not math.isfinite(given)


def _fraction_of_a_second(node: Node, _value: object, below: Sequence[object]) -> bool:
    if _calls(node, "format"):
        return _holds(_is_padded_duration, below[-1])
    given = below[0] if _calls(node, "string") else None
    return isinstance(given, Duration | Timestamp) and _is_padded(given)


def _is_padded_duration(value: object) -> bool:
    return isinstance(value, Duration) and _is_padded(value)


def _is_padded(given: Duration | Timestamp) -> bool:
    return len(f"{abs(given.nanos) % 10**9:09}".rstrip("0")) % 3 != 0


def _doubles_as_decimals(node: Node, _value: object, below: Sequence[object]) -> bool:
    if not _calls(node, "format") or len(below) != 2 or not isinstance(below[0], str):
        return False
    return _NUMBER.search(below[0]) is not None and _holds(_is_double, below[1])


def _is_double(value: object) -> bool:
    return isinstance(value, float)


def _holds(wanted: Callable[[object], bool], value: object) -> bool:
    if isinstance(value, list):
        return any(_holds(wanted, each) for each in value)
    if isinstance(value, dict):
        return any(_holds(wanted, each) for each in value.values())
    return wanted(value)


def _int_of_bool(node: Node, value: object, below: Sequence[object]) -> bool:
    return _calls(node, "int") and isinstance(value, ErrorValue) and below[0].__class__ is bool


def _long_duration(_node: Node, value: object, _below: Sequence[object]) -> bool:
    if not isinstance(value, ErrorValue):
        return False
    return value.message == "the duration is longer than about 292 years"


def _order_of_maps(node: Node, _value: object, below: Sequence[object]) -> bool:
    lists = isinstance(node, syntax.Comprehension) and node.macro in _LISTS
    return lists and isinstance(below[0], dict) and len(below[0]) > 1


def _greatest_difference(node: Node, value: object, _below: Sequence[object]) -> bool:
    minus = isinstance(node, syntax.Binary) and node.operator == "-"
    return minus and isinstance(value, Duration) and abs(value.nanos) >= _LAST_SECOND


def _flat_map_of_no_optional(node: Node, value: object, _below: Sequence[object]) -> bool:
    flat = isinstance(node, syntax.Comprehension) and node.macro == "optFlatMap"
    return flat and isinstance(value, ErrorValue)


def _calls(node: Node, name: str) -> bool:
    return isinstance(node, syntax.Call) and node.name == name


def _greatest_of_no_number(tree: Node) -> bool:
    nodes = [node for node, _ in with_depth(tree)]
    return any(
        _calls(node, name) and len(children(node)) == 1
        for node in nodes
        for name in ("math.greatest", "math.least")
    )


KNOWN: Final[Mapping[str, Met]] = MappingProxyType(
    {
        "substring to the end": _substring_to_the_end,
        "optional index with no key": _optional_key_of_no_key_type,
        "optional index with a double": _optional_index_by_double,
        "twice negated": _twice_negated,
        "nothing split": _nothing_split,
        "no number as text": _no_number_as_text,
        "fraction of a second": _fraction_of_a_second,
        "doubles as decimals": _doubles_as_decimals,
        "int of bool": _int_of_bool,
        "long durations": _long_duration,
        "order of maps": _order_of_maps,
        "greatest difference": _greatest_difference,
        "optFlatMap of no optional": _flat_map_of_no_optional,
    }
)
"""Deviations of evaluations."""
KNOWN_REFUSALS: Final[Mapping[str, Callable[[Node], bool]]] = MappingProxyType(
    {"greatest of no number": _greatest_of_no_number}
)
"""What the C++ engine refuses at load, and our language takes for an error if it is evaluated."""


KNOWN_RULES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {"variable twice negated": re.compile(r"\(\s*(?:!\s*!|-\s*-)")}
)
"""What the C++ engine takes for a rule, by a part of its text."""


def met(rule: Rule, data: Mapping[str, object]) -> frozenset[str]:
    """Tell which known deviations an evaluation meets."""
    found: set[str] = set()
    values: dict[int, object] = {}

    def observe(node: Node, value: object) -> None:
        values[id(node)] = value
        below = [values.get(id(each)) for each in children(node)]
        found.update(name for name, matters in KNOWN.items() if matters(node, value, below))

    rule.interpret(data, observe)
    return frozenset(found)


def refused(rule: Rule) -> frozenset[str]:
    """Tell for which known reasons the C++ engine may refuse a rule."""
    return frozenset(name for name, matters in KNOWN_REFUSALS.items() if matters(rule.tree))


def accepted(source: str) -> frozenset[str]:
    """Tell for which known reasons the C++ engine may accept what is no rule."""
    return frozenset(name for name, part in KNOWN_RULES.items() if part.search(source))
