"""What is loaded for a batch is no more than it needs, and it decides as if all were loaded."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    ChangeMembership,
    Command,
    EvaluateEvent,
    PersonCommand,
    UpdateAttributes,
)
from attribution_service.core.properties import Properties
from attribution_service.core.reads import whole_journey
from attribution_service.core.refusals import Refusal
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import Needs, needs
from attribution_service.pipeline import engine as engine_module
from attribution_service.pipeline.engine import Arrival, Engine, Outcome
from attribution_service.scenarios.documents import parse
from attribution_service.scenarios.messages import message
from attribution_service.storage.interface import Store
from attribution_service.storage.memory import MemoryStore
from attribution_service.storage.sqlite import open_sqlite
from attribution_service.transport.batch import BatchRpc
from attribution_service.transport.command_rpcs import CommandRpc
from attribution_service.transport.rpcs import METHODS, BatchStreamRpc
from model import strategies
from model.machine import START_US

_METHODS = {re.sub(r"(?<!^)(?=[A-Z])", "_", method.name).lower(): method for method in METHODS}
_PEOPLE = ("ada", "bob")
_LARGEST_BATCH = 6


def everything(command: PersonCommand, catalog: Catalog, rules: RuleBook, now_us: int) -> Needs:
    """All of the person, whatever the command needs."""
    wanted = needs(command, catalog, rules, now_us)
    return replace(
        wanted,
        judges=lambda _: whole_journey(now_us),
        campaigns=None,
        person=True,
        person_for=None,
    )


def arrivals(seed: int) -> list[Arrival]:
    """The commands of a random history that come through the request decoders.

    Between them it is asked again and again what an event would come to. An explanation, for which
    all is loaded, is asked for less often.
    """
    chance = random.Random(seed)
    found: list[Arrival] = []
    now_us = START_US
    for item in strategies.history(seed):
        now_us += item.wait_us
        asked = strategies.resolved(item.request, now_us, {})
        found += [
            Arrival(seldom_explained(each, chance), now_us) for each in commands(item.name, asked)
        ]
        for _ in range(chance.randint(0, 2)):
            now_us += chance.randint(0, 3)
            found.append(Arrival(question(chance, len(found)), now_us))
    return found


def seldom_explained(command: Command, chance: random.Random) -> Command:
    if isinstance(command, EvaluateEvent | ChangeMembership | UpdateAttributes):
        return replace(command, explain=chance.random() < 0.2)
    return command


def question(chance: random.Random, number: int) -> EvaluateEvent:
    """An event of a new id; most are not recorded, so that deliveries are left to convert."""
    name, properties = strategies.EVENTS[chance.choice(strategies.FINISHED)]
    return EvaluateEvent(
        "ada",
        f"q{number}",
        name,
        Properties(properties or {}),
        validate_only=chance.random() < 0.9,
    )


def commands(name: str, asked: Any) -> Sequence[Command]:
    method = _METHODS[name]
    item = parse(json.dumps(asked).encode(), Path("generated"))
    request = message(item, method.request_type, 0)
    rpc = method.rpc.batch if isinstance(method.rpc, BatchStreamRpc) else method.rpc
    if isinstance(rpc, BatchRpc):
        items = rpc.parse(method.request_type, request.SerializeToString())
        return [each for each in rpc.commands(items) if not isinstance(each, Refusal)]
    if not isinstance(rpc, CommandRpc):
        return []
    try:
        return [rpc.command(request)]
    except Refusal:
        return []


def batches(wanted: Sequence[Arrival], seed: int) -> Iterator[Sequence[Arrival]]:
    """The same in batches of any size."""
    chance = random.Random(seed)
    start = 0
    while start < len(wanted):
        end = start + chance.randint(1, _LARGEST_BATCH)
        yield wanted[start:end]
        start = end


def told(outcome: Outcome) -> object:
    """An outcome as it is compared."""
    if not isinstance(outcome, Exception):
        return outcome
    assert isinstance(outcome, Refusal), repr(outcome)
    return outcome.reason, outcome.message, outcome.violations


def recorded(store: Store) -> object:
    """What is on record of everybody."""
    events = [*strategies.EVENTS, *strategies.UPDATES, "x1", "x2"]
    receipts = [store.reports.receipt(person, event) for person in _PEOPLE for event in events]
    states = [store.reports.history(person, "", None) for person in _PEOPLE]
    rest = [
        (each.journeys, each.deliveries, each.interactions, each.memberships, each.person)
        for each in states
    ]
    return receipts, rest, [each.conversions for each in states]


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[Store]:
    store = MemoryStore() if kind == "memory" else open_sqlite(folder / "a.db", migrate=True)
    try:
        yield store
    finally:
        store.close()


def in_single_steps(wanted: Sequence[Arrival]) -> tuple[list[object], object]:
    """Outcomes and record with each command in a transaction of its own, and all loaded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "needs", everything)
        store = MemoryStore()
        engine = Engine(store)
        outcomes = [told(each) for arrival in wanted for each in engine.execute([arrival])]
    return outcomes, recorded(store)


def check(kind: str, folder: Path, seeds: range) -> None:
    for seed in seeds:
        wanted = arrivals(seed)
        expected, record = in_single_steps(wanted)
        place = folder / str(seed)
        place.mkdir()
        with fresh(kind, place) as store:
            engine = Engine(store)
            got = [told(each) for part in batches(wanted, seed) for each in engine.execute(part)]
            for arrival, ours, theirs in zip(wanted, got, expected, strict=True):
                assert ours == theirs, f"seed {seed}: {arrival}"
            assert recorded(store) == record, f"seed {seed}"


@pytest.mark.parametrize(("kind", "histories"), [("memory", 120), ("sqlite", 30)])
def test_batches_decide_as_if_all_were_loaded(kind: str, histories: int, tmp_path: Path) -> None:
    check(kind, tmp_path, range(histories))
