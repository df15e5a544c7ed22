"""Options of the channels that the clients open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import grpc

from attribution_client._version import __version__

DEFAULT_MAX_MESSAGE_BYTES: Final = 16 * 1024 * 1024
"""Room for a page of 1000 deliveries, or of 200 journeys with the largest properties."""

_RECONNECT_MILLISECONDS: Final = 100
_MAX_RECONNECT_MILLISECONDS: Final = 5_000

# Targets that may lead to several servers. Each call goes to the next one, past those that do not
# answer, or of which health says that they do not serve; one without health counts as serving.
_SEVERAL: Final = ("dns:///", "ipv4:", "ipv6:")
_IN_TURN: Final = json.dumps(
    {"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}}
)
# A server that is new under a name is found when it is looked up again, which is when a connection
# ends; by default not more often than every 30 seconds.
_LOOK_UP_MILLISECONDS: Final = 2_000


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a caller said about the channel; None: nothing.

    Raises:
        ValueError: A number is not above 0.
    """

    credentials: grpc.ChannelCredentials | None
    max_message_bytes: int | None
    user_agent: str | None
    keepalive_seconds: float | None

    def __post_init__(self) -> None:
        if self.max_message_bytes is not None and self.max_message_bytes <= 0:
            raise ValueError("max_message_bytes must be above 0")
        if self.keepalive_seconds is not None and self.keepalive_seconds <= 0:
            raise ValueError("keepalive_seconds must be above 0")

    def options(self, target: str) -> list[tuple[str, str | int]]:
        """Return gRPC's channel options for the servers at this target."""
        limit = self.max_message_bytes or DEFAULT_MAX_MESSAGE_BYTES
        product = f"attribution-client/{__version__}"
        options: list[tuple[str, str | int]] = [
            ("grpc.max_send_message_length", limit),
            ("grpc.max_receive_message_length", limit),
            (
                "grpc.primary_user_agent",
                f"{self.user_agent} {product}" if self.user_agent else product,
            ),
            # The clients retry themselves: see _retry.
            ("grpc.enable_retries", 0),
            # By default a channel waits a second before it connects again, and
            # fails every call until then: all retries would be used up.
            ("grpc.initial_reconnect_backoff_ms", _RECONNECT_MILLISECONDS),
            ("grpc.max_reconnect_backoff_ms", _MAX_RECONNECT_MILLISECONDS),
        ]
        if target.startswith(_SEVERAL):
            options += [
                ("grpc.service_config", _IN_TURN),
                ("grpc.dns_min_time_between_resolutions_ms", _LOOK_UP_MILLISECONDS),
            ]
        if self.keepalive_seconds is not None:
            options.append(("grpc.keepalive_time_ms", max(1, round(self.keepalive_seconds * 1000))))
        return options

    def refuse_any(self) -> None:
        """Refuse settings that come with a ready channel.

        Raises:
            ValueError: One is set; it would have no effect.
        """
        for name in self.__slots__:
            if getattr(self, name) is not None:
                raise ValueError(f"{name} has no effect on a ready channel; set it there")
