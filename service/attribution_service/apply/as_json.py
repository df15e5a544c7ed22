"""A plan and what came of it, for programs."""

from collections.abc import Sequence

from attribution_client import AttributionError

from attribution_service.apply.carry_out import Outcome
from attribution_service.apply.fields import RuleSource, Value
from attribution_service.apply.folder import Folder
from attribution_service.apply.plan import Action, Change, Plan
from attribution_service.apply.tell import notes


def folder_json(folder: Folder) -> dict[str, object]:
    """What is wrong or doubtful about the files."""
    return {
        "files": folder.files,
        "wrong": [str(error) for error in folder.wrong],
        "diagnostics": [item.as_json() for item in folder.found],
    }


def plan_json(plan: Plan, outcomes: Sequence[Outcome] = ()) -> dict[str, object]:
    """The changes, each with what came of it: null if it was not tried."""
    found = {outcome.change.definition.title: outcome for outcome in outcomes}
    changes = [_change(each, found.get(each.definition.title)) for each in plan.changes]
    counts = {str(action): plan.count(action) for action in Action}
    wrong = {"wrong": [str(error) for error in plan.wrong]} if plan.wrong else {}
    return {"counts": counts, "changes": changes, **wrong}


def _change(change: Change, outcome: Outcome | None) -> dict[str, object]:
    definition = change.definition
    return {
        "action": str(change.action),
        "kind": definition.kind.name,
        "id": definition.id,
        "file": str(definition.item.path),
        "line": definition.item.line,
        "revision": change.revision,
        "notes": list(notes(change)),
        "fields": [
            {"path": each.path, "before": _value(each.before), "after": _value(each.after)}
            for each in change.fields
        ],
        "applied": None if outcome is None else outcome.error is None,
        "error": None if outcome is None else error_json(outcome.error),
    }


def _value(value: Value | None) -> object:
    if isinstance(value, RuleSource):
        return value.text
    return list(value) if isinstance(value, tuple) else value


def error_json(error: AttributionError | None) -> dict[str, object] | None:
    """What the server answered instead."""
    if error is None:
        return None
    return {"code": error.code.name, "reason": error.reason, "message": error.message}
