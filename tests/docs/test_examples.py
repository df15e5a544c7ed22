"""The scenario files and the commands that the documents show are run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attribution_service.app import background
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.scenarios.documents import FileError
from attribution_service.scenarios.load import load
from attribution_service.scenarios.play import play
from attribution_service.scenarios.targets import MEMORY, SQLITE, factory
from docs.markdown import ROOT, Block, Example, blocks, documents, examples, name_of

# What the programs print at the start of a block's commands; the others are not run here.
RUN = ("attribution-service", "python3")
NOT_RUN = ("grpcurl", "pip")  # tests/grpcurl runs the first
# What has to be there for the commands of a page.
BEFORE = {
    "docs/backup.md": "attribution-service migrate",
    "docs/operations.md": "attribution-service migrate",
}
# Pages whose commands call a server that runs.
WITH_SERVER = {
    *("docs/apply.md", "docs/change-a-goal.md", "docs/define-a-goal.md"),
    "examples/README.md",
}
# Examples of what does not work begin with these names.
FAILING, WRONG = "failing", "wrong"

SCENARIOS = [
    pytest.param(block, id=f"{name_of(path)}:{block.line}")
    for path in documents()
    for block in blocks(path.read_text())
    if block.language == "yaml" and re.search(r"^scenarios:", block.text, re.MULTILINE)
]
PAGES = [
    path
    for path in documents()
    if any(example.starts_with in RUN for example in examples(path.read_text()))
]


def test_examples_are_found() -> None:
    assert len(SCENARIOS) >= 5
    assert {"README.md", "docs/scenarios.md", "docs/operations.md"} <= set(map(name_of, PAGES))


@pytest.mark.parametrize("store", [MEMORY, SQLITE])
@pytest.mark.parametrize("block", SCENARIOS)
def test_scenarios(block: Block, store: str, tmp_path: Path) -> None:
    path = tmp_path / file_name(block)
    path.write_text(block.text)
    if path.name.startswith(WRONG):
        with pytest.raises(FileError):
            load(path)
        return
    make_target = factory(store)
    for scenario in load(path):
        with make_target() as target:
            failures = play(scenario, target)
        assert bool(failures) is path.name.startswith(FAILING), failures


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands(page: Path, tmp_path: Path) -> None:
    text = page.read_text()
    if name_of(page) in BEFORE:
        assert run(BEFORE[name_of(page)], tmp_path).returncode == 0
    if page.parent == ROOT / "examples":
        shutil.copytree(page.parent, tmp_path / "examples")
    commands = {example.commands.line: example for example in examples(text)}
    with target_of(page, tmp_path) as target:
        for block in blocks(text):
            if block.language in {"yaml", "cel"}:  # a file may come again, changed
                (tmp_path / file_name(block)).write_text(block.text)
            elif block.line in commands and commands[block.line].starts_with in RUN:
                check(commands[block.line], tmp_path, target)


@contextmanager
def target_of(page: Path, folder: Path) -> Iterator[str]:
    """The address of an empty server, for pages that need one."""
    if name_of(page) not in WITH_SERVER:
        yield ""
        return
    (folder / ".store").mkdir()
    settings = ServerSettings(store_url=f"sqlite:///{folder}/.store/attribution.db")
    with background(settings, SystemClock()) as address:
        yield address


def check(example: Example, folder: Path, target: str) -> None:
    """Run commands that a page shows, and compare what they print."""
    done = run(example.commands.text, folder, ATTRIBUTION_TARGET=target)
    assert done.returncode == 0, done.stdout
    if example.output is not None:
        assert done.stdout == example.output.text


@pytest.mark.parametrize("page", documents(), ids=name_of)
def test_no_command_is_overlooked(page: Path) -> None:
    found = {example.starts_with for example in examples(page.read_text())}
    assert found <= {*RUN, *NOT_RUN}


def file_name(block: Block) -> str:
    """The name in the comment that the block begins with."""
    found = re.match(r"(?:#|//) ([a-z-]+\.(?:yaml|cel))\n", block.text)
    return found[1] if found else f"line-{block.line}.{block.language}"


def run(commands: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run commands as in a shell of a checkout whose virtual environment is in use."""
    programs = str(Path(sys.executable).parent)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ATTRIBUTION_")}
    return subprocess.run(
        ["sh", "-euc", commands.replace(".venv/bin/", "")],
        cwd=folder,
        env={**environment, **variables, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )


def test_the_checkout_is_as_it_was() -> None:
    assert not (ROOT / "attribution.db").exists()
