"""All campaigns with their revisions, all segments, and who watches what."""

from collections.abc import Iterable, Mapping, Set
from typing import TypeAlias

from attribution_service.core.answers import CampaignChange, DefinitionChange
from attribution_service.core.model import Campaign, Move, PerformsEvent, Revision, Segment
from attribution_service.core.rules import RuleBook, Use

# Numbers of revisions by campaign id.
Watching = Mapping[str, Set[int]]
# What can achieve a goal: an event of this name, or a move.
Watched: TypeAlias = str | Move


class Catalog:
    """The campaigns and segments in force, and every revision that may judge a journey.

    Changed only by `apply`, by the one who owns it, after the change is stored.
    """

    def __init__(self) -> None:
        self._campaigns: dict[str, Campaign] = {}
        self._revisions: dict[tuple[str, int], Revision] = {}
        self._watchers: dict[Watched, dict[str, set[int]]] = {}
        self._segments: dict[str, Segment] = {}
        self._readers: Mapping[str | None, Set[str]] | None = None

    @classmethod
    def of(
        cls,
        campaigns: Iterable[Campaign],
        revisions: Iterable[Revision],
        segments: Iterable[Segment] = (),
    ) -> "Catalog":
        """A catalog of what was stored."""
        catalog = cls()
        for campaign in campaigns:
            catalog._campaigns[campaign.campaign_id] = campaign
        for revision in revisions:
            catalog._add_revision(revision)
        for segment in segments:
            catalog.apply(segment)
        return catalog

    def copy(self) -> "Catalog":
        """The same by itself: what is applied to one of the two is not in the other."""
        copied = Catalog()
        copied._campaigns = dict(self._campaigns)
        copied._revisions = dict(self._revisions)
        copied._watchers = {
            watched: {campaign_id: set(numbers) for campaign_id, numbers in campaigns.items()}
            for watched, campaigns in self._watchers.items()
        }
        copied._segments = dict(self._segments)
        return copied

    def __len__(self) -> int:
        return len(self._campaigns)

    def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign as it is now, None if there is none."""
        return self._campaigns.get(campaign_id)

    def revision(self, campaign_id: str, number: int) -> Revision:
        """A revision that some journey is judged by; KeyError if it was never made."""
        return self._revisions[campaign_id, number]

    def watching(self, *watched: Watched) -> Watching:
        """The revisions with a goal on one of these, by campaign id; empty: none watches them.

        Earlier revisions count for good: a journey that they judge may exist (G8).
        """
        if len(watched) == 1:
            return self._watchers.get(watched[0], {})
        found: dict[str, set[int]] = {}
        for each in watched:
            for campaign_id, numbers in self._watchers.get(each, {}).items():
                found.setdefault(campaign_id, set()).update(numbers)
        return found

    def as_of(self, moment_us: int) -> "Catalog":
        """The revisions that there were at the moment, those of the same instant included.

        What they watch and how they judge is that of then; all else is as it is in this catalog.
        """
        revisions = (each for each in self._revisions.values() if each.create_us <= moment_us)
        return Catalog.of(self._campaigns.values(), revisions, self._segments.values())

    def triggered_by(self, segment_id: str) -> Campaign | None:
        """A campaign that has the segment in its trigger."""
        for campaign in self._campaigns.values():
            trigger = campaign.current.trigger_segments
            if trigger is not None and segment_id in trigger.segment_ids:
                return campaign
        return None

    def segment(self, segment_id: str) -> Segment | None:
        """The segment as it is now, None if there is none."""
        segment = self._segments.get(segment_id)
        return None if segment is None or segment.deleted else segment

    def segments(self) -> list[Segment]:
        """All segments that there are."""
        return [segment for segment in self._segments.values() if not segment.deleted]

    def last_segment(self, segment_id: str) -> Segment | None:
        """The segment as it is or, if it was deleted, as it last was."""
        return self._segments.get(segment_id)

    def segments_reading(self, names: Iterable[str], rules: RuleBook) -> list[Segment]:
        """The segments whose rule reads one of these attributes, in byte order of their ids."""
        if self._readers is None:
            self._readers = _readers(self.segments(), rules)
        found = set(self._readers.get(None, ()))
        for name in names:
            found |= self._readers.get(name, set())
        return [self._segments[segment_id] for segment_id in sorted(found)]

    def apply(self, change: DefinitionChange) -> None:
        """Take over a stored change."""
        if isinstance(change, CampaignChange):
            self._campaigns[change.campaign.campaign_id] = change.campaign
            if change.revision is not None:
                self._add_revision(change.revision)
        else:
            self._segments[change.segment_id] = change
            self._readers = None

    def _add_revision(self, revision: Revision) -> None:
        self._revisions[revision.campaign_id, revision.number] = revision
        if revision.goal is None:
            return
        achievement = revision.goal.achievement
        move = revision.goal.move
        watched = achievement.event_name if isinstance(achievement, PerformsEvent) else move
        if watched is not None:
            watchers = self._watchers.setdefault(watched, {})
            watchers.setdefault(revision.campaign_id, set()).add(revision.number)


def _readers(segments: Iterable[Segment], rules: RuleBook) -> Mapping[str | None, Set[str]]:
    """Ids of segments by the attributes that their rules read; None: all attributes."""
    found: dict[str | None, set[str]] = {}
    for segment in segments:
        if segment.rule:
            names = rules.reads(segment.rule, Use.SEGMENT).get("person", frozenset())
            for name in (None,) if names is None else names:
                found.setdefault(name, set()).add(segment.segment_id)
    return found
