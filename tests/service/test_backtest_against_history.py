"""Random histories: a backtest finds what is recorded, or would be, if the goal had been there."""

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attribution.v1 import backtest_pb2, campaign_pb2, rule_service_pb2
from attribution_service.core.model import Conversion
from attribution_service.core.refusals import Refusal
from attribution_service.core.reports import ConversionQuery, Range
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.scenarios.documents import parse
from attribution_service.scenarios.messages import message
from attribution_service.scenarios.targets import MEMORY, SQLITE
from attribution_service.storage.interface import Store
from attribution_service.storage.memory import MemoryStore
from attribution_service.storage.sqlite import open_sqlite
from attribution_service.transport import backtest, encode
from attribution_service.transport.command_rpcs import COMMANDS
from attribution_service.transport.rpcs import METHODS
from google.protobuf.message import Message
from model import strategies
from model.driver import Json
from model.machine import START_US
from model.strategies import Command, history

CAMPAIGN = "c1"
# What sets the goal, and what cannot be told afterwards: docs/adr/0026.
LEFT_OUT = {"update_campaign", "archive_campaign", "create_campaign", "delete_person"}
NEVER: Json = {"performs_event": {"event_name": "finished", "filter": "false"}}
COMMAND_NAMES = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): name for name in COMMANDS}
_METHODS = {method.name: method for method in METHODS}


@contextmanager
def opened(store: str, folder: Path) -> Iterator[Store]:
    if store == MEMORY:
        yield MemoryStore()
        return
    found = open_sqlite(folder / "a.db", migrate=True)
    try:
        yield found
    finally:
        found.close()


def campaign(seed: int, goal: Json) -> Json:
    pick = random.Random(f"campaign {seed}").choice
    policies = strategies.POLICIES
    return {
        "campaign_id": CAMPAIGN,
        "trigger": strategies.BY_EVENT,
        "goal": goal,
        "exit_policy": pick(policies),
        "webhook_action_ids": pick([[], ["hook-1"], ["hook-1", "hook-2"]]),
        **pick([{}, {}, {"audience_filter": "!has(person.banned)"}]),
    }


def goal_of(seed: int) -> Json:
    pick = random.Random(f"goal {seed}").choice
    found: Json = {}
    while "performs_event" not in found or found["performs_event"]["event_name"] != "finished":
        found = strategies.goal(pick)
    return found


def told(seed: int, goal: Json) -> Iterator[Command]:
    """A history in which the campaign has this goal; without what nobody can know afterwards."""
    told_deliveries: set[tuple[str, str]] = set()
    yield Command(0, "create_segment", {"segment": strategies.SEGMENTS[0]})
    yield Command(0, "create_segment", {"segment": strategies.SEGMENTS[1]})
    yield Command(0, "create_campaign", {"campaign": campaign(seed, goal)})
    for command in history(seed, size=60):
        if command.name in LEFT_OUT or command.name not in COMMAND_NAMES:
            continue
        request = command.request
        if command.name == "update_attributes" and "person" in str(goal_of(seed)):
            continue
        if command.name == "evaluate":
            request = {k: v for k, v in request.items() if k != "person_attributes"}
        if command.name == "record_delivery":
            delivery = dict(request["delivery"])
            key = (delivery["person_id"], delivery["delivery_id"])
            if delivery.get("status") == "BOUNCED":
                delivery["status"] = "SENT"
            if key in told_deliveries:
                delivery.pop("sent_time", None)
            told_deliveries.add(key)
            request = {"delivery": delivery}
        # At one instant the order is not recorded.
        yield Command(max(command.wait_us, 1), command.name, request)


def play(store: Store, commands: Iterator[Command]) -> int:
    """Carry out a history; gives the time of its end."""
    engine = Engine(store)
    now_us = START_US
    for command in commands:
        now_us += command.wait_us
        name = COMMAND_NAMES[command.name]
        request = strategies.resolved(command.request, now_us, {})
        try:
            wanted = COMMANDS[name].command(as_message(request, _METHODS[name].request_type))
        except Refusal:
            continue
        engine.execute([Arrival(wanted, now_us)])
    return now_us


def as_message(request: Json, kind: type[Message]) -> Any:
    return message(parse(json.dumps(request).encode(), Path("generated")), kind, 0)


def tried(
    store: Store, goal: Json, within: Range
) -> tuple[list[backtest_pb2.BacktestConversion], backtest_pb2.BacktestSummary]:
    request = rule_service_pb2.BacktestRequest(
        campaign_id=CAMPAIGN,
        goal=as_message({"goal": goal}, campaign_pb2.Campaign).goal,
        max_conversions=10_000,
    )
    if within.start_us is not None:
        request.start_time.CopyFrom(encode.moment(within.start_us))
    if within.end_us is not None:
        request.end_time.CopyFrom(encode.moment(within.end_us))
    running = backtest.opened(request, store)
    found = []
    while not running.ended:
        found += [each.conversion for each in running.advance()]
    return found, running.summary().summary


def recorded(store: Store, within: Range) -> list[Conversion]:
    found = store.reports.conversions(ConversionQuery(within), None, 10_000)
    return [each.record for each in found]


def by_key(conversions: list[Any]) -> list[str]:
    return sorted(str(each) for each in conversions)


def ranges(seed: int, end_us: int) -> list[Range]:
    pick = random.Random(f"range {seed}")
    cut = START_US + pick.choice([5, 10, 20, 30, 45])
    return [
        Range(CAMPAIGN),
        Range(CAMPAIGN, cut, None),
        Range(CAMPAIGN, None, cut),
        Range(CAMPAIGN, cut, max(cut + 10, end_us)),
    ]


HISTORIES = [(MEMORY, 60), (SQLITE, 4)]


@pytest.mark.parametrize(("store", "histories"), HISTORIES)
def test_the_goal_that_was_in_force_gives_what_was_recorded(
    store: str, histories: int, tmp_path: Path
) -> None:
    conversions = 0
    for seed in range(histories):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with opened(store, folder) as kept:
            end_us = play(kept, told(seed, goal_of(seed)))
            for within in ranges(seed, end_us):
                found, summary = tried(kept, goal_of(seed), within)
                really = recorded(kept, within)
                assert by_key([each.conversion for each in found]) == by_key(
                    [encode.conversion(each) for each in really]
                ), (seed, within)
                assert all(each.recorded for each in found)
                assert summary.backtest == summary.recorded
                assert summary.both == len(really) == summary.backtest.conversions
                assert (summary.only_backtest, summary.only_recorded) == (0, 0)
                conversions += len(really)
    assert conversions > histories


@pytest.mark.parametrize(("store", "histories"), HISTORIES)
def test_a_goal_that_was_not_there_gives_what_it_would_have_recorded(
    store: str, histories: int, tmp_path: Path
) -> None:
    conversions = 0
    for seed in range(histories):
        folders = tmp_path / f"{seed}-with", tmp_path / f"{seed}-without"
        for folder in folders:
            folder.mkdir()
        with opened(store, folders[0]) as other, opened(store, folders[1]) as kept:
            play(other, told(seed, goal_of(seed)))
            end_us = play(kept, told(seed, NEVER))
            assert not recorded(kept, Range(CAMPAIGN))
            for within in ranges(seed, end_us):
                found, summary = tried(kept, goal_of(seed), within)
                really = recorded(other, within)
                assert by_key([each.conversion for each in found]) == by_key(
                    [encode.conversion(each) for each in really]
                ), (seed, within)
                assert summary.only_backtest == summary.backtest.conversions == len(really)
                assert (summary.recorded.conversions, summary.both) == (0, 0)
                conversions += len(really)
    assert conversions > histories
