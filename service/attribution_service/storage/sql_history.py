"""What is recorded of one person, read as a whole: for explanations afterwards."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from attribution_service.core.state import PersonState
from attribution_service.storage import rows, tables
from attribution_service.storage.interface import bucket_of


def history(
    connection: Connection, person_id: str, event_id: str, campaign_ids: Collection[str] | None
) -> PersonState:
    """What is recorded of a person in campaigns, and of one event; None: in all campaigns."""
    read = _Read(connection, person_id, campaign_ids)
    state = PersonState(person_id)
    for row in read.of(tables.receipts, tables.receipts.c.event_id == event_id):
        state.apply(rows.receipt(row))
    for row in read.of(tables.journeys, *read.chosen(tables.journeys)):
        state.apply(rows.journey(row))
    for row in read.of(tables.deliveries, *read.chosen(tables.deliveries)):
        state.apply(rows.delivery(row))
    for row in read.interactions():
        state.apply(rows.interaction(row))
    conversions = read.of(tables.conversions, *read.chosen(tables.conversions))
    for row in sorted(conversions, key=lambda row: str(row["campaign_id"])):
        state.apply(rows.conversion(row))
    for row in read.of(tables.people):
        state.apply(rows.person(row))
    for row in read.of(tables.memberships):
        state.apply(rows.membership(row))
    state.meet()
    return state


class _Read:
    def __init__(
        self, connection: Connection, person_id: str, campaign_ids: Collection[str] | None
    ) -> None:
        self._connection = connection
        self._person_id = person_id
        self._campaign_ids = None if campaign_ids is None else sorted(campaign_ids)

    def chosen(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """What keeps to the campaigns."""
        if self._campaign_ids is None:
            return ()
        return (table.c.campaign_id.in_(self._campaign_ids),)

    def of(self, table: Table, *filters: ColumnElement[bool]) -> Iterator[rows.Row]:
        yield from self._all(select(table).where(*self._of_person(table), *filters))

    def interactions(self) -> Iterator[rows.Row]:
        """Those of the deliveries in the campaigns."""
        if self._campaign_ids is None:
            return self.of(tables.interactions)
        deliveries = tables.deliveries
        theirs = select(deliveries.c.delivery_id).where(
            *self._of_person(deliveries), *self.chosen(deliveries)
        )
        return self.of(tables.interactions, tables.interactions.c.delivery_id.in_(theirs))

    def _of_person(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        return (table.c.bucket == bucket_of(self._person_id), table.c.person_id == self._person_id)

    def _all(self, chosen: Select[Any]) -> Iterator[rows.Row]:
        for row in self._connection.execute(chosen).mappings():
            yield dict(row)
