"""Retention on every store: what is old goes with all that is theirs, figures stay."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attribution_service.core.answers import PersonChange
from attribution_service.core.model import (
    Channel,
    Conversion,
    Delivery,
    DeliveryStatus,
    Interaction,
    InteractionKind,
    Journey,
    newsletter_journey_id,
)
from attribution_service.core.reports import (
    ConversionQuery,
    MetricsQuery,
    Range,
    SentQuery,
    StartedQuery,
    TimeBasis,
)
from attribution_service.core.retention import TOUCHES
from attribution_service.core.state import Needs
from attribution_service.storage.interface import START, Place, Store, Sweep, Swept
from attribution_service.storage.sqlite import open_sqlite
from service.storage.test_contract import (
    ALL,
    CONVERSION,
    DELIVERY,
    EVERY,
    EVERYTHING,
    INTERACTION,
    JOURNEY,
    MEMBERSHIP,
    PERSON,
    RECEIPT,
    load,
    store,
    write,
)
from service.storage.test_erasure import (
    LAST_US,
    erase,
    figure,
    queries,
    some_records,
    statements,
)
from service.storage.test_reports_contract import converted, sent
from sqlalchemy import event

__all__ = ["store"]  # the fixture

EVERYWHERE = replace(EVERYTHING, person=True)
TOUCHED_US = 8  # the latest time of DELIVERY
OLD = replace(DELIVERY, journey_id="j1")


def sweep(store: Store, before_us: int, *, what: str = "deliveries", **limits: Any) -> list[Swept]:
    """All steps of a walk."""
    steps: list[Swept] = []
    place: Place | None = START
    while place is not None:
        with store.transaction() as transaction:
            step = Sweep(before_us, place, **limits)
            carry_out = {
                "deliveries": transaction.sweep_deliveries,
                "receipts": transaction.sweep_receipts,
            }[what]
            steps.append(carry_out(step))
        assert steps[-1].place is None or steps[-1].place >= place
        place = steps[-1].place
    return steps


def total(steps: list[Swept]) -> dict[str, int]:
    names = ("deliveries", "interactions", "conversions", "newsletter_journeys", "receipts")
    counts = {name: sum(getattr(step, name) for step in steps) for name in names}
    return {name: count for name, count in counts.items() if count}


def ids(store: Store, person_id: str = "ada") -> list[str]:
    return [item.delivery_id for item in store.deliveries(person_id, "", "", 1_000)]


def test_a_delivery_goes_with_all_that_is_its_own(store: Store) -> None:
    other = replace(DELIVERY, delivery_id="d2", opened_us=50)
    mine = (*ALL, PERSON, MEMBERSHIP, other, replace(INTERACTION, delivery_id="d2"))
    write(store, *mine)
    found = total(sweep(store, TOUCHED_US + 1))
    assert found == {"deliveries": 1, "interactions": 1, "conversions": 1}
    need = replace(
        EVERYWHERE,
        delivery_ids=("d1", "d2"),
        interactions=(INTERACTION.key, replace(INTERACTION, delivery_id="d2").key),
    )
    state = load(store, need)["ada"]
    assert state.deliveries == {"d2": other}
    assert [key.delivery_id for key in state.interactions] == ["d2"]
    assert not state.conversions.get("e1")
    assert state.receipts == {"e1": RECEIPT}
    assert state.journeys == {"j1": JOURNEY}
    assert (state.person, state.memberships) == (PERSON, {"s1": MEMBERSHIP})
    assert store.delivery("ada", "d1") is None


def test_somebody_else_s_of_the_same_ids_stays(store: Store) -> None:
    theirs = [replace(item, person_id="bob") for item in ALL]
    theirs[1] = replace(DELIVERY, person_id="bob", opened_us=50)
    write(store, *ALL, *theirs)
    need = replace(EVERYTHING, person_id="bob")
    before = load(store, need)["bob"]
    assert total(sweep(store, TOUCHED_US + 1))["deliveries"] == 1
    bob = load(store, need)["bob"]
    assert bob.deliveries == before.deliveries
    assert bob.conversions == before.conversions
    assert bob.interactions == before.interactions
    assert bob.conversions["e1"]


@pytest.mark.parametrize("name", TOUCHES)
def test_the_age_counts_from_the_latest_touch(store: Store, name: str) -> None:
    untouched = Delivery("ada", "d1", "c1", "j1", "a1", Channel.EMAIL, DeliveryStatus.SENT, 0)
    times: dict[str, Any] = {name: 10}
    old = replace(untouched, **times)
    write(store, old)
    assert total(sweep(store, 10)) == {}
    assert ids(store) == ["d1"]
    assert total(sweep(store, 11)) == {"deliveries": 1}
    assert ids(store) == []


def test_a_sent_time_that_was_only_claimed_keeps_nothing(store: Store) -> None:
    write(store, replace(sent("ada", "d1", 5), claimed_sent_us=2**60))
    assert total(sweep(store, 6)) == {"deliveries": 1}


def second() -> Conversion:
    return converted("ada", 50, 50, event_id="e2", delivery_id="d2")


def newsletter(delivery_id: str, sent_us: int = 5) -> tuple[Journey, Delivery]:
    journey_id = newsletter_journey_id(delivery_id)
    return (
        replace(JOURNEY, journey_id=journey_id),
        replace(sent("ada", delivery_id, sent_us), journey_id=journey_id),
    )


def test_a_newsletter_s_journey_goes_with_its_delivery(store: Store) -> None:
    write(store, JOURNEY, *newsletter("d1"), *newsletter("d2", 50))
    assert total(sweep(store, 6)) == {"deliveries": 1, "newsletter_journeys": 1}
    journeys = {item.journey_id for item in store.journeys("ada", "", "", 9)}
    assert journeys == {"j1", newsletter_journey_id("d2")}


def test_what_was_never_sent_goes_and_is_counted_nowhere(store: Store) -> None:
    write(store, sent("ada", "d1", None, status=DeliveryStatus.FAILED))
    assert total(sweep(store, 1)) == {"deliveries": 1}
    assert figure(store, MetricsQuery(Range("c1"))).deliveries.counts == {}


def test_lists_and_views_have_what_is_there(store: Store) -> None:
    write(store, *ALL, sent("ada", "d2", 50), second())
    sweep(store, TOUCHED_US + 1)
    reports, whole = store.reports, Range("c1")
    assert [item.record.delivery_id for item in reports.sent(SentQuery(whole), None, 9)] == ["d2"]
    (only,) = reports.conversions(ConversionQuery(whole), None, 9)
    assert only.record.delivery_id == "d2"
    assert len(reports.started(StartedQuery(whole), None, 9)) == 1
    assert [item.record.delivery_id for item in reports.person_sent("ada", None, 9)] == ["d2"]


def test_the_feed_has_gaps_and_goes_on(store: Store) -> None:
    for number in range(4):
        own = {"event_id": f"e{number}", "delivery_id": f"d{number}"}
        write(
            store,
            sent("ada", f"d{number}", 50 if number == 1 else 5),
            converted("ada", 1, 1, **own),
        )
    sweep(store, 6)
    feed = store.reports.feed(0, "", 9)
    assert [item.conversion.delivery_id for item in feed.found] == ["d1"]
    assert feed.reached == feed.last == 4
    write(store, converted("ada", 60, 60, event_id="e9", delivery_id="d9"))
    (new,) = store.reports.feed(4, "", 9).found
    assert new.sequence == 5


def test_a_receipt_goes_once_no_conversion_names_it(store: Store) -> None:
    lonely = replace(RECEIPT, event_id="e2")
    late = replace(RECEIPT, event_id="e3", arrival_us=10)
    theirs = replace(RECEIPT, person_id="bob")
    write(store, *ALL, lonely, late, theirs)

    def left() -> dict[str, list[str]]:
        need = replace(EVERYTHING, event_ids=("e1", "e2", "e3"))
        states = load(store, need, replace(need, person_id="bob"))
        return {person_id: sorted(state.receipts) for person_id, state in states.items()}

    assert total(sweep(store, 9, what="receipts")) == {}
    assert total(sweep(store, 10, what="receipts")) == {"receipts": 2}
    assert left() == {"ada": ["e1", "e3"], "bob": []}
    sweep(store, TOUCHED_US + 1)
    assert total(sweep(store, 10, what="receipts")) == {"receipts": 1}
    assert left() == {"ada": ["e3"], "bob": []}


def test_what_is_gone_may_come_again(store: Store) -> None:
    """The same ids anew, as often as it may be: no key and no index stands against it."""
    for _ in range(3):
        write(store, *ALL)
        assert total(sweep(store, 100))["conversions"] == 1
        assert total(sweep(store, 100, what="receipts")) == {"receipts": 1}
    write(store, *ALL)
    assert load(store, EVERYTHING)["ada"].conversions == {"e1": (CONVERSION,)}
    found = figure(store, MetricsQuery(Range("c1"))).conversions
    assert (found.count, found.people) == (4, 1)


@pytest.mark.parametrize("what", ["deliveries", "receipts"])
def test_nothing_to_look_at(store: Store, what: str) -> None:
    assert sweep(store, 100, what=what) == [Swept(None)]


def test_steps_are_small_and_leave_nothing_out(store: Store) -> None:
    for person_id in ("ada", "bob", "cy", "dé"):
        for number in range(25):
            touched_us = 5 if number % 3 else 50
            write(store, sent(person_id, f"d{number}", touched_us), *clicks(person_id, number))
    people = ("ada", "bob", "cy", "dé")
    steps = sweep(store, 6, looks=7, most=4)
    assert all(step.looked <= 7 for step in steps)
    assert all(step.deliveries <= 4 for step in steps)
    assert all(step.interactions <= 4 for step in steps)
    assert total(steps) == {"deliveries": 64, "interactions": 4 * sum(n % 3 for n in range(25))}
    assert {name: len(ids(store, name)) for name in people} == dict.fromkeys(people, 9)
    assert total(sweep(store, 6)) == {}


def clicks(person_id: str, number: int, many: int | None = None) -> list[Interaction]:
    """Of a delivery; none of those that are young, unless told."""
    count = number % 3 if many is None else many
    whose = replace(INTERACTION, person_id=person_id, delivery_id=f"d{number}")
    return [replace(whose, told_us=told_us) for told_us in range(count)]


def test_a_delivery_with_many_interactions_goes_in_several_steps(store: Store) -> None:
    write(store, sent("ada", "d1", 5), *clicks("ada", 1, 23), sent("ada", "d2", 5))
    steps = sweep(store, 6, most=5)
    assert [step.interactions for step in steps] == [5, 5, 5, 5, 3]
    assert [step.deliveries for step in steps] == [0, 0, 0, 0, 2]
    assert ids(store) == []


def test_many_interactions_behind_others_wait_for_their_step(store: Store) -> None:
    write(store, sent("ada", "d0", 5), *clicks("ada", 0, 2))
    write(store, sent("ada", "d1", 5), *clicks("ada", 1, 4))
    steps = sweep(store, 6, most=5)
    assert [(step.deliveries, step.interactions) for step in steps] == [(1, 2), (1, 4)]


def test_a_step_that_raises_is_undone(store: Store) -> None:
    write(store, *ALL, *newsletter("d2"))
    before = figure(store, MetricsQuery(Range("c1")))

    def fail() -> None:
        with store.transaction() as transaction:
            assert transaction.sweep_deliveries(Sweep(100)).deliveries == 2
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    state = load(store, EVERYTHING)["ada"]
    assert state.deliveries == {"d1": DELIVERY}
    assert state.conversions == {"e1": (CONVERSION,)}
    assert list(state.interactions.values()) == [INTERACTION]
    assert len(store.journeys("ada", "", "", 9)) == 2
    assert figure(store, MetricsQuery(Range("c1"))) == before
    assert total(sweep(store, 100))["deliveries"] == 2


class BrokenError(Exception):
    """On purpose."""


def test_a_step_that_breaks_anywhere_leaves_nothing_half_done(tmp_path: Path) -> None:
    """At each statement of the step in turn, as if the process had ended there."""
    opened: Any = open_sqlite(tmp_path / "a.db", migrate=True)
    write(opened, *ALL, *newsletter("d2"))
    connection = opened._engine.raw_connection()
    wholly = "\n".join(connection.driver_connection.iterdump())
    noted = statements(opened, lambda: rolled_back(opened))
    assert len(noted) > 10
    for number in range(1, len(noted)):
        with pytest.raises(BrokenError):
            breaking(opened, number)
        assert "\n".join(connection.driver_connection.iterdump()) == wholly
    connection.close()
    opened.close()


def rolled_back(store: Any) -> None:
    with pytest.raises(BrokenError):
        breaking(store, 1_000)


def breaking(store: Any, number: int) -> None:
    """A step of which the statement of this number is never carried out."""
    left = [number]

    def fail(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise BrokenError

    event.listen(store._engine, "before_cursor_execute", fail)
    try:
        with store.transaction() as transaction:
            transaction.sweep_deliveries(Sweep(100))
            raise BrokenError
    finally:
        event.remove(store._engine, "before_cursor_execute", fail)


def test_people_whose_conversions_went_at_different_times_are_counted_once(store: Store) -> None:
    for number in range(4):
        own = {"event_id": f"e{number}", "delivery_id": f"d{number}", "action_id": "ab"[number % 2]}
        write(
            store,
            sent("ada", f"d{number}", number),
            converted("ada", 10 + number, number, **own),
        )
    write(store, sent("bob", "d0", 2), converted("bob", 12, 2, delivery_id="d0"))
    people = []
    for before_us in (0, 1, 2, 3, 4, 5):
        sweep(store, before_us)
        query = MetricsQuery(Range("c1"), TimeBasis.CONVERTED, (0, 12, 14, 20))
        found = figure(store, query)
        by_action = [action.conversions.people for action in found.actions]
        by_step = [step.conversions.people for step in found.series]
        people.append((found.conversions.people, by_action, by_step))
    assert people == [(2, [1, 1, 1], [1, 2, 0])] * 6
    erase(store, "ada")
    assert figure(store, query) == found
    assert not figure(store, MetricsQuery(Range("c2"))).conversions.count


@pytest.mark.parametrize("seed", range(12))
def test_no_retention_changes_a_figure(store: Store, seed: int) -> None:
    """Random records, some of them late; several walks, erasures between them."""
    pick = random.Random(seed)
    people = ["ada", "bob", "cy"]
    rounds = [list(more(pick, people, number)) for number in range(3)]
    asked = [replace(query, journeys=True) for query in queries(pick)]
    removed = 0
    for records in rounds:
        write(store, *records)
        before = [figure(store, query) for query in asked]
        for before_us in sorted(pick.sample(range(LAST_US), 2)):
            limits: dict[str, Any] = {"looks": pick.randrange(1, 9), "most": pick.randrange(1, 5)}
            removed += total(sweep(store, before_us, **limits)).get("conversions", 0)
            assert [figure(store, query) for query in asked] == before
        erase(store, pick.choice(people))
        assert [figure(store, query) for query in asked] == before
    sweep(store, LAST_US + 1)
    assert [figure(store, query) for query in asked] == before
    for person_id in people:
        erase(store, person_id)
    assert [figure(store, query) for query in asked] == before


def more(pick: random.Random, people: list[str], number: int) -> Iterator[PersonChange]:
    """Records of everybody under ids that no other round has."""
    for person_id in people:
        for item in some_records(pick, person_id):
            changes: dict[str, Any] = {
                name: f"{getattr(item, name)}.{number}"
                for name in ("journey_id", "delivery_id", "event_id")
                if hasattr(item, name)
            }
            yield replace(item, **changes)


def test_random_records_have_people_partly_removed(tmp_path: Path) -> None:
    """The property above would see people counted twice."""
    found = 0
    for seed in range(5):
        opened: Any = open_sqlite(tmp_path / f"{seed}.db", migrate=True)
        pick = random.Random(seed)
        write(opened, *more(pick, ["ada", "bob", "cy"], 0))
        sweep(opened, LAST_US // 2)
        with opened._engine.connect() as connection:
            found += connection.exec_driver_sql(
                "SELECT count(*) FROM person_numbers JOIN conversions "
                "USING (bucket, person_id, campaign_id)"
            ).scalar()
        opened.close()
    assert found


def test_figures_know_nobody_after_an_erasure(tmp_path: Path) -> None:
    opened: Any = open_sqlite(tmp_path / "a.db", migrate=True)
    write(opened, *ALL, *(replace(item, person_id="bob") for item in ALL))
    sweep(opened, 100)
    erase(opened, "ada")
    with opened._engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT person_id FROM person_numbers").scalars().all()
    assert left == ["bob"]
    opened.close()


def test_what_went_is_not_in_the_file(tmp_path: Path) -> None:
    name, path = "something-to-forget", tmp_path / "a.db"
    opened = open_sqlite(path, migrate=True)
    write(opened, *(replace(DELIVERY, delivery_id=f"d{n}", opened_us=200) for n in range(500)))
    write(
        opened,
        replace(DELIVERY, delivery_id=name),
        replace(INTERACTION, delivery_id=name),
        replace(CONVERSION, delivery_id=name, candidates=CONVERSION.candidates),
    )
    sweep(opened, 100)
    opened.close()
    assert name.encode() not in path.read_bytes()


@pytest.mark.parametrize("what", ["deliveries", "receipts"])
def test_a_step_goes_by_keys(tmp_path: Path, what: str) -> None:
    """No statement of a step walks over a table, however much is there."""
    opened: Any = open_sqlite(tmp_path / "a.db", migrate=True)
    write(opened, *ALL, *newsletter("d2"), replace(RECEIPT, event_id="e9"))
    noted = statements(opened, lambda: step_of(opened, what))
    assert any(text.startswith("DELETE") for text, _ in noted)
    with opened._engine.connect() as connection:
        for text, given in noted:
            if text.startswith(("BEGIN", "INSERT INTO kept_conversions", "INSERT INTO person")):
                continue
            one = given[0] if isinstance(given, list) else given
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", one)
            plan = [row[3] for row in found]
            reading = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
            assert reading, text
            keys = ("bucket=?", "(bucket,person_id", "bucket>")
            assert all(any(key in step for key in keys) for step in reading), (text, plan)
            assert not any(step.startswith("SCAN") for step in reading), (text, plan)
            if "ORDER BY" in text and "sequence" not in text:
                assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), (text, plan)
    opened.close()


def step_of(store: Any, what: str) -> None:
    carry: Callable[[], list[Swept]] = lambda: sweep(store, 100, what=what)  # noqa: E731
    assert total(carry())


def test_judging_finds_nothing_of_what_went(store: Store) -> None:
    write(store, *ALL)
    sweep(store, 100)
    state = load(store, Needs("ada", judges=lambda _: EVERY))["ada"]
    assert list(state.journeys) == ["j1"]
    assert not state.deliveries


def test_kinds_of_interactions_of_one_delivery_go_in_one_order(store: Store) -> None:
    kinds = [
        replace(INTERACTION, kind=kind, machine=machine, untracked=untracked, told_us=told_us)
        for kind in InteractionKind
        for machine in (False, True)
        for untracked in (False, True)
        for told_us in (1, 2)
    ]
    write(store, DELIVERY, *kinds)
    steps = sweep(store, 100, most=3)
    assert sum(step.interactions for step in steps) == len(kinds)
    found = load(store, replace(EVERYTHING, interactions=tuple(item.key for item in kinds)))["ada"]
    assert not found.interactions
