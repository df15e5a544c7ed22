"""A PostgreSQL server of our own: in a folder and on a port of its own, gone afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from attribution_service.storage.tables import metadata
from psycopg import sql

USER = "attribution"
# Odd on purpose: what is special in a URL is written as %XX there.
PASSWORD = "p@ss/w:rd"  # noqa: S105  of a server that lives for one test run
_IN_URL = "p%40ss%2Fw%3Ard"
DATABASE = "attribution"
_START_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # Killing the process loses nothing that the system has; only a loss of power would.
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
}
# What says how the data are spread, and the rows that are there in any case.
_STAYING = ("layout", "buckets")


class PostgresServer:
    """A server that can be stopped, killed and started again; its data stay until `remove`."""

    def __init__(self) -> None:
        self._binaries = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="attribution-postgres-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        # The server refuses to run as root.
        self._as: dict[str, Any] = {"cwd": self.folder}
        if os.getuid() == 0:
            owner = unprivileged()
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        password = self.folder / "password"
        password.write_text(PASSWORD)
        self.folder.chmod(0o755)
        command = [
            str(self._binaries / "initdb"),
            "-D",
            str(self.data),
            "-U",
            USER,
            "-A",
            "scram-sha-256",
        ]
        options = ["--pwfile", str(password), "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*command, *options], check=True, capture_output=True, **self._as)

    @property
    def data(self) -> Path:
        """The folder of the data."""
        return self.folder / "data"

    def url(self, database: str = DATABASE, **parameters: str) -> str:
        """Where a database is; parameters go to libpq."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        address = f"postgresql://{USER}:{_IN_URL}@127.0.0.1:{self.port}/{database}"
        return f"{address}?{query}" if query else address

    def certify(self) -> Path:
        """Give it a certificate for 127.0.0.1, before it starts with TLS; returns who to trust."""
        certificate, key = self.data / "server.crt", self.data / "server.key"
        subprocess.run(certifying(certificate, key), check=True, capture_output=True, **self._as)
        key.chmod(0o600)
        trusted = self.folder / "trusted.crt"
        trusted.write_bytes(certificate.read_bytes())
        return trusted

    def start(self, **settings: str) -> None:
        """Start it, and wait until it answers."""
        given = {**_SETTINGS, "unix_socket_directories": str(self.folder), **settings}
        options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
        command = [
            str(self._binaries / "postgres"),
            "-D",
            str(self.data),
            "-p",
            str(self.port),
            *options,
        ]
        process = self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as
        )
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.connect("postgres").close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, "the server did not start"
                assert process.poll() is None, "the server ended at once"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop it; connections are cut, transactions undone."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it at once, without tidying up: the next start recovers."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """End its first process with SIGKILL; the others notice by themselves, and end too."""
        assert self._process is not None
        others = _children(self._process.pid)
        self._end(signal.SIGKILL)
        end = time.monotonic() + _START_SECONDS
        while any(map(_runs, others)):
            assert time.monotonic() < end, "some processes did not end"
            time.sleep(0.02)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that commits by itself."""
        return psycopg.connect(self.url(database), autocommit=True)

    def create(self, database: str) -> None:
        """Make an empty database."""
        with self.connect("postgres") as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))

    def empty(self) -> None:
        """Remove everything that is in the tables, and whoever else is connected."""
        empty(self.url())

    def remove(self) -> None:
        """Stop it, and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    """Whether a process is there and not just waiting to be noticed by its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@contextmanager
def running(**settings: str) -> Iterator[PostgresServer]:
    """A server, for as long as the block takes; settings are PostgreSQL's."""
    server = PostgresServer()
    try:
        server.start(**settings)
        yield server
    finally:
        server.remove()


def empty(store_url: str) -> None:
    """Remove everything that is in a store, and whoever else is connected to it."""
    with psycopg.connect(store_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        emptied = [name for name in metadata.tables if name not in _STAYING]
        emptying = "; ".join(f'DELETE FROM "{table}"' for table in emptied)  # noqa: S608
        connection.execute(emptying.encode())
        connection.execute("INSERT INTO definition_count (id, last) VALUES (1, 0)")
        connection.execute("UPDATE buckets SET arrival_us = 0, conversions = 0")


def certifying(certificate: Path, key: Path) -> list[str]:
    """The command that makes a certificate for 127.0.0.1 that vouches for itself."""
    return [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(key), "-out", str(certificate)),
    ]


def binaries() -> Path:
    """Where the newest server's programs are. Raises FileNotFoundError if there are none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    if path is None:
        raise FileNotFoundError("there is no PostgreSQL: apt-get install postgresql")
    return Path(path).parent


def unprivileged() -> pwd.struct_passwd:
    """Who runs the server if we are root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError("there is no user to run the server as")


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
