"""Where the data are spread by buckets: the commands of each, carried out beside each other."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attribution_service.storage.interface import bucket_of

T = TypeVar("T")


def by_bucket(person_ids: Sequence[str]) -> list[list[int]]:
    """Positions of commands about these people, by the bucket; in each they keep their order."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for position, person_id in enumerate(person_ids):
        found[bucket_of(person_id)].append(position)
    return list(found.values())


class Buckets:
    """Threads for the work of buckets, made when there is some; asked by one thread at a time."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    def carried_out(self, jobs: Sequence[Callable[[], T]], at_once: int) -> list[T]:
        """What the jobs give, in their order; so many of them go on at once."""
        if len(jobs) == 1:
            return [jobs[0]()]
        if self._threads is None:
            self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="bucket")
        return list(self._threads.map(lambda job: job(), jobs))

    def close(self) -> None:
        """End the threads."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None
