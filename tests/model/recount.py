"""Every figure of a report, counted anew from the raw log of commands.

Nothing here knows how the service stores or counts: each figure is a sentence over the log of
accepted commands and their answers, as `naive.NaiveModel` keeps it. Times are integer
microseconds. Shares are exact fractions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from model.content import CONVERTING_CHANNELS
from model.driver import Json
from model.log import Entry

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that was sent, and all that became of it."""

    person_id: str
    delivery_id: str
    campaign_id: str
    action_id: str
    channel: str
    sent_time: int
    can_convert: bool
    touches: frozenset[str]
    conversion: Json | None


@dataclass(frozen=True, slots=True)
class Started:
    """A journey, and what became of it."""

    person_id: str
    journey_id: str
    campaign_id: str
    start_time: int
    state: str
    exit_reason: str | None
    end_time: int | None
    converted: bool


@dataclass(frozen=True, slots=True)
class Within:
    """A range of time: from `start`, included, to `end`, not included; None: open."""

    start: int | None
    end: int | None

    def holds(self, time: int) -> bool:
        return (self.start is None or self.start <= time) and (self.end is None or time < self.end)


DELIVERY_FIGURES: dict[str, Callable[[Sent], bool]] = {
    "sent": lambda _: True,
    "opened": lambda d: "opened" in d.touches,
    "clicked": lambda d: "clicked" in d.touches,
    "converted": lambda d: d.conversion is not None,
    "not_converted": lambda d: d.can_convert and d.conversion is None,
    "machine_opened": lambda d: "machine_opened" in d.touches,
    "machine_clicked": lambda d: "machine_clicked" in d.touches,
    "untracked_clicked": lambda d: "untracked_clicked" in d.touches,
    "convertible": lambda d: d.can_convert,
}
JOURNEY_FIGURES: dict[str, Callable[[Started], bool]] = {
    "started": lambda _: True,
    "active": lambda j: j.state == "ACTIVE",
    "finished": lambda j: j.state == "FINISHED",
    "exited": lambda j: j.state == "EXITED",
    "converted": lambda j: j.converted,
    "not_converted": lambda j: not j.converted,
}


class Recount:
    """What a log comes to."""

    def __init__(self, log: Sequence[Entry]) -> None:
        self._log = log
        self.sent = list(self._sent())
        self.started = list(self._started())
        self.conversions = list(self._conversions())

    def metrics(self, campaign_id: str, within: Within, basis: str) -> Json:
        """The figures of a campaign, with those of its actions."""
        return {
            **self._figures(campaign_id, within, basis, lambda _: True),
            **self.journeys(campaign_id, within, basis),
            "actions": {
                action_id: self._figures(campaign_id, within, basis, _by(action_id))
                for action_id in sorted(self._actions(campaign_id, within, basis))
            },
        }

    def _figures(
        self, campaign_id: str, within: Within, basis: str, wanted: Callable[[str], bool]
    ) -> Json:
        sent = [
            item for item in self.sent if item.campaign_id == campaign_id and wanted(item.action_id)
        ]
        if basis == "SENT":
            sent = [item for item in sent if within.holds(item.sent_time)]
            conversions = [item.conversion for item in sent if item.conversion is not None]
            deliveries = _counted(sent, DELIVERY_FIGURES)
            of = [item for item in sent if item.can_convert]
            shared = ("opened", "clicked", "converted", "not_converted")
            deliveries["shares"] = _shares(of, DELIVERY_FIGURES, shared)
        else:
            conversions = [
                item.conversion
                for item in sent
                if item.conversion is not None and within.holds(item.conversion["conversion_time"])
            ]
            deliveries = {"converted": len(conversions)}
        values = [item["value"] for item in conversions if item["value"] is not None]
        return {
            "deliveries": deliveries,
            "total_value": sum(map(Fraction, values)),
            "converted_people": len({item["person_id"] for item in conversions}),
            "conversions_without_value": len(conversions) - len(values),
        }

    def credits(
        self, campaign_id: str, within: Within, basis: str, model: str, half_life: int
    ) -> dict[str, tuple[Fraction, Fraction]]:
        """By action, the conversions that it is credited with and their value, unrounded."""
        found: dict[str, tuple[Fraction, Fraction]] = {}
        for item in self.sent:
            conversion = item.conversion
            if conversion is None or item.campaign_id != campaign_id:
                continue
            time = item.sent_time if basis == "SENT" else conversion["conversion_time"]
            if not within.holds(time):
                continue
            weights = _weights(conversion["candidates"], model, half_life)
            for candidate, weight in zip(conversion["candidates"], weights, strict=True):
                share = weight / sum(weights)
                sofar, value = found.get(candidate["action_id"], (Fraction(0), Fraction(0)))
                worth = share * Fraction(conversion["value"] or 0)
                found[candidate["action_id"]] = (sofar + share, value + worth)
        return found

    def _actions(self, campaign_id: str, within: Within, basis: str) -> set[str]:
        return {
            item.action_id
            for item in self.sent
            if item.campaign_id == campaign_id
            and (
                within.holds(item.sent_time)
                if basis == "SENT"
                else item.conversion is not None
                and within.holds(item.conversion["conversion_time"])
            )
        }

    def step(self, campaign_id: str, within: Within, basis: str) -> Json:
        """The figures of one step of a series."""
        journeys = self.journeys(campaign_id, within, basis)
        del journeys["exits"]
        return {**self._figures(campaign_id, within, basis, lambda _: True), **journeys}

    def journeys(self, campaign_id: str, within: Within, basis: str) -> Json:
        """The figures of a campaign's journeys, and why they exited."""
        started = [
            item
            for item in self.started
            if item.campaign_id == campaign_id and within.holds(item.start_time)
        ]
        figures = _counted(started, JOURNEY_FIGURES)
        if basis == "SENT":
            shared = ("active", "finished", "exited", "converted", "not_converted")
            figures["shares"] = _shares(started, JOURNEY_FIGURES, shared)
        exits = Counter(item.exit_reason for item in started if item.state == "EXITED")
        return {"journeys": figures, "exits": dict(exits)}

    def _entries(self, name: str) -> Iterator[Entry]:
        return (entry for entry in self._log if entry.name == name)

    def _conversions(self) -> Iterator[Json]:
        """In the order in which they came."""
        for entry in self._log:
            if entry.name not in ("evaluate", "update_attributes"):
                continue
            if not entry.request.get("validate_only") and not entry.answer["replayed"]:
                yield from entry.answer["conversions"]

    def _sent(self) -> Iterator[Sent]:
        converted = {(c["person_id"], c["delivery_id"]): c for c in self._conversions()}
        seen: set[Key] = set()
        for entry in self._entries("record_delivery"):
            report = entry.request["delivery"]
            key = (report["person_id"], report["delivery_id"])
            if key in seen or report.get("status", "SENT") not in ("SENT", "BOUNCED"):
                continue
            seen.add(key)
            journey = self._journey_of(report)
            action_id = report.get("action_id", "")
            yield Sent(
                *key,
                campaign_id=journey["campaign_id"],
                action_id=action_id,
                channel=report["channel"],
                sent_time=min(report.get("sent_time", entry.at), entry.at),
                can_convert=self._can_convert(report["channel"], action_id, journey),
                touches=frozenset(self._touches(key)),
                conversion=converted.get(key),
            )

    def _journey_of(self, report: Json) -> Json:
        """The journey of a delivery; a newsletter's is judged by what was in force at first."""
        if report.get("journey_id"):
            return self._journey(report["person_id"], report["journey_id"])
        revision = next(
            entry.facts["revision"]
            for entry in self._entries("record_delivery")
            if entry.request["delivery"]["delivery_id"] == report["delivery_id"]
            and entry.request["delivery"]["person_id"] == report["person_id"]
        )
        return {"campaign_id": report["campaign_id"], "revision": revision}

    def _can_convert(self, channel: str, action_id: str, journey: Json) -> bool:
        if channel != "WEBHOOK":
            return channel in CONVERTING_CHANNELS
        return action_id in next(
            entry.answer["campaign"]["webhook_action_ids"]
            for entry in self._log
            if entry.name in ("create_campaign", "update_campaign")
            and entry.answer["campaign"]["campaign_id"] == journey["campaign_id"]
            and entry.answer["campaign"]["revision"] == journey["revision"]
        )

    def _touches(self, key: Key) -> Iterator[str]:
        for entry in self._entries("record_interaction"):
            if (entry.request["person_id"], entry.request["delivery_id"]) != key:
                continue
            touch = entry.request["interaction"]
            if touch.get("untracked"):
                yield "untracked_clicked"
            elif touch.get("machine"):
                yield f"machine_{touch['kind'].lower()}"
            else:
                yield touch["kind"].lower()

    def _journey(self, person_id: str, journey_id: str) -> Json:
        """As it was at its start."""
        found: Json = next(
            entry.answer["journey"]
            for entry in self._entries("start_journey")
            if _names(entry.request) == (person_id, journey_id)
        )
        return found

    def _started(self) -> Iterator[Started]:
        converted = {(c["person_id"], c["journey_id"]) for c in self._conversions()}
        seen: set[Key] = set()
        for entry in self._entries("start_journey"):
            key = _names(entry.request)
            if key in seen:
                continue
            seen.add(key)
            journey = entry.answer["journey"]
            yield Started(
                *key,
                campaign_id=journey["campaign_id"],
                start_time=journey["start_time"],
                converted=key in converted,
                **self._end(key, journey),
            )

    def _end(self, key: Key, journey: Json) -> Json:
        """What ended it first; nothing after that changes anything."""
        if journey["state"] != "ACTIVE":
            return {name: journey[name] for name in ("state", "exit_reason", "end_time")}
        for entry in self._log:
            if entry.name == "finish_journey" and _names(entry.request) == key:
                return {"state": "FINISHED", "exit_reason": "FINISHED", "end_time": entry.at}
            if entry.name == "check_exit" and _names(entry.request) == key and entry.answer["exit"]:
                reason = entry.answer["reason"]
                return {"state": "EXITED", "exit_reason": reason, "end_time": entry.at}
        return {"state": "ACTIVE", "exit_reason": None, "end_time": None}


def _names(request: Json) -> Key:
    return request["person_id"], request["journey_id"]


def _by(action_id: str) -> Callable[[str], bool]:
    return lambda other: other == action_id


def _counted(found: Iterable[object], figures: Json) -> Json:
    return {name: sum(1 for item in found if counts(item)) for name, counts in figures.items()}


def _shares(found: Sequence[object], figures: Json, names: Iterable[str]) -> Json:
    if not found:
        return {}
    counted = _counted(found, figures)
    return {name: Fraction(counted[name], len(found)) for name in names}


def _weights(candidates: Sequence[Json], model: str, half_life: int) -> list[Fraction]:
    """What each candidate weighs, said as simply as it can be."""
    last = len(candidates) - 1
    weights = []
    for number, candidate in enumerate(candidates):
        age = candidates[-1]["basis_time"] - candidate["basis_time"]
        if model == "FIRST_TOUCH":
            weight = Fraction(number == 0)
        elif model == "LAST_TOUCH":
            weight = Fraction(number == last)
        elif model == "TIME_DECAY":
            weight = Fraction(0.5 ** min(age / half_life, 1000))
        elif model == "LINEAR" or last < 2:
            weight = Fraction(1)
        else:
            weight = Fraction(40) if number in (0, last) else Fraction(20, last - 1)
        weights.append(weight)
    return weights
