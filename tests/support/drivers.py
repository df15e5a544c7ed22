"""The service as a driver of the property tests: on the core, and on a server over gRPC."""

import json
import re
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from attribution_service.scenarios.documents import parse
from attribution_service.scenarios.messages import message
from attribution_service.scenarios.targets import CallError, Target
from attribution_service.transport.rpcs import METHODS
from google.protobuf import json_format
from model.driver import Json, Refused

_METHODS = {re.sub(r"(?<!^)(?=[A-Z])", "_", method.name).lower(): method for method in METHODS}


class ServiceDriver:
    """Carries out commands on a target of the scenario runner."""

    def __init__(self, target: AbstractContextManager[Target]) -> None:
        self._stack = ExitStack()
        self._target = self._stack.enter_context(target)

    def call(self, name: str, request: Json, at_us: int) -> Json | Refused:
        """The response in JSON form, or the refusal."""
        method = _METHODS[name]
        item = parse(json.dumps(request).encode(), Path("generated"))
        try:
            response = self._target.call(method, message(item, method.request_type, 0), at_us)
        except CallError as error:
            return Refused(error.code.name, error.reason)
        return json_format.MessageToDict(response, preserving_proto_field_name=True)

    def close(self) -> None:
        """End the target."""
        self._stack.close()
