"""The story as tables that are read at a glance."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from attribution_service.core.spans import span
from attribution_service.demo.commands import Ask, Do, Reply
from attribution_service.demo.play import Played, PlayedChapter
from attribution_service.demo.steps import Step

_AFTER_WIDTH = len("00 d 00 min")
_VERDICT_WIDTH = len("CREDIT webhook-1")
_WIDE = 100
_TEXT_SHARE = 0.38
_PADDING = 2


def show_chapters(screen: Console, chapters: Iterable[PlayedChapter]) -> None:
    """Write a table for each person."""
    for played in chapters:
        chapter = played.chapter
        screen.print(f"[bold cyan]{chapter.person}[/]: {escape(chapter.shows)}")
        screen.print(_table(screen, played))


def _table(screen: Console, played: PlayedChapter) -> Table:
    table = Table(box=SIMPLE_HEAD, width=screen.width, pad_edge=False, padding=(0, _PADDING, 0, 0))
    text_width = int((screen.width - _AFTER_WIDTH - _VERDICT_WIDTH - 4 * _PADDING) * _TEXT_SHARE)
    table.add_column("Time", width=_AFTER_WIDTH)
    table.add_column(played.chapter.person, width=text_width)
    table.add_column("Verdict", width=_VERDICT_WIDTH)
    table.add_column("Why", ratio=1)
    for step in played.steps:
        table.add_row(*_row(step))
    return table


def _row(played: Played) -> tuple[Text, Text, Text, Text]:
    step, reply = played.step, played.reply
    verdict = _verdict(step, reply)
    if played.differences:
        verdict = Text("UNEXPECTED", style="bold red")
    quiet = "" if isinstance(step.command, Do | Ask) else "dim"
    return (
        Text(_time(step), style=quiet),
        Text(step.text, style=quiet),
        verdict,
        Text("\n".join((*_reasons(reply), *played.differences))),
    )


def _time(step: Step) -> str:
    return span(int(step.at.total_seconds() * 1_000_000)).replace(" and a little", " +")


def _verdict(step: Step, reply: Reply) -> Text:
    if reply.refused:
        return Text("REFUSED", style="bold magenta")
    if isinstance(step.command, Ask):
        if not reply.ends:
            return Text("goes on", style="green")
        return Text(f"EXIT: {reply.ends.lower()}", style="bold yellow")
    if isinstance(step.command, Do):
        if not reply.credits:
            return Text("no credit", style="red")
        names = ", ".join(credit.delivery for credit in reply.credits)
        return Text(f"CREDIT {names}", style="bold green")
    return Text("recorded", style="dim")


def _reasons(reply: Reply) -> tuple[str, ...]:
    if reply.replayed:
        return ("replayed: the first answer again, nothing is counted twice",)
    if reply.reasons:
        return tuple(f"{reason.subject}: {reason.detail}" for reason in reply.reasons)
    return (reply.detail,) if reply.detail else ()
