"""Which delivery gets the credit for an achievement (C1 to C8, C12)."""

from collections.abc import Iterable
from dataclasses import dataclass

from attribution_service.core.model import (
    Basis,
    Candidate,
    Channel,
    Delivery,
    DeliveryStatus,
    Goal,
    Revision,
    Verdict,
)

# C2: these can be credited; a webhook only if its action is opted in; all others never.
CONVERTING_CHANNELS = frozenset(
    {Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.WHATSAPP, Channel.IN_APP}
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What stands against a delivery being a candidate; `against` None: it is in time.

    `basis_us` is its basis time, None where it was not looked at or there is none.
    """

    delivery: Delivery
    revision: Revision
    against: Verdict | None
    basis_us: int | None = None


def assess(delivery: Delivery, revision: Revision, goal: Goal, arrival_us: int) -> Assessment:
    """Whether a delivery is in time for an achievement, judged by its journey's goal."""
    if not can_convert(delivery, revision):
        return Assessment(delivery, revision, Verdict.CHANNEL_CANNOT_CONVERT)
    if delivery.status is DeliveryStatus.BOUNCED:
        return Assessment(delivery, revision, Verdict.BOUNCED)
    if delivery.status is not DeliveryStatus.SENT:
        return Assessment(delivery, revision, Verdict.NOT_SENT)
    basis_us = basis_time_us(delivery, goal)
    if basis_us is None:
        return Assessment(delivery, revision, Verdict.NO_QUALIFYING_INTERACTION)
    if not in_time(basis_us, goal.window_us, arrival_us):
        return Assessment(delivery, revision, Verdict.OUTSIDE_WINDOW, basis_us)
    return Assessment(delivery, revision, None, basis_us)


def can_convert(delivery: Delivery, revision: Revision) -> bool:
    """Whether deliveries of this channel and action may be credited (C2)."""
    if delivery.channel is Channel.WEBHOOK:
        return delivery.action_id in revision.webhook_action_ids
    return delivery.channel in CONVERTING_CHANNELS


def basis_time_us(delivery: Delivery, goal: Goal) -> int | None:
    """The moment from which the window counts (C4); None: there is none yet."""
    if goal.basis is Basis.RECEIVED:
        return delivery.sent_us
    if goal.basis is Basis.OPENED:
        own, machine = delivery.opened_us, delivery.machine_opened_us
    else:
        own, machine = delivery.clicked_us, delivery.machine_clicked_us
    return latest(own, machine) if goal.count_machine_interactions else own


def in_time(basis_us: int, window_us: int | None, arrival_us: int) -> bool:
    """Whether the achievement came within the window, both ends included (G2, C5)."""
    if basis_us > arrival_us:
        return False
    return window_us is None or arrival_us - basis_us <= window_us


def latest(one_us: int | None, other_us: int | None) -> int | None:
    """The later of two times, of which either may be missing."""
    if one_us is None or other_us is None:
        return other_us if one_us is None else one_us
    return max(one_us, other_us)


def candidates(assessments: Iterable[Assessment]) -> list[Candidate]:
    """The deliveries in time in the order of the touches, the last touch last (C6, C14)."""
    return sorted(
        (_candidate(item) for item in assessments if item.against is None),
        key=_touch_order,
    )


def _candidate(item: Assessment) -> Candidate:
    delivery = item.delivery
    if item.basis_us is None or delivery.sent_us is None:
        raise ValueError("a delivery in time has been sent and has a basis time")
    return Candidate(
        delivery_id=delivery.delivery_id,
        journey_id=delivery.journey_id,
        action_id=delivery.action_id,
        channel=delivery.channel,
        sent_us=delivery.sent_us,
        basis_us=item.basis_us,
        already_converted=delivery.converted_us is not None,
    )


def _touch_order(candidate: Candidate) -> tuple[int, int, str]:
    # Text compares by code points, which is the byte order of UTF-8 that C6 asks for.
    return candidate.basis_us, candidate.sent_us, candidate.delivery_id
