"""What of CEL a test needs, told from the test itself, and the group it is counted in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from conformance.suite import Case


class Need(StrEnum):
    """What the language leaves out; a test that needs several counts for the first of these."""

    WRAPPER = "protobuf wrapper"
    ENUM = "protobuf enum"
    MESSAGE = "protobuf message"
    CONTAINER = "container"
    CHECK_ONLY = "type of the rule only"
    OTHER_EXTENSION = "other extension"
    UINT = "uint"
    BYTES = "bytes"
    TYPE = "type value"


class Group(StrEnum):
    """What results are counted by."""

    CORE = "core"
    STRINGS = "strings extension"
    OPTIONALS = "optionals"
    MATH = "math extension"
    MACROS2 = "two-variable macros"
    SETS = "sets extension"
    REST = "out of scope"


PROTOBUF: Final = frozenset(
    {Need.WRAPPER, Need.ENUM, Need.MESSAGE, Need.CONTAINER, Need.CHECK_ONLY}
)
"""What no test of the smaller figure of 1,634 needs."""
VALUES: Final = frozenset({Need.UINT, Need.BYTES, Need.TYPE})
"""The kinds of values that the language does not have."""

_GROUPS: Final = {
    "string_ext": Group.STRINGS,
    "optionals": Group.OPTIONALS,
    "math_ext": Group.MATH,
    "macros2": Group.MACROS2,
    "sets_ext": Group.SETS,
}
# CEL has these two as values of its own, whatever protobuf calls them.
_NOT_MESSAGES: Final = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration"})
_QUOTED: Final = r"\"\"\"{a}*?\"\"\"|'''{a}*?'''|\"{b}*\"|'{c}*'"
_RAW: Final = _QUOTED.format(a=r"[\s\S]", b=r"[^\"\n]", c=r"[^'\n]")
_ESCAPED: Final = _QUOTED.format(
    a=r"(?:\\[\s\S]|[^\\])", b=r"(?:\\.|[^\"\\\n])", c=r"(?:\\.|[^'\\\n])"
)
_TOKEN: Final = re.compile(
    rf"""
    (?P<skipped>\s+|//[^\n]*)
    | (?P<bytes>(?:[bB][rR]|[rR][bB])(?:{_RAW})|[bB](?:{_ESCAPED}))
    | (?P<string>[rR](?:{_RAW})|(?:{_ESCAPED})|`[^`\n]*`)
    | (?P<uint>(?:0[xX][0-9a-fA-F]+|[0-9]+)[uU])
    | (?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol>[\s\S])
    """,
    re.VERBOSE,
)
_WRAPPERS: Final = re.compile(
    r"^(?:google\.protobuf\.)?(?:Bool|Bytes|String|U?Int(?:32|64)|Float|Double)Value$|_wrapper\b"
)
_ENUM: Final = re.compile(r"Enum(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a rule: its kind, its text, and whether it follows a dot."""

    kind: str
    text: str
    selected: bool


def needs(case: Case) -> frozenset[Need]:
    """Find what of CEL a test needs that this language leaves out."""
    found = {_of_protobuf(case)} | _of_values(case)
    if case.check_only:
        found.add(Need.CHECK_ONLY)
    if case.file.endswith("_ext") and case.file not in _GROUPS:
        found.add(Need.OTHER_EXTENSION)
    return frozenset(each for each in found if each is not None)


def first(found: frozenset[Need]) -> Need | None:
    """Give the need that a test is counted for."""
    return next((each for each in Need if each in found), None)


def group_of(case: Case, found: frozenset[Need]) -> Group:
    """Give the group that a test is counted in.

    A file of an extension is one group, with the tests that need uint, bytes and type values: these
    are listed as deviations. The core has none of them.
    """
    if found & (PROTOBUF | {Need.OTHER_EXTENSION}):
        return Group.REST
    if case.file in _GROUPS:
        return _GROUPS[case.file]
    return Group.REST if found & VALUES else Group.CORE


def tokens(expr: str) -> tuple[Token, ...]:
    """Split a rule; a dotted name is one token, whatever stands around its dots."""
    found: list[Token] = []
    for match in _TOKEN.finditer(expr):
        kind, text = match.lastgroup or "", match.group()
        if kind == "skipped":
            continue
        selected = kind == "name" and bool(found) and found[-1].text in {".", "?"}
        if selected and len(found) > 1 and found[-1].text == "." and found[-2].kind == "name":
            found.pop()
            whole = found.pop()
            found.append(Token("name", f"{whole.text}.{text}", whole.selected))
        else:
            found.append(Token(kind, text, selected))
    return tuple(found)


def _of_protobuf(case: Case) -> Need | None:
    """Tell which part of protobuf a test needs, if any."""
    found = tokens(case.expr)
    names = [each.text for each in found if each.kind == "name"]
    values = [pair for value in _values(case) for pair in _fields(value)]
    types = [pair for declared in _types(case) for pair in _fields(declared)]
    typed = [str(value) for key, value in types if key == "messageType"]
    denoted = [str(value) for key, value in values if key == "typeValue"]
    named = [*names, *typed, *denoted]
    if any(_WRAPPERS.search(each) for each in named) or any(key == "wrapper" for key, _ in types):
        return Need.WRAPPER
    if any(_ENUM.search(each) for each in named) or any(key == "enumValue" for key, _ in values):
        return Need.ENUM
    literal = any(
        token.kind == "name" and token.text != "in" and following.text == "{"
        for token, following in pairwise(found)
    )
    foreign = any(
        each.startswith(("google.protobuf.", "cel.expr.")) and each not in _NOT_MESSAGES
        for each in [*names, *denoted]
    )
    valued = any(key == "objectValue" for key, _ in values)
    if literal or foreign or valued or typed:
        return Need.MESSAGE
    if case.container:
        # A package of messages, or some other namespace to look names up in.
        return Need.MESSAGE if "." in case.container else Need.CONTAINER
    return None


def _of_values(case: Case) -> set[Need]:
    found = tokens(case.expr)
    free = {each.text for each in found if each.kind == "name" and not each.selected}
    kinds = {each.kind for each in found}
    values = {key for value in _values(case) for key, _ in _fields(value)}
    primitives = {
        value for declared in _types(case) for key, value in _fields(declared) if key == "primitive"
    }
    result = set()
    if "uint" in kinds | free or "uint64Value" in values or "UINT64" in primitives:
        result.add(Need.UINT)
    if "bytes" in kinds | free or "bytesValue" in values or "BYTES" in primitives:
        result.add(Need.BYTES)
    if "type" in free or "typeValue" in values:
        result.add(Need.TYPE)
    return result


def _values(case: Case) -> Iterator[Any]:
    yield from case.bindings.values()
    if case.expected is not None:
        yield case.expected


def _types(case: Case) -> Iterator[Any]:
    yield from case.types.values()
    if case.deduced is not None:
        yield case.deduced


def _fields(json: Any) -> Iterator[tuple[str, Any]]:
    """Give all fields of a protojson message, of those inside it too.

    What is inside of an `objectValue` is a message of another kind, so it is not looked into.
    """
    if isinstance(json, Mapping):
        for key, value in json.items():
            yield key, value
            if key != "objectValue":
                yield from _fields(value)
    elif isinstance(json, list):
        for each in json:
            yield from _fields(each)
