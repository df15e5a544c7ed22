"""Random commands: the service answers as the naive model of the rules does."""

import pytest
from attribution_service.scenarios.targets import MEMORY, SQLITE, factory
from model.machine import BRIEF, machine_for, play
from model.strategies import history
from support.drivers import ServiceDriver


def driver(store: str) -> ServiceDriver:
    return ServiceDriver(factory(store)())


TestCoreAgainstModel = machine_for(lambda: driver(MEMORY)).TestCase
TestCoreAgainstModel.settings = BRIEF


@pytest.mark.parametrize(("store", "histories"), [(MEMORY, 400), (SQLITE, 25)])
def test_histories(store: str, histories: int) -> None:
    for seed in range(histories):
        play(driver(store), history(seed))
