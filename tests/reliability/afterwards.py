"""What is looked at once faults are over: lost, doubled, counted wrong, in no possible order."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any

from model.driver import Json, Refused
from model.jsonform import normalised
from model.recount import Recount, Within
from reliability.checker import Judgement, Verdict, judge
from reliability.figures import Figures
from reliability.history import Attempt, History, now_ns
from reliability.lives import CAMPAIGNS, READS, Command, definitions
from reliability.load import Way, ways
from reliability.wire import answer, taken_in
from support.calls import Caller

_BATCH = 250
_CHECKERS = 2
_EVERYTHING = Within(None, None)
# Of these the first answer is given again; of others what holds now.
_AS_AT_FIRST = ("start_journey", "evaluate")


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong after a case: nothing, if all is well."""

    lost: Sequence[str]
    doubled: Sequence[str]
    miscounted: Sequence[str]
    gone_back: Sequence[str]
    judgements: Mapping[str, Judgement]

    @property
    def violated(self) -> Sequence[str]:
        """The people whose calls fit in no order, with what did not fit."""
        return self._judged(Verdict.VIOLATED)

    @property
    def undecided(self) -> Sequence[str]:
        """The people of whom the search gave up."""
        return self._judged(Verdict.UNDECIDED)

    def _judged(self, verdict: Verdict) -> Sequence[str]:
        items = self.judgements.items()
        return [f"{name}: {item.why}" for name, item in items if item.verdict is verdict]


def look(addresses: Sequence[str], history: History) -> Found:
    """Send everything again, read everything, and find an order for all that was seen.

    What is asked here becomes a part of the history, and of what the order must explain.
    """
    with ways(addresses, history, 1) as (way,):
        first = {name: list(attempts) for name, attempts in history.people.items()}
        lost = list(_lost(first, _sent_again(first, way)))
        for person_id in first:
            for name in READS:
                way.tell(Command(person_id, name, {"person_id": person_id}), 0)
        judgements = judged(history.people)
        conversions = [normalised(item) for item in _conversions(way.callers[0])]
        doubled = [*_answered_twice(first), *_credited_twice(conversions)]
        miscounted = [
            f"at {address}: {line}"
            for address, call in zip(addresses, way.callers, strict=True)
            for line in _miscounted(call, judgements, conversions)
        ]
    gone_back = list(_gone_back(first))
    return Found(lost, doubled, miscounted, gone_back, judgements)


def figures(
    case: str, faults: int, history: History, found: Found, begun_ns: int, answered: int
) -> Figures:
    """The figures of a case; `answered` counts what was answered under load."""
    return Figures(
        case=case,
        faults=faults,
        answered=answered,
        again=history.failures.total(),
        unknown=history.unknown,
        lost=len(found.lost),
        doubled=len(found.doubled),
        people=len(found.judgements),
        checked=sum(len(attempts) for attempts in history.people.values()),
        violated=len(found.violated),
        undecided=len(found.undecided),
        seconds=(now_ns() - begun_ns) / 1e9,
    )


def judged(people: Mapping[str, Sequence[Attempt]]) -> Mapping[str, Judgement]:
    """The judgement on each person."""
    known = definitions()
    with ProcessPoolExecutor(_CHECKERS, mp_context=get_context("forkserver")) as pool:
        found = pool.map(partial(judge, definitions=known), people.values(), chunksize=8)
        return dict(zip(people, found, strict=True))


# ---- lost ---------------------------------------------------------------------------------------


def _sent_again(
    first: Mapping[str, Sequence[Attempt]], way: Way
) -> Iterator[tuple[Attempt, Json | Refused]]:
    """Every command, with what came of it first and what comes of it now.

    Those that were refused too: what nobody knows of an earlier attempt at one is known then.
    """
    told = [each for attempts in first.values() for each in _once(attempts)]
    for start in range(0, len(told), _BATCH):
        part = told[start : start + _BATCH]
        begun_ns = now_ns()
        commands = [Command(each.person_id, each.name, each.request) for each in part]
        outcomes = taken_in(way.callers[0], commands)
        # They are carried out one after the other.
        share_ns = (now_ns() - begun_ns) // len(part)
        for position, (each, outcome) in enumerate(zip(part, outcomes, strict=True)):
            at_ns = begun_ns + position * share_ns
            way.history.add(
                replace(each, begun_ns=at_ns, ended_ns=at_ns + share_ns // 2, outcome=outcome)
            )
            yield each, outcome


def _once(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Each command once: its first attempt with an answer, or else one with a refusal."""
    found: dict[tuple[str, str], Attempt] = {}
    for each in sorted(attempts, key=lambda a: not isinstance(a.outcome, dict)):
        if not each.name.startswith(("get_", "list_")):
            found.setdefault((each.name, str(each.request)), each)
    return list(found.values())


def _lost(
    first: Mapping[str, Sequence[Attempt]],
    again: Iterator[tuple[Attempt, Json | Refused]],
) -> Iterator[str]:
    for attempt, outcome in again:
        was = attempt.outcome
        if not isinstance(was, dict):
            continue
        what = f"{attempt.name} {attempt.request}: {was}, then {outcome}"
        if not isinstance(outcome, dict):
            yield what
        elif attempt.name == "check_exit":
            if was.get("exit") and outcome != was:
                yield what
        elif not outcome.get("replayed") or (
            attempt.name in _AS_AT_FIRST and {**was, "replayed": True} != outcome
        ):
            yield what
    assert first, "nobody told of anything"


# ---- doubled ------------------------------------------------------------------------------------


def _answered_twice(first: Mapping[str, Sequence[Attempt]]) -> Iterator[str]:
    """Commands that were answered more than once as if they were new."""
    for attempts in first.values():
        fresh = Counter(
            (each.person_id, each.name, str(each.request))
            for each in attempts
            if each.name in (*_AS_AT_FIRST, "record_delivery", "update_attributes")
            and isinstance(each.outcome, dict)
            and not each.outcome.get("replayed")
        )
        yield from (f"{command} was new {n} times" for command, n in fresh.items() if n > 1)


def _credited_twice(conversions: Sequence[Json]) -> Iterator[str]:
    deliveries = Counter((item["person_id"], item["delivery_id"]) for item in conversions)
    achievements = Counter(
        (item["person_id"], item["campaign_id"], _achievement(item)) for item in conversions
    )
    yield from (f"{key} converted {n} times" for key, n in deliveries.items() if n > 1)
    yield from (f"{key} was credited {n} times" for key, n in achievements.items() if n > 1)


def _achievement(conversion: Json) -> str:
    change = conversion.get("segment_change", {})
    return str(conversion.get("event_id") or change["change_id"])


def _conversions(call: Caller) -> Iterator[Json]:
    token = ""
    while True:
        page = answer(call, "list_conversions", {"page_size": 1_000, "page_token": token})
        yield from page.get("conversions", ())
        token = page.get("next_page_token", "")
        if not token:
            return


# ---- times --------------------------------------------------------------------------------------


def _gone_back(first: Mapping[str, Sequence[Attempt]]) -> Iterator[str]:
    """Starts that arrived earlier than others that were answered before they began."""
    starts = [
        (attempt, attempt.outcome["journey"]["start_time"])
        for attempts in first.values()
        for attempt in attempts
        if attempt.name == "start_journey"
        and isinstance(attempt.outcome, dict)
        and not attempt.outcome.get("replayed")
    ]
    by_end = deque(sorted(starts, key=lambda item: item[0].ended_ns or 0))
    latest_us = 0
    for attempt, time_us in sorted(starts, key=lambda item: item[0].begun_ns):
        while by_end and (by_end[0][0].ended_ns or 0) < attempt.begun_ns:
            latest_us = max(latest_us, by_end.popleft()[1])
        if time_us < latest_us:
            yield f"{attempt.request} arrived at {time_us}, an earlier one at {latest_us}"


# ---- counted ------------------------------------------------------------------------------------


def _miscounted(
    call: Caller, judgements: Mapping[str, Judgement], conversions: Sequence[Json]
) -> Iterator[str]:
    """Where reports say something else than a recount of the order that was found."""
    logs = [item.log for item in judgements.values() if item.verdict is Verdict.HOLDS]
    if len(logs) < len(judgements):
        return  # without an order there is nothing to recount
    recounts = [Recount(log) for log in logs]
    told = {(item["person_id"], item["delivery_id"], _achievement(item)) for item in conversions}
    expected = {
        (item["person_id"], item["delivery_id"], _achievement(item))
        for recount in recounts
        for item in map(normalised, recount.conversions)
    }
    if told != expected:
        yield f"conversions: {sorted(told ^ expected)[:10]}"
    for campaign_id in CAMPAIGNS:
        for basis in ("SENT", "CONVERTED"):
            request = {"campaign_id": campaign_id, "time_basis": f"TIME_BASIS_{basis}"}
            said = _reported(answer(call, "get_metrics", request))
            summed: Counter[str] = Counter()
            for recount in recounts:
                summed.update(_flat(recount.metrics(campaign_id, _EVERYTHING, basis)))
            counted = Counter({name: n for name, n in summed.items() if n})
            if said != counted:
                yield f"{campaign_id} {basis}: the report says {said}, the recount {counted}"


def _flat(figures: Mapping[str, Any], path: str = "") -> Counter[str]:
    """All numbers of a recount, by their path; shares are no sums."""
    found: Counter[str] = Counter()
    for name, value in figures.items():
        if isinstance(value, Mapping):
            found.update({} if name == "shares" else _flat(value, f"{path}{name}."))
        else:
            found[path + name] += value
    return found


def _reported(figures: Json) -> Counter[str]:
    """The same of a report; what is 0 is left out."""
    exits = {item["reason"].removeprefix("EXIT_REASON_"): item for item in figures.get("exits", ())}
    actions = {item["action_id"]: item for item in figures.get("actions", ())}
    return Counter(
        {
            **_numbers(figures),
            **{f"exits.{reason}": int(item["count"]) for reason, item in exits.items()},
            **{
                f"actions.{action_id}.{name}": number
                for action_id, item in actions.items()
                for name, number in _numbers(item).items()
            },
        }
    )


def _numbers(figures: Json) -> dict[str, Any]:
    counted = {
        f"{part}.{name}": int(number)
        for part in ("deliveries", "journeys")
        for name, number in figures.get(part, {}).items()
        if name != "shares"
    }
    people = ("converted_people", "conversions_without_value")
    counted |= {name: int(figures[name]) for name in people if name in figures}
    return counted | {name: figures[name] for name in ("total_value",) if name in figures}
