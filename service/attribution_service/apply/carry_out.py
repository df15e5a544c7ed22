"""Carrying out a plan: change by change, until one fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from attribution_client import Aborted, AlreadyExists, AttributionError
from google.protobuf.message import Message

from attribution_service.apply.plan import Action, Change, Plan, planned
from attribution_service.apply.server import Server


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: what the server has now, or the error."""

    change: Change
    result: Message | None = None
    error: AttributionError | None = None

    @property
    def revision(self) -> int | None:
        """The revision that is in force now, None where there are no revisions."""
        result: Any = self.result
        return getattr(result, "revision", None)


def carry_out(plan: Plan, server: Server) -> Iterator[Outcome]:
    """What came of each change; the first that fails is the last that is tried."""
    for change in plan.to_do:
        outcome = _outcome(change, server)
        yield outcome
        if outcome.error is not None:
            return


def _outcome(change: Change, server: Server) -> Outcome:
    try:
        return Outcome(change, _send(change, server))
    except (Aborted, AlreadyExists) as error:
        return _unless_done(change, error, server)
    except AttributionError as error:
        return Outcome(change, error=error)


def _send(change: Change, server: Server) -> Message:
    if change.action is Action.CREATE:
        return server.create(change.definition)
    if change.action is Action.ARCHIVE:
        return server.archive(change.definition, change.etag)
    return server.update(change.definition, change.mask, change.etag)


def _unless_done(change: Change, error: AttributionError, server: Server) -> Outcome:
    """The error, unless the server has just what is wanted.

    That is so if our own call was carried out, its answer lost, and it was sent again.
    """
    try:
        current = server.get(change.definition.kind, change.definition.id)
    except AttributionError:
        return Outcome(change, error=error)
    now = planned(change.definition, change.wanted, current)
    if current is not None and now.action is Action.UNCHANGED:
        return Outcome(change, current)
    return Outcome(change, error=error)
