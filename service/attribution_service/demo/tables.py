"""The story as tables that are read at a glance."""

from collections.abc import Iterable
from datetime import timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from attribution_service.demo.commands import Ask, Do, Reply
from attribution_service.demo.play import Played, PlayedChapter
from attribution_service.demo.steps import Step

_TIME_WIDTH = len("9 d 1 min")
_VERDICT_WIDTH = len("CREDIT webhook-1")
_NARROW_VERDICT_WIDTH = len("webhook-1")
_NARROW = 100
_PADDING = 1
_TEXT_SHARE = 0.4
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def show_chapters(screen: Console, chapters: Iterable[PlayedChapter]) -> None:
    """Write a table for each person."""
    for played in chapters:
        chapter = played.chapter
        screen.print(f"[bold cyan]{chapter.person}[/] - {escape(chapter.shows)}")
        screen.print(Padding(_table(screen, played), (1, 0)))


def _table(screen: Console, played: PlayedChapter) -> Table:
    narrow = screen.width < _NARROW
    verdict_width = _NARROW_VERDICT_WIDTH if narrow else _VERDICT_WIDTH
    room = screen.width - _TIME_WIDTH - verdict_width - 3 * (_PADDING + 1)  # and the dividers
    table = Table(
        box=SIMPLE_HEAD,
        width=screen.width,
        show_edge=False,
        pad_edge=False,
        padding=(0, _PADDING, 0, 0),
    )
    table.add_column("Time", width=_TIME_WIDTH)
    table.add_column(played.chapter.person, width=int(room * _TEXT_SHARE))
    table.add_column("Verdict", width=verdict_width)
    table.add_column("Why", ratio=1)
    for step in played.steps:
        table.add_row(*_row(step))
    return table


def _row(played: Played) -> tuple[Text, Text, Text, Text]:
    step, reply = played.step, played.reply
    quiet = "" if isinstance(step.command, Do | Ask) else "dim"
    why = Text("\n".join(_reasons(reply)))
    if played.differences:
        why = Text("\n".join(f"UNEXPECTED {told}" for told in played.differences), style="bold red")
    return (
        Text(length(step.at), style=quiet),
        Text(step.text, style=quiet),
        _verdict(step, reply),
        why,
    )


def length(time: timedelta) -> str:
    """Such as `9 d 1 s`: every unit that is not 0."""
    left = int(time.total_seconds())
    parts: list[str] = []
    for size, unit in _UNITS:
        whole, left = divmod(left, size)
        if whole:
            parts.append(f"{whole} {unit}")
    return " ".join(parts) or "0 s"


def _verdict(step: Step, reply: Reply) -> Text:
    """What was decided; nothing for a step that is only recorded."""
    if reply.refused:
        return Text("REFUSED", style="bold magenta")
    match step.command:
        case Ask() if reply.ends:
            return Text(f"EXIT: {reply.ends.lower()}", style="bold yellow")
        case Ask():
            return Text("goes on", style="yellow")
        case Do() if reply.credits:
            names = ", ".join(credit.delivery for credit in reply.credits)
            return Text(f"CREDIT {names}", style="bold green")
        case Do():
            return Text("no credit", style="green")
        case _:
            return Text("")


def _reasons(reply: Reply) -> tuple[str, ...]:
    """The sentences of the service, that on the delivery credited first."""
    if reply.replayed:
        return ("replayed: the first answer again, nothing is counted twice",)
    if reply.reasons:
        first = sorted(reply.reasons, key=lambda reason: reason.verdict != "CONVERTED")
        return tuple(f"{reason.subject}: {reason.detail}" for reason in first)
    return (reply.detail,) if reply.detail else ()
