"""The client for ordinary, blocking code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import grpc
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
from attribution_client._sending import Sending
from attribution_client._watch import Watching

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Page = TypeVar("_Page", bound=Page)


class AttributionClient:
    """Calls the service. Safe to share between threads; best kept for the process's life.

    Every method takes `timeout`: the seconds that the call may take, retries
    included; None means the client's. Every method raises a subclass of
    `AttributionError` if the call fails, and ValueError or TypeError, before
    anything is sent, for arguments that cannot be sent. What the service
    refuses, and why, stands in the contract: `attribution/v1/error_reason.proto`.

    UNAVAILABLE is tried again, with growing random waits, until the attempts of
    the retry policy or the time are used up. That is safe, because the service
    tells every change apart by its ids: sent twice, it takes effect once.
    """

    def __init__(
        self,
        target: str | grpc.Channel,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        retry: RetryPolicy | None = None,
        max_message_bytes: int | None = None,
        user_agent: str | None = None,
        keepalive_seconds: float | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
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
        """
        self._timeout = checked_timeout(timeout)
        self._retry = retry or RetryPolicy()
        self._clock = clock or Clock()
        self._sleep = sleep
        self._closed = False
        settings = ChannelSettings(credentials, max_message_bytes, user_agent, keepalive_seconds)
        self._own_channel: grpc.Channel | None = None
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

    def close(self) -> None:
        """Close the connection and cancel calls under way. May be called again."""
        self._closed = True
        if self._own_channel is not None:
            self._own_channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Campaigns

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

    # Journeys

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

    # Deliveries

    def record_delivery(
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

        Args:
            person_id: The person whom it is for.
            delivery_id: The caller's id, unique within the person.
            journey_id: The journey that sent it; empty for a newsletter's.
            channel: How it was sent: a `Channel`, or its name such as `"EMAIL"`.
            action_id: The action that sent it; required for a webhook.
            status: How far it got: a `DeliveryStatus`, or its name such as
                `"BOUNCED"`. None: SENT.
            sent_time: When it was sent, with a time zone; cut to the service's
                clock if ahead. None: the moment the service is told.
            campaign_id: The journey's campaign, which may be left out; or the
                newsletter.
            timeout: Seconds; None: the client's.

        Returns:
            The delivery; `replayed` if nothing changed.

        Raises:
            NotFound: The person has no such journey.
            AlreadyExists: The person has this delivery with another content.
            AttributionError: The call failed otherwise.
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
        return self._call(self._deliveries.RecordDelivery, request, timeout)

    def record_interaction(
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
        """Record an open or a click.

        An interaction has no id: a repeated report is seen to be the same by its
        time. So the client never leaves the time out, and its retries all carry
        the same one. Who may call again later should give the time.

        Args:
            person_id: The person whom the delivery is for.
            delivery_id: The delivery.
            kind: An `InteractionKind`, or its name: `"OPENED"` or `"CLICKED"`.
            time: When it happened, with a time zone. None: now by this machine's
                clock. The service cuts a time that lies ahead of its own clock;
                a clock that is behind makes the interaction that much older.
            machine: A machine did it (mail privacy prefetch, link scanner).
            untracked: The link clicked is not tracked; refused on an open.
            timeout: Seconds; None: the client's.

        Raises:
            NotFound: The person has no such delivery.
            AttributionError: The call failed otherwise.
        """
        when = self._clock.now() if time is None else time
        request = _requests.record_interaction(
            person_id, delivery_id, kind, when, machine, untracked
        )
        return self._call(self._deliveries.RecordInteraction, request, timeout)

    def get_delivery(
        self, person_id: str, delivery_id: str, *, timeout: float | None = None
    ) -> GetDeliveryResponse:
        """Return a delivery as it is now.

        Raises:
            NotFound: The person has no such delivery.
            AttributionError: The call failed otherwise.
        """
        request = _requests.get_delivery(person_id, delivery_id)
        return self._call(self._deliveries.GetDelivery, request, timeout)

    def list_deliveries(
        self,
        person_id: str,
        *,
        journey_id: str = "",
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Delivery]:
        """List a person's deliveries in byte order of their ids, fetching pages as needed.

        Args:
            person_id: The person.
            journey_id: Only deliveries of this journey; empty: of all.
            page_size: Deliveries to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_deliveries(person_id, journey_id, page_size)
        pages = self._pages(self._deliveries.ListDeliveries, request, timeout)
        return (delivery for page in pages for delivery in page.deliveries)

    # Decisions

    def evaluate(
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

        Args:
            event_id: The caller's id of the event, unique within the person.
            person_id: The person who did it.
            name: What was done, such as `course_finished`.
            properties: What is known about it; rules read it as `event`. JSON
                values; numbers are doubles, so send ids beyond 2^53 as strings.
            occurred_time: When it happened, with a time zone. Kept, and never
                used to decide: what counts is when the service takes it in.
            person_attributes: Attributes of the person for this evaluation only;
                rules read them as `person`. JSON values.
            validate_only: Decide without recording anything.
            explain: Ask for the explanation too.
            properties_json: The properties as the text of a JSON object, instead of
                `properties`; it is sent as it is, and whole numbers of up to 64 bits
                stay exact.
            timeout: Seconds; None: the client's.

        Returns:
            The conversions; `replayed` if the event had been taken in before.

        Raises:
            AlreadyExists: The person has this event with another content.
            AttributionError: The call failed otherwise.
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
        return self._call(self._attribution.Evaluate, request, timeout)

    def evaluate_segment_change(
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

        Args:
            person_id: The person.
            segment_id: The segment, which must have no rule.
            change: `"ENTERED"` or `"LEFT"`, or a `MembershipChange`.
            change_id: The caller's id of the change, unique within the person.
                Set it to get the same answer if the call is repeated.
            person_attributes: Attributes for the goal's value rule in this
                evaluation only, over the stored ones.
            validate_only: Decide without recording anything.
            explain: Ask for the explanation too.
            timeout: Seconds; None: the client's.

        Returns:
            The conversions; none if it was no real change.

        Raises:
            NotFound: There is no such segment.
            FailedPrecondition: The segment has a rule.
            AlreadyExists: The id was used for something else.
            AttributionError: The call failed otherwise.
        """
        request = _requests.evaluate_segment_change(
            person_id, segment_id, change, change_id, person_attributes, validate_only, explain
        )
        return self._call(self._attribution.Evaluate, request, timeout)

    def check_exit(
        self,
        person_id: str,
        journey_id: str,
        next_step: NextStep | str | None = None,
        *,
        timeout: float | None = None,
    ) -> CheckExitResponse:
        """Ask, before each message, whether a journey ends; an exit is recorded.

        Args:
            person_id: The person.
            journey_id: The journey.
            next_step: What comes next: a `NextStep`, or its name such as
                `"WAIT"`. None: a message.
            timeout: Seconds; None: the client's.

        Returns:
            `exit`, and if so why and since when. An exit is final.

        Raises:
            NotFound: The person has no such journey.
            AttributionError: The call failed otherwise.
        """
        request = _requests.check_exit(person_id, journey_id, next_step)
        return self._call(self._attribution.CheckExit, request, timeout)

    def check_exit_batch(
        self, checks: Sequence[CheckExitRequest], *, timeout: float | None = None
    ) -> CheckExitBatchResponse:
        """Ask the same of many journeys at once.

        Args:
            checks: What to check, at most 500.
            timeout: Seconds; None: the client's.

        Returns:
            A result for each check in the same order: an answer, or an error of
            its own.

        Raises:
            AttributionError: The call failed as a whole.
        """
        request = _requests.check_exit_batch(checks)
        return self._call(self._attribution.CheckExitBatch, request, timeout)

    def evaluate_batch(
        self, requests: Sequence[EvaluateRequest], *, timeout: float | None = None
    ) -> EvaluateBatchResponse:
        """Evaluate many things that people did, in order, in one call.

        Args:
            requests: What to evaluate, at most 500. Their fields take plain values:
                `EvaluateRequest(event={"event_id": "e1", "person_id": "ada", "name": "paid"})`.
            timeout: Seconds; None: the client's.

        Returns:
            A result for each request in the same order: an answer, or an error of
            its own.

        Raises:
            AttributionError: The call failed as a whole.
        """
        request = _requests.evaluate_batch(requests)
        return self._call(self._attribution.EvaluateBatch, request, timeout)

    def evaluate_stream(
        self, batches: Iterable[Sequence[EvaluateRequest]], *, timeout: float | None = None
    ) -> Iterator[EvaluateStreamResponse]:
        """Evaluate batch after batch, without waiting for each answer.

        Batches are taken from their source, in a thread of this package, as the
        service answers: at most 8 are under way. Connects again when the connection is
        lost or the server stops, and sends again what has no answer yet; what has a
        change of a segment needs a `change_id` for that. Close the iterator to end it:
        what is under way then may be carried out or not.

        Args:
            batches: Lists of at most 500 requests, such as a generator gives them.
            timeout: Seconds that one connection lasts before the next; None: 300. No
                limit for the whole.

        Returns:
            The response to each batch, in the same order: a result for each request,
            or one error for the batch, of which nothing was taken in then. Such a
            batch is not sent again: those behind it are under way already.

        Raises:
            ResourceExhausted: Too many streams are open; raised while iterating, as all
                errors are, also those that `batches` raises.
            Unavailable: No server answers; raised after 20 attempts, or those of the
                retry policy if they are more, which count anew with each response. A
                policy of one attempt is kept to.
            AttributionError: The call failed otherwise.
        """
        return self._send(Sending(batches), Connections(self._retry, self._clock, timeout))

    def _send(self, sending: Sending, connections: Connections) -> Iterator[EvaluateStreamResponse]:
        try:
            while True:
                if self._closed:
                    raise ValueError("the client is closed")
                requests = sending.connect()
                stream = self._attribution.EvaluateStream(requests, timeout=connections.seconds)
                try:
                    for response in stream:
                        connections.works()
                        sending.answered()
                        yield response
                    sending.check_end()
                    return
                except grpc.RpcError as error:
                    delay = connections.delay_after(error)
                finally:
                    stream.cancel()
                self._sleep(delay)
        finally:
            sending.stop()

    def explain(
        self,
        person_id: str,
        *,
        event_id: str | None = None,
        delivery_id: str | None = None,
        timeout: float | None = None,
    ) -> ExplainResponse:
        """Explain what was decided earlier, as of then; changes nothing.

        Args:
            person_id: The person.
            event_id: Id of an event, of a change of a segment or of an update of
                attributes; or:
            delivery_id: Id of a delivery that was credited.
            timeout: Seconds; None: the client's.

        Returns:
            What came of it, and a verdict for each journey and delivery that was
            looked at, with what the rules saw.

        Raises:
            NotFoundError: Nothing of the kind is on record.
            ValueError: Both ids are given.
        """
        request = _requests.explain(person_id, event_id, delivery_id)
        return self._call(self._attribution.Explain, request, timeout)

    def ingest(
        self, items: Sequence[IngestItem], *, timeout: float | None = None
    ) -> IngestResponse:
        """Take in many things, in order, in one call.

        Args:
            items: What to take in, at most 500: journeys, deliveries, interactions,
                evaluations, checks and attributes. Their fields take plain values:
                `IngestItem(finish_journey={"person_id": "ada", "journey_id": "j1"})`.
                Give interactions their time, segment changes a `change_id` and updates
                an `update_id`: then nothing is counted twice if the call is repeated.
            timeout: Seconds; None: the client's.

        Returns:
            A result for each item in the same order: its answer, in the field of the
            same name, or an error of its own.

        Raises:
            AttributionError: The call failed as a whole.
        """
        request = _requests.ingest(items)
        return self._call(self._attribution.Ingest, request, timeout)

    # People and segments

    def update_attributes(
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

        Args:
            person_id: The person.
            attributes: New values by name; other names stay as they are. None as
                a value is null, and removes nothing.
            remove_names: Names to remove.
            update_id: The caller's id of the update, unique within the person.
                Set it to get the same answer if the call is repeated.
            explain: Ask for the explanation too.
            timeout: Seconds; None: the client's.

        Returns:
            The person as they are now, the segments entered and left, and what
            this achieved.

        Raises:
            AlreadyExists: The id was used for something else.
            AttributionError: The call failed otherwise.
        """
        request = _requests.update_attributes(
            person_id, attributes, remove_names, update_id, explain
        )
        return self._call(self._people.UpdateAttributes, request, timeout)

    def get_person(self, person_id: str, *, timeout: float | None = None) -> GetPersonResponse:
        """Return a person's attributes and segments as they are now.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.get_person(person_id)
        return self._call(self._people.GetPerson, request, timeout)

    def delete_person(
        self, person_id: str, *, timeout: float | None = None
    ) -> DeletePersonResponse:
        """Remove everything that is a person's, for good; figures stay as they were.

        Deleting twice, or somebody who was never there, is no error.

        Args:
            person_id: The person.
            timeout: Seconds; None: the client's.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.delete_person(person_id)
        return self._call(self._people.DeletePerson, request, timeout)

    def create_segment(
        self, segment: Segment, *, timeout: float | None = None
    ) -> CreateSegmentResponse:
        """Create a segment.

        Args:
            segment: The segment; its output-only fields are not looked at.
            timeout: Seconds; None: the client's.

        Raises:
            AlreadyExists: The id is taken.
            InvalidArgument: A field or the rule is refused.
            AttributionError: The call failed otherwise.
        """
        request = _requests.create_segment(segment)
        return self._call(self._segments.CreateSegment, request, timeout)

    def get_segment(self, segment_id: str, *, timeout: float | None = None) -> GetSegmentResponse:
        """Return a segment as it is now.

        Raises:
            NotFound: There is no such segment.
            AttributionError: The call failed otherwise.
        """
        request = _requests.get_segment(segment_id)
        return self._call(self._segments.GetSegment, request, timeout)

    def list_segments(
        self, *, page_size: int = 0, timeout: float | None = None
    ) -> Iterator[Segment]:
        """List all segments in byte order of their ids, fetching pages as needed.

        Args:
            page_size: Segments to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_segments(page_size)
        pages = self._pages(self._segments.ListSegments, request, timeout)
        return (segment for page in pages for segment in page.segments)

    def update_segment(
        self,
        segment: Segment,
        *,
        update_mask: Sequence[str] = (),
        timeout: float | None = None,
    ) -> UpdateSegmentResponse:
        """Change a segment's name or rule; nobody achieves anything by that.

        Args:
            segment: The new values, the id, and, to be refused if somebody else
                changed it in between, the etag.
            update_mask: `["display_name"]`, `["rule"]` or both. Empty: those set
                in `segment`.
            timeout: Seconds; None: the client's.

        Raises:
            Aborted: The etag is not the current one.
            NotFound: There is no such segment.
            FailedPrecondition: It has a rule, which cannot be taken away, or none.
            InvalidArgument: A field, the rule or a path of the mask is refused.
            AttributionError: The call failed otherwise.
        """
        request = _requests.update_segment(segment, update_mask)
        return self._call(self._segments.UpdateSegment, request, timeout)

    def delete_segment(
        self, segment_id: str, *, etag: str = "", timeout: float | None = None
    ) -> DeleteSegmentResponse:
        """Delete a segment with its members.

        Args:
            segment_id: The segment.
            etag: To be refused if somebody else changed it in between.
            timeout: Seconds; None: the client's.

        Raises:
            Aborted: The etag is not the current one.
            NotFound: There is no such segment; it may be this very call that
                deleted it, if an earlier attempt's answer was lost.
            FailedPrecondition: A campaign is about it.
            AttributionError: The call failed otherwise.
        """
        request = _requests.delete_segment(segment_id, etag)
        return self._call(self._segments.DeleteSegment, request, timeout)

    # Rules

    def check_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        without_trigger: bool = False,
        timeout: float | None = None,
    ) -> CheckRuleResponse:
        """Check a rule as creating a campaign with it would; nothing is stored.

        Args:
            source: The rule.
            place: Where it is to stand: a `RulePlace`, or its name such as
                `"GOAL_FILTER"`.
            without_trigger: No event triggers the campaign, so there is no
                `trigger` to read.
            timeout: Seconds; None: the client's.

        Returns:
            Whether it is `valid`, and what is wrong or doubtful about it. A
            refused rule raises nothing.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.check_rule(source, place, without_trigger)
        return self._call(self._rules.CheckRule, request, timeout)

    def try_rule(
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

        Args:
            source: The rule.
            place: Where it is to stand: a `RulePlace`, or its name such as
                `"GOAL_FILTER"`.
            event: Properties of the event that is judged. JSON values; numbers
                are doubles, so send ids beyond 2^53 as strings.
            trigger: Properties of the event that started the journey.
            person: Attributes of the person.
            now: The time of arrival, with a time zone. None: a rule that reads
                `now` ends in an error.
            without_trigger: No event triggers the campaign, so there is no
                `trigger` to read.
            segments: Ids of the segments that the person is in.
            timeout: Seconds; None: the client's.

        Returns:
            The result with the parts; if the rule is not `valid`, what is wrong.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.try_rule(
            source, place, event, trigger, person, now, without_trigger, segments
        )
        return self._call(self._rules.TryRule, request, timeout)

    def simulate(
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

        Nothing is stored, and the same steps give the same answers.

        Args:
            steps: Requests of other calls, each with its time, in order; at most
                500.
            campaigns: Campaigns that are there when the first step is played.
            segments: Segments that are there too.
            stored_campaign_ids: Campaigns of the server to copy as they are now.
            stored_segment_ids: Segments of the server to copy as they are now.
            timeout: Seconds; None: the client's.

        Returns:
            For each step the answer, or why it alone was refused.

        Raises:
            AttributionError: The call failed: a definition is refused, the times
                go back, or it is too long.
        """
        request = _requests.simulate(
            steps, campaigns, segments, stored_campaign_ids, stored_segment_ids
        )
        return self._call(self._rules.Simulate, request, timeout)

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
    ) -> Iterator[BacktestResponse]:
        """Try a goal on what happened: which deliveries would have converted by it?

        Nothing is changed. Gives progress, first at once and then now and then, conversions as
        they are found, and at the end one summary. Close the iterator to end it before.

        Args:
            campaign_id: The campaign whose journeys are judged; no newsletter.
            goal: The goal to try, about an event.
            webhook_action_ids: Actions whose webhooks can be credited; none if it is empty.
                None: those that the campaign has now.
            start_time: Begin of the range of events, included, with a time zone. None: ever
                since.
            end_time: End of the range, not included, with a time zone. None: up to now.
            max_conversions: Most conversions to be shown; all are counted. None: 100; at most
                10000.
            timeout: Seconds for the whole; None: 14400.

        Raises:
            NotFound: There is no such campaign; raised while iterating, as all errors are.
            InvalidArgument: The goal is refused as an update of the campaign would refuse it,
                or is about a segment; or the range is empty or runs backwards.
            FailedPrecondition: The campaign is a newsletter.
            ResourceExhausted: As many backtests run as may.
            Unavailable: No server answers, or the server stopped: call again for all of it.
            AttributionError: The call failed otherwise.
        """
        request = _requests.backtest(
            campaign_id, goal, webhook_action_ids, start_time, end_time, max_conversions
        )
        return self._backtest(request, DEFAULT_BACKTEST_SECONDS if timeout is None else timeout)

    def _backtest(self, request: BacktestRequest, timeout: float) -> Iterator[BacktestResponse]:
        attempts = Attempts(self._retry, self._clock, timeout)
        while True:
            if self._closed:
                raise ValueError("the client is closed")
            stream = self._rules.Backtest(request, timeout=attempts.start())
            begun = False
            try:
                for response in stream:
                    begun = True
                    yield response
                return
            except grpc.RpcError as error:
                if begun:  # what was given already would come again
                    raise from_rpc_error(error) from error
                delay = attempts.delay_after(error)
            finally:
                stream.cancel()
            self._sleep(delay)

    # Reports

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

    def _call(
        self,
        method: grpc.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        timeout: float | None,
    ) -> _Response:
        if self._closed:
            raise ValueError("the client is closed")
        attempts = Attempts(self._retry, self._clock, self._timeout if timeout is None else timeout)
        while True:
            try:
                return method(request, timeout=attempts.start())
            except grpc.RpcError as error:
                delay = attempts.delay_after(error)
            self._sleep(delay)

    def _pages(
        self,
        method: grpc.UnaryUnaryMultiCallable[PageRequest, _Page],
        first: PageRequest,
        timeout: float | None,
    ) -> Iterator[_Page]:
        request: PageRequest | None = first
        while request is not None:
            page = self._call(method, request, timeout)
            yield page
            request = next_request(request, page)


def _open(target: str, settings: ChannelSettings) -> grpc.Channel:
    options = settings.options()
    if settings.credentials is None:
        return grpc.insecure_channel(target, options=options)
    return grpc.secure_channel(target, settings.credentials, options=options)
