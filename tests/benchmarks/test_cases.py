"""The baselines say what the rules say: otherwise their times compare nothing."""

from collections.abc import Callable

import pytest
from attribution_dsl import compile_rule

from benchmarks.cases import CASES, NUMBER, Case, Data


def named(case: Case) -> str:
    return f"{case.subject.name}, {case.name}"


def made(text: str) -> Callable[[Data], object]:
    function: Callable[[Data], object] = eval(text)  # noqa: S307 - text of the benchmarks
    return function


@pytest.mark.parametrize("case", CASES, ids=named)
def test_guarded_lambdas(case: Case) -> None:
    assert made(case.subject.guarded)(case.data()) is case.matches


@pytest.mark.parametrize("case", [case for case in CASES if not case.missing], ids=named)
def test_direct_lambdas(case: Case) -> None:
    assert made(case.subject.direct)(case.data()) is case.matches


@pytest.mark.parametrize("case", CASES, ids=named)
def test_rules(case: Case) -> None:
    rule = compile_rule(case.subject.cel, roots=["event", "trigger"])
    assert bool(rule.evaluate(case.data())) is case.matches


def test_names_are_unique() -> None:
    assert len({named(case) for case in CASES}) == len(CASES)


def test_data_is_made_anew() -> None:
    case = next(case for case in CASES if case.subject is NUMBER)
    case.data()["event"].clear()
    assert case.data()["event"]["total"] == 12.5


@pytest.mark.parametrize("case", [case for case in CASES if case.missing], ids=named)
def test_what_is_missing_is_missing(case: Case) -> None:
    data = case.data()
    assert case.without
    assert all(key not in data[root] for root, key in case.without)
