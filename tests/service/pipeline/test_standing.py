"""Several engines on one store: all judge by what is in force, and time never goes back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from attribution_service.core.answers import (
    Answer,
    CampaignAnswer,
    DefinitionChange,
    EvaluateAnswer,
    JourneyAnswer,
)
from attribution_service.core.commands import (
    CreateCampaign,
    Definition,
    EvaluateEvent,
    RecordDelivery,
    StartJourney,
    UpdateCampaign,
)
from attribution_service.core.model import Channel
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.engine import Engine
from attribution_service.pipeline.standing import Definitions
from attribution_service.storage.interface import Standing
from attribution_service.storage.memory import MemoryStore, MemoryTransaction
from service.pipeline.test_pipeline import CREATE, DEFINITION, run


class SharedStore(MemoryStore):
    """A store in memory that several engines of one thread may have."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[DefinitionChange] = []
        self.read: list[int] = []

    @property
    def shared(self) -> bool:
        return True

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with super().transaction() as transaction:
            shared = SharedTransaction(self, transaction)
            yield shared
            vars(transaction).update(vars(shared))
        self.changes += [*shared.campaign_changes, *shared.segments]

    def definition_changes(self, after: int, until: int = 0) -> Sequence[DefinitionChange]:
        assert len(self.changes) >= until
        self.read.append(after)
        return self.changes[after:]


class SharedTransaction(MemoryTransaction):
    def __init__(self, store: SharedStore, of: MemoryTransaction) -> None:
        super().__init__(of._people)
        self._store = store

    def lock(self, person_ids: Iterable[str]) -> Standing | None:
        assert list(person_ids)
        return self.lock_definitions()

    def lock_definitions(self) -> Standing | None:
        return Standing(len(self._store.changes), self._store.latest_arrival_us())


def engines() -> tuple[SharedStore, Engine, Engine]:
    store = SharedStore()
    return store, Engine(store), Engine(store)


def only(outcomes: Sequence[Answer | Exception]) -> Answer | Exception:
    (outcome,) = outcomes
    return outcome


def test_what_one_defines_the_other_judges_by() -> None:
    _, one, other = engines()
    assert isinstance(only(run(one, CREATE)), CampaignAnswer)
    assert isinstance(only(run(other, StartJourney("ada", "j1", "c"))), JourneyAnswer)
    run(one, RecordDelivery("ada", "d1", "j1", "", "a", Channel.EMAIL))
    achieved = only(run(other, EvaluateEvent("ada", "e1", "finished")))
    assert isinstance(achieved, EvaluateAnswer)
    assert len(achieved.conversions) == 1
    refused = only(run(other, CREATE))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.CAMPAIGN_ALREADY_EXISTS


def test_revisions_are_numbered_by_what_the_other_did() -> None:
    store, one, other = engines()
    run(one, CREATE)
    for number, engine in enumerate([other, one, one, other], start=2):
        changed = UpdateCampaign("c", "", partial(triggered_by, f"event {number}"))
        assert isinstance(only(run(engine, changed)), CampaignAnswer)
        started = only(run(one, StartJourney("ada", f"j{number}", "c")))
        assert isinstance(started, JourneyAnswer)
        assert started.journey.revision == number
    found = store.campaign("c")
    assert found is not None
    assert found.current.number == 5


def triggered_by(event_name: str, before: Definition) -> Definition:
    return replace(before, trigger_event_name=event_name)


def test_only_what_is_new_is_read() -> None:
    store, one, other = engines()
    run(one, CREATE)
    for number in range(3):
        run(other, StartJourney("ada", f"j{number}", "c"))
    assert not store.read  # who begins reads all of it
    run(other, CreateCampaign(replace(DEFINITION, campaign_id="d")))
    for number in range(3):
        assert isinstance(only(run(one, StartJourney("bob", f"j{number}", "d"))), JourneyAnswer)
    assert store.read == [0]
    run(one, CreateCampaign(replace(DEFINITION, campaign_id="e")))
    run(one, StartJourney("bob", "j9", "e"))
    assert store.read == [0, 2]


def test_arrivals_never_go_back_whatever_the_clocks_say() -> None:
    store, one, other = engines()
    run(one, CREATE, at_us=100)
    late = only(run(one, StartJourney("ada", "j1", "c"), at_us=500))
    early = only(run(other, StartJourney("ada", "j2", "c"), at_us=300))
    assert isinstance(late, JourneyAnswer)
    assert isinstance(early, JourneyAnswer)
    assert (late.journey.start_us, early.journey.start_us) == (500, 500)
    assert store.latest_arrival_us() == 500
    later = only(run(other, StartJourney("ada", "j3", "c"), at_us=501))
    assert isinstance(later, JourneyAnswer)
    assert later.journey.start_us == 501


def test_a_store_with_fewer_changes_than_were_known_was_restored() -> None:
    """What was changed since the backup is in force no more."""
    store = SharedStore()
    definitions = Definitions(store)
    run(Engine(store), CREATE)
    assert definitions.as_of(Standing(1, 0)).campaign("c") is not None
    definitions._store = SharedStore()
    assert definitions.as_of(Standing(0, 0)).campaign("c") is None
