"""How far the log has been sent: a bar on a terminal, a few lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

_LINES = 5


@contextmanager
def progress(screen: Console, total: int) -> Iterator[Callable[[], None]]:
    """Show progress; gives what is to be called after each of `total` commands."""
    if not screen.is_terminal or screen.is_dumb_terminal:
        yield _lines(screen, total)
        return
    columns = (
        TextColumn("sending"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _lines(screen: Console, total: int) -> Callable[[], None]:
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        # Only where a fifth more is done.
        if done * _LINES // total > (done - 1) * _LINES // total:
            screen.print(f"{done:,} of {total:,} commands answered")

    return advance
