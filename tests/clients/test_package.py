"""The distribution: what it needs, what it holds, and that it stands alone."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import attribution_client
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "clients" / "python"
NEEDS = {"googleapis-common-protos", "grpcio", "protobuf"}

# Prints what was loaded, and from where; the unpacked wheel goes before all else.
ALONE = """
import sys
sys.path.insert(0, sys.argv[1])
import attribution_client
from attribution.v1 import campaign_pb2
print(attribution_client.__file__, campaign_pb2.__file__, sep="\\n")
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=SOURCE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


def test_it_imports_nothing_of_the_server(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    run = subprocess.run(
        [sys.executable, "-I", "-B", "-c", ALONE, str(tmp_path)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    client, stub, modules = run.stdout.splitlines()
    assert Path(client) == tmp_path / "attribution_client" / "__init__.py"
    assert Path(stub) == tmp_path / "attribution" / "v1" / "campaign_pb2.py"
    loaded = set(modules.split())
    assert "grpc" in loaded
    assert {name for name in loaded if name.startswith("attribution")} == {
        "attribution",
        "attribution_client",
    }
    assert not loaded & {"lark", "re2", "sqlalchemy", "structlog", "typer"}


def test_the_wheel_depends_on_three_packages_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    required = metadata.get_all("Requires-Dist") or []
    names = {match[0] for text in required if (match := re.match(r"[A-Za-z0-9._-]+", text))}
    assert names == NEEDS
    assert metadata["Name"] == "attribution-client"
    assert metadata["Version"] == attribution_client.__version__
    assert "# attribution-client" in str(metadata.get_payload())


def test_the_wheel_holds_stubs_and_client_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "attribution",
        "attribution_client",
    }
    assert "attribution/py.typed" in names
    assert "attribution_client/py.typed" in names


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]
    assert project["version"] == attribution_client.__version__


def test_all_that_is_exported_is_there() -> None:
    names = attribution_client.__all__
    assert names == sorted(names)
    assert all(hasattr(attribution_client, name) for name in names)
