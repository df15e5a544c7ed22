"""Scenario files to scenarios; whatever is not understood is refused, with its line."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attribution.v1 import (
    campaign_pb2,
    campaign_service_pb2,
    segment_pb2,
    segment_service_pb2,
)
from grpc import StatusCode

from attribution_service.core.refusals import Reason
from attribution_service.scenarios import messages
from attribution_service.scenarios.definitions import (
    DEFINING_KEYS,
    FILE_KEYS,
    SCENARIOS,
    Definition,
    given,
)
from attribution_service.scenarios.documents import FileError, Item, read, suggestion
from attribution_service.scenarios.model import (
    CampaignToCreate,
    ExpectedError,
    Scenario,
    SegmentToCreate,
    Step,
)
from attribution_service.scenarios.times import is_time, time_us
from attribution_service.transport.rpcs import METHODS, Method, WatchRpc

DEFAULT_START = "2026-01-01T00:00:00Z"
_SCENARIO_KEYS = ("name", "rules", "start", "segments", "campaigns", "steps")
_STEP_KEYS = ("at", "expect", "expect_error")
_ERROR_KEYS = ("code", "reason", "message")


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


# Streams have no one answer to compare.
_METHODS: Mapping[str, Method] = {
    _snake_case(method.name): method for method in METHODS if not isinstance(method.rpc, WatchRpc)
}


def load(path: Path) -> list[Scenario]:
    """The scenarios of a file; none only if it is one that defines things. Raises FileError."""
    document = read(path)
    fields = document.known_fields("a scenario file", FILE_KEYS)
    before = given(path, fields)
    if SCENARIOS not in fields:
        if not DEFINING_KEYS & fields.keys():
            raise document.wrong(f"holds no {SCENARIOS!r}, and defines nothing")
        return []
    found = [_scenario(item, before) for item in fields[SCENARIOS].items(SCENARIOS)]
    if not found:
        raise document.wrong("holds no scenario")
    return found


def _scenario(item: Item, before: tuple[Definition, ...]) -> Scenario:
    fields = item.known_fields("a scenario", _SCENARIO_KEYS)
    for key in ("name", "steps"):
        if key not in fields:
            raise item.wrong(f"the scenario has no {key!r}")
    start_us = _start(fields.get("start"))
    rules = fields["rules"].items("rules") if "rules" in fields else []
    segments = fields["segments"].items("segments") if "segments" in fields else []
    campaigns = fields["campaigns"].items("campaigns") if "campaigns" in fields else []
    return Scenario(
        item=item,
        name=fields["name"].text("the name"),
        rules=tuple(rule.text("a rule") for rule in rules),
        start_us=start_us,
        given=before,
        segments=tuple(_segment(segment, start_us) for segment in segments),
        campaigns=tuple(_campaign(campaign, start_us) for campaign in campaigns),
        steps=tuple(_steps(fields["steps"], start_us)),
    )


def _start(item: Item | None) -> int:
    text = DEFAULT_START if item is None else item.text("the start")
    start_us = time_us(text)
    if start_us is None or not is_time(start_us):
        place = "start" if item is None else item.exact_place
        raise FileError(place, f"{text!r} is no time such as {DEFAULT_START}")
    return start_us


def _campaign(item: Item, start_us: int) -> CampaignToCreate:
    campaign = messages.message(item, campaign_pb2.Campaign, start_us)
    return CampaignToCreate(item, campaign_service_pb2.CreateCampaignRequest(campaign=campaign))


def _segment(item: Item, start_us: int) -> SegmentToCreate:
    segment = messages.message(item, segment_pb2.Segment, start_us)
    return SegmentToCreate(item, segment_service_pb2.CreateSegmentRequest(segment=segment))


def _steps(item: Item, start_us: int) -> list[Step]:
    steps: list[Step] = []
    now_us = start_us
    for part in item.items("steps"):
        step = _step(part, start_us, now_us)
        if step.at_us < now_us:
            raise part.wrong("goes back in time: a step is never before the one above it")
        now_us = step.at_us
        steps.append(step)
    if not steps:
        raise item.wrong("the scenario has no step, so it cannot fail")
    return steps


def _step(item: Item, start_us: int, now_us: int) -> Step:
    fields = item.fields("a step")
    calls = [name for name in fields if name not in _STEP_KEYS]
    for name in calls:
        if name not in _METHODS:
            known = [*_METHODS, *_STEP_KEYS]
            raise fields[name].key.wrong(f"a step has no {name!r}{suggestion(name, known)}")
    if len(calls) != 1:
        what = f"this has {', '.join(calls)}" if calls else "this has none"
        raise item.wrong(f"a step makes one call, such as evaluate; {what}")
    name = calls[0]
    if "expect" in fields and "expect_error" in fields:
        raise item.wrong("a step expects an answer or an error, not both")
    method = _METHODS[name]
    if "expect" in fields:
        response: Any = method.response_type.DESCRIPTOR  # its stubs disagree about the type
        messages.check(fields["expect"], response, start_us)
    return Step(
        item=item,
        name=name,
        method=method,
        request=messages.message(fields[name], method.request_type, start_us),
        at_us=messages.time(fields["at"], start_us) if "at" in fields else now_us,
        expect=fields.get("expect"),
        expect_error=_expected_error(fields["expect_error"]) if "expect_error" in fields else None,
    )


def _expected_error(item: Item) -> ExpectedError:
    if not item.is_mapping:
        return ExpectedError(_code(item))
    fields = item.known_fields("expect_error", _ERROR_KEYS)
    if not fields:
        raise item.wrong(f"expect_error says nothing; it may have: {', '.join(_ERROR_KEYS)}")
    code, reason, message = (fields.get(key) for key in _ERROR_KEYS)
    return ExpectedError(
        code=None if code is None else _code(code),
        reason=None if reason is None else _reason(reason),
        message=None if message is None else message.text("the message"),
    )


def _reason(item: Item) -> str:
    name = item.text("the reason").removeprefix("ERROR_REASON_")
    if name not in Reason.__members__:
        raise item.wrong(f"{name!r} is no reason{suggestion(name, Reason.__members__)}")
    return name


def _code(item: Item) -> StatusCode:
    name = item.text("the code")
    try:
        return StatusCode[name]
    except KeyError:
        known = [code.name for code in StatusCode]
        raise item.wrong(f"{name!r} is no status code{suggestion(name, known)}") from None
