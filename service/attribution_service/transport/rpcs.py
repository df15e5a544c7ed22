"""Every method of the contract: how its request becomes a command or a read."""

from collections.abc import Callable, Mapping, Sequence
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

from attribution_service.core.answers import Answer
from attribution_service.core.commands import Command
from attribution_service.core.refusals import Refusal
from attribution_service.storage.interface import Store
from attribution_service.transport import (
    batch,
    decode,
    encode,
    people,
    reads,
    reports,
    rules,
    watch,
)


@dataclass(frozen=True, slots=True)
class CommandRpc:
    """A method that goes through the pipeline."""

    command: Callable[[Any], Command]
    response: Callable[[Any], Message]


@dataclass(frozen=True, slots=True)
class BatchRpc:
    """A method whose parts go through the pipeline together, each with an outcome of its own."""

    commands: Callable[[Any], Sequence[Command | Refusal]]
    response: Callable[[Sequence[Answer | Exception]], Message]


@dataclass(frozen=True, slots=True)
class ReadRpc:
    """A method that changes nothing: it reads the store, or needs none."""

    read: Callable[[Any, Store], Message]


@dataclass(frozen=True, slots=True)
class WatchRpc:
    """A method that streams what is read from the store, and then what comes."""

    opened: Callable[[Any, Store], watch.Watch]


Rpc = CommandRpc | BatchRpc | ReadRpc | WatchRpc


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
    "CreateCampaign": CommandRpc(decode.create_campaign, encode.create_campaign),
    "GetCampaign": ReadRpc(reads.get_campaign),
    "ListCampaigns": ReadRpc(reads.list_campaigns),
    "UpdateCampaign": CommandRpc(decode.update_campaign, encode.update_campaign),
    "ListRevisions": ReadRpc(reads.list_revisions),
    "ArchiveCampaign": CommandRpc(decode.archive_campaign, encode.archive_campaign),
    "StartJourney": CommandRpc(decode.start_journey, encode.start_journey),
    "GetJourney": ReadRpc(reads.get_journey),
    "ListJourneys": ReadRpc(reads.list_journeys),
    "FinishJourney": CommandRpc(decode.finish_journey, encode.finish_journey),
    "RecordDelivery": CommandRpc(decode.record_delivery, encode.record_delivery),
    "RecordInteraction": CommandRpc(decode.record_interaction, encode.record_interaction),
    "GetDelivery": ReadRpc(reads.get_delivery),
    "ListDeliveries": ReadRpc(reads.list_deliveries),
    "Evaluate": CommandRpc(decode.evaluate, encode.evaluate),
    "CheckExit": CommandRpc(decode.check_exit, encode.check_exit),
    "CheckExitBatch": BatchRpc(decode.check_exit_batch, batch.check_exit_batch),
    "CreateSegment": CommandRpc(people.create_segment, people.created_segment),
    "GetSegment": ReadRpc(reads.get_segment),
    "ListSegments": ReadRpc(reads.list_segments),
    "UpdateSegment": CommandRpc(people.update_segment, people.updated_segment),
    "DeleteSegment": CommandRpc(people.delete_segment, people.deleted_segment),
    "UpdateAttributes": CommandRpc(people.update_attributes, people.updated_attributes),
    "GetPerson": CommandRpc(people.read_person, people.got_person),
    "DeletePerson": CommandRpc(people.delete_person, people.deleted_person),
    "CheckRule": ReadRpc(rules.check),
    "TryRule": ReadRpc(rules.attempt),
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
