"""docs/errors.md against the contract and the server."""

import re

import pytest
from attribution.v1.error_reason_pb2 import ErrorReason
from attribution_service.core.refusals import Reason
from attribution_service.transport.errors import CODES
from docs.markdown import ROOT, table

PREFIX = "ERROR_REASON_"
ROWS = table((ROOT / "docs" / "errors.md").read_text(), "## Reasons")
PROTO = (ROOT / "protos" / "attribution" / "v1" / "error_reason.proto").read_text()


def test_the_reasons_are_those_of_the_contract_in_its_order() -> None:
    known = [name.removeprefix(PREFIX) for name in ErrorReason.keys()]  # noqa: SIM118  no dict
    assert [row[0] for row in ROWS] == known[1:]


def test_the_server_knows_the_same_reasons() -> None:
    assert {row[0] for row in ROWS} == set(Reason) == set(CODES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_codes_and_metadata_are_those_of_contract_and_server(row: list[str]) -> None:
    reason, code, when, metadata, what_to_do = row
    assert when
    assert what_to_do
    assert CODES[Reason(reason)].name == code
    said = comment(reason)
    assert said.startswith(f"{code}: ")
    found = re.search(r"Metadata(?: of the first fault)?: ([^.]*)", said)
    assert re.findall(r"`(\w+)`", found[1] if found else "") == re.findall(r"\w+", metadata)


def comment(reason: str) -> str:
    """What the contract says of a reason, in one line."""
    found = re.search(rf"((?:  // .*\n)+)  {PREFIX}{reason} = ", PROTO)
    assert found, reason
    return " ".join(line.strip().removeprefix("// ") for line in found[1].splitlines())
