"""Attacks the rule language, each attack in a process of its own, and tells what does not hold.

Prints a table and writes everything to build/attack-rules.json.
"""

import argparse
import gc
import json
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from attribution_dsl import (
    Duration,
    ErrorValue,
    ResultType,
    RuleError,
    Timestamp,
    compile_rule,
)
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from benchmarks import hostile
from benchmarks.attack_cases import Attack, attacks
from benchmarks.goals import ATTACK_SECONDS
from benchmarks.machine import describe

REPORT: Final = Path("build/attack-rules.json")
_PATIENCE_SECONDS: Final = 10.0
_MOST_MEMORY: Final = 3 * 2**30
_REPETITIONS: Final = 3
_SCALARS: Final = (bool, int, float, str, type(None), ErrorValue, Timestamp, Duration)
STAGES: Final = ("load", "evaluate", "interpret")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attack.

    Attributes:
        group: What it was aimed at.
        name: What it was.
        source_bytes: The size of the rule.
        seconds: How long each stage took; a stage that was not reached is missing.
        told: What each stage gave.
        faults: What must not be: too slow, an exception, a difference between the two ways to
            evaluate, or the end of the process.
        refused: Whether the rule was refused.
        grown_mb: How much the process grew at its peak, in MB.
    """

    group: str
    name: str
    source_bytes: int
    seconds: dict[str, float]
    told: dict[str, str]
    faults: tuple[str, ...]
    refused: bool
    grown_mb: float


def attack(each: Attack, patience: float = _PATIENCE_SECONDS) -> Outcome:
    """Run an attack in a process of its own, which ends after a while whatever it does."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_attacked, args=(each, theirs))
    process.start()
    theirs.close()
    told: list[dict[str, Any]] = []
    deadline = time.monotonic() + patience
    ended = "ran longer than its patience"
    while ours.poll(max(0.0, deadline - time.monotonic())):
        try:
            told.append(ours.recv())
        except EOFError:
            ended = ""
            break
    process.kill()
    process.join()
    if not ended and (not told or not told[-1].get("last")):
        ended = "ended the process"
    return _outcome(each, told, ended, patience)


def _outcome(each: Attack, told: Sequence[dict[str, Any]], ended: str, patience: float) -> Outcome:
    seconds = {one["stage"]: float(one["seconds"]) for one in told if "seconds" in one}
    faults = [f"{one['stage']}: {one['fault']}" for one in told if one.get("fault")]
    faults += [
        f"{stage}: {took * 1e3:,.0f} ms" for stage, took in seconds.items() if took > ATTACK_SECONDS
    ]
    if ended:
        reached = [stage for stage in STAGES if stage not in seconds]
        faults.append(f"{reached[0] if reached else 'the end'}: {ended} of {patience:.0f} s")
    return Outcome(
        group=each.group,
        name=each.name,
        source_bytes=len(each.source.encode("utf-8", "surrogatepass")),
        seconds=seconds,
        told={one["stage"]: one["told"] for one in told if one.get("told")},
        faults=tuple(faults),
        refused=any(one.get("refused") for one in told),
        grown_mb=max((one["grown_mb"] for one in told if "grown_mb" in one), default=0.0),
    )


def _attacked(each: Attack, pipe: Connection) -> None:
    """Load and evaluate, and tell after each stage how it went."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    data = getattr(hostile, each.data)()
    before = _peak_mb()
    seconds, rule = _timed(lambda: _load(each.source))
    if isinstance(rule, BaseException):
        refused = isinstance(rule, RuleError)
        pipe.send(
            {
                "stage": "load",
                "seconds": seconds,
                "told": _refusal(rule) if isinstance(rule, RuleError) else "",
                "refused": refused,
                "fault": "" if refused else f"raised {type(rule).__name__}: {str(rule)[:200]}",
                "grown_mb": _peak_mb() - before,
                "last": True,
            }
        )
        return
    pipe.send({"stage": "load", "seconds": seconds, "told": "accepted"})
    found = []
    for stage, call in (("evaluate", rule.evaluate), ("interpret", rule.interpret)):
        seconds, value = _timed(lambda call=call: call(data))  # type: ignore[misc]
        found.append(value)
        raised = isinstance(value, BaseException)
        pipe.send(
            {
                "stage": stage,
                "seconds": seconds,
                "told": _told(value),
                "fault": f"raised {type(value).__name__}: {str(value)[:200]}" if raised else "",
                "grown_mb": _peak_mb() - before,
            }
        )
    same = _same(*found)
    fault = "" if same else f"{_told(found[0])} is not {_told(found[1])}"
    pipe.send({"stage": "comparison", "fault": fault, "last": True})


def _load(source: str) -> Any:
    try:
        return compile_rule(source, roots=hostile.ROOTS, result=ResultType.ANY)
    except RuleError as refused:
        # Whoever is refused is shown why: that is a part of what a refusal costs.
        str(refused)
        raise


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Give the fastest of a few runs, and what the last gave or raised."""
    best = float("inf")
    value: Any = None
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        try:
            value = call()
        except BaseException as raised:  # noqa: BLE001 - what it raises is the finding
            value = raised
        took = time.perf_counter() - started
        best = min(best, took)
        if took > 10 * ATTACK_SECONDS:
            break
    return best, value


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _refusal(refused: RuleError) -> str:
    first = refused.diagnostics[0]
    count = len(refused.diagnostics)
    return f"{first.code} ({count} mistakes, {len(str(refused)):,} characters)"


def _told(value: object) -> str:
    if isinstance(value, ErrorValue):
        return f"{value.kind}: {value.message[:60]}"
    if isinstance(value, (list, dict, str)):
        return f"{type(value).__name__} of {len(value):,}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"int of {value.bit_length()} bits"
    return str(value)[:60]


def _same(left: object, right: object) -> bool:
    """Compare results, as far as that needs no deep comparison."""
    if type(left) is not type(right):
        return False
    if isinstance(left, _SCALARS):
        return left == right or (left != left and right != right)
    return True


def warm() -> None:
    """Build what is built once per process, before there are processes of attacks."""
    compile_rule("event.a == 1", roots=hostile.ROOTS)
    try:
        compile_rule("evnt.a = 1", roots=hostile.ROOTS)
    except RuleError as refused:
        str(refused)
    hostile.large()
    hostile.odd()
    # What is there now is never looked through by the processes of the attacks.
    gc.freeze()


def show(console: Console, outcomes: Sequence[Outcome], every: bool) -> None:
    """Print the worst of each group, or all; then everything that must not be."""
    table = Table(
        title=f"attacks; none may take {ATTACK_SECONDS * 1e3:.0f} ms", title_justify="left"
    )
    for column, justify in (
        ("attack", "left"),
        ("bytes", "right"),
        *((f"{stage}, ms", "right") for stage in STAGES),
        ("MB", "right"),
        ("outcome", "left"),
    ):
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for each in outcomes if every else _worst(outcomes):
        told = each.told.get("evaluate") or each.told.get("load", "")
        times = (
            f"{each.seconds[stage] * 1e3:,.2f}" if stage in each.seconds else "-"
            for stage in STAGES
        )
        name = f"{each.group}: {each.name}"[:60]
        style = "red" if each.faults else None
        cells = (escape(repr(name)[1:-1]), f"{each.source_bytes:,}", *times)
        table.add_row(*cells, f"{each.grown_mb:.0f}", escape(repr(told)[1:-1]), style=style)
    console.print(table)
    for each in outcomes:
        for fault in each.faults:
            text = f"FAULT {each.group}: {each.name}: {fault}"
            console.print(escape(repr(text)[1:-1]), highlight=False, soft_wrap=True)
    faulty = sum(bool(each.faults) for each in outcomes)
    refused = sum(each.refused for each in outcomes)
    console.print(f"{len(outcomes)} attacks, {refused} refused, {faulty} with faults")


def _worst(outcomes: Sequence[Outcome], count: int = 4) -> list[Outcome]:
    """Give the slowest few of each group."""
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault(each.group, []).append(each)
    worst = []
    for group in groups.values():
        group.sort(key=lambda each: max(each.seconds.values(), default=1e9), reverse=True)
        worst.extend(group[:count])
    return worst


def main() -> None:
    """Attack, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only attacks whose group or name holds this")
    parser.add_argument("--all", action="store_true", help="show every attack")
    options = parser.parse_args()
    chosen = [each for each in attacks() if options.only in f"{each.group}: {each.name}"]
    console = Console(width=None if Console().is_terminal else 150)
    warm()
    with Progress(console=console, transient=True) as progress:
        outcomes = [attack(each) for each in progress.track(chosen, description="attacks")]
    show(console, outcomes, options.all)
    REPORT.parent.mkdir(exist_ok=True)
    made = {"machine": describe(), "attacks": [asdict(each) for each in outcomes]}
    REPORT.write_text(json.dumps(made, indent=2) + "\n")
    console.print(f"written to {REPORT}")


if __name__ == "__main__":
    main()
