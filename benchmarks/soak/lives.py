"""What callers do for the whole run: people who get messages, do things, and are forgotten."""

from collections.abc import Iterator
from typing import Any, Final

from attribution.v1 import (
    attribution_service_pb2,
    campaign_service_pb2,
    delivery_pb2,
    delivery_service_pb2,
    journey_service_pb2,
    person_service_pb2,
    report_service_pb2,
)

# A method and the bytes of its request.
Call = tuple[str, bytes]

CAMPAIGNS: Final = 10
# In one life, on the average.
CALLS_A_LIFE: Final = 10
_FORGOTTEN_EVERY: Final = 10
_CONVERTS_EVERY: Final = 2
_PACKAGE: Final = "/attribution.v1."


def campaigns() -> Iterator[Call]:
    """What there must be before anybody lives."""
    for number in range(CAMPAIGNS):
        request = campaign_service_pb2.CreateCampaignRequest()
        campaign = request.campaign
        campaign.campaign_id = f"course-{number}"
        campaign.trigger.event_name = "course_started"
        goal = campaign.goal
        goal.performs_event.event_name = "course_finished"
        goal.performs_event.filter = "event.course_id == trigger.course_id"
        goal.window.FromSeconds(7 * 86_400)
        yield _call("CampaignService/CreateCampaign", request)


def life(run: str, number: int) -> Iterator[Call]:
    """The calls about one person, each after the answer to the one before."""
    person = f"{run}-{number}"
    journey = journey_service_pb2.StartJourneyRequest(
        person_id=person, journey_id="j", campaign_id=f"course-{number % CAMPAIGNS}"
    )
    journey.trigger_properties.update({"course_id": "py101"})
    yield _call("JourneyService/StartJourney", journey)
    for delivery_id in ("d1", "d2"):
        sent = delivery_service_pb2.RecordDeliveryRequest()
        sent.delivery.person_id, sent.delivery.delivery_id = person, delivery_id
        sent.delivery.journey_id = "j"
        sent.delivery.channel = delivery_pb2.CHANNEL_EMAIL
        yield _call("DeliveryService/RecordDelivery", sent)
    opened = delivery_service_pb2.RecordInteractionRequest(person_id=person, delivery_id="d2")
    opened.interaction.kind = delivery_pb2.INTERACTION_KIND_OPENED
    yield _call("DeliveryService/RecordInteraction", opened)
    for view in range(2):
        yield _event(person, f"v{view}", "page_viewed", "py101")
    course = "py101" if number % _CONVERTS_EVERY else "other"
    finished = _event(person, "e", "course_finished", course)
    yield finished
    yield finished  # a retry
    check = attribution_service_pb2.CheckExitRequest(person_id=person, journey_id="j")
    yield _call("AttributionService/CheckExit", check)
    if number % _FORGOTTEN_EVERY == 0:
        yield _call(
            "PersonService/DeletePerson", person_service_pb2.DeletePersonRequest(person_id=person)
        )
    else:
        seen = report_service_pb2.ListPersonSentRequest(person_id=person)
        yield _call("ReportService/ListPersonSent", seen)


def watching() -> Call:
    """The call of somebody who watches all conversions from now on."""
    request = report_service_pb2.WatchConversionsRequest(from_now=True)
    return _call("ReportService/WatchConversions", request)


def _event(person: str, event_id: str, name: str, course: str) -> Call:
    request = attribution_service_pb2.EvaluateRequest()
    event = request.event
    event.person_id, event.event_id, event.name = person, event_id, name
    event.properties.update({"course_id": course, "source": "web", "total": 12.5})
    return _call("AttributionService/Evaluate", request)


def _call(method: str, request: Any) -> Call:
    return _PACKAGE + method, request.SerializeToString()
