"""The project's own scenario files hold, on the core and on a server."""

from pathlib import Path

import pytest
from attribution_service.scenarios.load import load
from attribution_service.scenarios.play import play
from attribution_service.scenarios.targets import MEMORY, SQLITE, factory

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
# What step one of the service decides; a rule without a scenario is a gap.
RULES = {
    *(f"G{number}" for number in (1, 2, 3, 4, 5, 6, 8, 9)),
    *(f"C{number}" for number in range(1, 16)),
    *(f"X{number}" for number in range(1, 11)),
    *(f"M{number}" for number in (1, 2, 3, 4)),
}


@pytest.mark.parametrize("store", [MEMORY, SQLITE])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenarios_hold(path: Path, store: str) -> None:
    make_target = factory(store)
    for scenario in load(path):
        with make_target() as target:
            failures = play(scenario, target)
        assert not failures, f"{scenario.name}: {failures}"


def test_every_rule_has_a_scenario() -> None:
    cited = {rule for path in FILES for scenario in load(path) for rule in scenario.rules}
    assert not RULES - cited
