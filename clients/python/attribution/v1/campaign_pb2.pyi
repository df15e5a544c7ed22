import datetime

from attribution.v1 import goal_pb2 as _goal_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CampaignKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMPAIGN_KIND_UNSPECIFIED: _ClassVar[CampaignKind]
    CAMPAIGN_KIND_TRIGGERED: _ClassVar[CampaignKind]
    CAMPAIGN_KIND_NEWSLETTER: _ClassVar[CampaignKind]

class ExitPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXIT_POLICY_UNSPECIFIED: _ClassVar[ExitPolicy]
    EXIT_POLICY_NEVER: _ClassVar[ExitPolicy]
    EXIT_POLICY_GOAL: _ClassVar[ExitPolicy]
    EXIT_POLICY_NO_LONGER_MATCHING: _ClassVar[ExitPolicy]
    EXIT_POLICY_GOAL_OR_NO_LONGER_MATCHING: _ClassVar[ExitPolicy]
CAMPAIGN_KIND_UNSPECIFIED: CampaignKind
CAMPAIGN_KIND_TRIGGERED: CampaignKind
CAMPAIGN_KIND_NEWSLETTER: CampaignKind
EXIT_POLICY_UNSPECIFIED: ExitPolicy
EXIT_POLICY_NEVER: ExitPolicy
EXIT_POLICY_GOAL: ExitPolicy
EXIT_POLICY_NO_LONGER_MATCHING: ExitPolicy
EXIT_POLICY_GOAL_OR_NO_LONGER_MATCHING: ExitPolicy

class Campaign(_message.Message):
    __slots__ = ("campaign_id", "display_name", "kind", "trigger", "audience_filter", "goal", "exit_policy", "webhook_action_ids", "revision", "etag", "create_time", "update_time", "archive_time")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FILTER_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    EXIT_POLICY_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_ACTION_IDS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    display_name: str
    kind: CampaignKind
    trigger: Trigger
    audience_filter: str
    goal: _goal_pb2.Goal
    exit_policy: ExitPolicy
    webhook_action_ids: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    archive_time: _timestamp_pb2.Timestamp
    def __init__(self, campaign_id: _Optional[str] = ..., display_name: _Optional[str] = ..., kind: _Optional[_Union[CampaignKind, str]] = ..., trigger: _Optional[_Union[Trigger, _Mapping]] = ..., audience_filter: _Optional[str] = ..., goal: _Optional[_Union[_goal_pb2.Goal, _Mapping]] = ..., exit_policy: _Optional[_Union[ExitPolicy, str]] = ..., webhook_action_ids: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., archive_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CampaignRevision(_message.Message):
    __slots__ = ("revision", "trigger", "audience_filter", "goal", "exit_policy", "webhook_action_ids", "create_time")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FILTER_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    EXIT_POLICY_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_ACTION_IDS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    revision: int
    trigger: Trigger
    audience_filter: str
    goal: _goal_pb2.Goal
    exit_policy: ExitPolicy
    webhook_action_ids: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, revision: _Optional[int] = ..., trigger: _Optional[_Union[Trigger, _Mapping]] = ..., audience_filter: _Optional[str] = ..., goal: _Optional[_Union[_goal_pb2.Goal, _Mapping]] = ..., exit_policy: _Optional[_Union[ExitPolicy, str]] = ..., webhook_action_ids: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Trigger(_message.Message):
    __slots__ = ("event_name", "any_segment", "all_segments")
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    ANY_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    ALL_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    event_name: str
    any_segment: SegmentSet
    all_segments: SegmentSet
    def __init__(self, event_name: _Optional[str] = ..., any_segment: _Optional[_Union[SegmentSet, _Mapping]] = ..., all_segments: _Optional[_Union[SegmentSet, _Mapping]] = ...) -> None: ...

class SegmentSet(_message.Message):
    __slots__ = ("segment_ids",)
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...
