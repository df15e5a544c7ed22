"""What was known of a person at an earlier moment, rebuilt from all that is recorded now.

Journeys, deliveries and interactions keep when they arrived. Not kept is when a delivery's report
of SENT or BOUNCED came, where it does not follow from what is kept; nor earlier attributes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from attribution_service.core.model import (
    Conversion,
    Delivery,
    DeliveryStatus,
    Interaction,
    Journey,
    JourneyState,
)
from attribution_service.core.record import touched
from attribution_service.core.state import PersonState


class Unsure(StrEnum):
    """What is not known of a delivery's status at that moment."""

    BEFORE_SENT = "BEFORE_SENT"
    """It was not sent yet: certain. How far it was instead is not kept: taken as DRAFTED."""
    SENT_REPORTED = "SENT_REPORTED"
    """It was sent before; whether that had been reported is not kept: taken as reported."""
    BOUNCED = "BOUNCED"
    """It has bounced; whether it had by then is not kept: taken as bounced."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """A person's state as of a moment, and what is not known of it, by delivery id.

    `at_once` are the ids of deliveries of which something came at the same instant.
    """

    state: PersonState
    unsure: Mapping[str, Unsure]
    at_once: frozenset[str] = frozenset()


def as_of(whole: PersonState, moment_us: int) -> AsOf:
    """The state in which something that arrived at the moment was judged.

    `whole` holds all of the person's journeys, deliveries, interactions and conversions, or all
    those of some campaigns. What arrived at the same instant counts as having come before. What
    was achieved or credited counts only if it came earlier: nothing of what the instant brought.
    Attributes and memberships are those that `whole` has; receipts are those that had come.
    """
    then = PersonState(whole.person_id)
    for journey in whole.journeys.values():
        if journey.start_us <= moment_us:
            then.apply(_journey(journey, moment_us))
    arrived: dict[str, list[Interaction]] = defaultdict(list)
    for interaction in whole.interactions.values():
        if interaction.arrival_us <= moment_us:
            then.apply(interaction)
            arrived[interaction.delivery_id].append(interaction)
    in_time = _in_time(conversion for made in whole.conversions.values() for conversion in made)
    unsure: dict[str, Unsure] = {}
    for delivery in whole.deliveries.values():
        if delivery.create_us <= moment_us:
            seen_us = in_time.get(delivery.delivery_id, ())
            status, doubt = _status(delivery, seen_us, moment_us)
            found = _delivery(delivery, status, arrived[delivery.delivery_id], moment_us)
            then.apply(found)
            if doubt is not None:
                unsure[delivery.delivery_id] = doubt
    for made in whole.conversions.values():
        for conversion in made:
            if conversion.converted_us < moment_us:
                then.apply(conversion)
    for receipt in whole.receipts.values():
        if receipt.arrival_us < moment_us:
            then.apply(receipt)
    if whole.knows_person:
        then.apply(whole.person)
        then.memberships.update(whole.memberships)
    return AsOf(then, unsure, frozenset(_at_once(whole, moment_us)))


def _at_once(whole: PersonState, moment_us: int) -> Iterator[str]:
    """Deliveries of which it is not kept whether all that is known then came before."""
    for delivery in whole.deliveries.values():
        # A later report may have told a sent time of its own; that one is unsure anyway.
        if moment_us in (delivery.create_us, delivery.sent_us, delivery.converted_us):
            yield delivery.delivery_id
    for interaction in whole.interactions.values():
        if interaction.arrival_us == moment_us:
            yield interaction.delivery_id


def _journey(journey: Journey, moment_us: int) -> Journey:
    if journey.end_us is not None and journey.end_us > moment_us:
        journey = replace(journey, state=JourneyState.ACTIVE, exit_reason=None, end_us=None)
    return replace(
        journey,
        achieved_us=_earlier(journey.achieved_us, moment_us),
        converted_us=_earlier(journey.converted_us, moment_us),
    )


def _earlier(time_us: int | None, moment_us: int) -> int | None:
    return None if time_us is None or time_us >= moment_us else time_us


def _delivery(
    delivery: Delivery, status: DeliveryStatus, arrived: Iterable[Interaction], moment_us: int
) -> Delivery:
    sent = status.rank >= DeliveryStatus.SENT.rank
    found = replace(
        delivery,
        status=status,
        sent_us=delivery.sent_us if sent else None,
        claimed_sent_us=delivery.claimed_sent_us if sent else None,
        opened_us=None,
        clicked_us=None,
        machine_opened_us=None,
        machine_clicked_us=None,
        untracked_clicked_us=None,
        converted_us=_earlier(delivery.converted_us, moment_us),
    )
    for interaction in arrived:
        found = touched(found, interaction)
    return found


def _in_time(conversions: Iterable[Conversion]) -> Mapping[str, list[int]]:
    """When each delivery is known to have been sent and not bounced: it was a candidate."""
    found: dict[str, list[int]] = defaultdict(list)
    for conversion in conversions:
        for candidate in conversion.candidates:
            found[candidate.delivery_id].append(conversion.converted_us)
    return found


def _status(
    delivery: Delivery, in_time_us: Iterable[int], moment_us: int
) -> tuple[DeliveryStatus, Unsure | None]:
    """How far the delivery was, as far as that can be known; a status only moves forward (C3)."""
    sent_us = delivery.sent_us
    if sent_us is None:
        return delivery.status, None
    # No sent time lies behind the arrival of the report that told it (C10).
    if sent_us > moment_us:
        return DeliveryStatus.DRAFTED, Unsure.BEFORE_SENT
    if delivery.status is DeliveryStatus.BOUNCED and not any(t >= moment_us for t in in_time_us):
        return DeliveryStatus.BOUNCED, Unsure.BOUNCED
    # Before it was there, another of its id was, which is gone (retention).
    if _sent_reported(delivery) or any(delivery.create_us <= t <= moment_us for t in in_time_us):
        return DeliveryStatus.SENT, None
    return DeliveryStatus.SENT, Unsure.SENT_REPORTED


def _sent_reported(delivery: Delivery) -> bool:
    """Whether the report of SENT is known to have come by the sent time, or with the first report.

    A time that was not told, or was cut, is that of the report's arrival. One that was told and
    lies before the first report came with it: nobody reports an earlier step after the sending.
    """
    sent_us, told_us = delivery.sent_us, delivery.claimed_sent_us
    if sent_us is None or told_us is None or told_us > sent_us:
        return True
    return sent_us <= delivery.create_us
