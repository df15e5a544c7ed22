"""The reads of reports in SQL: counted by the database, from indexes that hold all they need."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Select,
    Subquery,
    Table,
    and_,
    cast,
    distinct,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)

from attribution_service.core.credit_models import ActionCredit, CreditTally, Touch
from attribution_service.core.model import (
    CampaignKind,
    Channel,
    Conversion,
    Delivery,
    ExitReason,
    Journey,
    JourneyState,
    Receipt,
)
from attribution_service.core.reports import (
    Activity,
    ActivityKind,
    ConversionCount,
    ConversionQuery,
    Counts,
    DeliveryCount,
    Feed,
    JourneyCount,
    MetricsQuery,
    Position,
    Range,
    Recorded,
    SentQuery,
    StartedQuery,
    StepCounts,
    TimeBasis,
)
from attribution_service.core.state import PersonState
from attribution_service.storage import rows, sql_history, tables
from attribution_service.storage.bucket_feed import feed_by_bucket
from attribution_service.storage.bucket_reports import bounds_given, counted_by_bucket, step_of
from attribution_service.storage.dialect import Dialect
from attribution_service.storage.interface import BUCKETS, Place, Placed, bucket_of

# Before and after all times: bounds that an index can be entered by where a range has none.
_FIRST_US, _LAST_US = -(2**62), 2**62

_ROWS_AT_ONCE = 1_000

Filter = ColumnElement[bool]
Column = ColumnElement[Any]
T = TypeVar("T")
_Columns = Callable[[Table], tuple[Column, ...]]

# What is counted together: records, and what was kept of those of people who were erased.
_DELIVERIES = (tables.deliveries, tables.kept_deliveries)
_JOURNEYS = (tables.journeys, tables.kept_journeys)
_CONVERSIONS = (tables.conversions, tables.kept_conversions)


class SqlReports:
    """Reads on connections that `reading` gives, each of them one view of the database."""

    def __init__(
        self, reading: Callable[[], AbstractContextManager[Connection]], dialect: Dialect
    ) -> None:
        self._reading = reading
        self._dialect = dialect

    def metrics(self, query: MetricsQuery) -> Counts:
        """What figures are made of."""
        with self._reading() as connection:
            return _Counting(connection, self._dialect, query).counts()

    def conversions(
        self, query: ConversionQuery, after: Place | None, limit: int
    ) -> list[Placed[Conversion]]:
        """Conversions by their time; `campaign_id` empty: of all campaigns."""
        table = tables.conversions
        place = (table.c.converted_us, table.c.sequence)
        filters = _within(query.range, table, table.c.converted_us, after)
        if query.action_id:
            filters.append(table.c.action_id == query.action_id)
        if query.channel is not None:
            filters.append(table.c.channel == query.channel)
        if not self._dialect.by_bucket:
            return self._page(
                self._keys(table, filters, place, after, limit), place, rows.conversion
            )
        # Numbers are the bucket's own: it makes one number with them.
        numbered = (*place, table.c.bucket)
        if after is not None:
            after = (after[0], *divmod(int(after[1]), BUCKETS))
        chosen = self._keys(table, filters, numbered, after, limit)
        found = self._page(chosen, numbered, rows.conversion)
        return [
            Placed((time_us, int(sequence) * BUCKETS + int(bucket)), record)
            for (time_us, sequence, bucket), record in found
        ]

    def feed(self, after: Position, campaign_id: str, limit: int) -> Feed:
        """Conversions behind the position, of `limit` numbers; `campaign_id` empty: of all."""
        if self._dialect.by_bucket:
            with self._reading() as connection:
                return feed_by_bucket(connection, after, campaign_id, limit)
        if not isinstance(after, int):
            raise TypeError("one number for all, not one for each bucket")
        table = tables.conversions
        with self._reading() as connection:
            numbered = connection.execute(select(tables.conversion_sequence.c.last)).scalar()
            last = numbered or 0
            # Numbers may leap, after a restore; the next one that there is costs one look.
            following = select(func.min(table.c.sequence)).where(table.c.sequence > after)
            first = connection.execute(following).scalar() or last + 1
            reached = max(after, min(first - 1 + limit, last))
            chosen = select(table).where(table.c.sequence > after, table.c.sequence <= reached)
            if campaign_id:
                # Not by the column itself: the database is to keep to the few numbers.
                chosen = chosen.where(table.c.campaign_id.op("||")("") == campaign_id)
            found = _all(connection, chosen.order_by(table.c.sequence))
        recorded = tuple(Recorded(row["sequence"], rows.conversion(row)) for row in found)
        return Feed(recorded, reached, last)

    def sent(self, query: SentQuery, after: Place | None, limit: int) -> list[Placed[Delivery]]:
        """Deliveries by their sent time."""
        table = tables.deliveries
        place = (table.c.sent_us, table.c.bucket, table.c.person_id, table.c.delivery_id)
        filters = _within(query.range, table, table.c.sent_us, after)
        if query.action_id:
            filters.append(table.c.action_id == query.action_id)
        if query.channel is not None:
            filters.append(table.c.channel == query.channel)
        mask, wanted = query.figure.marks
        if mask:
            filters.append(table.c.marks.op("&")(int(mask)) == int(wanted))
        return self._page(self._keys(table, filters, place, after, limit), place, rows.delivery)

    def started(
        self, query: StartedQuery, after: Place | None, limit: int
    ) -> list[Placed[Journey]]:
        """Journeys by their start."""
        table = tables.journeys
        place = (table.c.start_us, table.c.bucket, table.c.person_id, table.c.journey_id)
        filters = _within(query.range, table, table.c.start_us, after)
        if query.figure.state is not None:
            filters.append(table.c.state == query.figure.state)
        if query.figure.converted is not None:
            converted = table.c.converted_us.is_not(None)
            filters.append(converted if query.figure.converted else ~converted)
        if query.exit_reason is not None:
            filters.append(table.c.exit_reason == query.exit_reason)
        return self._page(self._keys(table, filters, place, after, limit), place, rows.journey)

    def person_sent(
        self, person_id: str, after: Place | None, limit: int
    ) -> list[Placed[Delivery]]:
        """A person's sent deliveries, those sent last first."""
        table = tables.deliveries
        place = (table.c.sent_us, table.c.delivery_id)
        chosen = select(table).where(*_of_person(table, person_id), table.c.sent_us.is_not(None))
        if after is not None:
            chosen = chosen.where(tuple_(*place) < tuple_(*after))
        chosen = chosen.order_by(*(column.desc() for column in place)).limit(limit)
        return self._page(chosen, place, rows.delivery)

    def person_activity(
        self, person_id: str, after: Place | None, limit: int
    ) -> list[Placed[Activity]]:
        """What happened in a person's journeys, the latest first; newsletters have none."""
        found = union_all(
            _journeys_of(person_id, ActivityKind.JOURNEY_STARTED),
            _journeys_of(person_id, ActivityKind.JOURNEY_ENDED),
            _conversions_of(person_id),
        ).subquery()
        place = (found.c.time_us, found.c.rank, found.c.item_id)
        chosen = select(found)
        if after is not None:
            chosen = chosen.where(tuple_(*place) < tuple_(*after))
        chosen = chosen.order_by(*(column.desc() for column in place)).limit(limit)
        return self._page(chosen, place, _activity)

    def receipt(self, person_id: str, event_id: str) -> Receipt | None:
        """What was taken in under a person's id."""
        table = tables.receipts
        chosen = select(table).where(*_of_person(table, person_id), table.c.event_id == event_id)
        with self._reading() as connection:
            return next(map(rows.receipt, _all(connection, chosen)), None)

    def conversion(self, person_id: str, delivery_id: str) -> Conversion | None:
        """The conversion that was credited to a person's delivery."""
        table = tables.conversions
        of_person = _of_person(table, person_id)
        chosen = select(table).where(*of_person, table.c.delivery_id == delivery_id)
        with self._reading() as connection:
            return next(map(rows.conversion, _all(connection, chosen)), None)

    def history(
        self, person_id: str, event_id: str, campaign_ids: Collection[str] | None
    ) -> PersonState:
        """What is recorded of a person in these campaigns (None: in all), and the one receipt."""
        with self._reading() as connection:
            return sql_history.history(connection, person_id, event_id, campaign_ids)

    def _keys(
        self,
        table: Table,
        filters: Sequence[Filter],
        place: Sequence[Column],
        after: Place | None,
        limit: int,
    ) -> Select[Any]:
        """The rows of a page: found in an index alone, and only then looked up.

        By bucket they are looked up at once: the page would be carried from place to place.
        """
        if self._dialect.by_bucket:
            found = select(table).where(*filters)
            if after is not None:
                found = found.where(tuple_(*place) > tuple_(*after))
            return found.order_by(*place).limit(limit)
        return _keys(table, filters, place, after, limit)

    def _page(
        self, chosen: Select[Any], place: Sequence[Column], record: Callable[[rows.Row], T]
    ) -> list[Placed[T]]:
        names = [str(column.key) for column in place]
        with self._reading() as connection:
            return [
                Placed(tuple(row[name] for name in names), record(row))
                for row in _all(connection, chosen)
            ]


class _Counting:
    """Counts what one query asks for, all on one connection."""

    def __init__(self, connection: Connection, dialect: Dialect, query: MetricsQuery) -> None:
        self._connection = connection
        self._dialect = dialect
        self._query = query
        self._by_bucket = dialect.by_bucket
        self._bounds = (
            bounds_given(query.bounds)
            if self._by_bucket
            else dialect.bounds(pairwise(query.bounds))
        )

    def counts(self) -> Counts:
        whole = self._grouped(_CONVERSIONS, self._converted_us, _nothing)
        by_action: defaultdict[str, ConversionCount] = defaultdict(ConversionCount)
        for action_id, *row in self._grouped(_CONVERSIONS, self._converted_us, _action):
            by_action[action_id] += _conversion_count(row)
        return Counts(
            deliveries=tuple(
                DeliveryCount(*row)
                for row in self._grouped(_DELIVERIES, self._sent_us, _action_and_marks)
            ),
            journeys=tuple(
                _journey_count(row) for row in self._grouped(_JOURNEYS, self._start_us, _came_to)
            ),
            conversions=sum(map(_conversion_count, whole), ConversionCount()),
            conversions_by_action=dict(by_action),
            steps=self._steps() if self._query.bounds else {},
            credits=self._credits(),
        )

    def _credits(self) -> tuple[ActionCredit, ...]:
        settings = self._query.credit
        if settings is None:
            return ()
        tally = CreditTally(settings)
        for table, touches in (
            (tables.conversions, _touches_of_candidates),
            (tables.kept_conversions, _touches_kept),
        ):
            within = _within(self._query.range, table, table.c[self._converted_us])
            column = table.c.candidates if table is tables.conversions else table.c.touches
            chosen = select(table.c.value, column).where(*within)
            # In parts: what is read at once is bounded, and the tally refuses what is too much.
            for value, text in self._in_parts(table, chosen):
                tally.add(touches(text), value)
        return tally.by_action()

    def _in_parts(self, table: Table, chosen: Select[Any]) -> Iterator[Sequence[Any]]:
        """The rows that are chosen, a bounded number at once."""
        if not self._by_bucket:
            for row in self._connection.execute(chosen).yield_per(_ROWS_AT_ONCE):
                yield tuple(row)
            return
        # By pages and not by a cursor, which engines that spread the data know in part.
        place = (table.c[self._converted_us], table.c.bucket, table.c.sequence)
        page = chosen.add_columns(*place).order_by(*place).limit(_ROWS_AT_ONCE)
        found = self._connection.execute(page).all()
        while found:
            for row in found:
                yield tuple(row[:2])
            last = tuple(found[-1][2:])
            found = self._connection.execute(page.where(tuple_(*place) > tuple_(*last))).all()

    def _steps(self) -> dict[int, StepCounts]:
        steps: defaultdict[int, StepCounts] = defaultdict(StepCounts)
        for number, marks, count in self._by_step(_DELIVERIES, self._sent_us, _marks):
            steps[number].deliveries.append(DeliveryCount("", marks, count))
        for number, *row in self._by_step(_JOURNEYS, self._start_us, _came_to):
            steps[number].journeys.append(_journey_count(row))
        for number, *row in self._by_step(_CONVERSIONS, self._converted_us, _nothing):
            so_far = steps[number]
            counted = so_far.conversions + _conversion_count(row)
            steps[number] = StepCounts(so_far.deliveries, so_far.journeys, counted)
        return dict(steps)

    @property
    def _sent_us(self) -> str | None:
        """The column by which deliveries are in range; None: they are not counted."""
        return "sent_us" if self._query.basis is TimeBasis.SENT else None

    @property
    def _start_us(self) -> str | None:
        return "start_us" if self._query.journeys else None

    @property
    def _converted_us(self) -> str:
        return "sent_us" if self._query.basis is TimeBasis.SENT else "converted_us"

    def _grouped(
        self, counted: Sequence[Table], time_us: str | None, by: _Columns
    ) -> Iterator[Sequence[Any]]:
        """Counts of the whole range, grouped by these columns, of one table after the other."""
        if time_us is None:
            return
        for table in counted:
            within = _within(self._query.range, table, table.c[time_us])
            chosen = self._counting(table, by(table), _aggregates(table), within)
            yield from self._connection.execute(chosen)
        if counted is _CONVERSIONS and self._some_are_numbered:
            living, _ = counted
            within = _within(self._query.range, living, living.c[time_us])
            too = self._kept_too(by(living), _kept_between(time_us, *_bounds(self._query.range)))
            chosen = self._counting(living, by(living), _COUNTED_TWICE, [*within, too])
            yield from self._connection.execute(chosen)

    def _counting(
        self,
        table: Table,
        by: Sequence[Column],
        aggregates: Sequence[Column],
        filters: Sequence[Filter],
    ) -> Select[Any]:
        if self._by_bucket:
            return counted_by_bucket(table, by, aggregates, filters)
        return select(*by, *aggregates).where(*filters).group_by(*by)

    def _kept_too(self, by: Sequence[Column], within: Sequence[Filter]) -> Filter:
        return _kept_too(by, [*within, *_same_bucket(self._by_bucket)])

    def _by_step(
        self, counted: Sequence[Table], time_us: str | None, by: _Columns
    ) -> Iterator[Sequence[Any]]:
        """Counts of each step that has any, grouped by these columns, its number first."""
        if time_us is None:
            return
        if self._by_bucket:
            yield from self._by_step_of_buckets(counted, time_us, by)
            return
        for table in counted:
            chosen = self._stepwise(table, time_us, by(table), _aggregates(table))
            yield from self._connection.execute(chosen, self._bounds)
        if counted is _CONVERSIONS and self._some_are_numbered:
            living, _ = counted
            chosen = self._stepwise(living, time_us, by(living), _COUNTED_TWICE, kept_too=True)
            yield from self._connection.execute(chosen, self._bounds)

    def _by_step_of_buckets(
        self, counted: Sequence[Table], time_name: str, by: _Columns
    ) -> Iterator[Sequence[Any]]:
        bounds = self._query.bounds
        for table in counted:
            step = step_of(table.c[time_name])
            within = _in_steps(self._query, table, time_name)
            chosen = counted_by_bucket(table, (step, *by(table)), _aggregates(table), within)
            for number, *row in self._connection.execute(chosen, self._bounds):
                yield (number - 1, *row)
        if counted is _CONVERSIONS and self._some_are_numbered:
            living, kept = counted
            step, kept_us = step_of(living.c[time_name]), kept.c[time_name]
            same_step = [*_kept_between(time_name, bounds[0], bounds[-1]), step_of(kept_us) == step]
            too = self._kept_too(by(living), same_step)
            within = [*_in_steps(self._query, living, time_name), too]
            chosen = counted_by_bucket(living, (step, *by(living)), _COUNTED_TWICE, within)
            for number, *row in self._connection.execute(chosen, self._bounds):
                yield (number - 1, *row)

    @cached_property
    def _some_are_numbered(self) -> bool:
        """Whether anybody who is there is counted among what was removed."""
        found = self._connection.execute(select(tables.person_numbers.c.number).limit(1))
        return found.first() is not None

    def _stepwise(
        self,
        table: Table,
        time_name: str,
        by: Sequence[Column],
        aggregates: Sequence[Column],
        *,
        kept_too: bool = False,
    ) -> Select[Any]:
        given, number, start_us, end_us = self._dialect.steps()
        time_us = table.c[time_name]
        mine = table.c.campaign_id == self._query.range.campaign_id
        # An outer join, so that the database goes from the steps to the index and not from each
        # row of the table to all steps.
        joined: FromClause = given.outerjoin(
            table, and_(mine, time_us >= start_us, time_us < end_us)
        )
        found: tuple[Column, ...] = (number, *by, *aggregates)
        chosen = select(*found).select_from(joined)
        if kept_too:
            chosen = chosen.where(self._kept_too(by, _kept_between(time_name, start_us, end_us)))
        return chosen.where(time_us.is_not(None)).group_by(number, *by)


def _nothing(_table: Table) -> tuple[Column, ...]:
    return ()


def _action(table: Table) -> tuple[Column, ...]:
    return (table.c.action_id,)


def _marks(table: Table) -> tuple[Column, ...]:
    return (table.c.marks,)


def _action_and_marks(table: Table) -> tuple[Column, ...]:
    return table.c.action_id, table.c.marks


def _came_to(table: Table) -> tuple[Column, ...]:
    kept = table is tables.kept_journeys
    converted: Column = table.c.converted if kept else table.c.converted_us.is_not(None)
    return table.c.state, table.c.exit_reason, converted


def _aggregates(table: Table) -> tuple[Column, ...]:
    if table in (tables.kept_deliveries, tables.kept_journeys):
        return (cast(func.sum(table.c["count"]), BigInteger),)  # PostgreSQL sums to a decimal
    if table in (tables.deliveries, tables.journeys):
        return (func.count(),)
    value = table.c.value
    return (
        func.count(),
        func.count(distinct(table.c.person_id if table is tables.conversions else table.c.person)),
        func.coalesce(func.sum(value), 0.0),
        func.count() - func.count(value),
    )


# People who were counted by their conversions and again among those that were removed.
_COUNTED_TWICE = (
    literal(0),
    -func.count(distinct(tables.conversions.c.person_id)),
    literal(0.0),
    literal(0),
)


def _kept_between(time_name: str, start_us: Any, end_us: Any) -> list[Filter]:
    """Removed conversions between the bounds.

    No bare time: the database is to look at the few of a person, not at all of the range.
    """
    kept_us = tables.kept_conversions.c[time_name] + 0
    return [kept_us >= start_us, kept_us < end_us]


def _same_bucket(by_bucket: bool) -> list[Filter]:
    """Removed conversions of the person's bucket, where they have one."""
    kept, numbers = tables.kept_conversions, tables.person_numbers
    return [kept.c.bucket == numbers.c.bucket] if by_bucket else []


def _in_steps(query: MetricsQuery, table: Table, time_name: str) -> list[Filter]:
    time_us = table.c[time_name]
    mine = table.c.campaign_id == query.range.campaign_id
    return [mine, time_us >= query.bounds[0], time_us < query.bounds[-1]]


def _kept_too(by: Sequence[Column], within: Sequence[Filter]) -> Filter:
    """Whether a conversion's person has such removed ones too, in the same group.

    A sub-query, not a join: the database is to find the conversions first, as it counts them.
    """
    living, kept, numbers = tables.conversions, tables.kept_conversions, tables.person_numbers
    theirs = kept.c.person == numbers.c.number  # of one campaign: a number is given out once
    return (
        exists()
        .select_from(numbers.join(kept, theirs))
        .where(
            *(numbers.c[column.name] == living.c[column.name] for column in numbers.primary_key),
            *within,
            *(kept.c[column.name] == column for column in by),
        )
        .correlate_except(numbers, kept)
    )


def _touches_of_candidates(text: str) -> list[Touch]:
    return [Touch(item["action_id"], item["basis_us"]) for item in json.loads(text)]


def _touches_kept(text: str) -> list[Touch]:
    return [Touch(*item) for item in json.loads(text)]


def _journey_count(row: Sequence[Any]) -> JourneyCount:
    state, reason, converted, count = row
    exit_reason = ExitReason(reason) if reason else None
    return JourneyCount(JourneyState(state), exit_reason, bool(converted), count)


def _conversion_count(row: Sequence[Any]) -> ConversionCount:
    return ConversionCount(*row)


def _within(
    within: Range, table: Table, time_us: Column, after: Place | None = None
) -> list[Filter]:
    """In this range; behind a place the begin says nothing new, and would be a second way in."""
    filters: list[Filter] = (
        [table.c.campaign_id == within.campaign_id] if within.campaign_id else []
    )
    start_us, end_us = _bounds(within)
    if after is None:
        filters.append(time_us >= start_us)
    filters.append(time_us < end_us)
    return filters


def _bounds(within: Range) -> tuple[int, int]:
    return (
        _FIRST_US if within.start_us is None else within.start_us,
        _LAST_US if within.end_us is None else within.end_us,
    )


def _keys(
    table: Table,
    filters: Sequence[Filter],
    place: Sequence[Column],
    after: Place | None,
    limit: int,
) -> Select[Any]:
    """The rows of a page: found in an index alone, and only then looked up."""
    key = tuple(table.primary_key)
    found = select(*key).where(*filters)
    if after is not None:
        found = found.where(tuple_(*place) > tuple_(*after))
    page: Subquery = found.order_by(*place).limit(limit).subquery("page")
    same = and_(*(column == page.c[column.name] for column in key))
    return select(table).select_from(page.join(table, same)).order_by(*place)


def _of_person(table: Table, person_id: str) -> tuple[Filter, ...]:
    return table.c.bucket == bucket_of(person_id), table.c.person_id == person_id


def _journeys_of(person_id: str, kind: ActivityKind) -> Select[Any]:
    """When a person's journeys started, or why and when those that ended did."""
    table, campaigns = tables.journeys, tables.campaigns
    ended = kind is ActivityKind.JOURNEY_ENDED
    triggered = select(campaigns.c.campaign_id).where(campaigns.c.kind == CampaignKind.TRIGGERED)
    time_us = table.c.end_us if ended else table.c.start_us
    return select(
        *_activity_columns(time_us, kind, table.c.journey_id, table),
        literal("").label("delivery_id"),
        literal("").label("action_id"),
        null().label("channel"),
        literal("").label("event_id"),
        cast(null(), Double).label("value"),
        (table.c.exit_reason if ended else null()).label("exit_reason"),
    ).where(*_of_person(table, person_id), time_us.is_not(None), table.c.campaign_id.in_(triggered))


def _conversions_of(person_id: str) -> Select[Any]:
    table = tables.conversions
    columns = table.c
    return select(
        *_activity_columns(
            columns.converted_us, ActivityKind.CONVERSION, columns.delivery_id, table
        ),
        *(columns.delivery_id, columns.action_id, columns.channel, columns.event_id),
        *(columns.value, null().label("exit_reason")),
    ).where(*_of_person(table, person_id))


def _activity_columns(
    time_us: Column, kind: ActivityKind, item_id: Column, table: Table
) -> tuple[Column, ...]:
    return (
        time_us.label("time_us"),
        literal(kind.value).label("kind"),
        literal(kind.rank).label("rank"),
        item_id.label("item_id"),
        table.c.campaign_id,
        table.c.journey_id,
    )


def _activity(row: rows.Row) -> Activity:
    fields = {name: value for name, value in row.items() if name not in ("rank", "item_id")}
    fields["kind"] = ActivityKind(row["kind"])
    fields["channel"] = Channel(row["channel"]) if row["channel"] else None
    fields["exit_reason"] = ExitReason(row["exit_reason"]) if row["exit_reason"] else None
    return Activity(**fields)


def _all(connection: Connection, chosen: Select[Any]) -> list[rows.Row]:
    return [dict(row) for row in connection.execute(chosen).mappings()]
