"""The figures of all cases, shown at the end of the run."""

import os
from collections.abc import Callable

import pytest
from reliability.case import Case
from reliability.figures import Figures, table

# They take minutes, and a server of PostgreSQL: `make test-faults` runs them.
collect_ignore = [] if os.environ.get("ATTRIBUTION_TEST_FAULTS") else ["cases"]

_CASES: pytest.StashKey[list[Figures]] = pytest.StashKey()


@pytest.fixture
def crashes() -> int:
    """How often a server is killed: `make test-faults CRASHES=...`."""
    return int(os.environ.get("CRASHES", "10"))


@pytest.fixture
def rounds() -> int:
    """How often each other fault comes: `make test-faults ROUNDS=...`."""
    return int(os.environ.get("ROUNDS", "2"))


@pytest.fixture
def case(report: Callable[[Figures], None]) -> Case:
    """A case, for one test."""
    return Case(report)


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[Figures], None]:
    """Takes the figures of a case."""
    return request.config.stash.setdefault(_CASES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the table."""
    cases = terminalreporter.config.stash.get(_CASES, [])
    if cases:
        terminalreporter.section("faults")
        for line in table(cases):
            terminalreporter.write_line(line)
