"""`attribution-service-health`: asks a server how it is, for container engines.

Apart from the command line, of which it would load all, every few seconds.
"""

import argparse
import os
import sys
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_SECONDS = 4.0
_NOT_SERVING = 1
_EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104  where it listens, not where it is asked


def main() -> None:
    """Exit with 0 if the server serves, with 1 and a line if it does not or says nothing."""
    arguments = _parser().parse_args()
    target = _reachable(arguments.address)
    try:
        status = _ask(target, arguments.service, arguments.timeout)
    except grpc.RpcError as error:
        status = error.code().name
    if status != "SERVING":
        sys.stderr.write(f"{target}: {status}\n")
        sys.exit(_NOT_SERVING)
    sys.stdout.write(f"{target}: {status}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="attribution-service-health", description="Ask a server how it is."
    )
    parser.add_argument(
        "--address",
        default=os.environ.get("ATTRIBUTION_ADDRESS", "127.0.0.1:50051"),
        help="where it listens; from ATTRIBUTION_ADDRESS, or 127.0.0.1:50051",
    )
    parser.add_argument(
        "--service",
        default="",
        help="the name to ask for: none for readiness, liveness, or a service of the contract",
    )
    parser.add_argument(
        "--timeout", type=float, default=_SECONDS, help="seconds to wait for an answer"
    )
    return parser


def _ask(target: str, service: str, timeout: float) -> str:
    # The machine's proxy is for others.
    with grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its stubs know no methods
        request = health_pb2.HealthCheckRequest(service=service)
        answer: health_pb2.HealthCheckResponse = stub.Check(
            request, timeout=timeout, wait_for_ready=True
        )
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def _reachable(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in _EVERYWHERE else address


if __name__ == "__main__":
    main()
