"""Compares the speed of rules with hand-written Python and with other engines.

Prints tables and writes everything to build/bench-rules.json.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import cold as cold_rules
from benchmarks.cases import CASES, Case
from benchmarks.engines import ENGINES, OURS, CannotSay, Engine, Run
from benchmarks.goals import (
    COLD_SECONDS,
    MISSING_RATIO,
    PRESENT_RATIO,
    Verdict,
    ahead_of_all,
    at_most,
    ratio,
)
from benchmarks.machine import describe
from benchmarks.measure import Turn, fastest, is_match, outcome, turn_of

REPORT: Final = Path("build/bench-rules.json")
DIRECT: Final = "direct lambda"
GUARDED: Final = "guarded lambda"
_WORDS: Final = {True: "[green]yes[/]", False: "[red]NO[/]", None: "[yellow]unknown[/]"}


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those that a case is measured with.

    Attributes:
        engine: The engine, or the name of a lambda.
        mode: How it is given the data.
        run: What is timed; None if it cannot.
        told: Why it cannot, or how its result differs; or nothing.
    """

    engine: str
    mode: str
    run: Run | None
    told: str = ""

    @property
    def name(self) -> str:
        """Engine and mode in one."""
        return f"{self.engine}, {self.mode}" if self.mode else self.engine


@dataclass(frozen=True, slots=True)
class Timed:
    """What a contender took.

    Attributes:
        engine: The engine, or the name of a lambda.
        mode: How it is given the data.
        seconds: Per call, or None if it cannot.
        told: Why it cannot, or how its result differs; or nothing.
    """

    engine: str
    mode: str
    seconds: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A case with the times of all its contenders."""

    case: Case
    times: tuple[Timed, ...]

    @property
    def name(self) -> str:
        """The rule and what is special about the data."""
        return f"{self.case.subject.name}, {self.case.name}"

    def seconds(self, engine: str, mode: str = "") -> float | None:
        """Give the time of one contender, if it was measured."""
        return next(
            (each.seconds for each in self.times if (each.engine, each.mode) == (engine, mode)),
            None,
        )

    @property
    def ours(self) -> float | None:
        """The seconds that our rule takes."""
        return self.seconds(OURS.name, "plain")

    @property
    def peers(self) -> Mapping[str, float]:
        """The seconds of the peers that can, by engine and mode."""
        own = {DIRECT, GUARDED, OURS.name}
        return {
            f"{each.engine}, {each.mode}": each.seconds
            for each in self.times
            if each.engine not in own and each.seconds is not None
        }

    def ours_to(self, baseline: str) -> float | None:
        """Give the ratio of our time to that of a lambda."""
        ours, other = self.ours, self.seconds(baseline)
        return None if ours is None or other is None else ratio(ours, other)


def contenders(case: Case) -> list[Contender]:
    """Set up all that a case is measured with: lambdas, our engine and the peers."""
    baselines = [(GUARDED, case.subject.guarded)]
    if not case.missing:
        baselines.insert(0, (DIRECT, case.subject.direct))
    # Compiled anew for every case: Python adapts code to the data that it meets.
    made = [
        Contender(name, "", Run(eval(text), case.data()))  # noqa: S307 - text of this package
        for name, text in baselines
    ]
    for engine in ENGINES:
        made.extend(_modes(engine, case))
    return [_judged(each, case) for each in made]


def _modes(engine: Engine, case: Case) -> list[Contender]:
    found = []
    for mode, prepare in engine.modes.items():
        try:
            run = prepare(engine.compile(case.subject), case.data())
        except CannotSay as why:
            found.append(Contender(engine.name, mode, None, str(why)))
        else:
            found.append(Contender(engine.name, mode, run))
    return found


def _judged(contender: Contender, case: Case) -> Contender:
    """Tell of a result that is not that of the case; it is timed nevertheless."""
    if contender.run is None:
        return contender
    result = outcome(contender.run)
    if is_match(result) == case.matches:
        return contender
    told = f"differs: {type(result).__name__}"
    return Contender(contender.engine, contender.mode, contender.run, told)


def measure(case: Case, rounds: int, progress: Progress) -> Measured:
    """Time all contenders of a case."""
    entered = contenders(case)
    task = progress.add_task(f"{case.subject.name}: {case.name}", total=rounds)
    ready: list[tuple[int, Turn]] = [
        (position, turn_of(each.run)) for position, each in enumerate(entered) if each.run
    ]
    seconds: list[float | None] = [None] * len(entered)
    best = fastest([turn for _, turn in ready], rounds, lambda: progress.advance(task))
    for (position, _), found in zip(ready, best, strict=True):
        seconds[position] = found
    progress.update(task, visible=False)
    times = zip(entered, seconds, strict=True)
    return Measured(case, tuple(Timed(e.engine, e.mode, took, e.told) for e, took in times))


def verdicts(results: Sequence[Measured], colds: Sequence[cold_rules.Cold]) -> list[Verdict]:
    """Judge every goal."""
    judged = []
    for each in results:
        baseline, bound = _goal(each.case)
        goal = f"{each.name}: at most {bound}x the {baseline}"
        judged.append(at_most(goal, each.ours_to(baseline), bound))
        judged.append(ahead_of_all(f"{each.name}: ahead of every peer", each.ours, each.peers))
    ours = next(each for each in colds if each.engine == OURS.name)
    for label, seconds in (("best", ours.best), ("median", ours.median)):
        in_ms = None if seconds is None else seconds * 1e3
        judged.append(at_most(f"cold, {label}: below 1 ms", in_ms, COLD_SECONDS * 1e3, " ms"))
    return judged


def report(
    results: Sequence[Measured],
    colds: Sequence[cold_rules.Cold],
    first: cold_rules.First,
    judged: Sequence[Verdict],
    rounds: int,
) -> dict[str, Any]:
    """Put everything into one value for JSON."""
    return {
        "machine": describe(),
        "versions": versions(),
        "rounds": rounds,
        "cases": [_case_report(each, results) for each in results],
        "cold": [asdict(each) for each in colds],
        "first_rule": asdict(first),
        "goals": [asdict(each) for each in judged],
    }


def _case_report(measured: Measured, results: Sequence[Measured]) -> dict[str, Any]:
    direct = _present_direct(measured, results)
    guarded = measured.seconds(GUARDED)
    return {
        "rule": measured.case.subject.cel,
        "name": measured.name,
        "missing": measured.case.missing,
        "times": [
            {
                "engine": each.engine,
                "mode": each.mode,
                "nanoseconds": None if each.seconds is None else round(each.seconds * 1e9, 1),
                "ratio_to_present_direct": _rounded(each.seconds, direct),
                "ratio_to_guarded": _rounded(each.seconds, guarded),
                "told": each.told,
            }
            for each in measured.times
        ],
    }


def _rounded(seconds: float | None, baseline: float | None) -> float | None:
    if seconds is None or baseline is None:
        return None
    return round(ratio(seconds, baseline), 3)


def _present_direct(measured: Measured, results: Sequence[Measured]) -> float | None:
    """Give the time of the direct lambda, on this data or on that with all keys."""
    subject = measured.case.subject
    own = measured.seconds(DIRECT)
    if own is not None:
        return own
    present = (each for each in results if each.case.subject is subject and not each.case.missing)
    return next((each.seconds(DIRECT) for each in present), None)


def versions() -> dict[str, str]:
    """Give the versions of all engines that are installed."""
    found = {}
    for engine in ENGINES:
        try:
            found[engine.name] = engine.version()
        except CannotSay as why:
            found[engine.name] = str(why)
    return found


def show(console: Console, results: Sequence[Measured]) -> None:
    """Print the ratios of our rules, and those of the peers."""
    for missing, title in ((False, "all keys present"), (True, "a key missing")):
        chosen = [each for each in results if each.case.missing is missing]
        if chosen:
            console.print(_own_table(title, chosen, results))
            console.print(_peer_table(title, chosen))
    for told in sorted({told for each in results for told in _notes(each)}):
        console.print(f"note: {told}", highlight=False)


def _own_table(title: str, chosen: Sequence[Measured], results: Sequence[Measured]) -> Table:
    baseline, bound = _goal(chosen[0].case)
    table = Table(title=f"ours, {title}", title_justify="left")
    table.add_column("rule and data")
    for column in (
        f"{baseline}, ns",
        "ours, ns",
        f"x (goal {bound})",
        "holds",
        "x direct, present",
        "nearest peer",
        "ahead",
    ):
        table.add_column(column, justify="right")
    for each in chosen:
        held = at_most("", each.ours_to(baseline), bound).holds
        lead = ahead_of_all("", each.ours, each.peers)
        table.add_row(
            each.name,
            _nanoseconds(each.seconds(baseline)),
            _nanoseconds(each.ours),
            _shown(each.ours, each.seconds(baseline)),
            _WORDS[held],
            _shown(each.ours, _present_direct(each, results)),
            lead.measured,
            _WORDS[lead.holds],
        )
    return table


def _peer_table(title: str, chosen: Sequence[Measured]) -> Table:
    baseline, _ = _goal(chosen[0].case)
    table = Table(title=f"x {baseline}, {title}: prepared / plain", title_justify="left")
    table.add_column("rule and data")
    for engine in ENGINES:
        table.add_column(engine.name, justify="right")
    for each in chosen:
        cells = (
            " / ".join(
                _shown(each.seconds(engine.name, mode), each.seconds(baseline))
                for mode in engine.modes
            )
            for engine in ENGINES
        )
        table.add_row(each.name, *cells)
    return table


def _notes(measured: Measured) -> list[str]:
    return [
        f"{timed.engine}: {measured.name}: {timed.told}" for timed in measured.times if timed.told
    ]


def _goal(case: Case) -> tuple[str, float]:
    return (GUARDED, MISSING_RATIO) if case.missing else (DIRECT, PRESENT_RATIO)


def _nanoseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1e9:,.0f}"


def _shown(seconds: float | None, baseline: float | None) -> str:
    if seconds is None or baseline is None:
        return "-"
    found = ratio(seconds, baseline)
    return f"{found:.2f}" if found < 10 else f"{found:,.0f}"


def show_cold(console: Console, colds: Sequence[cold_rules.Cold], first: cold_rules.First) -> None:
    """Print what it takes to make a rule."""
    table = Table(title="cold: from source to rule, rule 2", title_justify="left")
    table.add_column("engine")
    table.add_column("best, us", justify="right")
    table.add_column("median, us", justify="right")
    table.add_column("note")
    for each in colds:
        times = ("-" if s is None else f"{s * 1e6:,.0f}" for s in (each.best, each.median))
        table.add_row(each.engine, *times, each.told)
    console.print(table)
    console.print(
        f"first rule of a process: import {first.imports * 1e3:.1f} ms,"
        f" rule with the grammar {first.rule * 1e3:.1f} ms, the second {first.second * 1e3:.2f} ms"
    )


def show_goals(console: Console, judged: Sequence[Verdict]) -> None:
    """Print the goals that do not hold, or could not be measured."""
    for each in judged:
        if each.holds is not True:
            console.print(f"{_WORDS[each.holds]}: {each.goal}: {each.measured}", highlight=False)
    held = sum(each.holds is True for each in judged)
    console.print(f"{held} of {len(judged)} goals hold")


def main() -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="turns of each contender")
    parser.add_argument("--cold", type=int, default=200, help="rules that each engine makes")
    parser.add_argument("--only", default="", help="only cases whose name holds this")
    options = parser.parse_args()
    chosen = [case for case in CASES if options.only in f"{case.subject.name}, {case.name}"]
    console = Console(width=None if Console().is_terminal else 150)
    with Progress(console=console, transient=True) as progress:
        cases = progress.add_task("cases", total=len(chosen) + 1)
        results = []
        for case in chosen:
            results.append(measure(case, options.rounds, progress))
            progress.advance(cases)
        colds, first = cold_rules.cold(options.cold), cold_rules.first()
        progress.advance(cases)
    judged = verdicts(results, colds)
    show(console, results)
    show_cold(console, colds, first)
    show_goals(console, judged)
    REPORT.parent.mkdir(exist_ok=True)
    made = report(results, colds, first, judged, options.rounds)
    REPORT.write_text(json.dumps(made, indent=2) + "\n")
    console.print(f"written to {REPORT}")


if __name__ == "__main__":
    main()
