"""The call that explains what was decided earlier: reads the store, and judges once more."""

from attribution.v1 import attribution_service_pb2

from attribution_service.core.hindsight import OnRecord, explain_recorded
from attribution_service.core.refusals import Reason, Refusal, Violation, not_found, shown
from attribution_service.core.rules import RuleBook
from attribution_service.storage.interface import Store
from attribution_service.transport import encode
from attribution_service.transport.fields import Fields


def explain(
    request: attribution_service_pb2.ExplainRequest, store: Store
) -> attribution_service_pb2.ExplainResponse:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    about = request.WhichOneof("about")
    match about:
        case "event_id":
            event_id = fields.identifier("event_id", request.event_id)
        case "delivery_id":
            delivery_id = fields.identifier("delivery_id", request.delivery_id)
        case _:
            what = "is required: set event_id or delivery_id"
            fields.fault("event_id", Reason.FIELD_REQUIRED, what)
    fields.done()
    if about == "delivery_id":
        event_id = _credited_for(person_id, delivery_id, store)
    return _explained(person_id, event_id, store)


def _credited_for(person_id: str, delivery_id: str, store: Store) -> str:
    """The id of what a delivery was credited with."""
    found = store.reports.conversion(person_id, delivery_id)
    if found is not None:
        return found.event_id
    if store.delivery(person_id, delivery_id) is None:
        raise not_found(Reason.DELIVERY_NOT_FOUND, "delivery_id", delivery_id, person_id)
    message = (
        f"delivery {shown(delivery_id)} of person {shown(person_id)} was not credited with "
        "anything: ask about the event that should have been, by its event_id"
    )
    raise _missing(Reason.CONVERSION_NOT_FOUND, "delivery_id", delivery_id, message)


def _explained(
    person_id: str, event_id: str, store: Store
) -> attribution_service_pb2.ExplainResponse:
    catalog = store.catalog()
    receipt = store.reports.receipt(person_id, event_id)
    watching = None if receipt is None else OnRecord.of(receipt).watching(catalog)
    whole = store.reports.history(person_id, event_id, watching)
    receipt = whole.receipts.get(event_id)
    conversions = whole.conversions.get(event_id, ())
    if receipt is None and not conversions:
        message = (
            f"person {shown(person_id)} has nothing on record under the event_id "
            f"{shown(event_id)}: it was never sent, or no goal watched the event's name when it "
            "came, and then nothing is kept, or it was too old to be kept. Evaluate with "
            "validate_only and explain tells what would come of it now"
        )
        raise _missing(Reason.EVENT_NOT_FOUND, "event_id", event_id, message)
    on_record = OnRecord.of(receipt, conversions)
    # Rules of its own: those that are compiled for commands are not for several threads.
    findings = explain_recorded(on_record, whole, catalog, RuleBook())
    return attribution_service_pb2.ExplainResponse(
        arrival_time=encode.moment(on_record.arrival_us),
        event_name=on_record.event_name or "",
        conversions=[encode.conversion(each) for each in conversions],
        achieved_journeys=() if receipt is None else receipt.achieved_journeys,
        explanation=encode.explanation(findings),
    )


def _missing(reason: Reason, field: str, item_id: str, message: str) -> Refusal:
    return Refusal(reason, message, {field: item_id}, (Violation(field, reason, message),))
