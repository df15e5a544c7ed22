"""A proxy before a database that loses connections at the moment that a test chooses."""

import socket
import threading
from enum import Enum


class Loss(Enum):
    """Where the connection breaks when a transaction is committed."""

    BEFORE = "the database never hears of it"
    AFTER = "the database has done it, and its answer is lost"


class Proxy:
    """Listens on a port of its own, and hands everything on to a server on another one."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.loss: Loss | None = None
        self.lost = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._server))
        answered = threading.Event()
        losing = threading.Event()

        def back() -> None:
            with client, server:
                while data := _received(server):
                    answered.set()
                    if losing.is_set():
                        return
                    client.sendall(data)

        backwards = threading.Thread(target=back, daemon=True)
        backwards.start()
        while data := _received(client):
            if self.loss is not None and b"COMMIT\0" in data:
                loss, self.loss = self.loss, None
                losing.set()
                answered.clear()
                if loss is Loss.AFTER:
                    server.sendall(data)
                    answered.wait(30)
                self.lost += 1
                break
            server.sendall(data)
        for end in (server, client):
            _shut(end)
        backwards.join(30)


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
