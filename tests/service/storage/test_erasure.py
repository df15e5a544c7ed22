"""Erasing a person on every store: all of theirs goes, figures stay, nothing names them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attribution_service.core.answers import CampaignChange, PersonChange
from attribution_service.core.credit_models import CreditModel, CreditSettings
from attribution_service.core.figures import Metrics, metrics
from attribution_service.core.model import (
    Candidate,
    Channel,
    Delivery,
    ExitReason,
    JourneyState,
    Person,
)
from attribution_service.core.reports import (
    ConversionQuery,
    MetricsQuery,
    Range,
    SentQuery,
    StartedQuery,
    TimeBasis,
)
from attribution_service.core.state import Needs
from attribution_service.storage import tables
from attribution_service.storage.interface import Store
from attribution_service.storage.sqlite import open_sqlite
from service.storage.test_contract import (
    ALL,
    CAMPAIGN,
    CONVERSION,
    DELIVERY,
    EVERY,
    EVERYTHING,
    INTERACTION,
    JOURNEY,
    MEMBERSHIP,
    PERSON,
    RECEIPT,
    REVISION,
    load,
    store,
    write,
)
from service.storage.test_reports_contract import converted, journey, sent
from sqlalchemy import event

__all__ = ["store"]  # the fixture

EVERYWHERE = replace(EVERYTHING, person=True)
LAST_US = 40


def erase(store: Store, person_id: str) -> None:
    with store.transaction() as transaction:
        transaction.erase(person_id)


def test_all_of_a_person_goes_and_nobody_else_is_touched(store: Store) -> None:
    mine = (*ALL, PERSON, MEMBERSHIP)
    theirs = [replace(item, person_id="bob") for item in mine]
    write(store, *mine, *theirs)
    before = load(store, replace(EVERYWHERE, person_id="bob"))["bob"]
    erase(store, "ada")
    states = load(store, EVERYWHERE, replace(EVERYWHERE, person_id="bob"))
    gone, bob = states["ada"], states["bob"]
    assert not gone.journeys
    assert not gone.deliveries
    assert not gone.interactions
    assert not gone.memberships
    assert not gone.receipts
    assert not gone.conversions
    assert gone.person == Person("ada")
    assert (bob.journeys, bob.deliveries, bob.receipts) == (
        before.journeys,
        before.deliveries,
        before.receipts,
    )
    assert (bob.conversions, bob.interactions) == (before.conversions, before.interactions)
    assert (bob.person, bob.memberships) == (before.person, before.memberships)
    assert bob.conversions
    assert store.reports.receipt("ada", "e1") is None
    assert store.reports.conversion("ada", "d1") is None
    assert not store.reports.history("ada", "e1", None).deliveries
    assert store.journey("ada", "j1") is None
    assert store.deliveries("ada", "", "", 9) == []


def test_judging_finds_nothing_of_an_erased_person(store: Store) -> None:
    write(store, *ALL)
    erase(store, "ada")
    state = load(store, Needs("ada", judges=lambda _: EVERY))["ada"]
    assert not state.journeys
    assert not state.deliveries


def test_again_and_of_somebody_who_was_never_there(store: Store) -> None:
    write(store, *ALL, sent("ada", "d2", 5))
    erase(store, "ada")
    figures = figure(store, MetricsQuery(Range("c1")))
    for person_id in ("ada", "eve"):
        erase(store, person_id)
    assert figure(store, MetricsQuery(Range("c1"))) == figures


def test_an_erasure_that_raises_is_undone(store: Store) -> None:
    write(store, *ALL)
    before = figure(store, MetricsQuery(Range("c1")))

    def fail() -> None:
        with store.transaction() as transaction:
            transaction.erase("ada")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    assert load(store, EVERYTHING)["ada"].journeys == {"j1": JOURNEY}
    assert figure(store, MetricsQuery(Range("c1"))) == before


def test_the_same_ids_may_be_used_anew(store: Store) -> None:
    """A new person of the old name is somebody else, in figures too."""
    for _ in range(3):
        write(store, *ALL, PERSON)
        erase(store, "ada")
    write(store, *ALL)
    assert load(store, EVERYTHING)["ada"].conversions == {"e1": (CONVERSION,)}
    found = figure(store, MetricsQuery(Range("c1")))
    assert (found.conversions.count, found.conversions.people) == (4, 4)
    (only,) = store.reports.conversions(ConversionQuery(Range("c1")), None, 9)
    assert only.record == CONVERSION


def test_a_person_with_several_conversions_is_counted_once(store: Store) -> None:
    mine = [
        converted("ada", 10 + n, n, campaign_id=f"c{n % 2}", event_id=f"e{n}", delivery_id=f"d{n}")
        for n in range(6)
    ]
    write(store, *mine, converted("bob", 20, 1, campaign_id="c1"))
    erase(store, "ada")
    for campaign_id, people in (("c0", 1), ("c1", 2)):
        for within in (Range(campaign_id), Range(campaign_id, 12, None)):
            query = MetricsQuery(within, TimeBasis.CONVERTED)
            assert figure(store, query).conversions.people == people


def test_lists_name_nobody_who_was_erased(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.write_campaign(CampaignChange(CAMPAIGN, REVISION))
    for person_id in ("ada", "bob"):
        write(store, sent(person_id, "d1", 1), journey(person_id, 1), converted(person_id, 3, 1))
    erase(store, "ada")
    reports, whole = store.reports, Range("c1")
    for found in (
        reports.sent(SentQuery(whole), None, 9),
        reports.started(StartedQuery(whole), None, 9),
        reports.conversions(ConversionQuery(whole), None, 9),
        reports.conversions(ConversionQuery(Range("")), None, 9),
    ):
        assert [item.record.person_id for item in found] == ["bob"]
    assert not reports.person_sent("ada", None, 9)
    assert not reports.person_activity("ada", None, 9)


def test_places_of_conversions_are_never_given_out_again(store: Store) -> None:
    """Who reads on from where they were misses nothing that came after an erasure."""
    write(store, converted("ada", 1, 1))
    write(store, converted("bob", 1, 1))
    (_, last) = store.reports.conversions(ConversionQuery(Range("")), None, 9)
    erase(store, "bob")
    write(store, converted("cy", 1, 1))
    (new,) = store.reports.conversions(ConversionQuery(Range("")), last.place, 9)
    assert new.record.person_id == "cy"


def test_the_feed_has_gaps_and_goes_on(store: Store) -> None:
    for person_id in ("ada", "bob", "ada"):
        write(store, converted(person_id, 1, 1))
    write(store, converted("ada", 2, 1, event_id="e9", delivery_id="d9"))
    last = store.reports.feed(0, "", 9).last
    erase(store, "ada")
    feed = store.reports.feed(0, "", 9)
    assert [item.conversion.person_id for item in feed.found] == ["bob"]
    assert feed.reached == feed.last == last
    write(store, converted("cy", 1, 1))
    (new,) = store.reports.feed(last, "", 9).found
    assert new.conversion.person_id == "cy"
    assert new.position == store.reports.feed(0, "", 9).last != last


def figure(store: Store, query: MetricsQuery) -> Metrics:
    return metrics(query, store.reports.metrics(query))


def some_records(pick: random.Random, person_id: str) -> Iterator[PersonChange]:
    """Journeys, deliveries and conversions of a person that say all that figures count."""
    for number in range(pick.randrange(6)):
        state = pick.choice(list(JourneyState))
        yield journey(
            person_id,
            pick.randrange(LAST_US),
            journey_id=f"j{number}",
            campaign_id=pick.choice(["c1", "c2"]),
            state=state,
            exit_reason=pick.choice(list(ExitReason)) if state is JourneyState.EXITED else None,
            converted_us=pick.choice([None, 7]),
        )
    for number in range(pick.randrange(8)):
        delivery = some_delivery(pick, person_id, f"d{number}")
        yield delivery
        if delivery.sent_us is not None and pick.random() < 0.5:
            touches = tuple(
                replace(CANDIDATE, action_id=pick.choice(["a1", "a2"]), basis_us=basis_us)
                for basis_us in sorted(pick.sample(range(LAST_US), pick.randrange(4)))
            )
            credited = replace(
                CANDIDATE, action_id=delivery.action_id, sent_us=delivery.sent_us, basis_us=LAST_US
            )
            yield replace(
                CONVERSION,
                person_id=person_id,
                delivery_id=delivery.delivery_id,
                event_id=f"e{number}",
                campaign_id=delivery.campaign_id,
                converted_us=pick.randrange(LAST_US),
                value=pick.choice([None, 0.0, 2.5, 10.0]),
                candidates=(*touches, credited),
            )


CANDIDATE = Candidate("d", "j", "a1", Channel.EMAIL, 0, 0, False)


def some_delivery(pick: random.Random, person_id: str, delivery_id: str) -> Delivery:
    times: dict[str, Any] = {
        name: pick.choice([None, 3])
        for name in (
            *("opened_us", "clicked_us", "machine_opened_us", "machine_clicked_us"),
            *("untracked_clicked_us", "converted_us"),
        )
    }
    return sent(
        person_id,
        delivery_id,
        pick.choice([None, *range(LAST_US)]),
        campaign_id=pick.choice(["c1", "c2"]),
        action_id=pick.choice(["", "a1", "a2"]),
        can_convert=pick.random() < 0.7,
        **times,
    )


def queries(pick: random.Random) -> Iterator[MetricsQuery]:
    for basis in TimeBasis:
        for model in CreditModel:
            settings = CreditSettings(model, half_life_us=5)
            yield MetricsQuery(Range("c1"), basis, credit=settings)
        for _ in range(4):
            start, middle, end = sorted(pick.sample(range(LAST_US), 3))
            within = Range(pick.choice(["c1", "c2"]), start, end)
            yield MetricsQuery(within, basis, (start, middle, end))


@pytest.mark.parametrize("seed", range(25))
def test_no_erasure_changes_a_figure(store: Store, seed: int) -> None:
    pick = random.Random(seed)
    people = ["ada", "bob", "cy"]
    for person_id in people:
        write(store, *some_records(pick, person_id))
    asked = list(queries(pick))
    before = [figure(store, query) for query in asked]
    pick.shuffle(people)
    for person_id in people:
        erase(store, person_id)
        assert [figure(store, query) for query in asked] == before


def test_every_table_of_people_is_emptied() -> None:
    """A new table that holds something of people must not be forgotten."""
    named = {name for name, table in tables.metadata.tables.items() if "person_id" in table.c}
    assert named == {table.name for table in tables.OF_PEOPLE}


@pytest.mark.parametrize("record", [*ALL, PERSON, MEMBERSHIP], ids=lambda item: type(item).__name__)
def test_the_file_says_nothing_of_who_was_erased(tmp_path: Path, record: PersonChange) -> None:
    """Not even in what SQLite has freed: a copy of the file names nobody who is gone."""
    name, path = "somebody-to-forget", tmp_path / "a.db"
    store = open_sqlite(path, migrate=True)
    write(store, *(replace(DELIVERY, delivery_id=f"d{n}") for n in range(500)))
    write(store, replace(record, person_id=name))
    erase(store, name)
    store.close()
    assert name.encode() not in path.read_bytes()
    assert not path.with_name("a.db-wal").exists()


def test_what_is_looked_for_in_a_file_is_found_there(tmp_path: Path) -> None:
    """The test above would see a name that stays."""
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    write(store, RECEIPT, INTERACTION)
    store.close()
    assert b"ada" in (tmp_path / "a.db").read_bytes()


def statements(store: Any, erased: Callable[[], None]) -> list[tuple[str, Any]]:
    noted: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        noted.append((arguments[2], arguments[3]))

    event.listen(store._engine, "before_cursor_execute", note)
    erased()
    event.remove(store._engine, "before_cursor_execute", note)
    return noted


def test_an_erasure_goes_by_the_keys_of_the_person(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    write(store, *ALL)
    noted = statements(store, lambda: erase(store, "ada"))
    with store._engine.connect() as connection:
        for text, given in noted:
            if text.startswith(("BEGIN", "INSERT INTO kept_conversions")):
                continue
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
            plan = [row[3] for row in found]
            reading = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
            assert reading, text
            assert all("bucket=? AND person_id=?" in step for step in reading), plan
    store.close()
