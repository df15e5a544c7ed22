"""Where the demo writes: a terminal, or a file or pipe that gets plain text."""

import os
import sys

from rich.console import Console

_PLAIN_WIDTH = 120
_WIDEST = 140
_NARROWEST = 60


def open_screen() -> Console:
    """Standard output; without a terminal plain, and 120 columns wide unless COLUMNS is set."""
    if sys.stdout.isatty():
        screen = Console(highlight=False)
        screen.width = max(_NARROWEST, min(_WIDEST, screen.width))
        return screen
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() else _PLAIN_WIDTH
    return Console(
        force_terminal=False,
        highlight=False,
        no_color=True,
        width=max(_NARROWEST, min(_WIDEST, width)),
    )
