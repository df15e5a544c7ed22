"""The methods whose requests become commands, and whose answers become responses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from attribution_service.core.commands import Command
from attribution_service.transport import decode, encode, people


@dataclass(frozen=True, slots=True)
class CommandRpc:
    """A method that goes through the pipeline; Simulate plays it on its own."""

    command: Callable[[Any], Command]
    response: Callable[[Any], Message]


COMMANDS: Mapping[str, CommandRpc] = {
    "CreateCampaign": CommandRpc(decode.create_campaign, encode.create_campaign),
    "UpdateCampaign": CommandRpc(decode.update_campaign, encode.update_campaign),
    "ArchiveCampaign": CommandRpc(decode.archive_campaign, encode.archive_campaign),
    "StartJourney": CommandRpc(decode.start_journey, encode.start_journey),
    "FinishJourney": CommandRpc(decode.finish_journey, encode.finish_journey),
    "RecordDelivery": CommandRpc(decode.record_delivery, encode.record_delivery),
    "RecordInteraction": CommandRpc(decode.record_interaction, encode.record_interaction),
    "Evaluate": CommandRpc(decode.evaluate, encode.evaluate),
    "CheckExit": CommandRpc(decode.check_exit, encode.check_exit),
    "CreateSegment": CommandRpc(people.create_segment, people.created_segment),
    "UpdateSegment": CommandRpc(people.update_segment, people.updated_segment),
    "DeleteSegment": CommandRpc(people.delete_segment, people.deleted_segment),
    "UpdateAttributes": CommandRpc(people.update_attributes, people.updated_attributes),
    "GetPerson": CommandRpc(people.read_person, people.got_person),
    "DeletePerson": CommandRpc(people.delete_person, people.deleted_person),
}
