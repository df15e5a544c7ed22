"""Definitions tried on a core of our own, so that the server gets only what it will take."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from attribution.v1 import campaign_pb2, segment_pb2
from google.protobuf.message import Message

from attribution_service.apply.plan import Action, Change, Plan
from attribution_service.core.refusals import Reason
from attribution_service.scenarios.definitions import SEGMENT, Definition, segments_of
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
    known = {each.id for each in definitions if each.kind is SEGMENT}
    # Those may be on the server alone: whether they are is seen when it is asked.
    _create_segments(core, {name for each in definitions for name in each.named_segments} - known)
    made: dict[str, Message] = {}
    wrong: list[FileError] = []
    for each in definitions:
        try:
            response = core.call(each.kind.create, each.kind.create_request(each.message), 0)
            made[each.title] = getattr(response, each.kind.name)
        except CallError as error:
            wrong += _faults(each, error)
    return made, wrong


def refused_changes(plan: Plan) -> list[FileError]:
    """What the server would refuse to change of what it has, such as the goal of a newsletter."""
    found: list[FileError] = []
    for change in plan.changes:
        if change.action is Action.CHANGE and change.current is not None:
            found += _refused(change, change.current)
    return found


def _refused(change: Change, current: Message) -> Iterator[FileError]:
    core, kind = CoreTarget(), change.definition.kind
    campaigns = [
        each for each in (current, change.wanted) if isinstance(each, campaign_pb2.Campaign)
    ]
    _create_segments(core, {name for each in campaigns for name in segments_of(each)})
    try:
        core.call(kind.create, kind.create_request(current), 0)
    except CallError:
        return  # what the server has is beyond us: it will say itself what it takes
    try:
        core.call(kind.update, kind.update_request(change.definition.message, change.mask), 0)
    except CallError as error:
        yield change.definition.item.wrong(error.message)


def _create_segments(core: CoreTarget, ids: Iterable[str]) -> None:
    for segment_id in sorted(ids):
        request = SEGMENT.create_request(segment_pb2.Segment(segment_id=segment_id))
        core.call(SEGMENT.create, request, 0)


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
