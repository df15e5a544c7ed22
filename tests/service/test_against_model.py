"""Random commands: the service answers as the naive model of the rules does."""

from attribution_service.scenarios.targets import MEMORY, SQLITE, factory
from hypothesis import settings
from model.machine import BRIEF, machine_for
from support.drivers import ServiceDriver

TestCoreAgainstModel = machine_for(lambda: ServiceDriver(factory(MEMORY)())).TestCase
TestCoreAgainstModel.settings = settings(BRIEF, max_examples=300)

TestServerAgainstModel = machine_for(lambda: ServiceDriver(factory(SQLITE)())).TestCase
TestServerAgainstModel.settings = settings(BRIEF, max_examples=40)
