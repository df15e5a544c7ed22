"""What scenarios and property tests are played on beside the targets of the service itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import ServerSettings
from attribution_service.scenarios.targets import ServerTarget, Target, TargetFactory

from support.postgres import PostgresServer


def on_postgres(postgres: PostgresServer) -> TargetFactory:
    """Targets with an empty store on this server of PostgreSQL."""

    @contextmanager
    def target() -> Iterator[Target]:
        postgres.empty()
        clock = ManualClock()
        settings = ServerSettings(store_url=postgres.url(), migrate=False)
        with background(settings, clock) as address:
            made = ServerTarget(address, clock)
            try:
                yield made
            finally:
                made.close()

    return target
