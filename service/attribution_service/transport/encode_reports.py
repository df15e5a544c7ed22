"""Figures and views of people to the messages of the contract."""

from typing import Any

from attribution.v1 import report_pb2, report_service_pb2

from attribution_service.core.credit_models import ActionCredit
from attribution_service.core.figures import (
    ActionMetrics,
    DeliveryFigures,
    JourneyFigures,
    Metrics,
    StepMetrics,
)
from attribution_service.core.model import told
from attribution_service.core.reports import Activity, MetricsQuery
from attribution_service.transport import enums
from attribution_service.transport.encode import time

MAX_ACTIONS = 1_000


def metrics(query: MetricsQuery, found: Metrics) -> report_service_pb2.GetMetricsResponse:
    """The response to GetMetrics."""
    return report_service_pb2.GetMetricsResponse(
        campaign_id=query.range.campaign_id,
        time_basis=enums.TIME_BASIS.number(query.basis),
        deliveries=_deliveries(found.deliveries),
        journeys=_journeys(found.journeys),
        exits=[
            report_pb2.ExitCount(reason=enums.EXIT_REASON.number(reason), count=count)
            for reason, count in found.exits
        ],
        total_value=found.conversions.value,
        converted_people=found.conversions.people,
        conversions_without_value=found.conversions.without_value,
        actions=[_action(item) for item in found.actions[:MAX_ACTIONS]],
        action_count=len(found.actions),
        series=[_step(item) for item in found.series],
        credits=[_credit(item) for item in found.credits[:MAX_ACTIONS]],
    )


def _deliveries(found: DeliveryFigures) -> report_pb2.DeliveryFigures:
    counts: dict[str, Any] = {figure.lower(): count for figure, count in found.counts.items()}
    message = report_pb2.DeliveryFigures(**counts)
    if found.shares is not None:
        shares = {figure.lower(): share for figure, share in found.shares.items()}
        message.shares.CopyFrom(report_pb2.DeliveryShares(**shares))
    return message


def _journeys(found: JourneyFigures) -> report_pb2.JourneyFigures:
    counts: dict[str, Any] = {figure.lower(): count for figure, count in found.counts.items()}
    message = report_pb2.JourneyFigures(**counts)
    if found.shares is not None:
        shares = {figure.lower(): share for figure, share in found.shares.items()}
        message.shares.CopyFrom(report_pb2.JourneyShares(**shares))
    return message


def _action(item: ActionMetrics) -> report_pb2.ActionMetrics:
    return report_pb2.ActionMetrics(
        action_id=item.action_id,
        deliveries=_deliveries(item.deliveries),
        converted_people=item.conversions.people,
        total_value=item.conversions.value,
        conversions_without_value=item.conversions.without_value,
    )


def _step(item: StepMetrics) -> report_pb2.MetricsStep:
    return report_pb2.MetricsStep(
        start_time=time(item.start_us),
        end_time=time(item.end_us),
        deliveries=_deliveries(item.deliveries),
        journeys=_journeys(item.journeys),
        converted_people=item.conversions.people,
        total_value=item.conversions.value,
        conversions_without_value=item.conversions.without_value,
    )


def _credit(item: ActionCredit) -> report_pb2.ActionCredit:
    return report_pb2.ActionCredit(
        action_id=item.action_id, credit_billionths=item.billionths, value=item.value
    )


def activity(item: Activity) -> report_pb2.PersonActivity:
    """Something that happened in a person's journeys."""
    return report_pb2.PersonActivity(
        time=time(item.time_us),
        kind=enums.ACTIVITY_KIND.number(item.kind),
        campaign_id=item.campaign_id,
        journey_id=told(item.journey_id),
        delivery_id=item.delivery_id,
        action_id=item.action_id,
        channel=enums.CHANNEL.number(item.channel),
        event_id=told(item.event_id),
        value=item.value,
        exit_reason=enums.EXIT_REASON.number(item.exit_reason),
    )
