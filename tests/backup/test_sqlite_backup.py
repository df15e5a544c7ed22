"""Backups of the embedded store: copied under load, put back, and nothing lost or doubled."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from attribution_service.app import background
from attribution_service.cli.main import app
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings
from attribution_service.storage import sqlite_backup
from attribution_service.storage.interface import StoreSetupError
from attribution_service.storage.sqlite import open_sqlite
from attribution_service.storage.sqlite_backup import back_up, restore
from backup.restoring import arrivals_follow, live, retry
from support.calls import COURSE, Caller
from typer.testing import CliRunner


def silent(_done: int, _pages: int) -> None:
    pass


@contextmanager
def served(path: Path) -> Iterator[Caller]:
    with background(ServerSettings(store_url=f"sqlite:///{path}"), SystemClock()) as address:
        call = Caller(address)
        yield call
        call.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    open_sqlite(path, migrate=True).close()
    return path


def test_a_restore_and_the_callers_retries_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    store, copy = tmp_path / "a.db", tmp_path / "copy.db"
    with served(store) as call:
        before = live(call, lambda: back_up(store, copy, silent))
        with pytest.raises(StoreSetupError, match="another server has the store"):
            restore(store, copy, silent, replace=True)
    restore(store, copy, silent, replace=True)
    with served(store) as call:
        retry(call, before)
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert arrivals_follow(
            connection.execute("SELECT sequence, converted_us FROM conversions").fetchall()
        )


def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not begin again with every commit, and what came later is not in it."""
    monkeypatch.setattr(sqlite_backup, "_PAGES", 1)
    seen: list[int] = []
    with served(store) as call:

        def write(done: int, _: int) -> None:
            seen.append(done)
            if len(seen) % 4 == 1:
                call("CreateCampaign", {"campaign": {**COURSE, "campaign_id": f"c{len(seen)}"}})

        back_up(store, tmp_path / "copy.db", write)
        assert len(call("ListCampaigns", {"page_size": 100})["campaigns"]) >= 5
    assert seen == sorted(set(seen))
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM campaigns").fetchall() == [(0,)]


def test_what_was_there_is_kept_and_what_is_left_is_one_file(store: Path, tmp_path: Path) -> None:
    copied = back_up(store, tmp_path / "copy.db", silent)
    assert copied.size_bytes == copied.path.stat().st_size
    with served(store) as call:
        call("CreateCampaign", {"campaign": COURSE})
    for _ in range(2):  # the second time there is an older one to make room
        restore(store, copied.path, silent, replace=True)
    restore(tmp_path / "other.db", copied.path, silent)
    names = {path.name for path in tmp_path.iterdir()}
    locks = {"a.db.lock", "other.db.lock"}
    assert names == {"a.db", "a.db.before-restore", "copy.db", "other.db"} | locks


def test_nothing_is_replaced_unasked(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    with pytest.raises(StoreSetupError, match="exists already"):
        back_up(store, copy, silent)
    assert copy.read_text() == "mine"
    back_up(store, copy, silent, replace=True)
    with pytest.raises(StoreSetupError, match="exists already"):
        restore(store, copy, silent)


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(3, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 512)


def test_a_damaged_backup_is_refused_and_the_store_left(store: Path, tmp_path: Path) -> None:
    copy = back_up(store, tmp_path / "copy.db", silent).path
    damage(copy)
    before = store.read_bytes()
    with pytest.raises(StoreSetupError, match=r"is damaged|cannot be copied"):
        restore(store, copy, silent, replace=True)
    assert store.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"a.db", "a.db.lock", "copy.db"}


def test_a_damaged_store_gives_no_backup(store: Path, tmp_path: Path) -> None:
    damage(store)
    with pytest.raises(StoreSetupError, match=r"is damaged|cannot be copied"):
        back_up(store, tmp_path / "copy.db", silent)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("content", [b"", b"no database at all, whatever its name says"])
def test_what_is_no_store_is_refused(store: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(content)
    with pytest.raises(StoreSetupError, match=r"is no store|cannot be copied"):
        restore(store, other, silent, replace=True)


def test_what_is_not_there_is_told(store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreSetupError, match=r"there is no store '.*none'"):
        back_up(tmp_path / "none", tmp_path / "copy.db", silent)
    with pytest.raises(StoreSetupError, match=r"there is no backup '.*none'"):
        restore(store, tmp_path / "none", silent, replace=True)
    with pytest.raises(StoreSetupError, match="does not exist: make it first"):
        back_up(store, tmp_path / "folder" / "copy.db", silent)


def test_a_backup_of_a_newer_program_is_refused(store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreSetupError, match="a newer version of it made the database"):
        restore(tmp_path / "b.db", store, silent)
    assert not (tmp_path / "b.db").exists()


def test_a_reader_of_backups_that_dies_leaves_the_last_one(store: Path, tmp_path: Path) -> None:
    """Replaced only by one that is complete."""
    copy = back_up(store, tmp_path / "copy.db", silent).path
    before = copy.read_bytes()

    def fail(_done: int, _pages: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(store, copy, fail, replace=True)
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob("*.partial*"))


def test_the_command_line(store: Path, tmp_path: Path) -> None:
    copy, url = tmp_path / "copy.db", f"sqlite:///{store}"
    run = CliRunner()
    told = run.invoke(app, ["backup", "--store", url, str(copy)])
    assert told.exit_code == 0
    assert "checked" in told.output
    assert run.invoke(app, ["restore", "--store", url, str(copy)]).exit_code != 0
    told = run.invoke(app, ["restore", "--store", url, "--replace", str(copy)])
    assert told.exit_code == 0
    assert "cursors stay good" in told.output
    assert run.invoke(app, ["restored", "--store", url]).exit_code == 0
    for command in ("backup", "restore"):
        told = run.invoke(app, [command, "--store", "postgresql://u:secret@h/d", str(copy)])
        assert "pg_" in str(told.exception)
        assert "secret" not in str(told.exception)
    assert threading.active_count() < 20
