"""The files of deploy/, and what the program says of itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from attribution_service import app as composition
from attribution_service.cli.main import app
from attribution_service.config import ServerSettings
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
USER = 10001
PORT = 50051


def documents(path: Path) -> list[dict[str, Any]]:
    """All documents of a YAML file."""
    return [found for found in yaml.safe_load_all(path.read_text()) if found]


def manifests() -> list[tuple[str, dict[str, Any]]]:
    """All of Kubernetes, by file; kustomize's own file is no resource."""
    return [
        (path.name, document)
        for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        for document in documents(path)
        if document["kind"] != "Kustomization"
    ]


def manifest(kind: str) -> dict[str, Any]:
    """The one resource of this kind."""
    (found,) = (document for _, document in manifests() if document["kind"] == kind)
    return found


def variables(command: str) -> dict[str, Any]:
    """The variables that a command reads, each with its parameter."""
    commands: Any = typer.main.get_command(app)
    return {each.envvar: each for each in commands.commands[command].params if each.envvar}


def commands() -> set[str]:
    """What the program can be told to do."""
    found: Any = typer.main.get_command(app)
    return set(found.commands)


def settings(variables: Mapping[str, str]) -> ServerSettings:
    """What `serve` makes of these variables; it must take all of them."""
    made: list[ServerSettings] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition, "serve", made.append)
        ended = CliRunner().invoke(app, ["serve"], env=dict(variables))
    assert ended.exit_code == 0, ended.output
    return made[0]
