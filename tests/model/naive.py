"""The rules of docs/semantics.md, once more, in the plainest way that works.

The model keeps one thing: the log of every command that it accepted, with its answer. Whatever
it has to know (how far a delivery got, what was opened last, whether a journey has ended) it
works out anew from the whole log each time. Nothing is cached and nothing is updated, so there
is no state that could be wrong. It is far too slow to serve anybody; it is there to be obviously
right, and to be compared with the service by tests.

Times are integer microseconds since 1970, durations integer microseconds. `call` takes requests
in JSON form and gives answers as dicts with the field names of the responses.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from model import rules
from model.driver import Json, Refused
from model.jsonform import with_numbers

DAY_US = 86_400_000_000
LONGEST_WINDOW_US = 90 * DAY_US

CONVERTING_CHANNELS = frozenset({"EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP"})
MESSAGES = frozenset({"EMAIL", "SMS", "PUSH", "WHATSAPP", "IN_APP"})
STATUS_RANK = {
    "DRAFTED": 0,
    "QUEUED": 1,
    "ATTEMPTED": 2,
    "FAILED": 3,
    "SUPPRESSED": 3,
    "SENT": 4,
    "BOUNCED": 5,
}
# Fields of a campaign; a change of one that judges makes a new revision (rule G6).
FIELDS = ("display_name", "trigger", "goal", "exit_policy", "webhook_action_ids")
JUDGING = ("trigger", "goal", "exit_policy", "webhook_action_ids")


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted command: when it arrived, what it said, and what it was answered."""

    at: int
    name: str
    request: Json
    answer: Json


@dataclass(frozen=True, slots=True)
class Goal:
    """What a revision of a campaign is for."""

    event_name: str
    filter: str
    window: int | None
    basis: str
    value: str
    count_machine: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey as it stands."""

    person_id: str
    journey_id: str
    campaign_id: str
    revision: int
    trigger: Json
    start_time: int
    state: str = "ACTIVE"
    exit_reason: str | None = None
    end_time: int | None = None
    achieve_time: int | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """An open or click, with its time cut to its arrival."""

    kind: str
    machine: bool
    untracked: bool
    time: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands."""

    person_id: str
    delivery_id: str
    journey_id: str
    campaign_id: str
    action_id: str
    channel: str
    status: str
    sent_time: int | None
    touches: tuple[Touch, ...]
    convert_time: int | None
    create_time: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A delivery in time for an achievement."""

    delivery: Delivery
    journey: Journey
    goal: Goal
    basis_time: int


class Refusal(Exception):
    """Carries a refusal out of a command; nothing has been recorded."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.refused = Refused(code, reason)


class NaiveModel:
    """Carries out commands by the rules. See the module's text.

    The methods that decide one thing each (`window_holds`, `touch_key`, ...) are overridden by
    the tests that plant a mistake.
    """

    def __init__(self) -> None:
        self.log: list[Entry] = []
        self._last_at = 0

    def call(self, name: str, request: Json, at_us: int) -> Json | Refused:
        """Carry out one command; see `model.driver.Driver`."""
        if at_us < self._last_at:
            raise ValueError("arrival times never go back")
        self._last_at = at_us
        commands: dict[str, Callable[[Json, int], Json]] = {
            "create_campaign": self.create_campaign,
            "update_campaign": self.update_campaign,
            "get_campaign": self.get_campaign,
            "start_journey": self.start_journey,
            "finish_journey": self.finish_journey,
            "get_journey": self.get_journey,
            "list_journeys": self.list_journeys,
            "record_delivery": self.record_delivery,
            "record_interaction": self.record_interaction,
            "get_delivery": self.get_delivery,
            "list_deliveries": self.list_deliveries,
            "evaluate": self.evaluate,
            "check_exit": self.check_exit,
        }
        try:
            answer = commands[name](with_numbers(deepcopy(request)), at_us)
        except Refusal as refusal:
            return refusal.refused
        return deepcopy(answer)

    def _accept(self, at: int, name: str, request: Json, answer: Json) -> Json:
        self.log.append(Entry(at, name, request, answer))
        return answer

    def _entries(self, name: str, person_id: str) -> Iterable[Entry]:
        """Accepted commands of one kind for one person, in order of arrival."""
        for entry in self.log:
            request = entry.request
            person = request.get("delivery") or request.get("event") or request
            if entry.name == name and person.get("person_id") == person_id:
                yield entry

    # ---- campaigns -------------------------------------------------------------------------

    def create_campaign(self, request: Json, at: int) -> Json:
        """The first revision of a campaign."""
        given = request.get("campaign", {})
        campaign_id = _required(given, "campaign_id")
        content = _filled_in(given)
        _check_campaign(content)
        if self._versions(campaign_id):
            raise Refusal("ALREADY_EXISTS", "CAMPAIGN_ALREADY_EXISTS")
        campaign = {
            "campaign_id": campaign_id,
            "kind": "TRIGGERED",
            **content,
            "revision": 1,
            "etag": "1",
            "create_time": at,
            "update_time": at,
        }
        return self._accept(at, "create_campaign", request, {"campaign": campaign})

    def update_campaign(self, request: Json, at: int) -> Json:
        """Changes a campaign; the same content again changes nothing."""
        given = request.get("campaign", {})
        current = self.campaign(_required(given, "campaign_id"))
        if given.get("etag") and given["etag"] != current["etag"]:
            raise Refusal("ABORTED", "ETAG_MISMATCH")
        content = _masked(current, given, request.get("update_mask", []))
        _check_campaign(content)
        if all(content[field] == current[field] for field in FIELDS):
            return {"campaign": current}
        judges = any(content[field] != current[field] for field in JUDGING)
        campaign = {
            **current,
            **content,
            "revision": current["revision"] + (1 if judges else 0),
            "etag": str(int(current["etag"]) + 1),
            "update_time": at,
        }
        return self._accept(at, "update_campaign", request, {"campaign": campaign})

    def get_campaign(self, request: Json, _at: int) -> Json:
        """A campaign as it is now."""
        return {"campaign": self.campaign(_required(request, "campaign_id"))}

    def _versions(self, campaign_id: str) -> list[Json]:
        """Everything the campaign has ever been, oldest first."""
        return [
            entry.answer["campaign"]
            for entry in self.log
            if entry.name in ("create_campaign", "update_campaign")
            and entry.answer["campaign"]["campaign_id"] == campaign_id
        ]

    def campaign(self, campaign_id: str) -> Json:
        """A campaign as it is now."""
        versions = self._versions(campaign_id)
        if not versions:
            raise Refusal("NOT_FOUND", "CAMPAIGN_NOT_FOUND")
        return versions[-1]

    def _campaign_ids(self) -> list[str]:
        ids = [entry.answer["campaign"]["campaign_id"] for entry in self.log if _creates(entry)]
        return sorted(ids, key=_bytes)

    def judge(self, journey: Journey) -> Json:
        """The revision of the campaign by which a journey is judged (rule G8)."""
        versions = self._versions(journey.campaign_id)
        return [v for v in versions if v["revision"] == journey.revision][-1]

    def goal(self, journey: Journey) -> Goal | None:
        """The journey's own goal."""
        return _goal(self.judge(journey)["goal"])

    def policy(self, journey: Journey) -> str:
        """The exit policy in force now, whatever the journey's revision (rule G8)."""
        return str(self.campaign(journey.campaign_id)["exit_policy"])

    def watching(self, event_name: str) -> list[str]:
        """Ids of the campaigns with a goal on the event in any revision, in byte order."""
        return [
            campaign_id
            for campaign_id in self._campaign_ids()
            if any(
                version["goal"] and version["goal"]["performs_event"]["event_name"] == event_name
                for version in self._versions(campaign_id)
            )
        ]

    # ---- journeys --------------------------------------------------------------------------

    def start_journey(self, request: Json, at: int) -> Json:
        """A person enters a campaign."""
        person_id = _required(request, "person_id")
        journey_id = _required(request, "journey_id")
        campaign_id = _required(request, "campaign_id")
        for entry in self._entries("start_journey", person_id):
            if entry.request["journey_id"] == journey_id:
                return self._started_again(entry, request)
        campaign = self.campaign(campaign_id)
        if request.get("trigger_properties") and not campaign["trigger"]:
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        journey = Journey(
            person_id=person_id,
            journey_id=journey_id,
            campaign_id=campaign_id,
            revision=campaign["revision"],
            trigger=request.get("trigger_properties") or {},
            start_time=at,
        )
        answer = {"journey": _journey_json(journey), "replayed": False}
        return self._accept(at, "start_journey", request, answer)

    def _started_again(self, first: Entry, request: Json) -> Json:
        """The same start gets the first answer; another is refused (rule C13)."""
        again = _start_content(request) == _start_content(first.request)
        if not again:
            raise Refusal("ALREADY_EXISTS", "JOURNEY_ALREADY_EXISTS")
        return {**first.answer, "replayed": True}

    def finish_journey(self, request: Json, at: int) -> Json:
        """A journey comes to its last step; one that has ended stays as it is (rule X10)."""
        journey = self.journey(request)
        if journey.state != "ACTIVE":
            return {"journey": _journey_json(journey), "replayed": True}
        ended = replace(journey, state="FINISHED", exit_reason="FINISHED", end_time=at)
        answer = {"journey": _journey_json(ended), "replayed": False}
        return self._accept(at, "finish_journey", request, answer)

    def get_journey(self, request: Json, _at: int) -> Json:
        """A journey as it is now."""
        return {"journey": _journey_json(self.journey(request))}

    def list_journeys(self, request: Json, _at: int) -> Json:
        """A person's journeys, in one page."""
        journeys = self.journeys(_required(request, "person_id"))
        wanted = request.get("campaign_id")
        kept = [j for j in journeys if not wanted or j.campaign_id == wanted]
        return {"journeys": [_journey_json(journey) for journey in kept]}

    def journeys(self, person_id: str) -> list[Journey]:
        """A person's journeys as they stand, in byte order of their ids."""
        started = [
            Journey(
                person_id=person_id,
                journey_id=entry.request["journey_id"],
                campaign_id=entry.request["campaign_id"],
                revision=entry.answer["journey"]["revision"],
                trigger=entry.request.get("trigger_properties") or {},
                start_time=entry.at,
            )
            for entry in self._entries("start_journey", person_id)
        ]
        whole = [self._with_end(self._with_achievement(journey)) for journey in started]
        return sorted(whole, key=lambda journey: _bytes(journey.journey_id))

    def _with_achievement(self, journey: Journey) -> Journey:
        for entry in self._entries("evaluate", journey.person_id):
            if journey.journey_id in entry.answer["achieved_journeys"]:
                return replace(journey, achieve_time=entry.at)
        return journey

    def _with_end(self, journey: Journey) -> Journey:
        """The journey with its end; no command is accepted that would end it twice."""
        for entry in self._entries("finish_journey", journey.person_id):
            if entry.request["journey_id"] == journey.journey_id:
                journey = replace(
                    journey, state="FINISHED", exit_reason="FINISHED", end_time=entry.at
                )
        for entry in self._entries("check_exit", journey.person_id):
            if entry.request["journey_id"] == journey.journey_id:
                reason = entry.answer["reason"]
                journey = replace(journey, state="EXITED", exit_reason=reason, end_time=entry.at)
        return journey

    def journey(self, request: Json) -> Journey:
        """The journey that a request names, which must be the person's."""
        person_id = _required(request, "person_id")
        journey_id = _required(request, "journey_id")
        for journey in self.journeys(person_id):
            if journey.journey_id == journey_id:
                return journey
        raise Refusal("NOT_FOUND", "JOURNEY_NOT_FOUND")

    # ---- deliveries ------------------------------------------------------------------------

    def record_delivery(self, request: Json, at: int) -> Json:
        """A report of how far a delivery got."""
        report = request.get("delivery", {})
        _check_report(report)
        person_id, delivery_id = report["person_id"], report["delivery_id"]
        known = self._known_delivery(person_id, delivery_id)
        if known:
            self._check_same_delivery(known, report)
        else:
            journey = self.journey(report)
            if report.get("campaign_id") and report["campaign_id"] != journey.campaign_id:
                raise Refusal("INVALID_ARGUMENT", "CAMPAIGN_MISMATCH")
        if known and not self.moves_forward(known, report):
            return {"delivery": _delivery_json(known), "replayed": True}
        self._accept(at, "record_delivery", request, {})
        delivery = self._delivery(person_id, delivery_id)
        return {"delivery": _delivery_json(delivery), "replayed": False}

    def moves_forward(self, known: Delivery, report: Json) -> bool:
        """Whether a report says more than was known (rule C3)."""
        return STATUS_RANK[_status(report)] > STATUS_RANK[known.status]

    def _check_same_delivery(self, known: Delivery, report: Json) -> None:
        """A known id must come with the content that it came with first (rule C13)."""
        differs = (
            report["journey_id"] != known.journey_id
            or (report.get("campaign_id") or known.campaign_id) != known.campaign_id
            or report.get("action_id", "") != known.action_id
            or report["channel"] != known.channel
        )
        if differs or self._sent_otherwise(known, report):
            raise Refusal("ALREADY_EXISTS", "DELIVERY_ALREADY_EXISTS")

    def _sent_otherwise(self, known: Delivery, report: Json) -> bool:
        """Whether SENT is reported once more, with another time of sending as claimed."""
        if known.status != "SENT" or _status(report) != "SENT":
            return False
        reports = self._reports(known.person_id, known.delivery_id)
        first = next(entry for entry in reports if _status(entry.request["delivery"]) == "SENT")
        claimed: int | None = first.request["delivery"].get("sent_time")
        return claimed != report.get("sent_time")

    def record_interaction(self, request: Json, at: int) -> Json:
        """An open or a click; the same again changes nothing."""
        person_id = _required(request, "person_id")
        delivery_id = _required(request, "delivery_id")
        interaction = request.get("interaction", {})
        kind = _required(interaction, "kind")
        if kind == "OPENED" and interaction.get("untracked"):
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        self._delivery(person_id, delivery_id)
        content = _touch_content(interaction, at)
        again = "time" in interaction and self._touched_before(person_id, delivery_id, content)
        if not again:
            self._accept(at, "record_interaction", request, {})
        delivery = self._delivery(person_id, delivery_id)
        return {"delivery": _delivery_json(delivery), "replayed": again}

    def _touched_before(self, person_id: str, delivery_id: str, content: Any) -> bool:
        """Whether this very interaction was reported; without a time it is always a new one."""
        return any(
            _touch_content(entry.request["interaction"], entry.at) == content
            for entry in self._entries("record_interaction", person_id)
            if entry.request["delivery_id"] == delivery_id
        )

    def get_delivery(self, request: Json, _at: int) -> Json:
        """A delivery as it is now."""
        person_id = _required(request, "person_id")
        return {
            "delivery": _delivery_json(self._delivery(person_id, _required(request, "delivery_id")))
        }

    def list_deliveries(self, request: Json, _at: int) -> Json:
        """A person's deliveries, in one page."""
        deliveries = self.deliveries(_required(request, "person_id"))
        wanted = request.get("journey_id")
        kept = [d for d in deliveries if not wanted or d.journey_id == wanted]
        return {"deliveries": [_delivery_json(delivery) for delivery in kept]}

    def _reports(self, person_id: str, delivery_id: str) -> list[Entry]:
        return [
            entry
            for entry in self._entries("record_delivery", person_id)
            if entry.request["delivery"]["delivery_id"] == delivery_id
        ]

    def _known_delivery(self, person_id: str, delivery_id: str) -> Delivery | None:
        """The delivery as its reports, interactions and conversions make it."""
        reports = self._reports(person_id, delivery_id)
        if not reports:
            return None
        first = reports[0]
        content = first.request["delivery"]
        journey = self.journey(content)
        return Delivery(
            person_id=person_id,
            delivery_id=delivery_id,
            journey_id=journey.journey_id,
            campaign_id=journey.campaign_id,
            action_id=content.get("action_id", ""),
            channel=content["channel"],
            status=self.status(reports),
            sent_time=self.sent_time(reports),
            touches=self._touches(person_id, delivery_id),
            convert_time=self._convert_time(person_id, delivery_id),
            create_time=first.at,
        )

    def status(self, reports: list[Entry]) -> str:
        """The furthest status reported, the first of equal ones (rule C3)."""
        statuses = [_status(entry.request["delivery"]) for entry in reports]
        return max(statuses, key=lambda status: STATUS_RANK[status])

    def sent_time(self, reports: list[Entry]) -> int | None:
        """When it was sent by the first report that it was, cut to that report's arrival."""
        for entry in reports:
            report = entry.request["delivery"]
            if _status(report) in ("SENT", "BOUNCED"):
                return self.cut(report.get("sent_time"), entry.at)
        return None

    def cut(self, claimed: int | None, arrival: int) -> int:
        """A time that is told, which cannot lie ahead (rule C10)."""
        return arrival if claimed is None else min(claimed, arrival)

    def _touches(self, person_id: str, delivery_id: str) -> tuple[Touch, ...]:
        return tuple(
            Touch(
                kind=interaction["kind"],
                machine=interaction.get("machine", False),
                untracked=interaction.get("untracked", False),
                time=self.cut(interaction.get("time"), entry.at),
            )
            for entry in self._entries("record_interaction", person_id)
            if entry.request["delivery_id"] == delivery_id
            for interaction in [entry.request["interaction"]]
        )

    def _convert_time(self, person_id: str, delivery_id: str) -> int | None:
        for entry in self._entries("evaluate", person_id):
            if any(c["delivery_id"] == delivery_id for c in entry.answer["conversions"]):
                return entry.at
        return None

    def deliveries(self, person_id: str) -> list[Delivery]:
        """A person's deliveries as they stand, in byte order of their ids."""
        reports = self._entries("record_delivery", person_id)
        ids = {entry.request["delivery"]["delivery_id"] for entry in reports}
        return [self._delivery(person_id, delivery_id) for delivery_id in sorted(ids, key=_bytes)]

    def _delivery(self, person_id: str, delivery_id: str) -> Delivery:
        delivery = self._known_delivery(person_id, delivery_id)
        if not delivery:
            raise Refusal("NOT_FOUND", "DELIVERY_NOT_FOUND")
        return delivery

    # ---- credit ----------------------------------------------------------------------------

    def evaluate(self, request: Json, at: int) -> Json:
        """Takes in an event: first time it is judged, then the first answer is given again."""
        event = request.get("event")
        if not event:
            raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
        for field in ("event_id", "person_id", "name"):
            _required(event, field)
        for entry in self._entries("evaluate", event["person_id"]):
            if entry.request["event"]["event_id"] == event["event_id"]:
                return self.evaluated_again(entry, request)
        answer = self._judged(request, at)
        watched = bool(self.watching(event["name"]))
        if watched and not request.get("validate_only"):
            self._accept(at, "evaluate", request, answer)
        return _explained(answer, asked=request.get("explain", False))

    def evaluated_again(self, first: Entry, request: Json) -> Json:
        """The same event gets the first answer; another is refused (rule C13)."""
        if _event_content(request["event"]) != _event_content(first.request["event"]):
            raise Refusal("ALREADY_EXISTS", "EVENT_ALREADY_EXISTS")
        return {**_explained(first.answer, asked=False), "replayed": True}

    def _judged(self, request: Json, at: int) -> Json:
        """What the event achieves and who is credited, campaign by campaign (rule C1)."""
        event = request["event"]
        conversions: list[Json] = []
        achieved: list[str] = []
        verdicts: list[Json] = []
        for campaign_id in self.watching(event["name"]):
            met = self._met(campaign_id, request, verdicts)
            achieved += [journey.journey_id for journey in met]
            conversion = self._credited(met, request, at, verdicts)
            conversions += [conversion] if conversion else []
        if not self.watching(event["name"]):
            verdicts.append({"verdict": "NOT_WATCHED"})
        return {
            "conversions": conversions,
            "achieved_journeys": sorted(achieved, key=_bytes),
            "replayed": False,
            "explanation": {"verdicts": sorted(verdicts, key=_verdict_order)},
        }

    def _met(self, campaign_id: str, request: Json, verdicts: list[Json]) -> list[Journey]:
        """The journeys whose own goal this event meets, ended ones included (rules C11, G8)."""
        event = request["event"]
        looked_at = [
            (journey, goal)
            for journey in self.journeys(event["person_id"])
            if journey.campaign_id == campaign_id
            and (goal := self.goal(journey)) is not None
            and goal.event_name == event["name"]
        ]
        if not looked_at:
            verdicts.append({"verdict": "NO_JOURNEY", "campaign_id": campaign_id})
        met = []
        for journey, goal in looked_at:
            result = rules.outcome(goal.filter, _facts(request, journey))
            if result == "TRUE":
                met.append(journey)
            else:
                verdicts.append(_verdict(result, journey))
        return met

    def _credited(
        self, met: list[Journey], request: Json, at: int, verdicts: list[Json]
    ) -> Json | None:
        """The conversion in one campaign, if any: the last touch in time (rules C6 to C8)."""
        candidates = self._candidates(met, at, verdicts)
        if not candidates:
            return None
        last = self.pick(candidates)
        credited = last if last.delivery.convert_time is None else self.instead_of(last, candidates)
        for candidate in candidates:
            verdict = "EARLIER_TOUCH"
            if candidate is last:
                verdict = "ALREADY_CONVERTED" if credited is not last else "CONVERTED"
            verdicts.append(_verdict(verdict, candidate.journey, candidate.delivery))
        return self._conversion(credited, candidates, request, at) if credited else None

    def _candidates(self, met: list[Journey], at: int, verdicts: list[Json]) -> list[Candidate]:
        """The deliveries in time, oldest touch first; for each other one, why it is none."""
        candidates = []
        for journey in met:
            goal = self.goal(journey)
            assert goal is not None
            deliveries = [
                delivery
                for delivery in self.deliveries(journey.person_id)
                if delivery.journey_id == journey.journey_id
            ]
            if not deliveries:
                verdicts.append(_verdict("NO_DELIVERY", journey))
            for delivery in deliveries:
                why_not = self._why_not(delivery, journey, goal, at)
                if why_not:
                    verdicts.append(_verdict(why_not, journey, delivery))
                    continue
                basis_time = self.basis_time(delivery, goal)
                assert basis_time is not None
                candidates.append(Candidate(delivery, journey, goal, basis_time))
        return sorted(candidates, key=self.touch_key)

    def _why_not(
        self, delivery: Delivery, journey: Journey, goal: Goal, arrival: int
    ) -> str | None:
        """The first thing that keeps a delivery from being a candidate, None if nothing does."""
        if not self.can_convert(delivery, journey):
            return "CHANNEL_CANNOT_CONVERT"
        if delivery.status == "BOUNCED" and not self.bounced_counts():
            return "BOUNCED"
        if STATUS_RANK[delivery.status] < STATUS_RANK["SENT"]:
            return "NOT_SENT"
        basis_time = self.basis_time(delivery, goal)
        if basis_time is None:
            return "NO_QUALIFYING_INTERACTION"
        return None if self.window_holds(basis_time, arrival, goal.window) else "OUTSIDE_WINDOW"

    def bounced_counts(self) -> bool:
        """A delivery that came back is no candidate from then on (rule C3)."""
        return False

    def can_convert(self, delivery: Delivery, journey: Journey) -> bool:
        """Whether the channel can be credited; a webhook only if opted in (rules C2, G8)."""
        if delivery.channel == "WEBHOOK":
            return delivery.action_id in self.judge(journey)["webhook_action_ids"]
        return delivery.channel in CONVERTING_CHANNELS

    def basis_time(self, delivery: Delivery, goal: Goal) -> int | None:
        """From when the window counts, as known now; None if nothing qualifies (rule C4)."""
        if goal.basis == "RECEIVED":
            return delivery.sent_time
        kind = {"OPENED": "OPENED", "CLICKED": "CLICKED"}[goal.basis]
        times = [
            touch.time
            for touch in delivery.touches
            if touch.kind == kind
            and self.tracked(touch)
            and (goal.count_machine or not touch.machine)
        ]
        return self.latest(times)

    def tracked(self, touch: Touch) -> bool:
        """A click counts only on a tracked link (rule G3)."""
        return not touch.untracked

    def latest(self, times: list[int]) -> int | None:
        """Opened second then first: the first was touched last (rules C4, C6)."""
        return max(times, default=None)

    def window_holds(self, basis_time: int, arrival: int, window: int | None) -> bool:
        """Both ends inclusive (rules G2, C5)."""
        if window is None:
            return basis_time <= arrival
        return basis_time <= arrival <= basis_time + window

    def touch_key(self, candidate: Candidate) -> tuple[int, int, bytes]:
        """By basis time, then by sent time, then by the bytes of the id (rule C6)."""
        assert candidate.delivery.sent_time is not None
        return (
            candidate.basis_time,
            candidate.delivery.sent_time,
            _bytes(candidate.delivery.delivery_id),
        )

    def pick(self, candidates: list[Candidate]) -> Candidate:
        """The last touch gets the whole credit (rule C6)."""
        return candidates[-1]

    def instead_of(self, _last: Candidate, _candidates: list[Candidate]) -> Candidate | None:
        """Credit that the last touch cannot take again passes to nobody (rule C8)."""
        return None

    def _conversion(
        self, credited: Candidate, candidates: list[Candidate], request: Json, at: int
    ) -> Json:
        journey, goal = credited.journey, credited.goal
        return {
            "delivery_id": credited.delivery.delivery_id,
            "journey_id": journey.journey_id,
            "campaign_id": journey.campaign_id,
            "person_id": journey.person_id,
            "event_id": request["event"]["event_id"],
            "revision": journey.revision,
            "conversion_time": at,
            "basis": goal.basis,
            "basis_time": credited.basis_time,
            "window": goal.window,
            "filter": goal.filter,
            "value": rules.worth(goal.value, _facts(request, journey)),
            "candidates": [
                {
                    "delivery_id": candidate.delivery.delivery_id,
                    "journey_id": candidate.journey.journey_id,
                    "action_id": candidate.delivery.action_id,
                    "channel": candidate.delivery.channel,
                    "sent_time": candidate.delivery.sent_time,
                    "basis_time": candidate.basis_time,
                    "already_converted": candidate.delivery.convert_time is not None,
                }
                for candidate in candidates
            ],
            "candidate_count": len(candidates),
        }

    # ---- exit ------------------------------------------------------------------------------

    def check_exit(self, request: Json, at: int) -> Json:
        """Whether a journey ends before its next step."""
        journey = self.journey(request)
        if journey.state != "ACTIVE":
            return {"exit": True, "reason": journey.exit_reason, "exit_time": journey.end_time}
        if not self.is_message(request.get("next_step") or "EMAIL"):
            return {"exit": False}
        if not self.goal_ends(journey):
            return {"exit": False}
        answer = {"exit": True, "reason": "GOAL", "exit_time": at}
        return self._accept(at, "check_exit", request, answer)

    def is_message(self, next_step: str) -> bool:
        """Only before a message can a journey exit (rule X2)."""
        return next_step in MESSAGES

    def goal_ends(self, journey: Journey) -> bool:
        """Policy in force now, goal of the journey's own (rules G8, X1, X4, X5).

        An event trigger cannot stop matching (rule X8), so nothing else ends a journey.
        """
        looks_at_goal = self.policy(journey) in ("GOAL", "GOAL_OR_NO_LONGER_MATCHING")
        return looks_at_goal and journey.achieve_time is not None


# ---- what requests say, and how answers look ------------------------------------------------


def _bytes(text: str) -> bytes:
    return text.encode()


def _required(message: Json, field: str) -> str:
    value: str = message.get(field) or ""
    if not value:
        raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
    return value


def _creates(entry: Entry) -> bool:
    return entry.name == "create_campaign"


def _filled_in(given: Json) -> Json:
    """The content of a campaign with its defaults."""
    trigger, goal = given.get("trigger"), given.get("goal")
    return {
        "display_name": given.get("display_name") or "",
        "trigger": dict(trigger) if trigger else None,
        "goal": _goal_filled_in(goal) if goal is not None else None,
        "exit_policy": given.get("exit_policy") or "NO_LONGER_MATCHING",
        "webhook_action_ids": list(given.get("webhook_action_ids") or []),
    }


def _goal_filled_in(given: Json) -> Json:
    event = given.get("performs_event")
    return {
        "performs_event": event
        and {"event_name": event.get("event_name") or "", "filter": event.get("filter") or ""},
        "window": given.get("window"),
        "basis": given.get("basis") or "RECEIVED",
        "value": given.get("value") or "",
        "count_machine_interactions": bool(given.get("count_machine_interactions")),
    }


def _goal(content: Json | None) -> Goal | None:
    if content is None:
        return None
    return Goal(
        event_name=content["performs_event"]["event_name"],
        filter=content["performs_event"]["filter"],
        window=content["window"],
        basis=content["basis"],
        value=content["value"],
        count_machine=content["count_machine_interactions"],
    )


def _masked(current: Json, given: Json, mask: list[str]) -> Json:
    """The campaign's content after an update; no mask means the fields that are set."""
    if mask == ["*"]:
        paths = list(FIELDS)
    else:
        paths = mask or [field for field in FIELDS if given.get(field)]
    content = {field: deepcopy(current[field]) for field in FIELDS}
    for path in paths:
        top, *rest = path.split(".")
        if top not in FIELDS:
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        content[top] = _replaced(content[top], given.get(top), rest)
    return _filled_in(content)


def _replaced(old: Any, new: Any, path: list[str]) -> Any:
    """The old value with the part at the path taken from the new one."""
    if not path:
        return deepcopy(new)
    first, *rest = path
    old, new = dict(old or {}), dict(new or {})
    old[first] = _replaced(old.get(first), new.get(first), rest)
    return old


def _check_campaign(content: Json) -> None:
    """Refuses what a campaign cannot be (rules G1, G2, G4, G5, G6, X1)."""
    goal, has_trigger = content["goal"], bool(content["trigger"])
    if goal:
        _check_goal(goal, has_trigger=has_trigger)
    if not goal and content["exit_policy"] in ("GOAL", "GOAL_OR_NO_LONGER_MATCHING"):
        raise Refusal("INVALID_ARGUMENT", "GOAL_REQUIRED")


def _check_goal(goal: Json, *, has_trigger: bool) -> None:
    event, window = goal["performs_event"], goal["window"]
    if not event or not event["event_name"]:
        raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
    if window is not None and not 0 < window <= LONGEST_WINDOW_US:
        raise Refusal("INVALID_ARGUMENT", "FIELD_OUT_OF_RANGE")
    if rules.is_refused(event["filter"], rules.FILTERS, has_trigger=has_trigger):
        raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")
    if goal["value"] and rules.is_refused(goal["value"], rules.VALUES, has_trigger=has_trigger):
        raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")


def _check_report(report: Json) -> None:
    """Refuses what a report of a delivery cannot say."""
    for field in ("person_id", "delivery_id", "journey_id", "channel"):
        _required(report, field)
    if report["channel"] == "WEBHOOK":
        _required(report, "action_id")
    if report.get("sent_time") is not None and _status(report) not in ("SENT", "BOUNCED"):
        raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")


def _status(report: Json) -> str:
    return report.get("status") or "SENT"


def _start_content(request: Json) -> Any:
    trigger = request.get("trigger_properties") or {}
    return (request["campaign_id"], rules.canonical(trigger))


def _event_content(event: Json) -> Any:
    """What of an event must be the same for it to be the same (rule C13)."""
    properties = event.get("properties") or {}
    return (event["name"], rules.canonical(properties), event.get("occurred_time"))


def _touch_content(interaction: Json, at: int) -> Any:
    """What makes two interactions the same: the time as told, before it is cut."""
    return (
        interaction["kind"],
        interaction.get("machine", False),
        interaction.get("untracked", False),
        interaction.get("time", at),
    )


def _facts(request: Json, journey: Journey) -> rules.Facts:
    return rules.Facts(
        event=request["event"].get("properties") or {},
        trigger=journey.trigger,
        person=request.get("person_attributes") or {},
    )


def _verdict(verdict: str, journey: Journey, delivery: Delivery | None = None) -> Json:
    return {
        "verdict": verdict,
        "campaign_id": journey.campaign_id,
        "journey_id": journey.journey_id,
        "delivery_id": delivery.delivery_id if delivery else "",
    }


def _verdict_order(verdict: Json) -> tuple[bytes, bytes, bytes]:
    keys = ("campaign_id", "journey_id", "delivery_id")
    campaign, journey, delivery = (_bytes(verdict.get(key, "")) for key in keys)
    return campaign, journey, delivery


def _explained(answer: Json, *, asked: bool) -> Json:
    return {key: value for key, value in answer.items() if asked or key != "explanation"}


def _journey_json(journey: Journey) -> Json:
    return {
        "journey_id": journey.journey_id,
        "campaign_id": journey.campaign_id,
        "person_id": journey.person_id,
        "revision": journey.revision,
        "trigger_properties": journey.trigger,
        "state": journey.state,
        "exit_reason": journey.exit_reason,
        "start_time": journey.start_time,
        "end_time": journey.end_time,
        "achieve_time": journey.achieve_time,
    }


def _delivery_json(delivery: Delivery) -> Json:
    """The delivery as it is shown: times of the person's own opens and tracked clicks."""
    return {
        "delivery_id": delivery.delivery_id,
        "person_id": delivery.person_id,
        "campaign_id": delivery.campaign_id,
        "journey_id": delivery.journey_id,
        "action_id": delivery.action_id,
        "channel": delivery.channel,
        "status": delivery.status,
        "sent_time": delivery.sent_time,
        "open_time": _latest_of(delivery, "OPENED"),
        "click_time": _latest_of(delivery, "CLICKED"),
        "convert_time": delivery.convert_time,
        "create_time": delivery.create_time,
    }


def _latest_of(delivery: Delivery, kind: str) -> int | None:
    own = [touch for touch in delivery.touches if not touch.machine and not touch.untracked]
    return max((touch.time for touch in own if touch.kind == kind), default=None)
