"""Running one test, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from attribution_dsl.diagnostics import RuleError
from attribution_dsl.roots import RootKind
from attribution_dsl.values import ErrorValue
from conformance.engine import load
from conformance.suite import Case
from conformance.values import NotAValueError, canonical, from_json

_UNDECLARED: Final = frozenset({"UNKNOWN_NAME", "UNKNOWN_FUNCTION"})
# A refusal for these says nothing about whether the rule is right.
_NO_ANSWER: Final = frozenset(
    {"NOT_SUPPORTED", "SOURCE_TOO_LONG", "TOO_DEEP", "TOO_MANY_NODES", "TOO_MANY_COMPREHENSIONS"}
)


class Outcome(StrEnum):
    """What came of a test."""

    PASSED = "passed"
    """The result is that of the data."""
    NONE = "no result"
    """The data has a value; here is an error, or the rule is refused."""
    WRONG = "wrong result"
    """Here is a value, and the data has another one or an error."""
    DISAGREE = "compiled and interpreted disagree"
    RAISED = "raised"
    """An exception that is not the language's: always a bug."""
    UNBOUND = "not run"
    """A variable of the test has a value that the language does not have."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one test.

    Attributes:
        outcome: What came of it.
        expected: What the data says, for people.
        got: What came out, for people.
        lenient: Whether the rule was loaded without strictness about types.
        refused: Whether the rule was refused at load.
    """

    outcome: Outcome
    expected: str
    got: str
    lenient: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a rule gave, compiled and interpreted."""

    compiled: object
    interpreted: object
    lenient: bool


def run(case: Case) -> Verdict:
    """Run one test."""
    expected = _expected(case)
    try:
        data = data_of(case)
    except NotAValueError as unknown:
        return Verdict(Outcome.UNBOUND, expected, f"a variable holds {unknown}")
    try:
        evaluated = _evaluate(case, data)
    except RuleError as refusal:
        return _refused(case, expected, refusal)
    except Exception as bug:  # noqa: BLE001  the library must never raise; the run goes on
        return Verdict(Outcome.RAISED, expected, f"{type(bug).__name__}: {bug}")
    return _judged(case, expected, evaluated)


def data_of(case: Case) -> dict[str, object]:
    """Give the variables of a test; those in its container also by their short names.

    Raises:
        NotAValueError: The language has no such value.
    """
    data = {name: from_json(value) for name, value in case.bindings.items()}
    return data | {_short(name, case): data[name] for name in data if _short(name, case)}


def roots_of(case: Case) -> Mapping[str, RootKind]:
    """Give the names that the rule of a test may read."""
    names = {*case.types, *case.bindings}
    short = {_short(each, case) for each in names} - {""}
    return dict.fromkeys(sorted(names | short), RootKind.ANY)


def _short(name: str, case: Case) -> str:
    prefix = f"{case.container}."
    return name.removeprefix(prefix) if case.container and name.startswith(prefix) else ""


def _evaluate(case: Case, data: Mapping[str, object]) -> Evaluated:
    loaded = load(case.expr, roots_of(case))
    if case.check_only:
        return Evaluated(None, None, loaded.lenient)
    return Evaluated(loaded.rule.evaluate(data), loaded.rule.interpret(data), loaded.lenient)


def _expected(case: Case) -> str:
    if case.fails:
        return "an error"
    if case.expected is None:
        return "no refusal"
    try:
        return canonical(from_json(case.expected))
    except NotAValueError as unknown:
        return f"what the language does not have: {unknown}"


def _refused(case: Case, expected: str, refusal: RuleError) -> Verdict:
    codes = {each.code for each in refusal.diagnostics}
    got = "refused: " + "; ".join(f"{each.code}: {each.message}" for each in refusal.diagnostics)
    if codes <= _UNDECLARED:
        # Whatever the rest of the rule would give: names are looked up before it is evaluated.
        passed = case.undeclared
    else:
        passed = case.fails and not codes & (_NO_ANSWER | _UNDECLARED)
    outcome = Outcome.PASSED if passed else Outcome.NONE
    return Verdict(outcome, expected, got, refused=True)


def _judged(case: Case, expected: str, evaluated: Evaluated) -> Verdict:
    compiled, interpreted = canonical(evaluated.compiled), canonical(evaluated.interpreted)
    failed = isinstance(evaluated.compiled, ErrorValue)
    if compiled != interpreted:
        got = f"compiled {compiled}, interpreted {interpreted}"
        return Verdict(Outcome.DISAGREE, expected, got, evaluated.lenient)
    if case.check_only or (failed if case.fails else compiled == expected):
        outcome = Outcome.PASSED
    else:
        outcome = Outcome.NONE if failed else Outcome.WRONG
    return Verdict(outcome, expected, compiled, evaluated.lenient)
