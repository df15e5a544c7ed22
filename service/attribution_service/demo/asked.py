"""What can be asked about the story afterwards: why, why not, how much, and who."""

from collections.abc import Sequence
from datetime import UTC, timedelta

from attribution.v1.report_pb2 import DeliveryFigures
from attribution_client import AsyncAttributionClient, Conversion, GetMetricsResponse
from google.protobuf.timestamp_pb2 import Timestamp

from attribution_service.demo.calls import connected, send
from attribution_service.demo.commands import Do
from attribution_service.demo.sheets import Rows, Sheet
from attribution_service.demo.steps import CAMPAIGN_ID, START
from attribution_service.demo.tables import length

# Message, clicked, so long before the event, credited.
_WHY: Rows = (("sms-3", "3 d", "3 d", "no"), ("email-1", "4 d", "2 d", "yes"))
# Who finishes what once more, what is judged, and the verdict.
_WHY_NOT: Rows = (
    ("Dan, sql", "python", "filter false"),
    ("Dan, sql", "email-2", "outside window"),
    ("Ada, python", "email-1", "already converted"),
    ("Ada, python", "slack-4", "channel cannot convert"),
    ("Ada, python", "sms-3", "earlier touch"),
    ("Ada, python", "sql", "filter false"),
)
# Action, sent, clicked, converted, share, people who converted.
_REPORT: Rows = (
    ("call-tutor", "1", "1", "1", "100%", "1"),
    ("email-1", "4", "4", "3", "75%", "3"),
    ("email-2", "2", "2", "1", "50%", "1"),
    ("lights", "1", "1", "0", "-", "0"),
    ("slack-4", "1", "1", "0", "-", "0"),
    ("sms-2", "1", "1", "1", "100%", "1"),
    ("sms-3", "1", "1", "0", "0%", "0"),
    ("all", "11", "11", "6", "67%", "5"),
)
# Person, course, message, event, time.
_WHO: Rows = (
    ("Ben", "python", "sms-2", "e1", "4 d"),
    ("Eve", "python", "email-1", "e2", "4 d 5 h"),
    ("Cleo", "python", "webhook-1", "e2", "5 d 4 h"),
    ("Ada", "python", "email-1", "e2", "6 d"),
    ("Ada", "sql", "email-2", "e3", "8 d"),
    ("Dan", "python", "email-1", "e1", "9 d"),
)


async def ask(address: str) -> tuple[Sheet, ...]:
    """Ask the server on which the story was played. Raises AttributionError."""
    async with connected(address) as client:
        # First, so that the report tells if a dry run did record something.
        why_not = await _why_not(client)
        found = client.list_conversions(campaign_id=CAMPAIGN_ID)
        conversions = [conversion async for conversion in found]
        metrics = await client.get_metrics(CAMPAIGN_ID)
        return (_why(conversions), why_not, _report(metrics), _who(conversions))


def _why(conversions: Sequence[Conversion]) -> Sheet:
    rows = tuple(
        (
            candidate.delivery_id,
            _at(candidate.basis_time),
            length(_since(each.conversion_time) - _since(candidate.basis_time)),
            "yes" if candidate.delivery_id == each.delivery_id else "no",
        )
        for each in conversions
        if (each.person_id, each.event_id) == ("Ada", "e2")
        for candidate in each.candidates
    )
    return Sheet(
        "Why did email-1 get the credit when Ada finished python?",
        "Every conversion keeps the messages that were in time; the last one clicked counts.",
        ("Message", "Clicked at", "Before the event", "Credited"),
        rows,
        _WHY,
    )


async def _why_not(client: AsyncAttributionClient) -> Sheet:
    rows: list[tuple[str, ...]] = []
    for person, course in (("Dan", "sql"), ("Ada", "python")):
        properties = {"course_id": course}
        tried = Do(person, "again", "course_finished", properties, explain=True, dry_run=True)
        reply = await send(client, tried)
        rows += [
            (
                f"{person}, {course}",
                reason.subject,
                reason.verdict.lower().replace("_", " "),
                reason.detail,
            )
            for reason in reply.reasons
        ]
    return Sheet(
        "Why does Dan's sql give no credit, and would Ada's python again?",
        "As if they finished once more, now: a dry run, which explains itself and records nothing.",
        ("Who, course", "About", "Verdict", "Why"),
        tuple(rows),
        _WHY_NOT,
        grouped=True,
    )


def _report(metrics: GetMetricsResponse) -> Sheet:
    actions = [(each.action_id, each.deliveries, each.converted_people) for each in metrics.actions]
    lines = [*actions, ("all", metrics.deliveries, metrics.converted_people)]
    return Sheet(
        "What did the campaign bring?",
        "Messages by action, without the one that was held back; the share is of those that can "
        "get the credit, and people count once.",
        ("Action", "Sent", "Clicked", "Converted", "Share", "People converted"),
        tuple(_figures(*line) for line in lines),
        _REPORT,
    )


def _figures(name: str, figures: DeliveryFigures, people: int) -> tuple[str, ...]:
    counts = (figures.sent, figures.clicked, figures.converted)
    share = f"{figures.shares.converted:.0%}" if figures.convertible else "-"
    return (name, *map(str, counts), share, str(people))


def _who(conversions: Sequence[Conversion]) -> Sheet:
    rows = tuple(
        (
            each.person_id,
            each.journey_id,
            each.delivery_id,
            each.event_id,
            _at(each.conversion_time),
        )
        for each in conversions
    )
    return Sheet(
        "Who converted?",
        "By which message, with which event, and when.",
        ("Person", "Course", "Message", "Event", "Time"),
        rows,
        _WHO,
    )


def _at(moment: Timestamp) -> str:
    return length(_since(moment))


def _since(moment: Timestamp) -> timedelta:
    return moment.ToDatetime(UTC) - START
