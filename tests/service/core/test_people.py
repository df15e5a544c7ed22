"""What the scenarios do not single out: limits, what is loaded, who is asked."""

from dataclasses import replace
from typing import Any

import pytest
from attribution_service.core import people, segments
from attribution_service.core.answers import Answer, PersonAnswer, UpdateAnswer
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    CheckExit,
    Command,
    CreateCampaign,
    CreateSegment,
    Definition,
    EvaluateEvent,
    ReadPerson,
    SegmentDefinition,
    UpdateAttributes,
    UpdateSegment,
)
from attribution_service.core.definitions import create
from attribution_service.core.model import (
    Basis,
    CampaignKind,
    EntersSegment,
    ExitPolicy,
    Goal,
    Journey,
    PerformsEvent,
)
from attribution_service.core.properties import Properties
from attribution_service.core.reads import Reach
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.core.rules import RuleBook
from attribution_service.core.state import needs
from attribution_service.pipeline.engine import Arrival, Engine
from attribution_service.storage.memory import MemoryStore

RULES = RuleBook()
NOW_US = 10
PLAIN = Definition(
    campaign_id="c",
    display_name="",
    kind=CampaignKind.TRIGGERED,
    trigger_event_name=None,
    goal=Goal(PerformsEvent("done")),
    exit_policy=ExitPolicy.GOAL,
    webhook_action_ids=(),
)
JOURNEY = Journey("ada", "j", "c", 1, 0)
EVENT = EvaluateEvent("ada", "e", "done")


def run(engine: Engine, command: Command) -> Answer:
    (outcome,) = engine.execute([Arrival(command, 10)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def catalog_of(**changes: Any) -> Catalog:
    catalog = Catalog()
    segment = CreateSegment(SegmentDefinition("vip", "", ""))
    catalog.apply(segments.create(segment, catalog, RULES, 1))
    catalog.apply(create(CreateCampaign(replace(PLAIN, **changes)), catalog, RULES, 1))
    return catalog


@pytest.mark.parametrize(
    ("changes", "for_event", "for_check"),
    [
        ({}, False, False),
        ({"goal": Goal(PerformsEvent("done", "event.a == 1.0"))}, False, False),
        ({"goal": Goal(PerformsEvent("done", "person.a == 1.0"))}, True, True),
        ({"goal": Goal(PerformsEvent("done"), value="person.a")}, True, True),
        ({"audience_filter": "has(person.a)"}, False, True),
        ({"audience_filter": "'a' in segments"}, False, True),
        ({"audience_filter": "now == now"}, False, False),
        ({"goal": Goal(EntersSegment("vip"))}, False, True),
    ],
)
def test_a_person_is_needed_only_where_a_rule_or_goal_looks(
    changes: dict[str, Any], *, for_event: bool, for_check: bool
) -> None:
    catalog = catalog_of(**changes)
    event = needs(EVENT, catalog, RULES, NOW_US)
    assert not event.person
    assert (event.person_for is not None and event.person_for(JOURNEY)) is for_event
    check = needs(CheckExit("ada", "j"), catalog, RULES, NOW_US)
    assert check.person_for is not None
    assert check.person_for(JOURNEY) is for_check


def test_an_update_needs_no_journeys_where_no_segment_reads_what_it_changes() -> None:
    catalog = catalog_of()
    rule = CreateSegment(SegmentDefinition("pro", "", "person.plan == 'pro'"))
    catalog.apply(segments.create(rule, catalog, RULES, 1))
    goal = Goal(EntersSegment("pro"))
    wanted = replace(PLAIN, campaign_id="d", goal=goal)
    catalog.apply(create(CreateCampaign(wanted), catalog, RULES, 1))
    city = UpdateAttributes("ada", Properties({"city": "Paris"}))
    assert needs(city, catalog, RULES, NOW_US).judges is None
    judges = needs(replace(city, remove_names=("plan",)), catalog, RULES, NOW_US).judges
    assert judges is not None
    assert judges(replace(JOURNEY, campaign_id="d")) == Reach(Basis.RECEIVED, None, NOW_US)
    assert judges(JOURNEY) is None


def test_a_rule_that_reads_the_whole_person_is_asked_at_every_update() -> None:
    engine = Engine(MemoryStore())
    run(engine, CreateSegment(SegmentDefinition("many", "", "size(person) > 1")))
    run(engine, UpdateAttributes("ada", Properties({"a": 1.0})))
    answer = run(engine, UpdateAttributes("ada", Properties({"b": 1.0})))
    assert isinstance(answer, UpdateAnswer)
    assert [move.segment_id for move in answer.moves] == ["many"]


def test_a_new_rule_is_read_anew() -> None:
    engine = Engine(MemoryStore())
    run(engine, CreateSegment(SegmentDefinition("s", "", "has(person.a)")))
    run(engine, UpdateAttributes("ada", Properties({"a": 1.0})))
    run(engine, UpdateSegment("s", "", lambda before: replace(before, rule="has(person.b)")))
    answer = run(engine, ReadPerson("ada"))
    assert isinstance(answer, PersonAnswer)
    assert answer.segment_ids == ()
    update = run(engine, UpdateAttributes("ada", Properties({"b": 1.0})))
    assert isinstance(update, UpdateAnswer)
    assert [move.segment_id for move in update.moves] == ["s"]


def test_what_is_stored_of_a_person_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MAX_ATTRIBUTES_BYTES", 20)
    engine = Engine(MemoryStore())
    run(engine, UpdateAttributes("ada", Properties({"a": "x" * 12})))  # 20 bytes of JSON
    with pytest.raises(Refusal) as refused:
        run(engine, UpdateAttributes("ada", Properties({"b": None})))
    assert refused.value.reason is Reason.FIELD_TOO_LONG
    assert refused.value.metadata == {"limit": "20"}
    run(engine, UpdateAttributes("ada", Properties({"b": None}), ("a",)))


def test_as_many_segments_as_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MAX_SEGMENTS", 2)
    catalog = catalog_of()
    for name in ("a", "b"):
        command = CreateSegment(SegmentDefinition(name, "", ""))
        if name == "b":
            with pytest.raises(Refusal) as refused:
                segments.create(command, catalog, RULES, 1)
            assert refused.value.reason is Reason.LIMIT_REACHED
        else:
            catalog.apply(segments.create(command, catalog, RULES, 1))


@pytest.mark.parametrize(
    ("before", "after", "differing"),
    [
        ({"a": 1.0}, {"a": True}, {"a"}),
        ({"a": 1.0}, {"a": 1.0, "b": None}, {"b"}),
        ({"a": {"b": [1.0]}}, {"a": {"b": [1.0]}}, set()),
        ({"a": 1.0, "b": 2.0}, {"b": 2.0}, {"a"}),
    ],
)
def test_names_that_differ(
    before: dict[str, object], after: dict[str, object], differing: set[str]
) -> None:
    assert Properties(before).differing(Properties(after)) == differing


def test_what_nobody_watches_is_told_briefly() -> None:
    engine = Engine(MemoryStore())
    for name in "abcde":
        run(engine, CreateSegment(SegmentDefinition(name, "", "has(person.x)")))
    answer = run(engine, UpdateAttributes("ada", Properties({"x": None}), explain=True))
    assert isinstance(answer, UpdateAnswer)
    assert answer.achieved.findings is not None
    assert [finding.detail for finding in answer.achieved.findings] == [
        "no campaign has a goal on entering 'a', entering 'b', entering 'c' and 2 more"
    ]
