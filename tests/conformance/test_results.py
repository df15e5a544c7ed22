"""Counting, deviations, and what is reported."""

import io
import json

import pytest
from conformance import deviations, results
from conformance.deviations import Deviation
from conformance.needs import Group, Need
from conformance.report import page_rows, show
from conformance.results import (
    Count,
    Result,
    Status,
    by_file,
    by_group,
    by_need,
    count,
    document,
    judge,
    stale,
    without_protobuf,
)
from conformance.suite import Case, read
from conformance.test_suite import SAMPLE
from conformance.verdict import Outcome, Verdict
from rich.console import Console

WRONG = "basic/values/int#2"
RIGHT = "basic/values/int"
OUTSIDE = "basic/values/uint"
LEFT_OUT = "math_ext/greatest/uint"
LISTED = {
    WRONG: Deviation("for fun", "int(3)"),
    LEFT_OUT: Deviation("there is no uint", "NOT_SUPPORTED: unsigned numbers"),
}


def cases() -> tuple[Case, ...]:
    return read(SAMPLE)


def status_of(test: str, results: tuple[Result, ...]) -> Status:
    return next(each.status for each in results if each.case.id == test)


def test_statuses() -> None:
    results = judge(cases(), {})
    assert status_of(RIGHT, results) is Status.PASSED
    assert status_of(WRONG, results) is Status.FAILED
    assert status_of(OUTSIDE, results) is Status.OUTSIDE
    assert status_of(LEFT_OUT, results) is Status.FAILED
    for each in LISTED:
        assert status_of(each, judge(cases(), LISTED)) is Status.DEVIATION


def test_deviations_that_deviate_are_not_stale() -> None:
    assert stale(judge(cases(), LISTED), LISTED) == []


@pytest.mark.parametrize("test", [WRONG, LEFT_OUT])
def test_what_deviates_otherwise_than_listed_fails(test: str) -> None:
    listed = {**LISTED, test: Deviation("for fun", "bytes are not part")}
    results = judge(cases(), listed)
    assert status_of(test, results) is Status.FAILED
    assert stale(results, listed) == [f"{test}: does not deviate as listed: failed"]


@pytest.mark.parametrize("outcome", [Outcome.RAISED, Outcome.DISAGREE])
def test_bugs_are_no_deviations(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> None:
    monkeypatch.setattr(results, "run", lambda _: Verdict(outcome, "2", "int(3)"))
    assert {each.status for each in judge(cases(), LISTED)} == {Status.FAILED}


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (RIGHT, "does not deviate as listed: passed"),
        (OUTSIDE, "does not deviate as listed: outside"),
        ("basic/values/nowhere", "there is no such test"),
    ],
)
def test_stale_deviations(test: str, said: str) -> None:
    listed = {test: Deviation("for fun", "int(")}
    assert stale(judge(cases(), listed), listed) == [f"{test}: {said}"]


def test_what_is_accepted_outside_must_mean_the_same() -> None:
    uint, *_ = [each for each in cases() if each.id == OUTSIDE]
    accepted = Case(**{name: getattr(uint, name) for name in Case.__slots__} | {"expr": "1"})
    assert [each.status for each in judge([accepted], {})] == [Status.FAILED]


def test_numbers_add_up() -> None:
    results = judge(cases(), LISTED)
    total = Count(total=10, passed=7, deviations=2, failed=0, outside=1)
    assert count(results) == total
    for counts in (by_group(results).values(), by_file(results).values()):
        assert sum(each.total for each in counts) == total.total
        assert sum(each.passed for each in counts) == total.passed
        for each in counts:
            assert each.total == each.passed + each.deviations + each.failed + each.outside
    assert list(by_group(results)) == [Group.CORE, Group.MATH, Group.REST]
    assert by_file(results)["math_ext"] == Count(1, 0, 1, 0, 0)
    assert by_need(results) == {Need.UINT: 1}
    assert without_protobuf(results) == 10


def test_the_document_has_every_test_once() -> None:
    written = json.loads(json.dumps(document(judge(cases(), {}), "1.2.3")))
    assert [each["test"] for each in written["tests"]] == [case.id for case in cases()]
    assert written["groups"]["core"]["total"] == 8
    assert written["out_of_scope"] == {"uint": 1}
    wrong = next(each for each in written["tests"] if each["test"] == WRONG)
    assert (wrong["status"], wrong["expected"], wrong["got"]) == ("failed", "double(3.0)", "int(3)")


def test_failures_are_shown_with_what_was_expected() -> None:
    out = io.StringIO()
    show(Console(file=out, width=100), judge(cases(), {}))
    shown = out.getvalue()
    assert f"{WRONG} (core): wrong result\n  rule      1 + 2\n" in shown
    assert "expected  double(3.0)\n  got       int(3)\n" in shown
    assert f"{RIGHT} (" not in shown


def test_rows_of_the_page() -> None:
    assert page_rows(judge(cases(), LISTED)) == [
        "| core | 8 | 7 | 1 | 0 | 0 |",
        "| math extension | 1 | 0 | 1 | 0 | 0 |",
        "| out of scope | 1 | 0 | 0 | 0 | 1 |",
    ]


def entry(*tests: str, **changes: object) -> dict[str, object]:
    return {"reason": "for fun", "got": "int(3)", "tests": list(tests)} | changes


def test_entries_are_read() -> None:
    written = {"deviation": [entry(WRONG, RIGHT), entry(LEFT_OUT, got="int(4)")]}
    assert deviations.listed(written) == {
        WRONG: Deviation("for fun", "int(3)"),
        RIGHT: Deviation("for fun", "int(3)"),
        LEFT_OUT: Deviation("for fun", "int(4)"),
    }
    assert deviations.listed({}) == {}


@pytest.mark.parametrize(
    "document",
    [
        {"deviations": []},
        {"deviation": [{"tests": [RIGHT], "reason": "a"}]},
        {"deviation": [entry()]},
        {"deviation": [entry(RIGHT, reason="")]},
        {"deviation": [entry(RIGHT, got="")]},
        {"deviation": [entry(RIGHT, more="b")]},
        {"deviation": [entry(RIGHT, RIGHT)]},
        {"deviation": [entry(RIGHT), entry(RIGHT)]},
    ],
)
def test_bad_lists_are_refused(document: dict[str, object]) -> None:
    with pytest.raises(deviations.BadDeviationsError):
        deviations.listed(document)
