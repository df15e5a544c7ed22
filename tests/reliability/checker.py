"""Whether what callers saw of a person could have happened one call at a time.

The history of a person is linearizable if all its calls, each at one moment between its begin and
its end, give the answers that were seen. An attempt whose outcome nobody knows took effect at some
moment after its begin, or never. What each call does at its moment is for the naive model to say.

The search is that of Wing and Gong: of the calls that may come next, take one; if its answer is
another than the one that was seen, take another one; go back where none is left. What was found to
lead nowhere is remembered. Answers tell arrival times (a start, a send, a conversion), which must
never go back along the order (C9), and so leave few orders to try.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from model.content import status_of
from model.driver import Json, Refused
from model.jsonform import normalised
from model.log import Entry
from model.naive import NaiveModel
from reliability.history import Attempt

# Calls of the model that a search may take before it gives up.
BUDGET = 20_000

# Something that happened once in a person's life, such as the start of a journey.
Fact = tuple[str, str]


class Verdict(Enum):
    """What the search came to."""

    HOLDS = "there is an order"
    VIOLATED = "there is no order"
    UNDECIDED = "not decided within the budget"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a person; `log` is the order that was found, as the model keeps it."""

    verdict: Verdict
    log: Sequence[Entry]
    why: str
    calls: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """How far the search is: what has its place, as bits, and what the model knows by now."""

    bits: int
    log: tuple[Entry, ...]
    latest_us: int


class _ContradictionError(Exception):
    """Two answers tell different times of one thing that happens once."""


class _SpentError(Exception):
    """The search has taken all the calls that it may."""


def judge(
    attempts: Iterable[Attempt], definitions: Sequence[Entry], budget: int = BUDGET
) -> Judgement:
    """Look for an order of the attempts of one person.

    `definitions` are the entries of the model's log that made campaigns and segments, before all
    attempts. `budget` bounds the calls of the model.
    """
    search = _Search(attempts, definitions, budget)
    try:
        found = search.run()
    except _ContradictionError as error:
        return Judgement(Verdict.VIOLATED, (), str(error), search.calls)
    except _SpentError:
        return Judgement(Verdict.UNDECIDED, (), search.furthest(), search.calls)
    if found is None:
        return Judgement(Verdict.VIOLATED, (), search.furthest(), search.calls)
    return Judgement(Verdict.HOLDS, found, "", search.calls)


class _Search:
    def __init__(
        self, attempts: Iterable[Attempt], definitions: Sequence[Entry], budget: int
    ) -> None:
        self._attempts = _in_likely_order(attempts)
        self._definitions = tuple(definitions)
        self._budget = budget
        self._wanted = sum(1 << n for n, a in enumerate(self._attempts) if a.outcome is not None)
        self._told: Mapping[Fact, int] = {}
        self._dead: set[object] = set()
        self._logs: list[tuple[Entry, ...]] = []
        self._taken: dict[tuple[int, int], _Placed | str] = {}
        self._deepest = -1
        self._stuck: list[str] = []
        self.calls = 0

    def run(self) -> tuple[Entry, ...] | None:
        """The model's log along the order that was found. Raises as `judge` catches."""
        self._told = _told_times(self._attempts)
        start = _Placed(0, self._definitions, 0)
        # By hand instead of by recursion: histories may be long.
        path = [self._steps(start)]
        if self._is_done(start):
            return start.log
        while path:
            step = next(path[-1], None)
            if step is None:
                path.pop()
            elif self._is_done(step):
                return step.log
            else:
                path.append(self._steps(step))
        return None

    def furthest(self) -> str:
        """Where the search came furthest, and what did not fit there."""
        return "\n".join(self._stuck)

    def _is_done(self, placed: _Placed) -> bool:
        return placed.bits & self._wanted == self._wanted

    def _steps(self, placed: _Placed) -> Iterator[_Placed]:
        """Where one more call leads to, the likely ones first."""
        key = (placed.bits, placed.latest_us, _content(placed.log[len(self._definitions) :]))
        if key in self._dead:
            return
        self._dead.add(key)
        steps: list[_Placed] = []
        misfits: list[str] = []
        for number in self._next(placed):
            attempt = self._attempts[number]
            step = self._after(number, placed)
            if isinstance(step, str):
                misfits.append(f"  {attempt.name} {attempt.request}: {step}")
            elif step.log is not placed.log:
                steps.append(step)
            elif attempt.outcome is not None:
                # What changes nothing may as well come now: whatever fits later fits then too.
                yield step
                return
            # What changes nothing, and was not answered, need not have happened.
        self._note(placed, misfits)
        yield from steps

    def _note(self, placed: _Placed, misfits: Sequence[str]) -> None:
        """Remember how far the search came."""
        count = placed.bits.bit_count()
        if count > self._deepest:
            self._deepest = count
            order = [f"  {entry.name} {entry.request}" for entry in placed.log]
            self._stuck = ["after", *order[len(self._definitions) :], "nothing fits:", *misfits]

    def _next(self, placed: _Placed) -> list[int]:
        """Those that began before any other that must still come has ended."""
        left = [n for n in range(len(self._attempts)) if not placed.bits >> n & 1]
        ends = [end for n in left if (end := self._attempts[n].ended_ns) is not None]
        first_end = min(ends)
        return [n for n in left if self._attempts[n].begun_ns <= first_end]

    def _after(self, number: int, placed: _Placed) -> _Placed | str:
        """The search after this attempt; or why it cannot come next."""
        # By the very object: it is kept as long as what is known of it.
        key = (id(placed.log), number)
        if key not in self._taken:
            self._taken[key] = self._take(number, placed)
            self._logs.append(placed.log)
        found = self._taken[key]
        return found if isinstance(found, str) else replace(found, bits=placed.bits | 1 << number)

    def _take(self, number: int, placed: _Placed) -> _Placed | str:
        attempt = self._attempts[number]
        told = [self._told[fact] for fact in _about(attempt) if fact in self._told]
        at_us = max([placed.latest_us, *told])
        answer, log = self._call(attempt, placed.log, at_us)
        if len(log) > len(placed.log):
            known = {self._told[f] for f in _facts(placed.log, log[-1]) if f in self._told}
            if len(known) > 1 or any(time < placed.latest_us for time in known):
                return "its time would lie before that of an earlier one"
            right_us = next(iter(known), placed.latest_us)
            if right_us != at_us:
                at_us = right_us
                answer, log = self._call(attempt, placed.log, at_us)
        else:
            at_us = placed.latest_us
        if attempt.outcome is not None and answer != attempt.outcome:
            return f"the model says {answer}, the answer was {attempt.outcome}"
        return _Placed(placed.bits | 1 << number, log, at_us)

    def _call(
        self, attempt: Attempt, log: tuple[Entry, ...], at_us: int
    ) -> tuple[Json | Refused, tuple[Entry, ...]]:
        if self.calls >= self._budget:
            raise _SpentError
        self.calls += 1
        model = NaiveModel()
        model.log = list(log)
        answer = model.call(attempt.name, attempt.request, at_us)
        told = answer if isinstance(answer, Refused) else normalised(answer)
        return told, tuple(model.log) if len(model.log) > len(log) else log


def _in_likely_order(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Those with an answer by their ends, then the others.

    Of equal ones without an answer the first is enough: the calls that are tested here change
    something once at the most, however often they are carried out.
    """
    answered: list[Attempt] = []
    unknown: dict[tuple[str, str], Attempt] = {}
    for attempt in sorted(attempts, key=lambda a: a.begun_ns):
        if attempt.outcome is not None:
            answered.append(attempt)
        else:
            unknown.setdefault((attempt.name, _text(attempt.request)), attempt)
    return [*sorted(answered, key=lambda a: a.ended_ns or 0), *unknown.values()]


def _text(request: Json) -> str:
    return json.dumps(request, sort_keys=True)


def _content(log: Sequence[Entry]) -> tuple[object, ...]:
    """What makes two logs the same."""
    return tuple((entry.name, entry.at, _text(entry.request)) for entry in log)


# ---- times that answers tell --------------------------------------------------------------------


def _told_times(attempts: Iterable[Attempt]) -> Mapping[Fact, int]:
    """All that answers tell of when something happened."""
    told: dict[Fact, int] = {}
    for attempt in attempts:
        if isinstance(attempt.outcome, dict):
            for fact, time in _read(attempt, attempt.outcome):
                if told.setdefault(fact, time) != time:
                    raise _ContradictionError(f"{fact} happened at {told[fact]} and at {time}")
    return told


def _read(attempt: Attempt, answer: Json) -> Iterator[tuple[Fact, int]]:
    journeys = [answer["journey"]] if "journey" in answer else answer.get("journeys", ())
    for journey in journeys:
        for field in ("start_time", "achieve_time", "end_time"):
            if field in journey:
                yield (field, journey["journey_id"]), journey[field]
    deliveries = [answer["delivery"]] if "delivery" in answer else answer.get("deliveries", ())
    for delivery in deliveries:
        for field in ("create_time", "sent_time", "convert_time"):
            if field in delivery:
                yield (field, delivery["delivery_id"]), delivery[field]
    for conversion in answer.get("conversions", ()):
        yield ("convert_time", conversion["delivery_id"]), conversion["conversion_time"]
        yield from ((fact, conversion["conversion_time"]) for fact in _about(attempt))
    if "exit_time" in answer:
        yield ("end_time", attempt.request["journey_id"]), answer["exit_time"]


def _about(attempt: Attempt) -> tuple[Fact, ...]:
    """What an attempt is likely to make happen."""
    request = attempt.request
    match attempt.name:
        case "start_journey":
            return (("start_time", request["journey_id"]),)
        case "record_delivery":
            report = request["delivery"]
            sent = status_of(report) in ("SENT", "BOUNCED")
            return (("sent_time" if sent else "create_time", report["delivery_id"]),)
        case "evaluate":
            change = request.get("segment_change", {})
            return (("taken_in", request.get("event", {}).get("event_id") or change["change_id"]),)
        case "update_attributes":
            return (("taken_in", request["update_id"]),)
    return ()


def _facts(before: Sequence[Entry], entry: Entry) -> Iterator[Fact]:
    """What this entry of the log has made happen, after those before it."""
    request, answer = entry.request, entry.answer
    match entry.name:
        case "start_journey":
            yield "start_time", request["journey_id"]
        case "finish_journey" | "check_exit":
            yield "end_time", request["journey_id"]
        case "record_delivery":
            report = request["delivery"]
            earlier = [
                status_of(each.request["delivery"])
                for each in before
                if each.name == "record_delivery"
                and each.request["delivery"]["delivery_id"] == report["delivery_id"]
            ]
            if not earlier:
                yield "create_time", report["delivery_id"]
            sent = ("SENT", "BOUNCED")
            if status_of(report) in sent and not any(status in sent for status in earlier):
                yield "sent_time", report["delivery_id"]
        case "evaluate" | "update_attributes":
            for conversion in answer["conversions"]:
                yield "convert_time", conversion["delivery_id"]
            achieved = {name for each in before for name in each.facts.get("achieved", ())}
            for journey_id in entry.facts["achieved"]:
                if journey_id not in achieved:
                    yield "achieve_time", journey_id
