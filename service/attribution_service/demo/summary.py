"""What came of a long log: the figures, and whether a recount agrees."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from attribution_service.demo.commands import KINDS, Ask, Command, Finish, Reply, Report, Start
from attribution_service.demo.load import Loaded, Sent, Stored
from attribution_service.demo.recount import Recount

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a log, all counted from the answers."""

    people: int
    kinds: Counter[str]
    journeys: int
    deliveries: int
    conversions: Counter[str]
    ends: Counter[str]
    replays: int
    refusals: Counter[str]

    @property
    def commands(self) -> int:
        """All commands."""
        return self.kinds.total()


def count(sent: Iterable[Sent]) -> Figures:
    """Count the answers."""
    people = 0
    replays = 0
    kinds: Counter[str] = Counter()
    conversions: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    journeys: set[tuple[str, str]] = set()
    deliveries: set[tuple[str, str]] = set()
    ends: dict[tuple[str, str], str] = {}
    for person in sent:
        people += 1
        for command, reply in zip(person.log.commands, person.replies, strict=True):
            kinds[command.kind] += 1
            if reply.refused:
                refusals[reply.refused] += 1
                continue
            if reply.replayed:
                replays += 1
                continue
            conversions.update(credit.campaign for credit in reply.credits)
            if isinstance(command, Start):
                journeys.add((command.person, command.journey))
            elif isinstance(command, Report):
                deliveries.add((command.person, command.delivery))
            elif ended := _end(command, reply):
                ends.setdefault((command.person, ended[0]), ended[1])
    return Figures(
        people=people,
        kinds=kinds,
        journeys=len(journeys),
        deliveries=len(deliveries),
        conversions=conversions,
        ends=Counter(ends.values()),
        replays=replays,
        refusals=refusals,
    )


def _end(command: Command, reply: Reply) -> tuple[str, str] | None:
    """The journey that has ended, and why."""
    if isinstance(command, Finish):
        return command.journey, "FINISHED"
    if isinstance(command, Ask) and reply.ends:
        return command.journey, reply.ends
    return None


def show_figures(screen: Console, figures: Figures) -> None:
    """Write the figures as a table."""
    table = Table(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), show_header=True
    )
    table.add_column("Figure")
    table.add_column("Count", justify="right")
    for name, number in _lines(figures):
        style = "" if name.startswith(" ") else "bold"
        table.add_row(name, f"{number:,}", style=style)
    screen.print(Padding(table, (1, 0)))


def _lines(figures: Figures) -> Iterator[tuple[str, int]]:
    yield "commands", figures.commands
    yield from ((f"  {kind}", figures.kinds[kind]) for kind in KINDS)
    yield "people", figures.people
    yield "journeys started", figures.journeys
    for reason, number in sorted(figures.ends.items()):
        yield f"  {_END_NAMES.get(reason, reason)}", number
    yield "  still going on", figures.journeys - figures.ends.total()
    yield "deliveries", figures.deliveries
    yield "conversions", figures.conversions.total()
    yield from ((f"  {name}", number) for name, number in sorted(figures.conversions.items()))
    yield "replays: sent twice, counted once", figures.replays
    yield "refusals", figures.refusals.total()
    yield from ((f"  {name}", number) for name, number in sorted(figures.refusals.items()))


_END_NAMES = {"GOAL": "exited: goal", "FINISHED": "finished"}


def disagreements(loaded: Loaded, now: datetime) -> tuple[str, ...]:
    """Where a naive recount of the log differs from the answers, or from what was read back."""
    found: list[str] = []
    for sent in loaded.sent:
        recount = Recount(now)
        for command, reply in zip(sent.log.commands, sent.replies, strict=True):
            wanted = recount.answer(command)
            if wanted != replace(reply, detail=""):
                found.append(f"{command}: expected {wanted}, got {reply}")
        stored = loaded.stored.get(sent.log.person)
        wanted_stored = Stored(recount.converted(), recount.journeys())
        if stored is not None and stored != wanted_stored:
            found.append(f"{sent.log.person}: expected {wanted_stored}, read back {stored}")
    if len(found) > _SHOWN:
        found = [*found[:_SHOWN], f"and {len(found) - _SHOWN} more"]
    return tuple(found)
