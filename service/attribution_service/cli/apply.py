"""`attribution-service apply`: brings a server's campaigns and segments to what files say."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from attribution_client import AttributionClient, AttributionError
from typer.core import TyperCommand

from attribution_service import logs
from attribution_service.apply.carry_out import carry_out
from attribution_service.apply.folder import Folder, read_folder
from attribution_service.apply.plan import Plan, make_plan
from attribution_service.apply.rehearse import refused_changes, rehearse
from attribution_service.apply.server import ClientServer, Server
from attribution_service.cli.apply_tellers import JsonTeller, Status, Teller, TextTeller
from attribution_service.cli.options import Output
from attribution_service.config import DEFAULT_ADDRESS
from attribution_service.logs import LogFormat, LogLevel

_USER_AGENT = "attribution-service-apply"
_WRONG = 1
_EXIT_CODES = {
    Status.NOTHING_TO_DO: 0,
    Status.APPLIED: 0,
    Status.PLANNED: 2,
    Status.REFUSED: _WRONG,
    Status.NOT_CONFIRMED: _WRONG,
    Status.FAILED: _WRONG,
}


class ApplyCommand(TyperCommand):
    """The command; a wrong option is no plan with changes, which 2 stands for here."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments; raises what the class above raises, with our exit code."""
        try:
            return super().parse_args(ctx, args)
        except Exception as fault:
            if hasattr(fault, "exit_code") and fault.exit_code:
                fault.exit_code = _WRONG
            raise


def apply(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of YAML files (*.yaml, *.yml, at any depth) that define campaigns and "
            "segments, or a single such file.",
        ),
    ],
    target: Annotated[
        str,
        typer.Option(
            envvar="ATTRIBUTION_TARGET", metavar="HOST:PORT", help="The server to be changed."
        ),
    ] = DEFAULT_ADDRESS,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            "-y",
            envvar="ATTRIBUTION_APPLY_YES",
            help="Apply without asking. Needed where nobody can be asked: not on a terminal, or "
            "with --format json.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            envvar="ATTRIBUTION_APPLY_CHECK",
            help="Show the plan and change nothing; exit code 2 if there is something to do.",
        ),
    ] = False,
    output: Annotated[
        Output,
        typer.Option(
            "--format",
            envvar="ATTRIBUTION_APPLY_FORMAT",
            help="text: for people; json: one object, for programs.",
        ),
    ] = Output.TEXT,
) -> None:
    """Show what a server's campaigns and segments lack to be as files say, ask, change them.

    What no file names is left alone. Nothing is sent if any file is wrong, or any rule. Exit code
    0: nothing was to do, or all is applied; 1: something is wrong or failed, and nothing more was
    sent; with --check, 2: there is something to do.
    """
    logs.set_up(LogLevel.ERROR, LogFormat.AUTO)
    teller: Teller = JsonTeller() if output is Output.JSON else TextTeller()
    folder = read_folder(path)
    with AttributionClient(target, user_agent=_USER_AGENT) as client:
        run = _Run(ClientServer(client), teller, yes=yes, check=check)
        try:
            status = run.status(folder)
        except AttributionError as error:
            teller.failed(error, target)
            status = Status.FAILED
    teller.end(status)
    raise typer.Exit(_EXIT_CODES[status])


@dataclass(frozen=True, slots=True)
class _Run:
    server: Server
    teller: Teller
    yes: bool
    check: bool

    def status(self, folder: Folder) -> Status:
        """How it ends. Raises AttributionError if the server cannot be read."""
        wanted, wrong = rehearse(folder.definitions)
        folder.wrong += wrong
        self.teller.folder(folder)
        if folder.refused:
            return Status.REFUSED
        plan = make_plan(folder.definitions, wanted, self.server)
        if not plan.wrong:
            plan = replace(plan, wrong=tuple(refused_changes(plan)))
        self.teller.plan(plan)
        if plan.wrong:
            return Status.REFUSED
        if not plan.to_do:
            return Status.NOTHING_TO_DO
        return self._after(plan)

    def _after(self, plan: Plan) -> Status:
        if self.check:
            return Status.PLANNED
        if not self.yes and not self.teller.confirmed():
            return Status.NOT_CONFIRMED
        outcomes = []
        for outcome in carry_out(plan, self.server):
            self.teller.outcome(outcome)
            outcomes.append(outcome)
        self.teller.summary(plan, outcomes)
        return Status.FAILED if any(each.error for each in outcomes) else Status.APPLIED
