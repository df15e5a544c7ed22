"""The settings of a server."""

from dataclasses import dataclass, field
from pathlib import Path

from attribution_service.pipeline.pipeline import PipelineLimits
from attribution_service.pipeline.retention import RetentionSettings
from attribution_service.transport.limits import TransportLimits

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_DRAIN_SECONDS = 10.0
_SQLITE = "sqlite:///"


class SettingsError(ValueError):
    """A setting that cannot be used; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What a server needs to know; see `attribution-service serve --help` for the meanings."""

    store_url: str
    address: str = DEFAULT_ADDRESS
    migrate: bool = True
    drain_seconds: float = DEFAULT_DRAIN_SECONDS
    pipeline: PipelineLimits = field(default_factory=PipelineLimits)
    transport: TransportLimits = field(default_factory=TransportLimits)
    retention: RetentionSettings = field(default_factory=RetentionSettings)


def sqlite_path(store_url: str) -> Path:
    """The file of a store URL: `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    if not store_url.startswith(_SQLITE) or store_url == _SQLITE:
        raise SettingsError(
            f"the store {store_url!r} is not known: give sqlite:///FILE, such as "
            "sqlite:///attribution.db"
        )
    path = store_url.removeprefix(_SQLITE)
    if path == ":memory:":
        raise SettingsError("sqlite:///:memory: would forget everything at the end: name a file")
    return Path(path)
