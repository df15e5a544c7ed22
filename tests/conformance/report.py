"""Showing the results to people."""

from collections.abc import Iterable, Mapping

from conformance.results import (
    Count,
    Result,
    Status,
    by_file,
    by_group,
    by_need,
    without_protobuf,
)
from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(console: Console, results: tuple[Result, ...]) -> None:
    """Print the failures, then the numbers per file, per group and per reason."""
    for result in results:
        if result.status is Status.FAILED:
            console.print(failure(result), soft_wrap=True)
    console.print(_counts("File", by_file(results)))
    console.print(_counts("Group", {str(key): each for key, each in by_group(results).items()}))
    reasons = Table("Out of scope because it needs", "Tests")
    for need, number in by_need(results).items():
        reasons.add_row(need, str(number))
    console.print(reasons)
    console.print(f"{without_protobuf(results)} of {len(results)} tests need nothing of protobuf.")
    console.print(_leniency(results))


def failure(result: Result) -> Text:
    """Show what a test is, what it expects, and what it got."""
    verdict = result.verdict
    return Text(
        f"{result.case.id} ({result.group}): {verdict.outcome}\n"
        f"  rule      {' '.join(result.case.expr.split())}\n"
        f"  expected  {verdict.expected}\n"
        f"  got       {verdict.got}\n"
    )


def page_rows(results: Iterable[Result]) -> list[str]:
    """Give the rows of the table of results that docs/conformance.md must hold."""
    return [
        f"| {group} | {each.total} | {each.passed} | {each.deviations} | {each.failed} "
        f"| {each.outside} |"
        for group, each in by_group(results).items()
    ]


def _counts(title: str, counts: Mapping[str, Count]) -> Table:
    table = Table(title, "Tests", "Passed", "Deviations", "Failed", "Outside")
    for name, each in counts.items():
        numbers = (each.total, each.passed, each.deviations, each.failed, each.outside)
        table.add_row(name, *map(str, numbers), style="red" if each.failed else None)
    return table


def _leniency(results: Iterable[Result]) -> str:
    """Say how many passed otherwise than by the result of a rule that was loaded strictly."""
    passed = [each for each in results if each.status is Status.PASSED]
    lenient = [each for each in passed if each.verdict.lenient]
    checked = sum(not each.case.disable_check for each in lenient)
    refused = [each for each in passed if each.verdict.refused]
    valued = sum(not each.case.fails for each in refused)
    return (
        f"{len(lenient)} passed loaded without strictness about types, though of {checked} of them "
        f"CEL checks the types. {len(refused)} passed by being refused at load; {valued} of them "
        "have a value in CEL if an undeclared name is not looked at."
    )
