"""What the reads of what happened must do on every store."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from attribution_service.core.answers import CampaignChange
from attribution_service.core.model import (
    Goal,
    Interaction,
    InteractionKind,
    Journey,
    LeavesSegment,
    PerformsEvent,
    Receipt,
    ReceiptKind,
)
from attribution_service.core.properties import Properties
from attribution_service.storage.interface import Entrance, Extent, Place, Placed, Store
from service.storage.test_contract import (
    CAMPAIGN,
    CONVERSION,
    DELIVERY,
    INTERACTION,
    JOURNEY,
    PERSON,
    RECEIPT,
    REVISION,
    store,
    write,
)
from service.storage.test_report_plans import Plans, plans, walks

__all__ = ["plans", "store"]  # the fixtures

PEOPLE = [f"p{number}" for number in range(6)]


def journey(person_id: str, start_us: int, journey_id: str = "j1", **fields: Any) -> Journey:
    made = replace(JOURNEY, person_id=person_id, start_us=start_us, journey_id=journey_id)
    return replace(made, **fields)


def opened(person_id: str, arrival_us: int, delivery_id: str = "d1", **fields: Any) -> Interaction:
    made = replace(INTERACTION, person_id=person_id, arrival_us=arrival_us, machine=False)
    kind = InteractionKind.OPENED
    return replace(made, delivery_id=delivery_id, kind=kind, told_us=arrival_us, **fields)


def event(person_id: str, arrival_us: int, event_id: str, **fields: Any) -> Receipt:
    made = replace(RECEIPT, person_id=person_id, arrival_us=arrival_us, event_id=event_id)
    return replace(made, **fields)


def paged(read: Any, limit: int) -> list[Any]:
    """All records, read in pages of this size."""
    found: list[Placed[Any]] = []
    after: Place | None = None
    while page := read(after, limit):
        assert len(page) <= limit
        found += page
        after = page[-1].place
    assert all(one.place < other.place for one, other in pairwise(found))
    return [item.record for item in found]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_entrances_come_by_time_and_say_which_is_the_first(store: Store, limit: int) -> None:
    write(
        store,
        journey("ada", 3, "j1"),
        journey("ada", 1, "j2"),
        journey("ada", 1, "j3"),
        journey("bob", 2, "j1"),
        journey("bob", 0, "j0", campaign_id="c2"),
        journey("cy", 4),
    )
    found = paged(lambda after, most: store.histories.entrances("c1", 4, after, most), limit)
    assert found == [
        Entrance("ada", True),
        Entrance("ada", False),
        Entrance("bob", True),
        Entrance("ada", False),
    ]


def test_people_with_all_that_is_theirs_in_the_campaign(store: Store) -> None:
    other = journey("ada", 2, "j2", campaign_id="c2")
    of_other = replace(DELIVERY, delivery_id="d2", journey_id="j2", campaign_id="c2")
    converted = replace(CONVERSION, delivery_id="d2", campaign_id="c2", event_id="e2")
    write(store, PERSON, JOURNEY, DELIVERY, CONVERSION, RECEIPT, INTERACTION)
    write(store, other, of_other, converted, journey("bob", 1))
    for attributes in (False, True):
        found = store.histories.people("c1", ["bob", "ada", "nobody"], attributes=attributes)
        assert set(found) == {"ada", "bob", "nobody"}
        assert found["ada"].journeys == {"j1": JOURNEY}
        assert found["ada"].deliveries == {"d1": DELIVERY}
        assert found["ada"].conversions == {"e1": (CONVERSION,)}
        assert list(found["bob"].journeys) == ["j1"]
        assert not found["nobody"].journeys
        assert [state.knows_person for state in found.values()] == [attributes] * 3
    assert found["ada"].person == PERSON
    assert found["bob"].person.attributes == Properties({})


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_events_and_interactions_come_person_by_person(store: Store, limit: int) -> None:
    events, touches = [], []
    for number, person_id in enumerate(PEOPLE):
        write(store, journey(person_id, 0))
        events += [event(person_id, 10 - turn, f"e{turn}") for turn in range(number)]
        touches += [opened(person_id, 10 - turn, machine=turn % 2 == 0) for turn in range(number)]
    left_out = [
        event("p5", 11, "late"),
        event("p5", 1, "other", name="other"),
        event("p5", 1, "change", kind=ReceiptKind.SEGMENT_CHANGE),
        event("nobody", 1, "e1"),
    ]
    others = [
        opened("p5", 11),
        replace(opened("p5", 1), kind=InteractionKind.CLICKED),
        replace(opened("p5", 2), kind=InteractionKind.CLICKED, untracked=True),
        opened("nobody", 1),
    ]
    write(store, *events, *touches, *left_out, *others)
    histories = store.histories
    order = list(histories.people("c1", PEOPLE, attributes=False))
    assert sorted(order) == PEOPLE

    def expected(records: list[Any]) -> list[Any]:
        return sorted(records, key=lambda each: (order.index(each.person_id), each.arrival_us))

    found = paged(lambda *page: histories.events(PEOPLE, "finished", 11, *page), limit)
    assert found == expected(events)
    kind = InteractionKind.OPENED
    seen = paged(lambda *page: histories.interactions(PEOPLE, kind, 11, *page), limit)
    assert seen == expected(touches)
    kind = InteractionKind.CLICKED
    clicks = paged(lambda *page: histories.interactions(PEOPLE, kind, 11, *page), limit)
    assert clicks == [others[1]]


def test_what_comes_at_one_instant_is_told_apart(store: Store) -> None:
    touches = [
        replace(opened("ada", 5, delivery_id), machine=machine, told_us=told_us)
        for delivery_id in ("d1", "d10", "d9")
        for machine in (False, True)
        for told_us in (-1, 5)
    ]
    events = [event("ada", 5, event_id) for event_id in ("e1", "e10", "e9")]
    write(store, journey("ada", 0), *reversed(touches), *reversed(events))
    histories, kind = store.histories, InteractionKind.OPENED
    assert paged(lambda *page: histories.events(["ada"], "finished", 6, *page), 1) == events
    assert paged(lambda *page: histories.interactions(["ada"], kind, 6, *page), 1) == touches


def test_how_much_there_is_and_since_when(store: Store) -> None:
    assert store.histories.extent("c1", "finished", 10) == Extent(0, None, False, False)
    goals = {
        "later": (9, Goal(PerformsEvent("finished"))),
        "other": (1, Goal(PerformsEvent("Finished", 'event.x == "finished"'))),
        "value": (2, Goal(PerformsEvent("x", '"event_name" == "finished"'))),
        "told": (3, Goal(LeavesSegment("finished"))),
        "none": (4, None),
        "first": (5, Goal(PerformsEvent("finished", "true"))),
        "quoted": (6, Goal(PerformsEvent('a "finished" 100% _'))),
    }
    with store.transaction() as transaction:
        for campaign_id, (create_us, goal) in goals.items():
            revision = replace(REVISION, campaign_id=campaign_id, create_us=create_us, goal=goal)
            campaign = replace(CAMPAIGN, campaign_id=campaign_id, current=revision)
            transaction.write_campaign(CampaignChange(campaign, revision))
    write(store, journey("ada", 3), journey("ada", 9, "j2"), journey("bob", 10))
    write(store, journey("cy", 1, campaign_id="c2"))
    assert store.histories.extent("c1", "finished", 10) == Extent(2, 5, False, False)
    assert store.histories.extent("c1", "Finished", 11) == Extent(3, 1, False, False)
    assert store.histories.extent("c1", 'a "finished" 100% _', 3).watched_us == 6
    assert store.histories.extent("c1", "a", 3).watched_us is None
    with store.transaction() as transaction:
        transaction.erase("cy")
    assert not store.histories.extent("c1", "finished", 10).deleted
    gone = store.histories.extent("c2", "finished", 10)
    assert (gone.deleted, gone.removed) == (True, False)
    write(store, replace(DELIVERY, person_id="ada"))
    with store.transaction() as transaction:
        transaction.erase("ada")
    assert store.histories.extent("c1", "finished", 10).removed


def test_reads_keep_to_the_people_and_to_indexes(plans: Plans) -> None:
    histories, kind = plans.store.histories, InteractionKind.OPENED
    for after in (None, (5, 7, "ada", "j1")):
        histories.entrances("c1", 9, after, 20)
        (found,) = plans.steps()
        assert not walks(found), found
        assert "COVERING INDEX journeys_by_start (campaign_id=? AND" in str(found)
        assert "SEARCH other USING PRIMARY KEY (bucket=? AND person_id=?)" in found
    histories.people("c1", ["ada"], attributes=True)
    histories.events(["ada"], "finished", 9, (7, "ada", 3, "e1"), 20)
    histories.interactions(["ada"], kind, 9, (7, "ada", 3, "d1", False, 3), 20)
    for found in plans.steps():
        assert not walks(found), found
        assert any("(bucket=? AND person_id=?" in step for step in found), found
    histories.extent("c1", "finished", 9)
    assert not any(map(walks, plans.steps()))
