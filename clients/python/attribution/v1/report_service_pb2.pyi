import datetime

from attribution.v1 import conversion_pb2 as _conversion_pb2
from attribution.v1 import delivery_pb2 as _delivery_pb2
from attribution.v1 import journey_pb2 as _journey_pb2
from attribution.v1 import report_pb2 as _report_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetMetricsRequest(_message.Message):
    __slots__ = ("campaign_id", "start_time", "end_time", "time_basis", "step", "time_zone", "credit")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_BASIS_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    time_basis: _report_pb2.TimeBasis
    step: _report_pb2.SeriesStep
    time_zone: str
    credit: _report_pb2.CreditSettings
    def __init__(self, campaign_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., time_basis: _Optional[_Union[_report_pb2.TimeBasis, str]] = ..., step: _Optional[_Union[_report_pb2.SeriesStep, str]] = ..., time_zone: _Optional[str] = ..., credit: _Optional[_Union[_report_pb2.CreditSettings, _Mapping]] = ...) -> None: ...

class GetMetricsResponse(_message.Message):
    __slots__ = ("campaign_id", "time_basis", "deliveries", "journeys", "exits", "total_value", "converted_people", "conversions_without_value", "actions", "action_count", "series", "credits")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_BASIS_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_WITHOUT_VALUE_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ACTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    time_basis: _report_pb2.TimeBasis
    deliveries: _report_pb2.DeliveryFigures
    journeys: _report_pb2.JourneyFigures
    exits: _containers.RepeatedCompositeFieldContainer[_report_pb2.ExitCount]
    total_value: float
    converted_people: int
    conversions_without_value: int
    actions: _containers.RepeatedCompositeFieldContainer[_report_pb2.ActionMetrics]
    action_count: int
    series: _containers.RepeatedCompositeFieldContainer[_report_pb2.MetricsStep]
    credits: _containers.RepeatedCompositeFieldContainer[_report_pb2.ActionCredit]
    def __init__(self, campaign_id: _Optional[str] = ..., time_basis: _Optional[_Union[_report_pb2.TimeBasis, str]] = ..., deliveries: _Optional[_Union[_report_pb2.DeliveryFigures, _Mapping]] = ..., journeys: _Optional[_Union[_report_pb2.JourneyFigures, _Mapping]] = ..., exits: _Optional[_Iterable[_Union[_report_pb2.ExitCount, _Mapping]]] = ..., total_value: _Optional[float] = ..., converted_people: _Optional[int] = ..., conversions_without_value: _Optional[int] = ..., actions: _Optional[_Iterable[_Union[_report_pb2.ActionMetrics, _Mapping]]] = ..., action_count: _Optional[int] = ..., series: _Optional[_Iterable[_Union[_report_pb2.MetricsStep, _Mapping]]] = ..., credits: _Optional[_Iterable[_Union[_report_pb2.ActionCredit, _Mapping]]] = ...) -> None: ...

class ListConversionsRequest(_message.Message):
    __slots__ = ("campaign_id", "action_id", "channel", "start_time", "end_time", "page_size", "page_token")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    action_id: str
    channel: _delivery_pb2.Channel
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, campaign_id: _Optional[str] = ..., action_id: _Optional[str] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListConversionsResponse(_message.Message):
    __slots__ = ("conversions", "next_page_token")
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conversions: _containers.RepeatedCompositeFieldContainer[_conversion_pb2.Conversion]
    next_page_token: str
    def __init__(self, conversions: _Optional[_Iterable[_Union[_conversion_pb2.Conversion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListSentDeliveriesRequest(_message.Message):
    __slots__ = ("campaign_id", "action_id", "channel", "figure", "start_time", "end_time", "page_size", "page_token")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    action_id: str
    channel: _delivery_pb2.Channel
    figure: _report_pb2.DeliveryFigure
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, campaign_id: _Optional[str] = ..., action_id: _Optional[str] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., figure: _Optional[_Union[_report_pb2.DeliveryFigure, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSentDeliveriesResponse(_message.Message):
    __slots__ = ("deliveries", "next_page_token")
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deliveries: _containers.RepeatedCompositeFieldContainer[_delivery_pb2.Delivery]
    next_page_token: str
    def __init__(self, deliveries: _Optional[_Iterable[_Union[_delivery_pb2.Delivery, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListStartedJourneysRequest(_message.Message):
    __slots__ = ("campaign_id", "figure", "exit_reason", "start_time", "end_time", "page_size", "page_token")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    EXIT_REASON_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    figure: _report_pb2.JourneyFigure
    exit_reason: _journey_pb2.ExitReason
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, campaign_id: _Optional[str] = ..., figure: _Optional[_Union[_report_pb2.JourneyFigure, str]] = ..., exit_reason: _Optional[_Union[_journey_pb2.ExitReason, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStartedJourneysResponse(_message.Message):
    __slots__ = ("journeys", "next_page_token")
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    journeys: _containers.RepeatedCompositeFieldContainer[_journey_pb2.Journey]
    next_page_token: str
    def __init__(self, journeys: _Optional[_Iterable[_Union[_journey_pb2.Journey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPersonSentRequest(_message.Message):
    __slots__ = ("person_id", "page_size", "page_token")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    page_size: int
    page_token: str
    def __init__(self, person_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPersonSentResponse(_message.Message):
    __slots__ = ("deliveries", "next_page_token")
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deliveries: _containers.RepeatedCompositeFieldContainer[_delivery_pb2.Delivery]
    next_page_token: str
    def __init__(self, deliveries: _Optional[_Iterable[_Union[_delivery_pb2.Delivery, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPersonActivityRequest(_message.Message):
    __slots__ = ("person_id", "page_size", "page_token")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    page_size: int
    page_token: str
    def __init__(self, person_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPersonActivityResponse(_message.Message):
    __slots__ = ("activities", "next_page_token")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[_report_pb2.PersonActivity]
    next_page_token: str
    def __init__(self, activities: _Optional[_Iterable[_Union[_report_pb2.PersonActivity, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchConversionsRequest(_message.Message):
    __slots__ = ("campaign_id", "cursor", "from_now", "end_when_caught_up")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    FROM_NOW_FIELD_NUMBER: _ClassVar[int]
    END_WHEN_CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    cursor: str
    from_now: bool
    end_when_caught_up: bool
    def __init__(self, campaign_id: _Optional[str] = ..., cursor: _Optional[str] = ..., from_now: bool = ..., end_when_caught_up: bool = ...) -> None: ...

class WatchConversionsResponse(_message.Message):
    __slots__ = ("conversion", "cursor")
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    conversion: _conversion_pb2.Conversion
    cursor: str
    def __init__(self, conversion: _Optional[_Union[_conversion_pb2.Conversion, _Mapping]] = ..., cursor: _Optional[str] = ...) -> None: ...
