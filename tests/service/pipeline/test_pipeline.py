"""The engine and the pipeline: order, isolation of faults, group commit, limits, closing."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from attribution_dsl import Limits
from attribution_service.clock import ManualClock
from attribution_service.core.answers import (
    Answer,
    DeletedAnswer,
    EvaluateAnswer,
    ExitAnswer,
    JourneyAnswer,
    PersonChange,
)
from attribution_service.core.commands import (
    CheckExit,
    Command,
    CreateCampaign,
    Definition,
    DeletePerson,
    EvaluateEvent,
    FinishJourney,
    RecordDelivery,
    StartJourney,
    UpdateCampaign,
)
from attribution_service.core.model import (
    CampaignKind,
    Channel,
    ExitPolicy,
    Goal,
    PerformsEvent,
    Verdict,
)
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.core.rules import RuleBook
from attribution_service.pipeline.admission import FEW_CALLS, PipelineLimits
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.storage.interface import StoreUnavailableError
from attribution_service.storage.memory import MemoryStore, MemoryTransaction

DEFINITION = Definition(
    campaign_id="c",
    display_name="",
    kind=CampaignKind.TRIGGERED,
    trigger_event_name="started",
    goal=Goal(PerformsEvent("finished")),
    exit_policy=ExitPolicy.GOAL,
    webhook_action_ids=(),
)
CREATE = CreateCampaign(DEFINITION)


def email(name: str = "d1", journey: str = "j1") -> RecordDelivery:
    return RecordDelivery("ada", name, journey, "", "a", Channel.EMAIL)


class CountingStore(MemoryStore):
    """Counts transactions, and fails where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions = 0
        self.unavailable = False
        self.poison: str | None = None

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        self.transactions += 1
        if self.unavailable:
            raise StoreUnavailableError("on purpose")
        with super().transaction() as transaction:
            yield transaction
            self._check(transaction.changes)

    def _check(self, changes: Sequence[PersonChange]) -> None:
        if self.poison is not None and any(
            getattr(change, "journey_id", None) == self.poison for change in changes
        ):
            raise RuntimeError("the store cannot take this")


def run(engine: Engine, *commands: Command, at_us: int = 1) -> list[Answer | Exception]:
    return engine.execute([Arrival(command, at_us) for command in commands])


def test_a_batch_is_carried_out_in_order_in_one_transaction() -> None:
    store = CountingStore()
    engine = Engine(store)
    run(engine, CREATE)
    before = store.transactions
    started, _, converted, exited = run(
        engine,
        StartJourney("ada", "j1", "c"),
        email(),
        EvaluateEvent("ada", "e1", "finished"),
        CheckExit("ada", "j1"),
    )
    assert store.transactions == before + 1
    assert isinstance(started, JourneyAnswer)
    assert isinstance(converted, EvaluateAnswer)
    assert [c.delivery_id for c in converted.conversions] == ["d1"]
    assert isinstance(exited, ExitAnswer)
    assert exited.exit


def test_a_deletion_has_its_place_among_the_commands_of_a_batch() -> None:
    store = CountingStore()
    engine = Engine(store)
    run(engine, CREATE)
    first, deleted, sent, again = run(
        engine,
        StartJourney("ada", "j1", "c"),
        DeletePerson("ada"),
        email(),
        StartJourney("ada", "j1", "c"),
        at_us=7,
    )
    assert isinstance(first, JourneyAnswer)
    assert deleted == DeletedAnswer()
    assert isinstance(sent, Refusal)  # the journey had gone before it came
    assert isinstance(again, JourneyAnswer)
    assert not again.replayed
    run(engine, DeletePerson("nobody"), at_us=9)
    assert engine.latest_arrival_us == 9


def test_a_deletion_that_is_not_stored_deletes_nothing() -> None:
    store = CountingStore()
    engine = Engine(store)
    run(engine, CREATE, StartJourney("ada", "j1", "c"))
    store.unavailable = True
    (outcome,) = run(engine, DeletePerson("ada"))
    assert isinstance(outcome, StoreUnavailableError)
    store.unavailable = False
    assert store.journey("ada", "j1")


def test_a_refused_command_does_not_hinder_the_others() -> None:
    engine = Engine(MemoryStore())
    run(engine, CREATE)
    first, refused, last = run(
        engine,
        StartJourney("ada", "j1", "c"),
        StartJourney("ada", "j2", "nowhere"),
        FinishJourney("ada", "j1"),
    )
    assert isinstance(first, JourneyAnswer)
    assert isinstance(refused, Refusal)
    assert isinstance(last, JourneyAnswer)


def test_what_follows_a_change_of_a_campaign_is_judged_by_it() -> None:
    engine = Engine(MemoryStore())
    outcomes = run(
        engine,
        StartJourney("ada", "too early", "c"),
        CREATE,
        StartJourney("ada", "j1", "c"),
        UpdateCampaign("c", "", lambda before: replace(before, goal=Goal(PerformsEvent("paid")))),
        StartJourney("ada", "j2", "c"),
    )
    assert isinstance(outcomes[0], Refusal)
    revisions = [o.journey.revision for o in outcomes if isinstance(o, JourneyAnswer)]
    assert revisions == [1, 2]


def test_a_dry_run_changes_nothing_for_the_rest_of_the_batch() -> None:
    engine = Engine(MemoryStore())
    run(engine, CREATE, StartJourney("ada", "j1", "c"), email())
    dry, real = run(
        engine,
        EvaluateEvent("ada", "e1", "finished", validate_only=True),
        EvaluateEvent("ada", "e1", "finished"),
    )
    assert isinstance(dry, EvaluateAnswer)
    assert isinstance(real, EvaluateAnswer)
    assert len(dry.conversions) == len(real.conversions) == 1
    assert not real.replayed


def test_when_the_store_is_away_all_hear_of_it_and_nothing_is_half_done() -> None:
    store = CountingStore()
    engine = Engine(store)
    run(engine, CREATE)
    store.unavailable = True
    outcomes = run(engine, StartJourney("ada", "j1", "c"), StartJourney("bob", "j1", "c"))
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailableError] * 2
    (outcome,) = run(engine, CreateCampaign(DEFINITION))
    assert isinstance(outcome, Refusal)  # known from the catalog, without the store
    store.unavailable = False
    (again,) = run(engine, StartJourney("ada", "j1", "c"))
    assert isinstance(again, JourneyAnswer)
    assert not again.replayed


def test_a_campaign_that_was_not_stored_is_not_known() -> None:
    store = CountingStore()
    store.unavailable = True
    engine = Engine(store)
    (failed,) = run(engine, CREATE)
    assert isinstance(failed, StoreUnavailableError)
    store.unavailable = False
    (refused,) = run(engine, StartJourney("ada", "j1", "c"))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.CAMPAIGN_NOT_FOUND


def test_a_command_that_the_store_cannot_take_fails_alone() -> None:
    store = CountingStore()
    engine = Engine(store)
    run(engine, CREATE)
    store.poison = "bad"
    good, bad, good_too = run(
        engine,
        StartJourney("ada", "j1", "c"),
        StartJourney("ada", "bad", "c"),
        StartJourney("bob", "j1", "c"),
    )
    assert isinstance(good, JourneyAnswer)
    assert isinstance(bad, RuntimeError)
    assert isinstance(good_too, JourneyAnswer)
    assert store.journey("ada", "bad") is None
    assert store.journey("bob", "j1") is not None


class SlowStore(CountingStore):
    """Waits in each transaction until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.go = threading.Event()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with super().transaction() as transaction:
            self.entered.set()
            assert self.go.wait(30)
            yield transaction


async def entered(store: SlowStore) -> None:
    assert await asyncio.to_thread(store.entered.wait, 30)


def test_what_comes_during_a_commit_shares_the_next() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock())
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        rest = [
            asyncio.create_task(pipeline.submit(StartJourney(f"p{n}", "j", "c"))) for n in range(50)
        ]
        await asyncio.sleep(0)
        store.go.set()
        await first
        answers = await asyncio.gather(*rest)
        await pipeline.close()
        assert all(isinstance(answer, JourneyAnswer) for answer in answers)
        assert store.transactions == 2

    asyncio.run(main())


def test_a_batch_has_a_limit() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(batch=10))
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        rest = [
            asyncio.create_task(pipeline.submit(StartJourney(f"p{n}", "j", "c"))) for n in range(25)
        ]
        await asyncio.sleep(0)
        store.go.set()
        await asyncio.gather(first, *rest)
        await pipeline.close()
        assert store.transactions == 1 + 3

    asyncio.run(main())


def test_more_than_may_wait_is_refused_at_once() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(waiting=3))
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        waiting = [asyncio.create_task(pipeline.submit(CheckExit("p", "j"))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            await pipeline.submit(CheckExit("p", "j"))
        assert refused.value.reason is Reason.OVERLOADED
        assert refused.value.retry_after_seconds
        store.go.set()
        await asyncio.gather(first, *waiting, return_exceptions=True)
        with pytest.raises(Refusal) as after:
            await pipeline.submit(CheckExit("p", "j"))
        assert after.value.reason is Reason.JOURNEY_NOT_FOUND  # it has recovered
        await pipeline.close()

    asyncio.run(main())


def test_what_would_wait_long_behind_whole_batches_is_refused() -> None:
    async def main() -> None:
        store = SlowStore()
        limits = PipelineLimits(batch=2, wait_seconds=0.0)
        pipeline = Pipeline(Engine(store), ManualClock(), limits)
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        waiting = [
            asyncio.create_task(pipeline.submit(CheckExit("p", "j"))) for _ in range(FEW_CALLS)
        ]
        await asyncio.sleep(0)
        for refused in (
            lambda: pipeline.check_room(0),
            lambda: pipeline.take_in([CheckExit("p", "j")]),
        ):
            with pytest.raises(Refusal) as told:
                refused()
            assert told.value.reason is Reason.OVERLOADED
            assert told.value.retry_after_seconds
        store.go.set()
        await asyncio.gather(first, *waiting, return_exceptions=True)
        pipeline.check_room(0)
        await pipeline.close()

    asyncio.run(main())


def test_few_are_never_refused_however_long_a_commit_takes() -> None:
    async def main() -> None:
        store = SlowStore()
        limits = PipelineLimits(batch=2, wait_seconds=0.0)
        pipeline = Pipeline(Engine(store), ManualClock(), limits)
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        many = [CheckExit("p", "j")] * 4
        calls = [asyncio.create_task(pipeline.submit_all(many)) for _ in range(FEW_CALLS - 1)]
        await asyncio.sleep(0)
        pipeline.check_room(0)
        two = asyncio.create_task(pipeline.submit(CheckExit("p", "j")))
        store.go.set()
        told: Any = await asyncio.gather(first, two, *calls, return_exceptions=True)
        assert told[1].reason is Reason.JOURNEY_NOT_FOUND
        assert all(each.reason is Reason.JOURNEY_NOT_FOUND for call in told[2:] for each in call)
        await pipeline.close()

    asyncio.run(main())


def test_a_command_whose_time_runs_out_before_its_turn_is_not_carried_out() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock())
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        with pytest.raises(Refusal) as refused:
            await pipeline.submit(StartJourney("ada", "j1", "c"), seconds=0)
        assert refused.value.reason is Reason.DEADLINE_EXCEEDED
        in_time = asyncio.create_task(pipeline.submit(StartJourney("bob", "j1", "c"), seconds=60))
        await asyncio.sleep(0)
        store.go.set()
        await asyncio.gather(first, in_time)
        await pipeline.close()
        assert store.journey("ada", "j1") is None
        assert store.journey("bob", "j1") is not None

    asyncio.run(main())


def test_closing_carries_out_what_waits_and_takes_no_more() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock())
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        second = asyncio.create_task(pipeline.submit(StartJourney("ada", "j1", "c")))
        await asyncio.sleep(0)
        closing = asyncio.create_task(pipeline.close())
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            await pipeline.submit(CheckExit("ada", "j1"))
        assert refused.value.reason is Reason.SHUTTING_DOWN
        store.go.set()
        await asyncio.gather(first, second, closing)
        assert store.journey("ada", "j1") is not None

    asyncio.run(main())


def test_who_stops_waiting_in_the_queue_is_not_carried_out() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock())
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        gone = asyncio.create_task(pipeline.submit(StartJourney("ada", "gone", "c")))
        stays = asyncio.create_task(pipeline.submit(StartJourney("ada", "stays", "c")))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        store.go.set()
        await asyncio.gather(first, stays)
        await pipeline.close()
        assert store.journey("ada", "gone") is None
        assert store.journey("ada", "stays") is not None

    asyncio.run(main())


def test_arrival_times_never_go_back() -> None:
    async def main() -> None:
        clock = ManualClock(100)
        pipeline = Pipeline(Engine(MemoryStore()), clock)
        await pipeline.submit(CREATE)
        clock.set_us(50)
        answer = await pipeline.submit(StartJourney("ada", "j1", "c"))
        await pipeline.close()
        assert isinstance(answer, JourneyAnswer)
        assert answer.journey.start_us == 100

    asyncio.run(main())


def test_a_fault_of_the_engine_is_told_and_the_next_command_works() -> None:
    class Faulty(Engine):
        broken = True

        def execute(self, batch: Sequence[Arrival]) -> list[Answer | Exception]:
            if self.broken:
                raise RuntimeError("on purpose")
            return super().execute(batch)

    async def main() -> None:
        engine = Faulty(MemoryStore())
        pipeline = Pipeline(engine, ManualClock())
        with pytest.raises(RuntimeError, match="on purpose"):
            await pipeline.submit(CREATE)
        engine.broken = False
        await pipeline.submit(CREATE)
        await pipeline.close()

    asyncio.run(main())


def test_when_the_thread_ends_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if telling of a fault fails, as with a log that cannot be written."""

    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(batch=1))
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        second = asyncio.create_task(pipeline.submit(CheckExit("ada", "j1")))
        await asyncio.sleep(0)
        monkeypatch.setattr(pipeline, "_tell", broken_once(pipeline._tell))
        store.go.set()
        with pytest.raises(Refusal) as refused:
            await second
        assert refused.value.reason is Reason.SHUTTING_DOWN
        with pytest.raises(Refusal):
            await pipeline.submit(CheckExit("ada", "j1"))
        first.cancel()
        await pipeline.close()

    hook = threading.excepthook
    threading.excepthook = lambda _: None
    try:
        asyncio.run(main())
    finally:
        threading.excepthook = hook


def broken_once(tell: Callable[..., None]) -> Callable[..., None]:
    calls: list[object] = []

    def broken(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise OSError("no room left for logs")
        tell(*arguments)

    return broken


def test_more_bytes_than_may_wait_are_refused() -> None:
    async def main() -> None:
        store = SlowStore()
        limits = PipelineLimits(waiting_bytes=100)
        pipeline = Pipeline(Engine(store), ManualClock(), limits)
        first = asyncio.create_task(pipeline.submit(CREATE, 100))
        await entered(store)
        second = asyncio.create_task(pipeline.submit(StartJourney("ada", "j", "c"), 60))
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            await pipeline.submit(CheckExit("p", "j"), 41)
        assert refused.value.reason is Reason.OVERLOADED
        third = asyncio.create_task(pipeline.submit(StartJourney("bob", "j", "c"), 40))
        await asyncio.sleep(0)
        store.go.set()
        await asyncio.gather(first, second, third)
        await pipeline.submit(StartJourney("eve", "j", "c"), 100)  # the room is free again
        await pipeline.close()

    asyncio.run(main())


def test_arrival_times_do_not_go_back_across_a_restart() -> None:
    async def main() -> None:
        store = MemoryStore()
        first = Pipeline(Engine(store), ManualClock(1_000))
        await first.submit(CREATE)
        await first.submit(StartJourney("ada", "j", "c"))
        await first.submit(email(journey="j"))
        await first.close()
        second = Pipeline(Engine(store), ManualClock(900))
        answer = await second.submit(EvaluateEvent("ada", "e", "finished"))
        await second.close()
        assert isinstance(answer, EvaluateAnswer)
        assert [item.converted_us for item in answer.conversions] == [1_000]

    asyncio.run(main())


def test_a_stored_rule_that_does_not_compile_any_more_hinders_no_other_campaign() -> None:
    store = MemoryStore()
    goal = Goal(PerformsEvent("finished", "event.a == 1.0"))
    run(Engine(store), CREATE, CreateCampaign(replace(DEFINITION, campaign_id="long", goal=goal)))
    engine = Engine(store, RuleBook(Limits(source_bytes=5)))
    *_, answer = run(
        engine,
        StartJourney("ada", "j1", "c"),
        StartJourney("ada", "j2", "long"),
        email(),
        EvaluateEvent("ada", "e", "finished", explain=True),
    )
    assert isinstance(answer, EvaluateAnswer)
    assert [item.campaign_id for item in answer.conversions] == ["c"]
    assert answer.findings is not None
    assert [item.verdict for item in answer.findings] == [
        Verdict.CONVERTED,
        Verdict.FILTER_ERROR,
    ]
    rename = UpdateCampaign("long", "", lambda before: replace(before, display_name="x"))
    (renamed,) = run(engine, rename)
    assert not isinstance(renamed, Exception)


def test_commands_that_came_together_share_a_commit_and_keep_their_order() -> None:
    async def main() -> None:
        store = CountingStore()
        pipeline = Pipeline(Engine(store), ManualClock())
        await pipeline.submit(CREATE)
        await pipeline.submit(StartJourney("ada", "j1", "c"))
        await pipeline.submit(EvaluateEvent("ada", "e1", "finished"))
        before = store.transactions
        refusal = Refusal(Reason.FIELD_REQUIRED, "journey_id: is required")
        wanted: list[Command | Refusal] = [
            CheckExit("ada", "j9"),
            refusal,
            CheckExit("ada", "j1"),
            CheckExit("ada", "j1"),
        ]
        missing, same, first, again = await pipeline.submit_all(wanted, 10)
        assert store.transactions == before + 1
        assert isinstance(missing, Refusal)
        assert missing.reason is Reason.JOURNEY_NOT_FOUND
        assert same is refusal
        assert isinstance(first, ExitAnswer)
        assert first.exit
        assert again == first
        assert await pipeline.submit_all([]) == []
        await pipeline.close()

    asyncio.run(main())


def test_of_more_than_may_wait_nothing_is_taken() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(waiting=2))
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        check = CheckExit("ada", "j1")
        with pytest.raises(Refusal) as refused:
            await pipeline.submit_all([check, check, check])
        assert refused.value.reason is Reason.OVERLOADED
        both = asyncio.create_task(pipeline.submit_all([check, check]))
        await asyncio.sleep(0)
        store.go.set()
        await first
        assert len(await both) == 2
        await pipeline.close()

    asyncio.run(main())


def starts(person_id: str, many: int) -> list[Command | Refusal]:
    return [StartJourney(person_id, f"{person_id}{number}", "c") for number in range(many)]


def test_more_than_a_commit_holds_takes_several_and_is_answered_together() -> None:
    async def main() -> None:
        store = CountingStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(batch=10))
        await pipeline.submit(CREATE)
        before = store.transactions
        outcomes = await pipeline.submit_all(starts("ada", 25))
        assert store.transactions == before + 3
        found = [each.journey.journey_id for each in outcomes if isinstance(each, JourneyAnswer)]
        assert found == [f"ada{number}" for number in range(25)]
        await pipeline.close()

    asyncio.run(main())


def test_what_came_together_is_not_torn_apart_to_fill_a_commit() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(batch=10))
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        parts = [asyncio.create_task(pipeline.submit_all(starts(name, 6))) for name in "abc"]
        parts.append(asyncio.create_task(pipeline.submit_all(starts("d", 4))))
        await asyncio.sleep(0)
        store.go.set()
        await first
        answered = await asyncio.gather(*parts)
        await pipeline.close()
        assert [len(outcomes) for outcomes in answered] == [6, 6, 6, 4]
        assert all(isinstance(each, JourneyAnswer) for part in answered for each in part)
        assert store.transactions == 1 + 3  # 6, 6 and 6 + 4

    asyncio.run(main())


def test_of_a_batch_whose_caller_has_gone_before_it_was_taken_nothing_is_carried_out() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock())
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        gone = asyncio.create_task(pipeline.submit_all(starts("gone", 3)))
        stays = asyncio.create_task(pipeline.submit_all(starts("stays", 3)))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        store.go.set()
        await asyncio.gather(first, stays)
        await pipeline.close()
        assert store.journey("gone", "gone0") is None
        assert store.journey("stays", "stays2") is not None

    asyncio.run(main())


def test_each_command_of_a_batch_counts_and_its_room_is_free_again_when_it_is_taken() -> None:
    async def main() -> None:
        store = SlowStore()
        pipeline = Pipeline(Engine(store), ManualClock(), PipelineLimits(waiting=5))
        first = asyncio.create_task(pipeline.submit(CREATE))
        await entered(store)
        many = asyncio.create_task(pipeline.submit_all(starts("ada", 4)))
        one = asyncio.create_task(pipeline.submit(CheckExit("p", "j")))
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            await pipeline.submit(CheckExit("p", "j"))
        assert refused.value.reason is Reason.OVERLOADED
        assert "5 commands" in refused.value.message
        store.go.set()
        await asyncio.gather(first, many, one, return_exceptions=True)
        assert len(await pipeline.submit_all(starts("bob", 5))) == 5
        await pipeline.close()

    asyncio.run(main())
