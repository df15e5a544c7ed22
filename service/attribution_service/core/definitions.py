"""Creating and changing campaigns: what a definition must hold, and when it makes a revision."""

from collections.abc import Iterator
from dataclasses import replace

from attribution_service.core.answers import CampaignChange
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    ArchiveCampaign,
    CreateCampaign,
    Definition,
    UpdateCampaign,
)
from attribution_service.core.model import (
    Campaign,
    CampaignKind,
    EntersSegment,
    ExitPolicy,
    Goal,
    Match,
    Revision,
)
from attribution_service.core.refusals import Reason, Refusal, invalid, not_found, shown, taken
from attribution_service.core.rules import RuleBook, Use

MICROSECONDS_PER_DAY = 86_400_000_000
MAX_WINDOW_US = 90 * MICROSECONDS_PER_DAY
MAX_CAMPAIGNS = 100_000
MAX_REVISIONS = 10_000


def create(
    command: CreateCampaign, catalog: Catalog, rules: RuleBook, now_us: int
) -> CampaignChange:
    """The first revision of a new campaign; raises Refusal."""
    wanted = command.definition
    if catalog.campaign(wanted.campaign_id) is not None:
        raise taken(
            Reason.CAMPAIGN_ALREADY_EXISTS,
            "campaign.campaign_id",
            wanted.campaign_id,
            "exists already",
        )
    if len(catalog) >= MAX_CAMPAIGNS:
        raise _limit(f"there are {MAX_CAMPAIGNS} campaigns, as many as there may be", MAX_CAMPAIGNS)
    check(wanted, catalog, rules)
    revision = _revision(wanted, 1, now_us)
    campaign = Campaign(
        campaign_id=wanted.campaign_id,
        display_name=wanted.display_name,
        kind=wanted.kind,
        current=revision,
        version=1,
        create_us=now_us,
        update_us=now_us,
    )
    return CampaignChange(campaign, revision)


def update(
    command: UpdateCampaign, catalog: Catalog, rules: RuleBook, now_us: int
) -> CampaignChange | None:
    """The campaign after a change, None if it changes nothing; raises Refusal.

    A new revision is made only if what judges has changed (G6).
    """
    campaign = _known(command.campaign_id, command.etag, catalog, "campaign.campaign_id")
    before = definition_of(campaign)
    wanted = command.change(before)
    if wanted == before:
        return None
    if replace(wanted, display_name=before.display_name) != before:
        _check_goal_is_fixed(wanted, before)
        check(wanted, catalog, rules)
    revision = _next_revision(campaign, wanted, now_us)
    changed = replace(
        campaign,
        display_name=wanted.display_name,
        current=revision or campaign.current,
        version=campaign.version + 1,
        update_us=now_us,
    )
    return CampaignChange(changed, revision)


def archive(command: ArchiveCampaign, catalog: Catalog, now_us: int) -> CampaignChange | None:
    """The campaign as archived, None if it was before; raises Refusal."""
    campaign = _known(command.campaign_id, command.etag, catalog, "campaign_id")
    if campaign.archive_us is not None:
        return None
    archived = replace(campaign, version=campaign.version + 1, update_us=now_us, archive_us=now_us)
    return CampaignChange(archived, None)


def _known(campaign_id: str, etag: str, catalog: Catalog, field: str) -> Campaign:
    campaign = catalog.campaign(campaign_id)
    if campaign is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, field, campaign_id)
    if etag and etag != campaign.etag:
        raise Refusal(
            Reason.ETAG_MISMATCH,
            "the campaign was changed since this etag was read: read it again",
            {"etag": campaign.etag},
        )
    return campaign


def definition_of(campaign: Campaign) -> Definition:
    """What a caller has said of the campaign."""
    current = campaign.current
    return Definition(
        campaign_id=campaign.campaign_id,
        display_name=campaign.display_name,
        kind=campaign.kind,
        trigger_event_name=current.trigger_event_name,
        goal=current.goal,
        exit_policy=current.exit_policy,
        webhook_action_ids=current.webhook_action_ids,
        trigger_segments=current.trigger_segments,
        audience_filter=current.audience_filter,
    )


def check(wanted: Definition, catalog: Catalog, rules: RuleBook) -> None:
    """Refuse a definition that cannot work as a whole (G1, G2, G4, G5, G6, X1)."""
    if wanted.kind is CampaignKind.NEWSLETTER:
        _check_newsletter(wanted)
    has_trigger = wanted.trigger_event_name is not None
    if wanted.audience_filter:
        field = "campaign.audience_filter"
        text, use = wanted.audience_filter, Use.AUDIENCE_FILTER
        rules.check(text, use, has_trigger=has_trigger, field=field)
    if wanted.goal is not None:
        check_goal(wanted.goal, rules, has_trigger=has_trigger, field="campaign.goal")
    elif wanted.exit_policy.looks_at_goal:
        raise invalid(
            "campaign.exit_policy",
            Reason.GOAL_REQUIRED,
            f"{wanted.exit_policy} looks at the goal, and the campaign has none: "
            "set campaign.goal or another policy",
        )
    for field, segment_id in _segments(wanted):
        if catalog.segment(segment_id) is None:
            raise not_found(Reason.SEGMENT_NOT_FOUND, f"{field}.segment_id", segment_id)


def _check_newsletter(wanted: Definition) -> None:
    """Refuse what only a campaign with journeys can have."""
    not_for = {
        "trigger": wanted.trigger_event_name is not None or wanted.trigger_segments is not None,
        "audience_filter": bool(wanted.audience_filter),
        "exit_policy": wanted.exit_policy is not ExitPolicy.NEVER,
    }
    for name, is_set in not_for.items():
        if is_set:
            raise invalid(
                f"campaign.{name}",
                Reason.FIELD_INVALID,
                "does not go with a newsletter, in which nobody makes a journey: leave it out",
            )


def _check_goal_is_fixed(wanted: Definition, before: Definition) -> None:
    if before.kind is CampaignKind.NEWSLETTER and wanted.goal != before.goal:  # G7
        raise Refusal(
            Reason.GOAL_FIXED,
            f"the goal of newsletter {shown(before.campaign_id)} was fixed when it was created",
            {"campaign_id": before.campaign_id},
        )


def _segments(wanted: Definition) -> Iterator[tuple[str, str]]:
    """The segments that trigger and goal are about, each with the field that names it."""
    trigger, goal = wanted.trigger_segments, wanted.goal
    if trigger is not None:
        source = "any_segment" if trigger.match is Match.ANY else "all_segments"
        yield from ((f"campaign.trigger.{source}", each) for each in trigger.segment_ids)
    if goal is not None and goal.move is not None:
        kind = "enters" if isinstance(goal.achievement, EntersSegment) else "leaves"
        yield f"campaign.goal.{kind}_segment", goal.move.segment_id


def check_goal(goal: Goal, rules: RuleBook, *, has_trigger: bool, field: str) -> None:
    """Refuse a goal whose window or rules no campaign can have; `field` is where it stands."""
    _check_window(goal, f"{field}.window")
    if goal.filter:
        place = f"{field}.performs_event.filter"
        rules.check(goal.filter, Use.GOAL_FILTER, has_trigger=has_trigger, field=place)
    if goal.value:
        rules.check(
            goal.value,
            Use.GOAL_VALUE,
            has_trigger=has_trigger,
            has_event=goal.move is None,
            field=f"{field}.value",
        )


def _check_window(goal: Goal, field: str) -> None:
    if goal.window_us is not None and not 0 < goal.window_us <= MAX_WINDOW_US:
        raise invalid(
            field,
            Reason.FIELD_OUT_OF_RANGE,
            "must be at least a microsecond and at most 90 days (7776000s); "
            "leave it out for any time",
        )


def _next_revision(campaign: Campaign, wanted: Definition, now_us: int) -> Revision | None:
    number = campaign.current.number + 1
    revision = _revision(wanted, number, now_us)
    unchanged = replace(
        revision, number=campaign.current.number, create_us=campaign.current.create_us
    )
    if unchanged == campaign.current:
        return None
    if number > MAX_REVISIONS:
        raise _limit(
            f"the campaign has {MAX_REVISIONS} revisions, as many as it may have", MAX_REVISIONS
        )
    return revision


def _revision(wanted: Definition, number: int, now_us: int) -> Revision:
    return Revision(
        campaign_id=wanted.campaign_id,
        number=number,
        trigger_event_name=wanted.trigger_event_name,
        goal=wanted.goal,
        exit_policy=wanted.exit_policy,
        webhook_action_ids=wanted.webhook_action_ids,
        create_us=now_us,
        trigger_segments=wanted.trigger_segments,
        audience_filter=wanted.audience_filter,
    )


def _limit(message: str, limit: int) -> Refusal:
    return Refusal(Reason.LIMIT_REACHED, message, {"limit": str(limit)})
