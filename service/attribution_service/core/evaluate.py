"""An event comes in: which journeys achieve their goal, and which deliveries get the credit."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from attribution_service.core import explain
from attribution_service.core.answers import (
    Decision,
    EvaluateAnswer,
    Finding,
    PersonChange,
    RuleFault,
)
from attribution_service.core.catalog import Catalog, Watching
from attribution_service.core.commands import EvaluateEvent
from attribution_service.core.credit import Assessment, assess, candidates
from attribution_service.core.model import (
    Candidate,
    Conversion,
    Delivery,
    Goal,
    Journey,
    Receipt,
    Revision,
    Verdict,
)
from attribution_service.core.refusals import Reason, taken
from attribution_service.core.rules import (
    ErrorKind,
    ErrorValue,
    RuleBook,
    RuleInput,
    Use,
)
from attribution_service.core.state import PersonState


@dataclass(frozen=True, slots=True)
class JudgedJourney:
    """A journey with what its goal's filter said of the event: `result` True if it is met."""

    journey: Journey
    revision: Revision
    goal: Goal
    result: object

    @property
    def met(self) -> bool:
        """Whether the event achieves this journey's goal."""
        return self.result is True


@dataclass(frozen=True, slots=True)
class JudgedCampaign:
    """All that was looked at in one campaign, and the conversion that came of it."""

    journeys: tuple[JudgedJourney, ...]
    assessments: tuple[Assessment, ...]
    in_time: tuple[Candidate, ...]
    conversion: Conversion | None
    faults: tuple[RuleFault, ...]


def evaluate_event(
    command: EvaluateEvent, state: PersonState, catalog: Catalog, rules: RuleBook, now_us: int
) -> Decision:
    """Decide what an event achieves; raises Refusal if its id was used for another (C13)."""
    receipt = state.receipts.get(command.event_id)
    if receipt is not None:
        return Decision(_replay(command, receipt, state))
    watching = catalog.watching(command.name)
    by_campaign = state.judged_by(watching)
    deliveries = state.deliveries_by_journey()
    judged = [
        _judge_campaign(command, by_campaign[campaign_id], deliveries, catalog, rules, now_us)
        for campaign_id in sorted(by_campaign)  # C14: answers stand in byte order of campaign id
    ]
    achieving = [item.journey for campaign in judged for item in campaign.journeys if item.met]
    answer = EvaluateAnswer(
        conversions=tuple(c.conversion for c in judged if c.conversion is not None),
        achieved_journeys=tuple(sorted(journey.journey_id for journey in achieving)),
        findings=_findings(command, watching, judged, now_us) if command.explain else None,
    )
    faults = tuple(fault for campaign in judged for fault in campaign.faults)
    if command.validate_only or not watching:
        return Decision(answer, (), faults)
    return Decision(answer, _changes(command, answer, achieving, state, now_us), faults)


def _replay(command: EvaluateEvent, receipt: Receipt, state: PersonState) -> EvaluateAnswer:
    if not receipt.same_content(command.name, command.properties, command.occurred_us):
        raise taken(
            Reason.EVENT_ALREADY_EXISTS,
            "event.event_id",
            command.event_id,
            "was sent before with another name, other properties or another time",
        )
    return EvaluateAnswer(
        conversions=state.conversions.get(command.event_id, ()),
        achieved_journeys=receipt.achieved_journeys,
        replayed=True,
    )


def _judge_campaign(
    command: EvaluateEvent,
    journeys: Iterable[Journey],
    deliveries: Mapping[str, Sequence[Delivery]],
    catalog: Catalog,
    rules: RuleBook,
    now_us: int,
) -> JudgedCampaign:
    """Judge the person's journeys in one campaign, each by the goal it started with (G8)."""
    judged_journeys = tuple(_judge_journey(command, j, catalog, rules, now_us) for j in journeys)
    met = {item.journey.journey_id: item for item in judged_journeys if item.met}
    assessments = tuple(
        assess(delivery, judged.revision, judged.goal, now_us)
        for journey_id, judged in met.items()  # C1
        for delivery in deliveries.get(journey_id, ())
    )
    in_time = tuple(candidates(assessments))
    faults = [
        _fault(j.revision, j.goal.filter, j.result) for j in judged_journeys if _has_no_answer(j)
    ]
    conversion = None
    if in_time and not in_time[-1].already_converted:  # C6, C8: else it passes to no other
        judged = met[in_time[-1].journey_id]
        value = _value(command, judged, rules, now_us)
        conversion = _conversion(command, judged, in_time, _number(value), now_us)
        if judged.goal.value and conversion.value is None:
            faults.append(_fault(judged.revision, judged.goal.value, value))
    return JudgedCampaign(judged_journeys, assessments, in_time, conversion, tuple(faults))


def _has_no_answer(judged: JudgedJourney) -> bool:
    return isinstance(judged.result, ErrorValue)


def _fault(revision: Revision, rule: str, result: object) -> RuleFault:
    what = "NOT_A_FINITE_NUMBER"
    path = None
    if isinstance(result, ErrorValue):
        what, path = result.kind.name, result.path
    # A path can hold what a person sent, such as a key; one that the rule itself names cannot.
    return RuleFault(
        revision.campaign_id, revision.number, rule, what, path if path and path in rule else ""
    )


def _judge_journey(
    command: EvaluateEvent, journey: Journey, catalog: Catalog, rules: RuleBook, now_us: int
) -> JudgedJourney:
    revision = catalog.revision(journey.campaign_id, journey.revision)
    goal = revision.goal
    if goal is None:
        raise ValueError("a revision without a goal watches no event")
    result: object = True
    if goal.filter:
        has_trigger = revision.trigger_event_name is not None
        given = _rule_input(command, journey, now_us)
        result = rules.evaluate(goal.filter, Use.GOAL_FILTER, given, has_trigger=has_trigger)
    return JudgedJourney(journey, revision, goal, result)


def _conversion(
    command: EvaluateEvent,
    judged: JudgedJourney,
    in_time: tuple[Candidate, ...],
    value: float | None,
    now_us: int,
) -> Conversion:
    credited = in_time[-1]
    return Conversion(
        person_id=command.person_id,
        event_id=command.event_id,
        campaign_id=judged.journey.campaign_id,
        journey_id=credited.journey_id,
        delivery_id=credited.delivery_id,
        revision=judged.revision.number,
        converted_us=now_us,
        basis=judged.goal.basis,
        basis_us=credited.basis_us,
        window_us=judged.goal.window_us,
        filter=judged.goal.filter,
        value=value,
        candidates=in_time,
    )


def _value(command: EvaluateEvent, judged: JudgedJourney, rules: RuleBook, now_us: int) -> object:
    """What the goal's value rule gives (C15); None where there is none."""
    if not judged.goal.value:
        return None
    has_trigger = judged.revision.trigger_event_name is not None
    given = _rule_input(command, judged.journey, now_us)
    return rules.evaluate(judged.goal.value, Use.GOAL_VALUE, given, has_trigger=has_trigger)


def _number(value: object) -> float | None:
    """A conversion's worth (C15); None where the rule gave no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _rule_input(command: EvaluateEvent, journey: Journey, now_us: int) -> RuleInput:
    return RuleInput(
        event=command.properties,
        trigger=journey.trigger_properties,
        person=command.person_attributes,
        now_us=now_us,
    )


def _changes(
    command: EvaluateEvent,
    answer: EvaluateAnswer,
    achieving: Iterable[Journey],
    state: PersonState,
    now_us: int,
) -> tuple[PersonChange, ...]:
    receipt = Receipt(
        person_id=command.person_id,
        event_id=command.event_id,
        name=command.name,
        properties=command.properties,
        occurred_us=command.occurred_us,
        arrival_us=now_us,
        achieved_journeys=answer.achieved_journeys,
    )
    journeys = _achieved(achieving, answer.conversions, now_us)
    return (receipt, *journeys, *_credited(answer.conversions, state), *answer.conversions)


def _achieved(
    achieving: Iterable[Journey], conversions: Iterable[Conversion], now_us: int
) -> Iterable[Journey]:
    """The journeys for which this is the first achievement, or the first conversion (X4, M1)."""
    credited = {conversion.journey_id for conversion in conversions}
    for journey in achieving:
        changed = journey
        if journey.achieved_us is None:
            changed = replace(changed, achieved_us=now_us)
        if journey.journey_id in credited and journey.converted_us is None:
            changed = replace(changed, converted_us=now_us)
        if changed is not journey:
            yield changed


def _credited(conversions: Iterable[Conversion], state: PersonState) -> Iterable[Delivery]:
    for conversion in conversions:
        delivery = state.deliveries[conversion.delivery_id]
        yield replace(delivery, converted_us=conversion.converted_us)


def _findings(
    command: EvaluateEvent, watching: Watching, judged: Iterable[JudgedCampaign], now_us: int
) -> tuple[Finding, ...]:
    if not watching:
        return (explain.not_watched(command.name),)
    found = [finding for campaign in judged for finding in _explained(campaign, now_us)]
    without = watching.keys() - {finding.campaign_id for finding in found}
    found += [explain.no_journey(campaign_id) for campaign_id in without]
    return tuple(sorted(found, key=lambda f: (f.campaign_id, f.journey_id, f.delivery_id)))


def _explained(campaign: JudgedCampaign, now_us: int) -> Iterable[Finding]:
    reached = {item.delivery.journey_id for item in campaign.assessments}
    for item in campaign.journeys:
        if not item.met:
            yield explain.goal_not_met(item.journey, item.goal, _unmet(item.result), item.result)
        elif item.journey.journey_id not in reached:
            yield explain.no_delivery(item.journey)
    pick = campaign.in_time[-1] if campaign.in_time else None
    for assessment in campaign.assessments:
        converted = campaign.conversion is not None
        yield explain.delivery(assessment, pick, converted=converted, now_us=now_us)


def _unmet(result: object) -> Verdict:
    if not isinstance(result, ErrorValue):
        return Verdict.FILTER_FALSE
    return (
        Verdict.PROPERTY_MISSING if result.kind is ErrorKind.NO_SUCH_KEY else Verdict.FILTER_ERROR
    )
