"""The comparison itself: it holds for the model, and it catches every planted mistake."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from model.content import Candidate, Delivery, Goal, Happening, Journey, Move, Touch
from model.driver import Json, Refused
from model.log import Entry
from model.machine import BRIEF, machine_for, play
from model.naive import NaiveModel
from model.strategies import Command, history, sequences

# Enough to find any of the mistakes below.
HISTORIES = 1000
SEARCH = settings(BRIEF, max_examples=500, phases=[Phase.generate], report_multiple_bugs=False)

TestModelAgainstItself = machine_for(NaiveModel).TestCase
TestModelAgainstItself.settings = BRIEF


@pytest.mark.parametrize("seed", range(50))
def test_histories_hold_for_the_model(seed: int) -> None:
    play(NaiveModel(), history(seed))


@settings(BRIEF)
@given(commands=sequences())
def test_sequences_hold_for_the_model(commands: list[Command]) -> None:
    play(NaiveModel(), commands)


class WindowEndExclusive(NaiveModel):
    def window_holds(self, basis_time: int, arrival: int, window: int | None) -> bool:
        return window is None or basis_time <= arrival < basis_time + window


class WindowStartExclusive(NaiveModel):
    def window_holds(self, basis_time: int, arrival: int, window: int | None) -> bool:
        return basis_time < arrival and super().window_holds(basis_time, arrival, window)


class WindowOneTooLong(NaiveModel):
    def window_holds(self, basis_time: int, arrival: int, window: int | None) -> bool:
        return window is None or basis_time <= arrival <= basis_time + window + 1


class TiesToTheSmallerId(NaiveModel):
    def touch_key(self, candidate: Candidate) -> Any:
        basis_time, sent_time, delivery_id = super().touch_key(candidate)
        return basis_time, sent_time, bytes(255 - byte for byte in delivery_id)


class TiesByNumberInTheId(NaiveModel):
    def touch_key(self, candidate: Candidate) -> Any:
        basis_time, sent_time, delivery_id = super().touch_key(candidate)
        return basis_time, sent_time, int(delivery_id[1:])


class TiesIgnoreTheSend(NaiveModel):
    def touch_key(self, candidate: Candidate) -> Any:
        basis_time, _, delivery_id = super().touch_key(candidate)
        return basis_time, delivery_id


class LastSentInsteadOfLastTouched(NaiveModel):
    def touch_key(self, candidate: Candidate) -> Any:
        basis_time, sent_time, delivery_id = super().touch_key(candidate)
        return sent_time, basis_time, delivery_id


class FirstTouch(NaiveModel):
    def pick(self, candidates: list[Candidate]) -> Candidate:
        return candidates[0]


class CreditPassesOn(NaiveModel):
    def instead_of(self, _last: Candidate, candidates: list[Candidate]) -> Candidate | None:
        free = [c for c in candidates if c.delivery.convert_time is None]
        return free[-1] if free else None


class ConvertsTwice(NaiveModel):
    def instead_of(self, last: Candidate, _candidates: list[Candidate]) -> Candidate | None:
        return last


class EveryWebhookCounts(NaiveModel):
    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        return delivery.channel == "WEBHOOK" or super().can_convert(delivery, journey)


class NoWebhookCounts(NaiveModel):
    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        return delivery.channel != "WEBHOOK" and super().can_convert(delivery, journey)


class SlackCounts(NaiveModel):
    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        return delivery.channel == "SLACK" or super().can_convert(delivery, journey)


class DataActionCounts(NaiveModel):
    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        return delivery.channel == "DATA_ACTION" or super().can_convert(delivery, journey)


class WhatsAppDoesNotCount(NaiveModel):
    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        return delivery.channel != "WHATSAPP" and super().can_convert(delivery, journey)


class WebhookOptInsInForce(NaiveModel):
    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        if delivery.channel == "WEBHOOK":
            return delivery.action_id in self.campaign(journey.campaign_id)["webhook_action_ids"]
        return super().can_convert(delivery, journey)


class BouncedCounts(NaiveModel):
    def bounced_counts(self) -> bool:
        return True


class UntrackedClicksCount(NaiveModel):
    def tracked(self, _touch: Touch) -> bool:
        return True


class MachinesCount(NaiveModel):
    def basis_time(self, delivery: Delivery, goal: Goal) -> int | None:
        return super().basis_time(delivery, replace(goal, count_machine=True))


class MachinesNeverCount(NaiveModel):
    def basis_time(self, delivery: Delivery, goal: Goal) -> int | None:
        return super().basis_time(delivery, replace(goal, count_machine=False))


class LastToldInsteadOfLatest(NaiveModel):
    def latest(self, times: list[int]) -> int | None:
        return times[-1] if times else None


class FirstInsteadOfLatest(NaiveModel):
    def latest(self, times: list[int]) -> int | None:
        return min(times, default=None)


class TimesAheadAreKept(NaiveModel):
    def cut(self, claimed: int | None, arrival: int) -> int:
        return arrival if claimed is None else claimed


class TimesArePutAtTheArrival(NaiveModel):
    def cut(self, _claimed: int | None, arrival: int) -> int:
        return arrival


class StatusGoesBack(NaiveModel):
    def moves_forward(self, _known: Delivery, _report: Json) -> bool:
        return True

    def status(self, reports: list[Entry]) -> str:
        return reports[-1].request["delivery"].get("status") or "SENT"


class EqualStatusReplaces(NaiveModel):
    def moves_forward(self, known: Delivery, report: Json) -> bool:
        same = {known.status, report.get("status")} == {"FAILED", "SUPPRESSED"}
        return same or super().moves_forward(known, report)


class BounceMovesTheSend(NaiveModel):
    def sent_time(self, reports: list[Entry]) -> int | None:
        return super().sent_time(list(reversed(reports)))


class JudgedByTheRevisionInForce(NaiveModel):
    def judge(self, journey: Journey) -> Json:
        current = self.campaign(journey.campaign_id)
        return current if current["goal"] else super().judge(journey)


class PolicyOfTheJourney(NaiveModel):
    def policy(self, journey: Journey) -> str:
        return str(self.judge(journey)["exit_policy"])


class ExitBeforeSlack(NaiveModel):
    def is_message(self, next_step: str) -> bool:
        return next_step == "SLACK" or super().is_message(next_step)


class NoExitBeforeInApp(NaiveModel):
    def is_message(self, next_step: str) -> bool:
        return next_step != "IN_APP" and super().is_message(next_step)


class EitherForgetsTheGoal(NaiveModel):
    def goal_ends(self, journey: Journey) -> bool:
        return self.policy(journey) == "GOAL" and super().goal_ends(journey)


class ReplayIsNotMarked(NaiveModel):
    def evaluated_again(self, first: Entry, request: Json) -> Json:
        return {**super().evaluated_again(first, request), "replayed": False}


class OtherContentIsReplayed(NaiveModel):
    def evaluated_again(self, first: Entry, _request: Json) -> Json:
        return super().evaluated_again(first, first.request)


class DryRunRecords(NaiveModel):
    def evaluate(self, request: Json, at: int) -> Json:
        return super().evaluate({**request, "validate_only": False}, at)


class UnwatchedEventsAreKept(NaiveModel):
    def evaluate(self, request: Json, at: int) -> Json:
        answer = super().evaluate(request, at)
        event = request.get("event")
        if event and not self._watched(event) and not answer["replayed"]:
            self._accept(at, "evaluate", request, answer, {"achieved": []})
        return answer

    def _watched(self, event: Json) -> bool:
        return bool(self.watching(Happening(event["person_id"], "", event, (), {})))


class EventTimeDecides(NaiveModel):
    def evaluate(self, request: Json, at: int) -> Json:
        told = request.get("event", {}).get("occurred_time", at)
        return super().evaluate(request, min(at, told))


class EndedJourneysDoNotAchieve(NaiveModel):
    def goal(self, journey: Journey) -> Goal | None:
        return super().goal(journey) if journey.state == "ACTIVE" else None


class EnteringAgainAchieves(NaiveModel):
    def is_real(self, _person_id: str, _move: Move) -> bool:
        return True


class MetAtTheStartConverts(NaiveModel):
    def bar(self, _journey: Journey) -> str | None:
        return None


class ExitedAtTheStartConverts(NaiveModel):
    def able(self, met: list[Journey], verdicts: list[Json]) -> list[Journey]:
        out = [journey for journey in met if journey.barred == "EXITED_AT_START"]
        rest = [journey for journey in met if journey not in out]
        return super().able(rest, verdicts) + out


class BarredJourneysDoNotAchieve(NaiveModel):
    def goal(self, journey: Journey) -> Goal | None:
        return None if journey.barred else super().goal(journey)


class HoldingIsNotEnough(NaiveModel):
    def goal_ends(self, journey: Journey) -> bool:
        return super().goal_ends(journey) and journey.achieve_time is not None


class MatchingIsTheFirstReason(NaiveModel):
    def exit_reason(self, journey: Journey, at: int) -> str | None:
        reason = super().exit_reason(journey, at)
        both = reason == "GOAL" and self.policy(journey) == "GOAL_OR_NO_LONGER_MATCHING"
        return "NO_LONGER_MATCHING" if both and not self.matches(journey, at) else reason


class EverybodyMatches(NaiveModel):
    def matches(self, _journey: Journey, _at: int) -> bool:
        return True


class FiltersWithoutAnswerMatch(NaiveModel):
    def matches(self, journey: Journey, at: int) -> bool:
        text = self.campaign(journey.campaign_id)["audience_filter"]
        person = self.attributes(journey.person_id)
        missing = text == 'person.plan != "premium"' and "plan" not in person
        return missing or super().matches(journey, at)


class NullRemoves(NaiveModel):
    def merged(self, attributes: Json, request: Json) -> Json:
        merged = super().merged(attributes, request)
        return {key: value for key, value in merged.items() if value is not None}


class OverridesAreForgotten(NaiveModel):
    def evaluated_person(self, request: Json) -> Json:
        return self.attributes(request["event"]["person_id"])


class StoredAttributesAreForgotten(NaiveModel):
    def evaluated_person(self, request: Json) -> Json:
        return dict(request.get("person_attributes") or {})


class LeavingIsForgotten(NaiveModel):
    def moves(self, before: Json, after: Json) -> tuple[Move, ...]:
        return tuple(move for move in super().moves(before, after) if move[1] == "ENTERED")


class BatchesAreTakenFromTheEnd(NaiveModel):
    def batch(self, items: list[Any], at: int) -> Json:
        results = super().batch(items[::-1], at)["results"]
        return {"results": results[::-1]}


MISTAKES = [
    mistake
    for mistake in globals().values()
    if isinstance(mistake, type) and issubclass(mistake, NaiveModel) and mistake is not NaiveModel
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: type[NaiveModel]) -> None:
    with pytest.raises(AssertionError, match="the model says"):
        _play_histories(mistake)


def _play_histories(mistake: type[NaiveModel]) -> None:
    for seed in range(HISTORIES):
        play(mistake(), history(seed))


@pytest.mark.parametrize("mistake", [TiesToTheSmallerId, ReplayIsNotMarked])
def test_the_machine_finds_it_too(mistake: type[NaiveModel]) -> None:
    with pytest.raises(AssertionError, match="the model says"):
        run_state_machine_as_test(machine_for(mistake), settings=SEARCH)


def test_a_refusal_is_compared_by_code_and_reason() -> None:
    class OtherReason(NaiveModel):
        def call(self, name: str, request: Json, at_us: int) -> Json | Refused:
            answer = super().call(name, request, at_us)
            return Refused(answer.code, "OTHER") if isinstance(answer, Refused) else answer

    unknown = Command(0, "get_campaign", {"campaign_id": "c1"})
    play(NaiveModel(), [unknown])
    with pytest.raises(AssertionError, match="CAMPAIGN_NOT_FOUND"):
        play(OtherReason(), [unknown])
