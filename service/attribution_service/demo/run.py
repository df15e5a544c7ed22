"""The whole demo: the story, then the long log."""

import asyncio
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from attribution_client import AttributionError
from rich.console import Console
from rich.text import Text

from attribution_service.app import background
from attribution_service.clock import ManualClock
from attribution_service.config import ServerSettings
from attribution_service.demo.asked import ask
from attribution_service.demo.commands import DemoFailed
from attribution_service.demo.load import Loaded, load
from attribution_service.demo.log import CAMPAIGNS, PersonLog, generate
from attribution_service.demo.planned import plan
from attribution_service.demo.play import PlayedChapter, play
from attribution_service.demo.progress import progress
from attribution_service.demo.screen import open_screen
from attribution_service.demo.server import serving
from attribution_service.demo.sheets import Sheet, show_sheet
from attribution_service.demo.story import CAMPAIGN, CHAPTERS
from attribution_service.demo.summary import count, disagreements, show_figures
from attribution_service.demo.tables import show_chapters

_READ_BACK = 200
_PREFIX = "attribution-demo-"


def run(commands: int) -> None:
    """Play the story, then send a log of so many commands; 0: the story only.

    Raises DemoFailed if an answer is not the expected one, or a call fails.
    """
    screen = open_screen()
    try:
        with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
            tell_story(screen, Path(folder, "story.db"))
            if commands:
                send_log(screen, Path(folder, "log.db"), commands)
    except AttributionError as error:
        raise DemoFailed(f"a call failed: {error}") from error
    _say(screen, "Next: `make run` serves on 127.0.0.1:50051 from a file that stays.")
    _say(screen, "README.md shows the same calls by hand, with grpcurl and with the client.")


def tell_story(screen: Console, store: Path) -> None:
    """Play the story on a server of its own, show it, and ask about it.

    Raises DemoFailed, AttributionError.
    """
    _heading(screen, "1. The course example")
    clock = ManualClock()
    with background(ServerSettings(store_url=f"sqlite:///{store}"), clock) as address:
        _say(
            screen,
            f"A real server on {address} with a fresh SQLite file, called through the real client; "
            "only its clock is moved by this demo. Times below count from the start.",
        )
        _say(
            screen,
            "Campaign finish-course: a journey starts with `course_started`. The goal is "
            "`course_finished` where `event.course_id == trigger.course_id`, at most 7 days after "
            "a click. The last delivery clicked gets the credit. A journey exits before its next "
            "message once its goal is achieved.",
        )
        screen.print()
        chapters = asyncio.run(play(address, clock, CAMPAIGN, CHAPTERS))
        sheets = (*asyncio.run(ask(address)), plan(address, store.with_name("files")))
    show_chapters(screen, chapters)
    _check_story(chapters)
    steps = sum(len(chapter.steps) for chapter in chapters)
    _good(screen, f"All {steps} answers are as the story expects.")
    _show_asked(screen, sheets)


def _show_asked(screen: Console, sheets: Iterable[Sheet]) -> None:
    _heading(screen, "2. Asked afterwards: why, how much, what next")
    wrong: list[str] = []
    for sheet in sheets:
        show_sheet(screen, sheet)
        wrong += [f"{sheet.question} {difference}" for difference in sheet.differences]
    if wrong:
        raise DemoFailed("\n".join(("what was asked afterwards is answered otherwise:", *wrong)))
    _good(screen, "Explanations, report and plan are as expected.")


def _check_story(chapters: Iterable[PlayedChapter]) -> None:
    wrong = [
        f"{played.chapter.person}, {step.step.text!r}: {difference}"
        for played in chapters
        for step in played.steps
        for difference in step.differences
    ]
    if wrong:
        raise DemoFailed("\n".join(("answers differ from the story:", *wrong)))


def send_log(screen: Console, store: Path, commands: int) -> None:
    """Send a long log to a server process, and count again. Raises DemoFailed, AttributionError."""
    _heading(screen, f"3. A log of {commands:,} commands")
    now = datetime.now(UTC)
    people = generate(commands, now)
    _say(
        screen,
        f"{len(people):,} people in two campaigns, made up but the same on every run, sent to a "
        "server process on a fresh SQLite file. An answer means that it is on the disk.",
    )
    screen.print()
    with serving(store) as address, progress(screen, commands) as advance:
        loaded = asyncio.run(load(address, CAMPAIGNS, people, _sample(people), advance))
    show_figures(screen, count(loaded.sent))
    _say(
        screen,
        f"{commands:,} commands in {loaded.seconds:.1f} s: {commands / loaded.seconds:,.0f} "
        "commands/s, with server, client and this demo on the same machine.",
    )
    _check_log(screen, loaded, now, commands)


def _sample(people: tuple[PersonLog, ...]) -> list[str]:
    """People spread evenly over the log."""
    step = max(1, len(people) // _READ_BACK)
    return [log.person for log in people[::step]][:_READ_BACK]


def _check_log(screen: Console, loaded: Loaded, now: datetime, commands: int) -> None:
    wrong = disagreements(loaded, now)
    if wrong:
        raise DemoFailed("\n".join(("a naive recount of the log disagrees:", *wrong)))
    _good(
        screen,
        f"A naive recount of the log agrees with all {commands:,} answers, and with what was "
        f"read back of {len(loaded.stored):,} people.",
    )


def _heading(screen: Console, text: str) -> None:
    screen.print()
    screen.print(Text(text, style="bold underline"))
    screen.print()


def _say(screen: Console, text: str) -> None:
    screen.print(Text(text))


def _good(screen: Console, text: str) -> None:
    screen.print(Text(text, style="bold green"))
    screen.print()
