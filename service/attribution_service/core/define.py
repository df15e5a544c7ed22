"""The entrance for campaigns and segments: a command about one, and what it is then."""

from attribution_service.core import definitions, segments
from attribution_service.core.answers import CampaignAnswer, DefinitionChange, SegmentAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    ArchiveCampaign,
    CreateCampaign,
    CreateSegment,
    DefinitionCommand,
    DeleteSegment,
    UpdateCampaign,
    UpdateSegment,
)
from attribution_service.core.model import Segment
from attribution_service.core.rules import RuleBook

Defined = tuple[DefinitionChange | None, CampaignAnswer | SegmentAnswer]


def define(command: DefinitionCommand, catalog: Catalog, rules: RuleBook, now_us: int) -> Defined:
    """The change to store, None if it makes no difference, and the answer; raises Refusal."""
    match command:
        case CreateCampaign():
            return _changed(definitions.create(command, catalog, rules, now_us))
        case UpdateCampaign():
            change = definitions.update(command, catalog, rules, now_us)
        case ArchiveCampaign():
            change = definitions.archive(command, catalog, now_us)
        case CreateSegment():
            return _changed(segments.create(command, catalog, rules, now_us))
        case UpdateSegment():
            segment = segments.update(command, catalog, rules, now_us)
            return _changed(segment) if segment else _same_segment(command.segment_id, catalog)
        case DeleteSegment():
            return _changed(segments.delete(command, catalog, now_us))
    return _changed(change) if change else _same_campaign(command.campaign_id, catalog)


def _changed(change: DefinitionChange) -> Defined:
    if isinstance(change, Segment):
        return change, SegmentAnswer(change)
    return change, CampaignAnswer(change.campaign)


def _same_campaign(campaign_id: str, catalog: Catalog) -> Defined:
    campaign = catalog.campaign(campaign_id)
    if campaign is None:
        raise LookupError("an update that changes nothing is of a campaign that exists")
    return None, CampaignAnswer(campaign)


def _same_segment(segment_id: str, catalog: Catalog) -> Defined:
    segment = catalog.segment(segment_id)
    if segment is None:
        raise LookupError("an update that changes nothing is of a segment that exists")
    return None, SegmentAnswer(segment)
