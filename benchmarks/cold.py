"""How long it takes from source to a rule, and for the first rule of a process."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from benchmarks.cases import TWO
from benchmarks.engines import ENGINES, CannotSay, Engine
from benchmarks.goals import median
from benchmarks.measure import each_once

# In a process of its own: what is imported and built once is then still to do.
_FIRST: Final = """
import json, time
started = time.perf_counter()
from attribution_dsl import compile_rule
imported = time.perf_counter()
compile_rule({source!r}, roots=["event", "trigger"])
first = time.perf_counter()
compile_rule({source!r}, roots=["event", "trigger"])
second = time.perf_counter()
print(json.dumps([imported - started, first - imported, second - first]))
"""
_CHUNKS: Final = 10


@dataclass(frozen=True, slots=True)
class Cold:
    """From source to rule.

    Attributes:
        engine: Whose.
        best: The least seconds.
        median: The median of the seconds.
        told: Why there are no times, or nothing.
    """

    engine: str
    best: float | None
    median: float | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """The first rule of a process, in seconds: the least of a few processes.

    Attributes:
        imports: To import the rule language.
        rule: To make the first rule, the grammar included.
        second: To make the second one.
    """

    imports: float
    rule: float
    second: float


def cold(times: int) -> list[Cold]:
    """Time every engine making rules, taking turns.

    Every rule differs from the ones before in its number, so that none can come from a cache.

    Args:
        times: How many rules each makes.
    """
    found: dict[str, list[float]] = {}
    told: dict[str, str] = {}
    for chunk in range(_CHUNKS):
        for engine in ENGINES:
            if engine.name in told:
                continue
            try:
                found.setdefault(engine.name, []).extend(_chunk(engine, chunk, times // _CHUNKS))
            except CannotSay as why:
                told[engine.name] = str(why)
    return [
        Cold(engine.name, None, None, told[engine.name])
        if engine.name in told
        else Cold(engine.name, min(found[engine.name]), median(found[engine.name]))
        for engine in ENGINES
    ]


def _chunk(engine: Engine, chunk: int, times: int) -> list[float]:
    engine.compile(TWO)
    compiler = engine.compiler()
    source = engine.source(TWO)
    numbers = range(chunk * times, (chunk + 1) * times)
    sources = [source.replace("9.99", f"{10 + number / 1000:.3f}") for number in numbers]
    # A default, since a closure would see the last source only.
    return each_once(lambda each=each: compiler(each) for each in sources)  # type: ignore[misc]


def first(processes: int = 3) -> First:
    """Time the first rules of a few processes."""
    code = _FIRST.format(source=TWO.cel)
    answers = []
    for _ in range(processes):
        done = subprocess.run(  # noqa: S603 - this Python, with code of this module
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        answers.append(json.loads(done.stdout))
    return First(*(min(answer[position] for answer in answers) for position in range(3)))
