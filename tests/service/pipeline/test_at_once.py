"""What is answered without waiting: only what changes nothing, and whatever is on record counts."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from attribution_service.clock import ManualClock
from attribution_service.core.answers import EvaluateAnswer
from attribution_service.core.commands import CheckExit, Command, DeletePerson, EvaluateEvent
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.storage.interface import Store
from attribution_service.storage.memory import MemoryStore
from attribution_service.storage.sqlite import open_sqlite
from service.pipeline.test_pipeline import CREATE

WATCHED = EvaluateEvent("ada", "e1", "finished")
UNWATCHED = EvaluateEvent("ada", "e1", "viewed")
NOTHING = EvaluateAnswer((), ())


@contextmanager
def open_store(kind: str, folder: Path) -> Iterator[Store]:
    store = MemoryStore() if kind == "memory" else open_sqlite(folder / "a.db", migrate=True)
    try:
        yield store
    finally:
        store.close()


@pytest.fixture(params=["memory", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with open_store(request.param, tmp_path) as store:
        engine = Engine(store)
        engine.execute([Arrival(CREATE, 1)])
        yield engine


@pytest.mark.parametrize(
    "command",
    [
        WATCHED,
        replace(UNWATCHED, explain=True),
        replace(WATCHED, validate_only=True),
        CheckExit("ada", "j"),
        DeletePerson("ada"),
    ],
)
def test_what_changes_or_tells_something_has_to_wait(engine: Engine, command: Command) -> None:
    assert engine.at_once(command) is None


def test_an_event_that_nobody_watches_is_answered_at_once(engine: Engine) -> None:
    assert engine.at_once(UNWATCHED) == NOTHING
    assert engine.at_once(replace(UNWATCHED, validate_only=True)) == NOTHING
    assert engine.execute([Arrival(UNWATCHED, 2)]) == [NOTHING]


def test_an_id_on_record_has_to_wait_for_its_refusal(engine: Engine) -> None:
    engine.execute([Arrival(WATCHED, 2)])
    assert engine.at_once(UNWATCHED) is None
    assert engine.at_once(replace(UNWATCHED, person_id="bob")) == NOTHING
    assert engine.at_once(replace(UNWATCHED, event_id="e2")) == NOTHING
    (refused,) = engine.execute([Arrival(UNWATCHED, 3)])
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.EVENT_ALREADY_EXISTS
    engine.execute([Arrival(DeletePerson("ada"), 4)])
    assert engine.at_once(UNWATCHED) == NOTHING


class SilentStore(MemoryStore):
    """Cannot tell of an id without a transaction, as a database behind a network."""

    def knows_event(self, person_id: str, event_id: str) -> None:  # type: ignore[override]
        del person_id, event_id


def test_a_store_that_cannot_tell_at_once_is_asked_in_a_transaction() -> None:
    engine = Engine(SilentStore())
    assert engine.at_once(UNWATCHED) is None
    assert engine.execute([Arrival(UNWATCHED, 2)]) == [NOTHING]


def test_a_file_that_cannot_be_read_is_asked_in_a_transaction(tmp_path: Path) -> None:
    with open_store("sqlite", tmp_path) as store:
        engine = Engine(store)
        assert engine.at_once(replace(UNWATCHED, event_id="\ud800")) is None


def test_of_many_all_are_answered_at_once_or_none() -> None:
    async def main() -> None:
        pipeline = Pipeline(Engine(MemoryStore()), ManualClock())
        await pipeline.submit(CREATE)
        refusal = Refusal(Reason.FIELD_REQUIRED, "on purpose")
        assert pipeline.all_at_once([UNWATCHED, refusal]) == [NOTHING, refusal]
        assert pipeline.all_at_once([UNWATCHED, WATCHED]) is None
        assert pipeline.all_at_once([]) == []
        await pipeline.close()
        for refused in (lambda: pipeline.at_once(UNWATCHED), lambda: pipeline.all_at_once([])):
            with pytest.raises(Refusal) as told:
                refused()
            assert told.value.reason is Reason.SHUTTING_DOWN

    asyncio.run(main())
