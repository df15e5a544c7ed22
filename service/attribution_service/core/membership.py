"""Who is in which segment: told by callers, or said by a rule over the stored attributes (S3)."""

from collections.abc import Collection

from attribution_service.core.catalog import Catalog
from attribution_service.core.model import MembershipChange, Move, Person, Segment
from attribution_service.core.properties import EMPTY, Properties
from attribution_service.core.rules import RuleBook, RuleInput, Use
from attribution_service.core.state import PersonState


def is_member(segment_id: str, state: PersonState, catalog: Catalog, rules: RuleBook) -> bool:
    """Whether the person is in the segment; in one that does not exist is nobody."""
    segment = catalog.segment(segment_id)
    return segment is not None and _is_in(segment, state, rules)


def segment_ids(state: PersonState, catalog: Catalog, rules: RuleBook) -> tuple[str, ...]:
    """The segments that the person is in, in byte order of their ids."""
    found = (each.segment_id for each in catalog.segments() if _is_in(each, state, rules))
    return tuple(sorted(found))


def moves(
    before: Person,
    after: Person,
    changed: Collection[str],
    catalog: Catalog,
    rules: RuleBook,
) -> tuple[Move, ...]:
    """The enters and leaves that follow from a change of these attributes."""
    found = []
    for segment in catalog.segments_reading(changed, rules):
        was, is_now = (matches(segment.rule, each.attributes, rules) for each in (before, after))
        if was is not is_now:
            change = MembershipChange.ENTERED if is_now else MembershipChange.LEFT
            found.append(Move(segment.segment_id, change))
    return tuple(found)


def matches(rule: str, attributes: Properties, rules: RuleBook) -> bool:
    """Whether a segment's rule is true; one that has no answer is not."""
    given = RuleInput(event=EMPTY, trigger=EMPTY, person=attributes, now_us=None)
    return rules.evaluate(rule, Use.SEGMENT, given) is True


def _is_in(segment: Segment, state: PersonState, rules: RuleBook) -> bool:
    if segment.rule:
        return matches(segment.rule, state.person.attributes, rules)
    membership = state.memberships.get(segment.segment_id)
    return (
        membership is not None
        and membership.entered_us is not None
        and membership.incarnation == segment.incarnation
    )
