"""Rules without an answer are counted and logged, not swallowed."""

import pytest
from attribution_service.core.answers import RuleFault
from attribution_service.core.commands import (
    Command,
    CreateCampaign,
    Definition,
    EvaluateEvent,
    RecordDelivery,
    StartJourney,
)
from attribution_service.core.model import CampaignKind, Channel, ExitPolicy, Goal, PerformsEvent
from attribution_service.core.properties import Properties
from attribution_service.pipeline import rule_faults
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.pipeline.rule_faults import RuleFaultLog
from attribution_service.storage.memory import MemoryStore
from structlog.testing import capture_logs


def engine_with(goal: Goal) -> Engine:
    engine = Engine(MemoryStore())
    definition = Definition(
        campaign_id="c",
        display_name="",
        kind=CampaignKind.TRIGGERED,
        trigger_event_name=None,
        goal=goal,
        exit_policy=ExitPolicy.NEVER,
        webhook_action_ids=(),
    )
    setup: list[Command] = [
        CreateCampaign(definition),
        StartJourney("ada", "j", "c"),
        RecordDelivery("ada", "d", "j", "", "", Channel.EMAIL),
    ]
    engine.execute([Arrival(command, 1) for command in setup])
    return engine


@pytest.mark.parametrize(
    ("goal", "rule", "what", "path"),
    [
        (Goal(PerformsEvent("done", "event.n > 1.0")), "event.n > 1.0", "NO_SUCH_KEY", "event.n"),
        (Goal(PerformsEvent("done"), value="event.n"), "event.n", "NO_SUCH_KEY", "event.n"),
        (
            Goal(PerformsEvent("done"), value="1.0 / event.zero"),
            "1.0 / event.zero",
            "NOT_A_FINITE_NUMBER",
            "",
        ),
    ],
)
def test_a_rule_without_an_answer_is_logged(goal: Goal, rule: str, what: str, path: str) -> None:
    engine = engine_with(goal)
    event = EvaluateEvent("ada", "e", "done", Properties({"zero": 0.0}))
    with capture_logs() as logs:
        engine.execute([Arrival(event, 2)])
    (entry,) = logs
    assert entry["event"] == "rule_without_answer"
    assert (entry["campaign_id"], entry["revision"]) == ("c", 1)
    assert (entry["rule"], entry["what"], entry["path"]) == (rule, what, path)
    assert entry["count"] == 1


def test_what_people_sent_is_not_logged() -> None:
    engine = engine_with(Goal(PerformsEvent("done", "event.m[event.k] == 'x'")))
    with capture_logs() as logs:
        for number in range(20):
            sent = Properties({"m": {}, "k": f"secret{number}"})
            engine.execute([Arrival(EvaluateEvent("ada", f"e{number}", "done", sent), 2)])
    assert [entry["count"] for entry in logs] == [1, 2, 4, 8, 16]
    assert "secret" not in str(logs)


def test_rules_that_answer_are_not_logged() -> None:
    engine = engine_with(Goal(PerformsEvent("done", "event.n > 1.0"), value="event.n"))
    events = [
        EvaluateEvent("ada", f"e{number}", "done", Properties({"n": float(number)}))
        for number in range(4)
    ]
    with capture_logs() as logs:
        engine.execute([Arrival(event, 2) for event in events])
    assert not logs


def test_the_log_is_not_flooded() -> None:
    faults = RuleFaultLog()
    with capture_logs() as logs:
        for _ in range(100):
            faults.note(RuleFault("c", 1, "r", "w", ""))
        faults.note(RuleFault("c", 2, "r", "w", ""))
    assert [entry["count"] for entry in logs] == [1, 2, 4, 8, 16, 32, 64, 1]


def test_the_counts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_faults, "_MOST_KEYS", 2)
    faults = RuleFaultLog()
    for what in ("a", "b", "c", "d"):
        faults.note(RuleFault("c", 1, "r", what, ""))
    assert len(faults._counts) <= 2
