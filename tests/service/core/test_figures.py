"""Figures from counts, and the marks that deliveries are counted by."""

from dataclasses import replace
from typing import Any

import pytest
from attribution_service.core.figures import metrics
from attribution_service.core.marks import Mark, marks_of
from attribution_service.core.model import (
    Channel,
    Delivery,
    DeliveryStatus,
    ExitReason,
    JourneyState,
)
from attribution_service.core.reports import (
    ConversionCount,
    Counts,
    DeliveryCount,
    DeliveryFigure,
    JourneyCount,
    JourneyFigure,
    MetricsQuery,
    Range,
    TimeBasis,
)

DELIVERY = Delivery("ada", "d1", "c1", "j1", "a1", Channel.EMAIL, DeliveryStatus.SENT, 0)


@pytest.mark.parametrize(
    ("field", "mark"),
    [
        ("opened_us", Mark.OPENED),
        ("clicked_us", Mark.CLICKED),
        ("machine_opened_us", Mark.MACHINE_OPENED),
        ("machine_clicked_us", Mark.MACHINE_CLICKED),
        ("untracked_clicked_us", Mark.UNTRACKED_CLICKED),
        ("converted_us", Mark.CONVERTED),
    ],
)
def test_marks(field: str, mark: Mark) -> None:
    assert marks_of(DELIVERY) == Mark(0)
    touched: Any = {field: 0}
    assert marks_of(replace(DELIVERY, **touched)) == mark
    assert marks_of(replace(DELIVERY, can_convert=True)) == Mark.CAN_CONVERT


def test_the_numbers_of_marks_are_for_ever() -> None:
    assert {mark.name: mark.value for mark in Mark} == {
        "OPENED": 1,
        "CLICKED": 2,
        "MACHINE_OPENED": 4,
        "MACHINE_CLICKED": 8,
        "UNTRACKED_CLICKED": 16,
        "CONVERTED": 32,
        "CAN_CONVERT": 64,
    }


def counts(*deliveries: DeliveryCount, journeys: tuple[JourneyCount, ...] = ()) -> Counts:
    return Counts(deliveries, journeys, ConversionCount(), {}, {})


def test_shares_are_of_what_can_convert() -> None:
    opened, can = int(Mark.OPENED), int(Mark.CAN_CONVERT)
    found = metrics(
        MetricsQuery(Range("c1")),
        counts(
            DeliveryCount("b", opened, 5),
            DeliveryCount("b", can, 2),
            DeliveryCount("a", can | 33, 1),
        ),
    )
    figures = found.deliveries
    assert figures.counts[DeliveryFigure.OPENED] == 6
    assert figures.counts[DeliveryFigure.CONVERTIBLE] == 3
    assert figures.shares == {
        DeliveryFigure.OPENED: 1 / 3,
        DeliveryFigure.CLICKED: 0.0,
        DeliveryFigure.CONVERTED: 1 / 3,
        DeliveryFigure.NOT_CONVERTED: 2 / 3,
    }
    assert [action.action_id for action in found.actions] == ["a", "b"]
    assert found.actions[1].deliveries.counts[DeliveryFigure.SENT] == 7


def test_no_share_of_nothing() -> None:
    found = metrics(MetricsQuery(Range("c1")), counts(DeliveryCount("a", int(Mark.OPENED), 5)))
    assert found.deliveries.shares is None
    assert found.journeys.shares is None


def test_by_the_time_of_conversions_there_are_no_shares() -> None:
    journeys = (JourneyCount(JourneyState.EXITED, ExitReason.GOAL, True, 3),)
    query = MetricsQuery(Range("c1"), TimeBasis.CONVERTED)
    found = metrics(query, replace(counts(journeys=journeys), conversions=ConversionCount(4, 2)))
    assert found.deliveries.counts == {DeliveryFigure.CONVERTED: 4}
    assert found.journeys.counts[JourneyFigure.EXITED] == 3
    assert found.deliveries.shares is None
    assert found.journeys.shares is None
    assert found.exits == ((ExitReason.GOAL, 3),)
