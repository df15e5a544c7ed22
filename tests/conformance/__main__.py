"""Running the official tests: `python -m conformance`, as `make conformance` does."""

import json
import sys
from pathlib import Path
from typing import Final

from conformance import deviations, suite
from conformance.report import page_rows, show
from conformance.results import Status, document, judge, stale
from rich.console import Console

ROOT: Final = Path(__file__).resolve().parents[2]
TOOLS: Final = ROOT / "tools" / "conformance"
TESTS: Final = ROOT / "build" / "conformance" / "tests.json"
REPORT: Final = ROOT / "build" / "conformance.json"
PAGE: Final = ROOT / "docs" / "conformance.md"


def main() -> int:
    """Run all tests, show and write the results.

    Returns:
        0 if every test passes, deviates as listed or is out of scope.
    """
    listed = deviations.read(TOOLS / "deviations.toml")
    results = judge(suite.read(TESTS), listed)
    console = Console(width=None if sys.stdout.isatty() else 100)
    show(console, results)
    REPORT.write_text(json.dumps(document(results, version()), indent=1) + "\n", "utf-8")
    wrong = [*stale(results, listed), *_page(page_rows(results))]
    for each in wrong:
        console.print(each, markup=False, soft_wrap=True)
    failed = sum(each.status is Status.FAILED for each in results)
    console.print(f"{failed} failed; every result is in {REPORT.relative_to(ROOT)}.")
    return 1 if failed or wrong else 0


def version() -> str:
    """Give the version of the package that is pinned."""
    pins = json.loads((TOOLS / "package.json").read_text("utf-8"))
    pinned: str = pins["dependencies"]["@bufbuild/cel-spec"]
    return pinned


def _page(rows: list[str]) -> list[str]:
    """Say which rows the page of results lacks."""
    page = PAGE.read_text("utf-8").splitlines()
    missing = [row for row in rows if row not in page]
    return [f"{PAGE.relative_to(ROOT)} must say:", *missing] if missing else []


if __name__ == "__main__":
    sys.exit(main())
