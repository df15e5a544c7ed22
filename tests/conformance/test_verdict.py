"""What comes of single tests, with the language as it is."""

from collections.abc import Mapping
from typing import Any

import pytest
from attribution_dsl.values import ErrorKind, ErrorValue
from conformance import verdict
from conformance.suite import TRUE, Case
from conformance.test_needs import case
from conformance.test_suite import one
from conformance.verdict import Evaluated, Outcome, data_of, roots_of, run

FAILS: Mapping[str, Any] = {"evalError": {}}
BYTES = {"b": {"value": {"bytesValue": ""}}}
IN_CONTAINER = {"x.y": {"value": {"boolValue": True}}, "y": {"value": {"boolValue": False}}}


def undeclared(expr: str, **fields: Any) -> Case:
    original = {"name": "a", "expr": expr, "disableCheck": True} | fields
    return one({"original": original, "error": "undeclared reference to 'x'"})


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (case("1 + 1", value={"int64Value": "2"}), Outcome.PASSED),
        (case("1 + 1", value={"doubleValue": 2}), Outcome.WRONG),
        (case("1 < 2"), Outcome.PASSED),
        (case("1 > 2"), Outcome.WRONG),
        (case("1 / 0"), Outcome.NONE),
        (case("1 / 0", **FAILS), Outcome.PASSED),
        (case("1", **FAILS), Outcome.WRONG),
        (case("'a' < 1", **FAILS), Outcome.PASSED),
        (case("'a' <", **FAILS), Outcome.PASSED),
        (case("'a' <"), Outcome.NONE),
        (case("1u", **FAILS), Outcome.NONE),
        (case("nowhere", **FAILS), Outcome.NONE),
        (case("nowhere()", **FAILS), Outcome.NONE),
        (undeclared("nowhere", **FAILS), Outcome.PASSED),
        (undeclared("nowhere || true"), Outcome.PASSED),
        (undeclared("nowhere() || true"), Outcome.PASSED),
        (undeclared("nowhere ||"), Outcome.NONE),
        (case("[[], [1]]", checkOnly=True, typedResult={}), Outcome.PASSED),
        (case("x == null", bindings={"x": {"value": {"nullValue": None}}}), Outcome.PASSED),
        (case("true", bindings=BYTES), Outcome.UNBOUND),
    ],
    ids=lambda value: value.expr if isinstance(value, Case) else str(value),
)
def test_outcomes(given: Case, outcome: Outcome) -> None:
    assert run(given).outcome is outcome


def test_names_in_the_container_are_read_by_their_short_names() -> None:
    given = case("y", container="x", bindings=IN_CONTAINER)
    assert set(roots_of(given)) == {"x.y", "y"}
    assert data_of(given) == {"x.y": True, "y": True}
    assert run(given).outcome is Outcome.PASSED


def test_names_outside_of_a_container_are_left_alone() -> None:
    assert data_of(case("y", bindings=IN_CONTAINER)) == {"x.y": True, "y": False}


def test_both_ways_of_evaluation_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ErrorValue(ErrorKind.OVERFLOW, "too large")
    for compiled, interpreted in [(True, 1), (True, error), (error, True)]:
        given = Evaluated(compiled, interpreted, lenient=False)
        monkeypatch.setattr(verdict, "_evaluate", lambda *_, given=given: given)
        assert run(case("true")).outcome is Outcome.DISAGREE
        assert run(case("true", **FAILS)).outcome is Outcome.DISAGREE


def test_an_exception_is_no_error_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Evaluated:
        raise KeyError("x")

    monkeypatch.setattr(verdict, "_evaluate", broken)
    found = run(case("true", **FAILS))
    assert (found.outcome, found.got) == (Outcome.RAISED, "KeyError: 'x'")


def test_verdicts_say_what_was_expected_and_what_came() -> None:
    found = run(case("1 + 1", value={"doubleValue": 2}))
    assert (found.expected, found.got) == ("double(2.0)", "int(2)")
    assert run(case("nowhere")).got.startswith("refused: UNKNOWN_NAME: ")
    assert run(case("true", value={"uint64Value": "1"})).expected.endswith("uint64Value")
    assert TRUE == {"boolValue": True}
