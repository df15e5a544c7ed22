"""Transactions that are in the way of another server's are tried again, for so long."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from attribution_service.core.answers import DeletedAnswer, JourneyAnswer
from attribution_service.core.commands import CreateCampaign, DeletePerson, StartJourney
from attribution_service.pipeline.conflicts import Conflicts
from attribution_service.pipeline.engine import Engine
from attribution_service.storage.interface import StoreConflictError, StoreUnavailableError
from attribution_service.storage.memory import MemoryStore, MemoryTransaction
from service.pipeline.test_pipeline import CREATE, DEFINITION, run


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_seconds = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.now_seconds

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_seconds += seconds


class Contended(MemoryStore):
    """In whose transactions others are in the way so many times."""

    def __init__(self) -> None:
        super().__init__()
        self.conflicts = 0

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with super().transaction() as transaction:
            yield transaction
            if self.conflicts:
                self.conflicts -= 1
                raise StoreConflictError("on purpose")


def engine(store: Contended, time: Time, seconds: float = 5) -> Engine:
    return Engine(store, conflicts=Conflicts(seconds, time.now, time.sleep))


def test_pauses_double_up_to_half_a_second_and_end_in_time() -> None:
    time = Time()

    def work() -> None:
        raise StoreConflictError("on purpose")

    with pytest.raises(StoreConflictError):
        Conflicts(2, time.now, time.sleep).tried_again(work)
    assert time.pauses == [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.5, 0.5]
    assert time.now() <= 2


def test_what_conflicts_is_decided_anew_and_once() -> None:
    store, time = Contended(), Time()
    tried = engine(store, time)
    store.conflicts = 2
    created, *started = run(
        tried, CREATE, StartJourney("ada", "j1", "c"), StartJourney("bob", "j1", "c")
    )
    assert not isinstance(created, Exception)
    assert [type(each) for each in started] == [JourneyAnswer] * 2
    store.conflicts = 3
    (again,) = run(tried, StartJourney("ada", "j1", "c"))
    assert isinstance(again, JourneyAnswer)
    assert again.replayed
    store.conflicts = 1
    assert run(tried, DeletePerson("ada")) == [DeletedAnswer()]
    assert len(time.pauses) == 6


def test_what_conflicts_for_too_long_is_not_done() -> None:
    store, time = Contended(), Time()
    tried = engine(store, time, seconds=1)
    run(tried, CREATE)
    store.conflicts = 1_000
    commands = (
        StartJourney("ada", "j1", "c"),
        StartJourney("bob", "j1", "c"),
        DeletePerson("ada"),
        CreateCampaign(replace(DEFINITION, campaign_id="d")),
    )
    outcomes = run(tried, *commands)
    assert [type(outcome) for outcome in outcomes] == [StoreConflictError] * 4
    store.conflicts = 0
    assert store.journey("ada", "j1") is None
    assert store.campaign("d") is None


def test_other_faults_are_not_tried_again() -> None:
    time = Time()

    def work() -> None:
        raise StoreUnavailableError("on purpose")

    with pytest.raises(StoreUnavailableError):
        Conflicts(5, time.now, time.sleep).tried_again(work)
    assert not time.pauses
