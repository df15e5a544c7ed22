"""The examples of the documentation do what it says."""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from attribution_dsl import ErrorValue, ResultType, RuleError, Timestamp, compile_rule

ROOT = Path(__file__).parents[2]
LANGUAGE = (ROOT / "docs" / "language.md").read_text("utf-8")
README = (ROOT / "dsl" / "README.md").read_text("utf-8")
ROOTS = ("event", "trigger", "person", "segments", "now")


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def said(example: str) -> dict[str, str]:
    return dict(re.findall(r"^// (\w+): (.*)$", example, re.MULTILINE))


@pytest.mark.parametrize("example", fenced(LANGUAGE, "cel"))
def test_language(example: str) -> None:
    comments = said(example)
    data: dict[str, Any] = {name: json.loads(comments[name]) for name in ROOTS if name in comments}
    if "now" in data:
        data["now"] = Timestamp.from_micros(data["now"])
    rule = compile_rule(example, roots=ROOTS, result=ResultType.ANY)
    value = rule.evaluate(data)
    assert value == rule.interpret(data)
    assert ("gives" in comments) != ("error" in comments)
    if "gives" in comments:
        expected = json.loads(comments["gives"])
        assert (type(value), value) == (type(expected), expected)
    else:
        assert isinstance(value, ErrorValue)
        assert value.message == comments["error"]


def phrases() -> list[str]:
    table = LANGUAGE.partition("| Said | Written |")[2].partition("\n\n")[0]
    return [row.replace("\\|", "|") for row in re.findall(r"\| `(.*)` \|$", table, re.MULTILINE)]


@pytest.mark.parametrize("rule", phrases())
def test_phrases_are_rules(rule: str) -> None:
    assert compile_rule(rule, roots=ROOTS).warnings == ()


def test_all_phrases_are_found() -> None:
    assert len(phrases()) >= 15


@pytest.mark.parametrize("example", fenced(LANGUAGE, "text"))
def test_refusals(example: str) -> None:
    source, _, expected = example.partition("\n---\n")
    with pytest.raises(RuleError) as refused:
        compile_rule(source, roots=ROOTS)
    assert str(refused.value) == expected.rstrip("\n")


@pytest.mark.parametrize("example", fenced(README, "python"))
def test_readme(example: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})  # noqa: S102 - our own text
    assert printed.getvalue().splitlines() == re.findall(r"\)  # (.*)$", example, re.MULTILINE)
