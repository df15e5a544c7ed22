"""What the naive model remembers: every command that it accepted, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from model.driver import Json, Refused


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

    def _entries(self, name: str, person_id: str) -> Iterable[Entry]:
        """Accepted commands of one kind for one person, in order of arrival."""
        for entry in self.log:
            if entry.name == name and _subject(entry.request).get("person_id") == person_id:
                yield entry


def _subject(request: Json) -> Json:
    """The part of a request that names the person."""
    found: Json = next(
        (request[key] for key in ("delivery", "event", "segment_change") if request.get(key)),
        request,
    )
    return found
