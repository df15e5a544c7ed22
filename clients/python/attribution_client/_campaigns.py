"""The calls about campaigns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from attribution.v1.campaign_pb2 import Campaign, CampaignRevision
from attribution.v1.campaign_service_pb2 import (
    ArchiveCampaignResponse,
    CreateCampaignResponse,
    GetCampaignResponse,
    UpdateCampaignResponse,
)

from attribution_client import _requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls


class CampaignCalls(Calls):
    """The calls about campaigns."""

    def create_campaign(
        self, campaign: Campaign, *, timeout: float | None = None
    ) -> CreateCampaignResponse:
        """Create a campaign.

        Args:
            campaign: The campaign; its output-only fields are not looked at.
            timeout: Seconds; None: the client's.

        Returns:
            The campaign with its defaults filled in.

        Raises:
            AlreadyExists: The id is taken. That can be by this very call, if an
                earlier attempt's answer was lost: get it and compare.
            InvalidArgument: A field or a rule is refused.
            AttributionError: The call failed otherwise.
        """
        request = _requests.create_campaign(campaign)
        return self._call(self._campaigns.CreateCampaign, request, timeout)

    def get_campaign(
        self, campaign_id: str, *, timeout: float | None = None
    ) -> GetCampaignResponse:
        """Return a campaign as it is now.

        Raises:
            NotFound: There is no such campaign.
            AttributionError: The call failed otherwise.
        """
        request = _requests.get_campaign(campaign_id)
        return self._call(self._campaigns.GetCampaign, request, timeout)

    def list_campaigns(
        self,
        *,
        page_size: int = 0,
        include_archived: bool = False,
        timeout: float | None = None,
    ) -> Iterator[Campaign]:
        """List all campaigns in byte order of their ids, fetching pages as needed.

        Args:
            page_size: Campaigns to fetch at once, at most 1000; 0: 50.
            include_archived: List archived ones too.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_campaigns(page_size, include_archived)
        pages = self._pages(self._campaigns.ListCampaigns, request, timeout)
        return (campaign for page in pages for campaign in page.campaigns)

    def update_campaign(
        self,
        campaign: Campaign,
        *,
        update_mask: Sequence[str] = (),
        timeout: float | None = None,
    ) -> UpdateCampaignResponse:
        """Change a campaign. Journeys that have started are judged as before.

        Args:
            campaign: The new values, the id, and, to be refused if somebody else
                changed it in between, the etag.
            update_mask: The fields to change, such as `["goal", "display_name"]`
                or `["*"]` for all; one named here and not set is removed. Empty:
                those set in `campaign`.
            timeout: Seconds; None: the client's.

        Raises:
            Aborted: The etag is not the current one. That can be by this very
                call, if an earlier attempt's answer was lost.
            NotFound: There is no such campaign.
            InvalidArgument: A field, a rule or a path of the mask is refused.
            AttributionError: The call failed otherwise.
        """
        request = _requests.update_campaign(campaign, update_mask)
        return self._call(self._campaigns.UpdateCampaign, request, timeout)

    def list_revisions(
        self, campaign_id: str, *, page_size: int = 0, timeout: float | None = None
    ) -> Iterator[CampaignRevision]:
        """List what a campaign was in each of its revisions, oldest first, page by page.

        Args:
            campaign_id: The campaign.
            page_size: Revisions to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            NotFound: There is no such campaign; raised while iterating.
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_revisions(campaign_id, page_size)
        pages = self._pages(self._campaigns.ListRevisions, request, timeout)
        return (revision for page in pages for revision in page.revisions)

    def archive_campaign(
        self, campaign_id: str, *, etag: str = "", timeout: float | None = None
    ) -> ArchiveCampaignResponse:
        """Archive a campaign for good: no journey starts in it any more.

        Args:
            campaign_id: The campaign.
            etag: To be refused if somebody else changed it in between.
            timeout: Seconds; None: the client's.

        Raises:
            Aborted: The etag is not the current one.
            NotFound: There is no such campaign.
            AttributionError: The call failed otherwise.
        """
        request = _requests.archive_campaign(campaign_id, etag)
        return self._call(self._campaigns.ArchiveCampaign, request, timeout)


class AsyncCampaignCalls(AsyncCalls):
    """The same for asyncio."""

    async def create_campaign(
        self, campaign: Campaign, *, timeout: float | None = None
    ) -> CreateCampaignResponse:
        """Create a campaign. See `AttributionClient.create_campaign`."""
        request = _requests.create_campaign(campaign)
        return await self._call(self._campaigns.CreateCampaign, request, timeout)

    async def get_campaign(
        self, campaign_id: str, *, timeout: float | None = None
    ) -> GetCampaignResponse:
        """Return a campaign as it is now. See `AttributionClient.get_campaign`."""
        request = _requests.get_campaign(campaign_id)
        return await self._call(self._campaigns.GetCampaign, request, timeout)

    def list_campaigns(
        self,
        *,
        page_size: int = 0,
        include_archived: bool = False,
        timeout: float | None = None,
    ) -> AsyncIterator[Campaign]:
        """List all campaigns in byte order of their ids, fetching pages as needed.

        See `AttributionClient.list_campaigns`.
        """
        request = _requests.list_campaigns(page_size, include_archived)
        pages = self._pages(self._campaigns.ListCampaigns, request, timeout)
        return (campaign async for page in pages for campaign in page.campaigns)

    async def update_campaign(
        self,
        campaign: Campaign,
        *,
        update_mask: Sequence[str] = (),
        timeout: float | None = None,
    ) -> UpdateCampaignResponse:
        """Change a campaign. Journeys that have started are judged as before.

        See `AttributionClient.update_campaign`.
        """
        request = _requests.update_campaign(campaign, update_mask)
        return await self._call(self._campaigns.UpdateCampaign, request, timeout)

    def list_revisions(
        self, campaign_id: str, *, page_size: int = 0, timeout: float | None = None
    ) -> AsyncIterator[CampaignRevision]:
        """List what a campaign was in each of its revisions, oldest first, page by page.

        See `AttributionClient.list_revisions`.
        """
        request = _requests.list_revisions(campaign_id, page_size)
        pages = self._pages(self._campaigns.ListRevisions, request, timeout)
        return (revision async for page in pages for revision in page.revisions)

    async def archive_campaign(
        self, campaign_id: str, *, etag: str = "", timeout: float | None = None
    ) -> ArchiveCampaignResponse:
        """Archive a campaign for good: no journey starts in it any more.

        See `AttributionClient.archive_campaign`.
        """
        request = _requests.archive_campaign(campaign_id, etag)
        return await self._call(self._campaigns.ArchiveCampaign, request, timeout)
