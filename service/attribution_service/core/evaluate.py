"""An event comes in: it is judged once, and its first answer given for good (C13)."""

from attribution_service.core.achieve import Happening, attributes_for, judge
from attribution_service.core.answers import Decision, EvaluateAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import EvaluateEvent
from attribution_service.core.model import Receipt
from attribution_service.core.refusals import Reason, taken
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState


def evaluate_event(
    command: EvaluateEvent, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """Decide what an event achieves; raises Refusal if its id was used for another (C13)."""
    receipt = state.receipts.get(command.event_id)
    if receipt is not None:
        return Decision(_replay(command, receipt, state))
    happening = Happening(
        person_id=command.person_id,
        achievement_id=command.event_id,
        event_name=command.name,
        moves=(),
        properties=command.properties,
        person=attributes_for(state, command.person_attributes),
        now_us=now_us,
    )
    judged = judge(happening, state, catalog, rules, explained=command.explain)
    if command.validate_only or not judged.watched:
        return Decision(judged.answer, (), judged.faults)
    receipt = Receipt(
        person_id=command.person_id,
        event_id=command.event_id,
        name=command.name,
        properties=command.properties,
        occurred_us=command.occurred_us,
        arrival_us=now_us,
        achieved_journeys=judged.answer.achieved_journeys,
    )
    return Decision(judged.answer, (receipt, *judged.changes), judged.faults)


def _replay(command: EvaluateEvent, receipt: Receipt, state: PersonState) -> EvaluateAnswer:
    if not receipt.same_content(command.name, command.properties, command.occurred_us):
        raise taken(
            Reason.EVENT_ALREADY_EXISTS,
            "event.event_id",
            command.event_id,
            "was sent before with another name, other properties or another time",
        )
    return replayed(receipt, state)


def replayed(receipt: Receipt, state: PersonState) -> EvaluateAnswer:
    """What was achieved under the id of the receipt."""
    return EvaluateAnswer(
        conversions=state.conversions.get(receipt.event_id, ()),
        achieved_journeys=receipt.achieved_journeys,
        replayed=True,
    )
