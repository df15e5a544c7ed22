"""The parts of the credit that no scenario reaches: a scenario's clock never goes back."""

from dataclasses import replace

import pytest
from attribution_service.core.credit import assess, candidates, in_time, latest
from attribution_service.core.model import (
    Basis,
    Channel,
    Delivery,
    DeliveryStatus,
    ExitPolicy,
    Goal,
    PerformsEvent,
    Revision,
    Verdict,
)

GOAL = Goal(PerformsEvent("finished"), window_us=100)
REVISION = Revision(
    campaign_id="c",
    number=1,
    trigger_event_name=None,
    goal=GOAL,
    exit_policy=ExitPolicy.NEVER,
    webhook_action_ids=("w1",),
    create_us=0,
)
SENT = Delivery(
    person_id="p",
    delivery_id="d1",
    campaign_id="c",
    journey_id="j",
    action_id="a",
    channel=Channel.EMAIL,
    status=DeliveryStatus.SENT,
    create_us=1_000,
    sent_us=1_000,
)


@pytest.mark.parametrize(
    ("basis_us", "arrival_us", "expected"),
    [
        (1_000, 999, False),  # the clock stepped back between the two
        (1_000, 1_000, True),
        (1_000, 1_001, True),
        (1_000, 1_099, True),
        (1_000, 1_100, True),
        (1_000, 1_101, False),
    ],
)
def test_both_ends_of_the_window_are_in_time(
    basis_us: int, arrival_us: int, *, expected: bool
) -> None:
    assert in_time(basis_us, 100, arrival_us) is expected


def test_without_a_window_any_later_time_is_in_time() -> None:
    assert in_time(0, None, 10**18)
    assert in_time(5, None, 5)
    assert not in_time(5, None, 4)


def test_a_delivery_after_the_achievement_is_outside() -> None:
    assert assess(SENT, REVISION, GOAL, 999).against is Verdict.OUTSIDE_WINDOW


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(None, None, None), (1, None, 1), (None, 2, 2), (1, 2, 2), (3, 2, 3), (0, None, 0)],
)
def test_latest(one: int | None, other: int | None, expected: int | None) -> None:
    assert latest(one, other) == expected


def test_the_order_of_touches() -> None:
    goal = replace(GOAL, basis=Basis.OPENED)
    touched = [
        replace(SENT, delivery_id=name, sent_us=sent_us, opened_us=opened_us)
        for name, sent_us, opened_us in [
            ("d9", 10, 50),
            ("d10", 10, 50),
            ("é", 10, 50),
            ("z", 10, 50),
            ("sent later", 11, 50),
            ("opened later", 1, 51),
            ("opened earlier", 99, 49),
        ]
    ]
    order = [
        item.delivery_id for item in candidates(assess(d, REVISION, goal, 60) for d in touched)
    ]
    expected = ["opened earlier", "d10", "d9", "z", "é", "sent later", "opened later"]
    assert order == expected


def test_what_stands_against_is_told_in_order() -> None:
    """The channel, then the status, then the basis, then the window."""
    goal = replace(GOAL, basis=Basis.CLICKED)
    slack_bounced = replace(SENT, channel=Channel.SLACK, status=DeliveryStatus.BOUNCED)
    assert assess(slack_bounced, REVISION, goal, 1_000).against is Verdict.CHANNEL_CANNOT_CONVERT
    bounced = replace(SENT, status=DeliveryStatus.BOUNCED)
    assert assess(bounced, REVISION, goal, 1_000).against is Verdict.BOUNCED
    assert assess(SENT, REVISION, goal, 1_000).against is Verdict.NO_QUALIFYING_INTERACTION
    clicked = replace(SENT, clicked_us=800)
    assert assess(clicked, REVISION, goal, 1_000).against is Verdict.OUTSIDE_WINDOW
    assert assess(clicked, REVISION, goal, 900).against is None


def test_only_opted_in_webhooks_convert() -> None:
    webhook = replace(SENT, channel=Channel.WEBHOOK, action_id="w1")
    assert assess(webhook, REVISION, GOAL, 1_000).against is None
    other = replace(webhook, action_id="w2")
    assert assess(other, REVISION, GOAL, 1_000).against is Verdict.CHANNEL_CANNOT_CONVERT
    email_of_that_name = replace(SENT, channel=Channel.SLACK, action_id="w1")
    against = assess(email_of_that_name, REVISION, GOAL, 1_000).against
    assert against is Verdict.CHANNEL_CANNOT_CONVERT
