"""Logging must never be what stops the service."""

import os
import subprocess
import sys
from pathlib import Path

from support.calls import COURSE, Caller
from support.postgres import free_port
from support.servers import connected

PROGRAM = "from attribution_service.cli import main; main()"


def without_reader(folder: Path, address: str) -> subprocess.Popen[bytes]:
    """A server whose log nobody reads any more: writing to it fails."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", PROGRAM, "serve", "--address", address, "--log-level=debug"]
    server = subprocess.Popen(command, cwd=folder, stderr=writer)
    os.close(writer)
    return server


def test_a_log_that_nobody_reads(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    server = without_reader(tmp_path, address)
    call: Caller = connected(address)
    call("CreateCampaign", {"campaign": COURSE})
    journey = {"person_id": "ada", "journey_id": "j", "campaign_id": "course"}
    call("StartJourney", journey)
    for number in range(3):  # a rule without an answer, which is logged
        event = {"event_id": f"e{number}", "person_id": "ada", "name": "course_finished"}
        assert call("Evaluate", {"event": event}) == {}
    assert call.refused("GetCampaign", {"campaign_id": "x"}).code == "NOT_FOUND"
    call.close()
    server.terminate()
    assert server.wait(60) == 0


def test_console_tracebacks_hold_no_values() -> None:
    command = """
import structlog
from attribution_service import logs
logs.set_up(logs.LogLevel.INFO, logs.LogFormat.CONSOLE)
secret = "ada@example.org"
try:
    raise ValueError("on purpose")
except ValueError as error:
    structlog.get_logger().error("failed", exc_info=error)
"""
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=60
    )
    assert "on purpose" in done.stderr
    assert "ada@example.org" not in done.stderr
