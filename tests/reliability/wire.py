"""Calls as the model writes them, brought to a server and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from model.content import CODES
from model.driver import Json, Refused
from model.jsonform import normalised
from reliability.lives import Command
from support.calls import Caller, refusal

_PREFIXES = {
    "basis": "BASIS_",
    "change": "MEMBERSHIP_CHANGE_",
    "channel": "CHANNEL_",
    "exit_policy": "EXIT_POLICY_",
    "kind": "INTERACTION_KIND_",
    "status": "DELIVERY_STATUS_",
}
_NAMES = {number: name for name, number in CODES.items()}
# Codes and reasons by which a call is to be made again. After those with True nothing has happened;
# after the others nobody knows.
_AGAIN = {
    ("RESOURCE_EXHAUSTED", "OVERLOADED"): True,
    ("RESOURCE_EXHAUSTED", "STORE_FULL"): True,
    ("ABORTED", "STORE_CONFLICT"): True,
    ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"): False,
}


class AgainError(Exception):
    """The call must be made again; `unchanged`: nothing has happened."""

    def __init__(self, code: str, reason: str, *, unchanged: bool) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason
        self.unchanged = unchanged


def written(value: Any, key: str = "") -> Any:
    """A request of the model as a server takes it: enum values with their prefixes."""
    if isinstance(value, dict) and key not in ("properties", "attributes", "trigger_properties"):
        return {name: written(part, name) for name, part in value.items()}
    if isinstance(value, str) and key in _PREFIXES:
        return _PREFIXES[key] + value
    return value


def rpc(name: str) -> str:
    """The RPC of a name in snake_case."""
    return name.title().replace("_", "")


def ask(call: Caller, name: str, request: Json, seconds: float) -> Json | Refused:
    """The answer, or a refusal that stands. Raises AgainError."""
    try:
        return normalised(answer(call, name, request, seconds))
    except grpc.RpcError as error:
        told = refusal(error)
        key = (told.code, told.reason)
        if told.code == "UNAVAILABLE" or told.code == "DEADLINE_EXCEEDED":
            raise AgainError(*key, unchanged=False) from None
        if key in _AGAIN:
            raise AgainError(*key, unchanged=_AGAIN[key]) from None
        return Refused(*key)


def answer(call: Caller, name: str, request: Mapping[str, Any], seconds: float = 30.0) -> Json:
    """The answer as it came. Raises grpc.RpcError."""
    found: Json = call(rpc(name), written(dict(request)), timeout=seconds)
    return found


def taken_in(call: Caller, commands: Sequence[Command]) -> list[Json | Refused]:
    """What came of commands that are sent in one batch, one after the other."""
    items = [{command.name: command.request} for command in commands]
    results = answer(call, "ingest", {"items": [written(item) for item in items]})["results"]
    return [_outcome(result) for result in results]


def _outcome(result: Json) -> Json | Refused:
    ((name, told),) = ((name, told) for name, told in result.items() if name != "abridged")
    if name != "error":
        return normalised(told)
    return Refused(_NAMES[told["code"]], told["reason"].removeprefix("ERROR_REASON_"))
