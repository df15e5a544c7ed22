"""Reading the exported tests, by a small hand-made sample of their shape."""

from pathlib import Path
from typing import Any

import pytest
from conformance.suite import BadSuiteError, Case, cases_of, read

SAMPLE = Path(__file__).with_name("sample.json")


def sample() -> dict[str, Case]:
    return {case.id: case for case in read(SAMPLE)}


def one(test: dict[str, Any]) -> Case:
    section = {"name": "section", "tests": [test]}
    (case,) = cases_of({"suites": [{"name": "file", "suites": [section]}]})
    return case


def test_cases_have_unique_ids_in_the_order_of_the_file() -> None:
    assert [case.id for case in read(SAMPLE)] == [
        "basic/values/int",
        "basic/values/int#2",
        "basic/values/minus_zero",
        "basic/values/true",
        "basic/values/variable",
        "basic/values/uint",
        "basic/errors/by_zero",
        "basic/errors/types",
        "basic/errors/undeclared",
        "math_ext/greatest/uint",
    ]


def test_a_case_without_a_result_must_be_true() -> None:
    assert sample()["basic/values/true"].expected == {"boolValue": True}


def test_variables_and_typed_results_are_read() -> None:
    case = sample()["basic/values/variable"]
    assert case.types == {"x": {"primitive": "INT64"}}
    assert case.bindings == {"x": {"int64Value": "123"}}
    assert case.expected == {"int64Value": "123"}
    assert case.deduced == {"primitive": "INT64"}


def test_errors_have_no_value() -> None:
    case = sample()["basic/errors/by_zero"]
    assert case.fails
    assert case.expected is None


@pytest.mark.parametrize(
    ("disabled", "said", "undeclared"),
    [
        (True, "undeclared reference to 'x'", True),
        (False, "undeclared reference to 'x'", False),
        (True, "found no matching overload", False),
    ],
)
def test_names_are_undeclared_on_purpose_where_no_check_is_asked_for(
    disabled: bool, said: str, undeclared: bool
) -> None:
    case = one({"original": {"name": "a", "expr": "x", "disableCheck": disabled}, "error": said})
    assert case.undeclared is undeclared


def test_what_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(BadSuiteError, match="unknown"):
        one({"original": {"name": "a", "expr": "x", "unknown": {}}})
    with pytest.raises(BadSuiteError, match="no value"):
        one({"original": {"name": "a", "expr": "x", "bindings": {"x": {"unknown": {}}}}})
    with pytest.raises(BadSuiteError, match="outside of a section"):
        cases_of({"suites": [{"name": "a", "tests": [{}]}]})
    with pytest.raises(BadSuiteError, match="within a section"):
        cases_of({"suites": [{"name": "a", "suites": [{"name": "b", "suites": [{}]}]}]})
