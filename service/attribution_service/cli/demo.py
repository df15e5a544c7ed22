"""`attribution-service demo`."""

import signal
from types import FrameType
from typing import Annotated

import typer

from attribution_service import logs
from attribution_service.demo.commands import DemoFailed
from attribution_service.demo.run import run
from attribution_service.logs import LogFormat, LogLevel

_MOST_COMMANDS = 10_000_000
_FAILED = 1
_BY_SIGNAL = 128


def demo(
    commands: Annotated[
        int,
        typer.Option(
            envvar="ATTRIBUTION_DEMO_COMMANDS",
            metavar="NUMBER",
            min=0,
            max=_MOST_COMMANDS,
            help="How many commands the made-up log of the last part has; 0: it is left out.",
        ),
    ] = 50_000,
) -> None:
    """Play the course example on a real server, ask about it, then send a long log of commands.

    Needs nothing and leaves nothing behind: the servers listen on free ports of the loopback, and
    keep their state in a temporary folder. Exit code 0: every answer was the expected one; 1: one
    was not, or a call failed.
    """
    logs.set_up(LogLevel.ERROR, LogFormat.AUTO)
    # As with Ctrl-C, what was started has to be stopped first.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, _end)
    try:
        run(commands)
    except DemoFailed as failed:
        typer.echo(f"FAILED: {failed}", err=True)
        raise typer.Exit(_FAILED) from failed


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(_BY_SIGNAL + number)
