"""`attribution-service backtest`: what a goal in a file would have made of what happened."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from attribution_client import (
    AttributionClient,
    AttributionError,
    BacktestConversion,
    BacktestProgress,
    BacktestResponse,
    BacktestSummary,
    Campaign,
    Unavailable,
)
from attribution_dsl import Severity
from google.protobuf import json_format
from google.protobuf.message import Message
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from attribution_service import logs
from attribution_service.apply.backtest import (
    campaign_to_try,
    conversion_told,
    goal_lines,
    notes_told,
    range_told,
    rows,
    told,
)
from attribution_service.apply.folder import Folder, read_folder
from attribution_service.cli.options import COLORS, Output
from attribution_service.clock import SystemClock
from attribution_service.config import DEFAULT_ADDRESS
from attribution_service.logs import LogFormat, LogLevel
from attribution_service.scenarios.documents import FileError
from attribution_service.scenarios.times import is_time, span_ns, time_us

_USER_AGENT = "attribution-service-backtest"
_WRONG = 1
_WIDTH = 120
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SHOWN = 10_000


def backtest(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of YAML files as `apply` takes it, or a single such file.",
        ),
    ],
    campaign: Annotated[
        str,
        typer.Option(
            envvar="ATTRIBUTION_BACKTEST_CAMPAIGN",
            metavar="ID",
            help="The campaign whose goal in the files is tried on what happened in it on the "
            "server. Needed if the files define several.",
        ),
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            envvar="ATTRIBUTION_BACKTEST_SINCE",
            metavar="TIME",
            help="Only events that arrived since then: 30d, or 2026-03-01T00:00:00Z. Left out: "
            "all.",
        ),
    ] = "",
    until: Annotated[
        str,
        typer.Option(
            envvar="ATTRIBUTION_BACKTEST_UNTIL",
            metavar="TIME",
            help="Only events that arrived before, written alike. Left out: up to now.",
        ),
    ] = "",
    show: Annotated[
        int,
        typer.Option(
            envvar="ATTRIBUTION_BACKTEST_SHOW",
            metavar="NUMBER",
            min=0,
            max=_MOST_SHOWN,
            help="How many of the conversions to show.",
        ),
    ] = 10,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            "--server",
            envvar="ATTRIBUTION_TARGET",
            metavar="HOST:PORT",
            help="The server to be asked; nothing on it is changed.",
        ),
    ] = DEFAULT_ADDRESS,
    output: Annotated[
        Output,
        typer.Option(
            "--format",
            envvar="ATTRIBUTION_BACKTEST_FORMAT",
            help="text: for people; json: one object, for programs.",
        ),
    ] = Output.TEXT,
) -> None:
    """Had the goal in the files been in force: which deliveries would have converted?

    Asks a server to judge what is on record there, and shows it beside what really converted.
    Changes nothing. Exit code 0: answered; 1: a file is wrong, or the server refused.
    """
    logs.set_up(LogLevel.ERROR, LogFormat.AUTO)
    now_us = SystemClock().now_us()
    start, end = _time(since, "--since", now_us), _time(until, "--until", now_us)
    wanted = _wanted(path, campaign)
    with AttributionClient(target, user_agent=_USER_AGENT) as client:
        try:
            answer = _asked(
                client.backtest(
                    wanted.campaign_id,
                    wanted.goal,
                    webhook_action_ids=list(wanted.webhook_action_ids),
                    start_time=start,
                    end_time=end,
                    max_conversions=show,
                )
            )
        except AttributionError as error:
            _tell_failure(error, target)
            raise typer.Exit(_WRONG) from error
    if output is Output.JSON:
        typer.echo(json.dumps(answer.as_json(), indent=2, ensure_ascii=False))
    else:
        _tell(wanted, answer, said_end=bool(until))


@dataclass(slots=True)
class _Answer:
    summary: BacktestSummary = field(default_factory=BacktestSummary)
    found: list[BacktestConversion] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The messages, as the contract's JSON has them."""
        return {
            "summary": _as_json(self.summary),
            "conversions": [_as_json(each) for each in self.found],
        }


def _as_json(message: Message) -> object:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _time(text: str, option: str, now_us: int) -> datetime | None:
    """The time that is told, or that long ago. Raises typer.BadParameter."""
    if not text:
        return None
    at_us, ago_ns = time_us(text), span_ns(text)
    if at_us is None and ago_ns is not None and ago_ns >= 0:
        at_us = now_us - ago_ns // 1_000
    if at_us is None or not is_time(at_us):
        what = f"{text!r} is neither a length of time, such as 30d, nor a time"
        raise typer.BadParameter(what, param_hint=f"'{option}'")
    return _EPOCH + timedelta(microseconds=at_us)


def _wanted(path: Path, campaign_id: str) -> Campaign:
    folder = read_folder(path)
    try:
        _check(folder)
        return campaign_to_try(folder, campaign_id, str(path))
    except FileError as error:
        typer.secho(f"WRONG {error}", fg="red", err=True)
        raise typer.Exit(_WRONG) from error


def _check(folder: Folder) -> None:
    for item in folder.found:
        if item.diagnostic.severity is Severity.ERROR:
            typer.secho(item.head, fg=COLORS[item.diagnostic.severity], err=True)
            typer.echo(item.body, err=True)
    for error in folder.wrong:
        typer.secho(f"WRONG {error}", fg="red", err=True)
    if folder.refused:
        typer.echo("nothing was asked", err=True)
        raise typer.Exit(_WRONG)


def _asked(responses: Iterable[BacktestResponse]) -> _Answer:
    answer = _Answer()
    with _bar() as bar:
        for response in responses:
            match response.WhichOneof("part"):
                case "progress":
                    bar.show(response.progress)
                case "conversion":
                    answer.found.append(response.conversion)
                case "summary":
                    answer.summary.CopyFrom(response.summary)
    return answer


@dataclass(frozen=True, slots=True)
class _Bar:
    progress: Progress | None = None

    def show(self, done: BacktestProgress) -> None:
        if self.progress is not None:
            task = self.progress.task_ids[0]
            self.progress.update(task, total=done.journey_count, completed=done.journeys)


@contextmanager
def _bar() -> Iterator[_Bar]:
    """A bar on the terminal; elsewhere nothing, for what is told is told at the end."""
    screen = Console(stderr=True)
    if not screen.is_terminal or screen.is_dumb_terminal:
        yield _Bar()
        return
    columns = (
        TextColumn("journeys judged"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as progress:
        progress.add_task("", total=None)
        yield _Bar(progress)


def _tell(wanted: Campaign, answer: _Answer, *, said_end: bool) -> None:
    screen = Console(highlight=False)
    if not sys.stdout.isatty():
        screen.width = _WIDTH
    summary = answer.summary
    during = range_told(summary, said_end=said_end)
    head = f"Had this been the goal of campaign {wanted.campaign_id}, {during}:"
    screen.print(head, markup=False, soft_wrap=True)
    for line in goal_lines(wanted):
        screen.print(f"  {line}", markup=False, soft_wrap=True)
    screen.print()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    table.add_column("with this goal", justify="right", style="bold")
    table.add_column("on record", justify="right")
    for row in rows(summary):
        table.add_row(row.name, row.tried, row.recorded)
    screen.print(table)
    screen.print()
    for line in told(summary):
        screen.print(line, markup=False, soft_wrap=True)
    _tell_conversions(screen, answer)
    notes = list(notes_told(summary))
    if notes:
        screen.print("\nBear in mind:")
    for line in notes:
        screen.print(f"- {line}", markup=False, soft_wrap=True)


def _tell_conversions(screen: Console, answer: _Answer) -> None:
    if not answer.found:
        return
    screen.print()
    for each in answer.found:
        kind, sentence = conversion_told(each)
        style = "" if each.recorded else "green"
        screen.print(Text(f"{kind:<14}", style).append(sentence, ""), soft_wrap=True)
    more = answer.summary.backtest.conversions - len(answer.found)
    if more:
        screen.print(f"and {more:,} more; --show says how many to show", markup=False)


def _tell_failure(error: AttributionError, target: str) -> None:
    typer.secho(f"error: {error}", fg="red", err=True)
    if isinstance(error, Unavailable):
        typer.echo(f"no server answers at {target}; --target says where it is", err=True)
