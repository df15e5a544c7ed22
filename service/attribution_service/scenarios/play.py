"""Playing a scenario: each step's call at its time, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from attribution.v1 import attribution_service_pb2, explanation_pb2
from google.protobuf.message import Message

from attribution_service.scenarios.compare import Difference, differences
from attribution_service.scenarios.documents import Item
from attribution_service.scenarios.model import Scenario, Step
from attribution_service.scenarios.targets import CallError, Target
from attribution_service.transport.enums import VERDICT
from attribution_service.transport.rpcs import METHODS, Method

_BY_NAME = {method.name: method for method in METHODS}
_CREATE = _BY_NAME["CreateCampaign"]
_CREATE_SEGMENT = _BY_NAME["CreateSegment"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that did not hold; `explanation` has a line for each thing that was looked at."""

    place: str
    step: str
    differences: tuple[Difference, ...]
    explanation: tuple[str, ...] = ()


def play(scenario: Scenario, target: Target) -> list[Failure]:
    """Play all steps; what did not hold. Raises FileError if the scenario itself is wrong."""
    for item, method, request in created(scenario):
        try:
            target.call(method, request, scenario.start_us)
        except CallError as error:
            what = method.name.removeprefix("Create").lower()
            raise item.wrong(f"the {what} is refused: {error.message}") from error
    return [
        failure
        for number, step in enumerate(scenario.steps, start=1)
        for failure in _play(scenario, number, step, target)
    ]


def created(scenario: Scenario) -> Iterator[tuple[Item, Method, Message]]:
    """What exists when the first step is played."""
    for each in scenario.given:
        yield each.item, each.kind.create, each.kind.create_request(each.message)
    for segment in scenario.segments:
        yield segment.item, _CREATE_SEGMENT, segment.request
    for campaign in scenario.campaigns:
        yield campaign.item, _CREATE, campaign.request


def _play(scenario: Scenario, number: int, step: Step, target: Target) -> Iterator[Failure]:
    explanation: tuple[str, ...] = ()
    try:
        response = target.call(step.method, _with_explanation(step.request), step.at_us)
    except CallError as error:
        found = list(_error_differences(step, error))
    else:
        explanation = _explanation(response)
        found = list(_response_differences(scenario, step, _as_asked(step.request, response)))
    if found:
        title = f"step {number}, {step.name}"
        yield Failure(step.item.place, title, tuple(found), explanation)


def _with_explanation(request: Message) -> Message:
    """The request, asking for an explanation too: it changes no decision."""
    if not isinstance(request, attribution_service_pb2.EvaluateRequest):
        return request
    asking = attribution_service_pb2.EvaluateRequest()
    asking.CopyFrom(request)
    asking.explain = True
    return asking


def _as_asked(request: Message, response: Message) -> Message:
    """The response without the explanation, if only we have asked for it."""
    if (
        isinstance(request, attribution_service_pb2.EvaluateRequest)
        and isinstance(response, attribution_service_pb2.EvaluateResponse)
        and not request.explain
    ):
        response.ClearField("explanation")
    return response


def _error_differences(step: Step, error: CallError) -> Iterator[Difference]:
    line = step.item.line
    actual = f"{error.code.name} {error.reason}: {error.message}"
    expected = step.expect_error
    if expected is None:
        yield Difference(line, "error", "none", actual)
        return
    if expected.code is not None and expected.code is not error.code:
        yield Difference(line, "error code", expected.code.name, actual)
    if expected.reason not in (None, error.reason):
        yield Difference(line, "error reason", str(expected.reason), actual)
    if expected.message is not None and expected.message not in error.message:
        yield Difference(line, "error message", f"... {expected.message} ...", actual)


def _response_differences(
    scenario: Scenario, step: Step, response: Message
) -> Iterator[Difference]:
    if step.expect_error is not None:
        wanted = step.expect_error.code
        name = "one" if wanted is None else wanted.name
        yield Difference(step.item.line, "error", name, "none")
    elif step.expect is not None:
        yield from differences(step.expect, response, scenario.start_us)


def _explanation(response: Message) -> tuple[str, ...]:
    if not isinstance(response, attribution_service_pb2.EvaluateResponse):
        return ()
    return tuple(_line(verdict) for verdict in response.explanation.verdicts)


def _line(found: explanation_pb2.ExplanationVerdict) -> str:
    ids = (found.campaign_id, found.journey_id, found.delivery_id)
    where = " ".join(part for part in ids if part)
    return f"{where}: {VERDICT.value(found.verdict)}: {found.detail}".removeprefix(": ")
