"""How fields are read out of definitions, and compared."""

from datetime import timedelta

import pytest
from attribution.v1.campaign_pb2 import Campaign, ExitPolicy, Trigger
from attribution.v1.goal_pb2 import Basis, Goal, PerformsEvent
from attribution_service.apply.fields import FieldChange, RuleSource, differences, values
from attribution_service.apply.tell import shown
from attribution_service.scenarios.definitions import CAMPAIGN
from attribution_service.scenarios.times import span_ns, span_text

FULL = Campaign(
    campaign_id="a",
    display_name="A",
    trigger=Trigger(event_name="start"),
    audience_filter="has(person.a)&&true",
    goal=Goal(
        performs_event=PerformsEvent(event_name="done", filter="event.a==1.0 // why"),
        window=timedelta(days=1, minutes=30),
        basis=Basis.BASIS_CLICKED,
        count_machine_interactions=True,
    ),
    exit_policy=ExitPolicy.EXIT_POLICY_NEVER,
    webhook_action_ids=["b", "a"],
    etag="7",
    revision=3,
)


def test_values_are_what_people_write_without_id_and_what_the_server_says() -> None:
    assert values(CAMPAIGN, FULL) == {
        "display_name": "A",
        "trigger.event_name": "start",
        "audience_filter": RuleSource("has(person.a) && true"),
        "goal.performs_event.event_name": "done",
        "goal.performs_event.filter": RuleSource("event.a == 1.0"),
        "goal.window": "1d30m",
        "goal.basis": "CLICKED",
        "goal.count_machine_interactions": "true",
        "exit_policy": "NEVER",
        "webhook_action_ids": ("b", "a"),
    }


def test_every_field_that_callers_set_is_compared() -> None:
    for name in CAMPAIGN.settable:
        if name == CAMPAIGN.id_field:
            continue
        changed = Campaign()
        changed.CopyFrom(FULL)
        changed.ClearField(name)
        tops = {each.top for each in differences(CAMPAIGN, FULL, changed)}
        assert tops == ({name} if name != "kind" else set())


def test_output_only_fields_and_spelling_make_no_difference() -> None:
    other = Campaign()
    other.CopyFrom(FULL)
    other.etag, other.revision = "8", 4
    other.goal.performs_event.filter = "event.a == 1.0"
    assert differences(CAMPAIGN, FULL, other) == ()


def test_a_goal_that_goes_is_told_by_its_parts() -> None:
    bare = Campaign(campaign_id="a", trigger=Trigger(event_name="start"))
    gone = differences(CAMPAIGN, FULL, bare)
    assert FieldChange("goal.window", "1d30m", None) in gone
    assert {each.top for each in gone} == {
        "display_name",
        "audience_filter",
        "goal",
        "exit_policy",
        "webhook_action_ids",
    }


def test_what_is_not_known_here_is_a_number() -> None:
    newer = Campaign(exit_policy=77)  # type: ignore[arg-type]
    assert values(CAMPAIGN, newer)["exit_policy"] == "77"


def test_a_rule_that_does_not_parse_stays_as_it_is() -> None:
    assert RuleSource.of("a = ").text == "a = "


@pytest.mark.parametrize(
    "text", ["7d", "36h", "90s", "1h30m", "0.5s", "-1s", "1d12h", "0.000001s", "0s", "90d"]
)
def test_lengths_of_time_are_written_as_they_are_read(text: str) -> None:
    length = span_ns(text)
    assert length is not None
    assert span_ns(span_text(length)) == length


def test_the_largest_units_go_first() -> None:
    assert span_text(131_400_000_000_000) == "1d12h30m"
    assert span_text(-90_000_000_000) == "-1m30s"


def test_what_cannot_be_seen_is_shown() -> None:
    assert shown("a\x1b[2Jb\u202e\x85 é ✓") == "a\\x1b[2Jb\\u202e\\x85 é ✓"
