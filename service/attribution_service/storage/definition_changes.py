"""What other servers changed of campaigns and segments, read from what they noted of it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Table

from attribution_service.core.answers import CampaignChange, DefinitionChange
from attribution_service.storage import rows, tables
from attribution_service.storage.dialect import Key

Columns = tuple[Column[Any], ...]
LookUp = Callable[[Table, Columns, Iterable[Key]], Iterable[rows.Row]]


def changes_of(noted: Sequence[rows.Row], look_up: LookUp) -> list[DefinitionChange]:
    """What was changed, as it is now: every new revision, or else the current one; segments."""
    campaign_ids = {row["campaign_id"] for row in noted if row["campaign_id"]}
    segment_ids = {row["segment_id"] for row in noted if row["segment_id"]}
    campaigns, revisions, segments = tables.campaigns, tables.campaign_revisions, tables.segments
    stored = list(look_up(campaigns, (campaigns.c.campaign_id,), _alone(campaign_ids)))
    numbers: set[Key] = {(row["campaign_id"], row["revision"]) for row in stored}
    numbers |= {(row["campaign_id"], row["revision"]) for row in noted if row["revision"]}
    columns = (revisions.c.campaign_id, revisions.c.revision)
    by_number = {
        (row["campaign_id"], row["revision"]): rows.revision(row)
        for row in look_up(revisions, columns, numbers)
    }
    current = {
        row["campaign_id"]: rows.campaign(row, by_number[row["campaign_id"], row["revision"]])
        for row in stored
    }
    found: list[DefinitionChange] = [
        CampaignChange(current[key[0]], by_number[key])
        for key in sorted(by_number)  # databases join in an order of their own
    ]
    of_segments = look_up(segments, (segments.c.segment_id,), _alone(segment_ids))
    return [*found, *map(rows.segment, of_segments)]


def _alone(ids: Iterable[str]) -> set[Key]:
    return {(each,) for each in ids}
