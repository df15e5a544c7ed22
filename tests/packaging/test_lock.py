"""requirements/dev.txt pins everything, with hashes, and covers what the projects ask for."""

import re
import tomllib
from collections.abc import Iterable
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


@pytest.mark.parametrize("name", ["dev.txt", "service.txt", "build.txt"])
def test_every_line_is_a_pin_with_hashes(name: str) -> None:
    assert faults(LOCK.with_name(name).read_text()) == []


def test_what_the_projects_need_is_pinned() -> None:
    assert needed() - pinned(LOCK.read_text()) == OWN


def test_what_a_server_needs_is_pinned_for_the_image() -> None:
    """`make lock` makes both files; a package that is in one alone is missing in the image."""
    image = pinned(LOCK.with_name("service.txt").read_text())
    assert run_time() - image == OWN
    assert built_by() <= pinned(LOCK.with_name("build.txt").read_text())


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
    dev = set()
    for project in map(read, PROJECTS):
        dev |= names(project.get("dependency-groups", {}).get("dev", ()))
    return run_time() | built_by() | dev


def run_time() -> set[str]:
    return {name for each in map(read, PROJECTS) for name in names(each["project"]["dependencies"])}


def built_by() -> set[str]:
    return {
        name for each in map(read, PROJECTS) for name in names(each["build-system"]["requires"])
    }


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def names(wanted: Iterable[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", item)[0] for item in wanted}
