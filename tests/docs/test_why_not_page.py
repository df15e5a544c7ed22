"""docs/why-not.md tells of every verdict that the contract has."""

import re

from attribution_client import Verdict
from docs.markdown import ROOT, table


def test_every_verdict_has_a_row() -> None:
    rows = table((ROOT / "docs" / "why-not.md").read_text(), "## What the verdicts mean")
    told = [name for row in rows for name in re.findall(r"[A-Z_]+", row[0])]
    known = [name.removeprefix("VERDICT_") for name in Verdict.keys()]  # noqa: SIM118  no mapping
    assert sorted(told) == sorted(set(known) - {"UNSPECIFIED"})
