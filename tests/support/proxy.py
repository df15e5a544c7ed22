"""A proxy before a database: it breaks, holds up and slows down connections when a test says so."""

import socket
import threading
import time
from enum import Enum


class Loss(Enum):
    """Where the connection breaks when a transaction is committed."""

    BEFORE = "the database never hears of it"
    AFTER = "the database has done it, and its answer is lost"


class Proxy:
    """Listens on a port of its own, and hands everything on to a server on another one.

    `loss` makes the next commit break its connection; `delay_seconds` is how long everything takes
    that goes through, each way.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.loss: Loss | None = None
        self.lost = 0
        self.delay_seconds = 0.0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_cut = False
        self._flows = threading.Event()
        self._flows.set()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and break those that there are."""
        self._listener.close()
        self.cut()
        self._flows.set()

    def cut(self) -> None:
        """Break all connections, and every new one until `mend`."""
        with self._lock:
            self._is_cut = True
            for each in self._open:
                _shut(each)

    def mend(self) -> None:
        """Let connections be made again, and go on with those that are held up."""
        self._is_cut = False
        self.delay_seconds = 0.0
        self._flows.set()

    def hold(self) -> None:
        """Let nothing through in either direction until `mend`; no connection breaks."""
        self._flows.clear()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._accepted, args=(client,), daemon=True).start()

    def _accepted(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, server}
            if self._is_cut:
                _shut(client)
                _shut(server)
        try:
            self._serve(client, server)
        finally:
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        answered = threading.Event()
        losing = threading.Event()

        def back() -> None:
            while data := _received(server):
                answered.set()
                if losing.is_set() or not self._hand_on(client, data):
                    break
            _shut(client)

        backwards = threading.Thread(target=back, daemon=True)
        backwards.start()
        while data := _received(client):
            if self._loses(data):
                loss, self.loss = self.loss, None
                losing.set()
                answered.clear()
                if loss is Loss.AFTER:
                    server.sendall(data)
                    answered.wait(30)
                self.lost += 1
                break
            if not self._hand_on(server, data):
                break
        for end in (server, client):
            _shut(end)
        backwards.join(30)

    def _loses(self, data: bytes) -> bool:
        return self.loss is not None and b"COMMIT\0" in data

    def _hand_on(self, target: socket.socket, data: bytes) -> bool:
        """Send it on, late if it must be; False: there is nobody any more."""
        self._flows.wait()
        if self.delay_seconds:
            time.sleep(self.delay_seconds)
        try:
            target.sendall(data)
        except OSError:
            return False
        return True


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except OSError:
        return b""


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
