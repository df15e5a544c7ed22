"""docs/dependencies.md against the projects' dependencies."""

import re
import tomllib
from typing import Any

import pytest
from docs.markdown import ROOT, table

PAGE = (ROOT / "docs" / "dependencies.md").read_text()


def project(path: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / path).read_text())


def names(requirements: list[str]) -> list[str]:
    return sorted(re.split(r"[^A-Za-z0-9-]", item)[0] for item in requirements)


SERVICE = project("pyproject.toml")
CLIENT = project("clients/python/pyproject.toml")


@pytest.mark.parametrize(
    ("heading", "requirements"),
    [
        ("## Service", SERVICE["project"]["dependencies"]),
        ("## Python client", CLIENT["project"]["dependencies"]),
        ("## Development", SERVICE["dependency-groups"]["dev"]),
    ],
    ids=["service", "client", "development"],
)
def test_every_dependency_has_its_line(heading: str, requirements: list[str]) -> None:
    rows = table(PAGE, heading)
    assert [row[0] for row in rows] == names(requirements)
    assert all(row[1] for row in rows)
