"""What figures count of records, without a name of anybody: it stays when a person is erased."""

from dataclasses import dataclass

from attribution_service.core.credit_models import Touch
from attribution_service.core.marks import marks_of
from attribution_service.core.model import Conversion, Delivery, ExitReason, Journey, JourneyState


@dataclass(frozen=True, slots=True)
class CountedDelivery:
    """A delivery that was sent."""

    campaign_id: str
    sent_us: int
    action_id: str
    marks: int


@dataclass(frozen=True, slots=True)
class CountedJourney:
    """A journey, and what had become of it."""

    campaign_id: str
    start_us: int
    state: JourneyState
    exit_reason: ExitReason | None
    converted: bool


@dataclass(frozen=True, slots=True)
class CountedConversion:
    """A conversion with its number in the order of the commits.

    `person` is the same for conversions of one person in one campaign, and says nothing else. Times
    of touches count from the last one, since nothing looks at more of them.
    """

    campaign_id: str
    sequence: int
    person: str | int
    converted_us: int
    sent_us: int
    action_id: str
    value: float | None
    touches: tuple[Touch, ...]


def counted_delivery(delivery: Delivery) -> CountedDelivery | None:
    """What figures count of a delivery; None: nothing, for it was not sent."""
    if delivery.sent_us is None:
        return None
    return CountedDelivery(
        delivery.campaign_id, delivery.sent_us, delivery.action_id, int(marks_of(delivery))
    )


def counted_journey(journey: Journey) -> CountedJourney:
    """What figures count of a journey."""
    return CountedJourney(
        journey.campaign_id,
        journey.start_us,
        journey.state,
        journey.exit_reason,
        journey.converted_us is not None,
    )


def counted_conversion(
    conversion: Conversion, sequence: int, person: str | int
) -> CountedConversion:
    """What figures count of a conversion."""
    credited = conversion.candidates[-1]  # C14: the last touch stands last
    return CountedConversion(
        campaign_id=conversion.campaign_id,
        sequence=sequence,
        person=person,
        converted_us=conversion.converted_us,
        sent_us=credited.sent_us,
        action_id=credited.action_id,
        value=conversion.value,
        touches=tuple(
            Touch(item.action_id, item.basis_us - credited.basis_us)
            for item in conversion.candidates
        ),
    )
