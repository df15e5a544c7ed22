"""Plays every scenario file on the naive model, so that the files and the model agree."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from attribution.v1 import (
    attribution_service_pb2,
    campaign_service_pb2,
    delivery_service_pb2,
    error_reason_pb2,
    journey_service_pb2,
    person_service_pb2,
    report_service_pb2,
    segment_service_pb2,
)
from google.protobuf import json_format
from google.protobuf.message import Message
from model.driver import Json
from model.jsonform import format_duration, parse_duration
from model.naive import NaiveModel
from model.scenario_files import FOLDER, Scenario, Step, load_all, play

# Refusals of what a message may hold at all, which the model does not look at.
NOT_COVERED = frozenset({"FIELD_TOO_LONG", "LIMIT_REACHED", "PAGE_TOKEN_INVALID"})

# The model has no reports: those are recounted from its log, in test_reports_against_recount.py.
REPORTS = frozenset(report_service_pb2.DESCRIPTOR.services_by_name["ReportService"].methods_by_name)


def _rpc(step_name: str) -> str:
    return "".join(word.capitalize() for word in step_name.split("_"))


SCENARIOS = [
    scenario
    for scenario in load_all()
    if not any(_rpc(step.name) in REPORTS for step in scenario.steps)
]
MODULES = (
    attribution_service_pb2,
    campaign_service_pb2,
    delivery_service_pb2,
    journey_service_pb2,
    person_service_pb2,
    segment_service_pb2,
)
_REASONS = error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
RULES_OF_THIS_STEP = (
    *(f"G{number}" for number in range(1, 10)),
    *(f"C{number}" for number in range(1, 16)),
    *(f"S{number}" for number in range(1, 5)),
    *(f"X{number}" for number in range(1, 12)),
)


def _id(scenario: Scenario) -> str:
    return f"{scenario.file}: {scenario.name}"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=_id)
def test_scenario_holds_in_the_model(scenario: Scenario) -> None:
    problems = play(scenario, NaiveModel(), NOT_COVERED)
    assert not problems, "\n".join(problems)


def test_names_are_unique() -> None:
    names = [_id(scenario) for scenario in SCENARIOS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", RULES_OF_THIS_STEP)
def test_every_rule_has_a_file_that_cites_it(rule: str) -> None:
    (path,) = FOLDER.glob(f"{rule}-*.yaml")
    assert any(rule in scenario.rules for scenario in SCENARIOS if scenario.file == path.name)


def test_every_file_is_linked_from_the_rules() -> None:
    text = (FOLDER.parent.parent / "docs" / "semantics.md").read_text()
    missing = [path.name for path in FOLDER.glob("*.yaml") if f"scenarios/{path.name})" not in text]
    assert not missing


@pytest.mark.parametrize("scenario", SCENARIOS, ids=_id)
def test_scenario_fits_the_contract(scenario: Scenario) -> None:
    """Every key, enum value and reason in the files is one that the protos have."""
    for segment in scenario.segments:
        _parse("CreateSegmentRequest", {"segment": segment})
    for campaign in scenario.campaigns:
        _parse("CreateCampaignRequest", {"campaign": campaign})
    for step in scenario.steps:
        _check_step(step)


def _check_step(step: Step) -> None:
    message = _rpc(step.name)
    _parse(f"{message}Request", step.request)
    _parse(f"{message}Response", step.expect or {})
    reason = (step.expect_error or {}).get("reason")
    assert reason is None or f"ERROR_REASON_{reason}" in _REASONS


def _parse(name: str, content: Json) -> None:
    (kind,) = (getattr(module, name) for module in MODULES if hasattr(module, name))
    message: Message = kind()
    json_format.ParseDict(_proto_json(content, message.DESCRIPTOR), message)


def _proto_json(content: Json, descriptor: Any) -> Json:
    """The JSON form that protobuf knows: enum values in full, durations in seconds."""
    return {
        key: _proto_value(value, descriptor.fields_by_name[key]) for key, value in content.items()
    }


def _proto_value(value: Any, field: Any) -> Any:
    if isinstance(value, list) and field.message_type is None:
        return [_proto_scalar(item, field) for item in value]
    if field.message_type is None:
        return _proto_scalar(value, field)
    special = _WELL_KNOWN.get(field.message_type.full_name)
    if special:
        return special(value)
    if isinstance(value, list):
        return [_proto_json(item, field.message_type) for item in value]
    return None if value is None else _proto_json(value, field.message_type)


def _proto_scalar(value: Any, field: Any) -> Any:
    if field.enum_type is None or value is None:
        return value
    return _full_name(value, field.enum_type)


def _full_name(value: str, enum: Any) -> str:
    names: list[str] = list(enum.values_by_name)
    return next(name for name in names if name.endswith(f"_{value}"))


def _duration(value: str | None) -> str | None:
    return value and format_duration(parse_duration(value))


def _camel_case(path: str) -> str:
    """JSON form of a path of a field mask."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), path)


_WELL_KNOWN: dict[str, Callable[[Any], Any]] = {
    "google.protobuf.Duration": _duration,
    "google.protobuf.Timestamp": lambda value: value,
    "google.protobuf.Struct": lambda value: value,
    "google.protobuf.FieldMask": lambda paths: ",".join(_camel_case(path) for path in paths),
}
