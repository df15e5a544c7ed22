"""Campaigns: limits that no scenario reaches, and what makes a revision."""

from dataclasses import replace
from typing import Any

import pytest
from attribution_service.core import definitions
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import CreateCampaign, Definition, UpdateCampaign
from attribution_service.core.model import CampaignKind, ExitPolicy, Goal, PerformsEvent
from attribution_service.core.refusals import Reason, Refusal
from attribution_service.core.rules import RuleBook, Use

PLAIN = Definition(
    campaign_id="c",
    display_name="",
    kind=CampaignKind.TRIGGERED,
    trigger_event_name="started",
    goal=Goal(PerformsEvent("finished")),
    exit_policy=ExitPolicy.NEVER,
    webhook_action_ids=(),
)
RULES = RuleBook()


def catalog_of(wanted: Definition) -> Catalog:
    catalog = Catalog()
    catalog.apply(definitions.create(CreateCampaign(wanted), catalog, RULES, 7))
    return catalog


def test_as_many_campaigns_as_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "MAX_CAMPAIGNS", 2)
    catalog = catalog_of(PLAIN)
    second = CreateCampaign(replace(PLAIN, campaign_id="d"))
    catalog.apply(definitions.create(second, catalog, RULES, 7))
    third = CreateCampaign(replace(PLAIN, campaign_id="e"))
    with pytest.raises(Refusal) as refused:
        definitions.create(third, catalog, RULES, 7)
    assert refused.value.reason is Reason.LIMIT_REACHED
    assert refused.value.metadata == {"limit": "2"}


def test_as_many_revisions_as_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "MAX_REVISIONS", 2)
    catalog = catalog_of(PLAIN)

    def update(**changes: Any) -> None:
        command = UpdateCampaign("c", "", lambda before: replace(before, **changes))
        change = definitions.update(command, catalog, RULES, 8)
        assert change is not None
        catalog.apply(change)

    update(exit_policy=ExitPolicy.GOAL)
    update(display_name="a name is no revision")
    with pytest.raises(Refusal) as refused:
        update(exit_policy=ExitPolicy.NEVER)
    assert refused.value.reason is Reason.LIMIT_REACHED


@pytest.mark.parametrize(
    ("window_us", "fits"),
    [(-1, False), (0, False), (1, True), (definitions.MAX_WINDOW_US, True),
     (definitions.MAX_WINDOW_US + 1, False), (None, True)],
)  # fmt: skip
def test_windows(window_us: int | None, *, fits: bool) -> None:
    wanted = replace(PLAIN, goal=Goal(PerformsEvent("finished"), window_us=window_us))
    if fits:
        definitions.check(wanted, Catalog(), RULES)
        return
    with pytest.raises(Refusal) as refused:
        definitions.check(wanted, Catalog(), RULES)
    assert refused.value.reason is Reason.FIELD_OUT_OF_RANGE


def test_ninety_days() -> None:
    assert definitions.MAX_WINDOW_US == 90 * 24 * 3600 * 1_000_000


def test_times_and_versions_of_a_change() -> None:
    catalog = catalog_of(PLAIN)
    rename = UpdateCampaign("c", "v1", lambda before: replace(before, display_name="x"))
    renamed = definitions.update(rename, catalog, RULES, 9)
    assert renamed is not None
    assert renamed.revision is None
    assert (renamed.campaign.create_us, renamed.campaign.update_us) == (7, 9)
    assert (renamed.campaign.etag, renamed.campaign.current.number) == ("v2", 1)
    catalog.apply(renamed)
    judge = UpdateCampaign("c", "v2", lambda before: replace(before, goal=None))
    judged = definitions.update(judge, catalog, RULES, 10)
    assert judged is not None
    assert judged.revision is not None
    assert (judged.revision.number, judged.revision.create_us) == (2, 10)
    assert judged.campaign.etag == "v3"
    same = UpdateCampaign("c", "", lambda before: before)
    assert definitions.update(same, catalog, RULES, 11) is None


def test_rules_are_compiled_once_and_forgotten_oldest_first() -> None:
    book = RuleBook(most=2)
    use = Use.GOAL_FILTER
    first = book.rule("event.a == 1.0", use, has_trigger=True)
    assert book.rule("event.a == 1.0", use, has_trigger=True) is first
    book.rule("event.b == 1.0", use, has_trigger=True)
    book.rule("event.c == 1.0", use, has_trigger=True)
    assert book.rule("event.a == 1.0", use, has_trigger=True) is not first


@pytest.mark.parametrize("etag", ["v0", "v2", "v10", "w", "1", "V1", " v1"])
def test_any_other_etag_is_refused(etag: str) -> None:
    command = UpdateCampaign("c", etag, lambda before: replace(before, display_name="x"))
    with pytest.raises(Refusal) as refused:
        definitions.update(command, catalog_of(PLAIN), RULES, 8)
    assert refused.value.reason is Reason.ETAG_MISMATCH
    assert refused.value.metadata == {"etag": "v1"}


def test_faults_of_a_rule_are_told_with_their_places() -> None:
    with pytest.raises(Refusal) as refused:
        RULES.check("evnt.a == 1 &&\n  foo(event.b)", Use.GOAL_FILTER, has_trigger=True, field="f")
    assert refused.value.metadata == {"line": "1", "column": "1"}
    first, second = refused.value.violations
    assert first.description.startswith("line 1, column 1: ")
    assert first.description.endswith("(did you mean `event`?)")
    assert second.description.startswith("line 2, column 3: ")
    assert not second.description.endswith("(None)")


def test_trigger_is_told_to_be_out_of_reach_not_unknown() -> None:
    with pytest.raises(Refusal, match="the campaign is not triggered by an event"):
        RULES.check("trigger.a == 1.0", Use.GOAL_FILTER, has_trigger=False, field="f")
    with pytest.raises(Refusal, match="segments"):
        RULES.check("'x' in segments", Use.GOAL_FILTER, has_trigger=True, field="f")
    RULES.check("trigger.a == 1.0", Use.GOAL_FILTER, has_trigger=True, field="f")
