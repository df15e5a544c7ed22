"""The sentences that people read: each verdict's, word for word."""

from dataclasses import dataclass, replace

import pytest
from attribution_service.core.answers import Answer, EvaluateAnswer, ExitAnswer, Finding
from attribution_service.core.commands import (
    CheckExit,
    Command,
    CreateCampaign,
    Definition,
    EvaluateEvent,
    FinishJourney,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
    UpdateCampaign,
)
from attribution_service.core.model import (
    Basis,
    CampaignKind,
    Channel,
    DeliveryStatus,
    ExitPolicy,
    Goal,
    InteractionKind,
    NextStep,
    PerformsEvent,
    Verdict,
)
from attribution_service.core.properties import Properties
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.storage.memory import MemoryStore

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


def definition(**changes: object) -> Definition:
    performs = PerformsEvent("finished", str(changes.pop("filter", "")))
    goal = replace(Goal(performs, window_us=7 * DAY_US), **changes)  # type: ignore[arg-type]
    return Definition(
        campaign_id="c",
        display_name="",
        kind=CampaignKind.TRIGGERED,
        trigger_event_name="started",
        goal=goal,
        exit_policy=ExitPolicy.GOAL,
        webhook_action_ids=("hook",),
    )


@dataclass
class Told:
    """Carries out commands at times in hours, and gives what was found."""

    engine: Engine

    def __call__(self, hours: float, command: Command) -> Answer:
        (outcome,) = self.engine.execute([Arrival(command, round(hours * HOUR_US))])
        assert not isinstance(outcome, Exception), outcome
        return outcome

    def findings(self, hours: float, name: str = "finished", **event: object) -> list[Finding]:
        event_id = f"e{hours}"
        command = EvaluateEvent("ada", event_id, name, explain=True, **event)  # type: ignore[arg-type]
        answer = self(hours, command)
        assert isinstance(answer, EvaluateAnswer)
        assert answer.findings is not None
        return list(answer.findings)

    def sentences(self, hours: float, name: str = "finished", **event: object) -> list[str]:
        found = self.findings(hours, name, **event)
        return [f"{item.delivery_id or item.journey_id}: {item.detail}" for item in found]


def scene(**goal: object) -> Told:
    told = Told(Engine(MemoryStore()))
    told(-1, CreateCampaign(definition(**goal)))
    told(-1, StartJourney("ada", "j", "c"))
    return told


def delivery(name: str, channel: Channel = Channel.EMAIL, action: str = "a") -> RecordDelivery:
    return RecordDelivery("ada", name, "j", "", action, channel)


def touch(
    name: str, kind: InteractionKind = InteractionKind.CLICKED, *, machine: bool = False
) -> RecordInteraction:
    return RecordInteraction("ada", name, kind, machine=machine)


def test_nothing_to_look_at() -> None:
    told = scene()
    assert told.sentences(1, "paid") == [": no campaign has a goal on 'paid'"]
    assert told.findings(2, "paid")[0].verdict is Verdict.NOT_WATCHED
    assert told.sentences(3) == ["j: the goal is achieved; the journey has no delivery yet"]
    found = Told(Engine(MemoryStore()))
    found(0, CreateCampaign(definition()))
    assert found.sentences(1) == [
        ": the person has no journey here that a goal on this event judges"
    ]


def test_filters() -> None:
    told = scene(filter="event.n > 1.0")
    told(0, delivery("d"))
    assert told.sentences(1, properties=Properties({"n": 1.0})) == [
        "j: the filter 'event.n > 1.0' is false: event.n is 1"
    ]
    (missing,) = told.findings(2)
    assert missing.verdict is Verdict.PROPERTY_MISSING
    assert missing.detail == ("the filter 'event.n > 1.0' has no answer: event.n is not there")
    (error,) = told.findings(3, properties=Properties({"n": "x"}))
    assert error.verdict is Verdict.FILTER_ERROR
    assert error.detail.startswith("the filter 'event.n > 1.0' has no answer: ")


def test_channels_and_statuses() -> None:
    told = scene()
    told(0, delivery("d1", Channel.SLACK))
    told(0, delivery("d2", Channel.WEBHOOK, "other"))
    told(0, replace(delivery("d3"), status=DeliveryStatus.QUEUED))
    told(0, replace(delivery("d4"), status=DeliveryStatus.BOUNCED))
    assert told.sentences(1) == [
        "d1: deliveries of channel SLACK are never credited",
        "d2: the webhook action 'other' is not opted in",
        "d3: it was never sent: queued",
        "d4: it bounced",
    ]


def test_touches() -> None:
    told = scene()
    told(0, delivery("d1"))
    told(24, delivery("d2"))
    told(26, delivery("d3"))
    assert told.sentences(7 * 24 + 2) == [
        "d1: sent 7 d 2 h before the event, outside the window of 7 d",
        "d2: sent 6 d 2 h before the event, in time; 'd3' was touched last",
        "d3: sent 6 d before the event: the last touch in time",
    ]
    again = told.findings(7 * 24 + 3)
    assert [item.verdict for item in again][1:] == [
        Verdict.EARLIER_TOUCH,
        Verdict.ALREADY_CONVERTED,
    ]
    assert again[2].detail == (
        "sent 6 d 1 h before the event: the last touch in time, but it has been credited before"
    )


@pytest.mark.parametrize(
    ("basis", "kind", "other", "done", "asked"),
    [
        (Basis.OPENED, InteractionKind.OPENED, InteractionKind.CLICKED, "opened", "opened"),
        (Basis.CLICKED, InteractionKind.CLICKED, InteractionKind.OPENED, "clicked",
         "clicked on a tracked link"),
    ],
)  # fmt: skip
def test_bases(
    basis: Basis, kind: InteractionKind, other: InteractionKind, done: str, asked: str
) -> None:
    told = scene(basis=basis)
    told(0, delivery("d"))
    told(1, touch("d", other))
    told(1, touch("d", other, machine=True))
    assert told.sentences(2) == [f"d: it was not {asked}"]
    told(3, touch("d", kind, machine=True))
    assert told.sentences(4) == [f"d: it was not {asked} by the person, only by a machine"]
    told(5, touch("d", kind))
    assert told.sentences(6) == [f"d: {done} 1 h before the event: the last touch in time"]


def test_findings_stand_in_order_of_their_ids() -> None:
    told = scene(filter="event.n > 1.0")
    told(0, StartJourney("ada", "i", "c"))
    told(0, CreateCampaign(replace(definition(), campaign_id="b")))
    for name in ("d2", "d1"):
        told(0, delivery(name))
    found = told.findings(1, properties=Properties({"n": 2.0}))
    ids = [(item.campaign_id, item.journey_id, item.delivery_id) for item in found]
    assert ids == [("b", "", ""), ("c", "i", ""), ("c", "j", "d1"), ("c", "j", "d2")]


def exit_detail(told: Told, hours: float, next_step: NextStep | None = None) -> str:
    answer = told(hours, CheckExit("ada", "j", next_step))
    assert isinstance(answer, ExitAnswer)
    return answer.detail


def test_exits() -> None:
    told = scene()
    assert exit_detail(told, 1) == "the goal has not been achieved since the journey started"
    waits = "a journey exits only before a message; next is: create event"
    assert exit_detail(told, 1, NextStep.CREATE_EVENT) == waits
    told(2, EvaluateEvent("ada", "e", "finished"))
    assert exit_detail(told, 3) == "the goal was achieved 3 h after the journey started"
    assert exit_detail(told, 4) == "the goal was achieved 3 h after the journey started"


def test_exits_that_look_at_no_goal() -> None:
    told = scene()
    never = UpdateCampaign("c", "", lambda before: replace(before, exit_policy=ExitPolicy.NEVER))
    told(1, never)
    assert exit_detail(told, 2) == "the campaign's exit policy NEVER does not look at the goal"
    told(3, FinishJourney("ada", "j"))
    assert exit_detail(told, 4) == "the journey has finished"


def test_an_exit_of_a_journey_that_has_no_goal() -> None:
    told = Told(Engine(MemoryStore()))
    told(0, CreateCampaign(replace(definition(), goal=None, exit_policy=ExitPolicy.NEVER)))
    told(0, StartJourney("ada", "j", "c"))
    told(1, UpdateCampaign("c", "", lambda _: definition()))
    assert exit_detail(told, 2) == "the journey started when the campaign had no goal"
