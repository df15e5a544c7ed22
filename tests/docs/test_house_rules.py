"""What no tracked file may hold: names of package registries, paths of machines, open ends."""

import re
import subprocess
from pathlib import Path

import pytest
from docs.markdown import ROOT

# Written so that this file does not hold what it looks for.
RULES = {
    "a package registry": re.compile(
        r"py[p]i\.(?:org|io|python)|python[h]osted|npm[j]s\.|crates[.]io|(?:proxy|sum)[.]golang|"
        r"ruby[g]ems\.org|repo1?\.mave[n]|(?:deb|security)[.]debian\.|anaconda[.](?:org|com)|"
        r"artifac[t]ory|/simple/[a-z]|(?<!no-emit-)index[-]url",
        re.IGNORECASE,
    ),
    "a path of one machine": re.compile(r"(?<![\w.~>}])/(?:home|root|work|Users)/(?!\W)"),
    "an open end": re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b"),
}
ADDRESS = re.compile(r"[a-z]+://|\s@\s|--(?:find-links|extra)|\bgit\+")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_tracked_files() -> None:
    files = tracked()
    assert len(files) > 100
    assert [line for path in files for line in faults(path)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "see pypi" + ".org/project/lark"),
        ("a.txt", "https://files.python" + "hosted.org/packages"),
        ("a.go", "GOPROXY=https://proxy." + "golang.org"),
        ("pip.conf", "index" + "-url = somewhere"),
        ("a.md", "run it in /home" + "/somebody/project"),
        ("a.py", "ROOT = '/wo" + "rk/main'"),
        ("a.py", "x = 1  # TO" + "DO: the rest"),
        ("a.sh", "# FIX" + "ME"),
        ("requirements/dev.txt", "lark @ https://example.com/lark.whl"),
        ("requirements/dev.txt", "git+ssh://example.com/lark"),
        ("requirements/dev.txt", "--find-links wheels"),
    ],
)
def test_faults_are_found(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"first line\n{text}\n")
    assert len(faults(path)) == 1


@pytest.mark.parametrize(
    "text",
    ["/usr/local/go/bin", "$HOME/work/here", "sqlite:////var/lib/attribution.db", "Todo lists"],
)
def test_what_is_fine_is_not_reported(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(text)
    assert faults(path) == []


def faults(path: Path) -> list[str]:
    """The lines of a file that hold what they may not."""
    lines = path.read_text(errors="replace").splitlines()
    rules = dict(RULES)
    if path.parent.name == "requirements":
        rules = {"an address": ADDRESS} | rules
    return [
        f"{path}:{number}: holds {what}"
        for number, line in enumerate(lines, start=1)
        for what in [next((what for what, rule in rules.items() if rule.search(line)), "")]
        if what
    ]
