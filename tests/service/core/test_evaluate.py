"""What the scenarios do not single out: receipts, and the roots that rules read."""

from collections.abc import Mapping

import pytest
from attribution_service.core.answers import EvaluateAnswer
from attribution_service.core.commands import (
    Command,
    CreateCampaign,
    Definition,
    EvaluateEvent,
    StartJourney,
)
from attribution_service.core.model import CampaignKind, ExitPolicy, Goal, PerformsEvent, Receipt
from attribution_service.core.properties import Properties
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.storage.memory import MemoryStore

RECEIPT = Receipt("ada", "e", "name", Properties({"a": 1.0}), 5, 9)


@pytest.mark.parametrize("name", ["nam", "name2", "Name", "a", "z"])
def test_another_name_is_another_content(name: str) -> None:
    assert not RECEIPT.same_content(name, Properties({"a": 1.0}), 5)


@pytest.mark.parametrize("occurred_us", [4, 6, None, 0])
def test_another_time_is_another_content(occurred_us: int | None) -> None:
    assert not RECEIPT.same_content("name", Properties({"a": 1.0}), occurred_us)


def test_the_same_content() -> None:
    assert RECEIPT.same_content("name", Properties({"a": 1.0}), 5)
    assert not RECEIPT.same_content("name", Properties({"a": 2.0}), 5)


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ("event.a == 1.0", True),
        ("trigger.a == 2.0", True),
        ("person.a == 3.0", True),
        ("person.a == 1.0", False),
        ("now == now", True),
        ("event.a + trigger.a == person.a", True),
        ("has(event.a) && !has(event.b)", True),
    ],
)
def test_roots(rule: str, *, met: bool) -> None:
    definition = Definition(
        campaign_id="c",
        display_name="",
        kind=CampaignKind.TRIGGERED,
        trigger_event_name="started",
        goal=Goal(PerformsEvent("done", rule)),
        exit_policy=ExitPolicy.NEVER,
        webhook_action_ids=(),
    )

    def values(number: float) -> Properties:
        made: Mapping[str, object] = {"a": number}
        return Properties(made)

    event = EvaluateEvent("ada", "e", "done", values(1.0), person_attributes=values(3.0))
    commands: list[Command] = [
        CreateCampaign(definition),
        StartJourney("ada", "j", "c", values(2.0)),
        event,
    ]
    answer = Engine(MemoryStore()).execute([Arrival(command, 1) for command in commands])[-1]
    assert isinstance(answer, EvaluateAnswer)
    assert answer.achieved_journeys == (("j",) if met else ())
