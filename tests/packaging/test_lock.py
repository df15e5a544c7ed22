"""requirements/dev.txt pins everything, with hashes, and covers what the projects ask for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "dev.txt"
PROJECTS = (ROOT / "pyproject.toml", ROOT / "clients" / "python" / "pyproject.toml")
# Made here, and installed from the tree.
OWN = {"attribution-client"}

_PIN = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)==[0-9][0-9a-z.+!]*(?: ; [^\\]+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def test_every_line_is_a_pin_with_hashes() -> None:
    assert faults(LOCK.read_text()) == []


def test_what_the_projects_need_is_pinned() -> None:
    assert needed() - pinned(LOCK.read_text()) == OWN


GOOD = "alembic==1.20.1 \\\n    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    "text",
    [
        "alembic==1.20.1",
        "alembic>=1.20.1 \\\n    --hash=sha256:" + "0" * 64,
        "alembic \\\n    --hash=sha256:" + "0" * 64,
        "alembic==1.20.* \\\n    --hash=sha256:" + "0" * 64,
        "alembic==1.20.1 \\\n    --hash=sha256:00",
        "alembic==1.20.1 \\\n    --hash=md5:" + "0" * 32,
        f"{GOOD}\nlark==1.3.1\n",
        f"--pre\n{GOOD}",
        f"{GOOD}\nlark @ somewhere",
        f"{GOOD}\n-e .",
        "",
    ],
)
def test_faults_are_found(text: str) -> None:
    assert faults(text)


def test_pins_with_markers_and_comments_are_fine() -> None:
    marked = GOOD.replace("1.20.1", "1.20.1 ; python_full_version < '3.13'")
    assert not faults(f"# made by make lock\n{GOOD}\n    # via attribution-service\n{marked}\n")


def faults(text: str) -> list[str]:
    """The requirements that are no pin with hashes, and what is no requirement at all."""
    found = requirements(text)
    if not found:
        return ["nothing is pinned"]
    return [line for line in found if not is_pin(line)]


def requirements(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip()]


def is_pin(requirement: str) -> bool:
    name, *hashes = re.split(r" (?=--)", requirement)
    return bool(_PIN.fullmatch(name) and hashes and all(_HASH.fullmatch(item) for item in hashes))


def pinned(text: str) -> set[str]:
    return {line.partition("==")[0] for line in requirements(text)}


def needed() -> set[str]:
    names: set[str] = set()
    for path in PROJECTS:
        project: dict[str, Any] = tomllib.loads(path.read_text())
        wanted = [
            *project["project"]["dependencies"],
            *project["build-system"]["requires"],
            *project.get("dependency-groups", {}).get("dev", ()),
        ]
        names |= {re.split(r"[^A-Za-z0-9-]", item)[0] for item in wanted}
    return names
