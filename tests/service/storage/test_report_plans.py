"""Reports on SQLite read indexes that hold all they need, and never walk over a table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attribution_service.core.model import Channel, ExitReason
from attribution_service.core.reports import (
    ConversionQuery,
    DeliveryFigure,
    JourneyFigure,
    MetricsQuery,
    Range,
    SentQuery,
    StartedQuery,
    TimeBasis,
)
from attribution_service.storage import tables
from attribution_service.storage.sql import SqlStore
from attribution_service.storage.sqlite import open_sqlite
from sqlalchemy import event, insert

TABLES = (
    *("journeys", "deliveries", "conversions", "interactions", "receipts"),
    *("kept_journeys", "kept_deliveries", "kept_conversions"),
)


class Plans:
    """The plans of the statements that a store carries out."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self._statements: list[tuple[str, object]] = []
        event.listen(store._engine, "before_cursor_execute", self._note)

    def _note(self, *arguments: object) -> None:
        _, _, statement, parameters, *_ = arguments
        if str(statement).startswith("SELECT"):
            self._statements.append((str(statement), parameters))

    def steps(self) -> list[list[str]]:
        """Of each statement since the last time, what SQLite does for it."""
        noted, self._statements = self._statements, []
        with self.store._engine.connect() as connection:
            return [
                [
                    str(row[3])
                    for row in connection.exec_driver_sql(
                        f"EXPLAIN QUERY PLAN {text}",
                        given,  # type: ignore[arg-type]
                    )
                ]
                for text, given in noted
            ]


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[Plans]:
    store = open_sqlite(tmp_path / "a.db", migrate=True)
    yield Plans(store)
    store.close()


@pytest.mark.parametrize("basis", list(TimeBasis))
@pytest.mark.parametrize("within", [Range("c1"), Range("c1", 1, 2), Range("c1", None, 2)])
@pytest.mark.parametrize("bounds", [(), (1, 2), tuple(range(1, 2_000))])
def test_metrics_read_indexes_alone(
    plans: Plans, basis: TimeBasis, within: Range, bounds: tuple[int, ...]
) -> None:
    plans.store.reports.metrics(MetricsQuery(within, basis, bounds))
    steps = plans.steps()
    counted = (4 if basis is TimeBasis.SENT else 3) + (
        (3 if basis is TimeBasis.SENT else 2) if bounds else 0
    )
    # Whether people are there of whom something was removed: the first row, if there is any.
    steps.remove(["SCAN person_numbers"])
    assert len(steps) == 2 * counted  # records, and what was kept of those that were removed
    for found in steps:
        assert not walks(found), found
        (reading,) = [step for step in found if any(f" {table} " in f"{step} " for table in TABLES)]
        assert "USING COVERING INDEX" in reading or "kept_" in reading, found
        assert "campaign_id=? AND" in reading, found


@pytest.mark.parametrize("basis", list(TimeBasis))
def test_people_counted_twice_are_looked_up_by_their_keys(plans: Plans, basis: TimeBasis) -> None:
    """For each conversion of the range, whether its person has removed ones; nothing is walked."""
    with plans.store._engine.begin() as connection:
        row = {"bucket": 1, "person_id": "ada", "campaign_id": "c1", "number": 1}
        connection.execute(insert(tables.person_numbers), row)
    plans.store.reports.metrics(MetricsQuery(Range("c1", 1, 9), basis, (1, 2, 3)))
    twice = [found for found in plans.steps() if any("CORRELATED" in step for step in found)]
    assert len(twice) == 3  # in all, by action, by step
    for found in twice:
        assert not walks(found), found
        reading = [step for step in found if step.startswith("SEARCH")]
        of = ["conversions", "person_numbers", "kept_conversions"]
        assert [step.split()[1] for step in reading] == of, found
        assert "COVERING INDEX" in reading[0], found
        assert "(bucket=? AND person_id=? AND campaign_id=?)" in reading[1], found
        assert "INDEX kept_conversions_by_person (person=?)" in reading[2], found


PLACE = (5, 7, "ada", "d1")


@pytest.mark.parametrize("after", [None, PLACE])
@pytest.mark.parametrize(
    "query",
    [
        SentQuery(Range("c1")),
        SentQuery(Range("c1", 1, 9), "a1", Channel.EMAIL, DeliveryFigure.OPENED),
        StartedQuery(Range("c1")),
        StartedQuery(Range("c1", 1, 9), JourneyFigure.CONVERTED, ExitReason.GOAL),
        ConversionQuery(Range("c1")),
        ConversionQuery(Range("c1", 1, 9), "a1", Channel.EMAIL),
        ConversionQuery(Range("")),
    ],
)
def test_lists_find_their_page_in_an_index(
    plans: Plans,
    query: SentQuery | StartedQuery | ConversionQuery,
    after: tuple[int | str, ...] | None,
) -> None:
    match query:
        case SentQuery():
            plans.store.reports.sent(query, after, 50)
        case StartedQuery():
            plans.store.reports.started(query, after, 50)
        case ConversionQuery():
            plans.store.reports.conversions(query, after and after[:2], 50)
    (found,) = plans.steps()
    assert not walks(found), found
    entered = "campaign_id=? AND" if query.range.campaign_id else "converted_us"
    inner = next(step for step in found if "COVERING INDEX" in step)
    assert entered in inner, found
    # The rows of the page alone are sorted once more, after they were looked up.
    sorts = [number for number, step in enumerate(found) if "TEMP B-TREE" in step]
    assert all(number > found.index(inner) + 1 for number in sorts), found


@pytest.mark.parametrize("campaign_id", ["", "c1"])
def test_the_feed_goes_by_its_numbers(plans: Plans, campaign_id: str) -> None:
    plans.store.reports.feed(5, campaign_id, 200)
    counting, following, found = plans.steps()
    assert counting == ["SCAN conversion_sequence"]  # of one row
    # It stops at the first.
    assert following == [
        "SEARCH conversions USING COVERING INDEX conversions_by_sequence (sequence>?)"
    ]
    assert found == [
        "SEARCH conversions USING INDEX conversions_by_sequence (sequence>? AND sequence<?)"
    ]


def test_views_of_a_person_read_that_person_alone(plans: Plans) -> None:
    for after in (None, (5, "d1")):
        plans.store.reports.person_sent("ada", after, 50)
    for place in (None, (5, 1, "d1")):
        plans.store.reports.person_activity("ada", place, 50)
    for found in plans.steps():
        assert not walks(found), found
        reading = [step for step in found if any(f" {table} " in f"{step} " for table in TABLES)]
        assert all("bucket=? AND person_id=?" in step for step in reading), found


def walks(steps: list[str]) -> bool:
    return any(step.startswith(f"SCAN {table}") for step in steps for table in TABLES)
