"""Random histories: every figure and list of a report is what a naive recount of the log says."""

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from attribution_service.scenarios.targets import MEMORY, SQLITE, TargetFactory, factory
from model.driver import Json, Refused
from model.jsonform import format_time, parse_time, with_numbers
from model.log import ERASED
from model.machine import START_US, Side
from model.naive import NaiveModel
from model.recount import DELIVERY_FIGURES, JOURNEY_FIGURES, Recount, Within
from model.strategies import WEEK_US, Command, history
from support.drivers import ServiceDriver

CAMPAIGNS = ("c1", "c2")
ZONES = ("", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")
PAGE = 2


class Played:
    """A service that has carried out a history, and the recount of it."""

    def __init__(self, make_target: TargetFactory, seed: int) -> None:
        model = NaiveModel()
        self.driver = ServiceDriver(make_target())
        sides = (Side(model), Side(self.driver))
        self.now_us = START_US
        # Erased at the end, ada must be missing from lists and not from figures.
        erased = [Command(0, "delete_person", {"person_id": "ada"})] if seed % 3 == 0 else []
        for command in history(seed) + erased:
            self.now_us += command.wait_us
            for side in sides:
                side.carry_out(command, self.now_us)
        self.recount = Recount(model.log)

    def call(self, name: str, **request: Any) -> Json:
        answer = self.driver.call(name, request, self.now_us)
        assert not isinstance(answer, Refused), (name, request, answer)
        numbers: Json = with_numbers(answer)
        return numbers

    def all_pages(self, name: str, field: str, **request: Any) -> list[Json]:
        """A list, fetched in small pages."""
        found: list[Json] = []
        token = ""
        while True:
            page = self.call(name, page_size=PAGE, page_token=token, **request)
            found += page.get(field, [])
            token = page.get("next_page_token", "")
            if not token:
                return found
            assert len(page[field]) == PAGE


def ranges(played: Played, pick: random.Random) -> Iterator[Within]:
    """Everything, and ranges with ends at which something happens and beside them."""
    yield Within(None, None)
    times = [item.sent_time for item in played.recount.sent]
    times += [item.start_time for item in played.recount.started]
    times += [item["conversion_time"] for item in played.recount.conversions]
    near = sorted({time + beside for time in times for beside in (-1, 0, 1)})
    for _ in range(4):
        start, end = sorted(pick.sample(near, 2))
        yield Within(pick.choice([start, None]), pick.choice([end, None]))


def said(within: Within) -> Json:
    ends = {"start_time": within.start, "end_time": within.end}
    return {name: format_time(time) for name, time in ends.items() if time is not None}


def tidy(figures: Json) -> Json:
    """The service's figures in the form of the recount's."""
    found: Json = {
        name: _numbers(figures.get(name, {}))
        for name in ("deliveries", "journeys")
        if name in figures or name == "deliveries"
    }
    for name in ("converted_people", "conversions_without_value"):
        found[name] = int(figures.get(name, 0))
    return {**found, "total_value": pytest.approx(figures.get("total_value", 0.0))}


def _numbers(figures: Json) -> Json:
    shares = figures.get("shares", {})
    return {
        **{name: int(count) for name, count in figures.items() if name != "shares"},
        **({"shares": shares} if shares else {}),
    }


def plain(figures: Json) -> Json:
    """The recount's figures without what is zero, as JSON has them; shares as doubles."""
    found: Json = {}
    for name in ("deliveries", "journeys"):
        if name in figures:
            counted = {key: n for key, n in figures[name].items() if n and key != "shares"}
            shares = {k: float(v) for k, v in figures[name].get("shares", {}).items() if v}
            found[name] = {**counted, **({"shares": shares} if shares else {})}
    for name in ("converted_people", "conversions_without_value"):
        found[name] = figures[name]
    return {**found, "total_value": float(figures["total_value"])}


def check_metrics(played: Played, campaign_id: str, within: Within, basis: str) -> None:
    answer = played.call("get_metrics", campaign_id=campaign_id, time_basis=basis, **said(within))
    expected = played.recount.metrics(campaign_id, within, basis)
    assert {"journeys": {}, **plain(expected)} == {"journeys": {}, **tidy(answer)}
    exits = {
        item["reason"].removeprefix("EXIT_REASON_"): int(item["count"])
        for item in answer.get("exits", [])
    }
    assert exits == expected["exits"]
    actions = {item.get("action_id", ""): tidy(item) for item in answer.get("actions", [])}
    assert {key: plain(item) for key, item in expected["actions"].items()} == actions
    assert list(actions) == sorted(actions)
    assert answer.get("action_count", 0) == len(actions)


def check_series(played: Played, basis: str, pick: random.Random) -> None:
    start = START_US - pick.choice([0, 1, WEEK_US // 7])
    end = played.now_us + pick.choice([1, 3_600_000_000])
    answer = played.call(
        "get_metrics",
        campaign_id="c1",
        time_basis=basis,
        step=pick.choice(["DAY", "DAY", "HOUR"] if end - start < 10 * WEEK_US else ["DAY"]),
        time_zone=pick.choice(ZONES),
        **said(Within(start, end)),
    )
    series = answer["series"]
    assert [step["start_time"] for step in series[1:]] == [s["end_time"] for s in series[:-1]]
    assert (series[0]["start_time"], series[-1]["end_time"]) == (start, end)
    for step in series:
        within = Within(step["start_time"], step["end_time"])
        expected = played.recount.step("c1", within, basis)
        assert {"journeys": {}, **plain(expected)} == {"journeys": {}, **tidy(step)}


def check_lists(played: Played, within: Within) -> None:
    recount = played.recount
    for figure, counts in DELIVERY_FIGURES.items():
        found = played.all_pages(
            "list_sent_deliveries",
            "deliveries",
            campaign_id="c1",
            figure=figure.upper(),
            **said(within),
        )
        got = [(item["person_id"], item["delivery_id"]) for item in found]
        assert len(got) == len(set(got))
        assert set(got) == {
            (item.person_id, item.delivery_id)
            for item in recount.sent
            if item.campaign_id == "c1" and within.holds(item.sent_time) and counts(item)
            if not item.person_id.startswith(ERASED)
        }
        times = [item["sent_time"] for item in found]
        assert times == sorted(times)
    for figure, came_to in JOURNEY_FIGURES.items():
        journeys = played.all_pages(
            "list_started_journeys",
            "journeys",
            campaign_id="c1",
            figure=figure.upper(),
            **said(within),
        )
        assert sorted((item["person_id"], item["journey_id"]) for item in journeys) == sorted(
            (item.person_id, item.journey_id)
            for item in recount.started
            if item.campaign_id == "c1" and within.holds(item.start_time) and came_to(item)
            if not item.person_id.startswith(ERASED)
        )
    conversions = played.all_pages("list_conversions", "conversions", **said(within))
    assert [(item["person_id"], item["delivery_id"]) for item in conversions] == [
        (item["person_id"], item["delivery_id"])
        for item in recount.conversions
        if within.holds(item["conversion_time"]) and not item["person_id"].startswith(ERASED)
    ]


def check_credits(played: Played, within: Within, basis: str) -> None:
    for model in ("FIRST_TOUCH", "LAST_TOUCH", "LINEAR", "TIME_DECAY", "POSITION_BASED"):
        settings: Json = {"model": model}
        if model == "TIME_DECAY":
            settings["half_life"] = "0.000002s"
        answer = played.call(
            "get_metrics", campaign_id="c1", time_basis=basis, credit=settings, **said(within)
        )
        found = {
            item.get("action_id", ""): (
                int(item.get("credit_billionths", 0)),
                item.get("value", 0.0),
            )
            for item in answer.get("credits", [])
        }
        expected = played.recount.credits("c1", within, basis, model, half_life=2)
        assert found.keys() == expected.keys()
        converted = int(answer.get("deliveries", {}).get("converted", 0))
        assert sum(billionths for billionths, _ in found.values()) == converted * 10**9
        for action_id, (conversions, value) in expected.items():
            billionths, worth = found[action_id]
            assert abs(billionths - conversions * 10**9) < max(1, converted)
            assert worth == pytest.approx(float(value), abs=1e-6)


def check_people(played: Played) -> None:
    for person_id in ("ada", "bob", "nobody"):
        sent = played.all_pages("list_person_sent", "deliveries", person_id=person_id)
        mine = [item for item in played.recount.sent if item.person_id == person_id]
        assert [item["delivery_id"] for item in sent] == [
            item.delivery_id
            for item in sorted(mine, key=lambda d: (d.sent_time, d.delivery_id), reverse=True)
        ]
        marked = {item["delivery_id"]: "convert_time" in item for item in sent}
        assert marked == {item.delivery_id: item.conversion is not None for item in mine}
        found = played.all_pages("list_person_activity", "activities", person_id=person_id)
        assert sorted(map(activity, found)) == sorted(expected_activities(played, person_id))
        times = [item["time"] for item in found]
        assert times == sorted(times, reverse=True)


def activity(item: Json) -> tuple[int, str, str, str]:
    about = item.get("delivery_id") or item["journey_id"]
    reason = item.get("exit_reason", "").removeprefix("EXIT_REASON_")
    return item["time"], item["kind"].removeprefix("ACTIVITY_KIND_"), about, reason


def expected_activities(played: Played, person_id: str) -> Iterator[tuple[int, str, str, str]]:
    for item in played.recount.started:
        if item.person_id == person_id:
            yield item.start_time, "JOURNEY_STARTED", item.journey_id, ""
            if item.end_time is not None:
                yield item.end_time, "JOURNEY_ENDED", item.journey_id, item.exit_reason or ""
    for conversion in played.recount.conversions:
        if conversion["person_id"] == person_id:
            yield conversion["conversion_time"], "CONVERSION", conversion["delivery_id"], ""


@pytest.mark.parametrize(("store", "histories"), [(MEMORY, 60), (SQLITE, 12)])
def test_histories(store: str, histories: int) -> None:
    for seed in range(histories):
        check_history(factory(store), seed)


def check_history(make_target: TargetFactory, seed: int) -> None:
    """Play a history, and compare all reports with the recount of it."""
    played = Played(make_target, seed)
    pick = random.Random(seed)
    try:
        for within in ranges(played, pick):
            for basis in ("SENT", "CONVERTED"):
                for campaign_id in CAMPAIGNS:
                    check_metrics(played, campaign_id, within, basis)
                check_credits(played, within, basis)
            check_lists(played, within)
        for basis in ("SENT", "CONVERTED"):
            check_series(played, basis, pick)
        check_people(played)
    finally:
        played.driver.close()


def test_histories_have_what_is_counted() -> None:
    """A recount of nothing would agree with anything."""
    seen: dict[str, int] = {}
    for seed in range(60):
        played = Played(factory(MEMORY), seed)
        whole = Within(None, None)
        figures = played.recount.metrics("c1", whole, "SENT")
        for name, count in {**figures["deliveries"], **figures["exits"]}.items():
            if not isinstance(count, dict):
                seen[name] = seen.get(name, 0) + int(count)
        seen["value"] = seen.get("value", 0) + bool(Fraction(figures["total_value"]))
        played.driver.close()
    assert all(seen[name] for name in (*DELIVERY_FIGURES, "GOAL", "value")), seen


def test_times_are_those_of_the_model() -> None:
    assert parse_time(format_time(START_US)) == START_US
