"""What the engine knows of a store between batches, and how it keeps up with other servers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attribution_service.core.catalog import Catalog
from attribution_service.core.commands import Command
from attribution_service.storage.interface import Standing, Store


@dataclass(frozen=True, slots=True)
class Arrival:
    """A command and the moment at which the service took it in (C9)."""

    command: Command
    arrival_us: int


class Definitions:
    """The catalog that commands are judged by.

    On a store with one server it is read once, and changed by that server alone. Elsewhere others
    change it too, so every transaction tells the number of the latest change, and those that are
    not known are read. It is asked for once the people of a batch are locked: whatever is on
    record of them then, was decided by changes that are known now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalog = Catalog() if store.shared else store.catalog()
        self._known: int | None = None

    def as_of(self, standing: Standing | None) -> Catalog:
        """The catalog with all changes up to this number, or later ones. Raises as the store."""
        if standing is None or standing.definitions == self._known:
            return self._catalog
        if self._known is None or standing.definitions < self._known:
            # Fewer changes than were known: it was restored from a backup.
            self._catalog = self._store.catalog()
        else:
            for change in self._store.definition_changes(self._known):
                self._catalog.apply(change)
        self._known = standing.definitions
        return self._catalog


def not_before(standing: Standing | None, batch: Sequence[Arrival]) -> Sequence[Arrival]:
    """The batch, with no command before one that any server has stored (C9): clocks differ."""
    if standing is None or not batch or batch[0].arrival_us >= standing.arrival_us:
        return batch
    latest_us = standing.arrival_us
    return [replace(each, arrival_us=max(each.arrival_us, latest_us)) for each in batch]
