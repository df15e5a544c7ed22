"""`attribution-service lint`: checks the rules in files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from attribution_dsl import Severity

from attribution_service.cli.options import COLORS, Output
from attribution_service.lint.find import files, rules_in
from attribution_service.lint.findings import Finding, findings
from attribution_service.scenarios.documents import FileError

_ERRORS = 1
_FILE_WRONG = 2


@dataclass
class _Report:
    files: int = 0
    rules: int = 0
    found: list[Finding] = field(default_factory=list)
    wrong: list[FileError] = field(default_factory=list)

    def count(self, severity: Severity) -> int:
        return sum(item.diagnostic.severity is severity for item in self.found)

    def exit_code(self, *, strict: bool) -> int:
        if self.wrong:
            return _FILE_WRONG
        counted = len(self.found) if strict else self.count(Severity.ERROR)
        return _ERRORS if counted else 0


def lint(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Rule files (*.cel), scenario files (*.yaml, *.yml), or folders of them, at any "
            "depth.",
        ),
    ],
    strict: Annotated[
        bool,
        typer.Option("--strict", envvar="ATTRIBUTION_LINT_STRICT", help="Let warnings count, too."),
    ] = False,
    output: Annotated[
        Output,
        typer.Option(
            "--format",
            envvar="ATTRIBUTION_LINT_FORMAT",
            help="text: for people; json: one object, for programs.",
        ),
    ] = Output.TEXT,
) -> None:
    """Check the rules in files as creating a campaign with them would.

    Exit code 0: none is refused; 1: some are, or, with --strict, doubted; 2: a file is wrong.
    """
    report = _report(paths)
    if output is Output.JSON:
        typer.echo(json.dumps(_as_json(report), indent=2, ensure_ascii=False))
    else:
        _tell(report)
    raise typer.Exit(report.exit_code(strict=strict))


def _report(paths: list[Path]) -> _Report:
    report = _Report()
    for path, named in _files(paths, report):
        try:
            rules = rules_in(path, named=named)
        except FileError as error:
            report.files += 1
            report.wrong.append(error)
            continue
        if rules is None:
            continue
        report.files += 1
        report.rules += len(rules)
        for rule in rules:
            report.found += findings(rule)
    return report


def _files(paths: list[Path], report: _Report) -> Iterator[tuple[Path, bool]]:
    """Each file once; a folder without any is wrong."""
    seen: set[Path] = set()
    for path in paths:
        try:
            for file, named in files([path]):
                if file not in seen:
                    seen.add(file)
                    yield file, named
        except FileError as error:
            report.wrong.append(error)


def _tell(report: _Report) -> None:
    for item in report.found:
        typer.secho(item.head, fg=COLORS[item.diagnostic.severity])
        typer.echo(item.body)
    for error in report.wrong:
        typer.secho(f"WRONG {error}", fg="red", err=True)
    refused, doubted = report.count(Severity.ERROR), report.count(Severity.WARNING)
    checked = f"{_many(report.rules, 'rule')} in {_many(report.files, 'file')}"
    faults = [_many(number, what) for number, what in ((refused, "error"), (doubted, "warning"))]
    wrong = f", {_many(len(report.wrong), 'file')} wrong" if report.wrong else ""
    color = "red" if refused or wrong else "yellow" if doubted else "green"
    typer.secho(f"{checked}: {', '.join(faults)}{wrong}", fg=color)


def _as_json(report: _Report) -> dict[str, object]:
    return {
        "files": report.files,
        "rules": report.rules,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "diagnostics": [item.as_json() for item in report.found],
        "wrong_files": [str(error) for error in report.wrong],
    }


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
