"""The sentences: why something got its verdict, as a support engineer would say it.

Findings name journeys as they are kept; `achieve.in_order` gives them the names that are told.
"""

import json
from collections.abc import Iterable

from attribution_service.core.answers import Finding
from attribution_service.core.credit import Assessment
from attribution_service.core.model import (
    NOTHING_SEEN,
    Barred,
    Basis,
    Candidate,
    Conversion,
    Delivery,
    EntersSegment,
    Goal,
    Journey,
    MembershipChange,
    Move,
    PerformsEvent,
    Seen,
    SeenValue,
    Verdict,
)
from attribution_service.core.refusals import shown
from attribution_service.core.rules import ErrorValue
from attribution_service.core.spans import span

_MOVES_TOLD = 3
_VALUES_TOLD = 2
_LONGEST_VALUE_TOLD = 60
_DONE = {Basis.RECEIVED: "sent", Basis.OPENED: "opened", Basis.CLICKED: "clicked"}


def not_watched(event_name: str | None, moves: Iterable[Move]) -> Finding:
    """No goal is on events of this name, or on these moves."""
    done = shown(event_name) if event_name is not None else _moves(tuple(moves))
    return Finding(Verdict.NOT_WATCHED, "", "", "", f"no campaign has a goal on {done}")


def _moves(moves: tuple[Move, ...]) -> str:
    told = ", ".join(_move(move) for move in moves[:_MOVES_TOLD])
    more = len(moves) - _MOVES_TOLD
    return f"{told} and {more} more" if more > 0 else told


def _move(move: Move) -> str:
    verb = "entering" if move.change is MembershipChange.ENTERED else "leaving"
    return f"{verb} {shown(move.segment_id)}"


def no_change() -> Finding:
    """Nobody entered or left a segment."""
    return Finding(Verdict.NO_CHANGE, "", "", "", "the person is in the same segments as before")


def no_journey(campaign_id: str, *, of_event: bool) -> Finding:
    """The person has no journey in the campaign that a goal on this judges."""
    what = "event" if of_event else "change"
    detail = f"the person has no journey here that a goal on this {what} judges"
    return Finding(Verdict.NO_JOURNEY, campaign_id, "", "", detail)


def no_delivery(journey: Journey) -> Finding:
    """The goal is achieved and nothing was sent that could get the credit."""
    detail = "the goal is achieved; the journey has no delivery yet"
    return Finding(Verdict.NO_DELIVERY, journey.campaign_id, journey.journey_id, "", detail)


def barred(journey: Journey, why: Barred, goal: Goal) -> Finding:
    """The goal is achieved, and nothing of the journey can ever get the credit."""
    if why is Barred.EXITED_AT_START:
        detail = "the journey exited when it started, so it never converts"
    else:
        inside = isinstance(goal.achievement, EntersSegment)
        where = "in" if inside else "out of"
        detail = f"the person was {where} the segment when it started, so it never converts"
    return Finding(Verdict(why.value), journey.campaign_id, journey.journey_id, "", detail)


def goal_not_met(
    journey: Journey, goal: Goal, verdict: Verdict, result: object, seen: Seen
) -> Finding:
    """The filter, which saw so much, is not true of the event."""
    if isinstance(result, ErrorValue):
        detail = f"the filter {shown(goal.filter)} has no answer: {result.message}"
    else:
        detail = f"the filter {shown(goal.filter)} is false{_because(seen)}"
    return Finding(verdict, journey.campaign_id, journey.journey_id, "", detail, seen)


def nothing_achieved() -> Finding:
    """An update of attributes, later: no goal was achieved by it."""
    return Finding(Verdict.NO_CHANGE, "", "", "", "the update achieved no goal")


def not_met_then(goal: Goal) -> str:
    """A filter that was not true then, whatever it would be now."""
    if not goal.filter:
        return "the goal was not achieved then"
    return f"the filter {shown(goal.filter)} was not true then"


def not_sent_then() -> str:
    """A delivery that was sent afterwards."""
    return "it had not been sent yet"


def not_reported_then() -> str:
    """A delivery of which the caller told afterwards that it had been sent before."""
    return "it had not been reported as sent yet"


def not_credited_then() -> str:
    """A delivery that would have been credited by what is kept, and was not."""
    return "in time by what is kept, and not credited"


def _because(seen: Seen) -> str:
    """The values that made it so, if they are few and short; empty if they are not."""
    if seen.cut or not 0 < len(seen.values) <= _VALUES_TOLD:
        return ""
    parts = [_told_value(value) for value in seen.values]
    if any(len(part) > _LONGEST_VALUE_TOLD for part in parts):
        return ""
    return ": " + ", ".join(parts)


def _told_value(seen: SeenValue) -> str:
    if seen.absent:
        return f"{seen.path} is not there"
    value = seen.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{seen.path} is {json.dumps(value, ensure_ascii=False)}"


def delivery(
    item: Assessment, pick: Candidate | None, *, conversion: Conversion | None, now_us: int
) -> Finding:
    """What came of a delivery whose journey achieved its goal.

    `pick` is the last touch in its campaign, and `conversion` the one that was made of it, if any.
    """
    converted = conversion is not None
    verdict, detail = _against(item, now_us) or _in_time(item, pick, now_us, converted=converted)
    found = item.delivery
    seen = conversion.seen if conversion is not None and verdict is Verdict.CONVERTED else None
    return Finding(
        verdict,
        found.campaign_id,
        found.journey_id,
        found.delivery_id,
        detail,
        seen or NOTHING_SEEN,
    )


def _against(item: Assessment, now_us: int) -> tuple[Verdict, str] | None:
    found, verdict = item.delivery, item.against
    match verdict:
        case None:
            return None
        case Verdict.CHANNEL_CANNOT_CONVERT:
            return verdict, _channel_sentence(found)
        case Verdict.BOUNCED:
            return verdict, "it bounced"
        case Verdict.NOT_SENT:
            return verdict, f"it was never sent: {found.status.lower()}"
        case Verdict.NO_QUALIFYING_INTERACTION:
            return verdict, f"it was not {_done(item)}" + _machine_sentence(item)
        case _:
            window_us = _goal(item).window_us or 0
            return verdict, f"{_touched(item, now_us)}, outside the window of {span(window_us)}"


def _in_time(
    item: Assessment, pick: Candidate | None, now_us: int, *, converted: bool
) -> tuple[Verdict, str]:
    touched = _touched(item, now_us)
    if pick is None or pick.delivery_id != item.delivery.delivery_id:
        last = pick.delivery_id if pick is not None else ""
        return Verdict.EARLIER_TOUCH, f"{touched}, in time; {shown(last)} was touched last"
    if converted:
        return Verdict.CONVERTED, f"{touched}: the last touch in time"
    return (
        Verdict.ALREADY_CONVERTED,
        f"{touched}: the last touch in time, but it has been credited before",
    )


def _goal(item: Assessment) -> Goal:
    if item.revision.goal is None:
        raise ValueError("a delivery is assessed by a goal")
    return item.revision.goal


def _done(item: Assessment) -> str:
    basis = _goal(item).basis
    return "clicked on a tracked link" if basis is Basis.CLICKED else _DONE[basis]


def _touched(item: Assessment, now_us: int) -> str:
    goal = _goal(item)
    what = "event" if isinstance(goal.achievement, PerformsEvent) else "change"
    return f"{_DONE[goal.basis]} {span(now_us - (item.basis_us or 0))} before the {what}"


def _channel_sentence(found: Delivery) -> str:
    if found.channel == "WEBHOOK":
        return f"the webhook action {shown(found.action_id)} is not opted in"
    return f"deliveries of channel {found.channel} are never credited"


def _machine_sentence(item: Assessment) -> str:
    basis, found = _goal(item).basis, item.delivery
    by_machine = found.machine_opened_us if basis is Basis.OPENED else found.machine_clicked_us
    return "" if by_machine is None else " by the person, only by a machine"
