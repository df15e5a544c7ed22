"""What callers saw: every attempt at a call, when it began and ended, and what came of it."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.driver import Json, Refused


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one call about one person, as its caller saw it.

    `name` is the RPC in snake_case; `outcome` is the answer in the form of `jsonform.normalised`,
    a refusal that has changed nothing, or None: nobody knows what came of it, and `ended_ns` too is
    None, for it may still take effect. Times are of the monotonic clock, in nanoseconds.
    """

    person_id: str
    name: str
    request: Json
    begun_ns: int
    ended_ns: int | None
    outcome: Json | Refused | None


class History:
    """The attempts of all callers, by person; for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: defaultdict[str, list[Attempt]] = defaultdict(list)
        self._failures: Counter[str] = Counter()
        self.answered = 0
        """How many attempts have an answer or a refusal that stands."""
        self.unknown = 0
        """Of how many attempts nobody knows what came of them."""

    def add(self, attempt: Attempt) -> None:
        """Keep an attempt."""
        with self._lock:
            self._of[attempt.person_id].append(attempt)
            if attempt.outcome is None:
                self.unknown += 1
            else:
                self.answered += 1

    def failed(self, reason: str) -> None:
        """Count an attempt that must be made again, for this reason; empty: gRPC gave none."""
        with self._lock:
            self._failures[reason] += 1

    @property
    def failures(self) -> Counter[str]:
        """How many attempts had to be made again, by reason."""
        with self._lock:
            return Counter(self._failures)

    @property
    def people(self) -> Mapping[str, Sequence[Attempt]]:
        """The attempts of each person, in no particular order."""
        return self._of


def now_ns() -> int:
    """The time by which attempts are ordered."""
    return time.monotonic_ns()
