"""The fields of a definition as people write them, and how two definitions differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attribution_dsl import RuleError, format_rule
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from attribution_service.lint.find import RULES
from attribution_service.scenarios.definitions import Kind
from attribution_service.scenarios.messages import is_repeated
from attribution_service.scenarios.times import span_text

_RULES = {name: frozenset(".".join(path) for path, _ in rules) for name, rules in RULES.items()}


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule in its canonical spelling: rules that differ in spelling alone are equal."""

    text: str

    @classmethod
    def of(cls, source: str) -> "RuleSource":
        """The rule that is written so; one that cannot be parsed stays as it is written."""
        try:
            return cls(format_rule(source))
        except RuleError:
            return cls(source)


Value = str | RuleSource | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after; None: not set."""

    path: str
    before: Value | None
    after: Value | None

    @property
    def top(self) -> str:
        """The field of the definition that it is, or is a part of."""
        return self.path.partition(".")[0]


def values(kind: Kind, message: Message) -> dict[str, Value]:
    """The fields that are set, by path, in the order of the contract; without the id."""
    fields = [name for name in kind.settable if name != kind.id_field]
    rules = _RULES[kind.name]
    found: dict[str, Value] = {}
    for field in _fields(message):
        if field.name in fields:
            found.update(_values(message, field, field.name, rules))
    return found


def differences(kind: Kind, before: Message, after: Message) -> tuple[FieldChange, ...]:
    """The fields that differ, those before in their order, then those that are new."""
    old, new = values(kind, before), values(kind, after)
    return tuple(
        FieldChange(path, old.get(path), new.get(path))
        for path in {**old, **new}
        if old.get(path) != new.get(path)
    )


def _fields(message: Message) -> list[FieldDescriptor]:
    descriptor: Any = message.DESCRIPTOR  # its stubs disagree about the type
    return list(descriptor.fields)


def _values(
    message: Any, field: FieldDescriptor, path: str, rules: frozenset[str]
) -> Mapping[str, Value]:
    value = getattr(message, field.name)
    if is_repeated(field):
        return {path: tuple(value)} if value else {}
    if not (message.HasField(field.name) if field.has_presence else value):
        return {}
    if field.message_type is None:
        return {path: _single(value, field, path, rules)}
    if field.message_type.full_name == "google.protobuf.Duration":
        return {path: span_text(value.ToNanoseconds())}
    return dict(_within(value, path, rules))


def _within(message: Message, path: str, rules: frozenset[str]) -> Iterator[tuple[str, Value]]:
    for field in _fields(message):
        yield from _values(message, field, f"{path}.{field.name}", rules).items()


def _single(value: Any, field: FieldDescriptor, path: str, rules: frozenset[str]) -> Value:
    if path in rules:
        return RuleSource.of(value)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        prefix = field.enum_type.values_by_number[0].name.removesuffix("UNSPECIFIED")
        return str(value) if known is None else known.name.removeprefix(prefix)
    return str(value).lower() if isinstance(value, bool) else str(value)
