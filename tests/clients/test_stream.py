"""A stream of batches: in order, few under way, and over lost connections."""

import asyncio
import threading
import time as real_time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import grpc
import pytest
from attribution.v1.attribution_service_pb2 import EvaluateStreamRequest, EvaluateStreamResponse
from attribution_client import (
    AsyncAttributionClient,
    AttributionClient,
    BatchError,
    EvaluateRequest,
    Internal,
    ResourceExhausted,
    RetryPolicy,
    Unavailable,
)
from attribution_client._connections import Connections
from attribution_client._sending import MAX_UNANSWERED, Sending
from clients.callers import FakeTime
from clients.fake_service import Failure, FakeService, unavailable
from grpc import StatusCode

LATE = Failure(StatusCode.DEADLINE_EXCEEDED, "late")


def batch(number: int) -> list[EvaluateRequest]:
    return [EvaluateRequest(event={"event_id": f"e{number}"})]


def request(number: int) -> EvaluateStreamRequest:
    return EvaluateStreamRequest(requests=batch(number))


def answer(number: int) -> EvaluateStreamResponse:
    """One that can be told from others."""
    return EvaluateStreamResponse(error=BatchError(code=number))


def test_answers_come_in_the_order_of_the_batches(
    call: Callable[..., Any], service: FakeService
) -> None:
    service.will("EvaluateStream", *[answer(number) for number in range(50)])
    got = call("evaluate_stream", [batch(number) for number in range(50)])
    assert got == [answer(number) for number in range(50)]
    assert service.requests("EvaluateStream") == [request(number) for number in range(50)]


def test_without_batches_there_are_no_answers(call: Callable[..., Any]) -> None:
    assert call("evaluate_stream", []) == []


def test_what_has_no_answer_is_sent_again_and_nothing_else(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    failures = (unavailable(), unavailable(), LATE)
    service.will("EvaluateStream", answer(0), failures[0], *failures[1:], answer(1), answer(2))
    got = call("evaluate_stream", (batch(number) for number in range(3)))
    assert got == [answer(0), answer(1), answer(2)]
    sent = service.requests("EvaluateStream")
    assert sent == [request(0), *[request(1)] * 4, request(2)]
    assert len(time.slept) == 3


def test_it_gives_up_when_nobody_answers(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("EvaluateStream", *[unavailable()] * 20)
    with pytest.raises(Unavailable):
        call("evaluate_stream", [batch(0)])
    assert len(time.slept) == 19


def test_a_policy_of_one_attempt_is_kept_to(
    call: Callable[..., Any], service: FakeService, time: FakeTime
) -> None:
    service.will("EvaluateStream", unavailable())
    with pytest.raises(Unavailable):
        call("evaluate_stream", [batch(0)], options={"retry": RetryPolicy(max_attempts=1)})
    assert not time.slept


def test_other_errors_end_it(call: Callable[..., Any], service: FakeService) -> None:
    # Each connection meets it: of the first one asyncio's gRPC may tell something else.
    service.will("EvaluateStream", *[Failure(StatusCode.RESOURCE_EXHAUSTED, "no")] * 20)
    with pytest.raises(ResourceExhausted):
        call("evaluate_stream", [batch(0)])


class Told(grpc.RpcError):
    """An error as gRPC raises it."""

    def __init__(self, code: StatusCode, message: str) -> None:
        self._code, self._message = code, message

    def code(self) -> StatusCode:
        return self._code

    def details(self) -> str:
        return self._message

    def trailing_metadata(self) -> tuple[()]:
        return ()


def test_a_message_that_could_not_be_sent_is_a_lost_connection() -> None:
    connections = Connections(RetryPolicy(), FakeTime().clock(), None)
    assert connections.delay_after(Told(StatusCode.INTERNAL, "Internal error from Core")) > 0
    with pytest.raises(Internal):
        connections.delay_after(Told(StatusCode.INTERNAL, "internal error; error id 7"))


def test_a_fault_of_the_source_comes_out_behind_the_answers(
    address: str, service: FakeService
) -> None:
    def batches() -> Iterator[list[EvaluateRequest]]:
        yield batch(0)
        raise LookupError("on purpose")

    service.will("EvaluateStream", answer(0))
    with AttributionClient(address) as client:
        stream = client.evaluate_stream(batches())
        assert next(stream) == answer(0)
        with pytest.raises(LookupError, match="on purpose"):
            next(stream)


def test_what_is_no_batch_is_told(call: Callable[..., Any]) -> None:
    with pytest.raises(TypeError):
        call("evaluate_stream", [["no request"]])


def test_an_answer_comes_before_the_next_batch_is_there(address: str) -> None:
    """A source that waits for the world must not keep the answers back."""
    went_on = threading.Event()

    def batches() -> Iterator[list[EvaluateRequest]]:
        yield batch(0)
        assert went_on.wait(30)
        yield batch(1)

    with AttributionClient(address) as client:
        stream = client.evaluate_stream(batches())
        next(stream)
        went_on.set()
        assert len(list(stream)) == 1


def test_an_answer_comes_before_the_next_batch_is_there_in_asyncio(address: str) -> None:
    async def main() -> None:
        went_on = asyncio.Event()

        async def batches() -> AsyncIterator[list[EvaluateRequest]]:
            yield batch(0)
            await went_on.wait()
            yield batch(1)

        async with AsyncAttributionClient(address) as client:
            stream = client.evaluate_stream(batches())
            await anext(stream)
            went_on.set()
            assert len([each async for each in stream]) == 1

    asyncio.run(main())


def test_no_more_is_taken_from_the_source_than_may_be_under_way() -> None:
    taken: list[int] = []

    def batches() -> Iterator[list[EvaluateRequest]]:
        for number in range(100):
            taken.append(number)
            yield batch(number)

    sending = Sending(batches())
    requests = sending.connect()
    for number in range(MAX_UNANSWERED):
        assert next(requests) == request(number)
    waiting = threading.Thread(target=next, args=(requests,), daemon=True)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    assert len(taken) == MAX_UNANSWERED
    sending.answered()
    waiting.join(30)
    assert not waiting.is_alive()
    assert len(taken) == MAX_UNANSWERED + 1
    again = sending.connect()
    assert next(again) == request(1)  # the oldest without an answer
    assert next(requests, None) is None


def test_it_can_be_closed_in_the_middle(address: str) -> None:
    taken: list[int] = []

    def batches() -> Iterator[list[EvaluateRequest]]:
        while True:
            taken.append(len(taken))
            yield batch(len(taken))

    with AttributionClient(address) as client:
        stream: Any = client.evaluate_stream(batches())
        next(stream)
        stream.close()
        real_time.sleep(0.1)  # one may be on its way from the source
        before = len(taken)
        real_time.sleep(0.1)
        assert len(taken) == before <= 1 + MAX_UNANSWERED + 1


def test_it_can_be_closed_in_the_middle_in_asyncio(address: str) -> None:
    async def main() -> None:
        async def batches() -> AsyncIterator[list[EvaluateRequest]]:
            yield batch(0)
            await asyncio.Event().wait()

        async with AsyncAttributionClient(address) as client:
            stream: Any = client.evaluate_stream(batches())
            await anext(stream)
            await stream.aclose()
        await asyncio.sleep(0)
        assert not any("_pull" in repr(task) for task in asyncio.all_tasks())

    asyncio.run(main())
