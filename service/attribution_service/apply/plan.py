"""What applying a folder would do: the difference between its definitions and a server's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from google.protobuf.message import Message

from attribution_service.apply.fields import FieldChange, differences
from attribution_service.apply.server import Server
from attribution_service.scenarios.definitions import CAMPAIGN, SEGMENT, Definition
from attribution_service.scenarios.documents import FileError

# G6: what judges makes a revision, and these do not judge.
_NO_REVISION = frozenset({"display_name"})
# G8: those in force at the check count, for journeys that run too.
_AT_ONCE = ("exit_policy", "audience_filter", "trigger.any_segment", "trigger.all_segments")
_FIXED = frozenset({"kind"})


class Action(StrEnum):
    """What is done with a definition."""

    CREATE = "create"
    CHANGE = "change"
    ARCHIVE = "archive"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What is done with one definition.

    `wanted` is what the server is to have, defaults filled in; `current` what it has, None if
    nothing.
    """

    action: Action
    definition: Definition
    wanted: Message
    current: Message | None = None
    fields: tuple[FieldChange, ...] = ()

    @property
    def mask(self) -> list[str]:
        """The fields of the definition that change."""
        return list(dict.fromkeys(each.top for each in self.fields))

    @property
    def etag(self) -> str:
        """That of the definition that the change was planned for; empty if there was none."""
        current: Any = self.current
        return "" if current is None else str(current.etag)

    @property
    def revision(self) -> int | None:
        """The revision that it will make; None if it makes none."""
        current: Any = self.current
        if self.definition.kind is not CAMPAIGN:
            return None
        if self.action is Action.CREATE:
            return 1
        makes_one = self.action is Action.CHANGE and set(self.mask) - _NO_REVISION
        return current.revision + 1 if makes_one else None

    @property
    def at_once(self) -> list[str]:
        """The fields whose change counts for what has started before, too."""
        if self.action is not Action.CHANGE:
            return []
        return [
            name
            for name in _AT_ONCE
            if any(f"{each.path}.".startswith(f"{name}.") for each in self.fields)
        ]


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes in the order in which they are safe, and what cannot be."""

    changes: tuple[Change, ...]
    wrong: tuple[FileError, ...] = ()

    @property
    def to_do(self) -> tuple[Change, ...]:
        """Those that do something."""
        return tuple(each for each in self.changes if each.action is not Action.UNCHANGED)

    def count(self, action: Action) -> int:
        """How many of the changes are of this kind."""
        return sum(each.action is action for each in self.changes)


def make_plan(definitions: list[Definition], wanted: Mapping[str, Message], server: Server) -> Plan:
    """Compare definitions with what the server has. Raises attribution_client.AttributionError.

    Only what the definitions name is read, so whatever else the server has stays as it is.
    `wanted` has, by title, what the server would make of each.
    """
    changes = [
        planned(each, wanted[each.title], server.get(each.kind, each.id)) for each in definitions
    ]
    faults = [fault for each in changes for fault in _faults(each)]
    faults += _missing_segments(definitions, server)
    # What ends goes last: if something fails before, it goes on.
    changes.sort(key=lambda each: each.action is Action.ARCHIVE)
    return Plan(tuple(changes), tuple(faults))


def planned(definition: Definition, wanted: Message, current: Message | None) -> Change:
    """What is to be done so that `current` becomes `wanted`."""
    if definition.archived:
        done = current is None or _is_archived(current)
        return Change(Action.UNCHANGED if done else Action.ARCHIVE, definition, wanted, current)
    before = definition.kind.message_type() if current is None else current
    found = differences(definition.kind, before, wanted)
    if current is None:
        return Change(Action.CREATE, definition, wanted, None, found)
    action = Action.CHANGE if found else Action.UNCHANGED
    return Change(action, definition, wanted, current, found)


def _is_archived(message: Message) -> bool:
    return "archive_time" in message.DESCRIPTOR.fields_by_name and message.HasField("archive_time")


def _faults(change: Change) -> Iterator[FileError]:
    definition = change.definition
    if change.current is None or definition.archived:
        return
    if _is_archived(change.current):
        yield definition.item.wrong(
            f"{definition.title} is archived on the server, for good: say 'archived: true', or "
            "give it another id"
        )
        return
    for each in change.fields:
        if each.top in _FIXED:
            yield definition.item.wrong(
                f"{definition.title} is {each.before} on the server and cannot become "
                f"{each.after}: give it another id"
            )


def _missing_segments(definitions: list[Definition], server: Server) -> Iterator[FileError]:
    """The segments that are named and that neither the files nor the server have."""
    known = {each.id for each in definitions if each.kind is SEGMENT}
    for each in definitions:
        for segment_id in sorted(set() if each.archived else each.named_segments - known):
            if server.get(SEGMENT, segment_id) is None:
                yield each.item.wrong(
                    f"{each.title} is about segment {segment_id!r}, which neither these files nor "
                    "the server have"
                )
            known.add(segment_id)
