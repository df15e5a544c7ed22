"""The floor of the store: the SQL that the store sends for some calls, with no decisions.

Its statements are recorded at the driver while the real service answers, with their parameters and
where transactions begin and end; then they are sent again, to a copy of the same store, through
Python's sqlite3 alone. So it stays the floor of whatever the store sends.
"""

import gc
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from attribution_service import app
from attribution_service.clock import SystemClock
from attribution_service.config import ServerSettings

from benchmarks.service import asked
from benchmarks.service.asked import Asked
from benchmarks.service.load import job_of

# What a connection is set to that the time of statements depends on.
_SETTINGS: Final = (
    "journal_mode",
    "synchronous",
    "cache_size",
    "secure_delete",
    "temp_store",
    "mmap_size",
    "wal_autocheckpoint",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement: its parameters, or those of each time if it was sent for many at once."""

    statement: str
    parameters: Any
    many: bool = False


class Recorder:
    """What was sent by all connections that were opened while it records, in order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.settings: dict[str, int | str] = {}

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record the connections that are opened within the block, even after it."""
        opened, recorder = sqlite3.connect, self

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, parameters: Any = (), /) -> "Cursor":
                recorder.sent.append(Sent(sql, parameters))
                super().execute(sql, parameters)
                return self

            def executemany(self, sql: str, parameters: Iterable[Any], /) -> "Cursor":
                given = list(parameters)
                recorder.sent.append(Sent(sql, given, many=True))
                super().executemany(sql, given)
                return self

        class Connection(sqlite3.Connection):
            def cursor(self, *_: Any, **__: Any) -> Any:
                return super().cursor(Cursor)

            def commit(self) -> None:
                if self.in_transaction:
                    recorder.sent.append(Sent("COMMIT", ()))
                    recorder.settings = recorder.settings or settings_of(self)
                super().commit()

            def rollback(self) -> None:
                if self.in_transaction:
                    recorder.sent.append(Sent("ROLLBACK", ()))
                super().rollback()

        def connect(*given: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = opened(*given, **{**options, "factory": Connection})
            return connection

        # Both names, whichever is used.
        for module in (sqlite3, sqlite3.dbapi2):
            module.connect = connect  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for module in (sqlite3, sqlite3.dbapi2):
                module.connect = opened  # type: ignore[attr-defined]


def settings_of(connection: sqlite3.Connection) -> dict[str, int | str]:
    """What a connection is set to."""
    plain = sqlite3.Connection.cursor(connection)  # one that is not recorded
    return {name: plain.execute(f"PRAGMA {name}").fetchone()[0] for name in _SETTINGS}


def record(store: Path, wanted: Asked, first: int, calls: int) -> tuple[list[list[Sent]], Recorder]:
    """What the service sends for each of these calls; the store is changed."""
    recorder = Recorder()
    found: list[list[Sent]] = []
    with ExitStack() as stack:
        with recorder.recording():
            settings = ServerSettings(store_url=f"sqlite:///{store}")
            address = stack.enter_context(app.background(settings, SystemClock()))
        options = (("grpc.max_receive_message_length", -1),)
        channel = stack.enter_context(grpc.insecure_channel(address, options=options))
        call: Any = channel.unary_unary(wanted.method)
        recorder.sent.clear()
        chosen = 0
        for payload in asked.calls(wanted, first, calls):
            chosen += asked.chosen_in(wanted, call(payload, timeout=60.0))
            found.append(list(recorder.sent))
            recorder.sent.clear()
    if chosen != asked.expected(wanted, first, calls):
        raise ValueError("what was recorded is not what the calls should do")
    return found, recorder


class Player:
    """Sends again what was recorded, to a store as it was before."""

    def __init__(self, store: Path, settings: dict[str, int | str]) -> None:
        self._connection = sqlite3.connect(store, isolation_level=None)
        for name, value in settings.items():
            self._connection.execute(f"PRAGMA {name}={value}")

    def play(self, calls: Iterable[Sequence[Sent]]) -> float:
        """Send the statements of some calls, and take all rows; returns the seconds."""
        cursor = self._connection.cursor()
        began = time.perf_counter()
        for call in calls:
            for sent in call:
                if sent.many:
                    cursor.executemany(sent.statement, sent.parameters)
                else:
                    cursor.execute(sent.statement, sent.parameters)
                cursor.fetchall()
        return time.perf_counter() - began

    def close(self) -> None:
        """Close the store."""
        self._connection.close()


def main() -> None:
    """Record what the first line says, then play as many calls as each further line says."""
    told = json.loads(sys.stdin.readline())
    store = Path(told["store"])
    with tempfile.TemporaryDirectory(dir=store.parent, prefix="run-") as folder:
        first, second = Path(folder) / "recorded.db", Path(folder) / "played.db"
        shutil.copyfile(store, first)
        shutil.copyfile(store, second)
        job = job_of({"address": "", "first": 0, **told["job"]})
        calls, recorder = record(first, job.asked, job.first, job.calls)
        player = Player(second, recorder.settings)
        _say({"statements": [len(call) for call in calls], "settings": recorder.settings})
        position = 0
        for line in sys.stdin:
            many = int(json.loads(line)["calls"])
            part = calls[position : position + many]
            if len(part) < many:
                _say({"error": "more was to be played than was recorded: ask for fewer rounds"})
                continue
            position += many
            gc.collect()
            gc.disable()
            _say({"seconds": player.play(part)})
            gc.enable()
        player.close()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
