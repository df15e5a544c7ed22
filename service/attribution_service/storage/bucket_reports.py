"""Counting where the data are spread by buckets: each bucket by itself, then all of them together.

Statements that engines which spread the data carry out where the data are: people are counted once
within their bucket, which no two buckets have in common; steps are told apart by a function of the
time; and no join leads from one bucket to another.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Select,
    Table,
    bindparam,
    cast,
    func,
    select,
)

Column = ColumnElement[Any]

# How the parts of buckets are put together: counts, but for sums of values.
_VALUES = 2


def bounds_given(bounds: Sequence[int]) -> dict[str, Sequence[int]]:
    """The bounds of steps that follow each other, as the parameter of `step_of`."""
    return {"bounds": list(bounds)}


def step_of(time_us: Column) -> Column:
    """The number of the step that a time is in, from 1; 0 and the number of bounds: in none."""
    return func.width_bucket(time_us, bindparam("bounds", type_=ARRAY(BigInteger)))


def counted_by_bucket(
    table: Table,
    by: Sequence[Column],
    aggregates: Sequence[Column],
    filters: Sequence[ColumnElement[bool]],
) -> Select[Any]:
    """Aggregates that can be added up, grouped by `by`: first of each bucket."""
    groups = [column.label(f"by_{number}") for number, column in enumerate(by)]
    counts = [column.label(f"count_{number}") for number, column in enumerate(aggregates)]
    parts = select(table.c.bucket, *groups, *counts).where(*filters)
    part = parts.group_by(table.c.bucket, *by).subquery("part")
    keys = [part.c[group.name] for group in groups]
    sums = [_sum(part.c[count.name], number) for number, count in enumerate(counts)]
    return select(*keys, *sums).group_by(*keys)


def _sum(column: Column, number: int) -> Column:
    if number == _VALUES:
        return func.coalesce(func.sum(column), cast(0.0, Double))
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
