"""The pins of the official tests, and the errors of fetching them; nothing is fetched here."""

import json
from pathlib import Path

import pytest
from conformance import deviations, fetch
from conformance.__main__ import TOOLS, version

LOCK = (TOOLS / "package-lock.json").read_text()


def test_the_lock_pins_by_content_and_holds_no_address() -> None:
    packages = json.loads(LOCK)["packages"]
    assert packages["node_modules/@bufbuild/cel-spec"]["version"] == version()
    for name, package in packages.items():
        assert not name or package["integrity"].startswith("sha512-")
    assert "://" not in LOCK
    assert '"resolved"' not in LOCK


def test_deviations_have_reasons() -> None:
    deviations.read(TOOLS / "deviations.toml")


def test_without_node_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch.main([str(TOOLS), str(tmp_path / "tests.json")]) == 1
    assert "`node` was not found" in capsys.readouterr().err


def test_without_a_network_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, body in {"node": "exit 0", "npm": "echo no route >&2; exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    target = tmp_path / "build" / "tests.json"
    assert fetch.main([str(TOOLS), str(target)]) == 1
    said = capsys.readouterr().err
    assert "`npm ci` failed" in said
    assert "is there a network?" in said
    assert "no route" in said
    assert not target.exists()
