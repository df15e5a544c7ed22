"""Python client of the attribution service.

`AttributionClient` blocks, `AsyncAttributionClient` is for asyncio; both have the
same methods, one for each call of the service. The messages of the contract that
callers need are here too; all of them are in `attribution.v1`.
"""

from attribution.v1.attribution_service_pb2 import (
    BatchError,
    CheckExitBatchResponse,
    CheckExitRequest,
    CheckExitResponse,
    CheckExitResult,
    EvaluateBatchResponse,
    EvaluateRequest,
    EvaluateResponse,
    EvaluateResult,
    IngestItem,
    IngestResponse,
    IngestResult,
    NextStep,
)
from attribution.v1.backtest_pb2 import (
    BacktestConversion,
    BacktestFigures,
    BacktestNote,
    BacktestNoteKind,
    BacktestProgress,
    BacktestSummary,
)
from attribution.v1.campaign_pb2 import (
    Campaign,
    CampaignKind,
    CampaignRevision,
    ExitPolicy,
    SegmentSet,
    Trigger,
)
from attribution.v1.conversion_pb2 import Candidate, Conversion
from attribution.v1.delivery_pb2 import Channel, Delivery, DeliveryStatus, InteractionKind
from attribution.v1.error_reason_pb2 import ErrorReason
from attribution.v1.explanation_pb2 import Explanation, ExplanationVerdict, Verdict
from attribution.v1.goal_pb2 import Basis, EntersSegment, Goal, LeavesSegment, PerformsEvent
from attribution.v1.journey_pb2 import ExitReason, Journey, JourneyState
from attribution.v1.person_pb2 import Person
from attribution.v1.person_service_pb2 import UpdateAttributesResponse
from attribution.v1.report_pb2 import (
    ActionCredit,
    ActivityKind,
    CreditModel,
    CreditSettings,
    DeliveryFigure,
    JourneyFigure,
    PersonActivity,
    SeriesStep,
    TimeBasis,
)
from attribution.v1.report_service_pb2 import GetMetricsResponse, WatchConversionsResponse
from attribution.v1.rule_pb2 import (
    RuleDiagnostic,
    RuleErrorKind,
    RuleOutcome,
    RulePart,
    RulePlace,
    RuleValueType,
    Severity,
)
from attribution.v1.rule_service_pb2 import (
    BacktestResponse,
    CheckRuleResponse,
    SimulateResponse,
    SimulateResult,
    SimulateStep,
    TryRuleResponse,
)
from attribution.v1.segment_pb2 import MembershipChange, Segment, SegmentChange

from attribution_client._retry import Clock, RetryPolicy
from attribution_client._version import __version__
from attribution_client.aio import AsyncAttributionClient
from attribution_client.client import AttributionClient
from attribution_client.errors import (
    Aborted,
    AlreadyExists,
    AttributionError,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    Internal,
    InvalidArgument,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Unimplemented,
    Unknown,
)

__all__ = [
    "Aborted",
    "ActionCredit",
    "ActivityKind",
    "AlreadyExists",
    "AsyncAttributionClient",
    "AttributionClient",
    "AttributionError",
    "BacktestConversion",
    "BacktestFigures",
    "BacktestNote",
    "BacktestNoteKind",
    "BacktestProgress",
    "BacktestResponse",
    "BacktestSummary",
    "Basis",
    "BatchError",
    "Campaign",
    "CampaignKind",
    "CampaignRevision",
    "Cancelled",
    "Candidate",
    "Channel",
    "CheckExitBatchResponse",
    "CheckExitRequest",
    "CheckExitResponse",
    "CheckExitResult",
    "CheckRuleResponse",
    "Clock",
    "Conversion",
    "CreditModel",
    "CreditSettings",
    "DataLoss",
    "DeadlineExceeded",
    "Delivery",
    "DeliveryFigure",
    "DeliveryStatus",
    "EntersSegment",
    "ErrorReason",
    "EvaluateBatchResponse",
    "EvaluateRequest",
    "EvaluateResponse",
    "EvaluateResult",
    "ExitPolicy",
    "ExitReason",
    "Explanation",
    "ExplanationVerdict",
    "FailedPrecondition",
    "FieldViolation",
    "GetMetricsResponse",
    "Goal",
    "IngestItem",
    "IngestResponse",
    "IngestResult",
    "InteractionKind",
    "Internal",
    "InvalidArgument",
    "Journey",
    "JourneyFigure",
    "JourneyState",
    "LeavesSegment",
    "MembershipChange",
    "NextStep",
    "NotFound",
    "OutOfRange",
    "PerformsEvent",
    "PermissionDenied",
    "Person",
    "PersonActivity",
    "ResourceExhausted",
    "RetryPolicy",
    "RuleDiagnostic",
    "RuleErrorKind",
    "RuleOutcome",
    "RulePart",
    "RulePlace",
    "RuleValueType",
    "Segment",
    "SegmentChange",
    "SegmentSet",
    "SeriesStep",
    "Severity",
    "SimulateResponse",
    "SimulateResult",
    "SimulateStep",
    "TimeBasis",
    "Trigger",
    "TryRuleResponse",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "Unknown",
    "UpdateAttributesResponse",
    "Verdict",
    "WatchConversionsResponse",
    "__version__",
]
