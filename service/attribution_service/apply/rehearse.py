"""Definitions tried on a core of our own, so that the server gets only what it will take."""

import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from attribution_service.core.refusals import Reason
from attribution_service.scenarios.definitions import Definition
from attribution_service.scenarios.documents import FileError, Item
from attribution_service.scenarios.messages import named_fields
from attribution_service.scenarios.targets import CallError, CoreTarget

_POSITION = re.compile(r"\[\d+\]")


def rehearse(definitions: list[Definition]) -> tuple[dict[str, Message], list[FileError]]:
    """What the server would make of each, defaults filled in, and what it would refuse.

    The messages are by the title of their definition. What is wrong with the text of rules is left
    out: lint tells that.
    """
    core = CoreTarget()
    made: dict[str, Message] = {}
    wrong: list[FileError] = []
    for each in definitions:
        try:
            made[each.title] = _create(each, core)
        except CallError as error:
            wrong += _faults(each, error)
    return made, wrong


def _create(each: Definition, core: CoreTarget) -> Message:
    response = core.call(each.kind.create, each.kind.create_request(each.message), 0)
    created: Message = getattr(response, each.kind.name)
    return created


def _faults(each: Definition, error: CallError) -> Iterator[FileError]:
    for violation in error.violations:
        if violation.reason is not Reason.RULE_INVALID:
            yield _place(each, violation.field).wrong(f"{violation.field}: {violation.description}")
    if not error.violations:
        yield each.item.wrong(error.message)


def _place(each: Definition, path: str) -> Item:
    """Where the field stands, or what of the way to it there is."""
    item, descriptor = each.item, each.kind.message_type.DESCRIPTOR
    for name in _POSITION.sub("", path).split(".")[1:]:
        found = _field(item, descriptor, name)
        if found is None:
            break
        item, descriptor = found
    return item


def _field(item: Item, descriptor: Any, name: str) -> tuple[Item, Any] | None:
    if descriptor is None or not item.is_mapping:
        return None
    for field, value in named_fields(item, descriptor):
        if field.name == name:
            return value, field.message_type
    return None
