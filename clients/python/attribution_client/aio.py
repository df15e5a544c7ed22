"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import grpc
import grpc.aio
from attribution.v1.attribution_service_pb2 import (
    CheckExitBatchResponse,
    CheckExitRequest,
    CheckExitResponse,
    EvaluateBatchResponse,
    EvaluateRequest,
    EvaluateResponse,
    EvaluateStreamResponse,
    ExplainResponse,
    IngestItem,
    IngestResponse,
    NextStep,
)
from attribution.v1.attribution_service_pb2_grpc import AttributionServiceStub
from attribution.v1.campaign_pb2 import Campaign, CampaignRevision
from attribution.v1.campaign_service_pb2 import (
    ArchiveCampaignResponse,
    CreateCampaignResponse,
    GetCampaignResponse,
    UpdateCampaignResponse,
)
from attribution.v1.campaign_service_pb2_grpc import CampaignServiceStub
from attribution.v1.conversion_pb2 import Conversion
from attribution.v1.delivery_pb2 import Channel, Delivery, DeliveryStatus, InteractionKind
from attribution.v1.delivery_service_pb2 import (
    GetDeliveryResponse,
    RecordDeliveryResponse,
    RecordInteractionResponse,
)
from attribution.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from attribution.v1.goal_pb2 import Goal
from attribution.v1.journey_pb2 import ExitReason, Journey
from attribution.v1.journey_service_pb2 import (
    FinishJourneyResponse,
    GetJourneyResponse,
    StartJourneyResponse,
)
from attribution.v1.journey_service_pb2_grpc import JourneyServiceStub
from attribution.v1.person_service_pb2 import (
    DeletePersonResponse,
    GetPersonResponse,
    UpdateAttributesResponse,
)
from attribution.v1.person_service_pb2_grpc import PersonServiceStub
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
from attribution.v1.report_service_pb2_grpc import ReportServiceStub
from attribution.v1.rule_pb2 import RulePlace
from attribution.v1.rule_service_pb2 import (
    BacktestRequest,
    BacktestResponse,
    CheckRuleResponse,
    SimulateResponse,
    SimulateStep,
    TryRuleResponse,
)
from attribution.v1.rule_service_pb2_grpc import RuleServiceStub
from attribution.v1.segment_pb2 import MembershipChange, Segment
from attribution.v1.segment_service_pb2 import (
    CreateSegmentResponse,
    DeleteSegmentResponse,
    GetSegmentResponse,
    UpdateSegmentResponse,
)
from attribution.v1.segment_service_pb2_grpc import SegmentServiceStub

from attribution_client import _report_requests, _requests
from attribution_client._channel import ChannelSettings
from attribution_client._connections import Connections
from attribution_client._convert import Properties
from attribution_client._decode import from_rpc_error
from attribution_client._pages import Page, PageRequest, next_request
from attribution_client._retry import (
    DEFAULT_BACKTEST_SECONDS,
    DEFAULT_TIMEOUT_SECONDS,
    Attempts,
    Clock,
    RetryPolicy,
    checked_timeout,
)
from attribution_client._sending import AsyncSending
from attribution_client._watch import Watching

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Page = TypeVar("_Page", bound=Page)


class AsyncAttributionClient:
    """Calls the service from a running event loop; belongs to that loop.

    The same as `AttributionClient`, method for method, with the same arguments,
    answers, errors, deadlines and retries; the lists are asynchronous iterators.
    A cancelled task ends its call at once, and is not retried.
    """

    def __init__(
        self,
        target: str | grpc.aio.Channel,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        retry: RetryPolicy | None = None,
        max_message_bytes: int | None = None,
        user_agent: str | None = None,
        keepalive_seconds: float | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Open a client. Connects with the first call.

        Args:
            target: Where the service is, such as `127.0.0.1:50051`; or a ready
                channel, which stays the caller's: `close` does not close it.
            credentials: For TLS, such as `grpc.ssl_channel_credentials()`. None:
                no encryption.
            timeout: Seconds that a call may take, retries included.
            retry: How UNAVAILABLE is tried again. None: `RetryPolicy()`.
            max_message_bytes: Largest message to send or take. None: 16 MiB.
            user_agent: The program that calls, such as `mailer/2.1`; put before
                this client's own in what the server sees.
            keepalive_seconds: Ping the server after so long without traffic
                while calls wait. None: never. Servers may close connections
                that ping more often than they allow.
            clock: Where time and chance come from, for tests.
            sleep: Waits for a number of seconds, for tests.

        Raises:
            ValueError: A number is out of range, or an option of the channel is
                given with a ready one.
            RuntimeError: No event loop is running.
        """
        asyncio.get_running_loop()
        self._timeout = checked_timeout(timeout)
        self._retry = retry or RetryPolicy()
        self._clock = clock or Clock()
        self._sleep = sleep
        self._closed = False
        settings = ChannelSettings(credentials, max_message_bytes, user_agent, keepalive_seconds)
        self._own_channel: grpc.aio.Channel | None = None
        if isinstance(target, str):
            channel = self._own_channel = _open(target, settings)
        else:
            settings.refuse_any()
            channel = target
        self._attribution = AttributionServiceStub(channel)
        self._campaigns = CampaignServiceStub(channel)
        self._deliveries = DeliveryServiceStub(channel)
        self._journeys = JourneyServiceStub(channel)
        self._people = PersonServiceStub(channel)
        self._reports = ReportServiceStub(channel)
        self._rules = RuleServiceStub(channel)
        self._segments = SegmentServiceStub(channel)

    async def close(self) -> None:
        """Close the connection and cancel calls under way. May be called again."""
        self._closed = True
        if self._own_channel is not None:
            await self._own_channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # Campaigns

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

    # Journeys

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

    # Deliveries

    async def record_delivery(
        self,
        *,
        person_id: str,
        delivery_id: str,
        journey_id: str = "",
        channel: Channel | str,
        action_id: str = "",
        status: DeliveryStatus | str | None = None,
        sent_time: datetime | None = None,
        campaign_id: str = "",
        timeout: float | None = None,
    ) -> RecordDeliveryResponse:
        """Record a delivery, or how far a known one got.

        See `AttributionClient.record_delivery`.
        """
        request = _requests.record_delivery(
            person_id,
            delivery_id,
            journey_id,
            channel,
            action_id,
            status,
            sent_time,
            campaign_id,
        )
        return await self._call(self._deliveries.RecordDelivery, request, timeout)

    async def record_interaction(
        self,
        *,
        person_id: str,
        delivery_id: str,
        kind: InteractionKind | str,
        time: datetime | None = None,
        machine: bool = False,
        untracked: bool = False,
        timeout: float | None = None,
    ) -> RecordInteractionResponse:
        """Record an open or a click. See `AttributionClient.record_interaction`."""
        when = self._clock.now() if time is None else time
        request = _requests.record_interaction(
            person_id, delivery_id, kind, when, machine, untracked
        )
        return await self._call(self._deliveries.RecordInteraction, request, timeout)

    async def get_delivery(
        self, person_id: str, delivery_id: str, *, timeout: float | None = None
    ) -> GetDeliveryResponse:
        """Return a delivery as it is now. See `AttributionClient.get_delivery`."""
        request = _requests.get_delivery(person_id, delivery_id)
        return await self._call(self._deliveries.GetDelivery, request, timeout)

    def list_deliveries(
        self,
        person_id: str,
        *,
        journey_id: str = "",
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Delivery]:
        """List a person's deliveries in byte order of their ids, fetching pages as needed.

        See `AttributionClient.list_deliveries`.
        """
        request = _requests.list_deliveries(person_id, journey_id, page_size)
        pages = self._pages(self._deliveries.ListDeliveries, request, timeout)
        return (delivery async for page in pages for delivery in page.deliveries)

    # Decisions

    async def evaluate(
        self,
        *,
        event_id: str,
        person_id: str,
        name: str,
        properties: Properties | None = None,
        occurred_time: datetime | None = None,
        person_attributes: Properties | None = None,
        validate_only: bool = False,
        explain: bool = False,
        properties_json: bytes | str | None = None,
        timeout: float | None = None,
    ) -> EvaluateResponse:
        """Take in an event, and decide which deliveries are credited with it.

        See `AttributionClient.evaluate`.
        """
        request = _requests.evaluate(
            event_id,
            person_id,
            name,
            properties,
            occurred_time,
            person_attributes,
            validate_only,
            explain,
            properties_json,
        )
        return await self._call(self._attribution.Evaluate, request, timeout)

    async def evaluate_segment_change(
        self,
        *,
        person_id: str,
        segment_id: str,
        change: MembershipChange | str,
        change_id: str = "",
        person_attributes: Properties | None = None,
        validate_only: bool = False,
        explain: bool = False,
        timeout: float | None = None,
    ) -> EvaluateResponse:
        """Tell that a person entered or left a segment, and decide who is credited with it.

        See `AttributionClient.evaluate_segment_change`.
        """
        request = _requests.evaluate_segment_change(
            person_id, segment_id, change, change_id, person_attributes, validate_only, explain
        )
        return await self._call(self._attribution.Evaluate, request, timeout)

    async def check_exit(
        self,
        person_id: str,
        journey_id: str,
        next_step: NextStep | str | None = None,
        *,
        timeout: float | None = None,
    ) -> CheckExitResponse:
        """Ask, before each message, whether a journey ends; an exit is recorded.

        See `AttributionClient.check_exit`.
        """
        request = _requests.check_exit(person_id, journey_id, next_step)
        return await self._call(self._attribution.CheckExit, request, timeout)

    async def check_exit_batch(
        self, checks: Sequence[CheckExitRequest], *, timeout: float | None = None
    ) -> CheckExitBatchResponse:
        """Ask the same of many journeys at once.

        See `AttributionClient.check_exit_batch`.
        """
        request = _requests.check_exit_batch(checks)
        return await self._call(self._attribution.CheckExitBatch, request, timeout)

    async def evaluate_batch(
        self, requests: Sequence[EvaluateRequest], *, timeout: float | None = None
    ) -> EvaluateBatchResponse:
        """Evaluate many things that people did, in order, in one call.

        See `AttributionClient.evaluate_batch`.
        """
        request = _requests.evaluate_batch(requests)
        return await self._call(self._attribution.EvaluateBatch, request, timeout)

    def evaluate_stream(
        self,
        batches: AsyncIterable[Sequence[EvaluateRequest]] | Iterable[Sequence[EvaluateRequest]],
        *,
        timeout: float | None = None,
    ) -> AsyncIterator[EvaluateStreamResponse]:
        """Evaluate batch after batch, without waiting for each answer.

        See `AttributionClient.evaluate_stream`. Batches are taken in a task.
        """
        return self._send(AsyncSending(batches), Connections(self._retry, self._clock, timeout))

    async def _send(
        self, sending: AsyncSending, connections: Connections
    ) -> AsyncIterator[EvaluateStreamResponse]:
        try:
            while True:
                if self._closed:
                    raise ValueError("the client is closed")
                requests = sending.connect()
                stream = self._attribution.EvaluateStream(requests, timeout=connections.seconds)
                try:
                    async for response in stream:
                        connections.works()
                        sending.answered()
                        yield response
                    sending.check_end()
                    return
                except grpc.RpcError as error:
                    delay = connections.delay_after(error)
                finally:
                    stream.cancel()
                await self._sleep(delay)
        finally:
            sending.stop()

    async def explain(
        self,
        person_id: str,
        *,
        event_id: str | None = None,
        delivery_id: str | None = None,
        timeout: float | None = None,
    ) -> ExplainResponse:
        """Explain what was decided earlier, as of then. See `AttributionClient.explain`."""
        request = _requests.explain(person_id, event_id, delivery_id)
        return await self._call(self._attribution.Explain, request, timeout)

    async def ingest(
        self, items: Sequence[IngestItem], *, timeout: float | None = None
    ) -> IngestResponse:
        """Take in many things, in order, in one call.

        See `AttributionClient.ingest`.
        """
        request = _requests.ingest(items)
        return await self._call(self._attribution.Ingest, request, timeout)

    # People and segments

    async def update_attributes(
        self,
        *,
        person_id: str,
        attributes: Properties | None = None,
        remove_names: Sequence[str] = (),
        update_id: str = "",
        explain: bool = False,
        timeout: float | None = None,
    ) -> UpdateAttributesResponse:
        """Store attributes of a person; segments with a rule are entered and left by it.

        See `AttributionClient.update_attributes`.
        """
        request = _requests.update_attributes(
            person_id, attributes, remove_names, update_id, explain
        )
        return await self._call(self._people.UpdateAttributes, request, timeout)

    async def get_person(
        self, person_id: str, *, timeout: float | None = None
    ) -> GetPersonResponse:
        """Return a person's attributes and segments as they are now.

        See `AttributionClient.get_person`.
        """
        request = _requests.get_person(person_id)
        return await self._call(self._people.GetPerson, request, timeout)

    async def delete_person(
        self, person_id: str, *, timeout: float | None = None
    ) -> DeletePersonResponse:
        """Remove everything that is a person's, for good; figures stay as they were.

        See `AttributionClient.delete_person`.
        """
        request = _requests.delete_person(person_id)
        return await self._call(self._people.DeletePerson, request, timeout)

    async def create_segment(
        self, segment: Segment, *, timeout: float | None = None
    ) -> CreateSegmentResponse:
        """Create a segment.

        See `AttributionClient.create_segment`.
        """
        request = _requests.create_segment(segment)
        return await self._call(self._segments.CreateSegment, request, timeout)

    async def get_segment(
        self, segment_id: str, *, timeout: float | None = None
    ) -> GetSegmentResponse:
        """Return a segment as it is now.

        See `AttributionClient.get_segment`.
        """
        request = _requests.get_segment(segment_id)
        return await self._call(self._segments.GetSegment, request, timeout)

    def list_segments(
        self, *, page_size: int = 0, timeout: float | None = None
    ) -> AsyncIterator[Segment]:
        """List all segments in byte order of their ids, fetching pages as needed.

        See `AttributionClient.list_segments`.
        """
        request = _requests.list_segments(page_size)
        pages = self._pages(self._segments.ListSegments, request, timeout)
        return (segment async for page in pages for segment in page.segments)

    async def update_segment(
        self,
        segment: Segment,
        *,
        update_mask: Sequence[str] = (),
        timeout: float | None = None,
    ) -> UpdateSegmentResponse:
        """Change a segment's name or rule; nobody achieves anything by that.

        See `AttributionClient.update_segment`.
        """
        request = _requests.update_segment(segment, update_mask)
        return await self._call(self._segments.UpdateSegment, request, timeout)

    async def delete_segment(
        self, segment_id: str, *, etag: str = "", timeout: float | None = None
    ) -> DeleteSegmentResponse:
        """Delete a segment with its members.

        See `AttributionClient.delete_segment`.
        """
        request = _requests.delete_segment(segment_id, etag)
        return await self._call(self._segments.DeleteSegment, request, timeout)

    # Rules

    async def check_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        without_trigger: bool = False,
        timeout: float | None = None,
    ) -> CheckRuleResponse:
        """Check a rule as creating a campaign with it would; nothing is stored.

        See `AttributionClient.check_rule`.
        """
        request = _requests.check_rule(source, place, without_trigger)
        return await self._call(self._rules.CheckRule, request, timeout)

    async def try_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        event: Properties | None = None,
        trigger: Properties | None = None,
        person: Properties | None = None,
        now: datetime | None = None,
        without_trigger: bool = False,
        segments: Sequence[str] = (),
        timeout: float | None = None,
    ) -> TryRuleResponse:
        """Evaluate a rule over sample data, and see the value of each part.

        See `AttributionClient.try_rule`.
        """
        request = _requests.try_rule(
            source, place, event, trigger, person, now, without_trigger, segments
        )
        return await self._call(self._rules.TryRule, request, timeout)

    async def simulate(
        self,
        steps: Sequence[SimulateStep],
        *,
        campaigns: Sequence[Campaign] = (),
        segments: Sequence[Segment] = (),
        stored_campaign_ids: Sequence[str] = (),
        stored_segment_ids: Sequence[str] = (),
        timeout: float | None = None,
    ) -> SimulateResponse:
        """Play calls at given times, on campaigns and people of this call only.

        See `AttributionClient.simulate`.
        """
        request = _requests.simulate(
            steps, campaigns, segments, stored_campaign_ids, stored_segment_ids
        )
        return await self._call(self._rules.Simulate, request, timeout)

    def backtest(
        self,
        campaign_id: str,
        goal: Goal,
        *,
        webhook_action_ids: Sequence[str] | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        max_conversions: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[BacktestResponse]:
        """Try a goal on what happened: which deliveries would have converted by it?

        See `AttributionClient.backtest`.
        """
        request = _requests.backtest(
            campaign_id, goal, webhook_action_ids, start_time, end_time, max_conversions
        )
        return self._backtest(request, DEFAULT_BACKTEST_SECONDS if timeout is None else timeout)

    async def _backtest(
        self, request: BacktestRequest, timeout: float
    ) -> AsyncIterator[BacktestResponse]:
        attempts = Attempts(self._retry, self._clock, timeout)
        while True:
            if self._closed:
                raise ValueError("the client is closed")
            stream = self._rules.Backtest(request, timeout=attempts.start())
            begun = False
            try:
                async for response in stream:
                    begun = True
                    yield response
                return
            except grpc.RpcError as error:
                if begun:  # what was given already would come again
                    raise from_rpc_error(error) from error
                delay = attempts.delay_after(error)
            finally:
                stream.cancel()
            await self._sleep(delay)

    # Reports

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

    async def _call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        timeout: float | None,
    ) -> _Response:
        if self._closed:
            raise ValueError("the client is closed")
        attempts = Attempts(self._retry, self._clock, self._timeout if timeout is None else timeout)
        while True:
            try:
                return await method(request, timeout=attempts.start())
            except grpc.RpcError as error:
                delay = attempts.delay_after(error)
            await self._sleep(delay)

    async def _pages(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[PageRequest, _Page],
        first: PageRequest,
        timeout: float | None,
    ) -> AsyncIterator[_Page]:
        request: PageRequest | None = first
        while request is not None:
            page = await self._call(method, request, timeout)
            yield page
            request = next_request(request, page)


def _open(target: str, settings: ChannelSettings) -> grpc.aio.Channel:
    options = settings.options()
    if settings.credentials is None:
        return grpc.aio.insecure_channel(target, options=options)
    return grpc.aio.secure_channel(target, settings.credentials, options=options)
