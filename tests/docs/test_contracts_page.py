"""docs/contracts.md against the descriptors of the contract."""

from attribution.v1 import (
    backtest_pb2,
    campaign_pb2,
    conversion_pb2,
    delivery_pb2,
    event_pb2,
    explanation_pb2,
    goal_pb2,
    journey_pb2,
    person_pb2,
    report_pb2,
    rule_pb2,
    segment_pb2,
)
from attribution_service.transport.masks import MUTABLE
from attribution_service.transport.reads import DEFAULT_PAGE, MAX_PAGE
from attribution_service.transport.rpcs import METHODS
from docs.markdown import ROOT, table

PAGE = (ROOT / "docs" / "contracts.md").read_text()
FILES = (
    backtest_pb2,
    campaign_pb2,
    conversion_pb2,
    delivery_pb2,
    event_pb2,
    explanation_pb2,
    goal_pb2,
    journey_pb2,
    person_pb2,
    report_pb2,
    rule_pb2,
    segment_pb2,
)


def test_calls_are_those_of_the_contract() -> None:
    calls = {f"{method.service.rpartition('.')[2]}/{method.name}" for method in METHODS}
    rows = [row[0] for row in table(PAGE, "## Calls")]
    assert len(rows) == len(set(rows))
    assert set(rows) == calls


def test_messages_are_of_the_contract() -> None:
    known = {name for file in FILES for name in file.DESCRIPTOR.message_types_by_name}
    rows = {name for row in table(PAGE, "## Messages") for name in row[0].split(", ")}
    assert rows <= known
    # Those that are only parts of one of the others need no row.
    assert known - rows == {
        "Trigger",
        "BacktestFigures",
        "PerformsEvent",
        "EntersSegment",
        "LeavesSegment",
        "SegmentSet",
        "Candidate",
        "DeliveryShares",
        "ExitCount",
        "ExplanationVerdict",
        "JourneyShares",
        "RuleError",
        "RuleOutcome",
        "RuleRead",
        "RuleSpan",
        "RuleValue",
    }


def test_numbers_and_names_are_those_of_the_server() -> None:
    said = " ".join(PAGE.split())
    assert f"`page_size` 0 means {DEFAULT_PAGE}, more than {MAX_PAGE:,} is cut" in said
    assert ", ".join(f"`{name}`" for name in MUTABLE) in said
