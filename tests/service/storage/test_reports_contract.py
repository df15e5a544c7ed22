"""What the reads of reports must do on every store."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from attribution_service.core.answers import CampaignChange, PersonChange
from attribution_service.core.marks import Mark
from attribution_service.core.model import (
    Candidate,
    Channel,
    Conversion,
    Delivery,
    DeliveryStatus,
    ExitReason,
    Journey,
    JourneyState,
)
from attribution_service.core.reports import (
    ActivityKind,
    ConversionCount,
    ConversionQuery,
    DeliveryCount,
    DeliveryFigure,
    Feed,
    JourneyCount,
    JourneyFigure,
    MetricsQuery,
    Range,
    SentQuery,
    StartedQuery,
    StepCounts,
    TimeBasis,
)
from attribution_service.storage.interface import Place, Placed, Store
from service.storage.test_contract import CAMPAIGN, CONVERSION, JOURNEY, REVISION, store, write

__all__ = ["store"]  # the fixture

EMAIL = Mark.CAN_CONVERT
ALL = Range("c1")


def sent(person_id: str, delivery_id: str, sent_us: int | None, **fields: Any) -> Delivery:
    return Delivery(
        person_id=person_id,
        delivery_id=delivery_id,
        journey_id="j1",
        create_us=0,
        sent_us=sent_us,
        **{
            "campaign_id": "c1",
            "action_id": "a1",
            "channel": Channel.EMAIL,
            "status": DeliveryStatus.SENT,
            "can_convert": True,
            **fields,
        },
    )


def journey(person_id: str, start_us: int, **fields: Any) -> Journey:
    active = replace(JOURNEY, state=JourneyState.ACTIVE, exit_reason=None, end_us=None)
    return replace(active, person_id=person_id, start_us=start_us, **fields)


def converted(person_id: str, at_us: int, sent_us: int, **fields: Any) -> Conversion:
    credited = Candidate(
        "d1", "j1", fields.pop("action_id", "a1"), Channel.EMAIL, sent_us, 0, False
    )
    first = replace(credited, delivery_id="d0", action_id="other", sent_us=-1)
    made = replace(
        CONVERSION, person_id=person_id, converted_us=at_us, candidates=(first, credited)
    )
    return replace(made, **fields)


def by_content(found: Sequence[Any]) -> list[str]:
    return sorted(map(repr, found))


def test_deliveries_are_counted_by_action_and_marks(store: Store) -> None:
    write(
        store,
        sent("ada", "d1", 10),
        sent("ada", "d2", 19, opened_us=1, clicked_us=2),
        sent("bob", "d1", 15, action_id="a2", channel=Channel.SLACK, can_convert=False),
        sent("bob", "d2", 9, machine_opened_us=1, machine_clicked_us=1, untracked_clicked_us=1),
        sent("bob", "d3", 20, converted_us=30),
        sent("bob", "d4", None),
        sent("bob", "d5", 12, campaign_id="c2"),
    )
    opened = EMAIL | Mark.OPENED | Mark.CLICKED
    inside = store.reports.metrics(MetricsQuery(Range("c1", 10, 20)))
    assert by_content(inside.deliveries) == by_content(
        [DeliveryCount("a1", 64, 1), DeliveryCount("a1", int(opened), 1), DeliveryCount("a2", 0, 1)]
    )
    machine = Mark.MACHINE_OPENED | Mark.MACHINE_CLICKED | Mark.UNTRACKED_CLICKED
    before = store.reports.metrics(MetricsQuery(Range("c1", None, 10)))
    assert before.deliveries == (DeliveryCount("a1", int(EMAIL | machine), 1),)
    after = store.reports.metrics(MetricsQuery(Range("c1", 20, None)))
    assert after.deliveries == (DeliveryCount("a1", int(EMAIL | Mark.CONVERTED), 1),)
    assert sum(item.count for item in store.reports.metrics(MetricsQuery(ALL)).deliveries) == 5


def test_journeys_are_counted_by_what_came_of_them(store: Store) -> None:
    exited = {"state": JourneyState.EXITED, "exit_reason": ExitReason.GOAL, "end_us": 50}
    write(
        store,
        journey("ada", 10),
        journey("bob", 19, converted_us=20),
        journey("cy", 10, **exited),
        journey("di", 10, **exited),
        journey("ed", 9),
        journey("ed", 20, journey_id="j2"),
        journey("ed", 15, journey_id="j3", campaign_id="c2"),
    )
    found = store.reports.metrics(MetricsQuery(Range("c1", 10, 20)))
    assert by_content(found.journeys) == by_content(
        [
            JourneyCount(JourneyState.ACTIVE, None, False, 1),
            JourneyCount(JourneyState.ACTIVE, None, True, 1),
            JourneyCount(JourneyState.EXITED, ExitReason.GOAL, False, 2),
        ]
    )
    assert store.reports.metrics(MetricsQuery(ALL, journeys=False)).journeys == ()


def test_conversions_are_counted_by_either_time(store: Store) -> None:
    write(
        store,
        converted("ada", 100, 10, value=1.5),
        converted("ada", 101, 11, value=None, delivery_id="d2", event_id="e2"),
        converted("bob", 102, 12, value=2.0, action_id="a2"),
        converted("cy", 103, 12, campaign_id="c2"),
    )
    cohort = store.reports.metrics(MetricsQuery(Range("c1", 10, 12)))
    assert cohort.conversions == ConversionCount(2, 1, 1.5, 1)
    came = store.reports.metrics(MetricsQuery(Range("c1", 101, 103), TimeBasis.CONVERTED))
    assert came.conversions == ConversionCount(2, 2, 2.0, 1)
    assert came.conversions_by_action == {
        "a1": ConversionCount(1, 1, 0.0, 1),
        "a2": ConversionCount(1, 1, 2.0, 0),
    }
    assert came.deliveries == ()
    nothing = store.reports.metrics(MetricsQuery(Range("c3")))
    assert nothing.conversions == ConversionCount()
    assert nothing.conversions_by_action == {}


@pytest.mark.parametrize("basis", list(TimeBasis))
def test_steps_of_a_series(store: Store, basis: TimeBasis) -> None:
    write(
        store,
        *(sent("ada", f"d{n}", n) for n in range(10)),
        *(journey("ada", n, journey_id=f"j{n}") for n in range(10)),
        *(
            converted("ada", n, n, delivery_id=f"d{n}", event_id=f"e{n}", value=1.0)
            for n in range(10)
        ),
    )
    found = store.reports.metrics(MetricsQuery(Range("c1", 1, 8), basis, (1, 2, 5, 8)))
    for number, (start, end) in enumerate(pairwise((1, 2, 5, 8))):
        size = end - start
        deliveries = [DeliveryCount("", 64, size)] if basis is TimeBasis.SENT else []
        journeys = [JourneyCount(JourneyState.ACTIVE, None, False, size)]
        counted = ConversionCount(size, 1, float(size), 0)
        assert found.steps[number] == StepCounts(deliveries, journeys, counted)
    empty = store.reports.metrics(MetricsQuery(Range("c1", 50, 60), basis, (50, 55, 60)))
    assert all(step == StepCounts() for step in empty.steps.values())


def pages(
    fetch: Callable[[Place | None, int], Sequence[Placed[Any]]], size: int
) -> list[Placed[Any]]:
    found: list[Placed[Any]] = []
    while page := fetch(found[-1].place if found else None, size):
        found += page
    return found


@pytest.mark.parametrize("size", [1, 2, 50])
def test_sent_deliveries_over_pages(store: Store, size: int) -> None:
    """Many at one instant: none twice, none missed, and the same order for every size of page."""
    many = [sent(f"p{n}", f"d{n % 3}", 10 + n // 8) for n in range(30)]
    write(store, *many, sent("p1", "late", 9), sent("p1", "other", 11, campaign_id="c2"))
    query = SentQuery(Range("c1", 10, 13))
    found = pages(partial(store.reports.sent, query), size)
    wanted = [item for item in many if item.sent_us is not None and item.sent_us < 13]
    assert by_content([item.record for item in found]) == by_content(wanted)
    places = [item.place for item in found]
    assert places == sorted(places)
    whole = store.reports.sent(query, None, 100)
    assert found == whole


def test_filters_of_sent_deliveries(store: Store) -> None:
    write(
        store,
        sent("ada", "plain", 1),
        sent("ada", "opened", 2, opened_us=1),
        sent("ada", "clicked", 3, clicked_us=1),
        sent("ada", "converted", 4, converted_us=9),
        sent("ada", "machine", 5, machine_opened_us=1, machine_clicked_us=1),
        sent("ada", "untracked", 6, untracked_clicked_us=1, action_id="a2"),
        sent("ada", "slack", 7, channel=Channel.SLACK, can_convert=False, action_id="a2"),
    )
    behind = {
        DeliveryFigure.OPENED: ["opened"],
        DeliveryFigure.CLICKED: ["clicked"],
        DeliveryFigure.CONVERTED: ["converted"],
        DeliveryFigure.NOT_CONVERTED: ["plain", "opened", "clicked", "machine", "untracked"],
        DeliveryFigure.MACHINE_OPENED: ["machine"],
        DeliveryFigure.MACHINE_CLICKED: ["machine"],
        DeliveryFigure.UNTRACKED_CLICKED: ["untracked"],
        DeliveryFigure.CONVERTIBLE: [
            *("plain", "opened", "clicked", "converted", "machine", "untracked")
        ],
    }
    for figure, names in behind.items():
        found = store.reports.sent(SentQuery(ALL, figure=figure), None, 9)
        assert [item.record.delivery_id for item in found] == names
    for query in (SentQuery(ALL, "a2"), SentQuery(ALL, channel=Channel.SLACK)):
        last = store.reports.sent(query, None, 9)[-1]
        assert last.record.delivery_id == "slack"
    assert len(store.reports.sent(SentQuery(ALL, "a2", Channel.EMAIL), None, 9)) == 1


def test_started_journeys(store: Store) -> None:
    exited = {"state": JourneyState.EXITED, "exit_reason": ExitReason.GOAL, "end_us": 50}
    finished = {"state": JourneyState.FINISHED, "exit_reason": ExitReason.FINISHED, "end_us": 5}
    write(
        store,
        journey("ada", 1),
        journey("bob", 2, **exited),
        journey("cy", 3, converted_us=9, **finished),
        journey("di", 4, campaign_id="c2"),
    )
    behind = {
        JourneyFigure.STARTED: ["ada", "bob", "cy"],
        JourneyFigure.ACTIVE: ["ada"],
        JourneyFigure.FINISHED: ["cy"],
        JourneyFigure.EXITED: ["bob"],
        JourneyFigure.CONVERTED: ["cy"],
        JourneyFigure.NOT_CONVERTED: ["ada", "bob"],
    }
    for figure, people in behind.items():
        found = pages(partial(store.reports.started, StartedQuery(ALL, figure)), 1)
        assert [item.record.person_id for item in found] == people
    (only,) = store.reports.started(StartedQuery(ALL, exit_reason=ExitReason.GOAL), None, 9)
    assert only.record.person_id == "bob"
    inside = store.reports.started(StartedQuery(Range("c1", 2, 3)), None, 9)
    assert [item.record.person_id for item in inside] == ["bob"]


def test_conversions_in_the_order_in_which_they_came(store: Store) -> None:
    for n in range(12):
        write(store, converted(f"p{n}", 100 + n // 4, n, campaign_id=f"c{n % 2}"))
    everything = ConversionQuery(Range(""))
    found = pages(partial(store.reports.conversions, everything), 2)
    assert [item.record.person_id for item in found] == [f"p{n}" for n in range(12)]
    mine = store.reports.conversions(ConversionQuery(Range("c1", 101, 102)), None, 50)
    assert [item.record.person_id for item in mine] == ["p5", "p7"]
    assert mine[0].record == converted("p5", 101, 5)
    none = ConversionQuery(Range("c1"), channel=Channel.SMS)
    assert not store.reports.conversions(none, None, 50)
    assert not store.reports.conversions(ConversionQuery(Range("c1"), "a2"), None, 50)


def test_views_of_a_person(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.write_campaign(CampaignChange(CAMPAIGN, REVISION))
    ended: dict[str, Any] = {"state": JourneyState.EXITED, "exit_reason": ExitReason.GOAL}
    changes: list[PersonChange] = [
        journey("ada", 1, end_us=9, **ended),
        journey("ada", 5, journey_id="j2"),
        sent("ada", "d1", 2, converted_us=7),
        sent("ada", "d2", 2),
        sent("ada", "d3", None),
        sent("bob", "d1", 2),
        converted("ada", 9, 2, value=3.0),
    ]
    write(store, *changes)
    views = store.reports
    mine = pages(partial(views.person_sent, "ada"), 1)
    assert [item.record.delivery_id for item in mine] == ["d2", "d1"]
    for size in (1, 9):
        found = pages(partial(views.person_activity, "ada"), size)
        assert [(item.record.time_us, item.record.kind) for item in found] == [
            (9, ActivityKind.JOURNEY_ENDED),
            (9, ActivityKind.CONVERSION),
            (5, ActivityKind.JOURNEY_STARTED),
            (1, ActivityKind.JOURNEY_STARTED),
        ]
    end, conversion = found[0].record, found[1].record
    assert (end.exit_reason, end.journey_id) == (ExitReason.GOAL, "j1")
    assert (conversion.delivery_id, conversion.action_id) == ("d1", "a1")
    assert (conversion.channel, conversion.value, conversion.event_id) == (Channel.EMAIL, 3.0, "e1")
    assert not views.person_sent("eve", None, 9)
    assert not views.person_activity("eve", None, 9)


def test_the_feed_is_in_the_order_of_the_commits(store: Store) -> None:
    feed = store.reports.feed
    assert feed(0, "", 9) == Feed((), 0, 0)
    for n in range(5):
        # The later commit has the earlier time: the order is that of the commits.
        write(store, converted(f"p{n}", 100 - n, n, campaign_id=f"c{n % 2}"))
    write(store, converted("x", 1, 1), converted("y", 1, 1), sent("x", "d1", 1))
    whole = feed(0, "", 9)
    assert [item.conversion.person_id for item in whole.found] == [
        *("p0", "p1", "p2", "p3", "p4", "x", "y")
    ]
    assert [item.sequence for item in whole.found] == [1, 2, 3, 4, 5, 6, 7]
    assert (whole.reached, whole.last) == (7, 7)
    part = feed(1, "", 2)
    assert [item.sequence for item in part.found] == [2, 3]
    assert (part.reached, part.last) == (3, 7)
    mine = feed(0, "c0", 4)
    assert [item.conversion.person_id for item in mine.found] == ["p0", "p2"]
    assert mine.reached == 4
    assert feed(7, "", 9) == Feed((), 7, 7)
    assert whole.found[0].conversion == converted("p0", 100, 0, campaign_id="c0")


def test_what_is_undone_leaves_no_gap(store: Store) -> None:
    write(store, converted("a", 1, 1))

    def fail() -> None:
        with store.transaction() as transaction:
            transaction.write([converted("b", 2, 2)])
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    write(store, converted("c", 3, 3))
    found = store.reports.feed(0, "", 9).found
    assert [(item.sequence, item.conversion.person_id) for item in found] == [(1, "a"), (2, "c")]
