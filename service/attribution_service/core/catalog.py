"""All campaigns and their revisions, and who watches which event."""

from collections.abc import Iterable, Mapping, Set

from attribution_service.core.answers import CampaignChange
from attribution_service.core.model import Campaign, Revision

# Numbers of revisions by campaign id.
Watching = Mapping[str, Set[int]]


class Catalog:
    """The campaigns in force, and every revision that a journey may be judged by.

    Changed only by `apply`, by the one who owns it, after the change is stored.
    """

    def __init__(self) -> None:
        self._campaigns: dict[str, Campaign] = {}
        self._revisions: dict[tuple[str, int], Revision] = {}
        self._watchers: dict[str, dict[str, set[int]]] = {}

    @classmethod
    def of(cls, campaigns: Iterable[Campaign], revisions: Iterable[Revision]) -> "Catalog":
        """A catalog of what was stored."""
        catalog = cls()
        for campaign in campaigns:
            catalog._campaigns[campaign.campaign_id] = campaign
        for revision in revisions:
            catalog._add_revision(revision)
        return catalog

    def __len__(self) -> int:
        return len(self._campaigns)

    def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign as it is now, None if there is none."""
        return self._campaigns.get(campaign_id)

    def revision(self, campaign_id: str, number: int) -> Revision:
        """A revision that some journey is judged by; KeyError if it was never made."""
        return self._revisions[campaign_id, number]

    def watching(self, event_name: str) -> Watching:
        """The revisions with a goal on this event, by campaign id; empty: none watches it.

        Earlier revisions count for good: a journey that they judge may exist (G8).
        """
        return self._watchers.get(event_name, {})

    def apply(self, change: CampaignChange) -> None:
        """Take over a stored change."""
        self._campaigns[change.campaign.campaign_id] = change.campaign
        if change.revision is not None:
            self._add_revision(change.revision)

    def _add_revision(self, revision: Revision) -> None:
        self._revisions[revision.campaign_id, revision.number] = revision
        if revision.goal is None:
            return
        watchers = self._watchers.setdefault(revision.goal.event_name, {})
        watchers.setdefault(revision.campaign_id, set()).add(revision.number)
