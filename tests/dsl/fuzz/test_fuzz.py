"""Rules made at random: our evaluators and Google's C++ engine give the same."""

from random import Random
from typing import Any

import pytest
from attribution_dsl import ErrorKind, ErrorValue
from dsl.fuzz import data, rules, shrink
from dsl.fuzz.report import Disagreement, Report
from dsl.fuzz.run import Plan, run
from dsl.fuzz.values import canonical

EVALUATIONS = 100_000


@pytest.fixture(scope="module")
def report() -> Report:
    return run(Plan(evaluations=EVALUATIONS, seed=1))


def test_engines_agree(report: Report) -> None:
    assert report.counts["disagreements"] == 0, report.summary()


def test_enough_is_compared(report: Report) -> None:
    """Most evaluations give a value, and hardly any is left out."""
    counts = report.counts
    assert report.evaluations >= EVALUATIONS
    assert counts["values"] >= 0.7 * report.evaluations
    assert counts["true"] >= 0.1 * report.evaluations
    assert counts["false"] >= 0.1 * report.evaluations
    assert counts["evaluations with a small budget"] >= 0.1 * report.evaluations
    left_out = sum(counts[name] for name in ("not given to C++", "not comparable", "over budget"))
    excused = sum(count for name, count in counts.items() if name.startswith("known: "))
    assert left_out <= 0.05 * report.evaluations
    assert excused <= 0.005 * report.evaluations


def test_the_other_engine_lives(report: Report) -> None:
    """It is known to lose references to None; enough are held for it."""
    assert not report.crashes


def test_rules_and_data_are_the_same_again() -> None:
    assert rules.rule(5, 3) == rules.rule(5, 3)
    assert rules.rule(5, 3) != rules.rule(5, 4)
    assert data.data_set(5, 3) == data.data_set(5, 3)
    assert data.value(Random(1), "mi") == data.value(Random(1), "mi")


def test_what_disagrees_is_made_smaller() -> None:
    found = shrink.shrink(
        "[1, 2].map(x, x + 1).size() > 1 && (event.a == 'b' || 1 / 0 == 2)",
        lambda source: "1 / 0" in source,
    )
    assert found == "1 / 0"


def test_reports_survive_the_way_between_processes() -> None:
    found = Disagreement(1, 2, 3, "1", "{}", {"ours": "1"})
    report = Report(disagreements=[found], crashes=[7])
    report.counts["values"] += 2
    assert Report.from_json(report.to_json()) == report


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), (0.0, -0.0), (None, False), ("1", 1), ([1], [1.0]), ({"a": 1}, {"a": 2})],
)
def test_values_are_told_apart(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_values_that_are_the_same() -> None:
    errors = [ErrorValue(kind, "text") for kind in ErrorKind]
    assert len({canonical(each) for each in errors}) == 1
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
    assert canonical(float("nan")) == canonical(-float("nan"))
