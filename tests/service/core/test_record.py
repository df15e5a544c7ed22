"""Reports that the scenarios do not single out."""

import pytest
from attribution_service.core.answers import Answer, DeliveryAnswer
from attribution_service.core.commands import (
    Command,
    CreateCampaign,
    Definition,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
)
from attribution_service.core.model import (
    CampaignKind,
    Channel,
    DeliveryStatus,
    ExitPolicy,
    InteractionKind,
)
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.storage.memory import MemoryStore


def run(engine: Engine, command: Command, at_us: int = 10) -> Answer:
    (outcome,) = engine.execute([Arrival(command, at_us)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@pytest.fixture
def engine() -> Engine:
    engine = Engine(MemoryStore())
    definition = Definition(
        campaign_id="m",
        display_name="",
        kind=CampaignKind.TRIGGERED,
        trigger_event_name=None,
        goal=None,
        exit_policy=ExitPolicy.NEVER,
        webhook_action_ids=(),
    )
    run(engine, CreateCampaign(definition))
    run(engine, StartJourney("ada", "j", "m"))
    return engine


def report(
    status: DeliveryStatus = DeliveryStatus.SENT,
    sent_us: int | None = None,
    campaign_id: str = "",
) -> RecordDelivery:
    return RecordDelivery("ada", "d", "j", campaign_id, "a", Channel.EMAIL, status, sent_us)


@pytest.mark.parametrize("campaign_id", ["a", "z"])
def test_the_campaign_of_a_new_delivery_is_its_journeys(engine: Engine, campaign_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        run(engine, report(campaign_id=campaign_id))
    assert refused.value.reason is Reason.CAMPAIGN_MISMATCH
    run(engine, report(campaign_id="m"))
    with pytest.raises(Refusal) as refused:
        run(engine, report(campaign_id=campaign_id))
    assert refused.value.reason is Reason.DELIVERY_ALREADY_EXISTS


@pytest.mark.parametrize(
    "late", [status for status in DeliveryStatus if status.rank < DeliveryStatus.SENT.rank]
)
@pytest.mark.parametrize("sent_us", [None, 5])
def test_a_late_report_changes_nothing(
    engine: Engine, late: DeliveryStatus, sent_us: int | None
) -> None:
    first = run(engine, report(sent_us=sent_us))
    again = run(engine, report(late), at_us=20)
    assert isinstance(first, DeliveryAnswer)
    assert again == DeliveryAnswer(first.delivery, replayed=True)


@pytest.mark.parametrize(("first_us", "second_us"), [(5, 6), (6, 5), (None, 5), (5, None)])
def test_another_sent_time_is_another_content(
    engine: Engine, first_us: int | None, second_us: int | None
) -> None:
    run(engine, report(sent_us=first_us))
    with pytest.raises(Refusal) as refused:
        run(engine, report(sent_us=second_us))
    assert refused.value.reason is Reason.DELIVERY_ALREADY_EXISTS


def test_an_interaction_told_again_is_a_replay(engine: Engine) -> None:
    run(engine, report())
    ahead = RecordInteraction("ada", "d", InteractionKind.OPENED, time_us=500)
    first = run(engine, ahead, at_us=20)
    assert isinstance(first, DeliveryAnswer)
    assert not first.replayed
    assert first.delivery.opened_us == 20
    assert run(engine, ahead, at_us=30) == DeliveryAnswer(first.delivery, replayed=True)
    without = RecordInteraction("ada", "d", InteractionKind.OPENED)
    later = run(engine, without, at_us=40)
    assert isinstance(later, DeliveryAnswer)
    assert (later.replayed, later.delivery.opened_us) == (False, 40)


def test_a_bounce_told_again_with_another_sent_time_is_a_replay(engine: Engine) -> None:
    first = run(engine, report(DeliveryStatus.BOUNCED, sent_us=5))
    again = run(engine, report(DeliveryStatus.BOUNCED, sent_us=6), at_us=20)
    assert isinstance(first, DeliveryAnswer)
    assert again == DeliveryAnswer(first.delivery, replayed=True)
