"""A plan and what came of it, for people: lines, each with the color that it may have."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from attribution.v1 import campaign_pb2
from attribution_client import Aborted, AlreadyExists

from attribution_service.apply.carry_out import Outcome
from attribution_service.apply.fields import FieldChange, RuleSource, Value
from attribution_service.apply.plan import Action, Change, Plan
from attribution_service.scenarios.definitions import SEGMENT

_COLORS = {Action.CREATE: "green", Action.CHANGE: "yellow", Action.ARCHIVE: "red"}
_SIGNS = {"+": "green", "-": "red"}
_DONE = {Action.CREATE: "created", Action.CHANGE: "changed", Action.ARCHIVE: "archived"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and the color in which a terminal shows it."""

    text: str
    color: str | None = None


def plan_lines(plan: Plan) -> Iterator[Line]:
    """What would be done, and how much of it there is; nothing of what is unchanged."""
    for change in plan.to_do:
        yield from _change_lines(change)
    counts = [f"{plan.count(action)} to {action}" for action in _DONE if plan.count(action)]
    unchanged = plan.count(Action.UNCHANGED)
    yield Line(", ".join([*counts, f"{unchanged} unchanged"]))


def _change_lines(change: Change) -> Iterator[Line]:
    at = change.definition.item.place
    yield Line(f"{change.action} {name_of(change)} ({at})", _COLORS[change.action])
    for each in change.fields:
        if change.action is Action.CREATE:
            yield from _set(each)
        else:
            yield from _changed(each)
    yield from (Line(f"  {note}") for note in notes(change))


def notes(change: Change) -> Iterator[str]:
    """What the change means for journeys and members, in sentences."""
    if change.action is Action.ARCHIVE:
        yield "for good: nothing starts in it any more; what has started goes on and is judged"
    if change.definition.kind is SEGMENT:
        yield from _segment_notes(change)
    if change.action is Action.CHANGE and change.revision is not None:
        yield f"makes revision {change.revision}: {_judged(change)}"
    if change.at_once:
        yield f"at once, for those journeys too: {', '.join(change.at_once)}"


def _judged(change: Change) -> str:
    wanted: Any = change.wanted
    if wanted.kind == campaign_pb2.CampaignKind.CAMPAIGN_KIND_NEWSLETTER:
        return "deliveries of before are judged by the revision of when they were recorded"
    return "journeys that have started are judged by the revision that they started with"


def _segment_notes(change: Change) -> Iterator[str]:
    if "rule" in change.mask:
        yield "its members follow from the rule at once; nobody achieves a goal by that"


def _set(field: FieldChange) -> Iterator[Line]:
    value = field.after or ""
    text = ", ".join(value) if isinstance(value, tuple) else _text(value)
    first, *more = text.splitlines() or [""]
    if not more:
        yield Line(f"  {field.path}: {shown(first)}")
        return
    yield Line(f"  {field.path}:")
    yield from (Line(f"    {shown(line)}") for line in (first, *more))


def _changed(field: FieldChange) -> Iterator[Line]:
    if isinstance(field.before, str | None) and isinstance(field.after, str | None):
        before, after = (_or_not_set(each) for each in (field.before, field.after))
        yield Line(f"  {field.path}: {before} -> {after}")
        return
    yield Line(f"  {field.path}:")
    for sign, line in _line_diff(_lines(field.before), _lines(field.after)):
        yield Line(f"    {sign} {shown(line)}", _SIGNS.get(sign))


def _line_diff(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in difflib.ndiff(before, after):
        if not line.startswith("?"):
            yield line[0], line[2:]


def _lines(value: Value | None) -> Sequence[str]:
    if isinstance(value, tuple):
        return value
    return [] if value is None else _text(value).splitlines()


def _text(value: Value) -> str:
    return value.text if isinstance(value, RuleSource) else str(value)


def _or_not_set(value: str | None) -> str:
    return "(not set)" if value is None else shown(value)


def shown(text: str) -> str:
    """The text without what would move a terminal's cursor, or cannot be seen."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def name_of(change: Change) -> str:
    """What a change is about."""
    return f"{change.definition.kind.name} {shown(change.definition.id)}"


def outcome_lines(outcome: Outcome) -> Iterator[Line]:
    """What came of a change."""
    if outcome.error is not None:
        yield Line(f"FAILED to {outcome.change.action} {name_of(outcome.change)}", "red")
        yield from (Line(f"  {line}", "red") for line in str(outcome.error).splitlines())
        if isinstance(outcome.error, Aborted | AlreadyExists):
            yield Line("  somebody else changed it after the plan was made; theirs was kept", "red")
        return
    change = outcome.change
    revision = f": revision {outcome.revision}" if change.revision else ""
    yield Line(f"{_DONE[change.action]} {name_of(change)}{revision}", "green")


def summary_lines(plan: Plan, outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """How much was done, and what was not."""
    done = [each for each in outcomes if each.error is None]
    if len(done) == len(plan.to_do):
        yield Line(f"applied: {len(done)} of {len(plan.to_do)}", "green")
        return
    left = [name_of(each) for each in plan.to_do[len(done) :]]
    yield Line(f"applied: {len(done)} of {len(plan.to_do)}; not applied: {', '.join(left)}", "red")
    yield Line("apply again to go on: what was applied stays as it is")
