"""Small tables of answers, each with what the demo expects in it."""

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Rows = tuple[tuple[str, ...], ...]
_NUMBER = frozenset("0123456789%-")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question and its answer as a table.

    Attributes:
        question: What is asked.
        how: What answers it, and how to read the answer.
        columns: The heads of the columns.
        rows: What the service answered.
        expected: The first columns of all rows as they should be; sentences behind are free.
        grouped: The first cell is shown once for rows in which it is the same.
    """

    question: str
    how: str
    columns: tuple[str, ...]
    rows: Rows
    expected: Rows
    grouped: bool = False

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not as expected, in words."""
        checked = len(self.expected[0])
        got = tuple(row[:checked] for row in self.rows)
        missing = [f"expected {_told(row)}" for row in self.expected if row not in got]
        extra = [f"got {_told(row)}" for row in got if row not in self.expected]
        if not missing and not extra and got != self.expected:
            extra = ["the rows came in another order, or twice"]
        return (*missing, *extra)


def _told(row: tuple[str, ...]) -> str:
    return " | ".join(row).replace("\n", " ")


def show_sheet(screen: Console, sheet: Sheet) -> None:
    """Write the question, what answers it, and the table."""
    screen.print(Text(sheet.question, style="bold cyan"))
    screen.print(Text(sheet.how))
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for position, name in enumerate(sheet.columns):
        numbers = all(_NUMBER.issuperset(row[position]) for row in sheet.rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    above = ""
    for first, *others in sheet.rows:
        shown = "" if sheet.grouped and first == above else first
        table.add_row(*(Text(cell) for cell in (shown, *others)))
        above = first
    screen.print(Padding(table, (1, 0)))
    for difference in sheet.differences:
        screen.print(Padding(Text(f"UNEXPECTED {difference}", style="bold red"), (0, 0, 1, 0)))
