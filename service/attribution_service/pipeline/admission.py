"""How much waits to be carried out, and whether there is room for more."""

from dataclasses import dataclass

from attribution_service.core.refusals import Reason, Refusal

_RETRY_AFTER_SECONDS = 0.5
# So many calls may always wait, whatever they hold.
FEW_CALLS = 6
# How much the last batch counts in the average of how long one takes.
_LATEST_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """How much is taken in before more is refused, and how much is carried out at once.

    `waiting` commands of `waiting_bytes` in all may wait; `batch` of them share a transaction. What
    would wait for about `wait_seconds` behind whole batches is refused, so that whatever is
    answered is answered soon.
    """

    waiting: int = 10_000
    waiting_bytes: int = 64 * 1024 * 1024
    batch: int = 500
    wait_seconds: float = 0.5


class Admission:
    """Counts what waits, and refuses what there is no room for.

    Counted under the lock of the one who owns it. Asked without the lock it may be out of date by
    what another thread does in that moment.
    """

    def __init__(self, limits: PipelineLimits) -> None:
        self._limits = limits
        self._calls = 0
        self._commands = 0
        self._bytes = 0
        self._batch_seconds = 0.0
        self._closed = False

    def check(self, commands: int, size_bytes: int) -> None:
        """Raises Refusal if there is no room for so many commands in one call."""
        if self._closed:
            raise shutting_down()
        limits = self._limits
        if (
            self._commands + commands > limits.waiting
            or self._bytes + size_bytes > limits.waiting_bytes
        ):
            raise overloaded(f"{self._commands} commands wait already")
        # However long a commit takes, few callers are never refused.
        if not commands or self._calls < FEW_CALLS:
            return
        batches = (self._commands - 1) // limits.batch
        if batches > 0 and batches * self._batch_seconds >= limits.wait_seconds:
            raise overloaded("what waits takes long already")

    def check_open(self) -> None:
        """Raises Refusal if nothing is taken in any more."""
        if self._closed:
            raise shutting_down()

    def add(self, commands: int, size_bytes: int) -> None:
        """Count a call that waits from now on."""
        self._calls += 1
        self._commands += commands
        self._bytes += size_bytes

    def remove(self, commands: int, size_bytes: int) -> None:
        """Count a call that waits no more."""
        self._calls -= 1
        self._commands -= commands
        self._bytes -= size_bytes

    def took(self, seconds: float) -> None:
        """Hear how long a batch took."""
        self._batch_seconds += _LATEST_WEIGHT * (seconds - self._batch_seconds)

    def close(self) -> None:
        """Refuse all from now on."""
        self._closed = True


def overloaded(what: str) -> Refusal:
    """The refusal of a call because too much waits already."""
    return Refusal(
        Reason.OVERLOADED, f"{what}: try again later", retry_after_seconds=_RETRY_AFTER_SECONDS
    )


def shutting_down() -> Refusal:
    """The refusal of a call because the server stops."""
    return Refusal(Reason.SHUTTING_DOWN, "the server is about to stop: try another one")


def out_of_time() -> Refusal:
    """The refusal of a call that has no time left."""
    # Nobody may be left to hear it, but the same words are in the log and the docs.
    return Refusal(
        Reason.DEADLINE_EXCEEDED,
        "the call's time ran out: try again with the same ids, and if it was carried "
        "out all the same, its first answer comes back",
    )
