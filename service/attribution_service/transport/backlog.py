"""Calls that gRPC has taken in and not handed over yet, and whether they wait for too long.

gRPC hands calls over one by one, and in an overload most of the waiting is in front of that, where
nothing else sees it. How long a call has waited it does not tell; how many there are, it does.
"""

from collections.abc import Callable
from typing import Any, Final

from grpc_channelz.v1 import channelz, channelz_pb2

# What would wait for longer before it is handed over is refused instead.
MAX_WAIT_SECONDS: Final = 0.3
# Once refused, until so much of it is left: not by turns with each call.
_ENOUGH: Final = 0.5
# So few calls may always wait: a pause between them must not look like a slow pace, and callers who
# send some hundreds at once do not expect to be refused.
FEW_CALLS: Final = 1_000
# A look takes as long as a call, so there is one for many.
_LOOK_SECONDS: Final = 0.05
_CALLS_A_LOOK: Final = 50
# Only errors would be told to the context of a call.
_NO_CALL: Final[Any] = None


class Backlog:
    """Judges by how many calls wait, and at which pace they were handed over of late.

    `waiting` tells how many there are, `now` the time in seconds.
    """

    def __init__(self, waiting: Callable[[], int], now: Callable[[], float]) -> None:
        self._waiting = waiting
        self._now = now
        self._handed_over = 0
        self._looked = now()
        self._too_long = False

    def is_too_long(self) -> bool:
        """Hear that a call was handed over; tells whether to refuse it."""
        self._handed_over += 1
        passed = self._now() - self._looked
        if passed >= _LOOK_SECONDS and (self._too_long or self._handed_over >= _CALLS_A_LOOK):
            self._look(passed)
        return self._too_long

    def _look(self, passed: float) -> None:
        waiting = self._waiting()
        most_seconds = MAX_WAIT_SECONDS * (_ENOUGH if self._too_long else 1)
        waits_seconds = waiting * passed / self._handed_over
        self._too_long = waiting > FEW_CALLS and waits_seconds > most_seconds
        self._looked += passed
        self._handed_over = 0


class UnfinishedCalls:
    """Counts the calls of the gRPC server that this process made last."""

    def __init__(self) -> None:
        self._request = channelz_pb2.GetServerRequest(server_id=_latest_server())

    def count(self) -> int:
        """How many were begun and have not ended, whoever has them."""
        found = channelz.ChannelzServicer.GetServer(self._request, _NO_CALL).server.data
        return found.calls_started - found.calls_succeeded - found.calls_failed


def _latest_server() -> int:
    """What gRPC calls the server that was made last. Raises LookupError if there is none."""
    latest = 0
    while True:
        request = channelz_pb2.GetServersRequest(start_server_id=latest + 1)
        found = channelz.ChannelzServicer.GetServers(request, _NO_CALL)
        latest = max((server.ref.server_id for server in found.server), default=latest)
        if found.end:
            break
    if not latest:
        raise LookupError("gRPC knows no server: is its option grpc.enable_channelz set?")
    return latest
