"""The rules that files hold: rule files with one each, and what YAML files define."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attribution.v1 import campaign_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from attribution_service.core.check_rule import RuleText
from attribution_service.core.rules import Use
from attribution_service.lint.places import Where, scalar, whole
from attribution_service.scenarios.definitions import (
    CAMPAIGN,
    DEFINING_KEYS,
    SCENARIOS,
    SEGMENT,
    Definition,
    Kind,
    defined_in,
    definition,
)
from attribution_service.scenarios.documents import (
    MAX_FILE_BYTES,
    FileError,
    Item,
    decoded,
    parse,
    read_bytes,
)
from attribution_service.scenarios.load import load
from attribution_service.scenarios.messages import named_fields
from attribution_service.scenarios.model import Scenario, Step

RULE_FILES = frozenset({".cel"})
SCENARIO_FILES = frozenset({".yaml", ".yml"})
# A comment that says so, before the rule begins.
_PLACE = re.compile(
    r"(?:\s|//(?![ \t]*place:)[^\n]*\n)*//[ \t]*place:[ \t]*([^\r\n]*?)[ \t]*(?:\r?\n|$)"
)
_WITHOUT_TRIGGER = ", without trigger"
_USES = {use.lower().replace("_", " "): use for use in Use}
_OURS = frozenset({SCENARIOS, *DEFINING_KEYS})
# Where the rules of each kind of definition stand.
RULES = {
    SEGMENT.name: ((("rule",), Use.SEGMENT),),
    CAMPAIGN.name: (
        (("audience_filter",), Use.AUDIENCE_FILTER),
        (("goal", "performs_event", "filter"), Use.GOAL_FILTER),
        (("goal", "value"), Use.GOAL_VALUE),
    ),
}


@dataclass(frozen=True, slots=True)
class FoundRule:
    """A rule in a file, where it is to stand, and where in the file it is."""

    path: Path
    text: RuleText
    where: Where


def files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """The files named, and those below the folders named; with whether a file was named itself.

    Raises FileError for a folder without any. Folders whose names begin with a dot are left out.
    """
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        found = sorted(each for each in path.rglob("*") if _may_hold_rules(each, path))
        if not found:
            raise FileError(str(path), "the folder holds no .cel and no .yaml file")
        for each in found:
            yield each, False


def _may_hold_rules(path: Path, folder: Path) -> bool:
    hidden = any(name.startswith(".") for name in path.relative_to(folder).parts)
    return path.suffix in RULE_FILES | SCENARIO_FILES and not hidden and path.is_file()


def rules_in(path: Path, *, named: bool) -> list[FoundRule] | None:
    """The rules of a file, each once; None if it is none that holds rules.

    Raises FileError for a file that cannot be understood, or that was named and is of another kind.
    """
    if path.suffix in RULE_FILES:
        return [_rule_file(path)]
    if path.suffix not in SCENARIO_FILES and path.exists():
        raise FileError(
            str(path), "is neither a rule file (.cel) nor a scenario file (.yaml, .yml)"
        )
    if not named and not _mentions_ours(path):
        return None
    data = read_bytes(path)
    document = parse(data, path)
    if not named and not _is_ours(document):
        return None
    text = decoded(data, path)
    scenarios = load(path)
    found = [rule for scenario in scenarios for rule in _of_scenario(scenario, text)]
    for kind, item in defined_in(document.fields("the file")):
        found += rules_of(definition(kind, item), text)
    in_order = sorted(found, key=lambda rule: rule.where.start)
    return list({(rule.where.start, rule.text): rule for rule in in_order}.values())


def _rule_file(path: Path) -> FoundRule:
    text = decoded(read_bytes(path), path)
    start = 1 if text.startswith("\ufeff") else 0
    use, has_trigger = _place(path, text[start:])
    return FoundRule(path, RuleText(text[start:], use, has_trigger), whole(text, start))


def _place(path: Path, text: str) -> tuple[Use, bool]:
    """What a comment before the rule says of where it is to stand."""
    found = _PLACE.match(text)
    if found is None:
        return Use.GOAL_FILTER, True
    name = found[1].removesuffix(_WITHOUT_TRIGGER)
    if name not in _USES:
        known = ", ".join(f"'{each}'" for each in _USES)
        line = text.count("\n", 0, found.start(1)) + 1
        what = f"{found[1]!r} is no place: one of {known}, or with '{_WITHOUT_TRIGGER}' after it"
        raise FileError(f"{path}:{line}", what)
    return _USES[name], name == found[1]


def _mentions_ours(path: Path) -> bool:
    """Whether this can be a file of ours: folders have YAML of all kinds, some of it unreadable.

    Raises FileError.
    """
    try:
        with path.open("rb") as file:
            # In UTF-16 every other byte is zero.
            data = file.read(MAX_FILE_BYTES).replace(b"\0", b"")
    except OSError as error:
        raise FileError(str(path), f"cannot be read: {error.strerror}") from None
    return any(key.encode() in data for key in _OURS)


def _is_ours(document: Item) -> bool:
    return document.is_mapping and not _OURS.isdisjoint(document.fields("the file"))


def rules_of(defined: Definition, text: str) -> Iterator[FoundRule]:
    """The rules of what a file defines whose text this is. Raises FileError."""
    has_trigger = _has_trigger(defined.message)
    return _rules(defined.kind, defined.item, defined.message, text, has_trigger=has_trigger)


def _rules(
    kind: Kind, item: Item, message: Message, text: str, *, has_trigger: bool
) -> Iterator[FoundRule]:
    for names, use in RULES[kind.name]:
        rule = field_at(item, kind.message_type.DESCRIPTOR, names)
        source = "" if rule is None else rule.text("the rule")
        if rule is not None and source:
            where = scalar(text, *rule.extent, source)
            found = RuleText(source, use, has_trigger, _has_event(message))
            yield FoundRule(item.path, found, where)


def _has_trigger(message: Message) -> bool:
    """Whether an event triggers the campaign; a segment has no trigger."""
    return isinstance(message, campaign_pb2.Campaign) and bool(message.trigger.event_name)


def _has_event(message: Message) -> bool:
    """Whether the goal is an event, if one is told."""
    if not isinstance(message, campaign_pb2.Campaign):
        return False
    return message.goal.WhichOneof("achievement") in {None, "performs_event"}


def _of_scenario(scenario: Scenario, text: str) -> Iterator[FoundRule]:
    triggered = {each.id: _has_trigger(each.message) for each in scenario.given}
    for item, segment in _segments(scenario):
        yield from _rules(SEGMENT, item, segment, text, has_trigger=False)
    for item, campaign, has_trigger in _campaigns(scenario, triggered):
        triggered[campaign.campaign_id] = has_trigger
        yield from _rules(CAMPAIGN, item, campaign, text, has_trigger=has_trigger)


def _segments(scenario: Scenario) -> Iterator[tuple[Item, Message]]:
    """The segments that are created or changed."""
    for each in scenario.segments:
        yield each.item, each.request.segment
    for step, item in _told_in_steps(scenario, SEGMENT):
        request: Any = step.request
        yield item, request.segment


def _campaigns(
    scenario: Scenario, triggered: Mapping[str, bool]
) -> Iterator[tuple[Item, campaign_pb2.Campaign, bool]]:
    """The campaigns that are created or changed, and whether an event triggers them by then.

    `triggered` says what is known of the campaigns before.
    """
    for each in scenario.campaigns:
        yield each.item, each.request.campaign, _has_trigger(each.request.campaign)
    for step, item in _told_in_steps(scenario, CAMPAIGN):
        request: Any = step.request
        campaign: campaign_pb2.Campaign = request.campaign
        has_trigger = _has_trigger(campaign)
        if step.name == "update_campaign" and not {"trigger", "*"} & {*request.update_mask.paths}:
            # A trigger that is not named stays as it was.
            has_trigger = has_trigger or triggered.get(campaign.campaign_id, True)
        yield item, campaign, has_trigger


def _told_in_steps(scenario: Scenario, kind: Kind) -> Iterator[tuple[Step, Item]]:
    """The steps that create or change one of this kind, and where it stands in them.

    Not those that must be refused: there the rule may be what is wrong.
    """
    names = {f"create_{kind.name}", f"update_{kind.name}"}
    for step in scenario.steps:
        if step.name in names and step.expect_error is None:
            call = step.item.fields("a step")[step.name]
            item = field_at(call, step.method.request_type.DESCRIPTOR, (kind.name,))
            if item is not None:
                yield step, item


def field_at(item: Item, descriptor: Any, names: tuple[str, ...]) -> Item | None:
    """What stands at this path of a message, None if nothing does."""
    for name in names:
        of: Descriptor = descriptor
        found = {field.name: value for field, value in named_fields(item, of)}
        if name not in found or found[name].is_null:
            return None
        item, descriptor = found[name], of.fields_by_name[name].message_type
    return item
