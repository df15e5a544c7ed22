"""The definitions on a server, read and changed through the client."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from attribution_client import AttributionClient, NotFound
from google.protobuf.message import Message

from attribution_service.scenarios.definitions import CAMPAIGN, SEGMENT, Definition, Kind


class Server(Protocol):
    """What is asked of a server; every call raises attribution_client.AttributionError."""

    def get(self, kind: Kind, definition_id: str) -> Message | None:
        """What it has under this id, None if nothing."""
        ...

    def create(self, definition: Definition) -> Message:
        """What was created."""
        ...

    def update(self, definition: Definition, mask: Sequence[str], etag: str) -> Message:
        """What it is after these fields were changed."""
        ...

    def archive(self, definition: Definition, etag: str) -> Message:
        """What was archived."""
        ...


# The calls return the response, which holds the definition in a field of the kind's name.
@dataclass(frozen=True, slots=True)
class _Calls:
    get: Callable[[str], Message]
    create: Callable[[Any], Message]
    update: Callable[[Any, Sequence[str]], Message]


class ClientServer:
    """A server called by the client."""

    def __init__(self, client: AttributionClient) -> None:
        self._calls: Mapping[str, _Calls] = {
            SEGMENT.name: _Calls(
                client.get_segment,
                client.create_segment,
                lambda message, mask: client.update_segment(message, update_mask=mask),
            ),
            CAMPAIGN.name: _Calls(
                client.get_campaign,
                client.create_campaign,
                lambda message, mask: client.update_campaign(message, update_mask=mask),
            ),
        }
        self._archive_campaign = client.archive_campaign

    def get(self, kind: Kind, definition_id: str) -> Message | None:
        """What it has under this id, None if nothing."""
        try:
            return _held(kind, self._calls[kind.name].get(definition_id))
        except NotFound:
            return None

    def create(self, definition: Definition) -> Message:
        """What was created."""
        return _held(definition.kind, self._of(definition).create(definition.message))

    def update(self, definition: Definition, mask: Sequence[str], etag: str) -> Message:
        """What it is after these fields were changed."""
        wanted: Any = definition.kind.message_type()
        wanted.CopyFrom(definition.message)
        wanted.etag = etag
        return _held(definition.kind, self._of(definition).update(wanted, mask))

    def archive(self, definition: Definition, etag: str) -> Message:
        """What was archived."""
        return _held(definition.kind, self._archive_campaign(definition.id, etag=etag))

    def _of(self, definition: Definition) -> _Calls:
        return self._calls[definition.kind.name]


def _held(kind: Kind, response: Message) -> Message:
    message: Message = getattr(response, kind.name)
    return message
