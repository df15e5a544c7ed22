"""The tests that the language fails on purpose."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_KEYS: Final = frozenset({"reason", "got", "tests"})


class BadDeviationsError(ValueError):
    """The list of deviations is not right in itself."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Why a test fails on purpose, and how.

    Attributes:
        reason: Why the language does otherwise.
        got: A part of what comes out of the test, by which it is known to fail for that reason.
    """

    reason: str
    got: str


def read(path: Path) -> Mapping[str, Deviation]:
    """Read the deviations by the ids of the tests.

    Raises:
        BadDeviationsError: An entry lacks something or says more, or there are two for one test.
    """
    return listed(tomllib.loads(path.read_text("utf-8")))


def listed(document: Mapping[str, Any]) -> Mapping[str, Deviation]:
    """Check the entries of the file, and give the deviations by the ids of the tests."""
    found: dict[str, Deviation] = {}
    if document.keys() - {"deviation"}:
        raise BadDeviationsError(f"unknown keys: {sorted(document.keys() - {'deviation'})}")
    for entry in document.get("deviation", ()):
        if set(entry) != _KEYS or not all(entry.values()):
            raise BadDeviationsError(f"an entry needs {sorted(_KEYS)} and no more: {entry}")
        for test in entry["tests"]:
            if test in found:
                raise BadDeviationsError(f"listed twice: {test}")
            found[test] = Deviation(entry["reason"], entry["got"])
    return found
