"""Fills stores: in bulk, straight into the store's own tables, and kept for the next run."""

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attribution_service.core.model import (
    Campaign,
    CampaignKind,
    Channel,
    Delivery,
    DeliveryStatus,
    ExitPolicy,
    Goal,
    Journey,
    PerformsEvent,
    Revision,
)
from attribution_service.core.properties import Properties
from attribution_service.storage import rows, schema, tables
from attribution_service.storage.interface import bucket_of
from attribution_service.storage.sqlite import locked_engine
from sqlalchemy import Engine, Table, insert

from benchmarks.service import shapes
from benchmarks.service.shapes import Shape

DATA: Final = Path("build/bench-data")
# Goes up with every change of what a shape is filled with: the files of before are not used again.
_VERSION: Final = 2
_ROWS_A_STATEMENT: Final = 10_000
_BYTES_A_DELIVERY: Final = 1_500
_DAY_US: Final = 86_400_000_000
# Sent within these days before the store was filled, and credited for so many; so a file is good
# for the days between the two.
_SENT_WITHIN_DAYS: Final = 30
_WINDOW_DAYS: Final = 90
_KEPT_SECONDS: Final = 30 * 86_400


class NoRoomError(Exception):
    """The machine lacks what the benchmark needs; the text says what, and what to do."""


def store_of(shape: Shape, progress: Callable[[str], None]) -> Path:
    """The file of a store that is filled so; made if it is missing, never to be written to."""
    version = f"{schema.newest()}-v{_VERSION}-"
    path = DATA / f"{version}{shape.name}.db"
    if not path.exists() or path.stat().st_mtime < time.time() - _KEPT_SECONDS:
        _forget_others(version)
        require_room(DATA, _BYTES_A_DELIVERY * shape.stored)
        progress(f"filling a store with {shape.stored:,} deliveries")
        unfinished = path.with_suffix(".part")
        _remove(unfinished)
        _fill(unfinished, shape, time.time_ns() // 1_000)
        unfinished.replace(path)
        _remove(unfinished)
    return path


def _forget_others(version: str) -> None:
    """Remove the stores of other schemas: they are as large, and of no use any more."""
    for old in DATA.glob("*.db"):
        if not old.name.startswith(version):
            _remove(old)


def require_room(folder: Path, wanted_bytes: int) -> None:
    """Raise NoRoomError unless the disk has so much room left."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < wanted_bytes:
        raise NoRoomError(
            f"{folder} has {free / 1e6:,.0f} MB free, and {wanted_bytes / 1e6:,.0f} MB are needed: "
            "make room, or run `make bench-quick`, which needs less"
        )


def require_memory(wanted_bytes: int, known: Path = Path("/proc/meminfo")) -> None:
    """Raise NoRoomError unless so much memory can be had; where nobody tells, it is not asked."""
    if not known.exists():
        return
    told = dict(line.split(":", 1) for line in known.read_text().splitlines() if ":" in line)
    free = int(told.get("MemAvailable", "0 kB").split()[0]) * 1024
    if free < wanted_bytes:
        raise NoRoomError(
            f"{free / 1e6:,.0f} MB of memory can be had, and {wanted_bytes / 1e6:,.0f} MB are "
            "needed: stop something else"
        )


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _fill(path: Path, shape: Shape, now_us: int) -> None:
    with locked_engine(path) as engine:
        schema.upgrade(engine)
        with engine.begin() as connection:
            for campaign in _campaigns(shape, now_us):
                connection.execute(insert(tables.campaigns), [rows.campaign_row(campaign)])
                revision = rows.revision_row(campaign.current)
                connection.execute(insert(tables.campaign_revisions), [revision])
        _bulk(engine, tables.journeys, _journeys(shape, now_us))
        _bulk(engine, tables.deliveries, _deliveries(shape, now_us))
        raw = engine.raw_connection()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()


def _campaigns(shape: Shape, now_us: int) -> Iterator[Campaign]:
    for number in range(shape.campaigns):
        goal = PerformsEvent(shapes.WATCHED_EVENT, shapes.goal_filter(number))
        yield _campaign(shapes.campaign_id(number), goal, now_us)
    if shape.journeys > 1:
        for number in range(shapes.OTHER_CAMPAIGNS):
            yield _campaign(f"other-{number}", PerformsEvent(shapes.OTHER_EVENT), now_us)


def _campaign(campaign_id: str, achievement: PerformsEvent, now_us: int) -> Campaign:
    revision = Revision(
        campaign_id=campaign_id,
        number=1,
        trigger_event_name="course_started",
        goal=Goal(achievement, window_us=_WINDOW_DAYS * _DAY_US),
        exit_policy=ExitPolicy.GOAL,
        webhook_action_ids=(),
        create_us=now_us - 2 * _SENT_WITHIN_DAYS * _DAY_US,
    )
    return Campaign(
        campaign_id=campaign_id,
        display_name=f"Campaign {campaign_id}",
        kind=CampaignKind.TRIGGERED,
        current=revision,
        version=1,
        create_us=revision.create_us,
        update_us=revision.create_us,
    )


def _people(shape: Shape) -> list[tuple[int, str, int]]:
    """Bucket, id and number of all people, in the order of the keys of their rows."""
    named = ((shapes.person_id(number), number) for number in range(shape.people))
    return sorted((bucket_of(name), name, number) for name, number in named)


def _sent_us(number: int, now_us: int) -> int:
    """A moment within the days before, another for each person, spread evenly."""
    spread = _SENT_WITHIN_DAYS * _DAY_US
    return now_us - spread + (number * 1_000_003_000_017) % spread


def _journeys(shape: Shape, now_us: int) -> Iterator[Mapping[str, Any]]:
    template = rows.to_row(
        Journey("", "", "", 1, 0, trigger_properties=Properties(text="{}")),
    )
    for bucket, name, number in _people(shape):
        properties = json.dumps({"course_id": shapes.course_id(number)}, separators=(",", ":"))
        sent_us = _sent_us(number, now_us)
        for journey in range(shape.journeys):
            yield {
                **template,
                "bucket": bucket,
                "person_id": name,
                "journey_id": shapes.journey_id(number, journey),
                "campaign_id": shape.campaign_of(number, journey),
                "start_us": sent_us - _DAY_US,
                "trigger_properties": properties,
                "achieved_us": sent_us if shape.achieved and shapes.is_achieved(number) else None,
            }


def _deliveries(shape: Shape, now_us: int) -> Iterator[Mapping[str, Any]]:
    template = rows.to_row(
        Delivery(
            person_id="",
            delivery_id="",
            campaign_id="",
            journey_id="",
            action_id="reminder",
            channel=Channel.EMAIL,
            status=DeliveryStatus.SENT,
            create_us=0,
            sent_us=0,
            claimed_sent_us=0,
            can_convert=True,
        )
    )
    for bucket, name, number in _people(shape):
        first_us = _sent_us(number, now_us)
        for journey in range(shape.journeys):
            for delivery in range(shape.deliveries):
                sent_us = first_us + delivery
                yield {
                    **template,
                    "bucket": bucket,
                    "person_id": name,
                    "delivery_id": shapes.delivery_id(number, journey, delivery),
                    "campaign_id": shape.campaign_of(number, journey),
                    "journey_id": shapes.journey_id(number, journey),
                    "create_us": sent_us,
                    "sent_us": sent_us,
                    "claimed_sent_us": sent_us,
                }


def _bulk(engine: Engine, table: Table, values: Iterator[Mapping[str, Any]]) -> None:
    """Write rows that come in the order of their key; the indexes are made afterwards, as a whole.

    Past SQLAlchemy, which would take longer than SQLite itself.
    """
    for index in table.indexes:
        index.drop(engine)
    raw = engine.raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("the store is not in SQLite")
    driver.execute("PRAGMA synchronous=OFF")
    driver.execute("BEGIN")
    first = next(values)
    names = ", ".join(first)
    places = ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608 - our names
    driver.executemany(statement, _chain(first, values))
    driver.execute("COMMIT")
    raw.close()
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        index.create(engine)


def _chain(
    first: Mapping[str, Any], rest: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    yield first
    yield from rest
