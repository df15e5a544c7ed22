"""The grpcurl calls of the documents, by the real grpcurl against a real server."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs.markdown import ROOT, Block, Example, examples

DOCUMENTS = ("README.md", "docs/grpcurl.md", "docs/reports.md", "docs/why-not.md")
ADDRESS = "127.0.0.1:50051"
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
# Lengths of time in sentences, such as `3 min 2 s` and `2 ms`.
_LENGTH = r"\d+ (?:d|h|min|s|ms|us)"
_SPAN = re.compile(rf"\b{_LENGTH}(?: {_LENGTH})*\b")
_STOP_SECONDS = 60
_CALL_SECONDS = 60


def calls(document: str) -> list[Example]:
    text = (ROOT / document).read_text()
    return [example for example in examples(text) if example.starts_with == "grpcurl"]


@pytest.fixture
def grpcurl(tmp_path: Path) -> Path:
    """A folder for the PATH in which the one program is the grpcurl to use."""
    found = os.environ.get("ATTRIBUTION_GRPCURL") or shutil.which("grpcurl")
    if found is None:
        missing = (
            "grpcurl is not on the PATH, nor named by ATTRIBUTION_GRPCURL: see docs/grpcurl.md"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "grpcurl").symlink_to(Path(found).resolve(strict=True))
    return folder


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a server on an empty store."""
    program = Path(sys.executable).with_name("attribution-service")
    store = f"sqlite:///{tmp_path / 'attribution.db'}"
    command = [str(program), "serve", "--store", store, "--address", "127.0.0.1:0"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ATTRIBUTION_")}
    environment["ATTRIBUTION_LOG_FORMAT"] = "json"
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        told = server.stderr.readline()
        try:
            yield str(json.loads(told)["address"])
        finally:
            server.terminate()
            _, rest = server.communicate(timeout=_STOP_SECONDS)
    assert server.returncode == 0, told + rest


@pytest.mark.parametrize("document", DOCUMENTS)
def test_calls(document: str, grpcurl: Path, address: str) -> None:
    found = calls(document)
    assert found
    wrong = [text for call in found if (text := difference(call, grpcurl, address))]
    assert not wrong, f"{document}:\n" + "\n".join(wrong)


def test_every_call_of_the_contract_is_shown() -> None:
    contract = (ROOT / "protos" / "attribution" / "v1").glob("*_service.proto")
    methods = {
        f"{service}/{method}"
        for path in contract
        for service in re.findall(r"^service (\w+)", path.read_text(), re.MULTILINE)
        for method in re.findall(r"^  rpc (\w+)\(", path.read_text(), re.MULTILINE)
    }
    shown = " ".join(call.commands.text for call in calls("docs/grpcurl.md"))
    assert len(methods) >= 14
    assert {method for method in methods if f"attribution.v1.{method}\n" not in shown} == set()


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ('{"a": "2026-03-01T09:00:00Z"}', '{\n"a": "2027-01-01T00:00:00.123456Z"}', True),
        ('{"a": "sent 2 d 3 h before"}', '{"a": "sent 5 ms before"}', True),
        ('{"a": "sent 12 min before"}', '{"a": "sent 42 ms 601 us before"}', True),
        ('{"a": 1}', '{"a": 1, "b": 2}', False),
        ('{"a": 1, "b": 2}', '{"a": 1}', False),
        ('{"a": 1}', "ERROR:", False),
    ],
)
def test_comparison_of_json(expected: str, printed: str, same: bool) -> None:
    assert is_expected(Block("json", expected, 1), printed) is same


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("| a = b\n|   ^\n", "| a = b\n|   ^", True),
        ("| a = b\n|   ^\n", "| a = b\n|  ^\n", False),
        ("1)  {\n", "1)\t{\n", True),
        ("a\n...\n", "a\nb\n", True),
        ("a\n...\n", "b\na\n", False),
        ("a\n", "a\nb\n", False),
    ],
)
def test_comparison_of_text(expected: str, printed: str, same: bool) -> None:
    assert is_expected(Block("text", expected, 1), printed) is same


def difference(call: Example, grpcurl: Path, address: str) -> str:
    """What is not as the document says, in words; empty if all is."""
    script = call.commands.text.replace(ADDRESS, address)
    assert script != call.commands.text, "every block calls the address that the test replaces"
    done = subprocess.run(
        ["sh", "-euc", script],
        env={**os.environ, "PATH": f"{grpcurl}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_CALL_SECONDS,
        check=False,
        text=True,
    )
    said = f"line {call.commands.line}: exit code {done.returncode}, printed:\n{done.stdout}"
    if (done.returncode != 0) is not is_refusal(call.output):
        return said
    if call.output is not None and not is_expected(call.output, done.stdout):
        return said
    return ""


def is_refusal(output: Block | None) -> bool:
    if output is None:
        return False
    if output.language == "json":
        return "code" in json.loads(output.text)
    return output.text.startswith("ERROR:")


def is_expected(output: Block, printed: str) -> bool:
    """Whether this was printed, but for times; text that ends in `...` may go on."""
    if output.language == "json":
        try:
            found = json.loads(printed)
        except ValueError:
            return False
        return bool(normalised(json.loads(output.text)) == normalised(found))
    expected, lines = plain(output.text), plain(printed)
    if expected[-1] == "...":
        return lines[: len(expected) - 1] == expected[:-1]
    return lines == expected


def normalised(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: normalised(item) for name, item in value.items()}
    if isinstance(value, list):
        return [normalised(item) for item in value]
    return without_times(value) if isinstance(value, str) else value


def plain(text: str) -> list[str]:
    """The lines, without the spaces that grpcurl's JSON puts at random behind colons."""
    lines = without_times(text).expandtabs(4).strip().splitlines()
    return [re.sub(r'": +', '": ', line).rstrip() for line in lines]


def without_times(text: str) -> str:
    return _SPAN.sub("SPAN", _TIME.sub("TIME", text))
