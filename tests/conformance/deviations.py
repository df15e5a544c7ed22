"""The tests that the language fails on purpose."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class BadDeviationsError(ValueError):
    """The list of deviations is not right in itself."""


def read(path: Path) -> Mapping[str, str]:
    """Read the reasons by the ids of the tests.

    Raises:
        BadDeviationsError: An entry has no test or no reason, or there are two for one test.
    """
    return reasons_of(tomllib.loads(path.read_text("utf-8")))


def reasons_of(document: Mapping[str, Any]) -> Mapping[str, str]:
    """Check the entries of the file, and give the reasons by the ids of the tests."""
    reasons: dict[str, str] = {}
    if document.keys() - {"deviation"}:
        raise BadDeviationsError(f"unknown keys: {sorted(document.keys() - {'deviation'})}")
    for entry in document.get("deviation", ()):
        if set(entry) != {"test", "reason"} or not all(
            str(each).strip() for each in entry.values()
        ):
            raise BadDeviationsError(f"an entry needs `test` and `reason` and no more: {entry}")
        if entry["test"] in reasons:
            raise BadDeviationsError(f"listed twice: {entry['test']}")
        reasons[entry["test"]] = entry["reason"]
    return reasons
