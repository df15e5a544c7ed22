"""The calls about rules: checked, tried, simulated, and backtested."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime

import grpc
from attribution.v1.campaign_pb2 import Campaign
from attribution.v1.goal_pb2 import Goal
from attribution.v1.rule_pb2 import RulePlace
from attribution.v1.rule_service_pb2 import (
    BacktestRequest,
    BacktestResponse,
    CheckRuleResponse,
    SimulateResponse,
    SimulateStep,
    TryRuleResponse,
)
from attribution.v1.segment_pb2 import Segment

from attribution_client import _requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls
from attribution_client._convert import Properties
from attribution_client._decode import from_rpc_error
from attribution_client._retry import DEFAULT_BACKTEST_SECONDS, Attempts


class RuleCalls(Calls):
    """The calls about rules: checked, tried, simulated, and backtested."""

    def check_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        without_trigger: bool = False,
        timeout: float | None = None,
    ) -> CheckRuleResponse:
        """Check a rule as creating a campaign with it would; nothing is stored.

        Args:
            source: The rule.
            place: Where it is to stand: a `RulePlace`, or its name such as
                `"GOAL_FILTER"`.
            without_trigger: No event triggers the campaign, so there is no
                `trigger` to read.
            timeout: Seconds; None: the client's.

        Returns:
            Whether it is `valid`, and what is wrong or doubtful about it. A
            refused rule raises nothing.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.check_rule(source, place, without_trigger)
        return self._call(self._rules.CheckRule, request, timeout)

    def try_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        event: Properties | None = None,
        trigger: Properties | None = None,
        person: Properties | None = None,
        now: datetime | None = None,
        without_trigger: bool = False,
        segments: Sequence[str] = (),
        timeout: float | None = None,
    ) -> TryRuleResponse:
        """Evaluate a rule over sample data, and see the value of each part.

        Args:
            source: The rule.
            place: Where it is to stand: a `RulePlace`, or its name such as
                `"GOAL_FILTER"`.
            event: Properties of the event that is judged. JSON values; numbers
                are doubles, so send ids beyond 2^53 as strings.
            trigger: Properties of the event that started the journey.
            person: Attributes of the person.
            now: The time of arrival, with a time zone. None: a rule that reads
                `now` ends in an error.
            without_trigger: No event triggers the campaign, so there is no
                `trigger` to read.
            segments: Ids of the segments that the person is in.
            timeout: Seconds; None: the client's.

        Returns:
            The result with the parts; if the rule is not `valid`, what is wrong.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.try_rule(
            source, place, event, trigger, person, now, without_trigger, segments
        )
        return self._call(self._rules.TryRule, request, timeout)

    def simulate(
        self,
        steps: Sequence[SimulateStep],
        *,
        campaigns: Sequence[Campaign] = (),
        segments: Sequence[Segment] = (),
        stored_campaign_ids: Sequence[str] = (),
        stored_segment_ids: Sequence[str] = (),
        timeout: float | None = None,
    ) -> SimulateResponse:
        """Play calls at given times, on campaigns and people of this call only.

        Nothing is stored, and the same steps give the same answers.

        Args:
            steps: Requests of other calls, each with its time, in order; at most
                500.
            campaigns: Campaigns that are there when the first step is played.
            segments: Segments that are there too.
            stored_campaign_ids: Campaigns of the server to copy as they are now.
            stored_segment_ids: Segments of the server to copy as they are now.
            timeout: Seconds; None: the client's.

        Returns:
            For each step the answer, or why it alone was refused.

        Raises:
            AttributionError: The call failed: a definition is refused, the times
                go back, or it is too long.
        """
        request = _requests.simulate(
            steps, campaigns, segments, stored_campaign_ids, stored_segment_ids
        )
        return self._call(self._rules.Simulate, request, timeout)

    def backtest(
        self,
        campaign_id: str,
        goal: Goal,
        *,
        webhook_action_ids: Sequence[str] | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        max_conversions: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[BacktestResponse]:
        """Try a goal on what happened: which deliveries would have converted by it?

        Nothing is changed. Gives progress, first at once and then now and then, conversions as
        they are found, and at the end one summary. Close the iterator to end it before.

        Args:
            campaign_id: The campaign whose journeys are judged; no newsletter.
            goal: The goal to try, about an event.
            webhook_action_ids: Actions whose webhooks can be credited; none if it is empty.
                None: those that the campaign has now.
            start_time: Begin of the range of events, included, with a time zone. None: ever
                since.
            end_time: End of the range, not included, with a time zone. None: up to now.
            max_conversions: Most conversions to be shown; all are counted. None: 100; at most
                10000.
            timeout: Seconds for the whole; None: 14400.

        Raises:
            NotFound: There is no such campaign; raised while iterating, as all errors are.
            InvalidArgument: The goal is refused as an update of the campaign would refuse it,
                or is about a segment; or the range is empty or runs backwards.
            FailedPrecondition: The campaign is a newsletter.
            ResourceExhausted: As many backtests run as may.
            Unavailable: No server answers, or the server stopped: call again for all of it.
            AttributionError: The call failed otherwise.
        """
        request = _requests.backtest(
            campaign_id, goal, webhook_action_ids, start_time, end_time, max_conversions
        )
        return self._backtest(request, DEFAULT_BACKTEST_SECONDS if timeout is None else timeout)

    def _backtest(self, request: BacktestRequest, timeout: float) -> Iterator[BacktestResponse]:
        attempts = Attempts(self._retry, self._clock, timeout)
        while True:
            if self._closed:
                raise ValueError("the client is closed")
            stream = self._rules.Backtest(request, timeout=attempts.start())
            begun = False
            try:
                for response in stream:
                    begun = True
                    yield response
                return
            except grpc.RpcError as error:
                if begun:  # what was given already would come again
                    raise from_rpc_error(error) from error
                delay = attempts.delay_after(error)
            finally:
                stream.cancel()
            self._sleep(delay)


class AsyncRuleCalls(AsyncCalls):
    """The same for asyncio."""

    async def check_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        without_trigger: bool = False,
        timeout: float | None = None,
    ) -> CheckRuleResponse:
        """Check a rule as creating a campaign with it would; nothing is stored.

        See `AttributionClient.check_rule`.
        """
        request = _requests.check_rule(source, place, without_trigger)
        return await self._call(self._rules.CheckRule, request, timeout)

    async def try_rule(
        self,
        source: str,
        place: RulePlace | str,
        *,
        event: Properties | None = None,
        trigger: Properties | None = None,
        person: Properties | None = None,
        now: datetime | None = None,
        without_trigger: bool = False,
        segments: Sequence[str] = (),
        timeout: float | None = None,
    ) -> TryRuleResponse:
        """Evaluate a rule over sample data, and see the value of each part.

        See `AttributionClient.try_rule`.
        """
        request = _requests.try_rule(
            source, place, event, trigger, person, now, without_trigger, segments
        )
        return await self._call(self._rules.TryRule, request, timeout)

    async def simulate(
        self,
        steps: Sequence[SimulateStep],
        *,
        campaigns: Sequence[Campaign] = (),
        segments: Sequence[Segment] = (),
        stored_campaign_ids: Sequence[str] = (),
        stored_segment_ids: Sequence[str] = (),
        timeout: float | None = None,
    ) -> SimulateResponse:
        """Play calls at given times, on campaigns and people of this call only.

        See `AttributionClient.simulate`.
        """
        request = _requests.simulate(
            steps, campaigns, segments, stored_campaign_ids, stored_segment_ids
        )
        return await self._call(self._rules.Simulate, request, timeout)

    def backtest(
        self,
        campaign_id: str,
        goal: Goal,
        *,
        webhook_action_ids: Sequence[str] | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        max_conversions: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[BacktestResponse]:
        """Try a goal on what happened: which deliveries would have converted by it?

        See `AttributionClient.backtest`.
        """
        request = _requests.backtest(
            campaign_id, goal, webhook_action_ids, start_time, end_time, max_conversions
        )
        return self._backtest(request, DEFAULT_BACKTEST_SECONDS if timeout is None else timeout)

    async def _backtest(
        self, request: BacktestRequest, timeout: float
    ) -> AsyncIterator[BacktestResponse]:
        attempts = Attempts(self._retry, self._clock, timeout)
        while True:
            if self._closed:
                raise ValueError("the client is closed")
            stream = self._rules.Backtest(request, timeout=attempts.start())
            begun = False
            try:
                async for response in stream:
                    begun = True
                    yield response
                return
            except grpc.RpcError as error:
                if begun:  # what was given already would come again
                    raise from_rpc_error(error) from error
                delay = attempts.delay_after(error)
            finally:
                stream.cancel()
            await self._sleep(delay)
