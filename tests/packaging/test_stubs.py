"""The generated stubs that are checked in are those of the protos."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "tools" / "stubs.py", "--check"],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        text=True,
    )


def test_stubs_match_the_protos() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("tools", "protos", "clients/python/attribution"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_changed_proto_is_found(copy: Path) -> None:
    proto = copy / "protos" / "attribution" / "v1" / "event.proto"
    proto.write_text(proto.read_text().replace("string name = 3", "string name = 33"))
    done = check(copy)
    assert done.returncode == 1
    assert "differs: attribution/v1/event_pb2.py\n" in done.stderr
    assert "make stubs" in done.stderr


def test_a_stub_without_a_proto_is_found(copy: Path) -> None:
    (copy / "protos" / "attribution" / "v1" / "rule_service.proto").unlink()
    done = check(copy)
    assert done.returncode == 1
    assert "has no proto: attribution/v1/rule_service_pb2.py\n" in done.stderr


def test_a_missing_stub_is_found(copy: Path) -> None:
    (copy / "clients" / "python" / "attribution" / "v1" / "event_pb2.pyi").unlink()
    done = check(copy)
    assert done.returncode == 1
    assert "missing: attribution/v1/event_pb2.pyi\n" in done.stderr
