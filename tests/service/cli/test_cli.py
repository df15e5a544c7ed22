"""The command line as a stranger meets it."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from attribution_service.storage.schema import newest

PROGRAM = [sys.executable, "-c", "from attribution_service.cli import main; main()"]


def run(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_names_the_commands(tmp_path: Path) -> None:
    result = run("--help", folder=tmp_path)
    assert result.returncode == 0
    for command in ("serve", "demo", "migrate", "test", "lint", "apply", "backtest"):
        assert re.search(rf"^\W*{command} ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    "command", ["serve", "demo", "migrate", "test", "lint", "apply", "backtest"]
)
def test_every_option_has_a_variable_and_help(tmp_path: Path, command: str) -> None:
    text = run(command, "--help", folder=tmp_path).stdout
    options = set(re.findall(r"--[a-z-]+", text)) - {"--help", "--no-migrate", "--server"}
    variables = set(re.findall(r"ATTRIBUTION_[A-Z_]+", text))
    assert len(variables) == len(options), (options, variables)


def test_version(tmp_path: Path) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version", folder=tmp_path).stdout)


def test_migrate_makes_a_store_and_may_be_repeated(tmp_path: Path) -> None:
    first = run("migrate", folder=tmp_path, ATTRIBUTION_STORE="sqlite:///a.db")
    assert first.stdout == f"sqlite:///a.db: schema version none -> {newest()}\n"
    again = run("migrate", "--store", "sqlite:///a.db", folder=tmp_path)
    assert again.stdout == (f"sqlite:///a.db: schema version {newest()} already, nothing to do\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["serve", "--store", "mysql://x"], "error: the store 'mysql://x' is not known"),
        (["serve", "--store", "sqlite:///"], "error: the store 'sqlite:///' is not known"),
        (["serve", "--store", "sqlite:///no/such/a.db"], "error: the folder 'no/such' does not"),
        (["serve", "--no-migrate"], "run `attribution-service migrate`"),
        (["serve", "--address", "nowhere"], "error: "),
        (["serve", "--max-batch", "0"], "Invalid value for '--max-batch'"),
        (["serve", "--drain-seconds", "-1"], "Invalid value for '--drain-seconds'"),
        (["serve", "--keep-deliveries-days", "89"], "Invalid value for '--keep-deliveries-days'"),
        (["serve", "--keep-deliveries-days", "1.5"], "Invalid value for '--keep-deliveries-days'"),
        (["serve", "--keep-receipts-days", "0"], "Invalid value for '--keep-receipts-days'"),
        (["test"], "Missing argument"),
        (["lint"], "Missing argument"),
        (["lint", "--format", "xml", "."], "Invalid value for '--format'"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    result = run(*arguments, folder=tmp_path)
    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("this is no database, and long enough to be read as one" * 99)
    result = run("serve", "--store", "sqlite:///a.db", folder=tmp_path)
    assert result.returncode == 2
    assert "error: " in result.stderr
    assert "Traceback" not in result.stderr


def test_serve_logs_json_and_stops_on_sigterm(tmp_path: Path) -> None:
    command = [*PROGRAM, "serve", "--address", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = server.stderr.readline()
        assert '"event": "serving"' in line
        server.send_signal(signal.SIGTERM)
        rest = server.stderr.read()
        assert server.wait(60) == 0
    assert '"event": "draining"' in rest
    assert '"event": "stopped"' in rest
    connection = sqlite3.connect(tmp_path / "attribution.db")
    assert connection.execute("SELECT count(*) FROM campaigns").fetchone() == (0,)
    connection.close()
