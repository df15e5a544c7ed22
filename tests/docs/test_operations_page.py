"""docs/operations.md against the command line, the constants and the log events."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from attribution_service.cli.main import app
from docs.markdown import ROOT, table

PAGE = (ROOT / "docs" / "operations.md").read_text()
LIMITS = table(PAGE, "## Limits")
SERVICE = ROOT / "service" / "attribution_service"


def options() -> Iterator[tuple[str, str, str]]:
    """Option, variable and default of everything that `serve` takes, in its order."""
    command: Any = typer.main.get_command(app)
    for parameter in command.commands["serve"].params:
        default = parameter.default
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        yield parameter.opts[0], parameter.envvar, shown


def test_options_are_those_of_the_command_line() -> None:
    rows = table(PAGE, "## Options of serve")
    assert [tuple(row[:3]) for row in rows] == list(options())
    assert all(row[3] for row in rows)


@pytest.mark.parametrize("row", LIMITS, ids=lambda row: row[2].rpartition(".")[2])
def test_limits_are_the_constants(row: list[str]) -> None:
    found = re.match(r"[\d,.]+", row[1])
    assert found
    assert float(found[0].replace(",", "")) == constant(row[2])


def test_no_limit_is_missing() -> None:
    named = {row[2] for row in LIMITS}
    missing = [
        f"{path.relative_to(SERVICE)}: {name}"
        for path in SERVICE.rglob("*.py")
        for name in re.findall(r"^(MAX_[A-Z_]+)\b.*? = ", path.read_text(), re.MULTILINE)
        if f"attribution_service.{module(path.relative_to(SERVICE).as_posix())}.{name}" not in named
    ]
    assert not missing


def test_log_events_are_those_of_the_service() -> None:
    call = re.compile(r"\blog\.(debug|info|warning|error|exception)\(\s*\"(\w+)\"")
    found = {
        (event, level.replace("exception", "error"))
        for path in SERVICE.rglob("*.py")
        for level, event in call.findall(path.read_text())
    }
    assert {(row[0], row[1]) for row in table(PAGE, "## Logs")} == found


def module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def constant(name: str) -> float:
    """A constant of a module, or the default of a field of a class in one."""
    owner, _, last = name.rpartition(".")
    try:
        return float(getattr(importlib.import_module(owner), last))
    except ModuleNotFoundError:
        of, _, kind = owner.rpartition(".")
        limits: Any = getattr(importlib.import_module(of), kind)
        return float(getattr(limits(), last))
