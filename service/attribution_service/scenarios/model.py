"""A scenario: campaigns, and steps on a clock that stands where each step says."""

from dataclasses import dataclass

from attribution.v1 import campaign_service_pb2, segment_service_pb2
from google.protobuf.message import Message
from grpc import StatusCode

from attribution_service.scenarios.definitions import Definition
from attribution_service.scenarios.documents import Item
from attribution_service.transport.rpcs import Method


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """The error that a step must end in; what is None is not looked at, `message` is a part."""

    code: StatusCode | None = None
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One call at one time, and what must come of it; `name` is the RPC in snake_case."""

    item: Item
    name: str
    method: Method
    request: Message
    at_us: int
    expect: Item | None
    expect_error: ExpectedError | None


@dataclass(frozen=True, slots=True)
class CampaignToCreate:
    """A campaign that exists when the first step is played."""

    item: Item
    request: campaign_service_pb2.CreateCampaignRequest


@dataclass(frozen=True, slots=True)
class SegmentToCreate:
    """A segment that exists when the campaigns are created."""

    item: Item
    request: segment_service_pb2.CreateSegmentRequest


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is played on a store of its own.

    `given` is what its file and those that it uses define; it is created first.
    """

    item: Item
    name: str
    rules: tuple[str, ...]
    start_us: int
    given: tuple[Definition, ...]
    segments: tuple[SegmentToCreate, ...]
    campaigns: tuple[CampaignToCreate, ...]
    steps: tuple[Step, ...]
