"""Creating, changing and deleting segments."""

from dataclasses import replace

from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    CreateSegment,
    DeleteSegment,
    SegmentDefinition,
    UpdateSegment,
)
from attribution_service.core.model import MembershipChange, Move, Segment
from attribution_service.core.refusals import Reason, Refusal, not_found, shown, taken
from attribution_service.core.rules import RuleBook, Use

MAX_SEGMENTS = 1_000
_FIELD = "segment.segment_id"


def create(command: CreateSegment, catalog: Catalog, rules: RuleBook, now_us: int) -> Segment:
    """A new segment; raises Refusal."""
    wanted = command.definition
    if catalog.segment(wanted.segment_id) is not None:
        raise taken(Reason.SEGMENT_ALREADY_EXISTS, _FIELD, wanted.segment_id, "exists already")
    if len(catalog.segments()) >= MAX_SEGMENTS:
        raise Refusal(
            Reason.LIMIT_REACHED,
            f"there are {MAX_SEGMENTS} segments, as many as there may be",
            {"limit": str(MAX_SEGMENTS)},
        )
    _check(wanted, rules)
    deleted = catalog.last_segment(wanted.segment_id)
    version = deleted.version + 1 if deleted is not None else 1
    return Segment(
        segment_id=wanted.segment_id,
        display_name=wanted.display_name,
        rule=wanted.rule,
        incarnation=version,
        version=version,
        create_us=now_us,
        update_us=now_us,
    )


def update(
    command: UpdateSegment, catalog: Catalog, rules: RuleBook, now_us: int
) -> Segment | None:
    """The segment after a change, None if it changes nothing; raises Refusal.

    With the rule its members change; nobody enters or leaves by that (G9).
    """
    segment = _known(command.segment_id, command.etag, catalog, _FIELD)
    before = definition_of(segment)
    wanted = command.change(before)
    if wanted == before:
        return None
    if bool(wanted.rule) is not bool(before.rule):
        what = "has a rule, which cannot be taken" if before.rule else "has no rule, and gets none"
        raise Refusal(
            Reason.SEGMENT_KIND_FIXED,
            f"segment {shown(segment.segment_id)} {what}: create another segment",
            {"segment_id": segment.segment_id},
        )
    _check(wanted, rules)
    return replace(
        segment,
        display_name=wanted.display_name,
        rule=wanted.rule,
        version=segment.version + 1,
        update_us=now_us,
    )


def delete(command: DeleteSegment, catalog: Catalog, now_us: int) -> Segment:
    """The segment as deleted; raises Refusal while a campaign is about it."""
    segment = _known(command.segment_id, command.etag, catalog, "segment_id")
    user = _user(segment.segment_id, catalog)
    if user is not None:
        campaign_id, how = user
        raise Refusal(
            Reason.SEGMENT_IN_USE,
            f"segment {shown(segment.segment_id)} is in use: "
            f"campaign {shown(campaign_id)} has it in {how}",
            {"segment_id": segment.segment_id, "campaign_id": campaign_id},
        )
    return replace(segment, deleted=True, version=segment.version + 1, update_us=now_us)


def definition_of(segment: Segment) -> SegmentDefinition:
    """What a caller has said of the segment."""
    return SegmentDefinition(segment.segment_id, segment.display_name, segment.rule)


def _known(segment_id: str, etag: str, catalog: Catalog, field: str) -> Segment:
    segment = catalog.segment(segment_id)
    if segment is None:
        raise not_found(Reason.SEGMENT_NOT_FOUND, field, segment_id)
    if etag and etag != segment.etag:
        raise Refusal(
            Reason.ETAG_MISMATCH,
            "the segment was changed since this etag was read: read it again",
            {"etag": segment.etag},
        )
    return segment


def _check(wanted: SegmentDefinition, rules: RuleBook) -> None:
    if wanted.rule:
        rules.check(wanted.rule, Use.SEGMENT, field="segment.rule")


def _user(segment_id: str, catalog: Catalog) -> tuple[str, str] | None:
    """A campaign that needs the segment, and what for."""
    # Goals of earlier revisions too: a journey may still be judged by one (G8).
    for change in MembershipChange:
        watching = catalog.watching(Move(segment_id, change))
        if watching:
            campaign_id = min(watching)
            return campaign_id, f"the goal of its revision {min(watching[campaign_id])}"
    campaign = catalog.triggered_by(segment_id)
    return None if campaign is None else (campaign.campaign_id, "its trigger")
