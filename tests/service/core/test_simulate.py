"""Commands played in a world of their own."""

from dataclasses import replace

import pytest
from attribution_service.core import simulate as module
from attribution_service.core.answers import (
    CampaignAnswer,
    DeletedAnswer,
    EvaluateAnswer,
    PersonAnswer,
)
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import (
    CreateCampaign,
    CreateSegment,
    Definition,
    DeletePerson,
    EvaluateEvent,
    ReadPerson,
    RecordDelivery,
    SegmentDefinition,
    StartJourney,
    UpdateAttributes,
    UpdateCampaign,
)
from attribution_service.core.define import define
from attribution_service.core.definitions import create
from attribution_service.core.model import (
    CampaignKind,
    Channel,
    EntersSegment,
    ExitPolicy,
    Goal,
    PerformsEvent,
)
from attribution_service.core.properties import Properties
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.core.rules import RuleBook
from attribution_service.core.simulate import Simulation, SimulationTooLongError

CAMPAIGN = Definition(
    campaign_id="c",
    display_name="",
    kind=CampaignKind.TRIGGERED,
    trigger_event_name="started",
    goal=Goal(PerformsEvent("done", "event.a == 1.0"), window_us=100),
    exit_policy=ExitPolicy.GOAL,
    webhook_action_ids=(),
)
RULES = RuleBook()
EVENT = EvaluateEvent("ada", "e", "done", Properties({"a": 1.0}))


def begun() -> Simulation:
    """A campaign, a journey and its delivery."""
    simulation = Simulation(Catalog())
    simulation.play(CreateCampaign(CAMPAIGN), 10)
    simulation.play(StartJourney("ada", "j", "c"), 10)
    simulation.play(RecordDelivery("ada", "d", "j", "", "", Channel.EMAIL), 20)
    return simulation


@pytest.mark.parametrize(("at_us", "credited"), [(120, ["d"]), (121, [])])
def test_the_time_is_that_of_the_command(at_us: int, credited: list[str]) -> None:
    answer = begun().play(EVENT, at_us)
    assert isinstance(answer, EvaluateAnswer)
    assert [each.delivery_id for each in answer.conversions] == credited


def test_what_is_played_is_remembered() -> None:
    simulation = begun()
    first, again = simulation.play(EVENT, 30), simulation.play(EVENT, 40)
    assert isinstance(first, EvaluateAnswer)
    assert isinstance(again, EvaluateAnswer)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.conversions == first.conversions


def test_a_refused_command_changes_nothing() -> None:
    simulation = begun()
    with pytest.raises(Refusal) as refused:
        simulation.play(StartJourney("ada", "j", "other"), 30)
    assert refused.value.reason is Reason.JOURNEY_ALREADY_EXISTS
    answer = simulation.play(EVENT, 40)
    assert isinstance(answer, EvaluateAnswer)
    assert answer.achieved_journeys == ("j",)


def test_an_update_that_makes_no_difference() -> None:
    answer = begun().play(UpdateCampaign("c", "", lambda before: before), 30)
    assert isinstance(answer, CampaignAnswer)
    assert answer.campaign.current.number == 1


def test_people_and_segments() -> None:
    simulation = Simulation(Catalog())
    simulation.play(CreateSegment(SegmentDefinition("s", "", "has(person.a)")), 0)
    simulation.play(UpdateAttributes("ada", Properties({"a": 1.0})), 1)
    found = [simulation.play(ReadPerson(person), 2) for person in ("ada", "bob")]
    assert [each.segment_ids for each in found if isinstance(each, PersonAnswer)] == [("s",), ()]


def test_a_deleted_person_is_somebody_new() -> None:
    simulation = begun()
    for person in ("ada", "nobody"):
        assert simulation.play(DeletePerson(person), 30) == DeletedAnswer()
    answer = simulation.play(EVENT, 40)
    assert isinstance(answer, EvaluateAnswer)
    assert answer.achieved_journeys == ()


def test_two_simulations_know_nothing_of_each_other() -> None:
    begun()
    answer = begun().play(EVENT, 30)
    assert isinstance(answer, EvaluateAnswer)
    assert not answer.replayed


def test_a_campaign_of_the_catalog_is_checked() -> None:
    catalog = Catalog()
    segment, _ = define(CreateSegment(SegmentDefinition("s", "", "")), catalog, RULES, 0)
    assert segment is not None
    catalog.apply(segment)
    made = create(
        CreateCampaign(replace(CAMPAIGN, goal=Goal(EntersSegment("s")))), catalog, RULES, 0
    )
    catalog.apply(made)
    Simulation(catalog).check("c")
    alone = Catalog.of([made.campaign], [made.campaign.current])
    with pytest.raises(Refusal) as refused:
        Simulation(alone).check("c")
    assert refused.value.reason is Reason.SEGMENT_NOT_FOUND


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LOOKS", 4)
    simulation = begun()  # the delivery looked at one journey
    for number in range(3):
        simulation.play(EvaluateEvent("ada", f"e{number}", "done"), 30)
    simulation.play(EvaluateEvent("bob", "e", "done"), 30)
    with pytest.raises(SimulationTooLongError):
        simulation.play(EVENT, 30)


def test_segments_are_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LOOKS", 2)
    simulation = Simulation(Catalog())
    for name in ("s", "t"):
        simulation.play(CreateSegment(SegmentDefinition(name, "", "")), 0)
    simulation.play(EVENT, 0)
    simulation.play(ReadPerson("ada"), 0)
    with pytest.raises(SimulationTooLongError):
        simulation.play(ReadPerson("ada"), 0)
