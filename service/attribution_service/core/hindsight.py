"""Why something on record was decided as it was: judged once more, as of its arrival.

What was recorded then is right: conversions with their evidence, and which journeys achieved. What
is rebuilt must lead to it; where several ways do, and they differ, a note says what is not certain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from attribution_service.core import explain
from attribution_service.core.achieve import (
    Happening,
    JudgedCampaign,
    JudgedJourney,
    assess_deliveries,
    explained_campaign,
    in_order,
    judge_journeys,
    rules_saw,
)
from attribution_service.core.answers import Finding
from attribution_service.core.as_of import AsOf, Unsure, as_of
from attribution_service.core.catalog import Catalog
from attribution_service.core.credit import Assessment, assess, candidates
from attribution_service.core.model import (
    Candidate,
    Conversion,
    Delivery,
    DeliveryStatus,
    Journey,
    MembershipChange,
    Move,
    Receipt,
    ReceiptKind,
    Verdict,
    told,
)
from attribution_service.core.properties import EMPTY
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import PersonState

_OF_NOW = "told from the attributes that the person has now: those of then are not kept"
_REPORTED = "it was sent before; whether that had been reported by then is not kept"
_BOUNCED = "it has bounced; whether it had by then is not kept"
_AT_ONCE = "something else came at the same instant; which was first is not kept"
_REAL = "whether the person really entered or left the segment by this is not kept"
_MOVES = "which segments the person entered or left by this is not kept"
_ANOTHER = "another may have been touched last: not all that decides it is kept"
_NOT_CREDITED = "why it was not credited does not follow from what is kept"
_IN_TIME = frozenset({Verdict.EARLIER_TOUCH, Verdict.ALREADY_CONVERTED})


@dataclass(frozen=True, slots=True)
class OnRecord:
    """Something that was taken in; `receipt` is None for a change without an id.

    `conversions` are those that it made, at least one where there is no receipt.
    """

    person_id: str
    event_id: str
    arrival_us: int
    receipt: Receipt | None
    conversions: tuple[Conversion, ...] = ()

    @classmethod
    def of(cls, receipt: Receipt | None, conversions: tuple[Conversion, ...] = ()) -> "OnRecord":
        """What is on record by a receipt, or by the conversions that a change made."""
        if receipt is not None:
            return cls(
                receipt.person_id, receipt.event_id, receipt.arrival_us, receipt, conversions
            )
        first = conversions[0]
        return cls(first.person_id, first.event_id, first.converted_us, None, conversions)

    @property
    def event_name(self) -> str | None:
        """The name of the event; None: it was no event."""
        if self.receipt is None or self.receipt.kind is not ReceiptKind.EVENT:
            return None
        return self.receipt.name

    def watching(self, catalog: Catalog) -> frozenset[str] | None:
        """Ids of the campaigns that it may have been about; None: of any."""
        watched: str | Move | None = self.event_name or self._move()
        if watched is None:
            return None
        return frozenset(catalog.as_of(self.arrival_us).watching(watched))

    def _move(self) -> Move | None:
        receipt = self.receipt
        if receipt is None or receipt.kind is not ReceiptKind.SEGMENT_CHANGE:
            return None
        change = MembershipChange(str(receipt.properties.values["change"]))
        return Move(receipt.name, change)

    def moves(self, journeys: Mapping[str, Journey], catalog: Catalog) -> tuple[Move, ...]:
        """The moves that it made, as far as they are known; of an update those that achieved."""
        move = self._move()
        if move is not None:
            return (move,)
        found = {each.move for each in self.conversions}
        for journey_id in () if self.receipt is None else self.receipt.achieved_journeys:
            journey = journeys.get(journey_id)
            if journey is not None:
                goal = catalog.revision(journey.campaign_id, journey.revision).goal
                found.add(None if goal is None else goal.move)
        return tuple(sorted(each for each in found if each is not None))


def explain_recorded(
    on_record: OnRecord, whole: PersonState, catalog: Catalog, rules: RuleBook
) -> tuple[Finding, ...]:
    """A verdict for all that was looked at when it came, as an explanation then had them (M6).

    `whole` is what is recorded of the person in the campaigns that `on_record` may have been about,
    with attributes and memberships.
    """
    catalog = catalog.as_of(on_record.arrival_us)
    of_event = on_record.event_name is not None
    moves = () if of_event else on_record.moves(whole.journeys, catalog)
    if not of_event and not moves:
        return (replace(explain.nothing_achieved(), note=_MOVES),)
    receipt = on_record.receipt
    happening = Happening(
        person_id=on_record.person_id,
        achievement_id=on_record.event_id,
        event_name=on_record.event_name,
        moves=moves,
        properties=receipt.properties if receipt is not None and of_event else EMPTY,
        person=whole.person.attributes if whole.knows_person else EMPTY,
        now_us=on_record.arrival_us,
        person_of_now=True,
    )
    again = _Again(happening, on_record, whole, catalog, rules)
    if receipt is not None and receipt.kind is ReceiptKind.SEGMENT_CHANGE:
        real = again.was_real(moves[0])
        if real is False:
            return (explain.no_change(),)
        note = "" if real else _REAL
    else:
        note = ""
    return tuple(replace(each, note=each.note or note) for each in again.findings())


_NO_CAMPAIGN = JudgedCampaign((), (), (), None, ())


@dataclass(slots=True)
class _Settled:
    """One way in which a campaign may have been judged.

    `unsure` is what does not follow from the record, and `unreported` the deliveries that had been
    sent and not yet reported so. `not_met` are journeys that must not have achieved, though by what
    is kept they did. `contradicted`: the way does not lead to what was recorded.
    """

    unsure: dict[str, Unsure]
    unreported: set[str] = field(default_factory=set)
    contradicted: bool = False
    not_met: list[JudgedJourney] = field(default_factory=list)
    campaign: JudgedCampaign = _NO_CAMPAIGN

    @property
    def looked_at(self) -> Iterable[str]:
        """Ids of the deliveries that were looked at."""
        return (each.delivery.delivery_id for each in self.campaign.assessments)

    def again(self) -> "_Settled":
        """The same to go on from."""
        return _Settled(dict(self.unsure), set(self.unreported))


@dataclass(slots=True)
class _Again:
    """Judges once more what is on record."""

    happening: Happening
    on_record: OnRecord
    whole: PersonState
    catalog: Catalog
    rules: RuleBook
    then: AsOf = field(init=False)
    before: AsOf = field(init=False)
    by_campaign: Mapping[str, Sequence[Journey]] = field(init=False)

    def __post_init__(self) -> None:
        now_us = self.on_record.arrival_us
        self.then = as_of(self.whole, now_us)
        self.before = as_of(self.whole, now_us - 1)
        watching = self.happening.watching(self.catalog)
        self.by_campaign = self.then.state.judged_by(watching)

    def was_real(self, move: Move) -> bool | None:
        """Whether the change was one; None: that is not known (S1)."""
        receipt = self.on_record.receipt
        if self.on_record.conversions or (receipt is not None and receipt.achieved_journeys):
            return True
        now_us = self.on_record.arrival_us
        entered_us = self._entered_us(move.segment_id)
        if entered_us is not None and entered_us < now_us:
            return False  # in it since before, and not left by this
        if entered_us == now_us and move.change is MembershipChange.ENTERED:
            return True
        judged = [each for journeys in self.by_campaign.values() for each in journeys]
        # Every one of these would have achieved: their goals have no filter.
        if any(told(each.journey_id) and each.start_us < now_us for each in judged):
            return False
        return None

    def _entered_us(self, segment_id: str) -> int | None:
        segment = self.catalog.segment(segment_id)
        membership = self.whole.memberships.get(segment_id)
        if segment is None or membership is None or membership.incarnation != segment.incarnation:
            return None
        return membership.entered_us

    def findings(self) -> tuple[Finding, ...]:
        watching = self.happening.watching(self.catalog)
        if not watching:
            return (explain.not_watched(self.happening.event_name, self.happening.moves),)
        made = {each.campaign_id: each for each in self.on_record.conversions}
        found = [
            finding
            for campaign_id, journeys in self.by_campaign.items()
            for finding in self._campaign(journeys, made.get(campaign_id))
        ]
        before = self.happening.watching(self.catalog.as_of(self.happening.now_us - 1))
        return tuple(
            replace(each, note=_AT_ONCE)
            if each.verdict is Verdict.NO_JOURNEY and each.campaign_id not in before
            else each
            for each in in_order(self.happening, watching, found)
        )

    def _campaign(
        self, journeys: Iterable[Journey], conversion: Conversion | None
    ) -> Iterator[Finding]:
        judged = judge_journeys(self.happening, journeys, self.catalog, self.rules)
        shown: list[JudgedJourney] = []
        by_now: set[str] = set()
        for item in judged:
            recorded = self._achieved(item.journey, conversion)
            if recorded is None or recorded is item.met:
                shown.append(item)
                if recorded is None and item.met and self._reads_person(item):
                    by_now.add(item.journey.journey_id)
            elif recorded:
                shown.append(replace(item, result=True))
            elif item.journey.start_us < self.happening.now_us or self._reads_person(item):
                yield self._not_met_then(item)
            # Else it started afterwards, at the same instant: it was not looked at.
        if conversion is None:
            settled = self._not_credited(shown)
        else:
            settled = self._credited(shown, conversion)
        in_doubt = {
            each.delivery.delivery_id
            for each in settled.campaign.assessments
            if each.delivery.journey_id in by_now
        }
        yield from map(self._not_met_then, settled.not_met)
        another = bool(in_doubt) or self._may_be_another(settled)
        for finding in explained_campaign(self.happening, settled.campaign, self.rules):
            noted = self._with_notes(finding, settled)
            if finding.delivery_id in in_doubt and not noted.note:
                noted = replace(noted, note=_OF_NOW)
            elif another and noted.verdict in _IN_TIME and not noted.note:
                noted = replace(noted, note=_ANOTHER)
            yield self._with_order(noted, settled)

    def _with_order(self, finding: Finding, settled: _Settled) -> Finding:
        """With a note if it may hang on what of the same instant was first."""
        if finding.note or finding.verdict is Verdict.CONVERTED:
            return finding
        if settled.campaign.conversion is not None and finding.verdict is Verdict.EARLIER_TOUCH:
            return finding
        now_us = self.happening.now_us
        if finding.delivery_id:
            at_once = finding.delivery_id in self.then.at_once or (
                finding.verdict in _IN_TIME and not self.then.at_once.isdisjoint(settled.looked_at)
            )
        elif finding.journey_id:
            at_once = self.whole.journeys[finding.journey_id].start_us == now_us or any(
                self.whole.deliveries[each].journey_id == finding.journey_id
                for each in self.then.at_once
            )
        else:
            at_once = any(
                each.campaign_id == finding.campaign_id and each.start_us == now_us
                for each in self.whole.journeys.values()
            )
        return replace(finding, note=_AT_ONCE) if at_once else finding

    def _may_be_another(self, settled: _Settled) -> bool:
        """Whether the last touch may have been another one: where none was credited."""
        if settled.campaign.conversion is not None:
            return False
        judged = {item.journey.journey_id: item for item in settled.campaign.journeys}
        return any(
            item.delivery.delivery_id in settled.unsure and self._in_time_if_sent(item, judged)
            for item in settled.campaign.assessments
        )

    def _in_time_if_sent(self, item: Assessment, judged: Mapping[str, JudgedJourney]) -> bool:
        sent = replace(item.delivery, status=DeliveryStatus.SENT)
        return self._assess(sent, judged[sent.journey_id]).against is None

    def _reads_person(self, item: JudgedJourney) -> bool:
        saw = rules_saw(self.happening, item, self.rules, with_value=False)
        return any(value.of_now for value in saw.values)

    def _achieved(self, journey: Journey, conversion: Conversion | None) -> bool | None:
        """Whether the record says that the journey achieved by this; None: it does not tell."""
        of_journey = journey.journey_id
        credited = () if conversion is None else conversion.candidates
        if any(each.journey_id == of_journey for each in credited):
            return True
        receipt = self.on_record.receipt
        if receipt is not None and told(of_journey):
            return of_journey in receipt.achieved_journeys
        first_us = self.whole.journeys[of_journey].achieved_us
        now_us = self.happening.now_us
        if first_us is None or first_us > now_us:
            return False
        return True if first_us == now_us else None

    def _not_met_then(self, item: JudgedJourney) -> Finding:
        """The filter is true of what there is now, and was not of what there was."""
        seen = rules_saw(self.happening, item, self.rules, with_value=False)
        finding = explain.goal_not_met(item.journey, item.goal, Verdict.FILTER_FALSE, False, seen)
        return replace(finding, detail=explain.not_met_then(item.goal), note=_OF_NOW)

    def _credited(self, judged: Sequence[JudgedJourney], conversion: Conversion) -> "_Settled":
        """The deliveries as the recorded candidates say."""
        kept = {each.delivery_id: each for each in conversion.candidates}
        settled = _Settled(dict(self.then.unsure))
        assessments = []
        met = {item.journey.journey_id: item for item in judged if item.can_convert}
        deliveries = self.then.state.deliveries_by_journey()
        for item in assess_deliveries(met.values(), deliveries, self.happening.now_us):
            candidate = kept.get(item.delivery.delivery_id)
            judged_by = met[item.delivery.journey_id]
            if candidate is not None:
                settled.unsure.pop(candidate.delivery_id, None)
                assessments.append(_as_recorded(item, candidate))
            elif item.against is None:
                assessments.extend(self._no_candidate(item.delivery, judged_by, settled))
            else:
                sent = replace(item.delivery, status=DeliveryStatus.SENT)
                if (
                    item.against is Verdict.BOUNCED
                    and self._assess(sent, judged_by).against is None
                ):
                    settled.unsure.pop(sent.delivery_id, None)  # else it were a candidate
                assessments.append(item)
        settled.campaign = JudgedCampaign(
            tuple(judged), tuple(assessments), conversion.candidates, conversion, ()
        )
        return settled

    def _no_candidate(
        self, delivery: Delivery, judged: JudgedJourney, settled: "_Settled"
    ) -> Iterator[Assessment]:
        """What can have stood against a delivery that is in time by what is kept."""
        if self.then.unsure.get(delivery.delivery_id) is Unsure.SENT_REPORTED:
            settled.unsure.pop(delivery.delivery_id)
            settled.unreported.add(delivery.delivery_id)
            yield self._assess(_unsent(delivery), judged)
            return
        # Else something of the same instant came afterwards: its report, an open or a click.
        earlier = self.before.state.deliveries.get(delivery.delivery_id)
        if earlier is not None:
            found = self._assess(earlier, judged)
            if found.against is not None:
                yield found

    def _not_credited(self, judged: Sequence[JudgedJourney]) -> "_Settled":
        """The deliveries in the first way that leads to no conversion, as there was none."""
        first: _Settled | None = None
        for settled, journeys, deliveries in self._ways(judged):
            met = [item for item in journeys if item.can_convert]
            by_journey: dict[str, list[Delivery]] = {}
            for delivery in deliveries:
                by_journey.setdefault(delivery.journey_id, []).append(delivery)
            assessments = assess_deliveries(met, by_journey, self.happening.now_us)
            in_time = tuple(candidates(assessments))
            settled.campaign = JudgedCampaign(tuple(journeys), assessments, in_time, None, ())
            if not in_time or in_time[-1].already_converted:
                return settled
            first = first or settled
        if first is None:
            raise AssertionError("there is always a first way")
        first.contradicted = True
        return first

    def _ways(
        self, judged: Sequence[JudgedJourney]
    ) -> Iterator[tuple["_Settled", Sequence[JudgedJourney], Iterable[Delivery]]]:
        """What may have been then, the likeliest first; each way keeps to those before."""
        found = dict(self.then.state.deliveries)
        settled = _Settled(dict(self.then.unsure))
        yield settled, judged, list(found.values())
        # Something else of the same instant had been credited before.
        self._credit_of_the_instant(found)
        yield settled.again(), judged, list(found.values())
        # A delivery that has bounced since was the last touch, and had converted.
        settled = settled.again()
        for key, delivery in found.items():
            if settled.unsure.get(key) is Unsure.BOUNCED and delivery.converted_us is not None:
                del settled.unsure[key]
                found[key] = replace(delivery, status=DeliveryStatus.SENT)
        yield settled, judged, list(found.values())
        # One that was sent before was reported afterwards.
        settled = settled.again()
        for key, delivery in found.items():
            if settled.unsure.get(key) is Unsure.SENT_REPORTED and delivery.converted_us is None:
                del settled.unsure[key]
                settled.unreported.add(key)
                found[key] = _unsent(delivery)
        yield settled, judged, list(found.values())
        # Opens and clicks of the same instant came afterwards.
        settled = settled.again()
        for key in self.then.at_once & found.keys():
            earlier = self.before.state.deliveries.get(key)
            found[key] = _touched_as(found[key], earlier)
        yield settled, judged, list(found.values())
        # What else came at the same instant came afterwards.
        for key, delivery in list(found.items()):
            earlier = self.before.state.deliveries.get(key)
            if earlier is None:
                del found[key]
            else:
                found[key] = _of_before(earlier, delivery)
        yield settled.again(), judged, list(found.values())
        # A newsletter's goal was not met: of it the record has only the first achievement.
        settled = settled.again()
        unsure = [item for item in judged if self._achieved(item.journey, None) is None]
        settled.not_met = [item for item in unsure if item.met]
        left = [item for item in judged if item not in settled.not_met]
        yield settled, left, list(found.values())

    def _credit_of_the_instant(self, found: dict[str, Delivery]) -> None:
        now_us = self.happening.now_us
        for key, delivery in self.whole.deliveries.items():
            if delivery.converted_us == now_us and key in found:
                found[key] = replace(found[key], converted_us=now_us)

    def _assess(self, delivery: Delivery, judged: JudgedJourney) -> Assessment:
        return assess(delivery, judged.revision, judged.goal, self.happening.now_us)

    def _with_notes(self, finding: Finding, settled: "_Settled") -> Finding:
        if not finding.delivery_id:
            of_now = any(value.of_now for value in finding.seen.values)
            return replace(finding, note=_OF_NOW) if of_now else finding
        if finding.verdict is Verdict.CONVERTED:
            return self._converted(finding, settled)
        if finding.verdict is Verdict.CHANNEL_CANNOT_CONVERT:
            return finding
        if finding.verdict is Verdict.ALREADY_CONVERTED and settled.contradicted:
            detail = explain.not_credited_then()
            return replace(
                finding, verdict=Verdict.EARLIER_TOUCH, detail=detail, note=_NOT_CREDITED
            )
        if finding.verdict is Verdict.NOT_SENT and finding.delivery_id in settled.unreported:
            return replace(finding, detail=explain.not_reported_then())
        match settled.unsure.get(finding.delivery_id):
            case Unsure.BEFORE_SENT:
                return replace(finding, detail=explain.not_sent_then())
            case Unsure.SENT_REPORTED:
                return replace(finding, note=_REPORTED)
            case Unsure.BOUNCED:
                return replace(finding, note=_BOUNCED)
            case _:
                return finding

    def _converted(self, finding: Finding, settled: "_Settled") -> Finding:
        conversion = settled.campaign.conversion
        if conversion is None or conversion.seen is not None:
            return finding
        # It was recorded when what rules saw was not kept.
        journeys = settled.campaign.journeys
        (judged,) = (j for j in journeys if j.journey.journey_id == conversion.journey_id)
        seen = rules_saw(self.happening, judged, self.rules)
        note = _OF_NOW if any(value.of_now for value in seen.values) else ""
        return replace(finding, seen=seen, note=note)


def _as_recorded(item: Assessment, candidate: Candidate) -> Assessment:
    """In time, for so it was."""
    sent = replace(item.delivery, status=DeliveryStatus.SENT, sent_us=candidate.sent_us)
    return Assessment(sent, item.revision, None, candidate.basis_us)


def _unsent(delivery: Delivery) -> Delivery:
    return replace(delivery, status=DeliveryStatus.DRAFTED, sent_us=None)


def _touched_as(delivery: Delivery, other: Delivery | None) -> Delivery:
    """A delivery with the opens and clicks of another, None: with none."""
    return replace(
        delivery,
        opened_us=None if other is None else other.opened_us,
        clicked_us=None if other is None else other.clicked_us,
        machine_opened_us=None if other is None else other.machine_opened_us,
        machine_clicked_us=None if other is None else other.machine_clicked_us,
    )


def _of_before(earlier: Delivery, delivery: Delivery) -> Delivery:
    """A delivery as it was an instant earlier, with what else is taken for true of it."""
    if earlier.sent_us is None:
        return replace(earlier, converted_us=delivery.converted_us)
    return replace(
        earlier,
        status=delivery.status,
        sent_us=delivery.sent_us,
        converted_us=delivery.converted_us,
    )
