"""What all tests together gave: what is counted, and what is wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from conformance.deviations import Deviation
from conformance.needs import PROTOBUF, Group, Need, first, group_of, needs
from conformance.suite import Case
from conformance.verdict import Outcome, Verdict, run


class Status(StrEnum):
    """How a test counts."""

    PASSED = "passed"
    DEVIATION = "deviation"
    """Listed, and deviates as listed."""
    FAILED = "failed"
    OUTSIDE = "outside"
    """Out of scope, and has no value here that CEL would not give."""


# A test out of scope may be refused, but what is accepted must mean the same.
_HARMLESS: Final = frozenset({Outcome.PASSED, Outcome.NONE, Outcome.UNBOUND})
# What can be meant: that evaluators disagree or raise is a bug, whatever is listed.
_DELIBERATE: Final = frozenset({Outcome.NONE, Outcome.WRONG, Outcome.UNBOUND})


@dataclass(frozen=True, slots=True)
class Result:
    """A test, how it is counted, and what came of it."""

    case: Case
    group: Group
    needs: frozenset[Need]
    verdict: Verdict
    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of tests: `total` is the sum of the others."""

    total: int
    passed: int
    deviations: int
    failed: int
    outside: int


def judge(cases: Iterable[Case], deviations: Mapping[str, Deviation]) -> tuple[Result, ...]:
    """Run all tests."""
    return tuple(_result(case, run(case), deviations.get(case.id)) for case in cases)


def _result(case: Case, verdict: Verdict, listed: Deviation | None) -> Result:
    found = needs(case)
    group = group_of(case, found)
    status = _status(verdict, group, listed)
    return Result(case, group, found, verdict, status, None if listed is None else listed.reason)


def _status(verdict: Verdict, group: Group, listed: Deviation | None) -> Status:
    if group is Group.REST and verdict.outcome in _HARMLESS:
        return Status.OUTSIDE
    if verdict.outcome is Outcome.PASSED:
        return Status.PASSED
    if listed is None or verdict.outcome not in _DELIBERATE:
        return Status.FAILED
    return Status.DEVIATION if listed.got in verdict.got else Status.FAILED


def stale(results: Iterable[Result], deviations: Mapping[str, Deviation]) -> list[str]:
    """Say what is wrong with the list of deviations: of each entry that is not so any more."""
    by_id = {each.case.id: each for each in results}
    said = []
    for test in deviations:
        result = by_id.get(test)
        if result is None:
            said.append(f"{test}: there is no such test")
        elif result.status is not Status.DEVIATION:
            said.append(f"{test}: does not deviate as listed: {result.status}")
    return said


def count(results: Iterable[Result]) -> Count:
    """Count results by their status."""
    found = Counter(each.status for each in results)
    return Count(
        total=found.total(),
        passed=found[Status.PASSED],
        deviations=found[Status.DEVIATION],
        failed=found[Status.FAILED],
        outside=found[Status.OUTSIDE],
    )


def by_group(results: Iterable[Result]) -> Mapping[Group, Count]:
    """Count per group that has tests, in the order of the groups."""
    listed = list(results)
    return {
        group: count(each for each in listed if each.group is group)
        for group in Group
        if any(each.group is group for each in listed)
    }


def by_file(results: Iterable[Result]) -> Mapping[str, Count]:
    """Count per file, in the order of the data."""
    listed = list(results)
    files = dict.fromkeys(each.case.file for each in listed)
    return {file: count(each for each in listed if each.case.file == file) for file in files}


def by_need(results: Iterable[Result]) -> Mapping[Need, int]:
    """Count the tests of the group out of scope, each for the first thing that it needs."""
    rest = [first(each.needs) for each in results if each.group is Group.REST]
    return {need: rest.count(need) for need in Need if need in rest}


def without_protobuf(results: Iterable[Result]) -> int:
    """Count the tests that need no message, enum, wrapper or namespace, and are evaluated."""
    return sum(not each.needs & PROTOBUF for each in results)


def document(results: tuple[Result, ...], version: str) -> dict[str, Any]:
    """Give everything in the shape of build/conformance.json."""
    return {
        "package": "@bufbuild/cel-spec",
        "version": version,
        "total": len(results),
        "without_protobuf": without_protobuf(results),
        "groups": {group: _numbers(each) for group, each in by_group(results).items()},
        "files": {file: _numbers(each) for file, each in by_file(results).items()},
        "out_of_scope": dict(by_need(results)),
        "tests": [_entry(each) for each in results],
    }


def _numbers(each: Count) -> dict[str, int]:
    return {
        "total": each.total,
        "passed": each.passed,
        "deviations": each.deviations,
        "failed": each.failed,
        "outside": each.outside,
    }


def _entry(result: Result) -> dict[str, Any]:
    return {
        "test": result.case.id,
        "group": result.group,
        "needs": [each for each in Need if each in result.needs],
        "status": result.status,
        "outcome": result.verdict.outcome,
        "expr": result.case.expr,
        "expected": result.verdict.expected,
        "got": result.verdict.got,
        "not_strict": result.verdict.lenient,
        "refused": result.verdict.refused,
        "reason": result.reason,
    }
