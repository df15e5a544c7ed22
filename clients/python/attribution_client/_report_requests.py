"""Build the requests of ReportService from the arguments of the clients' methods."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar, cast

from attribution.v1.delivery_pb2 import Channel
from attribution.v1.journey_pb2 import ExitReason
from attribution.v1.report_pb2 import (
    CreditModel,
    CreditSettings,
    DeliveryFigure,
    JourneyFigure,
    SeriesStep,
    TimeBasis,
)
from attribution.v1.report_service_pb2 import (
    GetMetricsRequest,
    ListConversionsRequest,
    ListPersonActivityRequest,
    ListPersonSentRequest,
    ListSentDeliveriesRequest,
    ListStartedJourneysRequest,
    WatchConversionsRequest,
)

from attribution_client._convert import EnumType, to_enum, to_timestamp

_Ranged = TypeVar(
    "_Ranged",
    GetMetricsRequest,
    ListConversionsRequest,
    ListSentDeliveriesRequest,
    ListStartedJourneysRequest,
)


def get_metrics(
    campaign_id: str,
    start_time: datetime | None,
    end_time: datetime | None,
    time_basis: TimeBasis | str | None,
    step: SeriesStep | str | None,
    time_zone: str,
    credit: CreditSettings | CreditModel | str | None,
) -> GetMetricsRequest:
    """Build the request of GetMetrics."""
    request = GetMetricsRequest(
        campaign_id=campaign_id,
        time_basis=cast(TimeBasis, _enum(time_basis, TimeBasis, "TIME_BASIS_", "time_basis")),
        step=cast(SeriesStep, _enum(step, SeriesStep, "SERIES_STEP_", "step")),
        time_zone=time_zone,
    )
    if isinstance(credit, CreditSettings):
        request.credit.CopyFrom(credit)
    elif credit is not None:
        number = _enum(credit, CreditModel, "CREDIT_MODEL_", "credit")
        request.credit.model = cast(CreditModel, number)
    return _within(request, start_time, end_time)


def list_conversions(
    campaign_id: str,
    action_id: str,
    channel: Channel | str | None,
    start_time: datetime | None,
    end_time: datetime | None,
    page_size: int,
) -> ListConversionsRequest:
    """Build the request of ListConversions."""
    request = ListConversionsRequest(
        campaign_id=campaign_id,
        action_id=action_id,
        channel=_channel(channel),
        page_size=page_size,
    )
    return _within(request, start_time, end_time)


def list_sent_deliveries(
    campaign_id: str,
    action_id: str,
    channel: Channel | str | None,
    figure: DeliveryFigure | str | None,
    start_time: datetime | None,
    end_time: datetime | None,
    page_size: int,
) -> ListSentDeliveriesRequest:
    """Build the request of ListSentDeliveries."""
    number = _enum(figure, DeliveryFigure, "DELIVERY_FIGURE_", "figure")
    request = ListSentDeliveriesRequest(
        campaign_id=campaign_id,
        action_id=action_id,
        channel=_channel(channel),
        figure=cast(DeliveryFigure, number),
        page_size=page_size,
    )
    return _within(request, start_time, end_time)


def list_started_journeys(
    campaign_id: str,
    figure: JourneyFigure | str | None,
    exit_reason: ExitReason | str | None,
    start_time: datetime | None,
    end_time: datetime | None,
    page_size: int,
) -> ListStartedJourneysRequest:
    """Build the request of ListStartedJourneys."""
    number = _enum(figure, JourneyFigure, "JOURNEY_FIGURE_", "figure")
    reason = _enum(exit_reason, ExitReason, "EXIT_REASON_", "exit_reason")
    request = ListStartedJourneysRequest(
        campaign_id=campaign_id,
        figure=cast(JourneyFigure, number),
        exit_reason=cast(ExitReason, reason),
        page_size=page_size,
    )
    return _within(request, start_time, end_time)


def list_person_sent(person_id: str, page_size: int) -> ListPersonSentRequest:
    """Build the request of ListPersonSent."""
    return ListPersonSentRequest(person_id=person_id, page_size=page_size)


def list_person_activity(person_id: str, page_size: int) -> ListPersonActivityRequest:
    """Build the request of ListPersonActivity."""
    return ListPersonActivityRequest(person_id=person_id, page_size=page_size)


def watch_conversions(
    campaign_id: str, cursor: str, from_now: bool, end_when_caught_up: bool
) -> WatchConversionsRequest:
    """Build the first request of WatchConversions."""
    return WatchConversionsRequest(
        campaign_id=campaign_id,
        cursor=cursor,
        from_now=from_now,
        end_when_caught_up=end_when_caught_up,
    )


def _within(request: _Ranged, start_time: datetime | None, end_time: datetime | None) -> _Ranged:
    if start_time is not None:
        request.start_time.CopyFrom(to_timestamp(start_time, "start_time"))
    if end_time is not None:
        request.end_time.CopyFrom(to_timestamp(end_time, "end_time"))
    return request


def _channel(channel: Channel | str | None) -> Channel:
    return cast(Channel, _enum(channel, Channel, "CHANNEL_", "channel"))


def _enum(value: str | int | None, kind: EnumType, prefix: str, path: str) -> int:
    """The number of an enum value; None: unset."""
    return 0 if value is None else to_enum(value, kind, prefix, path)
