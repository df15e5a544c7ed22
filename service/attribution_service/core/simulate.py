"""A world of its own: commands played at times that are told, on people nobody else knows."""

from attribution_service.core import definitions
from attribution_service.core.answers import Answer, DeletedAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    CheckExit,
    Command,
    DefinitionCommand,
    DeletePerson,
    PersonCommand,
    ReadPerson,
    StartJourney,
    UpdateAttributes,
)
from attribution_service.core.decide import decide
from attribution_service.core.define import define
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState

MAX_LOOKS = 10_000
# What may ask of every segment whether the person is in it.
_ASKS_FOR_SEGMENTS = StartJourney | CheckExit | UpdateAttributes | ReadPerson


class SimulationTooLongError(Exception):
    """The timeline asks for more work than one may."""


class Simulation:
    """Campaigns, segments and people, from a catalog that becomes the simulation's own."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rules = RuleBook()
        self._people: dict[str, PersonState] = {}
        self._looks = 0

    def check(self, campaign_id: str) -> None:
        """Refuse a campaign of the catalog that is about a segment which is not there."""
        campaign = self._catalog.campaign(campaign_id)
        if campaign is not None:
            definitions.check(definitions.definition_of(campaign), self._catalog, self._rules)

    def play(self, command: Command, now_us: int) -> Answer:
        """The answer to a command that arrives at `now_us`, not before those played so far.

        Raises Refusal, and nothing has changed; or SimulationTooLongError.
        """
        if isinstance(command, DefinitionCommand):
            change, answer = define(command, self._catalog, self._rules, now_us)
            if change is not None:
                self._catalog.apply(change)
            return answer
        if isinstance(command, DeletePerson):
            self._people.pop(command.person_id, None)
            return DeletedAnswer()
        state = self._person(command.person_id)
        self._count(command, state)
        decision = decide(command, state, self._catalog, self._rules, now_us)
        # Rules without an answer are not told to those who run the server: nothing of this is real.
        for made in decision.changes:
            state.apply(made)
        return decision.answer

    def _person(self, person_id: str) -> PersonState:
        state = self._people.get(person_id)
        if state is None:
            state = self._people[person_id] = PersonState(person_id)
            state.meet()
        return state

    def _count(self, command: PersonCommand, state: PersonState) -> None:
        """Bound the work: each journey of the person and each segment may cost a rule."""
        self._looks += len(state.journeys)
        if isinstance(command, _ASKS_FOR_SEGMENTS):
            self._looks += len(self._catalog.segments())
        if self._looks > MAX_LOOKS:
            raise SimulationTooLongError
