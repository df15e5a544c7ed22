"""The call that plays a timeline: a world of its own for each, of which nothing is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from attribution.v1 import campaign_service_pb2, rule_service_pb2, segment_service_pb2
from google.protobuf.message import Message

from attribution_service.core.catalog import Catalog
from attribution_service.core.model import Campaign, Segment
from attribution_service.core.refusals import Reason, Refusal, Violation, not_found
from attribution_service.core.simulate import MAX_LOOKS, Simulation, SimulationTooLongError
from attribution_service.storage.interface import Store
from attribution_service.transport import batch
from attribution_service.transport.command_rpcs import COMMANDS, CommandRpc
from attribution_service.transport.fields import Fields

MAX_DEFINITIONS = 100
MAX_STEPS = 500
MAX_ANSWER_BYTES = 2 * 1024 * 1024
_METHOD = "/attribution.v1.RuleService/Simulate"

T = TypeVar("T", Campaign, Segment)


def _calls() -> Mapping[str, CommandRpc]:
    """How to play what a step can hold, by the name of its field."""
    step: Any = rule_service_pb2.SimulateStep.DESCRIPTOR  # its stubs disagree about the type
    return {
        field.name: COMMANDS[field.message_type.name.removesuffix("Request")]
        for field in step.oneofs_by_name["call"].fields
    }


# A step of the contract that nothing plays fails here, when the program starts.
_CALLS = _calls()


def play(
    request: rule_service_pb2.SimulateRequest, store: Store
) -> rule_service_pb2.SimulateResponse:
    """Raises Refusal for a request that is no timeline; a refused step is an answer."""
    times_us = _times(request)
    simulation = Simulation(_stored(request, store))
    _begin(simulation, request, times_us[0])
    response = rule_service_pb2.SimulateResponse()
    room = MAX_ANSWER_BYTES
    for number, (step, at_us) in enumerate(zip(request.steps, times_us, strict=True)):
        try:
            result = _play(simulation, step, at_us)
        except SimulationTooLongError:
            what = f"more than {MAX_LOOKS} journeys and segments to look at: play fewer steps"
            raise _beyond(number, what, MAX_LOOKS) from None
        room -= result.ByteSize()
        if room < 0:
            what = f"more than {MAX_ANSWER_BYTES} bytes of answers: play fewer steps"
            raise _beyond(number, what, MAX_ANSWER_BYTES)
        response.results.append(result)
    return response


def _times(request: rule_service_pb2.SimulateRequest) -> list[int]:
    """The times of the steps. Raises Refusal if the request is no timeline within the limits."""
    fields = Fields()
    _check_definitions(request, fields)
    steps = request.steps
    if not steps:
        fields.fault("steps", Reason.FIELD_REQUIRED, "is required: name at least one step")
    if len(steps) > MAX_STEPS:
        fields.too_long("steps", f"has {len(steps)} steps", MAX_STEPS)
    fields.done()
    times_us: list[int] = []
    for number, step in enumerate(steps):
        _check_step(number, step, times_us, fields)
    fields.done()
    return times_us


def _check_definitions(request: rule_service_pb2.SimulateRequest, fields: Fields) -> None:
    count = 0
    for name in ("stored_segment_ids", "stored_campaign_ids", "segments", "campaigns"):
        count += len(getattr(request, name))
        if count > MAX_DEFINITIONS:
            what = f"brings campaigns and segments to {count} in all"
            fields.too_long(name, what, MAX_DEFINITIONS)
            return
    for name in ("stored_segment_ids", "stored_campaign_ids"):
        for number, item_id in enumerate(getattr(request, name)):
            fields.identifier(f"{name}[{number}]", item_id)


def _check_step(
    number: int, step: rule_service_pb2.SimulateStep, times_us: list[int], fields: Fields
) -> None:
    """Add the time of a step to those of the steps before it."""
    place = f"steps[{number}]"
    if not step.HasField("time"):
        fields.fault(f"{place}.time", Reason.FIELD_REQUIRED, "is required")
    at_us = fields.time_us(f"{place}.time", step, "time")
    if at_us is not None:
        if times_us and at_us < times_us[-1]:
            what = "is before the step before it: put the steps in order of their times"
            fields.fault(f"{place}.time", Reason.FIELD_OUT_OF_RANGE, what)
        times_us.append(at_us)
    if step.WhichOneof("call") is None:
        what = f"is required; one of {', '.join(_CALLS)}"
        fields.fault(f"{place}.call", Reason.FIELD_REQUIRED, what)


def _stored(request: rule_service_pb2.SimulateRequest, store: Store) -> Catalog:
    """A catalog of what is to be copied. Raises Refusal."""
    campaigns = [
        _found(store.campaign(each), Reason.CAMPAIGN_NOT_FOUND, "campaign", each, number)
        for number, each in enumerate(request.stored_campaign_ids)
    ]
    segments = [
        _found(store.segment(each), Reason.SEGMENT_NOT_FOUND, "segment", each, number)
        for number, each in enumerate(request.stored_segment_ids)
    ]
    return Catalog.of(campaigns, [each.current for each in campaigns], segments)


def _found(item: T | None, reason: Reason, kind: str, item_id: str, number: int) -> T:
    if item is None:
        refusal = not_found(reason, f"{kind}_id", item_id)
        raise _at(f"stored_{kind}_ids[{number}]", f"{kind}_id", refusal)
    return item


def _begin(simulation: Simulation, request: rule_service_pb2.SimulateRequest, at_us: int) -> None:
    """Let there be what the request defines. Raises Refusal."""
    for number, segment in enumerate(request.segments):
        creation = segment_service_pb2.CreateSegmentRequest(segment=segment)
        _create(simulation, "segment", number, creation, at_us)
    for number, campaign_id in enumerate(request.stored_campaign_ids):
        try:
            simulation.check(campaign_id)
        except Refusal as refusal:
            place = f"stored_campaign_ids[{number}]"
            raise _at(place, refusal.violations[0].field, refusal) from None
    for number, campaign in enumerate(request.campaigns):
        creating = campaign_service_pb2.CreateCampaignRequest(campaign=campaign)
        _create(simulation, "campaign", number, creating, at_us)


def _create(simulation: Simulation, kind: str, number: int, request: Message, at_us: int) -> None:
    try:
        simulation.play(COMMANDS[f"Create{kind.capitalize()}"].command(request), at_us)
    except Refusal as refusal:
        raise _at(f"{kind}s[{number}]", kind, refusal) from None


def _play(
    simulation: Simulation, step: rule_service_pb2.SimulateStep, at_us: int
) -> rule_service_pb2.SimulateResult:
    """What came of a step. Raises SimulationTooLongError."""
    name = step.WhichOneof("call")
    if name is None:
        raise LookupError("a step without a call was refused before")
    call = _CALLS[name]
    try:
        answer = call.response(simulation.play(call.command(getattr(step, name)), at_us))
    except SimulationTooLongError:
        raise
    except Exception as fault:  # noqa: BLE001  the caller gets it as the outcome of the step
        return rule_service_pb2.SimulateResult(error=batch.error(fault, _METHOD))
    result = rule_service_pb2.SimulateResult()
    getattr(result, name).CopyFrom(answer)
    return result


def _at(place: str, root: str, refusal: Refusal) -> Refusal:
    """The refusal of a part of the request, with paths that begin at `place` for `root`."""
    violations = tuple(
        replace(item, field=place + item.field.removeprefix(root)) for item in refusal.violations
    )
    first, told = (refusal.violations[0].field, violations[0].field) if violations else ("", place)
    message = refusal.message.removeprefix(f"{first}: ")
    return replace(refusal, message=f"{told}: {message}", violations=violations)


def _beyond(number: int, what: str, limit: int) -> Refusal:
    """The refusal of a timeline that goes beyond a limit at this step."""
    field = f"steps[{number}]"
    violation = Violation(field, Reason.LIMIT_REACHED, what)
    metadata = {"limit": str(limit)}
    return Refusal(Reason.LIMIT_REACHED, f"{field}: {what}", metadata, (violation,))
