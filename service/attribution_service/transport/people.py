"""The calls about people and segments: requests to commands, answers to messages."""

from collections.abc import Callable, Iterable

from attribution.v1 import (
    person_pb2,
    person_service_pb2,
    segment_pb2,
    segment_service_pb2,
)

from attribution_service.core.answers import (
    DeletedAnswer,
    PersonAnswer,
    SegmentAnswer,
    UpdateAnswer,
)
from attribution_service.core.commands import (
    CreateSegment,
    DeletePerson,
    DeleteSegment,
    ReadPerson,
    SegmentDefinition,
    UpdateAttributes,
    UpdateSegment,
)
from attribution_service.core.model import MembershipChange, Move, Segment
from attribution_service.core.refusals import Reason
from attribution_service.core.segments import definition_of
from attribution_service.transport import encode, masks, structs
from attribution_service.transport.fields import MAX_REMOVED_NAMES, MAX_TEXT_BYTES, Fields


def create_segment(request: segment_service_pb2.CreateSegmentRequest) -> CreateSegment:
    """Raises Refusal."""
    fields = Fields()
    if not request.HasField("segment"):
        fields.fault("segment", Reason.FIELD_REQUIRED, "is required")
        fields.done()
    definition = _definition(request.segment, fields)
    fields.done()
    return CreateSegment(definition)


def update_segment(request: segment_service_pb2.UpdateSegmentRequest) -> UpdateSegment:
    """Raises Refusal."""
    fields = Fields()
    segment = request.segment
    segment_id = fields.identifier("segment.segment_id", segment.segment_id)
    paths = masks.paths(segment, request.update_mask, masks.MUTABLE_OF_SEGMENT, fields)
    fields.done()
    return UpdateSegment(segment_id, segment.etag, _change(segment, paths))


def _change(
    wanted: segment_pb2.Segment, paths: list[str]
) -> Callable[[SegmentDefinition], SegmentDefinition]:
    def change(before: SegmentDefinition) -> SegmentDefinition:
        message = _definition_message(before)
        masks.merge(wanted, message, paths)
        fields = Fields()
        after = _definition(message, fields)
        fields.done()
        return after

    return change


def _definition(segment: segment_pb2.Segment, fields: Fields) -> SegmentDefinition:
    return SegmentDefinition(
        segment_id=fields.identifier("segment.segment_id", segment.segment_id),
        display_name=fields.text("segment.display_name", segment.display_name),
        rule=fields.rule("segment.rule", segment.rule),
    )


def delete_segment(request: segment_service_pb2.DeleteSegmentRequest) -> DeleteSegment:
    """Raises Refusal."""
    fields = Fields()
    segment_id = fields.identifier("segment_id", request.segment_id)
    fields.done()
    return DeleteSegment(segment_id, request.etag)


def update_attributes(request: person_service_pb2.UpdateAttributesRequest) -> UpdateAttributes:
    """Raises Refusal."""
    fields = Fields()
    command = UpdateAttributes(
        person_id=fields.identifier("person_id", request.person_id),
        attributes=fields.struct("attributes", request.attributes),
        remove_names=_removed(request, fields),
        update_id=fields.optional_identifier("update_id", request.update_id),
        explain=request.explain,
    )
    fields.done()
    return command


def _removed(
    request: person_service_pb2.UpdateAttributesRequest, fields: Fields
) -> tuple[str, ...]:
    names = request.remove_names
    if len(names) > MAX_REMOVED_NAMES:
        fields.too_long("remove_names", f"has {len(names)} names", MAX_REMOVED_NAMES)
        return ()
    for position, name in enumerate(names):
        # Any text can be the name of an attribute; to remove it, it must be possible to say it.
        fields.length(f"remove_names[{position}]", name, MAX_TEXT_BYTES)
        if name in request.attributes.fields:
            what = "is in `attributes` too: set it or remove it"
            fields.fault(f"remove_names[{position}]", Reason.FIELD_INVALID, what)
    return tuple(names)


def read_person(request: person_service_pb2.GetPersonRequest) -> ReadPerson:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    fields.done()
    return ReadPerson(person_id)


def delete_person(request: person_service_pb2.DeletePersonRequest) -> DeletePerson:
    """Raises Refusal."""
    fields = Fields()
    person_id = fields.identifier("person_id", request.person_id)
    fields.done()
    return DeletePerson(person_id)


def segment(item: Segment) -> segment_pb2.Segment:
    """A segment as it is now."""
    message = _definition_message(definition_of(item))
    message.etag = item.etag
    message.create_time.CopyFrom(encode.moment(item.create_us))
    message.update_time.CopyFrom(encode.moment(item.update_us))
    return message


def _definition_message(item: SegmentDefinition) -> segment_pb2.Segment:
    return segment_pb2.Segment(
        segment_id=item.segment_id, display_name=item.display_name, rule=item.rule
    )


def created_segment(answer: SegmentAnswer) -> segment_service_pb2.CreateSegmentResponse:
    """The response to CreateSegment."""
    return segment_service_pb2.CreateSegmentResponse(segment=segment(answer.segment))


def updated_segment(answer: SegmentAnswer) -> segment_service_pb2.UpdateSegmentResponse:
    """The response to UpdateSegment."""
    return segment_service_pb2.UpdateSegmentResponse(segment=segment(answer.segment))


def deleted_segment(_answer: SegmentAnswer) -> segment_service_pb2.DeleteSegmentResponse:
    """The response to DeleteSegment."""
    return segment_service_pb2.DeleteSegmentResponse()


def _person(answer: PersonAnswer) -> person_pb2.Person:
    message = person_pb2.Person(person_id=answer.person.person_id, segment_ids=answer.segment_ids)
    if answer.person.attributes.values:
        structs.fill(message.attributes, answer.person.attributes.values)
    return message


def updated_attributes(answer: UpdateAnswer) -> person_service_pb2.UpdateAttributesResponse:
    """The response to UpdateAttributes."""
    achieved = answer.achieved
    return person_service_pb2.UpdateAttributesResponse(
        person=_person(answer.person),
        entered_segment_ids=_moved(answer.moves, MembershipChange.ENTERED),
        left_segment_ids=_moved(answer.moves, MembershipChange.LEFT),
        conversions=[encode.conversion(item) for item in achieved.conversions],
        achieved_journeys=achieved.achieved_journeys,
        replayed=achieved.replayed,
        explanation=None if achieved.findings is None else encode.explanation(achieved.findings),
    )


def _moved(moves: Iterable[Move], change: MembershipChange) -> list[str]:
    return [move.segment_id for move in moves if move.change is change]


def got_person(answer: PersonAnswer) -> person_service_pb2.GetPersonResponse:
    """The response to GetPerson."""
    return person_service_pb2.GetPersonResponse(person=_person(answer))


def deleted_person(_answer: DeletedAnswer) -> person_service_pb2.DeletePersonResponse:
    """The response to DeletePerson."""
    return person_service_pb2.DeletePersonResponse()
