"""A person as of an earlier moment, against what was seen at that moment."""

from dataclasses import replace

import pytest
from attribution_service.core.as_of import AsOf, Unsure, as_of
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
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
from attribution_service.core.decide import decide
from attribution_service.core.define import define
from attribution_service.core.model import (
    CampaignKind,
    Channel,
    DeliveryStatus,
    ExitPolicy,
    Goal,
    InteractionKind,
    PerformsEvent,
)
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState

RULES = RuleBook()


def _catalog() -> Catalog:
    catalog = Catalog()
    definition = Definition(
        campaign_id="c",
        display_name="",
        kind=CampaignKind.TRIGGERED,
        trigger_event_name=None,
        goal=Goal(PerformsEvent("bought")),
        exit_policy=ExitPolicy.NEVER,
        webhook_action_ids=(),
    )
    change, _ = define(CreateCampaign(definition), catalog, RULES, 0)
    assert change is not None
    catalog.apply(change)
    return catalog


CATALOG = _catalog()


def played(*timeline: tuple[int, Command]) -> PersonState:
    """All that is recorded of a person after commands at microseconds."""
    state = PersonState("ada")
    state.meet()
    return play(state, *timeline)


def play(state: PersonState, *timeline: tuple[int, Command]) -> PersonState:
    for at_us, command in timeline:
        for change in decide(command, state, CATALOG, RULES, at_us).changes:  # type: ignore[arg-type]
            state.apply(change)
    return state


def sent(
    status: DeliveryStatus = DeliveryStatus.SENT, told_us: int | None = None
) -> RecordDelivery:
    return RecordDelivery("ada", "d", "j", "", "a", Channel.EMAIL, status, told_us)


START = StartJourney("ada", "j", "c")
OPEN = RecordInteraction("ada", "d", InteractionKind.OPENED)
CLICK = RecordInteraction("ada", "d", InteractionKind.CLICKED)
TIMELINE: list[tuple[int, Command]] = [
    (10, START),
    (20, sent()),
    (30, OPEN),
    (40, replace(OPEN, machine=True)),
    (50, replace(CLICK, untracked=True)),
    (60, replace(CLICK, machine=True)),
    (70, replace(CLICK, time_us=25)),
    (80, CLICK),
    (90, EvaluateEvent("ada", "e1", "bought")),
    (100, replace(OPEN, time_us=95)),
    (110, FinishJourney("ada", "j")),
    (120, StartJourney("ada", "k", "c")),
    (130, EvaluateEvent("ada", "e2", "bought")),
]


def same(one: PersonState, other: PersonState) -> bool:
    parts = ("journeys", "deliveries", "interactions", "receipts", "conversions", "memberships")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


@pytest.mark.parametrize("moment_us", range(5, 145, 10))
def test_between_commands_it_is_what_was_recorded_by_then(moment_us: int) -> None:
    then = as_of(played(*TIMELINE), moment_us)
    assert same(then.state, played(*(each for each in TIMELINE if each[0] <= moment_us)))
    assert not then.unsure


@pytest.mark.parametrize("moment_us", [at_us for at_us, _ in TIMELINE])
def test_what_is_told_at_the_instant_was_there_and_what_it_achieved_was_not(moment_us: int) -> None:
    then = as_of(played(*TIMELINE), moment_us)
    before = [
        (at_us, command)
        for at_us, command in TIMELINE
        if at_us < moment_us or (at_us == moment_us and not isinstance(command, EvaluateEvent))
    ]
    assert same(then.state, played(*before))


def status_at(moment_us: int, *timeline: tuple[int, Command]) -> AsOf:
    return as_of(played((10, START), *timeline), moment_us)


DRAFTED = sent(DeliveryStatus.DRAFTED)
BOUNCED = sent(DeliveryStatus.BOUNCED)
BOUGHT = EvaluateEvent("ada", "e", "bought")


@pytest.mark.parametrize(
    ("timeline", "status", "unsure"),
    [
        # Never sent: told as it is now.
        ([(20, DRAFTED)], DeliveryStatus.DRAFTED, None),
        # Sent later: how far it was is not kept.
        ([(20, DRAFTED), (60, sent())], DeliveryStatus.DRAFTED, Unsure.BEFORE_SENT),
        ([(20, DRAFTED), (60, sent(told_us=55))], DeliveryStatus.DRAFTED, Unsure.BEFORE_SENT),
        # Sent before, and reported by then.
        ([(20, DRAFTED), (30, sent())], DeliveryStatus.SENT, None),
        ([(20, sent(told_us=5))], DeliveryStatus.SENT, None),
        ([(20, sent(told_us=20))], DeliveryStatus.SENT, None),
        ([(20, DRAFTED), (30, sent(told_us=99))], DeliveryStatus.SENT, None),
        # Sent before; the report came by then or later.
        ([(20, DRAFTED), (30, sent(told_us=25))], DeliveryStatus.SENT, Unsure.SENT_REPORTED),
        ([(20, DRAFTED), (60, sent(told_us=25))], DeliveryStatus.SENT, Unsure.SENT_REPORTED),
        ([(20, DRAFTED), (30, sent(told_us=25)), (40, BOUGHT)], DeliveryStatus.SENT, None),
        # Bounced by then or later.
        ([(20, sent()), (30, BOUNCED)], DeliveryStatus.BOUNCED, Unsure.BOUNCED),
        ([(20, sent()), (60, BOUNCED)], DeliveryStatus.BOUNCED, Unsure.BOUNCED),
        ([(20, sent()), (40, BOUGHT), (60, BOUNCED)], DeliveryStatus.BOUNCED, Unsure.BOUNCED),
        # A candidate afterwards cannot have bounced before.
        ([(20, sent()), (55, BOUGHT), (60, BOUNCED)], DeliveryStatus.SENT, None),
        ([(60, BOUNCED)], None, None),
    ],
)
def test_what_can_be_known_of_a_status(
    timeline: list[tuple[int, Command]], status: DeliveryStatus | None, unsure: Unsure | None
) -> None:
    then = status_at(50, *timeline)
    found = then.state.deliveries.get("d")
    assert (None if found is None else found.status) == status
    assert then.unsure.get("d") == unsure
    if found is not None:
        assert (found.sent_us is not None) is (found.status.rank >= DeliveryStatus.SENT.rank)


def test_one_that_was_removed_tells_nothing_of_another_of_its_id() -> None:
    other = replace(sent(), delivery_id="d2")
    whole = played((10, START), (12, sent()), (13, other), (15, BOUGHT))
    assert [each.delivery_id for each in whole.conversions["e"][0].candidates] == ["d", "d2"]
    del whole.deliveries["d"]
    then = as_of(play(whole, (20, DRAFTED), (60, sent(told_us=25))), 50)
    assert then.unsure == {"d": Unsure.SENT_REPORTED}


def test_attributes_are_those_of_now() -> None:
    whole = played((10, START))
    assert as_of(whole, 5).state.person == whole.person
    unknown = PersonState("ada")
    assert not as_of(unknown, 5).state.knows_person


def test_the_catalog_of_an_earlier_moment() -> None:
    catalog = _catalog()
    goal = Goal(PerformsEvent("paid"))
    update = UpdateCampaign("c", "", lambda before: replace(before, goal=goal))
    change, _ = define(update, catalog, RULES, 100)
    assert change is not None
    catalog.apply(change)
    assert not catalog.as_of(99).watching("paid")
    assert catalog.as_of(99).watching("bought")
    assert catalog.as_of(100).watching("paid")
    assert not catalog.as_of(-1).watching("bought")
