"""The records of decisions: numbered, short, built alike, and listed."""

import re
from pathlib import Path

import pytest
from docs.markdown import ROOT, links

FOLDER = ROOT / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
_LONGEST = 40


def test_they_are_numbered_and_listed() -> None:
    # A number that is missing was given to something that has not come yet.
    numbers = [int(path.name[:4]) for path in RECORDS]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 0
    listed = links((FOLDER / "README.md").read_text())
    assert listed == [path.name for path in RECORDS]


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_they_are_built_like_the_template(record: Path) -> None:
    text = record.read_text()
    lines = text.splitlines()
    assert lines[0].startswith(f"# {record.name[:4]}: ")
    assert len(lines) < _LONGEST
    template = (FOLDER / "0000-template.md").read_text()
    assert headings(text) == headings(template)
    assert re.search(r"^Status: (accepted|replaced by \d{4}|accepted \| .*)$", text, re.MULTILINE)


def headings(text: str) -> list[str]:
    return re.findall(r"^## .*$", text, re.MULTILINE)
