"""The calls about journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from attribution.v1.journey_pb2 import Journey
from attribution.v1.journey_service_pb2 import (
    FinishJourneyResponse,
    GetJourneyResponse,
    StartJourneyResponse,
)

from attribution_client import _requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls
from attribution_client._convert import Properties


class JourneyCalls(Calls):
    """The calls about journeys."""

    def start_journey(
        self,
        *,
        person_id: str,
        journey_id: str,
        campaign_id: str,
        trigger_properties: Properties | None = None,
        timeout: float | None = None,
    ) -> StartJourneyResponse:
        """Record that a person entered a campaign.

        Args:
            person_id: The person.
            journey_id: The caller's id of the journey, unique within the person.
            campaign_id: The campaign that the person enters.
            trigger_properties: Properties of the event that triggered the
                campaign; rules read them as `trigger`. JSON values; numbers are
                doubles, so send ids beyond 2^53 as strings.
            timeout: Seconds; None: the client's.

        Returns:
            The journey; `replayed` if it had been started before.

        Raises:
            NotFound: There is no such campaign.
            AlreadyExists: The person has this journey with another content.
            AttributionError: The call failed otherwise.
        """
        request = _requests.start_journey(person_id, journey_id, campaign_id, trigger_properties)
        return self._call(self._journeys.StartJourney, request, timeout)

    def get_journey(
        self, person_id: str, journey_id: str, *, timeout: float | None = None
    ) -> GetJourneyResponse:
        """Return a journey as it is now.

        Raises:
            NotFound: The person has no such journey.
            AttributionError: The call failed otherwise.
        """
        request = _requests.get_journey(person_id, journey_id)
        return self._call(self._journeys.GetJourney, request, timeout)

    def list_journeys(
        self,
        person_id: str,
        *,
        campaign_id: str = "",
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Journey]:
        """List a person's journeys in byte order of their ids, fetching pages as needed.

        Args:
            person_id: The person.
            campaign_id: Only journeys in this campaign; empty: in all.
            page_size: Journeys to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_journeys(person_id, campaign_id, page_size)
        pages = self._pages(self._journeys.ListJourneys, request, timeout)
        return (journey for page in pages for journey in page.journeys)

    def finish_journey(
        self, person_id: str, journey_id: str, *, timeout: float | None = None
    ) -> FinishJourneyResponse:
        """Record that a journey came to its last step.

        Returns:
            The journey; `replayed` if it had ended before.

        Raises:
            NotFound: The person has no such journey.
            AttributionError: The call failed otherwise.
        """
        request = _requests.finish_journey(person_id, journey_id)
        return self._call(self._journeys.FinishJourney, request, timeout)


class AsyncJourneyCalls(AsyncCalls):
    """The same for asyncio."""

    async def start_journey(
        self,
        *,
        person_id: str,
        journey_id: str,
        campaign_id: str,
        trigger_properties: Properties | None = None,
        timeout: float | None = None,
    ) -> StartJourneyResponse:
        """Record that a person entered a campaign. See `AttributionClient.start_journey`."""
        request = _requests.start_journey(person_id, journey_id, campaign_id, trigger_properties)
        return await self._call(self._journeys.StartJourney, request, timeout)

    async def get_journey(
        self, person_id: str, journey_id: str, *, timeout: float | None = None
    ) -> GetJourneyResponse:
        """Return a journey as it is now. See `AttributionClient.get_journey`."""
        request = _requests.get_journey(person_id, journey_id)
        return await self._call(self._journeys.GetJourney, request, timeout)

    def list_journeys(
        self,
        person_id: str,
        *,
        campaign_id: str = "",
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Journey]:
        """List a person's journeys in byte order of their ids, fetching pages as needed.

        See `AttributionClient.list_journeys`.
        """
        request = _requests.list_journeys(person_id, campaign_id, page_size)
        pages = self._pages(self._journeys.ListJourneys, request, timeout)
        return (journey async for page in pages for journey in page.journeys)

    async def finish_journey(
        self, person_id: str, journey_id: str, *, timeout: float | None = None
    ) -> FinishJourneyResponse:
        """Record that a journey came to its last step. See `AttributionClient.finish_journey`."""
        request = _requests.finish_journey(person_id, journey_id)
        return await self._call(self._journeys.FinishJourney, request, timeout)
