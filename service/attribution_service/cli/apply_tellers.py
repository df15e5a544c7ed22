"""How `attribution-service apply` tells what it finds and does: to people, or to programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import typer
from attribution_client import AttributionError, Unavailable

from attribution_service.apply.as_json import error_json, folder_json, plan_json
from attribution_service.apply.carry_out import Outcome
from attribution_service.apply.folder import Folder
from attribution_service.apply.plan import Plan
from attribution_service.apply.tell import Line, outcome_lines, plan_lines, summary_lines
from attribution_service.cli.options import COLORS


class Status(StrEnum):
    """How a run ends."""

    NOTHING_TO_DO = "nothing_to_do"
    APPLIED = "applied"
    PLANNED = "planned"
    REFUSED = "refused"
    NOT_CONFIRMED = "not_confirmed"
    FAILED = "failed"


_LAST_WORDS = {
    Status.NOTHING_TO_DO: "nothing to do",
    Status.REFUSED: "nothing was sent",
    Status.NOT_CONFIRMED: "nothing was changed: --yes applies without asking",
}


class Teller(Protocol):
    """Told each thing as it comes about."""

    def folder(self, folder: Folder) -> None:
        """What is wrong or doubtful about the files."""
        ...

    def plan(self, plan: Plan) -> None:
        """What would be done."""
        ...

    def confirmed(self) -> bool:
        """Whether somebody is there and wants it to be done."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """What came of a change."""
        ...

    def summary(self, plan: Plan, outcomes: Sequence[Outcome]) -> None:
        """What came of the plan."""
        ...

    def failed(self, error: AttributionError, target: str) -> None:
        """The server could not be read."""
        ...

    def end(self, status: Status) -> None:
        """That is all."""
        ...


class TextTeller:
    """Tells people, in colors on a terminal."""

    def folder(self, folder: Folder) -> None:
        """What is wrong or doubtful about the files."""
        for item in folder.found:
            typer.secho(item.head, fg=COLORS[item.diagnostic.severity])
            typer.echo(item.body)
        for error in folder.wrong:
            typer.secho(f"WRONG {error}", fg="red", err=True)

    def plan(self, plan: Plan) -> None:
        """What would be done."""
        for error in plan.wrong:
            typer.secho(f"WRONG {error}", fg="red", err=True)
        if plan.to_do:
            _print(plan_lines(plan))

    def confirmed(self) -> bool:
        """Whether somebody is there and wants it to be done."""
        is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        return is_terminal and typer.confirm("apply this?")

    def outcome(self, outcome: Outcome) -> None:
        """What came of a change."""
        _print(outcome_lines(outcome), err=outcome.error is not None)

    def summary(self, plan: Plan, outcomes: Sequence[Outcome]) -> None:
        """What came of the plan."""
        _print(summary_lines(plan, outcomes))

    def failed(self, error: AttributionError, target: str) -> None:
        """The server could not be read."""
        typer.secho(f"error: {error}", fg="red", err=True)
        if isinstance(error, Unavailable):
            typer.echo(f"no server answers at {target}; --target says where it is", err=True)

    def end(self, status: Status) -> None:
        """That is all."""
        if status in _LAST_WORDS:
            typer.echo(_LAST_WORDS[status])


class JsonTeller:
    """Tells programs: one object, at the end."""

    def __init__(self) -> None:
        self._told: dict[str, object] = {}

    def folder(self, folder: Folder) -> None:
        """What is wrong or doubtful about the files."""
        self._told |= folder_json(folder)

    def plan(self, plan: Plan) -> None:
        """What would be done."""
        self._told |= plan_json(plan)

    def confirmed(self) -> bool:
        """A program says so beforehand."""
        return False

    def outcome(self, outcome: Outcome) -> None:
        """Told with all others."""

    def summary(self, plan: Plan, outcomes: Sequence[Outcome]) -> None:
        """What came of the plan."""
        self._told |= plan_json(plan, outcomes)

    def failed(self, error: AttributionError, target: str) -> None:
        """The server could not be read."""
        self._told |= {"target": target, "error": error_json(error)}

    def end(self, status: Status) -> None:
        """That is all."""
        told = {"status": str(status), **self._told}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))


def _print(lines: Iterable[Line], *, err: bool = False) -> None:
    for line in lines:
        typer.secho(line.text, fg=line.color, err=err)
