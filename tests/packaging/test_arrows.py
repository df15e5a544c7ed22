"""Which part of the program may import which: the arrows of docs/architecture.md."""

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICE = "attribution_service"
STDLIB = frozenset(sys.stdlib_module_names)


@dataclass(frozen=True)
class Part:
    """A package, and what it may import.

    `only`: nothing but these and the standard library; empty: anything that is not `never`.
    `never`: none of these, unless `but` names it.
    """

    package: str
    folder: str
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


PARTS = (
    Part("attribution_dsl", "dsl", only=("attribution_dsl", "lark", "re2")),
    Part(
        f"{SERVICE}.core",
        "service",
        only=(f"{SERVICE}.core", "attribution_dsl"),
        # Of the standard library: what would let time, chance or the outside world in.
        never=("time", "datetime", "random", "os", "socket", "sqlite3", "logging", "asyncio"),
    ),
    Part(
        f"{SERVICE}.pipeline",
        "service",
        only=(
            f"{SERVICE}.pipeline",
            f"{SERVICE}.core",
            f"{SERVICE}.clock",
            f"{SERVICE}.storage.interface",
            "structlog",
        ),
    ),
    Part(
        f"{SERVICE}.storage",
        "service",
        only=(f"{SERVICE}.storage", f"{SERVICE}.core", "sqlalchemy", "alembic", "structlog"),
    ),
    Part(
        f"{SERVICE}.transport",
        "service",
        never=(SERVICE, "sqlalchemy", "alembic", "sqlite3"),
        but=(
            f"{SERVICE}.transport",
            f"{SERVICE}.core",
            f"{SERVICE}.pipeline",
            f"{SERVICE}.storage.interface",
        ),
    ),
    Part(
        f"{SERVICE}.apply",
        "service",
        # A server is spoken to through the client alone; how it is told is the command line's.
        never=(SERVICE, "grpc", "typer", "sqlalchemy", "alembic", "sqlite3"),
        but=(
            f"{SERVICE}.apply",
            f"{SERVICE}.core.refusals",
            f"{SERVICE}.core.spans",
            f"{SERVICE}.lint",
            f"{SERVICE}.scenarios",
        ),
    ),
    Part("attribution", "clients/python", never=(SERVICE, "attribution_dsl", "attribution_client")),
    Part("attribution_client", "clients/python", never=(SERVICE, "attribution_dsl")),
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.package)
def test_imports_follow_the_arrows(part: Part) -> None:
    folder = ROOT / part.folder / part.package.replace(".", "/")
    modules = sorted(folder.rglob("*.py"))
    assert modules, folder
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules
        for name in forbidden(part, path.read_text(), module_of(path, ROOT / part.folder))
    ]
    assert not found


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("attribution_dsl", "import attribution_service"),
        ("attribution_dsl", "from attribution.v1 import goal_pb2"),
        ("attribution_service.core", "import structlog"),
        ("attribution_service.core", "from attribution_service.storage.interface import Store"),
        ("attribution_service.core", "from attribution_service import storage"),
        ("attribution_service.core", "from ..transport import errors"),
        ("attribution_service.core", "from .. import clock"),
        ("attribution_service.core", "def f():\n    import grpc"),
        ("attribution_service.core", "import google.protobuf.struct_pb2 as s"),
        ("attribution_service.core", "if TYPE_CHECKING:\n    from sqlalchemy import Table"),
        ("attribution_service.core", "from time import time"),
        ("attribution_service.core", "import importlib\nimportlib.import_module('grpc')"),
        ("attribution_service.core", "from importlib import import_module\nimport_module('grpc')"),
        ("attribution_service.core", "__import__('grpc')"),
        ("attribution_service.pipeline", "from attribution_service.storage.sql import SqlStore"),
        ("attribution_service.pipeline", "import grpc"),
        ("attribution_service.storage", "import grpc"),
        ("attribution_service.storage", "from attribution_service.transport import errors"),
        ("attribution_service.storage", "from attribution_service.pipeline import engine"),
        ("attribution_service.transport", "import sqlalchemy.exc"),
        ("attribution_service.transport", "from attribution_service.storage import sql"),
        ("attribution_service.transport", "from ..storage.tables import bucket_of"),
        ("attribution_service.transport", "from attribution_service import app"),
        ("attribution_service.apply", "from attribution_service import app"),
        ("attribution_service.apply", "from attribution_service.storage.memory import MemoryStore"),
        ("attribution_service.apply", "from attribution_service.transport import decode"),
        ("attribution_service.apply", "import grpc"),
        ("attribution_service.apply", "import typer"),
        ("attribution_client", "from attribution_service.core import model"),
        ("attribution_client", "import attribution_dsl"),
        ("attribution", "import attribution_client"),
    ],
)
def test_violations_are_found(package: str, source: str) -> None:
    (part,) = (part for part in PARTS if part.package == package)
    assert forbidden(part, source, f"{package}.planted")


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("attribution_dsl", "import lark.exceptions\nfrom .parse import parse"),
        ("attribution_service.core", "from attribution_dsl import compile_rule\nimport math"),
        ("attribution_service.core", "from . import model\nfrom .model import Goal"),
        ("attribution_service.transport", "from attribution_service.storage import interface"),
        ("attribution_service.transport", "import grpc\nfrom ..storage.interface import Store"),
        ("attribution_service.storage", "from sqlalchemy import select"),
        ("attribution_service.apply", "from attribution_client import AttributionClient"),
        ("attribution_service.apply", "from attribution_service.scenarios import documents"),
        ("attribution_client", "from attribution.v1 import goal_pb2"),
    ],
)
def test_what_is_allowed_is_not_reported(package: str, source: str) -> None:
    (part,) = (part for part in PARTS if part.package == package)
    assert not forbidden(part, source, f"{package}.planted")


def forbidden(part: Part, source: str, module: str) -> list[str]:
    """What the source of this module imports against the arrows."""
    return [name for name in imports(ast.parse(source), module) if not may_import(part, name)]


def may_import(part: Part, name: str) -> bool:
    if within(name, part.never):
        return within(name, part.but)
    return not part.only or within(name, part.only) or name.partition(".")[0] in STDLIB


def within(name: str, packages: Collection[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def imports(tree: ast.Module, module: str) -> Iterator[str]:
    """The full names of all that is imported, anywhere in the module."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=of, names=names, level=level):
                above = module.split(".")[:-level] if level else []
                package = ".".join([*above, *([of] if of else [])])
                yield from (f"{package}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def module_of(path: Path, folder: Path) -> str:
    """The name by which relative imports of the module are resolved."""
    return ".".join(path.relative_to(folder).with_suffix("").parts)
