"""What the migrations make of what older versions stored."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from attribution_service.core.answers import CampaignChange, PersonChange
from attribution_service.core.model import (
    Channel,
    Conversion,
    InteractionKind,
    Journey,
    Person,
    ReceiptKind,
)
from attribution_service.core.state import Needs
from attribution_service.storage import rows, schema
from attribution_service.storage.sqlite import open_sqlite, sqlite_engine
from service.storage.test_contract import CAMPAIGN, CONVERSION, DELIVERY, JOURNEY, RECEIPT, REVISION
from service.storage.test_contract import INTERACTION as CLICK
from sqlalchemy import Connection, MetaData, Table, insert, text

PLAIN = replace(DELIVERY, converted_us=None, untracked_clicked_us=None, can_convert=False)
WEBHOOK = replace(PLAIN, channel=Channel.WEBHOOK, sent_us=20)
CANDIDATE = CONVERSION.candidates[0]
STORED: Sequence[PersonChange] = (
    replace(JOURNEY, converted_us=None),
    replace(JOURNEY, journey_id="j2", revision=2),
    replace(PLAIN, converted_us=9),
    replace(PLAIN, delivery_id="d2", converted_us=8),
    replace(WEBHOOK, delivery_id="w1", action_id="w1"),
    replace(WEBHOOK, delivery_id="w2", action_id="w9"),
    replace(WEBHOOK, delivery_id="w3", action_id="w1", journey_id="j2"),
    RECEIPT,
    CONVERSION,
    replace(
        CONVERSION,
        delivery_id="d2",
        event_id="e0",
        converted_us=8,
        candidates=(replace(CANDIDATE, delivery_id="d2"),),
    ),
    replace(CLICK, machine=False, untracked=True, told_us=30, time_us=30),
    replace(CLICK, machine=False, untracked=True, told_us=31, time_us=31),
    replace(CLICK, delivery_id="d2", kind=InteractionKind.OPENED, machine=False),
)


def old_store(path: Path) -> None:
    """A store as version 0001 left it."""
    engine = sqlite_engine(path)
    with engine.begin() as connection:
        schema.migrate(connection, schema.load(), "0001")
        first = replace(REVISION, number=1)
        for revision in (first, replace(REVISION, number=2, webhook_action_ids=())):
            _insert(connection, "campaign_revisions", rows.revision_row(revision))
        _insert(connection, "campaigns", rows.campaign_row(CAMPAIGN))
        for record in STORED:
            _insert(connection, rows.table_of(record).name, rows.to_row(record))
    engine.dispose()


def _insert(connection: Connection, name: str, row: rows.Row) -> None:
    table = Table(name, MetaData(), autoload_with=connection)
    known = {column.name for column in table.columns}
    connection.execute(insert(table), {key: row[key] for key in row.keys() & known})


def test_what_reports_count_is_filled_in(tmp_path: Path) -> None:
    old_store(tmp_path / "old.db")
    store = open_sqlite(tmp_path / "old.db", migrate=True)
    found = {d.delivery_id: d for d in store.deliveries("ada", "", "", 9)}
    assert found["d1"].untracked_clicked_us == 31
    assert found["d2"].untracked_clicked_us is None
    converting = {key: delivery.can_convert for key, delivery in found.items()}
    assert converting == {"d1": True, "d2": True, "w1": True, "w2": False, "w3": False}
    journeys: Sequence[Journey] = store.journeys("ada", "", "", 9)
    assert [journey.converted_us for journey in journeys] == [8, None]
    store.close()


def test_the_derived_columns_are_those_that_are_written_today(tmp_path: Path) -> None:
    """Written anew, every record gives the same row as the migration made of the old one."""
    old_store(tmp_path / "old.db")
    store = open_sqlite(tmp_path / "old.db", migrate=True)
    derived = text(
        "SELECT delivery_id, marks, can_convert, 0, '', 0 FROM deliveries UNION ALL "
        "SELECT delivery_id, 0, 0, sequence, action_id, sent_us FROM conversions"
    )
    new = open_sqlite(tmp_path / "new.db", migrate=True)
    with new.transaction() as fresh:
        fresh.write_campaign(CampaignChange(CAMPAIGN, REVISION))
        fresh.write(store.deliveries("ada", "", "", 9))
        conversions: list[Conversion] = [i for i in STORED if isinstance(i, Conversion)]
        conversions.sort(key=lambda item: item.converted_us)
        fresh.write(conversions)
    with store._engine.connect() as one, new._engine.connect() as two:
        assert sorted(one.execute(derived).all()) == sorted(two.execute(derived).all())
    store.close()
    new.close()


def test_what_the_first_version_stored_is_read_as_it_was_meant(tmp_path: Path) -> None:
    old_store(tmp_path / "old.db")
    store = open_sqlite(tmp_path / "old.db", migrate=True)
    catalog = store.catalog()
    first = replace(REVISION, trigger_segments=None, audience_filter="")
    assert catalog.revision("c1", 1) == first
    assert catalog.watching("finished") == {"c1": {1, 2}}
    found = store.campaign("c1")
    assert found is not None
    assert found.archive_us is None
    assert [journey.barred for journey in store.journeys("ada", "", "", 9)] == [None, None]
    with store.transaction() as transaction:
        need = Needs("ada", event_ids=("e1",), person=True)
        state = transaction.load([need])["ada"]
    assert state.receipts["e1"].kind is ReceiptKind.EVENT
    assert [conversion.move for conversion in state.conversions["e1"]] == [None]
    assert [conversion.seen for conversion in state.conversions["e1"]] == [None]
    assert state.person == Person("ada")
    store.close()
