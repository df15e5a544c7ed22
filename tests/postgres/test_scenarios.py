"""The project's scenario files hold over gRPC on PostgreSQL."""

from pathlib import Path

import pytest
from attribution_service.scenarios.load import load
from attribution_service.scenarios.play import play
from service.scenarios.test_acceptance import FILES
from support.postgres import PostgresServer
from support.targets import on_postgres


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenarios_hold(path: Path, postgres: PostgresServer) -> None:
    make_target = on_postgres(postgres)
    for scenario in load(path):
        with make_target() as target:
            failures = play(scenario, target)
        assert not failures, f"{scenario.name}: {failures}"
