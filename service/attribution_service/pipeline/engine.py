"""The engine: a batch of commands in, one transaction (or one a bucket), an answer for each out."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import structlog

from attribution_service.core.answers import (
    Answer,
    CampaignChange,
    DefinitionChange,
    DeletedAnswer,
    EvaluateAnswer,
    PersonChange,
    RuleFault,
)
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    Command,
    DefinitionCommand,
    DeletePerson,
    EvaluateEvent,
    PersonCommand,
)
from attribution_service.core.decide import decide
from attribution_service.core.define import Defined, define
from attribution_service.core.model import Conversion, Segment
from attribution_service.core.refusals import Refusal
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import needs
from attribution_service.pipeline.buckets import Buckets, by_bucket
from attribution_service.pipeline.conflicts import Conflicts
from attribution_service.pipeline.rule_faults import RuleFaultLog
from attribution_service.pipeline.standing import Arrival, Definitions, not_before
from attribution_service.storage.interface import (
    Store,
    StoreConflictError,
    StoreFullError,
    StoreUnavailableError,
    Transaction,
)

log = structlog.get_logger()

__all__ = ["Arrival", "Engine", "Outcome"]

# How long a transaction is tried again that is in the way of others: less than a call may take.
CONFLICT_SECONDS = 5.0

# Commands with a transaction of their own.
_ALONE = DefinitionCommand | DeletePerson

_UNWATCHED = EvaluateAnswer((), ())

# An answer, a refusal, or the fault that kept the command from being carried out.
Outcome = Answer | Exception


class _Done(NamedTuple):
    """What came of commands that were carried out together."""

    outcomes: Sequence[Outcome]
    conversions: int = 0
    faults: Sequence[RuleFault] = ()


class Engine:
    """Carries out commands one batch at a time, in order; not for several threads at once.

    Other engines may have the same store, if it can be shared: what conflicts is tried again.
    """

    def __init__(
        self, store: Store, rules: RuleBook | None = None, conflicts: Conflicts | None = None
    ) -> None:
        self._store = store
        self._definitions = Definitions(store)
        self._conflicts = conflicts or Conflicts(CONFLICT_SECONDS)
        self._rules = rules or RuleBook()
        self._rule_faults = RuleFaultLog()
        self._conversions = 0
        self._buckets = Buckets()

    def close(self) -> None:
        """Let go of the threads that it has, if any."""
        self._buckets.close()

    @property
    def conversions_recorded(self) -> int:
        """How many conversions this engine has recorded: who watches them looks at it."""
        return self._conversions

    @property
    def latest_arrival_us(self) -> int:
        """The latest arrival that was stored before: later commands must not arrive before it.

        On a shared store every transaction asks for it anew.
        """
        return 0 if self._store.shared else self._store.latest_arrival_us()

    def at_once(self, command: Command) -> Answer | None:
        """The answer to a command that changes nothing and need not wait; None: carry it out.

        That is an event that no goal watches, under an id that was not used for one that a goal
        watched (C13). May be asked while another thread carries out a batch: what that batch will
        change was not answered yet, so to come before it is as good as to come after it.
        """
        if not isinstance(command, EvaluateEvent) or command.explain:
            return None
        # Of a store that others change too, only a transaction knows the catalog in force.
        if self._store.shared or self._definitions.as_of(None).watching(command.name):
            return None
        known = self._store.knows_event(command.person_id, command.event_id)
        return None if known is None or known else _UNWATCHED

    def execute(self, batch: Sequence[Arrival]) -> list[Outcome]:
        """Carry out the commands in order; the outcomes stand in the same order.

        An answer is durable. A refused command changes nothing and does not hinder the others; if
        the store fails, all commands of its transaction come out with the store's error.
        """
        outcomes: list[Outcome] = []
        for stands_alone, part in groupby(batch, lambda a: isinstance(a.command, _ALONE)):
            if stands_alone:
                # One at a time: what follows must be judged by the stored change.
                outcomes.extend(map(self._execute_alone, part))
            else:
                outcomes.extend(self._execute_people(list(part)))
        return outcomes

    def _execute_alone(self, arrival: Arrival) -> Outcome:
        if isinstance(arrival.command, DeletePerson):
            return self._erase(arrival.command.person_id, arrival)
        return self._define(arrival)

    def _erase(self, person_id: str, arrival: Arrival) -> Outcome:
        """Nothing is decided here: whatever is the person's goes."""
        try:
            return self._conflicts.tried_again(lambda: self._erased(person_id, arrival))
        except Exception as fault:  # noqa: BLE001  the caller gets it as the outcome
            return _noted(fault, arrival)

    def _erased(self, person_id: str, arrival: Arrival) -> DeletedAnswer:
        with self._store.transaction() as transaction:
            standing = transaction.lock([person_id])
            (arrival,) = not_before(standing, [arrival])
            transaction.erase(person_id)
            transaction.write_latest_arrival(arrival.arrival_us)
        return DeletedAnswer()

    def _define(self, arrival: Arrival) -> Outcome:
        try:
            return self._conflicts.tried_again(lambda: self._defined(arrival))
        except Exception as fault:  # noqa: BLE001  the caller gets it as the outcome
            return _noted(fault, arrival)

    def _defined(self, arrival: Arrival) -> Answer:
        if self._store.shared:
            with self._store.transaction() as transaction:
                # What it is judged by stays so until it is stored.
                standing = transaction.lock_definitions()
                catalog = self._definitions.as_of(standing)
                (arrival,) = not_before(standing, [arrival])
                change, answer = self._decided(arrival, catalog)
                _write(transaction, change, arrival)
        else:
            catalog = self._definitions.as_of(None)
            change, answer = self._decided(arrival, catalog)
            if change is not None:
                with self._store.transaction() as transaction:
                    _write(transaction, change, arrival)
        if change is not None:
            self._definitions.apply(change)
        return answer

    def _decided(self, arrival: Arrival, catalog: Catalog) -> Defined:
        if not isinstance(arrival.command, DefinitionCommand):
            raise TypeError(f"defines nothing: {type(arrival.command).__name__}")
        return define(arrival.command, catalog, self._rules, arrival.arrival_us)

    def _execute_people(self, batch: Sequence[Arrival]) -> list[Outcome]:
        at_once = self._store.buckets_at_once
        if at_once is None:
            done = self._carried_out(batch)
            self._note(done)
            return list(done.outcomes)
        outcomes: dict[int, Outcome] = {}
        parts = by_bucket([command.person_id for command in _commands(batch)])
        jobs = [partial(self._carried_out, [batch[index] for index in part]) for part in parts]
        for part, done in zip(parts, self._buckets.carried_out(jobs, at_once), strict=True):
            self._note(done)
            outcomes.update(zip(part, done.outcomes, strict=True))
        return [outcomes[index] for index in range(len(batch))]

    def _note(self, done: _Done) -> None:
        self._conversions += done.conversions
        for fault in done.faults:
            self._rule_faults.note(fault)

    def _carried_out(self, batch: Sequence[Arrival]) -> _Done:
        try:
            return self._conflicts.tried_again(lambda: self._one_transaction(batch))
        except (StoreUnavailableError, StoreFullError, StoreConflictError) as fault:
            log.error("batch_not_stored", commands=len(batch), fault=str(fault), exc_info=True)
            return _Done([fault] * len(batch))
        except Exception as fault:  # noqa: BLE001  the callers get it as the outcome
            if len(batch) == 1:
                return _Done([_noted(fault, batch[0])])
            # Some command holds what the store cannot take: let it fail alone.
            return _together([self._carried_out([arrival]) for arrival in batch])

    def _one_transaction(self, batch: Sequence[Arrival]) -> _Done:
        with self._store.transaction() as transaction:
            standing = transaction.lock(command.person_id for command in _commands(batch))
            catalog = self._definitions.as_of(standing)
            batch = not_before(standing, batch)
            states = transaction.load(
                [
                    needs(command, catalog, self._rules, arrival.arrival_us)
                    for arrival, command in zip(batch, _commands(batch), strict=True)
                ]
            )
            outcomes: list[Outcome] = []
            changes: list[PersonChange] = []
            faults: list[RuleFault] = []
            for arrival, command in zip(batch, _commands(batch), strict=True):
                state = states[command.person_id]
                try:
                    decision = decide(command, state, catalog, self._rules, arrival.arrival_us)
                except Exception as fault:  # noqa: BLE001  the caller gets it as the outcome
                    outcomes.append(_noted(fault, arrival))
                    continue
                for change in decision.changes:
                    state.apply(change)
                changes.extend(decision.changes)
                faults.extend(decision.faults)
                outcomes.append(decision.answer)
            if changes:
                transaction.write(changes)
                transaction.write_latest_arrival(batch[-1].arrival_us)
        conversions = sum(isinstance(change, Conversion) for change in changes)
        return _Done(outcomes, conversions, faults)


def _together(parts: Sequence[_Done]) -> _Done:
    return _Done(
        [outcome for part in parts for outcome in part.outcomes],
        sum(part.conversions for part in parts),
        [fault for part in parts for fault in part.faults],
    )


def _write(transaction: Transaction, change: DefinitionChange | None, arrival: Arrival) -> None:
    match change:
        case None:
            return
        case Segment():
            transaction.write_segment(change)
        case CampaignChange():
            transaction.write_campaign(change)
    transaction.write_latest_arrival(arrival.arrival_us)


def _commands(batch: Sequence[Arrival]) -> Iterator[PersonCommand]:
    for arrival in batch:
        if not isinstance(arrival.command, PersonCommand):
            raise TypeError(f"not about a person: {type(arrival.command).__name__}")
        yield arrival.command


def _noted(fault: Exception, arrival: Arrival) -> Exception:
    """The fault, logged unless it is the caller's own."""
    if not isinstance(fault, Refusal):
        log.error("command_failed", command=type(arrival.command).__name__, exc_info=fault)
    return fault
