"""requirements/bench.txt is pinned with hashes, and where the service pins too, alike."""

import re
import tomllib

from docs.markdown import ROOT, table

LOCK = (ROOT / "requirements" / "bench.txt").read_text()
DEV = (ROOT / "requirements" / "dev.txt").read_text()
GROUP = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["bench"]
NAMES = sorted(re.split(r"[^A-Za-z0-9-]", item)[0] for item in GROUP)


def pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([0-9][0-9a-z.+!]*)", text, re.MULTILINE))


def test_everything_is_pinned_with_hashes() -> None:
    assert set(NAMES) <= set(pins(LOCK))
    requirements = re.split(r"\n(?=[a-z])", LOCK)
    for each in requirements[1:]:
        assert re.match(r"[a-z0-9-]+==[^\\]+ \\\n    --hash=sha256:[0-9a-f]{64}", each), each


def test_shared_packages_are_those_of_the_service() -> None:
    dev = pins(DEV)
    assert {name: pin for name, pin in pins(LOCK).items() if dev.get(name, pin) != pin} == {}


def test_every_package_has_its_line() -> None:
    rows = table((ROOT / "docs" / "dependencies.md").read_text(), "## Benchmarks")
    assert [row[0] for row in rows] == NAMES
    assert all(row[1] for row in rows)
