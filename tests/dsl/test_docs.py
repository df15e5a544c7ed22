"""The examples of the documentation do what it says."""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from attribution_dsl import ErrorValue, ResultType, RuleError, compile_rule
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.macros import FALLBACKS, MACROS

ROOT = Path(__file__).parents[2]
LANGUAGE = (ROOT / "docs" / "language.md").read_text("utf-8")
README = (ROOT / "dsl" / "README.md").read_text("utf-8")
ROOTS = ("event", "trigger", "person", "segments", "now")


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def said(example: str) -> dict[str, str]:
    return dict(re.findall(r"^// (\w+): (.*)$", example, re.MULTILINE))


def moment(text: str) -> object:
    return compile_rule(f"timestamp({text!r})", roots=[], result=ResultType.ANY).evaluate({})


@pytest.mark.parametrize("example", fenced(LANGUAGE, "cel"))
def test_language(example: str) -> None:
    comments = said(example)
    data: dict[str, Any] = {name: json.loads(comments[name]) for name in ROOTS if name in comments}
    if "now" in data:
        data["now"] = moment(data["now"])
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


def phrases() -> dict[str, str]:
    table = LANGUAGE.partition("| Said | Written |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.*?) \| `(.*)` \|$", table, re.MULTILINE)
    return {phrase: rule.replace("\\|", "|") for phrase, rule in rows}


# What is said is true of the first and not of the second; `None` stands for a property not there.
PHRASES: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "is": ({"plan": "pro"}, {"plan": "PRO"}),
    "is, ignoring case": ({"plan": "Pro"}, {"plan": "free"}),
    "does not equal, and is there": ({"plan": "free"}, {}),
    "does not equal, or is absent": ({}, {"plan": "pro"}),
    'does not equal, where absent counts as "free"': ({}, {"plan": "pro"}),
    "is one of": ({"plan": "team"}, {"plan": "free"}),
    "is none of, and is there": ({"plan": "free"}, {}),
    "exists": ({"coupon": None}, {}),
    "does not exist": ({}, {"coupon": "x"}),
    "is absent or null": ({"coupon": None}, {"coupon": "x"}),
    "is true": ({"active": True}, {"active": False}),
    "is not true, or is absent": ({}, {"active": True}),
    "is greater than": ({"total": 10.0}, {"total": 9.99}),
    "is at least": ({"total": 5.0}, {"total": 4.5}),
    "is between": ({"total": 5.0}, {"total": 10.0}),
    "contains (a text)": ({"title": "big sale"}, {"title": "Sale"}),
    "contains, ignoring case": ({"title": "Big SALE"}, {"title": "sold"}),
    "does not contain, or is absent": ({}, {"title": "sale"}),
    "starts with": ({"sku": "course-1"}, {"sku": "a course-1"}),
    "matches a pattern": ({"sku": "course-1"}, {"sku": "course-x"}),
    "is empty": ({"title": ""}, {"title": "a"}),
    "contains (a list)": ({"tags": ["new", "paid"]}, {"tags": ["new"]}),
    "contains any of": ({"tags": ["vip"]}, {"tags": ["new"]}),
    "contains all of": ({"tags": ["vip", "new", "paid"]}, {"tags": ["vip"]}),
    "some item with": ({"lines": [{"price": 1.0}, {"price": 11.0}]}, {"lines": [{"price": 1.0}]}),
    "every item with": ({"lines": [{"price": 11.0}]}, {"lines": [{"price": 1.0}, {"price": 11.0}]}),
    "at least two items": ({"tags": ["a", "b"]}, {"tags": ["a"]}),
    "in the last 7 days": (
        {"signed_up": "2026-02-22T12:00:00Z"},
        {"signed_up": "2026-02-22T11:59:59Z"},
    ),
    "more than 7 days ago": (
        {"signed_up": "2026-02-22T11:59:59Z"},
        {"signed_up": "2026-02-22T12:00:00Z"},
    ),
    "before a date": (
        {"signed_up": "2026-01-01T00:30:00+01:00"},
        {"signed_up": "2026-01-01T00:00:00Z"},
    ),
    "on a weekend, in Berlin": ({}, {}),
    "the same course as the trigger's": ({"course_id": "c1"}, {"course_id": "c2"}),
}


@pytest.mark.parametrize("phrase", sorted({*phrases(), *PHRASES}))
def test_phrases_say_what_is_said(phrase: str) -> None:
    rule = compile_rule(phrases()[phrase], roots=ROOTS)
    assert rule.warnings == ()
    yes, no = PHRASES[phrase]
    sunday, monday = moment("2026-03-01T12:00:00Z"), moment("2026-03-01T23:30:00Z")
    trigger = {"course_id": "c1"}
    assert rule.evaluate({"event": yes, "trigger": trigger, "now": sunday}) is True
    later = sunday if no else monday
    assert rule.evaluate({"event": no, "trigger": trigger, "now": later}) is not True


def test_every_function_is_on_the_page() -> None:
    page = set(re.findall(r"[\w.]+(?=\()", LANGUAGE))
    last = {each.rpartition(".")[2] for each in page}
    assert {*FUNCTIONS} <= page
    assert {*METHODS, *MACROS, *FALLBACKS} <= last | page


def test_every_warning_is_on_the_page() -> None:
    sources = (ROOT / "dsl" / "attribution_dsl").glob("*.py")
    code = "\n".join(each.read_text("utf-8") for each in sources)
    codes = set(re.findall(r'warn(?:ing)?\(\s*"([A-Z_]+)"', code))
    table = LANGUAGE.partition("| Warning | Said of |")[2]
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", table.partition("\n\n")[0])) == codes


@pytest.mark.parametrize("example", fenced(LANGUAGE, "text"))
def test_what_is_said(example: str) -> None:
    source, _, expected = example.partition("\n---\n")
    try:
        rule = compile_rule(source, roots=ROOTS)
    except RuleError as refused:
        shown = str(refused)
    else:
        shown = "\n".join(each.render(source) for each in rule.warnings)
    assert shown == expected.rstrip("\n")


@pytest.mark.parametrize("example", fenced(README, "python"))
def test_readme(example: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})  # noqa: S102 - our own text
    assert printed.getvalue().splitlines() == re.findall(r"\)  # (.*)$", example, re.MULTILINE)
