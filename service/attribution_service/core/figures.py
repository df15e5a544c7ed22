"""The figures of a report, from what the store has counted (M1, M2)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from attribution_service.core.credit_models import ActionCredit
from attribution_service.core.marks import Mark
from attribution_service.core.model import ExitReason, JourneyState
from attribution_service.core.reports import (
    ConversionCount,
    Counts,
    DeliveryCount,
    DeliveryFigure,
    JourneyCount,
    JourneyFigure,
    MetricsQuery,
    StepCounts,
    TimeBasis,
)


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """Deliveries by figure. `shares` are parts of those that can convert; None: there are none."""

    counts: dict[DeliveryFigure, int]
    shares: dict[DeliveryFigure, float] | None = None


@dataclass(frozen=True, slots=True)
class JourneyFigures:
    """Journeys by figure. `shares` are parts of those that started; None: there are none."""

    counts: dict[JourneyFigure, int]
    shares: dict[JourneyFigure, float] | None = None


@dataclass(frozen=True, slots=True)
class ActionMetrics:
    """The figures of one action."""

    action_id: str
    deliveries: DeliveryFigures
    conversions: ConversionCount


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """The figures of one step of a series."""

    start_us: int
    end_us: int
    deliveries: DeliveryFigures
    journeys: JourneyFigures
    conversions: ConversionCount


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures of a report: actions in byte order of their ids, exits in that of the enum."""

    deliveries: DeliveryFigures
    journeys: JourneyFigures
    exits: tuple[tuple[ExitReason, int], ...]
    conversions: ConversionCount
    actions: tuple[ActionMetrics, ...]
    series: tuple[StepMetrics, ...]
    credits: tuple[ActionCredit, ...]


SHARED_DELIVERIES = (
    DeliveryFigure.OPENED,
    DeliveryFigure.CLICKED,
    DeliveryFigure.CONVERTED,
    DeliveryFigure.NOT_CONVERTED,
)
SHARED_JOURNEYS = tuple(f for f in JourneyFigure if f is not JourneyFigure.STARTED)


def metrics(query: MetricsQuery, counts: Counts) -> Metrics:
    """The figures that these counts make."""
    basis = query.basis
    return Metrics(
        deliveries=_deliveries(basis, counts.deliveries, counts.conversions),
        journeys=_journeys(basis, counts.journeys),
        exits=_exits(counts.journeys),
        conversions=counts.conversions,
        actions=tuple(_actions(basis, counts)),
        series=tuple(_series(query, counts)),
        credits=counts.credits,
    )


def _deliveries(
    basis: TimeBasis, found: Iterable[DeliveryCount], conversions: ConversionCount
) -> DeliveryFigures:
    if basis is TimeBasis.CONVERTED:
        return DeliveryFigures({DeliveryFigure.CONVERTED: conversions.count})
    counts: Counter[DeliveryFigure] = Counter()
    convertible: Counter[DeliveryFigure] = Counter()
    for item in found:
        for figure in DeliveryFigure:
            if figure.counts(item.marks):
                counts[figure] += item.count
                if item.marks & Mark.CAN_CONVERT:
                    convertible[figure] += item.count
    whole = counts[DeliveryFigure.CONVERTIBLE]
    shares = {f: _share(convertible[f], whole) for f in SHARED_DELIVERIES} if whole else None
    return DeliveryFigures(dict(counts), shares)


def _journeys(basis: TimeBasis, found: Iterable[JourneyCount]) -> JourneyFigures:
    counts: Counter[JourneyFigure] = Counter()
    for item in found:
        for figure in JourneyFigure:
            if figure.state in (None, item.state) and figure.converted in (None, item.converted):
                counts[figure] += item.count
    whole = counts[JourneyFigure.STARTED]
    if not whole or basis is TimeBasis.CONVERTED:
        return JourneyFigures(dict(counts))
    return JourneyFigures(dict(counts), {f: _share(counts[f], whole) for f in SHARED_JOURNEYS})


def _share(part: int, whole: int) -> float:
    """The double nearest to the quotient."""
    return float(Fraction(part, whole))


def _exits(found: Iterable[JourneyCount]) -> tuple[tuple[ExitReason, int], ...]:
    counts: Counter[ExitReason] = Counter()
    for item in found:
        if item.state is JourneyState.EXITED and item.exit_reason is not None:
            counts[item.exit_reason] += item.count
    return tuple((reason, counts[reason]) for reason in ExitReason if counts[reason])


def _actions(basis: TimeBasis, counts: Counts) -> Iterable[ActionMetrics]:
    deliveries: defaultdict[str, list[DeliveryCount]] = defaultdict(list)
    for item in counts.deliveries:
        deliveries[item.action_id].append(item)
    converted = counts.conversions_by_action
    for action_id in sorted(deliveries.keys() | converted.keys()):
        conversions = converted.get(action_id, ConversionCount())
        figures = _deliveries(basis, deliveries[action_id], conversions)
        yield ActionMetrics(action_id, figures, conversions)


def _series(query: MetricsQuery, counts: Counts) -> Iterable[StepMetrics]:
    for number, (start_us, end_us) in enumerate(pairwise(query.bounds)):
        step = counts.steps.get(number, StepCounts())
        yield StepMetrics(
            start_us=start_us,
            end_us=end_us,
            deliveries=_deliveries(query.basis, step.deliveries, step.conversions),
            journeys=_journeys(query.basis, step.journeys),
            conversions=step.conversions,
        )
