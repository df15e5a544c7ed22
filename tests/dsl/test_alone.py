"""The library stands alone, and is safe to share."""

import ast
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attribution_dsl
import pytest
from attribution_dsl import ErrorKind, ErrorValue, RuleError, compile_rule

PACKAGE = Path(attribution_dsl.__file__).parent
ALLOWED = sys.stdlib_module_names | {"attribution_dsl", "lark", "re2"}


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_imports(file: Path) -> None:
    assert imported(file) <= ALLOWED


def test_the_functions_are_among_what_is_looked_at() -> None:
    assert PACKAGE / "library" / "times.py" in PACKAGE.rglob("*.py")


def test_public_names_are_documented() -> None:
    for name in attribution_dsl.__all__:
        assert getattr(attribution_dsl, name).__doc__


def outcome(number: int) -> object:
    source = f"event.a == {number} && event.b{number} != 'x'" + " )" * (number % 3 == 0)
    try:
        rule = compile_rule(source, roots=["event"])
    except RuleError as refused:
        return str(refused)
    return rule.evaluate({"event": {"a": number, f"b{number}": "y"}})


def test_threads_share_one_parser() -> None:
    alone = [outcome(number) for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, range(60))) == alone


def assert_bad_pattern(refused: RuleError) -> None:
    assert [each.code for each in refused.diagnostics] == ["BAD_PATTERN"]


def test_large_patterns_are_refused() -> None:
    with pytest.raises(RuleError, match="too large") as refused:
        compile_rule(f"event.a.matches('{'a{1000}' * 20}')", roots=["event"])
    assert_bad_pattern(refused.value)


@pytest.mark.parametrize(
    "pattern", ["(a{1000}){1000}", "(" * 1000 + ")" * 1000, "(a*)*b", "a{1000}" * 500, "[" * 999]
)
def test_hostile_patterns(pattern: str) -> None:
    source = f"event.a.matches('{pattern}')"
    try:
        rule = compile_rule(source, roots=["event"])
    except RuleError as refused:
        assert_bad_pattern(refused)
        return
    value = rule.evaluate({"event": {"a": "a" * 50_000}})
    if isinstance(value, ErrorValue):
        assert value.kind is ErrorKind.BUDGET_EXCEEDED
    else:
        assert value in {True, False}
