"""Many requests in one call: each gets an answer or an error of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attribution.v1 import attribution_service_pb2
from google.protobuf.message import Message

from attribution_service.core.answers import Answer, EvaluateAnswer
from attribution_service.core.commands import Command
from attribution_service.core.refusals import Reason, Refusal, invalid
from attribution_service.transport import wire
from attribution_service.transport.command_rpcs import COMMANDS, CommandRpc
from attribution_service.transport.errors import delay, told

MAX_ITEMS = 500
MAX_ANSWER_BYTES = 2 * 1024 * 1024
_SERVICE = "/attribution.v1.AttributionService"

# An item that cannot be decoded is the refusal that says so.
Item = Message | Refusal
Items = Sequence[Item]
Outcomes = Sequence[Answer | Exception]


@dataclass(frozen=True, slots=True)
class BatchRpc:
    """A method whose items go through the pipeline together, each with an outcome of its own.

    `field` of its request holds the items; `command` is of one item and may raise Refusal;
    `response` stands for all, given the items and their outcomes.
    """

    field: str
    command: Callable[[Any], Command]
    response: Callable[[Items, Outcomes], Message]

    def parse(self, request_type: type[Message], data: bytes) -> Items:
        """The items of a request; one that cannot be decoded is refused alone.

        Raises Refusal if not even the items can be told apart, or if they are too many.
        """
        try:
            items: Items = getattr(wire.parse(request_type, data), self.field)
        except Refusal:
            found = wire.items(request_type, self.field, data, MAX_ITEMS)
            if not found:
                raise
            items = found
        if len(items) > MAX_ITEMS:
            raise invalid(
                self.field,
                Reason.FIELD_TOO_LONG,
                f"has {len(items)} items; at most {MAX_ITEMS}",
                {"limit": str(MAX_ITEMS)},
            )
        return items

    def commands(self, items: Items) -> list[Command | Refusal]:
        """One command for each item, or why that one alone is refused."""
        return [self._command(item) for item in items]

    def _command(self, item: Item) -> Command | Refusal:
        if isinstance(item, Refusal):
            return item
        try:
            return self.command(item)
        except Refusal as refusal:
            return refusal


class _Room:
    """Counts the bytes of the answers of one call, and cuts those that come when it is full."""

    def __init__(self) -> None:
        self._left = MAX_ANSWER_BYTES

    def cut(self, answer: Any) -> bool:
        """Whether the answer was cut: all of it is on record, and other calls give it."""
        size = answer.ByteSize()
        if size <= self._left:
            self._left -= size
            return False
        for name in ("explanation", "person"):
            if name in answer.DESCRIPTOR.fields_by_name:
                answer.ClearField(name)
        if "journey" in answer.DESCRIPTOR.fields_by_name:
            answer.journey.ClearField("trigger_properties")
        for conversion in getattr(answer, "conversions", ()):
            conversion.ClearField("candidates")
        return True


def check_exit_batch(
    _: Items, outcomes: Outcomes
) -> attribution_service_pb2.CheckExitBatchResponse:
    """The response to CheckExitBatch; the outcomes stand in the order of the checks."""
    return attribution_service_pb2.CheckExitBatchResponse(
        results=[_checked(outcome) for outcome in outcomes]
    )


def _checked(outcome: Answer | Exception) -> attribution_service_pb2.CheckExitResult:
    result = attribution_service_pb2.CheckExitResult
    if isinstance(outcome, Exception):
        return result(error=error(outcome, f"{_SERVICE}/CheckExitBatch"))
    answer: Any = COMMANDS["CheckExit"].response(outcome)
    return result(answer=answer)


def evaluate_batch(_: Items, outcomes: Outcomes) -> attribution_service_pb2.EvaluateBatchResponse:
    """The response to EvaluateBatch; the outcomes stand in the order of the requests."""
    return attribution_service_pb2.EvaluateBatchResponse(
        results=_results(outcomes, f"{_SERVICE}/EvaluateBatch")
    )


def evaluate_stream(_: Items, outcomes: Outcomes) -> attribution_service_pb2.EvaluateStreamResponse:
    """The response to one batch of EvaluateStream."""
    return attribution_service_pb2.EvaluateStreamResponse(
        results=_results(outcomes, f"{_SERVICE}/EvaluateStream")
    )


def stream_refused(fault: Exception) -> attribution_service_pb2.EvaluateStreamResponse:
    """The response to a batch of EvaluateStream that is refused as a whole."""
    return attribution_service_pb2.EvaluateStreamResponse(
        error=error(fault, f"{_SERVICE}/EvaluateStream")
    )


def _results(outcomes: Outcomes, method: str) -> list[attribution_service_pb2.EvaluateResult]:
    room = _Room()
    return [_evaluated(outcome, room, method) for outcome in outcomes]


def _evaluated(
    outcome: Answer | Exception, room: _Room, method: str
) -> attribution_service_pb2.EvaluateResult:
    result = attribution_service_pb2.EvaluateResult
    if isinstance(outcome, Exception):
        return result(error=error(outcome, method))
    if outcome == _NOTHING:
        return _NOTHING_CAME
    answer: Any = _EVALUATE.response(outcome)
    abridged = room.cut(answer)
    return result(answer=answer, abridged=abridged)


def _calls() -> Mapping[str, CommandRpc]:
    """How to carry out what an item can hold, by the name of its field."""
    item: Any = attribution_service_pb2.IngestItem.DESCRIPTOR  # its stubs disagree about the type
    return {
        field.name: COMMANDS[field.message_type.name.removesuffix("Request")]
        for field in item.oneofs_by_name["call"].fields
    }


# An item of the contract that nothing carries out fails here, when the program starts.
_CALLS = _calls()
_EVALUATE = COMMANDS["Evaluate"]
# So it is with most events, and a response copies what it is made of.
_NOTHING = EvaluateAnswer((), ())
_NOTHING_CAME = attribution_service_pb2.EvaluateResult(
    answer=attribution_service_pb2.EvaluateResponse()
)


def ingest_item(item: attribution_service_pb2.IngestItem) -> Command:
    """Raises Refusal."""
    name = item.WhichOneof("call")
    if name is None:
        what = f"is required; one of {', '.join(_CALLS)}"
        raise invalid("call", Reason.FIELD_REQUIRED, what)
    return _CALLS[name].command(getattr(item, name))


def ingest(items: Items, outcomes: Outcomes) -> attribution_service_pb2.IngestResponse:
    """The response to Ingest; items and outcomes stand in the same order."""
    room = _Room()
    response = attribution_service_pb2.IngestResponse()
    for item, outcome in zip(items, outcomes, strict=True):
        result = response.results.add()
        if isinstance(outcome, Exception):
            result.error.CopyFrom(error(outcome, f"{_SERVICE}/Ingest"))
            continue
        name = item.WhichOneof("call")  # type: ignore[union-attr]  # a refusal has no answer
        answer = _CALLS[name].response(outcome)
        result.abridged = room.cut(answer)
        getattr(result, name).CopyFrom(answer)
    return response


def error(fault: Exception, method: str) -> attribution_service_pb2.BatchError:
    """Why one request of many in a call of `method` was refused."""
    code, refusal = told(fault, method)
    number: int = code.value[0]
    return attribution_service_pb2.BatchError(
        code=number,
        reason=f"ERROR_REASON_{refusal.reason}",
        message=refusal.message,
        metadata=refusal.metadata,
        field=refusal.violations[0].field if refusal.violations else "",
        retry_delay=delay(refusal.retry_after_seconds),
    )
