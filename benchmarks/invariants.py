"""What must hold of every text and all data, and the smallest text of which it does not."""

import pickle
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from attribution_dsl import ErrorValue, ResultType, Rule, RuleError, compile_rule

from benchmarks import hostile

SLOW_SECONDS: Final = 1.0
"""What a load or an evaluation may take; instrumented code is up to ten times slower."""
_MOST_SHOWN: Final = 20_000
_MOST_ATTEMPTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold.

    Attributes:
        kind: What tells faults apart: the stage, and what went wrong where.
        told: The details.
    """

    kind: str
    told: str


def fault_of(source: str) -> Fault | None:
    """Load a text and evaluate it on all data; give the first thing that does not hold."""
    started = time.perf_counter()
    try:
        rule = compile_rule(source, roots=hostile.ROOTS, result=ResultType.ANY)
    except RuleError as refused:
        return _of_refusal(source, refused) or _slow("load", started)
    except BaseException as raised:  # noqa: BLE001 - whatever it is, it is a fault
        return _raised("load", raised)
    return _slow("load", started) or _of_rule(rule)


def _slow(stage: str, started: float) -> Fault | None:
    took = time.perf_counter() - started
    return Fault(f"slow: {stage}", f"{took:.2f} s") if took > SLOW_SECONDS else None


def _of_refusal(source: str, refused: RuleError) -> Fault | None:
    try:
        str(refused)
    except BaseException as raised:  # noqa: BLE001 - as above
        return _raised("refusal", raised)
    if not refused.diagnostics:
        return Fault("refusal: no reason", "")
    for each in refused.diagnostics:
        if not 0 <= each.span.start <= each.span.end <= max(len(source), 1):
            return Fault("refusal: a place outside of the text", repr(each))
    return None


def _of_rule(rule: Rule) -> Fault | None:
    for name, data in datasets():
        fault = _of_evaluation(rule, name, data)
        if fault is not None:
            return fault
    return None


def _of_evaluation(rule: Rule, name: str, data: dict[str, Any]) -> Fault | None:
    before = pickle.dumps(data)
    found = []
    ways: tuple[tuple[str, Callable[[Any], object], dict[str, Any]], ...] = (
        ("evaluate", rule.evaluate, data),
        ("interpret", rule.interpret, data),
        ("evaluate what is read", rule.evaluate, _read(rule, data)),
    )
    for stage, call, given in ways:
        started = time.perf_counter()
        try:
            found.append(call(given))
        except BaseException as raised:  # noqa: BLE001 - as above
            return _raised(stage, raised)
        slow = _slow(stage, started)
        if slow is not None:
            return slow
    shown = [_shown(each) for each in found]
    if shown[0] != shown[1]:
        return Fault("compiled is not interpreted", f"{name}: {shown[0]:.200} | {shown[1]:.200}")
    if shown[0] != shown[2]:
        return Fault("more is read than said", f"{name}: {shown[0]:.200} | {shown[2]:.200}")
    if pickle.dumps(data) != before:
        return Fault("data was changed", name)
    return None


def _read(rule: Rule, data: dict[str, Any]) -> dict[str, Any]:
    """Give only what the rule says that it reads."""
    kept: dict[str, Any] = {}
    for root, names in rule.reads.items():
        if root not in data:
            continue
        value = data[root]
        if names is not None and isinstance(value, dict):
            value = {name: value[name] for name in names if name in value}
        kept[root] = value
    return kept


def _shown(value: object) -> str:
    """Give what tells values apart exactly: types, the sign of zero, NaN, the order of maps."""
    if isinstance(value, ErrorValue):
        return f"ErrorValue {value.kind} {value.message} {value.path}"
    try:
        return f"{type(value).__name__} {repr(value)[:_MOST_SHOWN]}"
    except ValueError:
        # Python shows no int of more than 4,300 digits.
        return f"{type(value).__name__} beyond showing"


def _raised(stage: str, raised: BaseException) -> Fault:
    frames = traceback.extract_tb(raised.__traceback__)
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-3:]]
    kind = f"{stage}: {type(raised).__name__} at {where[-1] if where else 'nowhere'}"
    return Fault(kind, f"{' '.join(where)}: {str(raised)[:300]}")


@lru_cache(1)
def datasets() -> Sequence[tuple[str, dict[str, Any]]]:
    """Give all data that texts are evaluated on."""
    odd = hostile.odd()
    return (
        ("odd", odd),
        ("nothing", {}),
        ("empty", {"event": {}, "trigger": {}, "person": {}, "segments": [], "now": odd["now"]}),
        ("wrong", {"event": odd["event"]["odd"], "trigger": None, "person": {"event": 1}}),
    )


def minimised(source: str, holds: Callable[[str], bool]) -> str:
    """Take pieces away as long as something holds of the rest, in ever smaller pieces.

    Args:
        source: A text of which it holds.
        holds: Tells whether it holds of a text.
    """
    attempts = 0
    piece = max(1, len(source) // 2)
    while attempts < _MOST_ATTEMPTS:
        start, shorter = 0, source
        while start < len(shorter) and attempts < _MOST_ATTEMPTS:
            attempts += 1
            candidate = shorter[:start] + shorter[start + piece :]
            if holds(candidate):
                shorter = candidate
            else:
                start += piece
        if piece == 1 and shorter == source:
            break
        source, piece = shorter, max(1, piece // 2)
    return source
