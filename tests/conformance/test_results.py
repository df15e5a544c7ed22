"""Counting, deviations, and what is reported."""

import io
import json

import pytest
from conformance import deviations
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
from rich.console import Console

WRONG = "basic/values/int#2"
RIGHT = "basic/values/int"
OUTSIDE = "basic/values/uint"


def cases() -> tuple[Case, ...]:
    return read(SAMPLE)


def status_of(test: str, results: tuple[Result, ...]) -> Status:
    return next(each.status for each in results if each.case.id == test)


def test_statuses() -> None:
    results = judge(cases(), {})
    assert status_of(RIGHT, results) is Status.PASSED
    assert status_of(WRONG, results) is Status.FAILED
    assert status_of(OUTSIDE, results) is Status.OUTSIDE
    assert status_of(WRONG, judge(cases(), {WRONG: "for fun"})) is Status.DEVIATION


def test_a_deviation_that_deviates_is_not_stale() -> None:
    listed = {WRONG: "for fun"}
    assert stale(judge(cases(), listed), listed) == []


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (RIGHT, "does not deviate: passed"),
        (OUTSIDE, "does not deviate: outside"),
        ("basic/values/nowhere", "there is no such test"),
    ],
)
def test_stale_deviations(test: str, said: str) -> None:
    listed = {test: "for fun"}
    assert stale(judge(cases(), listed), listed) == [f"{test}: {said}"]


def test_what_is_accepted_outside_must_mean_the_same() -> None:
    uint, *_ = [each for each in cases() if each.id == OUTSIDE]
    accepted = Case(**{name: getattr(uint, name) for name in Case.__slots__} | {"expr": "1"})
    assert [each.status for each in judge([accepted], {})] == [Status.FAILED]


def test_numbers_add_up() -> None:
    results = judge(cases(), {WRONG: "for fun"})
    total = Count(total=10, passed=7, deviations=1, failed=0, outside=2)
    assert count(results) == total
    for counts in (by_group(results).values(), by_file(results).values()):
        assert sum(each.total for each in counts) == total.total
        assert sum(each.passed for each in counts) == total.passed
        for each in counts:
            assert each.total == each.passed + each.deviations + each.failed + each.outside
    assert list(by_group(results)) == [Group.CORE, Group.MATH, Group.REST]
    assert by_file(results)["math_ext"] == Count(1, 0, 0, 0, 1)
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
    assert page_rows(judge(cases(), {WRONG: "for fun"})) == [
        "| core | 8 | 7 | 1 | 0 | 0 |",
        "| math extension | 1 | 0 | 0 | 0 | 1 |",
        "| out of scope | 1 | 0 | 0 | 0 | 1 |",
    ]


def test_reasons_are_read() -> None:
    entry = {"test": RIGHT, "reason": "for fun"}
    assert deviations.reasons_of({"deviation": [entry]}) == {RIGHT: "for fun"}
    assert deviations.reasons_of({}) == {}


@pytest.mark.parametrize(
    "document",
    [
        {"deviations": []},
        {"deviation": [{"test": RIGHT}]},
        {"deviation": [{"test": RIGHT, "reason": ""}]},
        {"deviation": [{"test": RIGHT, "reason": "a", "more": "b"}]},
        {"deviation": [{"test": RIGHT, "reason": "a"}, {"test": RIGHT, "reason": "b"}]},
    ],
)
def test_bad_lists_are_refused(document: dict[str, object]) -> None:
    with pytest.raises(deviations.BadDeviationsError):
        deviations.reasons_of(document)
