"""Every rule has a scenario; and the tool that says so notices one that has none."""

import subprocess
import sys
from pathlib import Path

import pytest
from docs.markdown import ROOT

TOOL = ROOT / "tools" / "coverage_rules.py"
STATED = "**G1. A goal is one\nthing**: an event.\n\n**G2. The window.**\n"
CITED = """
scenarios:
  - {name: one, rules: [G1, G2]}
  - {name: two, rules: [G1]}
  - {name: three}
"""


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *options], capture_output=True, text=True, check=False
    )


def planted(folder: Path, stated: str, *files: str) -> subprocess.CompletedProcess[str]:
    page = folder / "semantics.md"
    page.write_text(stated)
    for number, text in enumerate(files):
        (folder / f"file-{number}.yaml").write_text(text)
    return run(f"--rules={page}", f"--scenarios={folder}")


def test_every_rule_has_a_scenario() -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    numbers = {line.split()[0] for line in done.stdout.splitlines()[1:] if line[0] != " "}
    expected = {"G": 9, "C": 15, "S": 4, "X": 11, "M": 6}
    assert numbers == {f"{area}{n}" for area, last in expected.items() for n in range(1, last + 1)}


def test_the_table_names_files_and_scenarios(tmp_path: Path) -> None:
    done = planted(tmp_path, STATED, CITED, "scenarios: [{name: four, rules: [G2]}]")
    assert done.stdout.splitlines() == [
        "rule  scenarios  file, names",
        "G1            2  file-0.yaml: one; two",
        "G2            1  file-0.yaml: one",
        "              1  file-1.yaml: four",
    ]
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        (f"{STATED}**X9. NEVER means never.**", "X9: no scenario cites it\n"),
        ("**G1. A goal.**", "G2: cited by file-0.yaml, and no such rule is stated\n"),
        (STATED * 2, "semantics.md: stated twice: G1, G2\n"),
        ("G1. Nothing in bold.", "semantics.md: states no rules\n"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, stated: str, fault: str) -> None:
    done = planted(tmp_path, stated, CITED)
    assert (done.returncode, done.stderr) == (1, fault)
