"""The official tests, as tools/conformance/export.mjs writes them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

TRUE: Final[Mapping[str, Any]] = MappingProxyType({"boolValue": True})
_EXPECTATIONS: Final = ("value", "evalError", "typedResult")
_KNOWN: Final = frozenset(
    {
        "name",
        "description",
        "expr",
        "container",
        "typeEnv",
        "bindings",
        "disableCheck",
        "checkOnly",
        *_EXPECTATIONS,
    }
)


class BadSuiteError(ValueError):
    """The exported data has not the shape that the runner knows."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        file: The name of its file, such as "string_ext".
        section: The name of its section in the file.
        name: Its name in the section, made unique by `#2` where the data repeats one.
        expr: The rule.
        container: The namespace in which its names are looked up first; usually empty.
        types: What its variables are declared as, by name, as protojson of `cel.expr.Type`.
        functions: The names of functions that it declares.
        bindings: The values of its variables, as protojson of `cel.expr.Value`.
        expected: The value it must give, as protojson; None if it must fail, or gives none.
        fails: Whether it must give an error, or be refused.
        disable_check: Whether the data says that types are not checked before.
        check_only: Whether it is never evaluated: it asks for the type of the rule only.
        deduced: The type the rule must have, as protojson, if the data says so.
        undeclared: Whether it holds, on purpose, a name or function that is not declared.
    """

    file: str
    section: str
    name: str
    expr: str
    container: str
    types: Mapping[str, Any]
    functions: tuple[str, ...]
    bindings: Mapping[str, Any]
    expected: Mapping[str, Any] | None
    fails: bool
    disable_check: bool
    check_only: bool
    deduced: Mapping[str, Any] | None
    undeclared: bool

    @property
    def id(self) -> str:
        """What reports and deviations call it."""
        return f"{self.file}/{self.section}/{self.name}"


def read(path: Path) -> tuple[Case, ...]:
    """Read the exported data.

    Raises:
        BadSuiteError: It has another shape, or a field whose meaning the runner does not know.
    """
    return cases_of(json.loads(path.read_text("utf-8")))


def cases_of(suite: Mapping[str, Any]) -> tuple[Case, ...]:
    """Flatten a suite of files of sections of tests, in its order."""
    found: list[Case] = []
    for file in suite.get("suites", ()):
        if file.get("tests"):
            raise BadSuiteError(f"{file['name']}: tests outside of a section")
        for section in file.get("suites", ()):
            found += _section(file["name"], section)
    return tuple(found)


def _section(file: str, section: Mapping[str, Any]) -> Iterator[Case]:
    if section.get("suites"):
        raise BadSuiteError(f"{file}/{section['name']}: a section within a section")
    seen: Counter[str] = Counter()
    for test in section.get("tests", ()):
        original = test["original"]
        seen[original["name"]] += 1
        count = seen[original["name"]]
        name = original["name"] if count == 1 else f"{original['name']}#{count}"
        yield _case(file, section["name"], name, test)


def _case(file: str, section: str, name: str, test: Mapping[str, Any]) -> Case:
    original = test["original"]
    unknown = original.keys() - _KNOWN
    if unknown:
        raise BadSuiteError(f"{file}/{section}/{name}: unknown fields {sorted(unknown)}")
    declared = original.get("typeEnv", ())
    typed = original.get("typedResult", {})
    check_only = original.get("checkOnly", False)
    # Where the data names no result at all, the rule must be true.
    default = TRUE if not any(each in original for each in _EXPECTATIONS) else None
    return Case(
        file=file,
        section=section,
        name=name,
        expr=original["expr"],
        container=original.get("container", ""),
        types={each["name"]: each["ident"]["type"] for each in declared if "ident" in each},
        functions=tuple(each["name"] for each in declared if "function" in each),
        bindings={key: _bound(each) for key, each in original.get("bindings", {}).items()},
        expected=original.get("value", typed.get("result", default)),
        fails="evalError" in original,
        disable_check=original.get("disableCheck", False),
        check_only=check_only,
        deduced=typed.get("deducedType"),
        undeclared=_undeclared(test),
    )


def _undeclared(test: Mapping[str, Any]) -> bool:
    """Tell by what the reference implementation says of the rule, which the data holds as well.

    It says so of extensions too, which it was run without; but there the test asks for a check, and
    where a name is missing on purpose it asks for none.
    """
    disabled: bool = test["original"].get("disableCheck", False)
    return disabled and "undeclared reference" in test.get("error", "")


def _bound(binding: Mapping[str, Any]) -> Any:
    if set(binding) != {"value"}:
        raise BadSuiteError(f"a binding that is no value: {sorted(binding)}")
    return binding["value"]
