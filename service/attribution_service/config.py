"""The settings of a server."""

from dataclasses import dataclass, field
from pathlib import Path

from attribution_service.pipeline.admission import PipelineLimits
from attribution_service.pipeline.retention import RetentionSettings
from attribution_service.storage import postgres
from attribution_service.transport.limits import TransportLimits

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_DRAIN_SECONDS = 10.0
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


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


def is_postgres(store_url: str) -> bool:
    """Whether the store of this URL is on PostgreSQL."""
    return store_url.startswith(_POSTGRES)


def shown_store(store_url: str) -> str:
    """The URL of a store as it may be logged: without a password."""
    if is_postgres(store_url):
        return postgres.shown(store_url)
    if "@" in store_url:
        return store_url.partition(":")[0] + ":..."  # whatever it is, it may hold a password
    return store_url


def sqlite_path(store_url: str) -> Path:
    """The file of a store URL: `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    if not store_url.startswith(_SQLITE) or store_url == _SQLITE:
        raise SettingsError(
            f"the store {shown_store(store_url)!r} is not known: give sqlite:///FILE, such as "
            "sqlite:///attribution.db, or postgresql://HOST/DATABASE"
        )
    path = store_url.removeprefix(_SQLITE)
    if path == ":memory:":
        raise SettingsError("sqlite:///:memory: would forget everything at the end: name a file")
    return Path(path)
