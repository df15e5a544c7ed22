"""What files define, in the words of the contract, to be tested and to be applied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attribution.v1 import campaign_pb2, segment_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from attribution_service.scenarios import messages
from attribution_service.scenarios.documents import Item, read, suggestion
from attribution_service.transport import masks
from attribution_service.transport.rpcs import METHODS, Method

SCENARIOS = "scenarios"
USES = "uses"
ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things that files define.

    `name` is that of the field that holds one in requests; a file lists them under `key`.
    `settable` are the fields that callers set; the server says the others. With `can_archive` one
    may be marked as archived.
    """

    name: str
    key: str
    message_type: type[Message]
    create: Method
    update: Method
    settable: tuple[str, ...]
    can_archive: bool = False

    @property
    def id_field(self) -> str:
        """The field that holds the id."""
        return f"{self.name}_id"

    def create_request(self, message: Message) -> Message:
        """The request that creates one."""
        return self.create.request_type(**{self.name: message})

    def update_request(self, message: Message, mask: Sequence[str]) -> Message:
        """The request that changes these fields of one."""
        return self.update.request_type(
            **{self.name: message, "update_mask": FieldMask(paths=mask)}
        )


def _method(name: str) -> Method:
    return next(method for method in METHODS if method.name == name)


SEGMENT = Kind(
    "segment",
    "segments",
    segment_pb2.Segment,
    _method("CreateSegment"),
    _method("UpdateSegment"),
    ("segment_id", *masks.MUTABLE_OF_SEGMENT),
)
CAMPAIGN = Kind(
    "campaign",
    "campaigns",
    campaign_pb2.Campaign,
    _method("CreateCampaign"),
    _method("UpdateCampaign"),
    ("campaign_id", "kind", *masks.MUTABLE),
    can_archive=True,
)
# In the order in which they can be created: what comes later may name what comes before.
KINDS = (SEGMENT, CAMPAIGN)
DEFINING_KEYS = frozenset(kind.key for kind in KINDS)
FILE_KEYS = (USES, *(kind.key for kind in KINDS), SCENARIOS)


@dataclass(frozen=True, slots=True)
class Definition:
    """A thing that a file defines: its message, without what the server says of it."""

    kind: Kind
    item: Item
    message: Message
    archived: bool = False

    @property
    def id(self) -> str:
        """The id."""
        return str(getattr(self.message, self.kind.id_field))

    @property
    def named_segments(self) -> frozenset[str]:
        """Ids of the segments that must exist before it."""
        if not isinstance(self.message, campaign_pb2.Campaign):
            return frozenset()
        return segments_of(self.message)

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"{self.kind.name} {self.id!r}"


def segments_of(campaign: campaign_pb2.Campaign) -> frozenset[str]:
    """Ids of the segments that a campaign's trigger or goal is about."""
    trigger, goal = campaign.trigger, campaign.goal
    told = {
        *trigger.any_segment.segment_ids,
        *trigger.all_segments.segment_ids,
        goal.enters_segment.segment_id,
        goal.leaves_segment.segment_id,
    }
    return frozenset(told - {""})


def defined_in(fields: Mapping[str, Item]) -> Iterator[tuple[Kind, Item]]:
    """Where the file with these fields defines something. Raises FileError."""
    for kind in KINDS:
        if kind.key in fields:
            for item in fields[kind.key].items(kind.key):
                yield kind, item


def definition(kind: Kind, item: Item) -> Definition:
    """What is defined at `item`. Raises FileError."""
    descriptor: Any = kind.message_type.DESCRIPTOR  # its stubs disagree about the type
    archived = False
    if kind.can_archive:
        archived = _flag(item.fields(descriptor.name).get(ARCHIVED))
        item = item.without(ARCHIVED)
    for field, value in messages.named_fields(item, descriptor):
        if field.name not in kind.settable:
            meant = suggestion(field.name, kind.settable)
            raise value.key.wrong(f"{field.name!r} is the server's to say{meant}")
    return Definition(kind, item, messages.message(item, kind.message_type, 0), archived)


def _flag(item: Item | None) -> bool:
    value = False if item is None else item.scalar(ARCHIVED)
    if item is not None and not isinstance(value, bool):
        raise item.wrong(f"{ARCHIVED} must be true or false")
    return bool(value)


def given(path: Path, fields: Mapping[str, Item]) -> tuple[Definition, ...]:
    """What exists when a scenario of this file begins: what it and the files it uses define.

    Raises FileError.
    """
    found: dict[tuple[str, str], Definition] = {}
    for kind, item in _with_used(fields, {path.resolve()}):
        new = definition(kind, item)
        other = found.setdefault((kind.name, new.id), new)
        if other is not new:
            raise item.wrong(f"the {new.title} stands at {other.item.place}, too")
    in_order = sorted(found.values(), key=lambda each: KINDS.index(each.kind))
    return tuple(each for each in in_order if not each.archived)


def _with_used(fields: Mapping[str, Item], seen: set[Path]) -> Iterator[tuple[Kind, Item]]:
    for path in used(fields):
        if path.resolve() not in seen:
            seen.add(path.resolve())
            yield from _with_used(read(path).known_fields("the file", FILE_KEYS), seen)
    yield from defined_in(fields)


def used(fields: Mapping[str, Item]) -> list[Path]:
    """The files that the file with these fields names as used. Raises FileError."""
    if USES not in fields:
        return []
    named = fields[USES].items(USES)
    paths = [item.path.parent / item.text("a file that is used") for item in named]
    for item, path in zip(named, paths, strict=True):
        if not path.is_file():
            raise item.wrong(f"there is no file {str(path)!r}")
    return paths
