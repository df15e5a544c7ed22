"""The campaigns in examples/: linted, tested and applied to a real server, twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attribution_client import AttributionClient
from attribution_service.app import background
from attribution_service.cli.main import app
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.scenarios.load import load
from docs.markdown import ROOT, table
from typer.testing import CliRunner

FOLDER = ROOT / "examples"
FILES = sorted(FOLDER.glob("*.yaml"))


def run(*arguments: str) -> str:
    """What a command prints; it must succeed."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    settings = ServerSettings(store_url=f"sqlite:///{tmp_path}/a.db")
    with background(settings, SystemClock()) as address:
        yield address


def test_no_rule_is_even_doubted() -> None:
    assert "0 errors, 0 warnings" in run("lint", "--strict", str(FOLDER))


@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_all_scenarios_hold(store: str) -> None:
    assert run("test", "--store", store, str(FOLDER)).endswith("all hold\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_has_scenarios_and_a_row_in_the_readme(path: Path) -> None:
    assert len(load(path)) >= 2
    rows = table((FOLDER / "README.md").read_text(), "## The examples")
    assert any(path.name in row[0] for row in rows)


def test_applied_once_and_then_nothing_to_do(server: str) -> None:
    arguments = ("apply", str(FOLDER), "--target", server, "--yes")
    first = run(*arguments)
    assert first.splitlines()[-1].startswith("applied: ")
    with AttributionClient(server) as client:
        before = list(client.list_campaigns())
        assert len(before) == len(FILES)
        assert run(*arguments) == "nothing to do\n"
        assert list(client.list_campaigns()) == before
