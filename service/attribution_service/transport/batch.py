"""Many requests in one call: each gets an answer or an error of its own."""

from collections.abc import Sequence

from attribution.v1 import attribution_service_pb2

from attribution_service.core.answers import Answer, ExitAnswer
from attribution_service.transport import encode
from attribution_service.transport.errors import told

_METHOD = "/attribution.v1.AttributionService/CheckExitBatch"


def check_exit_batch(
    outcomes: Sequence[Answer | Exception],
) -> attribution_service_pb2.CheckExitBatchResponse:
    """The response to CheckExitBatch; the outcomes stand in the order of the checks."""
    return attribution_service_pb2.CheckExitBatchResponse(
        results=[_result(outcome) for outcome in outcomes]
    )


def _result(outcome: Answer | Exception) -> attribution_service_pb2.CheckExitResult:
    if isinstance(outcome, ExitAnswer):
        return attribution_service_pb2.CheckExitResult(answer=encode.check_exit(outcome))
    if isinstance(outcome, Exception):
        return attribution_service_pb2.CheckExitResult(error=error(outcome, _METHOD))
    raise TypeError(f"no answer to a check: {type(outcome).__name__}")


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
    )
