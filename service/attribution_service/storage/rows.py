"""Records of the core to rows of the tables and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table

from attribution_service.core.answers import PersonChange
from attribution_service.core.marks import marks_of
from attribution_service.core.model import (
    Basis,
    Campaign,
    CampaignKind,
    Candidate,
    Channel,
    Conversion,
    Delivery,
    DeliveryStatus,
    ExitPolicy,
    ExitReason,
    Goal,
    Interaction,
    InteractionKind,
    Journey,
    JourneyState,
    Receipt,
    Revision,
)
from attribution_service.core.properties import Properties
from attribution_service.storage import tables

Row = dict[str, Any]


def table_of(change: PersonChange) -> Table:
    """The table that a record belongs to."""
    return _TABLES[type(change)]


_TABLES: Mapping[type, Table] = {
    Journey: tables.journeys,
    Delivery: tables.deliveries,
    Interaction: tables.interactions,
    Receipt: tables.receipts,
    Conversion: tables.conversions,
}


def to_row(record: PersonChange) -> Row:
    """The row of a person's record, its bucket included."""
    row: Row = {"bucket": tables.bucket_of(record.person_id)}
    match record:
        case Conversion():
            row |= {name: getattr(record, name) for name in _CONVERSION_COLUMNS}
            row["candidates"] = _json([asdict(item) for item in record.candidates])
            credited = record.candidates[-1]  # C14: the last touch stands last
            row |= {name: getattr(credited, name) for name in _CREDITED_COLUMNS}
        case Receipt():
            row |= {name: getattr(record, name) for name in _RECEIPT_COLUMNS}
            row["properties"] = record.properties.text
            row["achieved_journeys"] = _json(record.achieved_journeys)
        case Journey():
            row |= {name: getattr(record, name) for name in _JOURNEY_COLUMNS}
            row["trigger_properties"] = record.trigger_properties.text
        case Delivery():
            row |= {name: getattr(record, name) for name in Delivery.__slots__}
            row["marks"] = int(marks_of(record))
        case _:
            row |= {name: getattr(record, name) for name in type(record).__slots__}
    return row


_CONVERSION_COLUMNS = tuple(name for name in Conversion.__slots__ if name != "candidates")
_CREDITED_COLUMNS = ("action_id", "channel", "sent_us")
_RECEIPT_COLUMNS = ("person_id", "event_id", "name", "occurred_us", "arrival_us")
_JOURNEY_COLUMNS = tuple(name for name in Journey.__slots__ if name != "trigger_properties")


def journey(row: Row) -> Journey:
    """The journey of a row."""
    fields = _without_bucket(row)
    fields["trigger_properties"] = Properties(text=row["trigger_properties"])
    fields["state"] = JourneyState(row["state"])
    fields["exit_reason"] = ExitReason(row["exit_reason"]) if row["exit_reason"] else None
    return Journey(**fields)


def delivery(row: Row) -> Delivery:
    """The delivery of a row."""
    fields = _without_bucket(row)
    fields["channel"] = Channel(row["channel"])
    fields["status"] = DeliveryStatus(row["status"])
    del fields["marks"]
    return Delivery(**fields)


def interaction(row: Row) -> Interaction:
    """The interaction of a row."""
    fields = _without_bucket(row)
    fields["kind"] = InteractionKind(row["kind"])
    return Interaction(**fields)


def receipt(row: Row) -> Receipt:
    """The receipt of a row."""
    fields = _without_bucket(row)
    fields["properties"] = Properties(text=row["properties"])
    fields["achieved_journeys"] = tuple(json.loads(row["achieved_journeys"]))
    return Receipt(**fields)


def conversion(row: Row) -> Conversion:
    """The conversion of a row."""
    fields: Row = {name: row[name] for name in _CONVERSION_COLUMNS}
    fields["basis"] = Basis(row["basis"])
    fields["candidates"] = tuple(
        Candidate(**{**item, "channel": Channel(item["channel"])})
        for item in json.loads(row["candidates"])
    )
    return Conversion(**fields)


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
        "goal": None if revision.goal is None else _json(asdict(revision.goal)),
        "exit_policy": revision.exit_policy,
        "webhook_action_ids": _json(revision.webhook_action_ids),
        "create_us": revision.create_us,
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
    )


def _goal(fields: Row) -> Goal:
    return Goal(**{**fields, "basis": Basis(fields["basis"])})


def _without_bucket(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "bucket"}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
