"""People: attributes are stored, segments entered and left, goals achieved by it (S1 to S4)."""

from dataclasses import dataclass, replace

from attribution_service.core import explain
from attribution_service.core.achieve import Happening, Judgement, attributes_for, judge
from attribution_service.core.answers import (
    Decision,
    EvaluateAnswer,
    PersonAnswer,
    PersonChange,
    UpdateAnswer,
)
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import ChangeMembership, UpdateAttributes
from attribution_service.core.evaluate import replayed
from attribution_service.core.membership import is_member, moves, segment_ids
from attribution_service.core.model import (
    Membership,
    MembershipChange,
    Move,
    Person,
    Receipt,
    ReceiptKind,
    Segment,
    achievement_id,
)
from attribution_service.core.properties import EMPTY, Properties
from attribution_service.core.refusals import Reason, Refusal, invalid, not_found, shown, taken
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState

MAX_ATTRIBUTES_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class _Content:
    """What an id stands for: the same again must be the same in all of it (C13)."""

    kind: ReceiptKind
    name: str
    properties: Properties

    def is_in(self, receipt: Receipt) -> bool:
        return receipt.same_content(self.name, self.properties, None, self.kind)

    def receipt(self, state: PersonState, an_id: str, now_us: int, done: EvaluateAnswer) -> Receipt:
        return Receipt(
            person_id=state.person_id,
            event_id=an_id,
            name=self.name,
            properties=self.properties,
            occurred_us=None,
            arrival_us=now_us,
            achieved_journeys=done.achieved_journeys,
            kind=self.kind,
        )


def change_membership(
    command: ChangeMembership, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """A person enters or leaves a segment; only a real change achieves (S1). Raises Refusal."""
    change = Properties({"change": command.change.value})
    content = _Content(ReceiptKind.SEGMENT_CHANGE, command.segment_id, change)
    receipt = state.receipts.get(command.change_id) if command.change_id else None
    if receipt is not None:
        if not content.is_in(receipt):
            raise taken(
                Reason.SEGMENT_CHANGE_ALREADY_EXISTS,
                "segment_change.change_id",
                command.change_id,
                "was used before for another change, an event or an update",
            )
        return Decision(replayed(receipt, state))
    segment = _told_segment(command, catalog)
    inside = is_member(segment.segment_id, state, catalog, rules)
    judged = _nothing(explained=command.explain)
    changes: tuple[PersonChange, ...] = ()
    if inside is not (command.change is MembershipChange.ENTERED):  # S1
        judged, changes = _moved(command, segment, state, catalog, rules, now_us)
    if command.validate_only:
        return Decision(judged.answer, (), judged.faults)
    if command.change_id:
        told = content.receipt(state, command.change_id, now_us, judged.answer)
        changes = (told, *changes)
    return Decision(judged.answer, changes, judged.faults)


def _told_segment(command: ChangeMembership, catalog: Catalog) -> Segment:
    segment = catalog.segment(command.segment_id)
    if segment is None:
        raise not_found(Reason.SEGMENT_NOT_FOUND, "segment_change.segment_id", command.segment_id)
    if segment.rule:
        raise Refusal(
            Reason.SEGMENT_HAS_RULE,
            f"the members of segment {shown(segment.segment_id)} follow from its rule: "
            "update the person's attributes instead",
            {"segment_id": segment.segment_id},
        )
    return segment


def _moved(
    command: ChangeMembership,
    segment: Segment,
    state: PersonState,
    catalog: Catalog,
    rules: RuleBook,
    now_us: int,
) -> tuple[Judgement, tuple[PersonChange, ...]]:
    person = replace(state.person, moves=state.person.moves + 1)
    happening = Happening(
        person_id=command.person_id,
        achievement_id=command.change_id or achievement_id(person),
        event_name=None,
        moves=(Move(segment.segment_id, command.change),),
        properties=EMPTY,
        person=attributes_for(state, command.person_attributes),
        now_us=now_us,
    )
    judged = judge(happening, state, catalog, rules, explained=command.explain)
    entered = command.change is MembershipChange.ENTERED
    membership = Membership(
        person_id=command.person_id,
        segment_id=segment.segment_id,
        incarnation=segment.incarnation,
        entered_us=now_us if entered else None,
    )
    return judged, (person, membership, *judged.changes)


def _nothing(*, explained: bool) -> Judgement:
    """What comes of a change that is none."""
    findings = (explain.no_change(),) if explained else None
    return Judgement(EvaluateAnswer((), (), findings=findings), False, (), ())


def update_attributes(
    command: UpdateAttributes, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """Store attributes; the enters and leaves that follow are one achievement (S3, S4)."""
    removed = sorted(set(command.remove_names))
    asked = Properties({"attributes": command.attributes.values, "remove": removed})
    content = _Content(ReceiptKind.UPDATE, "", asked)
    receipt = state.receipts.get(command.update_id) if command.update_id else None
    if receipt is not None:
        if not content.is_in(receipt):
            raise taken(
                Reason.UPDATE_ALREADY_EXISTS,
                "update_id",
                command.update_id,
                "was used before for another update, an event or a change",
            )
        now = person_answer(state.person, state, catalog, rules)
        return Decision(UpdateAnswer(now, (), replayed(receipt, state)))
    before = state.person
    after = _updated(command, before, now_us)
    changed = before.attributes.differing(after.attributes)
    made = moves(before, after, changed, catalog, rules) if changed else ()
    if made:
        after = replace(after, moves=after.moves + 1)
        judged = _judged(command, after, made, state, catalog, rules, now_us)
    else:
        judged = _nothing(explained=command.explain)
    changes: tuple[PersonChange, ...] = (after, *judged.changes) if changed else ()
    if command.update_id:
        told = content.receipt(state, command.update_id, now_us, judged.answer)
        changes = (told, *changes)
    now = person_answer(after, state, catalog, rules)
    return Decision(UpdateAnswer(now, made, judged.answer), changes, judged.faults)


def _updated(command: UpdateAttributes, before: Person, now_us: int) -> Person:
    attributes = before.attributes.merged(command.attributes, command.remove_names)
    size = len(attributes.text.encode())
    if size > MAX_ATTRIBUTES_BYTES:
        raise invalid(
            "attributes",
            Reason.FIELD_TOO_LONG,
            f"with them the person's attributes have {size} bytes of JSON; "
            f"at most {MAX_ATTRIBUTES_BYTES}",
            {"limit": str(MAX_ATTRIBUTES_BYTES)},
        )
    return replace(before, attributes=attributes, update_us=now_us)


def _judged(
    command: UpdateAttributes,
    after: Person,
    made: tuple[Move, ...],
    state: PersonState,
    catalog: Catalog,
    rules: RuleBook,
    now_us: int,
) -> Judgement:
    happening = Happening(
        person_id=command.person_id,
        achievement_id=command.update_id or achievement_id(after),
        event_name=None,
        moves=made,
        properties=EMPTY,
        person=after.attributes,
        now_us=now_us,
    )
    return judge(happening, state, catalog, rules, explained=command.explain)


def read_person(state: PersonState, catalog: Catalog, rules: RuleBook) -> Decision:
    """What is known of a person; of one of whom nothing was told, nothing."""
    return Decision(person_answer(state.person, state, catalog, rules))


def person_answer(
    person: Person, state: PersonState, catalog: Catalog, rules: RuleBook
) -> PersonAnswer:
    """The person with the segments that they are in."""
    return PersonAnswer(person, segment_ids(state.with_person(person), catalog, rules))
