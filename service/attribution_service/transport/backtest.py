"""The call that tries a goal on what happened, a slice at a time, so that nobody waits for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar

from attribution.v1 import backtest_pb2, rule_service_pb2

from attribution_service.core.backtest import Backtest, Figures, Found, Question, Step
from attribution_service.core.backtest_notes import Note, notes
from attribution_service.core.definitions import check_goal
from attribution_service.core.model import Campaign, CampaignKind, Interaction, Receipt, Revision
from attribution_service.core.refusals import Reason, Refusal, not_found, shown
from attribution_service.core.rules import RuleBook
from attribution_service.storage.interface import Histories, Place, Placed, Store
from attribution_service.transport import decode, encode, enums
from attribution_service.transport.fields import MAX_WEBHOOK_ACTIONS, Fields
from attribution_service.transport.reports import range_of

DEFAULT_CONVERSIONS = 100
MAX_CONVERSIONS = 10_000
# Read at a time: enough to make a read cheap, few enough to be soon done with.
_JOURNEYS_AT_ONCE = 20
_RECORDS_AT_ONCE = 100
_REVISIONS_AT_ONCE = 1_000
# What a slice may cost, as steps count it; reads are not counted.
_SLICE = 200

Request = rule_service_pb2.BacktestRequest
Response = rule_service_pb2.BacktestResponse
R = TypeVar("R", Interaction, Receipt)


def opened(request: Request, store: Store) -> "Running":
    """A backtest that is about to begin. Raises Refusal."""
    question, most = _asked(request, store)
    return Running(store, question, most)


def _asked(request: Request, store: Store) -> tuple[Question, int]:
    """What is asked, and how many conversions are to be shown."""
    fields = Fields()
    within = range_of(
        request, fields, campaign_id=fields.identifier("campaign_id", request.campaign_id)
    )
    if not request.HasField("goal"):
        fields.fault("goal", Reason.FIELD_REQUIRED, "is required: it is what is tried")
        fields.done()
    goal = decode.goal_of(request.goal, "goal", fields)
    if goal.move is not None:
        what = (
            "cannot be tried: who entered or left a segment when is not recorded, so only a goal "
            "on an event has a history to be judged by"
        )
        fields.fault(f"goal.{request.goal.WhichOneof('achievement')}", Reason.FIELD_INVALID, what)
    webhooks = fields.identifiers(
        "webhook_action_ids", request.webhook_action_ids, MAX_WEBHOOK_ACTIONS
    )
    if webhooks and request.without_webhooks:
        fields.fault("without_webhooks", Reason.FIELD_INVALID, "goes without webhook_action_ids")
    most = request.max_conversions if request.HasField("max_conversions") else DEFAULT_CONVERSIONS
    if most < 0:
        what = "must not be negative; 0 shows none"
        fields.fault("max_conversions", Reason.FIELD_OUT_OF_RANGE, what)
    fields.done()
    campaign = _campaign(within.campaign_id, store)
    has_trigger = campaign.current.trigger_event_name is not None
    check_goal(goal, RuleBook(), has_trigger=has_trigger, field="goal")
    if not webhooks and not request.without_webhooks:
        webhooks = campaign.current.webhook_action_ids
    # Up to now, which is the latest arrival: what comes while this runs has no part in it.
    now_us = store.latest_arrival_us() + 1
    end_us = now_us if within.end_us is None else min(within.end_us, now_us)
    question = Question(campaign, goal, webhooks, replace(within, end_us=end_us))
    return question, min(most, MAX_CONVERSIONS)


def _campaign(campaign_id: str, store: Store) -> Campaign:
    campaign = store.campaign(campaign_id)
    if campaign is None:
        raise not_found(Reason.CAMPAIGN_NOT_FOUND, "campaign_id", campaign_id)
    if campaign.kind is CampaignKind.NEWSLETTER:
        raise Refusal(  # G7
            Reason.GOAL_FIXED,
            f"{shown(campaign_id)} is a newsletter, whose goal was fixed when it was created: "
            "there is no other to try",
            {"campaign_id": campaign_id},
        )
    return campaign


class Running:
    """A backtest under way. Threads may take turns with it, one at a time."""

    def __init__(self, store: Store, question: Question, most: int) -> None:
        self._question = question
        self._most = most
        self._shown = 0
        self._passed = 0
        self._extent = store.histories.extent(
            question.campaign.campaign_id, question.event_name, question.end_us
        )
        self._backtest = Backtest(question, _revisions(question.campaign.campaign_id, store))
        self._steps = self._all_steps(store.histories)
        self.ended = False

    def advance(self) -> list[Response]:
        """Do a slice of the work; gives the conversions that it found, in order."""
        found: list[Response] = []
        room = _SLICE
        for step in self._steps:
            if step.found is not None and self._shown < self._most:
                self._shown += 1
                found.append(Response(conversion=_conversion(step.found)))
            room -= step.cost
            if room <= 0:
                return found
        self.ended = True
        return found

    def _all_steps(self, histories: Histories) -> Iterator[Step]:
        """All the work; a step that reads costs a slice."""
        question, backtest = self._question, self._backtest
        campaign_id = question.campaign.campaign_id
        after: Place | None = None
        while page := histories.entrances(campaign_id, question.end_us, after, _JOURNEYS_AT_ONCE):
            # Who is in several pages is judged with the first journey.
            entered = [item.record.person_id for item in page if item.record.first]
            people = histories.people(campaign_id, entered, attributes=backtest.reads_person)
            yield Step(_SLICE)
            interactions = _Parts(partial(_interactions, histories, question), list(people))
            events = _Parts(partial(_events, histories, question), list(people))
            for person_id, known in people.items():
                theirs = interactions.of(person_id), events.of(person_id)
                yield from backtest.person(known, *theirs)
            after = page[-1].place
            self._passed += len(page)

    def progress(self) -> Response:
        """How far it is."""
        tally = self._backtest.tally
        return Response(
            progress=backtest_pb2.BacktestProgress(
                journeys=self._passed,
                # People who are deleted meanwhile take their journeys with them.
                journey_count=self._passed if self.ended else self._extent.journeys,
                people=tally.people,
                events=tally.events,
                conversions=tally.would,
            )
        )

    def summary(self) -> Response:
        """What has come of it."""
        tally, within = self._backtest.tally, self._question.range
        found = notes(
            self._question,
            tally,
            watched_us=self._extent.watched_us,
            deleted=self._extent.deleted,
            removed=self._extent.removed,
            reads_person=self._backtest.reads_person,
        )
        return Response(
            summary=backtest_pb2.BacktestSummary(
                start_time=encode.time(within.start_us),
                end_time=encode.time(within.end_us),
                journeys=tally.journeys,
                people=tally.people,
                deliveries=tally.deliveries,
                events=tally.events,
                backtest=_figures(tally.backtest),
                recorded=_figures(tally.recorded),
                both=tally.both,
                only_backtest=tally.backtest.conversions - tally.both,
                only_recorded=tally.recorded.conversions - tally.both,
                achieved_journeys=tally.achieved,
                exits=tally.exits,
                shown=self._shown,
                notes=map(_note, found),
            )
        )


def _revisions(campaign_id: str, store: Store) -> Iterator[Revision]:
    after = 0
    while page := store.revisions(campaign_id, after, _REVISIONS_AT_ONCE):
        yield from page
        after = page[-1].number


class _Parts(Generic[R]):
    """Records of people, read a part at a time; to be taken person by person, in order."""

    def __init__(
        self,
        read: Callable[[Sequence[str], Place | None], Sequence[Placed[R]]],
        person_ids: Sequence[str],
    ) -> None:
        self._records: Iterator[R] = _all_parts(read, person_ids)
        self._next: R | None = next(self._records, None)

    def of(self, person_id: str) -> Iterator[R]:
        """Those of the next person."""
        while self._next is not None and self._next.person_id == person_id:
            record = self._next
            self._next = next(self._records, None)
            yield record


def _all_parts(
    read: Callable[[Sequence[str], Place | None], Sequence[Placed[R]]], person_ids: Sequence[str]
) -> Iterator[R]:
    after: Place | None = None
    while page := read(person_ids, after):
        yield from (item.record for item in page)
        if len(page) < _RECORDS_AT_ONCE:
            return
        after = page[-1].place
        # Those who are done with need not be looked up again.
        person_ids = person_ids[person_ids.index(page[-1].record.person_id) :]


def _interactions(
    histories: Histories, question: Question, person_ids: Sequence[str], after: Place | None
) -> Sequence[Placed[Interaction]]:
    kind = question.interactions
    if kind is None:
        return ()
    return histories.interactions(person_ids, kind, question.end_us, after, _RECORDS_AT_ONCE)


def _events(
    histories: Histories, question: Question, person_ids: Sequence[str], after: Place | None
) -> Sequence[Placed[Receipt]]:
    name, end_us = question.event_name, question.end_us
    return histories.events(person_ids, name, end_us, after, _RECORDS_AT_ONCE)


def _conversion(found: Found) -> backtest_pb2.BacktestConversion:
    return backtest_pb2.BacktestConversion(
        conversion=encode.conversion(found.conversion), recorded=found.recorded
    )


def _figures(figures: Figures) -> backtest_pb2.BacktestFigures:
    return backtest_pb2.BacktestFigures(
        conversions=figures.conversions,
        people=figures.people,
        total_value=figures.value,
        without_value=figures.without_value,
    )


def _note(note: Note) -> backtest_pb2.BacktestNote:
    return backtest_pb2.BacktestNote(
        kind=enums.BACKTEST_NOTE_KIND.number(note.kind),
        text=note.text,
        count=note.count,
        time=encode.time(note.time_us),
    )
