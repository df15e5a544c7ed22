"""The commands and what they share: options, exit codes, how faults are told."""

import importlib.metadata
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from attribution_service.cli import apply, backtest, backup, demo, lint, migrate, serve, test
from attribution_service.config import SettingsError
from attribution_service.scenarios.documents import FileError
from attribution_service.storage.interface import StoreSetupError

app = typer.Typer(
    name="attribution-service",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Decides which message made a person do what a campaign was for, and when to stop.",
    epilog="Every option can also be set by the variable that its help names.",
)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(importlib.metadata.version("attribution-service"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _version(wanted=value),
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    pass


app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("migrate")(migrate.migrate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("restored")(backup.restored)
app.command("test")(test.test)
app.command("lint")(lint.lint)
app.command("apply", cls=apply.ApplyCommand)(apply.apply)
app.command("backtest")(backtest.backtest)

_WRONG = 2


@contextmanager
def _told() -> Iterator[None]:
    """Tell faults of set-up in a sentence, not in a traceback."""
    try:
        yield
    except (SettingsError, StoreSetupError, FileError, OSError) as fault:
        typer.echo(f"error: {fault}", err=True)
        sys.exit(_WRONG)


def main() -> None:
    """Run the command line."""
    with _told():
        app()
