"""A store that keeps a transaction to one bucket, for tests of transactions about several."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeVar, cast

from attribution_service.core.answers import CampaignChange, PersonChange
from attribution_service.core.model import Segment
from attribution_service.core.state import Needs, PersonState
from attribution_service.storage.interface import (
    Standing,
    Store,
    Sweep,
    Swept,
    Transaction,
    bucket_of,
)

T = TypeVar("T")


def split(store: Store) -> Store:
    """The store, whose transactions are made of as many as there are buckets in them."""
    return cast(Store, _Split(store))


class _Split:
    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with ExitStack() as stack:
            yield _SplitTransaction(stack, self._store.transaction)


class _SplitTransaction:
    def __init__(
        self, stack: ExitStack, begin: Callable[[], AbstractContextManager[Transaction]]
    ) -> None:
        self._stack = stack
        self._begin = begin
        self._people: dict[int, Transaction] = {}
        self._others: dict[str, Transaction] = {}

    def lock(self, person_ids: Iterable[str]) -> Standing | None:
        for bucket, people in _by_bucket(person_ids, lambda person_id: person_id).items():
            standing = self._of(bucket).lock(people)
        return standing

    def lock_definitions(self) -> Standing | None:
        return self._definitions.lock_definitions()

    def load(self, needs: Sequence[Needs]) -> Mapping[str, PersonState]:
        states: dict[str, PersonState] = {}
        for bucket, part in _by_bucket(needs, lambda need: need.person_id).items():
            states |= self._of(bucket).load(part)
        return states

    def write(self, changes: Iterable[PersonChange]) -> None:
        for bucket, part in _by_bucket(changes, lambda change: change.person_id).items():
            self._of(bucket).write(part)

    def erase(self, person_id: str) -> None:
        self._of(bucket_of(person_id)).erase(person_id)

    def sweep_deliveries(self, sweep: Sweep) -> Swept:
        return _swept(self._other("sweep").sweep_deliveries, sweep)

    def sweep_receipts(self, sweep: Sweep) -> Swept:
        return _swept(self._other("sweep").sweep_receipts, sweep)

    def write_latest_arrival(self, arrival_us: int) -> None:
        begun = [*self._people.values(), *self._others.values()]
        if not begun:
            self.lock(["ada"])
            begun = list(self._people.values())
        for each in begun:
            each.write_latest_arrival(arrival_us)

    def write_campaign(self, change: CampaignChange) -> None:
        self._definitions.write_campaign(change)

    def write_segment(self, segment: Segment) -> None:
        self._definitions.write_segment(segment)

    @property
    def _definitions(self) -> Transaction:
        if "definitions" not in self._others:
            self._other("definitions").lock_definitions()
        return self._other("definitions")

    def _of(self, bucket: int) -> Transaction:
        if bucket not in self._people:
            self._people[bucket] = self._stack.enter_context(self._begin())
        return self._people[bucket]

    def _other(self, name: str) -> Transaction:
        if name not in self._others:
            self._others[name] = self._stack.enter_context(self._begin())
        return self._others[name]


def _by_bucket(items: Iterable[T], person_id: Callable[[T], str]) -> Mapping[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for item in items:
        found[bucket_of(person_id(item))].append(item)
    return found


def _swept(step: Callable[[Sweep], Swept], sweep: Sweep) -> Swept:
    """The next step that finds something to look at: of a few people most buckets are empty."""
    while True:
        swept = step(sweep)
        if swept.looked or swept.place is None:
            return swept
        sweep = Sweep(sweep.before_us, swept.place, sweep.looks, sweep.most)
