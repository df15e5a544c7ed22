"""Drives the naive model and a driver side by side and compares every answer.

To compare something else with the model, write a `model.driver.Driver` for it and a test:

    class TestCore(machine_for(CoreDriver).TestCase):
        settings = BRIEF
"""

from collections.abc import Callable, Iterable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from model import strategies
from model.driver import Driver, Json, Refused
from model.jsonform import format_time, normalised, parse_time
from model.naive import NaiveModel
from model.strategies import Command, Etag, Maker, commands_of, resolved

START_US = parse_time("2026-03-01T00:00:00Z")

# Settings for tests that run each time: the same examples always, and not many.
BRIEF = settings(
    max_examples=50,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Side:
    """One of the two, and the etags that it gave out."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._etags: dict[str, list[str]] = {}

    def carry_out(self, command: Command, now_us: int) -> Json | Refused:
        """Carry the command out with this side's own etags."""
        named = command.request.get("campaign", {}).get("campaign_id", "")
        request = resolved(command.request, now_us, self._known_etags(named))
        answer = self.driver.call(command.name, request, now_us)
        if not isinstance(answer, Refused):
            self._note_etag(answer.get("campaign", {}))
        return answer

    def _known_etags(self, campaign_id: str) -> dict[Etag, str]:
        seen = self._etags.get(campaign_id, [])
        stale = {Etag.STALE: seen[0]} if len(seen) > 1 else {}
        return {Etag.CURRENT: seen[-1], **stale} if seen else {}

    def _note_etag(self, campaign: Json) -> None:
        seen = self._etags.setdefault(campaign.get("campaign_id", ""), [])
        if campaign.get("etag") not in (None, *seen[-1:]):
            seen.append(campaign["etag"])


class Comparison:
    """The model and a driver, which get the same commands at the same times."""

    def __init__(self, driver: Driver) -> None:
        self._model = Side(NaiveModel())
        self._other = Side(driver)
        self._now_us = START_US

    def step(self, command: Command) -> None:
        """Carry out one command on both sides.

        Raises:
            AssertionError: The answers differ in something that the model states.
        """
        self._now_us += command.wait_us
        expected = comparable(self._model.carry_out(command, self._now_us))
        got = comparable(self._other.carry_out(command, self._now_us))
        assert got == expected, (
            f"{command.name} at {format_time(self._now_us)}: {command.request}\n"
            f"  the model says {expected}\n  the driver says {got}"
        )

    def close(self) -> None:
        """End the driver, if it wants to be ended."""
        close = getattr(self._other.driver, "close", None)
        if close:
            close()


def comparable(answer: Json | Refused) -> Json | Refused:
    """An answer in the form in which two are compared; of a refusal, code and reason."""
    return answer if isinstance(answer, Refused) else normalised(answer)


def play(driver: Driver, commands: Iterable[Command]) -> None:
    """Play a whole history on both sides; see `Comparison.step`."""
    comparison = Comparison(driver)
    try:
        for command in commands:
            comparison.step(command)
    finally:
        comparison.close()


def _one(name: str, maker: Maker) -> st.SearchStrategy[list[Command]]:
    return commands_of(name, maker).map(lambda command: [command])


def _some(name: str, maker: Maker) -> st.SearchStrategy[list[Command]]:
    return st.lists(commands_of(name, maker), min_size=1, max_size=3)


def machine_for(new_driver: Callable[[], Driver]) -> type[RuleBasedStateMachine]:
    """A state machine that compares the model with new drivers, one for each example."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self._comparison = Comparison(new_driver())

        @initialize(commands=strategies.beginnings())
        def begin(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("create_campaign", strategies.create_again))
        def create_campaign(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("update_campaign", strategies.update_campaign))
        def update_campaign(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("start_journey", strategies.start_journey))
        def start_journey(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("finish_journey", strategies.finish_journey))
        def finish_journey(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_some("record_delivery", strategies.record_delivery))
        def record_deliveries(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_some("record_interaction", strategies.record_interaction))
        def record_interactions(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_some("evaluate", strategies.evaluate))
        def evaluate(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_some("check_exit", strategies.check_exit))
        def check_exits(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_some("evaluate", strategies.change_segment))
        def change_segments(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_some("update_attributes", strategies.update_attributes))
        def update_attributes(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("update_segment", strategies.update_segment))
        def update_segment(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("delete_segment", strategies.delete_segment))
        def delete_segment(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("create_segment", strategies.define_segment))
        def create_segment(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("archive_campaign", strategies.archive_campaign))
        def archive_campaign(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("check_exit_batch", strategies.check_exit_batch))
        def check_exit_batch(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("evaluate_batch", strategies.evaluate_batch))
        def evaluate_batch(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("evaluate_stream", strategies.evaluate_batch))
        def evaluate_stream(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("ingest", strategies.ingest))
        def ingest(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("get_person", strategies.get_person))
        def get_person(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("delete_person", strategies.delete_person))
        def delete_person(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("list_campaigns", strategies.list_campaigns))
        def list_campaigns(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("list_revisions", strategies.get_campaign))
        def list_revisions(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("get_campaign", strategies.get_campaign))
        def get_campaign(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("list_journeys", strategies.read_person))
        def list_journeys(self, commands: list[Command]) -> None:
            self._steps(commands)

        @rule(commands=_one("list_deliveries", strategies.read_person))
        def list_deliveries(self, commands: list[Command]) -> None:
            self._steps(commands)

        def _steps(self, commands: list[Command]) -> None:
            for command in commands:
                self._comparison.step(command)

        def teardown(self) -> None:
            self._comparison.close()

    return Machine
