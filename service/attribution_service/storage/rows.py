"""Records of the core to rows of the tables and back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from attribution_service.core.answers import PersonChange
from attribution_service.core.marks import marks_of
from attribution_service.core.model import (
    Achievement,
    Barred,
    Basis,
    Campaign,
    CampaignKind,
    Candidate,
    Channel,
    Conversion,
    Delivery,
    DeliveryStatus,
    EntersSegment,
    ExitPolicy,
    ExitReason,
    Goal,
    Interaction,
    InteractionKind,
    Journey,
    JourneyState,
    LeavesSegment,
    Match,
    Membership,
    MembershipChange,
    Move,
    PerformsEvent,
    Person,
    Receipt,
    ReceiptKind,
    Revision,
    Seen,
    SeenValue,
    Segment,
    SegmentTrigger,
)
from attribution_service.core.properties import Properties
from attribution_service.storage import tables
from attribution_service.storage.interface import bucket_of

# `dumps` with such settings would make it anew for each value.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Row = dict[str, Any]
Key = tuple[int | str, ...]
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def table_of(change: PersonChange) -> Table:
    """The table that a record belongs to."""
    return _TABLES[type(change)]


_TABLES: Mapping[type, Table] = {
    Journey: tables.journeys,
    Delivery: tables.deliveries,
    Interaction: tables.interactions,
    Receipt: tables.receipts,
    Conversion: tables.conversions,
    Person: tables.people,
    Membership: tables.memberships,
}


def key_of(table: Table, row: Row) -> Key:
    """The primary key of a row of a person's."""
    return _KEYS[table](row)


_KEYS: Mapping[Table, Callable[[Row], Key]] = {
    table: itemgetter(*(column.name for column in table.primary_key)) for table in tables.OF_PEOPLE
}


def to_row(record: PersonChange) -> Row:
    """The row of a person's record, its bucket included."""
    names, pick, as_text = _WRITTEN[type(record)]
    row: Row = dict(zip(names, pick(record), strict=True))
    row["bucket"] = bucket_of(record.person_id)
    for name in as_text:
        # Drivers take a text at once, and long to find out that a member of an enum is one.
        if row[name] is not None:
            row[name] = str(row[name])
    match record:
        case Receipt():
            row["properties"] = record.properties.text
            # Most events achieve nothing.
            achieved = record.achieved_journeys
            row["achieved_journeys"] = _json(achieved) if achieved else "[]"
        case Journey():
            row["trigger_properties"] = record.trigger_properties.text
        case Delivery():
            row["marks"] = int(marks_of(record))
        case Person():
            row["attributes"] = record.attributes.text
        case Conversion():
            row["candidates"] = _json([_fields(item) for item in record.candidates])
            credited = record.candidates[-1]  # C14: the last touch stands last
            row |= {name: getattr(credited, name) for name in _CREDITED_COLUMNS}
            row["channel"] = str(credited.channel)
            row["segment_id"], row["segment_change"] = record.move or (None, None)
            row["seen"] = None if record.seen is None else _seen_text(record.seen)
        case _:
            pass
    return row


def _fields(candidate: Candidate) -> Row:
    # `asdict` takes ten times as long: it copies what is inside.
    return {name: getattr(candidate, name) for name in Candidate.__slots__}


_CONVERSION_COLUMNS = tuple(
    name for name in Conversion.__slots__ if name not in ("candidates", "move", "seen")
)
_CREDITED_COLUMNS = ("action_id", "channel", "sent_us")


def _written(
    names: Sequence[str], *as_text: str
) -> tuple[Sequence[str], Callable[[Any], tuple[Any, ...]], Sequence[str]]:
    return names, attrgetter(*names), as_text


# Of each record: what stands in columns of its name, how to get it, and which of it are enums.
_WRITTEN: Mapping[type, tuple[Sequence[str], Callable[[Any], tuple[Any, ...]], Sequence[str]]] = {
    Journey: _written(Journey.__slots__, "state", "exit_reason", "barred"),
    Delivery: _written(Delivery.__slots__, "channel", "status"),
    Interaction: _written(Interaction.__slots__, "kind"),
    Receipt: _written(Receipt.__slots__, "kind"),
    Conversion: _written(_CONVERSION_COLUMNS, "basis"),
    Person: _written(Person.__slots__),
    Membership: _written(Membership.__slots__),
}


class Reader(Generic[T]):
    """Makes the records of a table's rows.

    Fields stand in the columns of their names; those of `converted` go through it, but for NULL.
    """

    def __init__(
        self,
        record: Callable[..., T],
        fields: Sequence[str],
        table: Table,
        converted: Mapping[str, Callable[[Any], object]],
    ) -> None:
        self._record = record
        self._names = [column.name for column in table.c]
        self._pick = itemgetter(*map(self._names.index, fields))
        self._converted = [(fields.index(field), convert) for field, convert in converted.items()]

    def __call__(self, row: Sequence[Any]) -> T:
        """The record of a row that holds all columns in their order."""
        values = list(self._pick(row))
        for position, convert in self._converted:
            value = values[position]
            if value is not None:
                values[position] = convert(value)
        return self._record(*values)

    def named(self, row: Row) -> T:
        """The record of a row that holds at least all columns, by their names."""
        return self([row[name] for name in self._names])


def _by_name(members: type[E]) -> Callable[[str], E]:
    # Much faster than to call the enum.
    return {member.value: member for member in members}.__getitem__


def _properties(text: str) -> Properties:
    return Properties(text=text)


def _achieved(text: str) -> tuple[str, ...]:
    # Most events achieve nothing.
    return () if text == "[]" else tuple(json.loads(text))


read_journey = Reader(
    Journey,
    Journey.__slots__,
    tables.journeys,
    {
        "trigger_properties": _properties,
        "state": _by_name(JourneyState),
        "exit_reason": _by_name(ExitReason),
        "barred": _by_name(Barred),
    },
)
read_delivery = Reader(
    Delivery,
    Delivery.__slots__,
    tables.deliveries,
    {"channel": _by_name(Channel), "status": _by_name(DeliveryStatus), "can_convert": bool},
)
read_interaction = Reader(
    Interaction,
    Interaction.__slots__,
    tables.interactions,
    {"kind": _by_name(InteractionKind), "machine": bool, "untracked": bool},
)
read_receipt = Reader(
    Receipt,
    Receipt.__slots__,
    tables.receipts,
    {
        "properties": _properties,
        "achieved_journeys": _achieved,
        "kind": _by_name(ReceiptKind),
    },
)
read_person = Reader(Person, Person.__slots__, tables.people, {"attributes": _properties})
read_membership = Reader(Membership, Membership.__slots__, tables.memberships, {})
journey = read_journey.named
delivery = read_delivery.named
interaction = read_interaction.named
receipt = read_receipt.named
person = read_person.named
membership = read_membership.named


def conversion(row: Row) -> Conversion:
    """The conversion of a row."""
    fields: Row = {name: row[name] for name in _CONVERSION_COLUMNS}
    fields["basis"] = Basis(row["basis"])
    fields["candidates"] = tuple(
        Candidate(**{**item, "channel": Channel(item["channel"])})
        for item in json.loads(row["candidates"])
    )
    segment_id, change = row["segment_id"], row["segment_change"]
    fields["move"] = None if segment_id is None else Move(segment_id, MembershipChange(change))
    fields["seen"] = None if row["seen"] is None else _seen(row["seen"])
    return Conversion(**fields)


def _seen_text(seen: Seen) -> str:
    """Of each value its path, what was there if anything, and 1 if cut; null at the end: more."""
    entries: list[list[object] | None] = [_seen_entry(value) for value in seen.values]
    return _json([*entries, None] if seen.cut else entries)


def _seen_entry(value: SeenValue) -> list[object]:
    if value.absent:
        return [value.path]
    return [value.path, value.value, 1] if value.cut else [value.path, value.value]


def _seen(text: str) -> Seen:
    entries = json.loads(text)
    values = tuple(
        SeenValue(entry[0], absent=True)
        if len(entry) == 1
        else SeenValue(entry[0], entry[1], cut=entry[2:] == [1])
        for entry in entries
        if entry is not None
    )
    return Seen(values, cut=None in entries)


def segment_row(segment: Segment) -> Row:
    """The row of a segment."""
    return asdict(segment)


def segment(row: Row) -> Segment:
    """The segment of a row."""
    return Segment(**row)


def campaign_row(campaign: Campaign) -> Row:
    """The row of a campaign."""
    return {
        "campaign_id": campaign.campaign_id,
        "display_name": campaign.display_name,
        "kind": campaign.kind,
        "revision": campaign.current.number,
        "version": campaign.version,
        "create_us": campaign.create_us,
        "update_us": campaign.update_us,
        "archive_us": campaign.archive_us,
    }


def campaign(row: Row, current: Revision) -> Campaign:
    """The campaign of a row, with its current revision."""
    fields = {name: value for name, value in row.items() if name != "revision"}
    return Campaign(**{**fields, "kind": CampaignKind(row["kind"])}, current=current)


def revision_row(revision: Revision) -> Row:
    """The row of a revision."""
    return {
        "campaign_id": revision.campaign_id,
        "revision": revision.number,
        "trigger_event_name": revision.trigger_event_name,
        "goal": None if revision.goal is None else _json(_goal_fields(revision.goal)),
        "exit_policy": revision.exit_policy,
        "webhook_action_ids": _json(revision.webhook_action_ids),
        "create_us": revision.create_us,
        "trigger_segments": None
        if revision.trigger_segments is None
        else _json(asdict(revision.trigger_segments)),
        "audience_filter": revision.audience_filter,
    }


def revision(row: Row) -> Revision:
    """The revision of a row."""
    return Revision(
        campaign_id=row["campaign_id"],
        number=row["revision"],
        trigger_event_name=row["trigger_event_name"],
        goal=None if row["goal"] is None else _goal(json.loads(row["goal"])),
        exit_policy=ExitPolicy(row["exit_policy"]),
        webhook_action_ids=tuple(json.loads(row["webhook_action_ids"])),
        create_us=row["create_us"],
        trigger_segments=_segment_trigger(row["trigger_segments"]),
        audience_filter=row["audience_filter"],
    )


def _segment_trigger(text: str | None) -> SegmentTrigger | None:
    if text is None:
        return None
    fields = json.loads(text)
    return SegmentTrigger(Match(fields["match"]), tuple(fields["segment_ids"]))


def _goal_fields(goal: Goal) -> Row:
    """A goal as one flat object: the first schema's goals on events have this form too."""
    fields = asdict(goal)
    del fields["achievement"]
    match goal.achievement:
        case PerformsEvent(event_name, text):
            return {"event_name": event_name, "filter": text, **fields}
        case EntersSegment(segment_id):
            return {"enters_segment": segment_id, **fields}
        case LeavesSegment(segment_id):
            return {"leaves_segment": segment_id, **fields}


def name_in_goal(event_name: str) -> str:
    """What stands in the column of a goal if it is about events of this name, and only then."""
    return _json({"event_name": event_name})[1:-1]


def _goal(fields: Row) -> Goal:
    return Goal(
        _achievement(fields),
        window_us=fields["window_us"],
        basis=Basis(fields["basis"]),
        value=fields["value"],
        count_machine_interactions=fields["count_machine_interactions"],
    )


def _achievement(fields: Row) -> Achievement:
    if "enters_segment" in fields:
        return EntersSegment(fields["enters_segment"])
    if "leaves_segment" in fields:
        return LeavesSegment(fields["leaves_segment"])
    return PerformsEvent(fields["event_name"], fields["filter"])
