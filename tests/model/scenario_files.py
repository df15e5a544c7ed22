"""Reads scenario files and plays them on a driver: a few lines, so that they are easy to trust."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from model.driver import Driver, Json, Refused
from model.jsonform import format_time, normalised, parse_duration, parse_time, with_numbers

FOLDER = Path(__file__).parent.parent / "scenarios"
DEFAULT_START = "2026-01-01T00:00:00Z"
STEP_KEYS = frozenset({"at", "expect", "expect_error"})


class StrictLoader(yaml.SafeLoader):
    """Leaves times as text and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.YAMLError(f"a key stands twice: {keys} {node.start_mark}")
        return super().construct_mapping(node, deep=deep)


StrictLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a scenario and what is expected of it."""

    at_us: int
    name: str
    request: Json
    expect: Json | None
    expect_error: Json | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario of a file."""

    file: str
    name: str
    rules: tuple[str, ...]
    segments: tuple[Json, ...]
    campaigns: tuple[Json, ...]
    start_us: int
    steps: tuple[Step, ...]


def load_all() -> list[Scenario]:
    """Every scenario of the folder, by file name, then as they stand in the file."""
    return [scenario for path in sorted(FOLDER.glob("*.yaml")) for scenario in load(path)]


def load(path: Path) -> Iterator[Scenario]:
    """The scenarios of one file."""
    content = yaml.load(path.read_text(), Loader=StrictLoader)  # noqa: S506
    for scenario in content["scenarios"]:
        start = parse_time(scenario.get("start", DEFAULT_START))
        yield Scenario(
            file=path.name,
            name=scenario["name"],
            rules=tuple(scenario.get("rules", ())),
            segments=tuple(scenario.get("segments", ())),
            campaigns=tuple(scenario.get("campaigns", ())),
            start_us=start,
            steps=tuple(_step(step, start) for step in scenario["steps"]),
        )


def _step(step: Json, start_us: int) -> Step:
    (name,) = step.keys() - STEP_KEYS
    error = step.get("expect_error")
    return Step(
        at_us=_at(step["at"], start_us),
        name=name,
        request=step[name],
        expect=step.get("expect"),
        expect_error={"code": error} if isinstance(error, str) else error,
    )


def _at(text: str, start_us: int) -> int:
    return parse_time(text) if text[4:5] == "-" else start_us + parse_duration(text)


def play(scenario: Scenario, driver: Driver, not_covered: frozenset[str]) -> list[str]:
    """What does not hold, one line each; steps refused for a reason not covered are left out."""
    problems = []
    for segment in scenario.segments:
        answer = driver.call("create_segment", {"segment": segment}, scenario.start_us)
        if isinstance(answer, Refused):
            problems.append(f"segment {segment['segment_id']}: {answer}")
    for campaign in scenario.campaigns:
        answer = driver.call("create_campaign", {"campaign": campaign}, scenario.start_us)
        if isinstance(answer, Refused):
            problems.append(f"campaign {campaign['campaign_id']}: {answer}")
    for number, step in enumerate(scenario.steps, start=1):
        if step.expect_error and step.expect_error.get("reason") in not_covered:
            continue
        answer = driver.call(step.name, step.request, step.at_us)
        problem = difference(step, answer)
        if problem:
            when = format_time(step.at_us)
            problems.append(f"step {number} ({step.name} at {when}): {problem}")
    return problems


def difference(step: Step, answer: Json | Refused) -> str | None:
    """Where an answer is not what the step expects; None if it is."""
    if isinstance(answer, Refused):
        wanted = step.expect_error or {}
        if wanted.get("code") != answer.code:
            return f"{answer}, expected {wanted or step.expect}"
        if wanted.get("reason", answer.reason) != answer.reason:
            return f"{answer}, expected {wanted}"
        return None
    if step.expect_error:
        return f"answered {answer}, expected {step.expect_error}"
    return mismatch(with_numbers(step.expect), normalised(answer), "") if step.expect else None


def mismatch(expected: Any, got: Any, where: str) -> str | None:
    """The first place where what is named is not there; null, false and empty mean unset."""
    if isinstance(expected, dict) and expected:
        got = {} if got is None else got  # a message of which nothing is set is left out
        if not isinstance(got, dict):
            return f"{where}: expected {expected}, got {got}"
        found = (mismatch(part, got.get(key), f"{where}.{key}") for key, part in expected.items())
        return next((problem for problem in found if problem), None)
    if isinstance(expected, list) and expected:
        if not isinstance(got, list) or len(got) != len(expected):
            return f"{where}: expected {expected}, got {got}"
        pairs = enumerate(zip(expected, got, strict=True))
        found = (mismatch(one, other, f"{where}[{i}]") for i, (one, other) in pairs)
        return next((problem for problem in found if problem), None)
    unset = expected is None or expected is False or expected in ("", [], {})
    if unset and got is None:
        return None
    return None if expected == got else f"{where}: expected {expected!r}, got {got!r}"
