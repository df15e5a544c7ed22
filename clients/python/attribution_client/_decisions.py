"""The calls about credit and exits."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime

import grpc
from attribution.v1.attribution_service_pb2 import (
    CheckExitBatchResponse,
    CheckExitRequest,
    CheckExitResponse,
    EvaluateBatchResponse,
    EvaluateRequest,
    EvaluateResponse,
    EvaluateStreamResponse,
    ExplainResponse,
    IngestItem,
    IngestResponse,
    NextStep,
)
from attribution.v1.segment_pb2 import MembershipChange

from attribution_client import _requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls
from attribution_client._connections import Connections
from attribution_client._convert import Properties
from attribution_client._sending import AsyncSending, Sending


class DecisionCalls(Calls):
    """The calls about credit and exits."""

    def evaluate(
        self,
        *,
        event_id: str,
        person_id: str,
        name: str,
        properties: Properties | None = None,
        occurred_time: datetime | None = None,
        person_attributes: Properties | None = None,
        validate_only: bool = False,
        explain: bool = False,
        properties_json: bytes | str | None = None,
        timeout: float | None = None,
    ) -> EvaluateResponse:
        """Take in an event, and decide which deliveries are credited with it.

        Args:
            event_id: The caller's id of the event, unique within the person.
            person_id: The person who did it.
            name: What was done, such as `course_finished`.
            properties: What is known about it; rules read it as `event`. JSON
                values; numbers are doubles, so send ids beyond 2^53 as strings.
            occurred_time: When it happened, with a time zone. Kept, and never
                used to decide: what counts is when the service takes it in.
            person_attributes: Attributes of the person for this evaluation only;
                rules read them as `person`. JSON values.
            validate_only: Decide without recording anything.
            explain: Ask for the explanation too.
            properties_json: The properties as the text of a JSON object, instead of
                `properties`; it is sent as it is, and whole numbers of up to 64 bits
                stay exact.
            timeout: Seconds; None: the client's.

        Returns:
            The conversions; `replayed` if the event had been taken in before.

        Raises:
            AlreadyExists: The person has this event with another content.
            AttributionError: The call failed otherwise.
        """
        request = _requests.evaluate(
            event_id,
            person_id,
            name,
            properties,
            occurred_time,
            person_attributes,
            validate_only,
            explain,
            properties_json,
        )
        return self._call(self._attribution.Evaluate, request, timeout)

    def evaluate_segment_change(
        self,
        *,
        person_id: str,
        segment_id: str,
        change: MembershipChange | str,
        change_id: str = "",
        person_attributes: Properties | None = None,
        validate_only: bool = False,
        explain: bool = False,
        timeout: float | None = None,
    ) -> EvaluateResponse:
        """Tell that a person entered or left a segment, and decide who is credited with it.

        Args:
            person_id: The person.
            segment_id: The segment, which must have no rule.
            change: `"ENTERED"` or `"LEFT"`, or a `MembershipChange`.
            change_id: The caller's id of the change, unique within the person.
                Set it to get the same answer if the call is repeated.
            person_attributes: Attributes for the goal's value rule in this
                evaluation only, over the stored ones.
            validate_only: Decide without recording anything.
            explain: Ask for the explanation too.
            timeout: Seconds; None: the client's.

        Returns:
            The conversions; none if it was no real change.

        Raises:
            NotFound: There is no such segment.
            FailedPrecondition: The segment has a rule.
            AlreadyExists: The id was used for something else.
            AttributionError: The call failed otherwise.
        """
        request = _requests.evaluate_segment_change(
            person_id, segment_id, change, change_id, person_attributes, validate_only, explain
        )
        return self._call(self._attribution.Evaluate, request, timeout)

    def check_exit(
        self,
        person_id: str,
        journey_id: str,
        next_step: NextStep | str | None = None,
        *,
        timeout: float | None = None,
    ) -> CheckExitResponse:
        """Ask, before each message, whether a journey ends; an exit is recorded.

        Args:
            person_id: The person.
            journey_id: The journey.
            next_step: What comes next: a `NextStep`, or its name such as
                `"WAIT"`. None: a message.
            timeout: Seconds; None: the client's.

        Returns:
            `exit`, and if so why and since when. An exit is final.

        Raises:
            NotFound: The person has no such journey.
            AttributionError: The call failed otherwise.
        """
        request = _requests.check_exit(person_id, journey_id, next_step)
        return self._call(self._attribution.CheckExit, request, timeout)

    def check_exit_batch(
        self, checks: Sequence[CheckExitRequest], *, timeout: float | None = None
    ) -> CheckExitBatchResponse:
        """Ask the same of many journeys at once.

        Args:
            checks: What to check, at most 500.
            timeout: Seconds; None: the client's.

        Returns:
            A result for each check in the same order: an answer, or an error of
            its own.

        Raises:
            AttributionError: The call failed as a whole.
        """
        request = _requests.check_exit_batch(checks)
        return self._call(self._attribution.CheckExitBatch, request, timeout)

    def evaluate_batch(
        self, requests: Sequence[EvaluateRequest], *, timeout: float | None = None
    ) -> EvaluateBatchResponse:
        """Evaluate many things that people did, in order, in one call.

        Args:
            requests: What to evaluate, at most 500. Their fields take plain values:
                `EvaluateRequest(event={"event_id": "e1", "person_id": "ada", "name": "paid"})`.
            timeout: Seconds; None: the client's.

        Returns:
            A result for each request in the same order: an answer, or an error of
            its own.

        Raises:
            AttributionError: The call failed as a whole.
        """
        request = _requests.evaluate_batch(requests)
        return self._call(self._attribution.EvaluateBatch, request, timeout)

    def evaluate_stream(
        self, batches: Iterable[Sequence[EvaluateRequest]], *, timeout: float | None = None
    ) -> Iterator[EvaluateStreamResponse]:
        """Evaluate batch after batch, without waiting for each answer.

        Batches are taken from their source, in a thread of this package, as the
        service answers: at most 8 are under way. Connects again when the connection is
        lost or the server stops, and sends again what has no answer yet; what has a
        change of a segment needs a `change_id` for that. Close the iterator to end it:
        what is under way then may be carried out or not.

        Args:
            batches: Lists of at most 500 requests, such as a generator gives them.
            timeout: Seconds that one connection lasts before the next; None: 300. No
                limit for the whole.

        Returns:
            The response to each batch, in the same order: a result for each request,
            or one error for the batch, of which nothing was taken in then. Such a
            batch is not sent again: those behind it are under way already.

        Raises:
            ResourceExhausted: Too many streams are open; raised while iterating, as all
                errors are, also those that `batches` raises.
            Unavailable: No server answers; raised after 20 attempts, or those of the
                retry policy if they are more, which count anew with each response. A
                policy of one attempt is kept to.
            AttributionError: The call failed otherwise.
        """
        return self._send(Sending(batches), Connections(self._retry, self._clock, timeout))

    def _send(self, sending: Sending, connections: Connections) -> Iterator[EvaluateStreamResponse]:
        try:
            while True:
                if self._closed:
                    raise ValueError("the client is closed")
                requests = sending.connect()
                stream = self._attribution.EvaluateStream(requests, timeout=connections.seconds)
                try:
                    for response in stream:
                        connections.works()
                        sending.answered()
                        yield response
                    sending.check_end()
                    return
                except grpc.RpcError as error:
                    delay = connections.delay_after(error)
                finally:
                    stream.cancel()
                self._sleep(delay)
        finally:
            sending.stop()

    def explain(
        self,
        person_id: str,
        *,
        event_id: str | None = None,
        delivery_id: str | None = None,
        timeout: float | None = None,
    ) -> ExplainResponse:
        """Explain what was decided earlier, as of then; changes nothing.

        Args:
            person_id: The person.
            event_id: Id of an event, of a change of a segment or of an update of
                attributes; or:
            delivery_id: Id of a delivery that was credited.
            timeout: Seconds; None: the client's.

        Returns:
            What came of it, and a verdict for each journey and delivery that was
            looked at, with what the rules saw.

        Raises:
            NotFoundError: Nothing of the kind is on record.
            ValueError: Both ids are given.
        """
        request = _requests.explain(person_id, event_id, delivery_id)
        return self._call(self._attribution.Explain, request, timeout)

    def ingest(
        self, items: Sequence[IngestItem], *, timeout: float | None = None
    ) -> IngestResponse:
        """Take in many things, in order, in one call.

        Args:
            items: What to take in, at most 500: journeys, deliveries, interactions,
                evaluations, checks and attributes. Their fields take plain values:
                `IngestItem(finish_journey={"person_id": "ada", "journey_id": "j1"})`.
                Give interactions their time, segment changes a `change_id` and updates
                an `update_id`: then nothing is counted twice if the call is repeated.
            timeout: Seconds; None: the client's.

        Returns:
            A result for each item in the same order: its answer, in the field of the
            same name, or an error of its own.

        Raises:
            AttributionError: The call failed as a whole.
        """
        request = _requests.ingest(items)
        return self._call(self._attribution.Ingest, request, timeout)


class AsyncDecisionCalls(AsyncCalls):
    """The same for asyncio."""

    async def evaluate(
        self,
        *,
        event_id: str,
        person_id: str,
        name: str,
        properties: Properties | None = None,
        occurred_time: datetime | None = None,
        person_attributes: Properties | None = None,
        validate_only: bool = False,
        explain: bool = False,
        properties_json: bytes | str | None = None,
        timeout: float | None = None,
    ) -> EvaluateResponse:
        """Take in an event, and decide which deliveries are credited with it.

        See `AttributionClient.evaluate`.
        """
        request = _requests.evaluate(
            event_id,
            person_id,
            name,
            properties,
            occurred_time,
            person_attributes,
            validate_only,
            explain,
            properties_json,
        )
        return await self._call(self._attribution.Evaluate, request, timeout)

    async def evaluate_segment_change(
        self,
        *,
        person_id: str,
        segment_id: str,
        change: MembershipChange | str,
        change_id: str = "",
        person_attributes: Properties | None = None,
        validate_only: bool = False,
        explain: bool = False,
        timeout: float | None = None,
    ) -> EvaluateResponse:
        """Tell that a person entered or left a segment, and decide who is credited with it.

        See `AttributionClient.evaluate_segment_change`.
        """
        request = _requests.evaluate_segment_change(
            person_id, segment_id, change, change_id, person_attributes, validate_only, explain
        )
        return await self._call(self._attribution.Evaluate, request, timeout)

    async def check_exit(
        self,
        person_id: str,
        journey_id: str,
        next_step: NextStep | str | None = None,
        *,
        timeout: float | None = None,
    ) -> CheckExitResponse:
        """Ask, before each message, whether a journey ends; an exit is recorded.

        See `AttributionClient.check_exit`.
        """
        request = _requests.check_exit(person_id, journey_id, next_step)
        return await self._call(self._attribution.CheckExit, request, timeout)

    async def check_exit_batch(
        self, checks: Sequence[CheckExitRequest], *, timeout: float | None = None
    ) -> CheckExitBatchResponse:
        """Ask the same of many journeys at once.

        See `AttributionClient.check_exit_batch`.
        """
        request = _requests.check_exit_batch(checks)
        return await self._call(self._attribution.CheckExitBatch, request, timeout)

    async def evaluate_batch(
        self, requests: Sequence[EvaluateRequest], *, timeout: float | None = None
    ) -> EvaluateBatchResponse:
        """Evaluate many things that people did, in order, in one call.

        See `AttributionClient.evaluate_batch`.
        """
        request = _requests.evaluate_batch(requests)
        return await self._call(self._attribution.EvaluateBatch, request, timeout)

    def evaluate_stream(
        self,
        batches: AsyncIterable[Sequence[EvaluateRequest]] | Iterable[Sequence[EvaluateRequest]],
        *,
        timeout: float | None = None,
    ) -> AsyncIterator[EvaluateStreamResponse]:
        """Evaluate batch after batch, without waiting for each answer.

        See `AttributionClient.evaluate_stream`. Batches are taken in a task.
        """
        return self._send(AsyncSending(batches), Connections(self._retry, self._clock, timeout))

    async def _send(
        self, sending: AsyncSending, connections: Connections
    ) -> AsyncIterator[EvaluateStreamResponse]:
        try:
            while True:
                if self._closed:
                    raise ValueError("the client is closed")
                requests = sending.connect()
                stream = self._attribution.EvaluateStream(requests, timeout=connections.seconds)
                try:
                    async for response in stream:
                        connections.works()
                        sending.answered()
                        yield response
                    sending.check_end()
                    return
                except grpc.RpcError as error:
                    delay = connections.delay_after(error)
                finally:
                    stream.cancel()
                await self._sleep(delay)
        finally:
            sending.stop()

    async def explain(
        self,
        person_id: str,
        *,
        event_id: str | None = None,
        delivery_id: str | None = None,
        timeout: float | None = None,
    ) -> ExplainResponse:
        """Explain what was decided earlier, as of then. See `AttributionClient.explain`."""
        request = _requests.explain(person_id, event_id, delivery_id)
        return await self._call(self._attribution.Explain, request, timeout)

    async def ingest(
        self, items: Sequence[IngestItem], *, timeout: float | None = None
    ) -> IngestResponse:
        """Take in many things, in order, in one call.

        See `AttributionClient.ingest`.
        """
        request = _requests.ingest(items)
        return await self._call(self._attribution.Ingest, request, timeout)
