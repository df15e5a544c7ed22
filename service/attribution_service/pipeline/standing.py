"""What the engine knows of a store between batches, and how it keeps up with other servers."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from attribution_service.core.answers import DefinitionChange
from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import Command
from attribution_service.storage.interface import Standing, Store


@dataclass(frozen=True, slots=True)
class Arrival:
    """A command and the moment at which the service took it in (C9)."""

    command: Command
    arrival_us: int


class Definitions:
    """The catalog that commands are judged by; for several threads at once.

    On a store with one server it is read once, and changed by that server alone. Elsewhere others
    change it too, so every transaction tells the number of the latest change, and those that are
    not known are read. It is asked for once the people of a batch are locked: whatever is on
    record of them then, was decided by changes that are known now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalog = Catalog() if store.shared else store.catalog()
        self._known: int | None = None
        self._reading = threading.Lock()

    def as_of(self, standing: Standing | None) -> Catalog:
        """The catalog with all changes up to this number, or later ones. Raises as the store.

        Whoever has it may go on with it while others change it: it is a new one then.
        """
        if standing is None:
            return self._catalog
        with self._reading:
            if self._is_new(standing.definitions):
                self._catalog = self._store.catalog(standing.definitions)
                self._known = standing.definitions
            elif standing.definitions > (self._known or 0):
                changes = self._store.definition_changes(self._known or 0, standing.definitions)
                self._catalog = self._with(changes)
                self._known = standing.definitions
            return self._catalog

    def _is_new(self, definitions: int) -> bool:
        """Whether nothing is known yet of the store that has so many changes."""
        if self._known is None:
            return True
        # Fewer than were known: it was restored from a backup. A bucket may hear a little later.
        return definitions < self._known and self._store.buckets_at_once is None

    def apply(self, change: DefinitionChange) -> None:
        """Take over a change that this server has stored."""
        with self._reading:
            self._catalog = self._with([change])

    def _with(self, changes: Sequence[DefinitionChange]) -> Catalog:
        # Only where several threads judge: a copy of many campaigns takes a while.
        catalog = self._catalog if self._store.buckets_at_once is None else self._catalog.copy()
        for change in changes:
            catalog.apply(change)
        return catalog


def not_before(standing: Standing | None, batch: Sequence[Arrival]) -> Sequence[Arrival]:
    """The batch, with no command before one that any server has stored (C9): clocks differ."""
    if standing is None or not batch or batch[0].arrival_us >= standing.arrival_us:
        return batch
    latest_us = standing.arrival_us
    return [replace(each, arrival_us=max(each.arrival_us, latest_us)) for each in batch]
