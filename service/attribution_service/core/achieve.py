"""Something happened: which journeys achieve their goal by it, and which deliveries are credited.

The one way of judging, for events as for segments entered and left.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from attribution_service.core import explain
from attribution_service.core.answers import EvaluateAnswer, Finding, PersonChange, RuleFault
from attribution_service.core.catalog import Catalog, Watching
from attribution_service.core.credit import Assessment, assess, candidates
from attribution_service.core.faults import fault_of
from attribution_service.core.filters import filtered
from attribution_service.core.model import (
    NOTHING_SEEN,
    Candidate,
    Conversion,
    Delivery,
    Goal,
    Journey,
    Move,
    Revision,
    Seen,
    Verdict,
    newsletter_delivery_id,
    told,
)
from attribution_service.core.properties import EMPTY, Properties
from attribution_service.core.rules import ErrorKind, ErrorValue, RuleBook, RuleInput, Use
from attribution_service.core.seen import seen
from attribution_service.core.state import PersonState


@dataclass(frozen=True, slots=True)
class Happening:
    """What may achieve goals: an event, or moves made at once; at most one of the two is there.

    `achievement_id` is unique within the person; `person` is what rules read as such, and
    `person_of_now` says that they may have read something else when it came.
    """

    person_id: str
    achievement_id: str
    event_name: str | None
    moves: tuple[Move, ...]
    properties: Properties
    person: Properties
    now_us: int
    person_of_now: bool = False

    def watching(self, catalog: Catalog) -> Watching:
        """The revisions with a goal on it."""
        if self.event_name is not None:
            return catalog.watching(self.event_name)
        return catalog.watching(*self.moves) if self.moves else {}


@dataclass(frozen=True, slots=True)
class JudgedJourney:
    """A journey with what its goal's filter said of the event: `result` True if it is met."""

    journey: Journey
    revision: Revision
    goal: Goal
    result: object

    @property
    def met(self) -> bool:
        """Whether this journey's goal is achieved."""
        return self.result is True

    @property
    def can_convert(self) -> bool:
        """Whether it is achieved in a journey that can convert (S2, X6)."""
        return self.met and self.journey.barred is None


@dataclass(frozen=True, slots=True)
class JudgedCampaign:
    """All that was looked at in one campaign, and the conversion that came of it."""

    journeys: tuple[JudgedJourney, ...]
    assessments: tuple[Assessment, ...]
    in_time: tuple[Candidate, ...]
    conversion: Conversion | None
    faults: tuple[RuleFault, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a happening; `changes` are those to journeys, deliveries and conversions."""

    answer: EvaluateAnswer
    watched: bool
    changes: tuple[PersonChange, ...]
    faults: tuple[RuleFault, ...]


def judge(
    happening: Happening,
    state: PersonState,
    catalog: Catalog,
    rules: RuleBook,
    *,
    explained: bool,
) -> Judgement:
    """Judge a happening, campaign by campaign (C1)."""
    watching = happening.watching(catalog)
    by_campaign = state.judged_by(watching)
    deliveries = state.deliveries_by_journey()
    judged = [
        _judge_campaign(happening, by_campaign[campaign_id], deliveries, catalog, rules)
        for campaign_id in sorted(by_campaign)  # C14: answers stand in byte order of campaign id
    ]
    achieving = [item.journey for campaign in judged for item in campaign.journeys if item.met]
    achieved = sorted(j.journey_id for j in achieving if told(j.journey_id))
    answer = EvaluateAnswer(
        conversions=tuple(c.conversion for c in judged if c.conversion is not None),
        achieved_journeys=tuple(achieved),
        findings=_findings(happening, watching, judged, rules) if explained else None,
    )
    journeys = _achieved(achieving, answer.conversions, happening.now_us)
    return Judgement(
        answer=answer,
        watched=bool(watching),
        changes=(*journeys, *_credited(answer.conversions, state), *answer.conversions),
        faults=tuple(fault for campaign in judged for fault in campaign.faults),
    )


def _judge_campaign(
    happening: Happening,
    journeys: Iterable[Journey],
    deliveries: Mapping[str, Sequence[Delivery]],
    catalog: Catalog,
    rules: RuleBook,
) -> JudgedCampaign:
    """Judge the person's journeys in one campaign, each by the goal it started with (G8)."""
    judged_journeys = judge_journeys(happening, journeys, catalog, rules)
    met = {item.journey.journey_id: item for item in judged_journeys if item.can_convert}
    faults = [
        fault_of(j.revision, j.goal.filter, j.result) for j in judged_journeys if _has_no_answer(j)
    ]
    if not met:  # so it is with most events: there is nothing more to look at
        return JudgedCampaign(judged_journeys, (), (), None, tuple(faults))
    assessments = assess_deliveries(met.values(), deliveries, happening.now_us)
    in_time = tuple(candidates(assessments))
    conversion = None
    if in_time and not in_time[-1].already_converted:  # C6, C8: else it passes to no other
        judged = met[in_time[-1].journey_id]
        value = _value(happening, judged, rules)
        saw = rules_saw(happening, judged, rules)
        conversion = _conversion(happening, judged, in_time, _number(value), saw)
        if judged.goal.value and conversion.value is None:
            faults.append(fault_of(judged.revision, judged.goal.value, value))
    return JudgedCampaign(judged_journeys, assessments, in_time, conversion, tuple(faults))


def judge_journeys(
    happening: Happening, journeys: Iterable[Journey], catalog: Catalog, rules: RuleBook
) -> tuple[JudgedJourney, ...]:
    """Ask each journey's goal about it; all of them must be watched (G8)."""
    return tuple(_judge_journey(happening, journey, catalog, rules) for journey in journeys)


def assess_deliveries(
    met: Iterable[JudgedJourney], deliveries: Mapping[str, Sequence[Delivery]], now_us: int
) -> tuple[Assessment, ...]:
    """What stands against each delivery, by journey id, of journeys that can convert (C1)."""
    return tuple(
        assess(delivery, judged.revision, judged.goal, now_us)
        for judged in met
        for delivery in deliveries.get(judged.journey.journey_id, ())
    )


def _has_no_answer(judged: JudgedJourney) -> bool:
    return isinstance(judged.result, ErrorValue)


def _judge_journey(
    happening: Happening, journey: Journey, catalog: Catalog, rules: RuleBook
) -> JudgedJourney:
    revision = catalog.revision(journey.campaign_id, journey.revision)
    goal = revision.goal
    if goal is None:
        raise ValueError("a revision without a goal watches nothing")
    result = filtered(revision, goal, _rule_input(happening, journey), rules)
    return JudgedJourney(journey, revision, goal, result)


def _conversion(
    happening: Happening,
    judged: JudgedJourney,
    in_time: tuple[Candidate, ...],
    value: float | None,
    saw: Seen,
) -> Conversion:
    credited = in_time[-1]
    return Conversion(
        person_id=happening.person_id,
        event_id=happening.achievement_id,
        campaign_id=judged.journey.campaign_id,
        journey_id=credited.journey_id,
        delivery_id=credited.delivery_id,
        revision=judged.revision.number,
        converted_us=happening.now_us,
        basis=judged.goal.basis,
        basis_us=credited.basis_us,
        window_us=judged.goal.window_us,
        filter=judged.goal.filter,
        value=value,
        candidates=in_time,
        move=judged.goal.move,
        seen=saw,
    )


def _value(happening: Happening, judged: JudgedJourney, rules: RuleBook) -> object:
    """What the goal's value rule gives (C15); None where there is none."""
    if not judged.goal.value:
        return None
    return rules.evaluate(
        judged.goal.value,
        Use.GOAL_VALUE,
        _rule_input(happening, judged.journey),
        has_trigger=judged.revision.trigger_event_name is not None,
        has_event=judged.goal.move is None,
    )


def rules_saw(
    happening: Happening, judged: JudgedJourney, rules: RuleBook, *, with_value: bool = True
) -> Seen:
    """What the goal's filter saw, and if wanted its value rule (M6)."""
    goal = judged.goal
    given = {
        "has_trigger": judged.revision.trigger_event_name is not None,
        "has_event": goal.move is None,
    }
    used = [(goal.filter, Use.GOAL_FILTER)]
    if with_value:
        used.append((goal.value, Use.GOAL_VALUE))
    paths = [path for text, use in used if text for path in rules.paths(text, use, **given)]
    if not paths:
        return NOTHING_SEEN
    saw = _rule_input(happening, judged.journey)
    return seen(paths, saw, person_of_now=happening.person_of_now)


def _number(value: object) -> float | None:
    """A conversion's worth (C15); None where the rule gave no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _rule_input(happening: Happening, journey: Journey) -> RuleInput:
    return RuleInput(
        event=happening.properties,
        trigger=journey.trigger_properties,
        person=happening.person,
        now_us=happening.now_us,
    )


def attributes_for(state: PersonState, over: Properties) -> Properties:
    """What rules read as `person`: the stored attributes with those of the request over them (S4).

    What was not loaded is read by no rule at hand.
    """
    return (state.person.attributes if state.knows_person else EMPTY).merged(over)


def _achieved(
    achieving: Iterable[Journey], conversions: Iterable[Conversion], now_us: int
) -> Iterable[Journey]:
    """The journeys for which this is the first achievement, or the first conversion (X4, M1)."""
    credited = {conversion.journey_id for conversion in conversions}
    for journey in achieving:
        achieves = journey.achieved_us is None
        converts = journey.journey_id in credited and journey.converted_us is None
        if achieves or converts:
            yield replace(
                journey,
                achieved_us=now_us if achieves else journey.achieved_us,
                converted_us=now_us if converts else journey.converted_us,
            )


def _credited(conversions: Iterable[Conversion], state: PersonState) -> Iterable[Delivery]:
    for conversion in conversions:
        delivery = state.deliveries[conversion.delivery_id]
        yield replace(delivery, converted_us=conversion.converted_us)


def _findings(
    happening: Happening, watching: Watching, judged: Iterable[JudgedCampaign], rules: RuleBook
) -> tuple[Finding, ...]:
    if not watching:
        return (explain.not_watched(happening.event_name, happening.moves),)
    found = [finding for each in judged for finding in explained_campaign(happening, each, rules)]
    return in_order(happening, watching, found)


def in_order(
    happening: Happening, watching: Watching, found: Iterable[Finding]
) -> tuple[Finding, ...]:
    """What was found in campaigns, with those that watch it and where nothing was looked at."""
    named = [_named(finding) for finding in found]
    without = watching.keys() - {finding.campaign_id for finding in named}
    of_event = happening.event_name is not None
    named += [explain.no_journey(campaign_id, of_event=of_event) for campaign_id in without]
    return tuple(sorted(named, key=lambda f: (f.campaign_id, f.journey_id, f.delivery_id)))


def _named(finding: Finding) -> Finding:
    """What came of a newsletter's journey is told of the delivery that it is."""
    if told(finding.journey_id):
        return finding
    delivery_id = finding.delivery_id or newsletter_delivery_id(finding.journey_id)
    return replace(finding, journey_id="", delivery_id=delivery_id)


def explained_campaign(
    happening: Happening, campaign: JudgedCampaign, rules: RuleBook
) -> Iterator[Finding]:
    """What came of each journey and delivery looked at in a campaign, in no order."""
    reached = {item.delivery.journey_id for item in campaign.assessments}
    for item in campaign.journeys:
        if not item.met:
            saw = rules_saw(happening, item, rules, with_value=False)
            verdict = _unmet(item.result)
            yield explain.goal_not_met(item.journey, item.goal, verdict, item.result, saw)
        elif item.journey.barred is not None:
            yield explain.barred(item.journey, item.journey.barred, item.goal)
        elif item.journey.journey_id not in reached:
            yield explain.no_delivery(item.journey)
    pick = campaign.in_time[-1] if campaign.in_time else None
    for assessment in campaign.assessments:
        yield explain.delivery(
            assessment, pick, conversion=campaign.conversion, now_us=happening.now_us
        )


def _unmet(result: object) -> Verdict:
    if not isinstance(result, ErrorValue):
        return Verdict.FILTER_FALSE
    return (
        Verdict.PROPERTY_MISSING if result.kind is ErrorKind.NO_SUCH_KEY else Verdict.FILTER_ERROR
    )
