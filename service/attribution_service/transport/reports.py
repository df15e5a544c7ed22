"""The reads of ReportService: figures, the lists behind them, and views of one person."""

from collections.abc import Mapping
from typing import Literal

from attribution.v1 import report_pb2, report_service_pb2
from google.protobuf.message import Message

from attribution_service.core import figures
from attribution_service.core.credit_models import (
    DEFAULT_HALF_LIFE_US,
    DEFAULT_PERCENT,
    CreditModel,
    CreditSettings,
)
from attribution_service.core.model import Campaign, CampaignKind, Channel, ExitReason
from attribution_service.core.refusals import Reason, not_found, shown
from attribution_service.core.reports import (
    ConversionQuery,
    DeliveryFigure,
    JourneyFigure,
    MetricsQuery,
    Range,
    SentQuery,
    StartedQuery,
    TimeBasis,
)
from attribution_service.storage.interface import Store
from attribution_service.transport import encode, encode_reports, enums
from attribution_service.transport.fields import Fields
from attribution_service.transport.places import PlacePage
from attribution_service.transport.time_zones import (
    MAX_STEPS,
    TooManyStepsError,
    bounds,
    next_day,
    next_hour,
    time_zone,
)

# The types of the parts of places: a time, and what breaks ties.
_NUMBERED = (int, int)
_KEYED = (int, int, str, str)
_OF_PERSON = (int, str)
_ACTIVITY = (int, int, str)
MAX_HALF_LIFE_US = 3_650 * 86_400_000_000
_PERCENT = 100
_NUMBERS: Mapping[Literal["half_life", "first_percent", "last_percent"], CreditModel] = {
    "half_life": CreditModel.TIME_DECAY,
    "first_percent": CreditModel.POSITION_BASED,
    "last_percent": CreditModel.POSITION_BASED,
}
_FOLLOWING = {
    report_pb2.SERIES_STEP_HOUR: next_hour,
    report_pb2.SERIES_STEP_DAY: next_day,
}


def get_metrics(
    request: report_service_pb2.GetMetricsRequest, store: Store
) -> report_service_pb2.GetMetricsResponse:
    """Raises Refusal."""
    fields = Fields()
    within = range_of(request, fields, campaign_id=_campaign_id(request, fields))
    basis = fields.enum("time_basis", request.time_basis, enums.TIME_BASIS, TimeBasis.SENT)
    steps = _steps(request, within, fields)
    credit = _credit(request.credit, fields) if request.HasField("credit") else None
    fields.done()
    query = MetricsQuery(within, basis, steps, _has_journeys(_campaign(store, within)), credit)
    found = figures.metrics(query, store.reports.metrics(query))
    return encode_reports.metrics(query, found)


def _campaign_id(request: Message, fields: Fields) -> str:
    campaign_id: str = getattr(request, "campaign_id")  # noqa: B009  the stubs' types differ
    return fields.identifier("campaign_id", campaign_id)


def range_of(request: Message, fields: Fields, *, campaign_id: str) -> Range:
    """The range from a request's `start_time` to its `end_time`."""
    start_us = fields.time_us("start_time", request, "start_time")
    end_us = fields.time_us("end_time", request, "end_time")
    if start_us is not None and end_us is not None and end_us <= start_us:
        what = "is empty" if end_us == start_us else "runs backwards"
        fields.fault(
            "end_time", Reason.FIELD_OUT_OF_RANGE, f"the range {what}: it must end after its start"
        )
    return Range(campaign_id, start_us, end_us)


def _steps(
    request: report_service_pb2.GetMetricsRequest, within: Range, fields: Fields
) -> tuple[int, ...]:
    """Where the steps of the series begin and end; none if no series is asked for."""
    zone = time_zone(fields.text("time_zone", request.time_zone))
    if zone is None:
        fields.fault(
            "time_zone",
            Reason.FIELD_INVALID,
            f"{shown(request.time_zone)} is no time zone of the IANA database, such as "
            "Europe/Berlin",
        )
    if not request.step:
        if request.time_zone:
            fields.fault("time_zone", Reason.FIELD_INVALID, "goes with a step: set step too")
        return ()
    following = _FOLLOWING.get(request.step)
    if following is None:
        known = ", ".join(report_pb2.SeriesStep.Name(number) for number in _FOLLOWING)
        fields.fault("step", Reason.FIELD_INVALID, f"{request.step} is not known; one of {known}")
    for name, time_us in (("start_time", within.start_us), ("end_time", within.end_us)):
        if time_us is None:
            fields.fault(name, Reason.FIELD_REQUIRED, "is required for a series")
    fields.done()
    if within.start_us is None or within.end_us is None or zone is None or following is None:
        raise AssertionError("told as a fault above")
    try:
        return bounds(within.start_us, within.end_us, zone, following)
    except TooManyStepsError:
        what = f"the series has more than {MAX_STEPS} steps: take longer steps or a shorter range"
    except OverflowError:
        what = "the steps leave the years 1 to 9999"
    fields.fault("step", Reason.FIELD_OUT_OF_RANGE, what)
    return ()


def _credit(settings: report_pb2.CreditSettings, fields: Fields) -> CreditSettings:
    model = fields.enum("credit.model", settings.model, enums.CREDIT_MODEL)
    half_life_us = DEFAULT_HALF_LIFE_US
    if settings.HasField("half_life"):
        half_life_us = fields.window_us("credit.half_life", settings.half_life)
        if not 0 < half_life_us <= MAX_HALF_LIFE_US:
            fields.fault(
                "credit.half_life",
                Reason.FIELD_OUT_OF_RANGE,
                "must be more than 0 and at most 3650 days",
            )
    first = settings.first_percent if settings.HasField("first_percent") else DEFAULT_PERCENT
    last = settings.last_percent if settings.HasField("last_percent") else DEFAULT_PERCENT
    for name, percent in (("first_percent", first), ("last_percent", last)):
        if not 0 <= percent <= _PERCENT:
            fields.fault(f"credit.{name}", Reason.FIELD_OUT_OF_RANGE, "must be from 0 to 100")
    if first + last > _PERCENT:
        what = "and first_percent are more than 100 together"
        fields.fault("credit.last_percent", Reason.FIELD_OUT_OF_RANGE, what)
    for name, goes_with in _NUMBERS.items():
        if settings.HasField(name) and model is not goes_with:
            what = f"goes with the model {goes_with}, not {model}"
            fields.fault(f"credit.{name}", Reason.FIELD_INVALID, what)
    return CreditSettings(model, half_life_us, first, last)


def _campaign(store: Store, within: Range) -> Campaign:
    found = store.campaign(within.campaign_id)
    if found is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", within.campaign_id)
    return found


def _has_journeys(campaign: Campaign) -> bool:
    """Whether its journeys are counted: those that newsletters imply are not (G8)."""
    return campaign.kind is CampaignKind.TRIGGERED


def _channel(fields: Fields, number: int) -> Channel | None:
    return fields.enum("channel", number, enums.CHANNEL) if number else None


def list_conversions(
    request: report_service_pb2.ListConversionsRequest, store: Store
) -> report_service_pb2.ListConversionsResponse:
    """Raises Refusal."""
    fields = Fields()
    campaign_id = fields.text("campaign_id", request.campaign_id)
    action_id = fields.text("action_id", request.action_id)
    if action_id and not campaign_id:
        fields.fault("campaign_id", Reason.FIELD_REQUIRED, "is required with an action_id")
    within = range_of(request, fields, campaign_id=campaign_id)
    query = ConversionQuery(within, action_id, _channel(fields, request.channel))
    page = PlacePage(("conversions", query), _NUMBERED, request, fields)
    found, token = page.fill(
        lambda after, limit: store.reports.conversions(query, after, limit), encode.conversion
    )
    return report_service_pb2.ListConversionsResponse(conversions=found, next_page_token=token)


def list_sent_deliveries(
    request: report_service_pb2.ListSentDeliveriesRequest, store: Store
) -> report_service_pb2.ListSentDeliveriesResponse:
    """Raises Refusal."""
    fields = Fields()
    query = SentQuery(
        range=range_of(request, fields, campaign_id=_campaign_id(request, fields)),
        action_id=fields.text("action_id", request.action_id),
        channel=_channel(fields, request.channel),
        figure=fields.enum("figure", request.figure, enums.DELIVERY_FIGURE, DeliveryFigure.SENT),
    )
    page = PlacePage(("sent", query), _KEYED, request, fields)
    _campaign(store, query.range)
    found, token = page.fill(
        lambda after, limit: store.reports.sent(query, after, limit), encode.delivery
    )
    return report_service_pb2.ListSentDeliveriesResponse(deliveries=found, next_page_token=token)


def list_started_journeys(
    request: report_service_pb2.ListStartedJourneysRequest, store: Store
) -> report_service_pb2.ListStartedJourneysResponse:
    """Raises Refusal."""
    fields = Fields()
    reason: ExitReason | None = None
    if request.exit_reason:
        reason = fields.enum("exit_reason", request.exit_reason, enums.EXIT_REASON)
    query = StartedQuery(
        range=range_of(request, fields, campaign_id=_campaign_id(request, fields)),
        figure=fields.enum("figure", request.figure, enums.JOURNEY_FIGURE, JourneyFigure.STARTED),
        exit_reason=reason,
    )
    page = PlacePage(("started", query), _KEYED, request, fields)
    if not _has_journeys(_campaign(store, query.range)):
        return report_service_pb2.ListStartedJourneysResponse()
    found, token = page.fill(
        lambda after, limit: store.reports.started(query, after, limit), encode.journey
    )
    return report_service_pb2.ListStartedJourneysResponse(journeys=found, next_page_token=token)


def list_person_sent(
    request: report_service_pb2.ListPersonSentRequest, store: Store
) -> report_service_pb2.ListPersonSentResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    page = PlacePage(("person sent", person_id), _OF_PERSON, request, fields)
    found, token = page.fill(
        lambda after, limit: store.reports.person_sent(person_id, after, limit), encode.delivery
    )
    return report_service_pb2.ListPersonSentResponse(deliveries=found, next_page_token=token)


def list_person_activity(
    request: report_service_pb2.ListPersonActivityRequest, store: Store
) -> report_service_pb2.ListPersonActivityResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    page = PlacePage(("activity", person_id), _ACTIVITY, request, fields)
    found, token = page.fill(
        lambda after, limit: store.reports.person_activity(person_id, after, limit),
        encode_reports.activity,
    )
    return report_service_pb2.ListPersonActivityResponse(activities=found, next_page_token=token)
