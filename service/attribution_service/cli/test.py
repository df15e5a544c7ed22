"""`attribution-service test`: plays scenario files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from attribution_service import logs
from attribution_service.logs import LogFormat, LogLevel
from attribution_service.scenarios.documents import FileError, find_files
from attribution_service.scenarios.load import load
from attribution_service.scenarios.model import Scenario
from attribution_service.scenarios.play import Failure, play
from attribution_service.scenarios.targets import MEMORY, TargetFactory, factory

_DO_NOT_HOLD = 1
_FILE_WRONG = 2


@dataclass
class _Count:
    files: int = 0
    scenarios: int = 0
    steps: int = 0
    failed: int = 0
    wrong: int = 0

    @property
    def exit_code(self) -> int:
        if self.wrong:
            return _FILE_WRONG
        return _DO_NOT_HOLD if self.failed else 0


def test(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE-OR-FOLDER...",
            help="Scenario files, or folders of them (*.yaml, *.yml, at any depth).",
        ),
    ],
    store: Annotated[
        str,
        typer.Option(
            envvar="ATTRIBUTION_TEST_STORE",
            metavar="STORE",
            help="What they are played on. memory: the core in this process. sqlite: a server "
            "over gRPC for each scenario, on a temporary SQLite file. sqlite:///FILE: the same on "
            "a new file, which stays. postgresql://HOST/DATABASE: the same, each in a schema of "
            "its own, which does not stay.",
        ),
    ] = MEMORY,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", envvar="ATTRIBUTION_TEST_VERBOSE", help="Name what holds, too."
        ),
    ] = False,
) -> None:
    """Play scenario files on a clock that they set; nothing waits.

    Exit code 0: all hold; 1: some do not; 2: a file is wrong.
    """
    logs.set_up(LogLevel.ERROR, LogFormat.AUTO)
    make_target = factory(store)
    count = _Count()
    for path in _found(paths, count):
        count.files += 1
        try:
            scenarios = load(path)
        except FileError as error:
            _tell_wrong(error, count)
            continue
        for scenario in scenarios:
            _play(path, scenario, make_target, count, verbose=verbose)
    _tell_summary(count)
    raise typer.Exit(count.exit_code)


def _found(paths: list[Path], count: _Count) -> Iterator[Path]:
    for path in paths:
        try:
            yield from find_files([path])
        except FileError as error:
            _tell_wrong(error, count)


def _play(
    path: Path, scenario: Scenario, make_target: TargetFactory, count: _Count, *, verbose: bool
) -> None:
    count.scenarios += 1
    count.steps += len(scenario.steps)
    try:
        with make_target() as target:
            failures = play(scenario, target)
    except FileError as error:
        _tell_wrong(error, count)
        return
    rules = f" [{', '.join(scenario.rules)}]" if scenario.rules else ""
    if failures:
        count.failed += 1
        typer.secho(f"FAIL {path}: {scenario.name}{rules}", fg="red")
        for failure in failures:
            _tell_failure(failure)
    elif verbose:
        typer.secho(f"ok   {path}: {scenario.name}{rules}", fg="green")


def _tell_failure(failure: Failure) -> None:
    typer.echo(f"  {failure.place}: {failure.step}")
    for difference in failure.differences:
        where = f"line {difference.line}: {difference.path}"
        typer.echo(f"    {where}: expected {difference.expected}, got {difference.actual}")
    for position, line in enumerate(failure.explanation):
        typer.echo(f"    {'because' if position == 0 else '       '} {line}")


def _tell_wrong(error: FileError, count: _Count) -> None:
    count.wrong += 1
    typer.secho(f"WRONG {error}", fg="red", err=True)


def _tell_summary(count: _Count) -> None:
    played = ", ".join(
        [_many(count.files, "file"), _many(count.scenarios, "scenario"), _many(count.steps, "step")]
    )
    faults = []
    if count.failed:
        faults.append("1 does not hold" if count.failed == 1 else f"{count.failed} do not hold")
    if count.wrong:
        faults.append("1 is wrong" if count.wrong == 1 else f"{count.wrong} are wrong")
    typer.secho(f"{played}: {', '.join(faults) or 'all hold'}", fg="red" if faults else "green")


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
