"""The calls about reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import grpc
from attribution.v1.conversion_pb2 import Conversion
from attribution.v1.delivery_pb2 import Channel, Delivery
from attribution.v1.journey_pb2 import ExitReason, Journey
from attribution.v1.report_pb2 import (
    CreditModel,
    CreditSettings,
    DeliveryFigure,
    JourneyFigure,
    PersonActivity,
    SeriesStep,
    TimeBasis,
)
from attribution.v1.report_service_pb2 import GetMetricsResponse, WatchConversionsResponse

from attribution_client import _report_requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls
from attribution_client._watch import Watching


class ReportCalls(Calls):
    """The calls about reports."""

    def get_metrics(
        self,
        campaign_id: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        time_basis: TimeBasis | str | None = None,
        step: SeriesStep | str | None = None,
        time_zone: str = "",
        credit: CreditSettings | CreditModel | str | None = None,
        timeout: float | None = None,
    ) -> GetMetricsResponse:
        """Count a campaign's deliveries and journeys, and those of each action.

        Args:
            campaign_id: The campaign.
            start_time: Begin of the range, included, with a time zone. None:
                ever since.
            end_time: End of the range, not included, with a time zone. None: up
                to now.
            time_basis: Which time is meant: a `TimeBasis`, or its name, `"SENT"`
                or `"CONVERTED"`. None: SENT.
            step: Also a series by `"HOUR"` or `"DAY"`; needs both ends of the
                range. None: no series.
            time_zone: By whose clocks the steps begin, such as `Europe/Berlin`;
                empty: UTC.
            credit: Also share out the credit for the conversions: a
                `CreditModel`, or its name such as `"LINEAR"`, or
                `CreditSettings` with a half-life or percents.
            timeout: Seconds; None: the client's.

        Raises:
            NotFound: There is no such campaign.
            InvalidArgument: The range is empty or runs backwards, the time zone
                does not exist, or the series has too many steps.
            AttributionError: The call failed otherwise.
        """
        request = _report_requests.get_metrics(
            campaign_id, start_time, end_time, time_basis, step, time_zone, credit
        )
        return self._call(self._reports.GetMetrics, request, timeout)

    def list_conversions(
        self,
        *,
        campaign_id: str = "",
        action_id: str = "",
        channel: Channel | str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Conversion]:
        """List conversions of everybody, oldest first, fetching pages as needed.

        Args:
            campaign_id: Only those of this campaign; empty: of all.
            action_id: Only those of deliveries by this action of the campaign.
            channel: Only those of deliveries by this channel: a `Channel`, or its
                name such as `"EMAIL"`.
            start_time: Only those that came then or later.
            end_time: Only those that came before.
            page_size: Conversions to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _report_requests.list_conversions(
            campaign_id, action_id, channel, start_time, end_time, page_size
        )
        pages = self._pages(self._reports.ListConversions, request, timeout)
        return (conversion for page in pages for conversion in page.conversions)

    def list_sent_deliveries(
        self,
        campaign_id: str,
        *,
        action_id: str = "",
        channel: Channel | str | None = None,
        figure: DeliveryFigure | str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Delivery]:
        """List a campaign's deliveries of everybody, in the order in which they were sent.

        Args:
            campaign_id: The campaign.
            action_id: Only those by this action; empty: by any.
            channel: Only those by this channel: a `Channel`, or its name.
            figure: Only those that this figure of `get_metrics` counts: a
                `DeliveryFigure`, or its name such as `"NOT_CONVERTED"`.
            start_time: Only those sent then or later.
            end_time: Only those sent before.
            page_size: Deliveries to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            NotFound: There is no such campaign; raised while iterating.
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _report_requests.list_sent_deliveries(
            campaign_id, action_id, channel, figure, start_time, end_time, page_size
        )
        pages = self._pages(self._reports.ListSentDeliveries, request, timeout)
        return (delivery for page in pages for delivery in page.deliveries)

    def list_started_journeys(
        self,
        campaign_id: str,
        *,
        figure: JourneyFigure | str | None = None,
        exit_reason: ExitReason | str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Journey]:
        """List a campaign's journeys of everybody, in the order in which they started.

        Args:
            campaign_id: The campaign.
            figure: Only those that this figure of `get_metrics` counts: a
                `JourneyFigure`, or its name such as `"EXITED"`.
            exit_reason: Only those that ended for this reason.
            start_time: Only those started then or later.
            end_time: Only those started before.
            page_size: Journeys to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            NotFound: There is no such campaign; raised while iterating.
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _report_requests.list_started_journeys(
            campaign_id, figure, exit_reason, start_time, end_time, page_size
        )
        pages = self._pages(self._reports.ListStartedJourneys, request, timeout)
        return (journey for page in pages for journey in page.journeys)

    def list_person_sent(
        self, person_id: str, *, page_size: int = 0, timeout: float | None = None
    ) -> Iterator[Delivery]:
        """List what was sent to a person, the latest first.

        `convert_time` is set on what converted.

        Args:
            person_id: The person.
            page_size: Deliveries to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _report_requests.list_person_sent(person_id, page_size)
        pages = self._pages(self._reports.ListPersonSent, request, timeout)
        return (delivery for page in pages for delivery in page.deliveries)

    def list_person_activity(
        self, person_id: str, *, page_size: int = 0, timeout: float | None = None
    ) -> Iterator[PersonActivity]:
        """List what happened in a person's journeys, the latest first.

        Args:
            person_id: The person.
            page_size: Activities to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _report_requests.list_person_activity(person_id, page_size)
        pages = self._pages(self._reports.ListPersonActivity, request, timeout)
        return (activity for page in pages for activity in page.activities)

    def watch_conversions(
        self,
        *,
        campaign_id: str = "",
        cursor: str = "",
        from_now: bool = False,
        end_when_caught_up: bool = False,
        timeout: float | None = None,
    ) -> Iterator[WatchConversionsResponse]:
        """Give conversions in the order in which they were recorded, and wait for more.

        Connects again when the connection is lost or the server stops, and goes on where it was:
        none is missed and none comes twice. Close the iterator to end it.

        Args:
            campaign_id: Only those of this campaign; empty: of all.
            cursor: The `cursor` of the last response that was dealt with, maybe by an
                earlier process. Empty: from the first conversion on record.
            from_now: Without a cursor: only those that are recorded from now on.
            end_when_caught_up: End once all on record have been given.
            timeout: Seconds that one connection lasts before the next; None: 300. No
                limit for the whole.

        Raises:
            InvalidArgument: The cursor is not one of this store; raised while iterating,
                as all errors are.
            NotFound: There is no such campaign.
            ResourceExhausted: Too many watch.
            Unavailable: No server answers; raised after 20 attempts, or those of the
                retry policy if they are more, which count anew with each response. A
                policy of one attempt is kept to.
            AttributionError: The call failed otherwise.
        """
        request = _report_requests.watch_conversions(
            campaign_id, cursor, from_now, end_when_caught_up
        )
        return self._watch(Watching(request, self._retry, self._clock, timeout))

    def _watch(self, watching: Watching) -> Iterator[WatchConversionsResponse]:
        while True:
            if self._closed:
                raise ValueError("the client is closed")
            stream = self._reports.WatchConversions(watching.request(), timeout=watching.seconds)
            try:
                for response in stream:
                    if watching.came(response):
                        yield response
                return
            except grpc.RpcError as error:
                delay = watching.delay_after(error)
            finally:
                stream.cancel()
            self._sleep(delay)


class AsyncReportCalls(AsyncCalls):
    """The same for asyncio."""

    async def get_metrics(
        self,
        campaign_id: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        time_basis: TimeBasis | str | None = None,
        step: SeriesStep | str | None = None,
        time_zone: str = "",
        credit: CreditSettings | CreditModel | str | None = None,
        timeout: float | None = None,
    ) -> GetMetricsResponse:
        """Count a campaign's deliveries and journeys, and those of each action.

        See `AttributionClient.get_metrics`.
        """
        request = _report_requests.get_metrics(
            campaign_id, start_time, end_time, time_basis, step, time_zone, credit
        )
        return await self._call(self._reports.GetMetrics, request, timeout)

    def list_conversions(
        self,
        *,
        campaign_id: str = "",
        action_id: str = "",
        channel: Channel | str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Conversion]:
        """List conversions of everybody, oldest first, fetching pages as needed.

        See `AttributionClient.list_conversions`.
        """
        request = _report_requests.list_conversions(
            campaign_id, action_id, channel, start_time, end_time, page_size
        )
        pages = self._pages(self._reports.ListConversions, request, timeout)
        return (conversion async for page in pages for conversion in page.conversions)

    def list_sent_deliveries(
        self,
        campaign_id: str,
        *,
        action_id: str = "",
        channel: Channel | str | None = None,
        figure: DeliveryFigure | str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Delivery]:
        """List a campaign's deliveries of everybody, in the order in which they were sent.

        See `AttributionClient.list_sent_deliveries`.
        """
        request = _report_requests.list_sent_deliveries(
            campaign_id, action_id, channel, figure, start_time, end_time, page_size
        )
        pages = self._pages(self._reports.ListSentDeliveries, request, timeout)
        return (delivery async for page in pages for delivery in page.deliveries)

    def list_started_journeys(
        self,
        campaign_id: str,
        *,
        figure: JourneyFigure | str | None = None,
        exit_reason: ExitReason | str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Journey]:
        """List a campaign's journeys of everybody, in the order in which they started.

        See `AttributionClient.list_started_journeys`.
        """
        request = _report_requests.list_started_journeys(
            campaign_id, figure, exit_reason, start_time, end_time, page_size
        )
        pages = self._pages(self._reports.ListStartedJourneys, request, timeout)
        return (journey async for page in pages for journey in page.journeys)

    def list_person_sent(
        self, person_id: str, *, page_size: int = 0, timeout: float | None = None
    ) -> AsyncIterator[Delivery]:
        """List what was sent to a person, the latest first.

        See `AttributionClient.list_person_sent`.
        """
        request = _report_requests.list_person_sent(person_id, page_size)
        pages = self._pages(self._reports.ListPersonSent, request, timeout)
        return (delivery async for page in pages for delivery in page.deliveries)

    def list_person_activity(
        self, person_id: str, *, page_size: int = 0, timeout: float | None = None
    ) -> AsyncIterator[PersonActivity]:
        """List what happened in a person's journeys, the latest first.

        See `AttributionClient.list_person_activity`.
        """
        request = _report_requests.list_person_activity(person_id, page_size)
        pages = self._pages(self._reports.ListPersonActivity, request, timeout)
        return (activity async for page in pages for activity in page.activities)

    def watch_conversions(
        self,
        *,
        campaign_id: str = "",
        cursor: str = "",
        from_now: bool = False,
        end_when_caught_up: bool = False,
        timeout: float | None = None,
    ) -> AsyncIterator[WatchConversionsResponse]:
        """Give conversions in the order in which they were recorded, and wait for more.

        See `AttributionClient.watch_conversions`.
        """
        request = _report_requests.watch_conversions(
            campaign_id, cursor, from_now, end_when_caught_up
        )
        return self._watch(Watching(request, self._retry, self._clock, timeout))

    async def _watch(self, watching: Watching) -> AsyncIterator[WatchConversionsResponse]:
        while True:
            if self._closed:
                raise ValueError("the client is closed")
            stream = self._reports.WatchConversions(watching.request(), timeout=watching.seconds)
            try:
                async for response in stream:
                    if watching.came(response):
                        yield response
                return
            except grpc.RpcError as error:
                delay = watching.delay_after(error)
            finally:
                stream.cancel()
            await self._sleep(delay)
