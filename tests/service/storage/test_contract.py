"""What every store must do; the same tests run on each."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attribution_service.core.answers import CampaignChange, PersonChange
from attribution_service.core.model import (
    Barred,
    Basis,
    Campaign,
    CampaignKind,
    Candidate,
    Channel,
    Conversion,
    Delivery,
    DeliveryStatus,
    EntersSegment,
    ExitPolicy,
    ExitReason,
    Goal,
    Interaction,
    InteractionKind,
    Journey,
    JourneyState,
    LeavesSegment,
    Match,
    Membership,
    MembershipChange,
    Move,
    PerformsEvent,
    Person,
    Receipt,
    ReceiptKind,
    Revision,
    Seen,
    SeenValue,
    Segment,
    SegmentTrigger,
)
from attribution_service.core.properties import Properties
from attribution_service.core.reads import Reach
from attribution_service.core.state import Needs, PersonState
from attribution_service.storage.interface import Store
from attribution_service.storage.memory import MemoryStore
from attribution_service.storage.postgres import PostgresLimits, open_postgres
from attribution_service.storage.sqlite import open_sqlite
from support.split import split
from support.stores import BY_BUCKET, KINDS

# A transaction about many people is one for each of their buckets.
MANY = PostgresLimits(connections=50)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = opened(request, tmp_path)
    yield made
    made.close()


def opened(request: pytest.FixtureRequest, folder: Path) -> Store:
    kind: str = request.param
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return open_sqlite(folder / "a.db", migrate=True)
    made = open_postgres(request.getfixturevalue("postgres_url"), migrate=False, limits=MANY)
    return split(made) if BY_BUCKET else made


REVISION = Revision(
    campaign_id="c1",
    number=1,
    trigger_event_name="started",
    goal=Goal(PerformsEvent("finished", "event.a == 1.0"), 5, Basis.CLICKED, "event.total", True),
    exit_policy=ExitPolicy.GOAL,
    webhook_action_ids=("w1", "w2"),
    create_us=1,
    trigger_segments=SegmentTrigger(Match.ALL, ("s1", "s2")),
    audience_filter="has(person.a)",
)
CAMPAIGN = Campaign("c1", "Übung", CampaignKind.TRIGGERED, REVISION, 3, 1, 2)
JOURNEY = Journey(
    person_id="ada",
    journey_id="j1",
    campaign_id="c1",
    revision=1,
    start_us=-5,
    trigger_properties=Properties({"course": "é", "n": 1.0, "on": True, "list": [None, "x\0"]}),
    state=JourneyState.EXITED,
    exit_reason=ExitReason.GOAL,
    end_us=2**60,
    achieved_us=7,
)
DELIVERY = Delivery(
    person_id="ada",
    delivery_id="d1",
    campaign_id="c1",
    journey_id="j1",
    action_id="a1",
    channel=Channel.IN_APP,
    status=DeliveryStatus.BOUNCED,
    create_us=1,
    sent_us=2,
    claimed_sent_us=3,
    opened_us=4,
    clicked_us=5,
    machine_opened_us=6,
    machine_clicked_us=7,
    converted_us=8,
)
INTERACTION = Interaction("ada", "d1", InteractionKind.CLICKED, True, False, 9, 8, 8)
RECEIPT = Receipt("ada", "e1", "finished", Properties({"a": 1.0}), None, 9, ("j1", "j2"))
CONVERSION = Conversion(
    person_id="ada",
    event_id="e1",
    campaign_id="c1",
    journey_id="j1",
    delivery_id="d1",
    revision=1,
    converted_us=9,
    basis=Basis.OPENED,
    basis_us=4,
    window_us=None,
    filter="event.a == 1.0",
    value=0.1,
    candidates=(Candidate("d1", "j1", "a1", Channel.IN_APP, 2, 4, False),),
    seen=Seen(
        (
            SeenValue("event.a", 1.0),
            SeenValue("event.total", absent=True),
            SeenValue('trigger["é\0"]', {"list": [None, True, "x"]}, cut=True),
            SeenValue("person.plan", None),
        ),
        cut=True,
    ),
)
PERSON = Person("ada", Properties({"plan": None, "city": "é"}), 3, 9)
MEMBERSHIP = Membership("ada", "s1", 2, 9)
SEGMENT = Segment("s1", "Übung", "has(person.a)", 1, 2, 3, 4)
ALL: tuple[PersonChange, ...] = (JOURNEY, DELIVERY, INTERACTION, RECEIPT, CONVERSION)
EVERY = Reach(None, None, 0)
EVERYTHING = Needs(
    "ada",
    journey_ids=("j1",),
    delivery_ids=("d1",),
    event_ids=("e1",),
    interactions=(INTERACTION.key,),
)


def write(store: Store, *changes: PersonChange) -> None:
    with store.transaction() as transaction:
        transaction.write(changes)


def load(store: Store, *needs: Needs) -> dict[str, PersonState]:
    with store.transaction() as transaction:
        return dict(transaction.load(needs))


def test_what_is_written_is_read_back_equal(store: Store) -> None:
    write(store, *ALL)
    state = load(store, EVERYTHING)["ada"]
    assert state.journeys == {"j1": JOURNEY}
    assert state.deliveries == {"d1": DELIVERY}
    assert state.receipts == {"e1": RECEIPT}
    assert state.conversions == {"e1": (CONVERSION,)}
    assert state.interactions == {INTERACTION.key: INTERACTION}


def test_people_and_their_memberships(store: Store) -> None:
    left = Membership("ada", "s2", 1, None)
    write(store, PERSON, MEMBERSHIP, left, replace(PERSON, person_id="bob"), JOURNEY)
    states = load(store, Needs("ada", person=True), Needs("eve", person=True))
    assert states["ada"].person == PERSON
    assert states["ada"].memberships == {"s1": MEMBERSHIP, "s2": left}
    assert states["eve"].person == Person("eve")
    assert not states["eve"].memberships
    write(store, replace(PERSON, moves=4), replace(MEMBERSHIP, entered_us=None))
    again = load(store, Needs("ada", person=True))["ada"]
    assert again.person.moves == 4
    assert again.memberships["s1"].entered_us is None


def test_a_person_is_loaded_only_where_needed(store: Store) -> None:
    write(store, PERSON, MEMBERSHIP, JOURNEY)
    state = load(store, Needs("ada", journey_ids=("j1",)))["ada"]
    assert not state.knows_person
    with pytest.raises(LookupError, match="not loaded"):
        _ = state.person

    def wanted(journey: Journey) -> bool:
        return journey.campaign_id == "c1"

    asked = Needs("ada", journey_ids=("j1",), person_for=wanted)
    assert load(store, asked)["ada"].person == PERSON
    other = replace(asked, person_for=lambda journey: not wanted(journey))
    assert not load(store, other)["ada"].knows_person
    assert not load(store, replace(asked, journey_ids=()))["ada"].knows_person


def test_journeys_receipts_and_conversions_of_segments(store: Store) -> None:
    barred = replace(JOURNEY, barred=Barred.ALREADY_IN_SEGMENT)
    receipt = replace(RECEIPT, kind=ReceiptKind.SEGMENT_CHANGE)
    moved = replace(CONVERSION, filter="", move=Move("s1", MembershipChange.LEFT))
    write(store, barred, receipt, moved)
    state = load(store, EVERYTHING)["ada"]
    assert state.journeys == {"j1": barred}
    assert state.receipts == {"e1": receipt}
    assert state.conversions == {"e1": (moved,)}


def test_segments(store: Store) -> None:
    other = replace(SEGMENT, segment_id="S2", rule="")
    gone = replace(SEGMENT, segment_id="s3", deleted=True)
    for segment in (SEGMENT, other, gone, replace(SEGMENT, version=3)):
        with store.transaction() as transaction:
            transaction.write_segment(segment)
    assert store.segment("s1") == replace(SEGMENT, version=3)
    assert store.segment("s3") is None
    assert [segment.segment_id for segment in store.segments("", 9)] == ["S2", "s1"]
    assert [segment.segment_id for segment in store.segments("S2", 1)] == ["s1"]
    catalog = store.catalog()
    assert catalog.segment("s1") == replace(SEGMENT, version=3)
    assert catalog.segment("s3") is None
    assert catalog.last_segment("s3") == gone


def test_goals_and_triggers_of_segments_and_the_archive(store: Store) -> None:
    goals = (Goal(EntersSegment("s1")), Goal(LeavesSegment("s2"), value="person.rate"))
    revisions = [
        replace(
            REVISION,
            number=number,
            goal=goal,
            trigger_event_name=None,
            trigger_segments=SegmentTrigger(Match.ANY, ("s1",)),
        )
        for number, goal in enumerate(goals, start=1)
    ]
    for revision in revisions:
        campaign = replace(CAMPAIGN, current=revision, archive_us=revision.number)
        with store.transaction() as transaction:
            transaction.write_campaign(CampaignChange(campaign, revision))
    assert store.campaign("c1") == replace(CAMPAIGN, current=revisions[1], archive_us=2)
    assert store.revisions("c1", 0, 9) == revisions
    assert store.revisions("c1", 1, 1) == revisions[1:]
    assert store.revisions("c9", 0, 9) == []
    assert store.campaigns("", 9) == []
    assert [c.campaign_id for c in store.campaigns("", 9, archived=True)] == ["c1"]
    catalog = store.catalog()
    assert catalog.watching(Move("s1", MembershipChange.ENTERED)) == {"c1": {1}}
    assert catalog.watching(Move("s1", MembershipChange.LEFT)) == {}
    both = [Move("s1", MembershipChange.ENTERED), Move("s2", MembershipChange.LEFT)]
    assert catalog.watching(*both) == {"c1": {1, 2}}


def test_only_what_is_needed_is_loaded(store: Store) -> None:
    others = (
        replace(JOURNEY, journey_id="j2", campaign_id="c2"),
        replace(DELIVERY, delivery_id="d2", campaign_id="c2", journey_id="j2"),
        replace(RECEIPT, event_id="e2"),
    )
    write(store, *ALL, *others)
    state = load(store, Needs("ada", journey_ids=("j2",), event_ids=("e9",)))["ada"]
    assert set(state.journeys) == {"j2"}
    assert not state.deliveries
    assert not state.receipts
    assert not state.conversions
    assert not state.interactions


def test_judging_loads_all_journeys_and_the_deliveries_of_the_judged(store: Store) -> None:
    others = (
        replace(JOURNEY, journey_id="j2"),
        replace(DELIVERY, delivery_id="d2", journey_id="j2"),
        replace(JOURNEY, journey_id="j3", campaign_id="c2"),
        replace(DELIVERY, delivery_id="d3", campaign_id="c2", journey_id="j3"),
    )
    write(store, *ALL, *others)
    need = Needs("ada", judges=lambda journey: EVERY if journey.campaign_id == "c1" else None)
    state = load(store, need)["ada"]
    assert set(state.journeys) == {"j1", "j2", "j3"}
    assert set(state.deliveries) == {"d1", "d2"}
    other = Needs("ada", judges=lambda journey: EVERY if journey.campaign_id == "c2" else None)
    both = load(store, need, other)
    assert set(both["ada"].deliveries) == {"d1", "d2", "d3"}


def test_of_those_who_have_many_journeys_the_judged_campaigns_are_looked_at(store: Store) -> None:
    others = [replace(JOURNEY, journey_id=f"o{n}", campaign_id=f"other{n % 9}") for n in range(50)]
    write(store, *ALL, *others, replace(JOURNEY, person_id="bob"))

    def judged(campaigns: Collection[str], person_id: str = "ada") -> Needs:
        def reach(journey: Journey) -> Reach | None:
            return EVERY if journey.campaign_id in campaigns else None

        return Needs(person_id, judges=reach, campaigns=campaigns)

    states = load(store, judged({"c1", "c9"}), judged({"c9"}, "bob"), Needs("ada"))
    assert set(states["ada"].journeys) == {"j1"}
    assert set(states["ada"].deliveries) == {"d1"}
    # So many that they are not named to the database: what is loaded beside them does no harm.
    many = {f"c{number}" for number in range(1_000)}
    assert "j1" in load(store, judged(many))["ada"].journeys
    none = load(store, judged(()))["ada"]
    assert not none.journeys
    assert not none.deliveries


def touched(
    delivery_id: str,
    *,
    sent_us: int | None = None,
    opened_us: int | None = None,
    clicked_us: int | None = None,
) -> Delivery:
    return replace(
        DELIVERY,
        delivery_id=delivery_id,
        sent_us=sent_us,
        opened_us=opened_us,
        clicked_us=clicked_us,
    )


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (Reach(None, None, 0), {"none", "s1", "s5", "s9", "o5", "c5"}),
        (Reach(Basis.RECEIVED, 1, 9), {"s1", "s5", "s9", "o5", "c5"}),
        (Reach(Basis.RECEIVED, 2, 8), {"s5", "o5"}),
        (Reach(Basis.RECEIVED, 5, 5), {"s5", "o5"}),
        (Reach(Basis.RECEIVED, None, 1), {"s1"}),
        (Reach(Basis.RECEIVED, 10, 20), set()),
        (Reach(Basis.OPENED, 1, 9), {"s1", "o5"}),
        (Reach(Basis.OPENED, 5, 8), {"o5"}),
        (Reach(Basis.OPENED, None, 8), {"o5"}),
        (Reach(Basis.CLICKED, 5, 5), {"c5"}),
        (Reach(Basis.CLICKED, 6, 9), set()),
    ],
)
def test_only_deliveries_within_reach_are_loaded(
    store: Store, reach: Reach, expected: set[str]
) -> None:
    deliveries = (
        touched("none"),
        touched("s1", sent_us=1, opened_us=9),
        touched("s5", sent_us=5),
        touched("s9", sent_us=9),
        touched("o5", sent_us=5, opened_us=5),
        touched("c5", sent_us=9, clicked_us=5),
    )
    other = replace(touched("other", sent_us=5), journey_id="j2")
    bobs = replace(touched("bobs", sent_us=5), person_id="bob")
    write(store, JOURNEY, *deliveries, other, bobs)
    state = load(store, Needs("ada", judges=lambda _: reach))["ada"]
    assert set(state.deliveries) == expected
    assert {reach.holds(delivery) for delivery in state.deliveries.values()} <= {True}


def test_reaches_of_one_journey_add_up(store: Store) -> None:
    write(store, JOURNEY, touched("d1", sent_us=1), touched("d5", sent_us=9, opened_us=5))
    early = Needs("ada", judges=lambda _: Reach(Basis.RECEIVED, 0, 2))
    opened = Needs("ada", judges=lambda _: Reach(Basis.OPENED, 0, 9))
    assert set(load(store, early)["ada"].deliveries) == {"d1"}
    assert set(load(store, early, opened)["ada"].deliveries) == {"d1", "d5"}


def test_people_do_not_see_each_other(store: Store) -> None:
    write(store, *ALL, replace(JOURNEY, person_id="bob", state=JourneyState.ACTIVE))
    states = load(store, replace(EVERYTHING, person_id="bob"), EVERYTHING, Needs("eve"))
    assert states["bob"].journeys["j1"].state is JourneyState.ACTIVE
    assert not states["bob"].deliveries
    assert states["ada"].journeys["j1"].state is JourneyState.EXITED
    assert not states["eve"].journeys


def test_needs_of_one_person_add_up(store: Store) -> None:
    write(store, *ALL, replace(JOURNEY, journey_id="j2"))
    states = load(store, Needs("ada", journey_ids=("j1",)), Needs("ada", journey_ids=("j2",)))
    assert set(states["ada"].journeys) == {"j1", "j2"}


def test_of_one_record_the_last_write_stands(store: Store) -> None:
    write(store, DELIVERY, replace(DELIVERY, opened_us=10), replace(DELIVERY, opened_us=11))
    assert load(store, EVERYTHING)["ada"].deliveries["d1"].opened_us == 11
    write(store, replace(DELIVERY, opened_us=None))
    assert load(store, EVERYTHING)["ada"].deliveries["d1"].opened_us is None


def test_more_keys_than_fit_into_one_statement(store: Store) -> None:
    many = [replace(JOURNEY, journey_id=f"j{n}", person_id=f"p{n % 7}") for n in range(1_700)]
    write(store, *many)
    needs = [Needs(j.person_id, journey_ids=(j.journey_id,)) for j in many]
    states = load(store, *needs)
    assert sum(len(state.journeys) for state in states.values()) == 1_700


def test_what_raises_is_undone(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as transaction:
            transaction.write(ALL)
            transaction.write_campaign(CampaignChange(CAMPAIGN, REVISION))
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    assert not load(store, EVERYTHING)["ada"].journeys
    assert store.campaign("c1") is None


def test_campaigns_and_their_revisions(store: Store) -> None:
    second = replace(REVISION, number=2, goal=None, trigger_event_name=None, create_us=5)
    changed = replace(CAMPAIGN, current=second, version=4)
    for change in (CampaignChange(CAMPAIGN, REVISION), CampaignChange(changed, second)):
        with store.transaction() as transaction:
            transaction.write_campaign(change)
    renamed = replace(changed, display_name="new", version=5)
    with store.transaction() as transaction:
        transaction.write_campaign(CampaignChange(renamed, None))
    assert store.campaign("c1") == renamed
    catalog = store.catalog()
    assert catalog.campaign("c1") == renamed
    assert catalog.revision("c1", 1) == REVISION
    assert catalog.revision("c1", 2) == second
    assert catalog.watching("finished") == {"c1": frozenset({1})}
    assert catalog.watching("started") == {}


def test_a_revision_is_never_replaced(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.write_campaign(CampaignChange(CAMPAIGN, REVISION))
    other = replace(REVISION, goal=None)
    with pytest.raises(Exception, match="1"), store.transaction() as transaction:
        transaction.write_campaign(CampaignChange(CAMPAIGN, other))
    assert store.catalog().revision("c1", 1) == REVISION


def test_the_latest_arrival(store: Store) -> None:
    assert store.latest_arrival_us() == 0
    for arrival_us in (5, 2**60):
        with store.transaction() as transaction:
            transaction.write_latest_arrival(arrival_us)
        assert store.latest_arrival_us() == arrival_us


def test_lists_are_in_byte_order(store: Store) -> None:
    for name in ("b", "B", "a", "é", "z", "10", "9"):
        revision = replace(REVISION, campaign_id=name)
        campaign = replace(CAMPAIGN, campaign_id=name, current=revision)
        with store.transaction() as transaction:
            transaction.write_campaign(CampaignChange(campaign, revision))
    names = [campaign.campaign_id for campaign in store.campaigns("", 100)]
    assert names == ["10", "9", "B", "a", "b", "z", "é"]
    assert [campaign.campaign_id for campaign in store.campaigns("B", 2)] == ["a", "b"]


def test_journeys_and_deliveries_are_read_one_by_one_and_in_pages(store: Store) -> None:
    write(
        store,
        *(replace(JOURNEY, journey_id=name) for name in ("j1", "j3", "j2")),
        replace(JOURNEY, journey_id="k1", campaign_id="c2"),
        *(replace(DELIVERY, delivery_id=name) for name in ("d1", "d3", "d2")),
        replace(DELIVERY, delivery_id="e1", journey_id="k1"),
        replace(DELIVERY, person_id="bob"),
    )
    assert store.journey("ada", "j1") == JOURNEY
    assert store.journey("bob", "j1") is None
    assert store.delivery("ada", "d1") == DELIVERY
    assert store.delivery("eve", "d1") is None
    assert [j.journey_id for j in store.journeys("ada", "", "", 9)] == ["j1", "j2", "j3", "k1"]
    assert [j.journey_id for j in store.journeys("ada", "c1", "j1", 1)] == ["j2"]
    assert [d.delivery_id for d in store.deliveries("ada", "", "", 9)] == ["d1", "d2", "d3", "e1"]
    assert [d.delivery_id for d in store.deliveries("ada", "k1", "", 9)] == ["e1"]
    assert [d.delivery_id for d in store.deliveries("ada", "", "d2", 1)] == ["d3"]


@pytest.mark.parametrize("seen", [None, Seen(), Seen((), cut=True), Seen((SeenValue("now", "x"),))])
def test_what_rules_saw_comes_back(store: Store, seen: Seen | None) -> None:
    made = replace(CONVERSION, seen=seen)
    write(store, made)
    assert store.reports.conversion("ada", "d1") == made


def test_what_is_recorded_of_one_person(store: Store) -> None:
    elsewhere: dict[str, Any] = {"campaign_id": "c2", "journey_id": "j2"}
    others: tuple[PersonChange, ...] = (
        replace(JOURNEY, **elsewhere),
        replace(DELIVERY, delivery_id="d2", **elsewhere),
        replace(INTERACTION, delivery_id="d2"),
        replace(CONVERSION, delivery_id="d2", event_id="e2", **elsewhere),
        replace(RECEIPT, event_id="e2"),
    )
    bobs = (replace(each, person_id="bob") for each in (*ALL, *others, PERSON, MEMBERSHIP))
    write(store, *ALL, *others, PERSON, MEMBERSHIP, *bobs)
    reports = store.reports
    found = reports.history("ada", "e1", {"c1", "c3"})
    assert found.journeys == {"j1": JOURNEY}
    assert found.deliveries == {"d1": DELIVERY}
    assert found.interactions == {INTERACTION.key: INTERACTION}
    assert found.conversions == {"e1": (CONVERSION,)}
    assert found.receipts == {"e1": RECEIPT}
    assert found.person == PERSON
    assert found.memberships == {"s1": MEMBERSHIP}
    everywhere = reports.history("ada", "none", None)
    assert everywhere.journeys.keys() == {"j1", "j2"}
    assert everywhere.deliveries.keys() == {"d1", "d2"}
    assert len(everywhere.interactions) == 2
    assert everywhere.conversions.keys() == {"e1", "e2"}
    assert not everywhere.receipts
    assert not reports.history("ada", "e1", ()).journeys
    nobody = reports.history("eve", "e1", None)
    assert not nobody.journeys
    assert nobody.person == Person("eve")
    assert reports.receipt("ada", "e2") == replace(RECEIPT, event_id="e2")
    assert reports.receipt("ada", "e3") is None
    assert reports.receipt("eve", "e1") is None
    assert reports.conversion("ada", "d3") is None
    assert reports.conversion("eve", "d1") is None


def test_conversions_of_one_achievement_stand_in_order(store: Store) -> None:
    later = replace(CONVERSION, campaign_id="c0", delivery_id="d9")
    write(store, CONVERSION, later)
    made = store.reports.history("ada", "e1", None).conversions["e1"]
    assert sorted(each.campaign_id for each in made) == ["c0", "c1"]
