"""The rules of docs/semantics.md, once more, in the plainest way that works.

The model keeps one thing: the log of every command that it accepted, with its answer. Whatever
it has to know (how far a delivery got, what was opened last, whether a journey has ended) it
works out anew from the whole log each time. Nothing is cached and nothing is updated, so there
is no state that could be wrong. It is far too slow to serve anybody; it is there to be obviously
right, and to be compared with the service by tests.

Times are integer microseconds since 1970, durations integer microseconds. `call` takes requests
in JSON form and gives answers as dicts with the field names of the responses.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from model import rules
from model.content import (
    CODES,
    CONVERTING_CHANNELS,
    FIELDS,
    HIDDEN,
    JUDGING,
    LOOK_AT_AUDIENCE,
    LOOK_AT_GOAL,
    MESSAGES,
    STATUS_RANK,
    Candidate,
    Delivery,
    Goal,
    Happening,
    Journey,
    Touch,
    check_campaign,
    check_report,
    check_shape,
    creates,
    delivery_json,
    event_content,
    explained,
    facts_of,
    filled_in,
    goal_of,
    in_bytes,
    journey_json,
    masked,
    named_segments,
    required,
    shown,
    start_content,
    status_of,
    touch_content,
    verdict_on,
    verdict_order,
)
from model.driver import Json, Refused
from model.jsonform import with_numbers
from model.log import Entry, Refusal
from model.naive_people import NaivePeople


class NaiveModel(NaivePeople):
    """Carries out commands by the rules. See the module's text.

    The methods that decide one thing each (`window_holds`, `touch_key`, ...) are overridden by
    the tests that plant a mistake.
    """

    def __init__(self) -> None:
        super().__init__()
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
            "check_exit_batch": self.check_exit_batch,
            "evaluate_batch": self.evaluate_batch,
            "evaluate_stream": self.evaluate_batch,
            "ingest": self.ingest,
            "archive_campaign": self.archive_campaign,
            "list_campaigns": self.list_campaigns,
            "list_revisions": self.list_revisions,
            "create_segment": self.create_segment,
            "update_segment": self.update_segment,
            "delete_segment": self.delete_segment,
            "get_segment": self.get_segment,
            "list_segments": self.list_segments,
            "update_attributes": self.update_attributes,
            "get_person": self.get_person,
            "delete_person": self.delete_person,
        }
        try:
            answer = commands[name](with_numbers(deepcopy(request)), at_us)
        except Refusal as refusal:
            return refusal.refused
        return deepcopy(answer)

    # ---- campaigns -------------------------------------------------------------------------

    def create_campaign(self, request: Json, at: int) -> Json:
        """The first revision of a campaign."""
        given = request.get("campaign", {})
        campaign_id = required(given, "campaign_id")
        content, kind = filled_in(given), given.get("kind") or "TRIGGERED"
        check_shape(content)
        if self._versions(campaign_id):
            raise Refusal("ALREADY_EXISTS", "CAMPAIGN_ALREADY_EXISTS")
        self._check(content, kind)
        campaign = {
            "campaign_id": campaign_id,
            "kind": kind,
            **content,
            "archive_time": None,
            "revision": 1,
            "etag": "1",
            "create_time": at,
            "update_time": at,
        }
        return self._accept(at, "create_campaign", request, {"campaign": campaign})

    def update_campaign(self, request: Json, at: int) -> Json:
        """Changes a campaign; the same content again changes nothing."""
        given = request.get("campaign", {})
        current = self.campaign(required(given, "campaign_id"))
        if given.get("etag") and given["etag"] != current["etag"]:
            raise Refusal("ABORTED", "ETAG_MISMATCH")
        content = masked(current, given, request.get("update_mask", []))
        check_shape(content)
        if current["kind"] == "NEWSLETTER" and content["goal"] != current["goal"]:
            raise Refusal("FAILED_PRECONDITION", "GOAL_FIXED")
        self._check(content, current["kind"])
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

    def _check(self, content: Json, kind: str) -> None:
        check_campaign(content, kind)
        if not all(self.segment(segment_id) for segment_id in named_segments(content)):
            raise Refusal("NOT_FOUND", "SEGMENT_NOT_FOUND")

    def archive_campaign(self, request: Json, at: int) -> Json:
        """Nothing starts in the campaign any more; again it changes nothing."""
        current = self.campaign(required(request, "campaign_id"))
        if request.get("etag") and request["etag"] != current["etag"]:
            raise Refusal("ABORTED", "ETAG_MISMATCH")
        if current["archive_time"] is not None:
            return {"campaign": current}
        etag = str(int(current["etag"]) + 1)
        campaign = {**current, "etag": etag, "update_time": at, "archive_time": at}
        return self._accept(at, "archive_campaign", request, {"campaign": campaign})

    def list_campaigns(self, request: Json, _at: int) -> Json:
        """All campaigns, in one page; archived ones only if asked."""
        found = [self.campaign(campaign_id) for campaign_id in self._campaign_ids()]
        wanted = request.get("include_archived")
        return {"campaigns": [c for c in found if wanted or c["archive_time"] is None]}

    def list_revisions(self, request: Json, _at: int) -> Json:
        """What judged, from one change to the next, in one page."""
        self.campaign(required(request, "campaign_id"))
        first: dict[int, Json] = {}
        for version in self._versions(request["campaign_id"]):
            first.setdefault(version["revision"], version)
        return {
            "revisions": [
                {
                    "revision": number,
                    **{field: version[field] for field in JUDGING},
                    "create_time": version["update_time"],
                }
                for number, version in first.items()
            ]
        }

    def get_campaign(self, request: Json, _at: int) -> Json:
        """A campaign as it is now."""
        return {"campaign": self.campaign(required(request, "campaign_id"))}

    def _versions(self, campaign_id: str) -> list[Json]:
        """Everything the campaign has ever been, oldest first."""
        return [
            entry.answer["campaign"]
            for entry in self.log
            if entry.name in ("create_campaign", "update_campaign", "archive_campaign")
            and entry.answer["campaign"]["campaign_id"] == campaign_id
        ]

    def campaign(self, campaign_id: str) -> Json:
        """A campaign as it is now."""
        versions = self._versions(campaign_id)
        if not versions:
            raise Refusal("NOT_FOUND", "CAMPAIGN_NOT_FOUND")
        return versions[-1]

    def _campaign_ids(self) -> list[str]:
        ids = [entry.answer["campaign"]["campaign_id"] for entry in self.log if creates(entry)]
        return sorted(ids, key=in_bytes)

    def judge(self, journey: Journey) -> Json:
        """The revision of the campaign by which a journey is judged (rule G8)."""
        versions = self._versions(journey.campaign_id)
        return [v for v in versions if v["revision"] == journey.revision][-1]

    def goal(self, journey: Journey) -> Goal | None:
        """The journey's own goal."""
        return goal_of(self.judge(journey)["goal"])

    def policy(self, journey: Journey) -> str:
        """The exit policy in force now, whatever the journey's revision (rule G8)."""
        return str(self.campaign(journey.campaign_id)["exit_policy"])

    def watching(self, happening: Happening) -> list[str]:
        """Ids of the campaigns with a goal on it in any revision, in byte order."""
        return [
            campaign_id
            for campaign_id in self._campaign_ids()
            if any(happening.is_about(goal) for goal in self._goals(campaign_id))
        ]

    def _goals(self, campaign_id: str) -> list[Goal]:
        """All goals that a campaign has ever had."""
        goals = [goal_of(version["goal"]) for version in self._versions(campaign_id)]
        return [goal for goal in goals if goal]

    def is_used(self, segment_id: str) -> bool:
        """Goals count for good, triggers while they are in force."""
        return any(
            any(goal.move and goal.move[0] == segment_id for goal in self._goals(campaign_id))
            or segment_id in named_segments({**self.campaign(campaign_id), "goal": None})
            for campaign_id in self._campaign_ids()
        )

    # ---- journeys --------------------------------------------------------------------------

    def start_journey(self, request: Json, at: int) -> Json:
        """A person enters a campaign."""
        person_id = required(request, "person_id")
        journey_id = required(request, "journey_id")
        campaign_id = required(request, "campaign_id")
        for entry in self._entries("start_journey", person_id):
            if entry.request["journey_id"] == journey_id:
                return self._started_again(entry, request)
        campaign = self._open(campaign_id)
        if campaign["kind"] == "NEWSLETTER":
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        by_event = (campaign["trigger"] or {}).get("event_name")
        if request.get("trigger_properties") and not by_event:
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        journey = Journey(
            person_id=person_id,
            journey_id=journey_id,
            campaign_id=campaign_id,
            revision=campaign["revision"],
            trigger=request.get("trigger_properties") or {},
            start_time=at,
        )
        barred = self.bar(journey)
        reason = self.exit_reason(journey, at)
        if reason:  # rule X6
            barred = "EXITED_AT_START"
            journey = replace(journey, state="EXITED", exit_reason=reason, end_time=at)
        answer = {"journey": journey_json(journey), "replayed": False}
        return self._accept(at, "start_journey", request, answer, {"barred": barred})

    def _open(self, campaign_id: str) -> Json:
        """A campaign in which something may start."""
        campaign = self.campaign(campaign_id)
        if campaign["archive_time"] is not None:
            raise Refusal("FAILED_PRECONDITION", "CAMPAIGN_ARCHIVED")
        return campaign

    def bar(self, journey: Journey) -> str | None:
        """A journey that starts with its segment goal met never converts (rule S2)."""
        return "ALREADY_IN_SEGMENT" if self.holds(journey) else None

    def holds(self, journey: Journey) -> bool:
        """Whether a goal about a segment is met by where the person is."""
        goal = self.goal(journey)
        if goal is None or goal.move is None:
            return False
        segment_id, change = goal.move
        return self.is_in(journey.person_id, segment_id) is (change == "ENTERED")

    def _started_again(self, first: Entry, request: Json) -> Json:
        """The same start gets the first answer; another is refused (rule C13)."""
        again = start_content(request) == start_content(first.request)
        if not again:
            raise Refusal("ALREADY_EXISTS", "JOURNEY_ALREADY_EXISTS")
        return {**first.answer, "replayed": True}

    def finish_journey(self, request: Json, at: int) -> Json:
        """A journey comes to its last step; one that has ended stays as it is (rule X10)."""
        journey = self.journey(request)
        if journey.state != "ACTIVE":
            return {"journey": journey_json(journey), "replayed": True}
        ended = replace(journey, state="FINISHED", exit_reason="FINISHED", end_time=at)
        answer = {"journey": journey_json(ended), "replayed": False}
        return self._accept(at, "finish_journey", request, answer)

    def get_journey(self, request: Json, _at: int) -> Json:
        """A journey as it is now."""
        return {"journey": journey_json(self.journey(request))}

    def list_journeys(self, request: Json, _at: int) -> Json:
        """A person's journeys, in one page."""
        journeys = self.journeys(required(request, "person_id"))
        wanted = request.get("campaign_id")
        visible = [j for j in journeys if shown(j.journey_id)]
        kept = [j for j in visible if not wanted or j.campaign_id == wanted]
        return {"journeys": [journey_json(journey) for journey in kept]}

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
                barred=entry.facts["barred"],
                state=entry.answer["journey"]["state"],
                exit_reason=entry.answer["journey"]["exit_reason"],
                end_time=entry.answer["journey"]["end_time"],
            )
            for entry in self._entries("start_journey", person_id)
        ]
        started += [
            Journey(
                person_id=person_id,
                journey_id=HIDDEN + entry.request["delivery"]["delivery_id"],
                campaign_id=entry.request["delivery"]["campaign_id"],
                revision=entry.facts["revision"],
                trigger={},
                start_time=entry.at,
                barred=entry.facts["barred"],
            )
            for entry in self._entries("record_delivery", person_id)
            if "revision" in entry.facts
        ]
        whole = [self._with_end(self._with_achievement(journey)) for journey in started]
        return sorted(whole, key=lambda journey: in_bytes(journey.journey_id))

    def _with_achievement(self, journey: Journey) -> Journey:
        times = [
            entry.at
            for name in ("evaluate", "update_attributes")
            for entry in self._entries(name, journey.person_id)
            if journey.journey_id in entry.facts["achieved"]
        ]
        return replace(journey, achieve_time=min(times)) if times else journey

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
        person_id = required(request, "person_id")
        journey_id = required(request, "journey_id")
        for journey in self.journeys(person_id):
            if journey.journey_id == journey_id:
                return journey
        raise Refusal("NOT_FOUND", "JOURNEY_NOT_FOUND")

    # ---- deliveries ------------------------------------------------------------------------

    def record_delivery(self, request: Json, at: int) -> Json:
        """A report of how far a delivery got."""
        report = request.get("delivery", {})
        check_report(report)
        person_id, delivery_id = report["person_id"], report["delivery_id"]
        known = self._known_delivery(person_id, delivery_id)
        if known:
            self._check_same_delivery(known, report)
        elif report.get("journey_id"):
            journey = self.journey(report)
            if report.get("campaign_id") and report["campaign_id"] != journey.campaign_id:
                raise Refusal("INVALID_ARGUMENT", "CAMPAIGN_MISMATCH")
        if known and not self.moves_forward(known, report):
            return {"delivery": delivery_json(known), "replayed": True}
        facts = {} if known or report.get("journey_id") else self._newsletter(report, at)
        self._accept(at, "record_delivery", request, {}, facts)
        delivery = self._delivery(person_id, delivery_id)
        return {"delivery": delivery_json(delivery), "replayed": False}

    def _newsletter(self, report: Json, at: int) -> Json:
        """A newsletter's delivery is a journey of its own from now on (rule G8)."""
        campaign = self._open(report["campaign_id"])
        if campaign["kind"] != "NEWSLETTER":
            raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
        journey = Journey(
            person_id=report["person_id"],
            journey_id=HIDDEN + report["delivery_id"],
            campaign_id=report["campaign_id"],
            revision=campaign["revision"],
            trigger={},
            start_time=at,
        )
        return {"revision": journey.revision, "barred": self.bar(journey)}

    def moves_forward(self, known: Delivery, report: Json) -> bool:
        """Whether a report says more than was known (rule C3)."""
        return STATUS_RANK[status_of(report)] > STATUS_RANK[known.status]

    def _check_same_delivery(self, known: Delivery, report: Json) -> None:
        """A known id must come with the content that it came with first (rule C13)."""
        differs = (
            (report.get("journey_id") or HIDDEN + known.delivery_id) != known.journey_id
            or (report.get("campaign_id") or known.campaign_id) != known.campaign_id
            or report.get("action_id", "") != known.action_id
            or report["channel"] != known.channel
        )
        if differs or self._sent_otherwise(known, report):
            raise Refusal("ALREADY_EXISTS", "DELIVERY_ALREADY_EXISTS")

    def _sent_otherwise(self, known: Delivery, report: Json) -> bool:
        """Whether SENT is reported once more, with another time of sending as claimed."""
        if known.status != "SENT" or status_of(report) != "SENT":
            return False
        reports = self._reports(known.person_id, known.delivery_id)
        first = next(entry for entry in reports if status_of(entry.request["delivery"]) == "SENT")
        claimed: int | None = first.request["delivery"].get("sent_time")
        return claimed != report.get("sent_time")

    def record_interaction(self, request: Json, at: int) -> Json:
        """An open or a click; the same again changes nothing."""
        person_id = required(request, "person_id")
        delivery_id = required(request, "delivery_id")
        interaction = request.get("interaction", {})
        kind = required(interaction, "kind")
        if kind == "OPENED" and interaction.get("untracked"):
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        self._delivery(person_id, delivery_id)
        content = touch_content(interaction, at)
        again = "time" in interaction and self._touched_before(person_id, delivery_id, content)
        if not again:
            self._accept(at, "record_interaction", request, {})
        delivery = self._delivery(person_id, delivery_id)
        return {"delivery": delivery_json(delivery), "replayed": again}

    def _touched_before(self, person_id: str, delivery_id: str, content: Any) -> bool:
        """Whether this very interaction was reported; without a time it is always a new one."""
        return any(
            touch_content(entry.request["interaction"], entry.at) == content
            for entry in self._entries("record_interaction", person_id)
            if entry.request["delivery_id"] == delivery_id
        )

    def get_delivery(self, request: Json, _at: int) -> Json:
        """A delivery as it is now."""
        person_id = required(request, "person_id")
        return {
            "delivery": delivery_json(self._delivery(person_id, required(request, "delivery_id")))
        }

    def list_deliveries(self, request: Json, _at: int) -> Json:
        """A person's deliveries, in one page."""
        deliveries = self.deliveries(required(request, "person_id"))
        wanted = request.get("journey_id")
        kept = [d for d in deliveries if not wanted or d.journey_id == wanted]
        return {"deliveries": [delivery_json(delivery) for delivery in kept]}

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
        of_newsletter = {"person_id": person_id, "journey_id": HIDDEN + delivery_id}
        journey = self.journey(content if content.get("journey_id") else of_newsletter)
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
        statuses = [status_of(entry.request["delivery"]) for entry in reports]
        return max(statuses, key=lambda status: STATUS_RANK[status])

    def sent_time(self, reports: list[Entry]) -> int | None:
        """When it was sent by the first report that it was, cut to that report's arrival."""
        for entry in reports:
            report = entry.request["delivery"]
            if status_of(report) in ("SENT", "BOUNCED"):
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
        for name in ("evaluate", "update_attributes"):
            for entry in self._entries(name, person_id):
                if any(c["delivery_id"] == delivery_id for c in entry.answer["conversions"]):
                    return entry.at
        return None

    def deliveries(self, person_id: str) -> list[Delivery]:
        """A person's deliveries as they stand, in byte order of their ids."""
        reports = self._entries("record_delivery", person_id)
        ids = {entry.request["delivery"]["delivery_id"] for entry in reports}
        return [self._delivery(person_id, delivery_id) for delivery_id in sorted(ids, key=in_bytes)]

    def _delivery(self, person_id: str, delivery_id: str) -> Delivery:
        delivery = self._known_delivery(person_id, delivery_id)
        if not delivery:
            raise Refusal("NOT_FOUND", "DELIVERY_NOT_FOUND")
        return delivery

    # ---- credit ----------------------------------------------------------------------------

    def evaluate(self, request: Json, at: int) -> Json:
        """Takes in an event: first time it is judged, then the first answer is given again."""
        if request.get("segment_change") is not None:
            return self.change_segment(request, at)
        event = request.get("event")
        if not event:
            raise Refusal("INVALID_ARGUMENT", "FIELD_REQUIRED")
        for field in ("event_id", "person_id", "name"):
            required(event, field)
        known = self.taken_in(event["person_id"], event["event_id"])
        if known:
            return self.evaluated_again(known, request)
        happening = Happening(
            person_id=event["person_id"],
            achievement_id=event["event_id"],
            event=event,
            moves=(),
            person=self.evaluated_person(request),
        )
        answer, facts = self.achieved(happening, at)
        if self.watching(happening) and not request.get("validate_only"):
            self._accept(at, "evaluate", request, answer, facts)
        return explained(answer, asked=request.get("explain", False))

    def evaluated_person(self, request: Json) -> Json:
        """The stored attributes, those of the request over them (rule S4)."""
        stored = self.attributes(request["event"]["person_id"])
        return self.merged(stored, {"attributes": request.get("person_attributes") or {}})

    def evaluated_again(self, first: Entry, request: Json) -> Json:
        """The same event gets the first answer; another is refused (rule C13)."""
        known = first.request.get("event")
        if not known or event_content(request["event"]) != event_content(known):
            raise Refusal("ALREADY_EXISTS", "EVENT_ALREADY_EXISTS")
        return {**explained(first.answer, asked=False), "replayed": True}

    def achieved(self, happening: Happening, at: int) -> tuple[Json, Json]:
        """What it achieves and who is credited, campaign by campaign (rule C1)."""
        conversions: list[Json] = []
        achieved: list[str] = []
        verdicts: list[Json] = []
        watching = self.watching(happening)
        for campaign_id in watching:
            met = self._met(campaign_id, happening, verdicts)
            achieved += [journey.journey_id for journey in met]
            able = self.able(met, verdicts)
            conversion = self._credited(able, happening, at, verdicts)
            conversions += [conversion] if conversion else []
        if not watching:
            nothing = not happening.event and not happening.moves
            verdicts.append({"verdict": "NO_CHANGE" if nothing else "NOT_WATCHED"})
        answer = {
            "conversions": conversions,
            "achieved_journeys": sorted(filter(shown, achieved), key=in_bytes),
            "replayed": False,
            "explanation": {"verdicts": sorted(verdicts, key=verdict_order)},
        }
        return answer, {"achieved": achieved}

    def able(self, met: list[Journey], verdicts: list[Json]) -> list[Journey]:
        """Of those that achieved, the journeys that can convert at all (rules S2, X6)."""
        verdicts += [verdict_on(journey.barred, journey) for journey in met if journey.barred]
        return [journey for journey in met if not journey.barred]

    def _met(self, campaign_id: str, happening: Happening, verdicts: list[Json]) -> list[Journey]:
        """The journeys whose own goal this meets, ended ones included (rules C11, G8)."""
        looked_at = [
            (journey, goal)
            for journey in self.journeys(happening.person_id)
            if journey.campaign_id == campaign_id
            and (goal := self.goal(journey)) is not None
            and happening.is_about(goal)
        ]
        if not looked_at:
            verdicts.append({"verdict": "NO_JOURNEY", "campaign_id": campaign_id})
        met = []
        for journey, goal in looked_at:
            result = rules.outcome(goal.filter, facts_of(happening, journey), rules.FILTERS)
            if result == "TRUE":
                met.append(journey)
            else:
                verdicts.append(verdict_on(result, journey))
        return met

    def _credited(
        self, met: list[Journey], happening: Happening, at: int, verdicts: list[Json]
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
            verdicts.append(verdict_on(verdict, candidate.journey, candidate.delivery))
        return self._conversion(credited, candidates, happening, at) if credited else None

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
                verdicts.append(verdict_on("NO_DELIVERY", journey))
            for delivery in deliveries:
                why_not = self._why_not(delivery, journey, goal, at)
                if why_not:
                    verdicts.append(verdict_on(why_not, journey, delivery))
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
            in_bytes(candidate.delivery.delivery_id),
        )

    def pick(self, candidates: list[Candidate]) -> Candidate:
        """The last touch gets the whole credit (rule C6)."""
        return candidates[-1]

    def instead_of(self, _last: Candidate, _candidates: list[Candidate]) -> Candidate | None:
        """Credit that the last touch cannot take again passes to nobody (rule C8)."""
        return None

    def _conversion(
        self, credited: Candidate, candidates: list[Candidate], happening: Happening, at: int
    ) -> Json:
        journey, goal = credited.journey, credited.goal
        told = shown(happening.achievement_id)
        return {
            "delivery_id": credited.delivery.delivery_id,
            "journey_id": shown(journey.journey_id),
            "campaign_id": journey.campaign_id,
            "person_id": journey.person_id,
            "event_id": "" if goal.move else told,
            "segment_change": goal.move
            and {
                "person_id": journey.person_id,
                "segment_id": goal.move[0],
                "change": goal.move[1],
                "change_id": told,
            },
            "revision": journey.revision,
            "conversion_time": at,
            "basis": goal.basis,
            "basis_time": credited.basis_time,
            "window": goal.window,
            "filter": goal.filter,
            "value": rules.worth(goal.value, facts_of(happening, journey)),
            "candidates": [
                {
                    "delivery_id": candidate.delivery.delivery_id,
                    "journey_id": shown(candidate.journey.journey_id),
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
        reason = self.exit_reason(journey, at)
        if not reason:
            return {"exit": False}
        answer = {"exit": True, "reason": reason, "exit_time": at}
        return self._accept(at, "check_exit", request, answer)

    def check_exit_batch(self, request: Json, at: int) -> Json:
        """The same for many, one after the other; a refusal is that one's alone."""
        return self.batch(
            [("answer", self.check_exit, each) for each in request.get("checks", [])], at
        )

    def evaluate_batch(self, request: Json, at: int) -> Json:
        """Evaluations, one after the other."""
        return self.batch([("answer", self.evaluate, each) for each in request["requests"]], at)

    def ingest(self, request: Json, at: int) -> Json:
        """All kinds of things, one after the other."""
        commands: dict[str, Callable[[Json, int], Json]] = {
            "start_journey": self.start_journey,
            "finish_journey": self.finish_journey,
            "record_delivery": self.record_delivery,
            "record_interaction": self.record_interaction,
            "evaluate": self.evaluate,
            "check_exit": self.check_exit,
            "update_attributes": self.update_attributes,
        }
        items = [(name, part) for item in request["items"] for name, part in item.items()]
        return self.batch([(name, commands[name], part) for name, part in items], at)

    def batch(self, items: list[tuple[str, Callable[[Json, int], Json], Json]], at: int) -> Json:
        """Each in its turn, as if it were alone."""
        return {"results": [self._one_of_many(*item, at) for item in items]}

    def _one_of_many(
        self, name: str, command: Callable[[Json, int], Json], request: Json, at: int
    ) -> Json:
        try:
            # What comes behind it must not change it.
            return {name: deepcopy(command(request, at))}
        except Refusal as refusal:
            code, reason = refusal.refused
            return {"error": {"code": CODES[code], "reason": reason}}

    def is_message(self, next_step: str) -> bool:
        """Only before a message can a journey exit (rule X2)."""
        return next_step in MESSAGES

    def exit_reason(self, journey: Journey, at: int) -> str | None:
        """Policy in force now, the goal first (rules G8, X1, X9)."""
        if self.goal_ends(journey):
            return "GOAL"
        if self.policy(journey) in LOOK_AT_AUDIENCE and not self.matches(journey, at):
            return "NO_LONGER_MATCHING"
        return None

    def goal_ends(self, journey: Journey) -> bool:
        """Met since the start or, about a segment, now (rules X4, X5)."""
        if self.policy(journey) not in LOOK_AT_GOAL:
            return False
        return journey.achieve_time is not None or self.holds(journey)

    def matches(self, journey: Journey, _at: int) -> bool:
        """Trigger segments and audience filter in force now (rules G8, X8, X11)."""
        campaign = self.campaign(journey.campaign_id)
        trigger = campaign["trigger"] or {}
        for key, enough in (("any_segment", any), ("all_segments", all)):
            ids = (trigger.get(key) or {}).get("segment_ids", [])
            if ids and not enough(self.is_in(journey.person_id, each) for each in ids):
                return False
        facts = rules.Facts(
            event={},
            trigger=journey.trigger,
            person=self.attributes(journey.person_id),
            segments=tuple(self.segments_of(journey.person_id)),
        )
        return rules.outcome(campaign["audience_filter"], facts, rules.AUDIENCES) == "TRUE"
