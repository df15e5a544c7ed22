"""What the naive model remembers: every command that it accepted, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from model.driver import Json, Refused

# How the names begin under which the log keeps what happened to people who were erased.
ERASED = "\x01erased-"


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted command: when it arrived, what it said, its answer, and what else came of it."""

    number: int
    at: int
    name: str
    request: Json
    answer: Json
    facts: Json = field(default_factory=dict)


class Refusal(Exception):
    """Carries a refusal out of a command; nothing has been recorded."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.refused = Refused(code, reason)


class Log:
    """The log of all accepted commands."""

    def __init__(self) -> None:
        self.log: list[Entry] = []

    def _accept(
        self, at: int, name: str, request: Json, answer: Json, facts: Json | None = None
    ) -> Json:
        self.log.append(Entry(len(self.log), at, name, request, answer, facts or {}))
        return answer

    def forget(self, person_id: str) -> None:
        """Put a name that is no caller's in the place of a person's, in all that was said."""
        hidden = f"{ERASED}{len(self.log)}-{person_id}"
        self.log = [_renamed(entry, person_id, hidden) for entry in self.log]

    def _entries(self, name: str, person_id: str) -> Iterable[Entry]:
        """Accepted commands of one kind for one person, in order of arrival."""
        for entry in self.log:
            if entry.name == name and _subject(entry.request).get("person_id") == person_id:
                yield entry


def _renamed(entry: Entry, person_id: str, hidden: str) -> Entry:
    parts = (entry.request, entry.answer, entry.facts)
    request, answer, facts = (_with_name(part, person_id, hidden) for part in parts)
    return Entry(entry.number, entry.at, entry.name, request, answer, facts)


def _with_name(value: Any, person_id: str, hidden: str) -> Any:
    """The same with another person's name wherever this one's stands."""
    if isinstance(value, list):
        return [_with_name(item, person_id, hidden) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: hidden
        if key == "person_id" and item == person_id
        else _with_name(item, person_id, hidden)
        for key, item in value.items()
    }


def _subject(request: Json) -> Json:
    """The part of a request that names the person."""
    found: Json = next(
        (request[key] for key in ("delivery", "event", "segment_change") if request.get(key)),
        request,
    )
    return found
