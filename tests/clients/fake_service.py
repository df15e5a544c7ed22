"""A server in the test's own process that answers as told and keeps what it was asked."""
# The methods have the names of the RPCs.
# ruff: noqa: N802

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import grpc
from attribution.v1 import (
    attribution_service_pb2,
    attribution_service_pb2_grpc,
    campaign_service_pb2,
    campaign_service_pb2_grpc,
    delivery_service_pb2,
    delivery_service_pb2_grpc,
    journey_service_pb2,
    journey_service_pb2_grpc,
    person_service_pb2,
    person_service_pb2_grpc,
    report_service_pb2,
    report_service_pb2_grpc,
    rule_service_pb2,
    rule_service_pb2_grpc,
    segment_service_pb2,
    segment_service_pb2_grpc,
)
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

DETAILS_KEY = "grpc-status-details-bin"
DOMAIN = "attribution.v1"
MODULES = (
    attribution_service_pb2,
    campaign_service_pb2,
    delivery_service_pb2,
    journey_service_pb2,
    person_service_pb2,
    report_service_pb2,
    rule_service_pb2,
    segment_service_pb2,
)

R = TypeVar("R", bound=Message)


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is an error; `details` are the bytes of the trailer, if any."""

    code: grpc.StatusCode
    message: str = ""
    details: bytes | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that arrived."""

    method: str
    request: Message
    metadata: Mapping[str, str | bytes]


def error_info(reason: str, domain: str = DOMAIN, **metadata: str) -> Message:
    """Return the detail that names the reason."""
    return cast(
        Message, error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata=metadata)
    )


def bad_request(*violations: tuple[str, str, str]) -> Message:
    """Return the detail that names the fields: field, description, reason."""
    request = error_details_pb2.BadRequest()
    for field, description, reason in violations:
        request.field_violations.add(field=field, description=description, reason=reason)
    return cast(Message, request)


def retry_info(delay: timedelta | Duration | None) -> Message:
    """Return the detail that asks to wait."""
    return cast(Message, error_details_pb2.RetryInfo(retry_delay=delay))


def details(*parts: Message | AnyMessage, message: str = "") -> bytes:
    """Return the bytes of a status with details."""
    status = status_pb2.Status(message=message)
    for part in parts:
        if isinstance(part, AnyMessage):
            status.details.append(part)
        else:
            status.details.add().Pack(part)
    return cast(bytes, status.SerializeToString())


def unavailable(*parts: Message) -> Failure:
    """Return the error that is tried again."""
    return Failure(grpc.StatusCode.UNAVAILABLE, "not now", details(*parts))


class FakeService(
    attribution_service_pb2_grpc.AttributionServiceServicer,
    campaign_service_pb2_grpc.CampaignServiceServicer,
    delivery_service_pb2_grpc.DeliveryServiceServicer,
    journey_service_pb2_grpc.JourneyServiceServicer,
    person_service_pb2_grpc.PersonServiceServicer,
    report_service_pb2_grpc.ReportServiceServicer,
    rule_service_pb2_grpc.RuleServiceServicer,
    segment_service_pb2_grpc.SegmentServiceServicer,
):
    """All services. Answers are those told, in order, and then empty ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._answers: defaultdict[str, deque[Message | Failure]] = defaultdict(deque)

    def will(self, method: str, *answers: Message | Failure) -> None:
        """Tell what the next calls of a method get."""
        self._answers[method].extend(answers)

    @property
    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def requests(self, method: str) -> list[Message]:
        return [call.request for call in self.calls if call.method == method]

    def _answer(self, empty: R, request: Message, context: grpc.ServicerContext) -> R:
        method = empty.DESCRIPTOR.name.removesuffix("Response")
        metadata = dict(context.invocation_metadata())
        with self._lock:
            self._calls.append(Call(method, request, metadata))
            queue = self._answers[method]
            answer = queue.popleft() if queue else empty
        if isinstance(answer, Failure):
            if answer.details is not None:
                context.set_trailing_metadata(((DETAILS_KEY, answer.details),))
            context.abort(answer.code, answer.message)
        assert isinstance(answer, type(empty))
        return answer

    def Evaluate(
        self, request: attribution_service_pb2.EvaluateRequest, context: grpc.ServicerContext
    ) -> attribution_service_pb2.EvaluateResponse:
        return self._answer(attribution_service_pb2.EvaluateResponse(), request, context)

    def CheckExit(
        self, request: attribution_service_pb2.CheckExitRequest, context: grpc.ServicerContext
    ) -> attribution_service_pb2.CheckExitResponse:
        return self._answer(attribution_service_pb2.CheckExitResponse(), request, context)

    def CreateCampaign(
        self, request: campaign_service_pb2.CreateCampaignRequest, context: grpc.ServicerContext
    ) -> campaign_service_pb2.CreateCampaignResponse:
        return self._answer(campaign_service_pb2.CreateCampaignResponse(), request, context)

    def GetCampaign(
        self, request: campaign_service_pb2.GetCampaignRequest, context: grpc.ServicerContext
    ) -> campaign_service_pb2.GetCampaignResponse:
        return self._answer(campaign_service_pb2.GetCampaignResponse(), request, context)

    def ListCampaigns(
        self, request: campaign_service_pb2.ListCampaignsRequest, context: grpc.ServicerContext
    ) -> campaign_service_pb2.ListCampaignsResponse:
        return self._answer(campaign_service_pb2.ListCampaignsResponse(), request, context)

    def UpdateCampaign(
        self, request: campaign_service_pb2.UpdateCampaignRequest, context: grpc.ServicerContext
    ) -> campaign_service_pb2.UpdateCampaignResponse:
        return self._answer(campaign_service_pb2.UpdateCampaignResponse(), request, context)

    def StartJourney(
        self, request: journey_service_pb2.StartJourneyRequest, context: grpc.ServicerContext
    ) -> journey_service_pb2.StartJourneyResponse:
        return self._answer(journey_service_pb2.StartJourneyResponse(), request, context)

    def GetJourney(
        self, request: journey_service_pb2.GetJourneyRequest, context: grpc.ServicerContext
    ) -> journey_service_pb2.GetJourneyResponse:
        return self._answer(journey_service_pb2.GetJourneyResponse(), request, context)

    def ListJourneys(
        self, request: journey_service_pb2.ListJourneysRequest, context: grpc.ServicerContext
    ) -> journey_service_pb2.ListJourneysResponse:
        return self._answer(journey_service_pb2.ListJourneysResponse(), request, context)

    def FinishJourney(
        self, request: journey_service_pb2.FinishJourneyRequest, context: grpc.ServicerContext
    ) -> journey_service_pb2.FinishJourneyResponse:
        return self._answer(journey_service_pb2.FinishJourneyResponse(), request, context)

    def RecordDelivery(
        self, request: delivery_service_pb2.RecordDeliveryRequest, context: grpc.ServicerContext
    ) -> delivery_service_pb2.RecordDeliveryResponse:
        return self._answer(delivery_service_pb2.RecordDeliveryResponse(), request, context)

    def RecordInteraction(
        self, request: delivery_service_pb2.RecordInteractionRequest, context: grpc.ServicerContext
    ) -> delivery_service_pb2.RecordInteractionResponse:
        return self._answer(delivery_service_pb2.RecordInteractionResponse(), request, context)

    def GetDelivery(
        self, request: delivery_service_pb2.GetDeliveryRequest, context: grpc.ServicerContext
    ) -> delivery_service_pb2.GetDeliveryResponse:
        return self._answer(delivery_service_pb2.GetDeliveryResponse(), request, context)

    def ListDeliveries(
        self, request: delivery_service_pb2.ListDeliveriesRequest, context: grpc.ServicerContext
    ) -> delivery_service_pb2.ListDeliveriesResponse:
        return self._answer(delivery_service_pb2.ListDeliveriesResponse(), request, context)

    def GetMetrics(
        self, request: report_service_pb2.GetMetricsRequest, context: grpc.ServicerContext
    ) -> report_service_pb2.GetMetricsResponse:
        return self._answer(report_service_pb2.GetMetricsResponse(), request, context)

    def ListConversions(
        self, request: report_service_pb2.ListConversionsRequest, context: grpc.ServicerContext
    ) -> report_service_pb2.ListConversionsResponse:
        return self._answer(report_service_pb2.ListConversionsResponse(), request, context)

    def ListSentDeliveries(
        self, request: report_service_pb2.ListSentDeliveriesRequest, context: grpc.ServicerContext
    ) -> report_service_pb2.ListSentDeliveriesResponse:
        return self._answer(report_service_pb2.ListSentDeliveriesResponse(), request, context)

    def ListStartedJourneys(
        self, request: report_service_pb2.ListStartedJourneysRequest, context: grpc.ServicerContext
    ) -> report_service_pb2.ListStartedJourneysResponse:
        return self._answer(report_service_pb2.ListStartedJourneysResponse(), request, context)

    def ListPersonSent(
        self, request: report_service_pb2.ListPersonSentRequest, context: grpc.ServicerContext
    ) -> report_service_pb2.ListPersonSentResponse:
        return self._answer(report_service_pb2.ListPersonSentResponse(), request, context)

    def ListPersonActivity(
        self, request: report_service_pb2.ListPersonActivityRequest, context: grpc.ServicerContext
    ) -> report_service_pb2.ListPersonActivityResponse:
        return self._answer(report_service_pb2.ListPersonActivityResponse(), request, context)

    def WatchConversions(
        self, request: report_service_pb2.WatchConversionsRequest, context: grpc.ServicerContext
    ) -> Iterator[report_service_pb2.WatchConversionsResponse]:
        """Stream what was told, up to a failure; then what comes next is for the next call."""
        with self._lock:
            self._calls.append(Call("WatchConversions", request, {}))
        yield from self._told(
            "WatchConversions", report_service_pb2.WatchConversionsResponse, context
        )

    def Backtest(
        self, request: rule_service_pb2.BacktestRequest, context: grpc.ServicerContext
    ) -> Iterator[rule_service_pb2.BacktestResponse]:
        """As WatchConversions."""
        with self._lock:
            self._calls.append(Call("Backtest", request, {}))
        yield from self._told("Backtest", rule_service_pb2.BacktestResponse, context)

    def _told(self, method: str, kind: type[R], context: grpc.ServicerContext) -> Iterator[R]:
        queue = self._answers[method]
        while queue:
            answer = queue.popleft()
            if isinstance(answer, Failure):
                context.abort(answer.code, answer.message)
            assert isinstance(answer, kind)
            yield answer

    def CheckExitBatch(
        self, request: attribution_service_pb2.CheckExitBatchRequest, context: grpc.ServicerContext
    ) -> attribution_service_pb2.CheckExitBatchResponse:
        return self._answer(attribution_service_pb2.CheckExitBatchResponse(), request, context)

    def EvaluateBatch(
        self, request: attribution_service_pb2.EvaluateBatchRequest, context: grpc.ServicerContext
    ) -> attribution_service_pb2.EvaluateBatchResponse:
        return self._answer(attribution_service_pb2.EvaluateBatchResponse(), request, context)

    def EvaluateStream(
        self,
        request_iterator: Iterator[attribution_service_pb2.EvaluateStreamRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[attribution_service_pb2.EvaluateStreamResponse]:
        """Answer each request with what was told, up to a failure; nothing told: an empty one."""
        queue = self._answers["EvaluateStream"]
        for request in request_iterator:
            with self._lock:
                self._calls.append(Call("EvaluateStream", request, {}))
            answer = queue.popleft() if queue else attribution_service_pb2.EvaluateStreamResponse()
            if isinstance(answer, Failure):
                context.abort(answer.code, answer.message)
            assert isinstance(answer, attribution_service_pb2.EvaluateStreamResponse)
            yield answer

    def Explain(
        self, request: attribution_service_pb2.ExplainRequest, context: grpc.ServicerContext
    ) -> attribution_service_pb2.ExplainResponse:
        return self._answer(attribution_service_pb2.ExplainResponse(), request, context)

    def Ingest(
        self, request: attribution_service_pb2.IngestRequest, context: grpc.ServicerContext
    ) -> attribution_service_pb2.IngestResponse:
        return self._answer(attribution_service_pb2.IngestResponse(), request, context)

    def ListRevisions(
        self, request: campaign_service_pb2.ListRevisionsRequest, context: grpc.ServicerContext
    ) -> campaign_service_pb2.ListRevisionsResponse:
        return self._answer(campaign_service_pb2.ListRevisionsResponse(), request, context)

    def ArchiveCampaign(
        self, request: campaign_service_pb2.ArchiveCampaignRequest, context: grpc.ServicerContext
    ) -> campaign_service_pb2.ArchiveCampaignResponse:
        return self._answer(campaign_service_pb2.ArchiveCampaignResponse(), request, context)

    def UpdateAttributes(
        self, request: person_service_pb2.UpdateAttributesRequest, context: grpc.ServicerContext
    ) -> person_service_pb2.UpdateAttributesResponse:
        return self._answer(person_service_pb2.UpdateAttributesResponse(), request, context)

    def GetPerson(
        self, request: person_service_pb2.GetPersonRequest, context: grpc.ServicerContext
    ) -> person_service_pb2.GetPersonResponse:
        return self._answer(person_service_pb2.GetPersonResponse(), request, context)

    def DeletePerson(
        self, request: person_service_pb2.DeletePersonRequest, context: grpc.ServicerContext
    ) -> person_service_pb2.DeletePersonResponse:
        return self._answer(person_service_pb2.DeletePersonResponse(), request, context)

    def CreateSegment(
        self, request: segment_service_pb2.CreateSegmentRequest, context: grpc.ServicerContext
    ) -> segment_service_pb2.CreateSegmentResponse:
        return self._answer(segment_service_pb2.CreateSegmentResponse(), request, context)

    def GetSegment(
        self, request: segment_service_pb2.GetSegmentRequest, context: grpc.ServicerContext
    ) -> segment_service_pb2.GetSegmentResponse:
        return self._answer(segment_service_pb2.GetSegmentResponse(), request, context)

    def ListSegments(
        self, request: segment_service_pb2.ListSegmentsRequest, context: grpc.ServicerContext
    ) -> segment_service_pb2.ListSegmentsResponse:
        return self._answer(segment_service_pb2.ListSegmentsResponse(), request, context)

    def UpdateSegment(
        self, request: segment_service_pb2.UpdateSegmentRequest, context: grpc.ServicerContext
    ) -> segment_service_pb2.UpdateSegmentResponse:
        return self._answer(segment_service_pb2.UpdateSegmentResponse(), request, context)

    def DeleteSegment(
        self, request: segment_service_pb2.DeleteSegmentRequest, context: grpc.ServicerContext
    ) -> segment_service_pb2.DeleteSegmentResponse:
        return self._answer(segment_service_pb2.DeleteSegmentResponse(), request, context)

    def CheckRule(
        self, request: rule_service_pb2.CheckRuleRequest, context: grpc.ServicerContext
    ) -> rule_service_pb2.CheckRuleResponse:
        return self._answer(rule_service_pb2.CheckRuleResponse(), request, context)

    def TryRule(
        self, request: rule_service_pb2.TryRuleRequest, context: grpc.ServicerContext
    ) -> rule_service_pb2.TryRuleResponse:
        return self._answer(rule_service_pb2.TryRuleResponse(), request, context)

    def Simulate(
        self, request: rule_service_pb2.SimulateRequest, context: grpc.ServicerContext
    ) -> rule_service_pb2.SimulateResponse:
        return self._answer(rule_service_pb2.SimulateResponse(), request, context)


ADDERS: tuple[Callable[[FakeService, grpc.Server], None], ...] = (
    attribution_service_pb2_grpc.add_AttributionServiceServicer_to_server,
    campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server,
    delivery_service_pb2_grpc.add_DeliveryServiceServicer_to_server,
    journey_service_pb2_grpc.add_JourneyServiceServicer_to_server,
    person_service_pb2_grpc.add_PersonServiceServicer_to_server,
    report_service_pb2_grpc.add_ReportServiceServicer_to_server,
    rule_service_pb2_grpc.add_RuleServiceServicer_to_server,
    segment_service_pb2_grpc.add_SegmentServiceServicer_to_server,
)


@contextmanager
def served(service: FakeService) -> Iterator[str]:
    """Serve on a free port of the loopback; gives the address."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        server = grpc.server(pool)
        for add in ADDERS:
            add(service, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()
