"""docs/reliability.md against the tests that it names, and the cases that there are."""

import ast
import re

from docs.markdown import ROOT, table

PAGE = (ROOT / "docs" / "reliability.md").read_text()
NAMED = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE))


def names_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_promise_and_every_fault_has_a_proof() -> None:
    promises = table(PAGE, "## What is promised")
    faults = table(PAGE, "## Faults, as callers see them")
    assert len(promises) >= 5
    assert len(faults) >= 8
    assert [row[0] for row in [*promises, *faults] if not row[-1]] == []


def test_the_tests_that_are_named_exist() -> None:
    assert NAMED
    assert [f"{path}::{name}" for path, name in NAMED if name not in names_of(path)] == []


def test_all_cases_of_faults_are_named() -> None:
    cases = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "tests" / "reliability" / "cases").glob("test_*.py")
        for name in names_of(path.relative_to(ROOT).as_posix())
    }
    assert cases
    assert cases - NAMED == set()
