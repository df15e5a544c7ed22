"""What the model, the core and a server have in common: they answer one command at a time."""

from typing import Any, NamedTuple, Protocol

Json = dict[str, Any]


class Refused(NamedTuple):
    """A command that was refused: canonical status code and reason, both without prefix."""

    code: str
    reason: str


class Driver(Protocol):
    """Something that carries out commands on a clock that the caller sets.

    A driver may also have a `close()`; it is called when an example is over.
    """

    def call(self, name: str, request: Json, at_us: int) -> Json | Refused:
        """Carry out one command.

        Args:
            name: The RPC in snake_case, such as `record_delivery`.
            request: Its request in JSON form, as in a scenario file: times are RFC 3339,
                durations may be written `7d`, enum values have no prefix.
            at_us: Time of arrival, microseconds since 1970. Never goes back.

        Returns:
            The response in JSON form (times as RFC 3339 or as integer microseconds), or why
            the command was refused.
        """
        ...
