"""Every method of the contract: how its request becomes a command or a read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from attribution.v1 import (
    attribution_service_pb2,
    campaign_service_pb2,
    delivery_service_pb2,
    journey_service_pb2,
    person_service_pb2,
    report_service_pb2,
    rule_service_pb2,
    segment_service_pb2,
)
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from attribution_service.storage.interface import Store
from attribution_service.transport import (
    backtest,
    batch,
    decode,
    explain,
    reads,
    reports,
    rules,
    simulate,
    watch,
    wire,
)
from attribution_service.transport.batch import BatchRpc
from attribution_service.transport.command_rpcs import COMMANDS, CommandRpc


@dataclass(frozen=True, slots=True)
class ReadRpc:
    """A method that changes nothing: it reads the store, or needs none."""

    read: Callable[[Any, Store], Message]


@dataclass(frozen=True, slots=True)
class WatchRpc:
    """A method that streams what is read from the store, and then what comes."""

    opened: Callable[[Any, Store], watch.Watch]


@dataclass(frozen=True, slots=True)
class BacktestRpc:
    """A method that looks through what happened, and streams what it finds until it is done."""

    opened: Callable[[Any, Store], backtest.Running]


@dataclass(frozen=True, slots=True)
class BatchStreamRpc:
    """A method that takes a stream of batches, and answers each; `refused` is about a whole one."""

    batch: BatchRpc
    refused: Callable[[Exception], Message]


StreamRpc = WatchRpc | BacktestRpc
Rpc = CommandRpc | BatchRpc | ReadRpc | StreamRpc | BatchStreamRpc


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its names, its types and what it does."""

    service: str
    name: str
    request_type: type[Message]
    response_type: type[Message]
    rpc: Rpc

    @property
    def path(self) -> str:
        """The path of the method on the wire."""
        return f"/{self.service}/{self.name}"

    def parse(self, data: bytes, most_bytes: int) -> Message:
        """The request that these bytes are. Raises Refusal."""
        wire.check_size(data, most_bytes)
        return wire.parse(self.request_type, data)


_FILES: tuple[FileDescriptor, ...] = (
    campaign_service_pb2.DESCRIPTOR,
    journey_service_pb2.DESCRIPTOR,
    delivery_service_pb2.DESCRIPTOR,
    attribution_service_pb2.DESCRIPTOR,
    segment_service_pb2.DESCRIPTOR,
    person_service_pb2.DESCRIPTOR,
    rule_service_pb2.DESCRIPTOR,
    report_service_pb2.DESCRIPTOR,
)

_RPCS: Mapping[str, Rpc] = {
    **COMMANDS,
    "GetCampaign": ReadRpc(reads.get_campaign),
    "ListCampaigns": ReadRpc(reads.list_campaigns),
    "ListRevisions": ReadRpc(reads.list_revisions),
    "GetJourney": ReadRpc(reads.get_journey),
    "ListJourneys": ReadRpc(reads.list_journeys),
    "GetDelivery": ReadRpc(reads.get_delivery),
    "ListDeliveries": ReadRpc(reads.list_deliveries),
    "CheckExitBatch": BatchRpc("checks", decode.check_exit, batch.check_exit_batch),
    "EvaluateBatch": BatchRpc("requests", decode.evaluate, batch.evaluate_batch),
    "EvaluateStream": BatchStreamRpc(
        BatchRpc("requests", decode.evaluate, batch.evaluate_stream), batch.stream_refused
    ),
    "Ingest": BatchRpc("items", batch.ingest_item, batch.ingest),
    "Explain": ReadRpc(explain.explain),
    "GetSegment": ReadRpc(reads.get_segment),
    "ListSegments": ReadRpc(reads.list_segments),
    "CheckRule": ReadRpc(rules.check),
    "TryRule": ReadRpc(rules.attempt),
    "Simulate": ReadRpc(simulate.play),
    "Backtest": BacktestRpc(backtest.opened),
    "GetMetrics": ReadRpc(reports.get_metrics),
    "ListConversions": ReadRpc(reports.list_conversions),
    "ListSentDeliveries": ReadRpc(reports.list_sent_deliveries),
    "ListStartedJourneys": ReadRpc(reports.list_started_journeys),
    "ListPersonSent": ReadRpc(reports.list_person_sent),
    "ListPersonActivity": ReadRpc(reports.list_person_activity),
    "WatchConversions": WatchRpc(watch.opened),
}


def _method(descriptor: MethodDescriptor) -> Method:
    return Method(
        service=descriptor.containing_service.full_name,
        name=descriptor.name,
        request_type=GetMessageClass(descriptor.input_type),
        response_type=GetMessageClass(descriptor.output_type),
        rpc=_RPCS[descriptor.name],
    )


# A method of the contract that nothing serves fails here, when the program starts.
METHODS: tuple[Method, ...] = tuple(
    _method(method)
    for file in _FILES
    for service in file.services_by_name.values()
    for method in service.methods
)
SERVICES: tuple[str, ...] = tuple(dict.fromkeys(method.service for method in METHODS))
