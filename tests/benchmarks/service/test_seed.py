"""The stores that are filled straight are such as the service itself reads and goes on with."""

import json
import os
from pathlib import Path

import pytest
from attribution.v1 import attribution_service_pb2 as service
from attribution_service.storage.sqlite import open_sqlite

from benchmarks.service import asked, replay, seed, shapes
from benchmarks.service.asked import Asked, Kind
from benchmarks.service.seed import NoRoomError, require_memory, require_room, store_of
from benchmarks.service.shapes import Shape

SHAPE = Shape(people=10, campaigns=3, deliveries=2, journeys=2)


def ignore(_: str) -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(seed, "DATA", tmp_path / "data")
    return tmp_path


def test_a_store_holds_what_its_shape_says(folder: Path) -> None:
    told: list[str] = []
    path = store_of(SHAPE, told.append)
    assert path.is_relative_to(folder)
    assert told == ["filling a store with 40 deliveries"]
    store = open_sqlite(path, migrate=False)
    try:
        assert len(store.campaigns("", 100)) == 3 + shapes.OTHER_CAMPAIGNS
        for person in range(SHAPE.people):
            name = shapes.person_id(person)
            journeys = store.journeys(name, "", "", 10)
            assert [each.campaign_id for each in journeys] == [
                SHAPE.campaign_of(person, 0),
                SHAPE.campaign_of(person, 1),
            ]
            assert len(store.deliveries(name, "", "", 10)) == 4
    finally:
        store.close()


def test_a_store_is_kept_for_the_next_run(folder: Path) -> None:
    told: list[str] = []
    first = store_of(SHAPE, told.append)
    assert store_of(SHAPE, told.append) == first
    assert len(told) == 1
    assert [each.name for each in (folder / "data").iterdir()] == [first.name]


def test_stores_of_other_schemas_are_removed(folder: Path) -> None:
    (folder / "data").mkdir()
    old = folder / "data" / "0000-v1-5x1x2-of-10.db"
    old.write_text("old")
    other = store_of(Shape(people=2), ignore)
    assert not old.exists()
    store_of(SHAPE, ignore)
    assert other.exists()


def test_a_store_that_was_not_finished_is_made_anew(folder: Path) -> None:
    path = store_of(SHAPE, ignore)
    path.rename(path.with_suffix(".part"))
    assert store_of(SHAPE, ignore).exists()
    assert [each.name for each in (folder / "data").iterdir()] == [path.name]


def test_a_store_whose_deliveries_are_too_old_is_made_anew(folder: Path) -> None:
    told: list[str] = []
    path = store_of(SHAPE, told.append)
    assert path.is_relative_to(folder)
    old = path.stat().st_mtime - 31 * 86_400
    os.utime(path, (old, old))
    assert store_of(SHAPE, told.append) == path
    assert len(told) == 2
    assert path.stat().st_mtime > old


def test_no_room_is_told_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(NoRoomError, match="make room, or run `make bench-quick`"):
        require_room(tmp_path, 10**18)


def test_too_little_memory_is_told(tmp_path: Path) -> None:
    known = tmp_path / "meminfo"
    known.write_text("MemTotal: 9000000 kB\nMemAvailable:  2000 kB\n")
    require_memory(2_048_000, known)
    with pytest.raises(NoRoomError, match="2 MB of memory can be had, and 3 MB"):
        require_memory(3_000_000, known)
    require_memory(3_000_000, tmp_path / "elsewhere")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("batch", [0, 5])
def test_the_service_does_its_work_on_it(folder: Path, kind: Kind, batch: int) -> None:
    assert folder.exists()
    wanted = Asked(kind, Shape(people=10, campaigns=3, achieved=kind is Kind.CHECK), batch)
    path = store_of(wanted.shape, ignore)
    # Raises unless as many converted or ended as should.
    calls, recorder = replay.record(path, wanted, first=0, calls=10 // wanted.requests_a_call)
    assert len(calls) == 10 // wanted.requests_a_call
    assert recorder.settings["journal_mode"] == "wal"
    wrote = [sent.statement for call in calls for sent in call if "INSERT" in sent.statement]
    assert bool(wrote) is (kind is not Kind.UNWATCHED)


def test_what_was_recorded_does_the_same_again(folder: Path) -> None:
    wanted = Asked(Kind.WATCHED, Shape(people=10, campaigns=3), batch=5)
    path = store_of(wanted.shape, ignore)
    other = folder / "other.db"
    other.write_bytes(path.read_bytes())
    calls, recorder = replay.record(path, wanted, first=0, calls=2)
    assert any(sent.statement == "COMMIT" for sent in calls[0])
    player = replay.Player(other, recorder.settings)
    assert player.play(calls) > 0
    player.close()
    assert converted(other) == converted(path) != []


def converted(path: Path) -> list[tuple[str, int | None]]:
    store = open_sqlite(path, migrate=False)
    try:
        found = [
            delivery
            for person in range(10)
            for delivery in store.deliveries(shapes.person_id(person), "", "", 10)
        ]
    finally:
        store.close()
    return [
        (each.delivery_id, each.converted_us) for each in found if each.converted_us is not None
    ]


def test_what_is_recorded_must_be_what_should_happen(folder: Path) -> None:
    shape = Shape(people=10, campaigns=3)  # where nobody has achieved anything
    path = store_of(shape, ignore)
    with pytest.raises(ValueError, match="not what the calls should do"):
        replay.record(path, Asked(Kind.CHECK, shape, 5), first=0, calls=2)
    assert path.is_relative_to(folder)


def test_requests_are_about_people_of_the_store() -> None:
    (data,) = asked.calls(Asked(Kind.CHECK, SHAPE), first=3, count=1)
    check = service.CheckExitRequest.FromString(data)
    number = int(check.person_id.rpartition("-")[2])
    assert check.journey_id == shapes.journey_id(number)
    assert json.dumps(shapes.goal_filter(1)) != json.dumps(shapes.goal_filter(2))
