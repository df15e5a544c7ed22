"""The one entrance to the core: a command about a person, and what is decided."""

from attribution_service.core import evaluate, exits, people, record
from attribution_service.core.answers import Decision
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    ChangeMembership,
    CheckExit,
    EvaluateEvent,
    FinishJourney,
    PersonCommand,
    ReadPerson,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
    UpdateAttributes,
)
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState


def decide(
    command: PersonCommand, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """Decide a command that arrives at `now_us`; raises Refusal. Changes nothing it is given."""
    match command:
        case EvaluateEvent():
            return evaluate.evaluate_event(command, state, catalog, rules, now_us)
        case RecordDelivery():
            return record.record_delivery(command, state, catalog, rules, now_us)
        case RecordInteraction():
            return record.record_interaction(command, state, now_us)
        case CheckExit():
            return exits.check_exit(command, state, catalog, rules, now_us)
        case StartJourney():
            return record.start_journey(command, state, catalog, rules, now_us)
        case FinishJourney():
            return record.finish_journey(command, state, now_us)
        case ChangeMembership():
            return people.change_membership(command, state, catalog, rules, now_us)
        case UpdateAttributes():
            return people.update_attributes(command, state, catalog, rules, now_us)
        case ReadPerson():
            return people.read_person(state, catalog, rules)
