"""What is reported: journeys start and finish, deliveries get on, people open and click."""

from dataclasses import replace

from attribution_service.core.answers import Decision, DeliveryAnswer, JourneyAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    FinishJourney,
    RecordDelivery,
    RecordInteraction,
    StartJourney,
)
from attribution_service.core.credit import can_convert, latest
from attribution_service.core.model import (
    Barred,
    Campaign,
    CampaignKind,
    Delivery,
    DeliveryStatus,
    ExitReason,
    Interaction,
    InteractionKind,
    Journey,
    JourneyState,
    newsletter_journey_id,
)
from attribution_service.core.policy import holds, rule_on
from attribution_service.core.properties import EMPTY
from attribution_service.core.refusals import (
    Reason,
    Refusal,
    invalid,
    not_found,
    shown,
    taken,
)
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState


def start_journey(
    command: StartJourney, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """A person enters a campaign, and is judged by its current revision for good (G8).

    A journey whose exit policy is met right away has exited before its first step (X6).
    """
    known = state.journeys.get(command.journey_id)
    if known is not None:
        return Decision(_restarted(command, known))
    campaign = _open_campaign(command.campaign_id, "campaign_id", catalog)
    if campaign.kind is CampaignKind.NEWSLETTER:
        raise invalid(
            "campaign_id",
            Reason.FIELD_INVALID,
            "is a newsletter, in which nobody starts a journey: record its deliveries",
        )
    if campaign.current.trigger_event_name is None and command.trigger_properties != EMPTY:
        raise invalid(
            "trigger_properties",
            Reason.FIELD_INVALID,
            "the campaign is not triggered by an event: leave them out",
        )
    journey = Journey(
        person_id=command.person_id,
        journey_id=command.journey_id,
        campaign_id=command.campaign_id,
        revision=campaign.current.number,
        start_us=now_us,
        trigger_properties=command.trigger_properties,
    )
    journey = _with_bar(journey, campaign, state, catalog, rules)
    ruling = rule_on(journey, campaign, state, catalog, rules, now_us)
    if ruling.reason is not None:
        journey = replace(
            journey,
            state=JourneyState.EXITED,
            exit_reason=ruling.reason,
            end_us=now_us,
            barred=Barred.EXITED_AT_START,
        )
    return Decision(JourneyAnswer(journey, replayed=False), (journey,), ruling.faults)


def _open_campaign(campaign_id: str, field_path: str, catalog: Catalog) -> Campaign:
    """The campaign, in which something is about to start; raises Refusal if nothing can."""
    campaign = catalog.campaign(campaign_id)
    if campaign is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, field_path, campaign_id)
    if campaign.archive_us is not None:
        raise Refusal(
            Reason.CAMPAIGN_ARCHIVED,
            f"campaign {shown(campaign_id)} is archived: nothing starts in it any more",
            {"campaign_id": campaign_id},
        )
    return campaign


def _with_bar(
    journey: Journey, campaign: Campaign, state: PersonState, catalog: Catalog, rules: RuleBook
) -> Journey:
    """A journey that starts with its segment goal met can never convert (S2)."""
    goal = campaign.current.goal
    if goal is None or not holds(goal, state, catalog, rules):
        return journey
    return replace(journey, barred=Barred.ALREADY_IN_SEGMENT)


def _restarted(command: StartJourney, known: Journey) -> JourneyAnswer:
    """The first answer again (C13): the journey as it was when it had started."""
    same = (known.campaign_id, known.trigger_properties)
    if same != (command.campaign_id, command.trigger_properties):
        raise taken(
            Reason.JOURNEY_ALREADY_EXISTS,
            "journey_id",
            command.journey_id,
            "was started before in another campaign or with other trigger properties",
        )
    first = replace(known, achieved_us=None, converted_us=None)
    if known.barred is not Barred.EXITED_AT_START:
        first = replace(first, state=JourneyState.ACTIVE, exit_reason=None, end_us=None)
    return JourneyAnswer(first, replayed=True)


def finish_journey(command: FinishJourney, state: PersonState, now_us: int) -> Decision:
    """A journey came to its last step; one that has ended stays as it is (X10)."""
    journey = known_journey(state, command.journey_id)
    if journey.state is not JourneyState.ACTIVE:
        return Decision(JourneyAnswer(journey, replayed=True))
    finished = replace(
        journey, state=JourneyState.FINISHED, exit_reason=ExitReason.FINISHED, end_us=now_us
    )
    return Decision(JourneyAnswer(finished, replayed=False), (finished,))


def record_delivery(
    command: RecordDelivery, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """A delivery got as far as the report says; it only moves forward (C3)."""
    known = state.deliveries.get(command.delivery_id)
    if known is None and not command.journey_id:
        return _record_of_newsletter(command, state, catalog, rules, now_us)
    if known is None:
        journey = known_journey(state, command.journey_id, "delivery.journey_id")
        delivery = _new_delivery(command, journey, catalog, now_us)
    else:
        _check_same(command, known)
        if command.status.rank <= known.status.rank:
            return Decision(DeliveryAnswer(known, replayed=True))
        delivery = known
    moved = _moved(delivery, command, now_us)
    return Decision(DeliveryAnswer(moved, replayed=False), (moved,))


def _record_of_newsletter(
    command: RecordDelivery, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """A newsletter's delivery is a journey of its own, judged from now on (G8)."""
    campaign = _open_campaign(command.campaign_id, "delivery.campaign_id", catalog)
    if campaign.kind is not CampaignKind.NEWSLETTER:
        raise invalid(
            "delivery.journey_id",
            Reason.FIELD_REQUIRED,
            "is required, for the campaign is no newsletter",
        )
    journey = Journey(
        person_id=command.person_id,
        journey_id=newsletter_journey_id(command.delivery_id),
        campaign_id=command.campaign_id,
        revision=campaign.current.number,
        start_us=now_us,
    )
    journey = _with_bar(journey, campaign, state, catalog, rules)
    delivery = _moved(_new_delivery(command, journey, catalog, now_us), command, now_us)
    return Decision(DeliveryAnswer(delivery, replayed=False), (journey, delivery))


def _new_delivery(
    command: RecordDelivery, journey: Journey, catalog: Catalog, now_us: int
) -> Delivery:
    if command.campaign_id and command.campaign_id != journey.campaign_id:
        raise invalid(
            "delivery.campaign_id",
            Reason.CAMPAIGN_MISMATCH,
            "the journey belongs to another campaign: leave the field out",
            {"campaign_id": journey.campaign_id},
        )
    delivery = Delivery(
        person_id=command.person_id,
        delivery_id=command.delivery_id,
        campaign_id=journey.campaign_id,
        journey_id=journey.journey_id,
        action_id=command.action_id,
        channel=command.channel,
        status=command.status,
        create_us=now_us,
    )
    revision = catalog.revision(journey.campaign_id, journey.revision)
    return replace(delivery, can_convert=can_convert(delivery, revision))


def _check_same(command: RecordDelivery, known: Delivery) -> None:
    """Refuse a report that uses the id of another delivery (C13)."""
    journey_id = command.journey_id or newsletter_journey_id(command.delivery_id)
    same = (known.journey_id, known.action_id, known.channel)
    if same != (journey_id, command.action_id, command.channel) or (
        command.campaign_id and command.campaign_id != known.campaign_id
    ):
        what = "another journey, campaign, action or channel"
    elif (
        command.status is known.status is DeliveryStatus.SENT
        and command.sent_us != known.claimed_sent_us
    ):
        what = "another sent time"
    else:
        return
    raise taken(
        Reason.DELIVERY_ALREADY_EXISTS,
        "delivery.delivery_id",
        command.delivery_id,
        f"was recorded before with {what}",
    )


def _moved(delivery: Delivery, command: RecordDelivery, now_us: int) -> Delivery:
    moved = replace(delivery, status=command.status)
    if command.status.rank < DeliveryStatus.SENT.rank or delivery.sent_us is not None:
        return moved
    return replace(
        moved, sent_us=own_time_us(command.sent_us, now_us), claimed_sent_us=command.sent_us
    )


def record_interaction(command: RecordInteraction, state: PersonState, now_us: int) -> Decision:
    """A delivery was opened or clicked; the latest counts (C4)."""
    known = state.deliveries.get(command.delivery_id)
    if known is None:
        raise not_found(
            Reason.DELIVERY_NOT_FOUND, "delivery_id", command.delivery_id, command.person_id
        )
    interaction = Interaction(
        person_id=command.person_id,
        delivery_id=command.delivery_id,
        kind=command.kind,
        machine=command.machine,
        untracked=command.untracked,
        told_us=now_us if command.time_us is None else command.time_us,
        time_us=own_time_us(command.time_us, now_us),
        arrival_us=now_us,
    )
    if command.time_us is not None and interaction.key in state.interactions:
        return Decision(DeliveryAnswer(known, replayed=True))
    now = touched(known, interaction)
    changes = (interaction,) if now == known else (interaction, now)
    return Decision(DeliveryAnswer(now, replayed=False), changes)


def touched(known: Delivery, interaction: Interaction) -> Delivery:
    """The delivery after an open or click: of each kind the latest time stands (C4)."""
    time_us = interaction.time_us
    if interaction.kind is InteractionKind.OPENED:
        if interaction.machine:  # C12
            return replace(known, machine_opened_us=latest(known.machine_opened_us, time_us))
        return replace(known, opened_us=latest(known.opened_us, time_us))
    if interaction.untracked:  # G3
        untracked_us = latest(known.untracked_clicked_us, time_us)
        return replace(known, untracked_clicked_us=untracked_us)
    if interaction.machine:
        return replace(known, machine_clicked_us=latest(known.machine_clicked_us, time_us))
    return replace(known, clicked_us=latest(known.clicked_us, time_us))


def known_journey(state: PersonState, journey_id: str, field_path: str = "journey_id") -> Journey:
    """The person's journey; raises Refusal, pointing at `field_path`, if there is none."""
    journey = state.journeys.get(journey_id)
    if journey is None:
        raise not_found(Reason.JOURNEY_NOT_FOUND, field_path, journey_id, state.person_id)
    return journey


def own_time_us(claimed_us: int | None, arrival_us: int) -> int:
    """A caller's own time, cut to the arrival if it lies ahead; none: the arrival (C10)."""
    return arrival_us if claimed_us is None else min(claimed_us, arrival_us)
