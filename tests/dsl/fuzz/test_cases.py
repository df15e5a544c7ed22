"""What fuzzing has found stays found: ours is mended, and the other engine is as it was."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from attribution_dsl import ResultType
from attribution_dsl.compile import generate
from attribution_dsl.interpret import interpret
from attribution_dsl.rule import Rule
from dsl.fuzz import known, ours
from dsl.fuzz.data import ROOTS
from dsl.fuzz.run import python
from dsl.fuzz.values import canonical


@dataclass(frozen=True, slots=True)
class Case:
    """An entry of the table, which says what the fields mean."""

    name: str
    rule: str
    event: Mapping[str, object]
    ours: str
    cpp: str
    steps: int


def _case(entry: Mapping[str, Any]) -> Case:
    assert entry["why"].strip()
    # TOML has no null.
    event = {**entry.get("data", {}), **dict.fromkeys(entry.get("null", ()))}
    steps = entry.get("steps", ours.LIMITS.iterations)
    return Case(entry["name"], entry["rule"], event, entry["ours"], entry["cpp"], steps)


_TABLE: Final = Path(__file__).parent / "cases" / "cases.toml"
CASES: Final = [_case(each) for each in tomllib.loads(_TABLE.read_text("utf-8"))["case"]]
BY_NAME: Final = {each.name: each for each in CASES}


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    asked = json.dumps([(each.rule, each.event) for each in CASES])
    done = python("dsl.fuzz.ask", text=asked)
    assert done.returncode == 0, done.stderr
    return dict(zip(BY_NAME, json.loads(done.stdout), strict=True))


def _loaded(case: Case) -> Rule:
    rule = ours.load(case.rule, ROOTS).rule
    assert rule is not None
    return rule


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ours(case: Case) -> None:
    if case.ours == "refused":
        assert ours.load(case.rule, ROOTS).rule is None
        return
    tree, data = _loaded(case).tree, {"event": case.event}

    def interpreted(roots: Mapping[str, object]) -> object:
        return interpret(tree, ROOTS, roots, case.steps)

    compiled = generate(tree, ROOTS, case.steps, ResultType.ANY, interpreted)
    assert ours.same(compiled(data), interpreted(data))
    assert canonical(compiled(data)) == case.ours


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_other_engine(case: Case, answers: dict[str, str]) -> None:
    """If this fails, the engine is mended: the case, and what `known` has of it, can go."""
    assert answers[case.name] == case.cpp


def test_names_are_of_one_case_each() -> None:
    assert len(BY_NAME) == len(CASES)


@pytest.mark.parametrize("name", known.KNOWN)
def test_deviations_are_recognised(name: str) -> None:
    case = BY_NAME[name]
    assert case.ours != case.cpp
    assert name in known.met(_loaded(case), {"event": case.event})


@pytest.mark.parametrize("name", known.KNOWN_REFUSALS)
def test_refusals_are_recognised(name: str) -> None:
    case = BY_NAME[name]
    assert case.cpp == "refused"
    assert known.refused(_loaded(case)) == {name}


@pytest.mark.parametrize("name", known.KNOWN_RULES)
def test_what_is_no_rule_is_recognised(name: str) -> None:
    case = BY_NAME[name]
    assert case.ours == "refused"
    assert known.accepted(case.rule) == {name}
