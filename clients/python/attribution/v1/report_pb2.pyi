import datetime

from attribution.v1 import delivery_pb2 as _delivery_pb2
from attribution.v1 import journey_pb2 as _journey_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TimeBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_BASIS_UNSPECIFIED: _ClassVar[TimeBasis]
    TIME_BASIS_SENT: _ClassVar[TimeBasis]
    TIME_BASIS_CONVERTED: _ClassVar[TimeBasis]

class SeriesStep(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SERIES_STEP_UNSPECIFIED: _ClassVar[SeriesStep]
    SERIES_STEP_HOUR: _ClassVar[SeriesStep]
    SERIES_STEP_DAY: _ClassVar[SeriesStep]

class DeliveryFigure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_FIGURE_UNSPECIFIED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_SENT: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_OPENED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_CLICKED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_CONVERTED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_NOT_CONVERTED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_MACHINE_OPENED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_MACHINE_CLICKED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_UNTRACKED_CLICKED: _ClassVar[DeliveryFigure]
    DELIVERY_FIGURE_CONVERTIBLE: _ClassVar[DeliveryFigure]

class JourneyFigure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOURNEY_FIGURE_UNSPECIFIED: _ClassVar[JourneyFigure]
    JOURNEY_FIGURE_STARTED: _ClassVar[JourneyFigure]
    JOURNEY_FIGURE_ACTIVE: _ClassVar[JourneyFigure]
    JOURNEY_FIGURE_FINISHED: _ClassVar[JourneyFigure]
    JOURNEY_FIGURE_EXITED: _ClassVar[JourneyFigure]
    JOURNEY_FIGURE_CONVERTED: _ClassVar[JourneyFigure]
    JOURNEY_FIGURE_NOT_CONVERTED: _ClassVar[JourneyFigure]

class ActivityKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTIVITY_KIND_UNSPECIFIED: _ClassVar[ActivityKind]
    ACTIVITY_KIND_JOURNEY_STARTED: _ClassVar[ActivityKind]
    ACTIVITY_KIND_CONVERSION: _ClassVar[ActivityKind]
    ACTIVITY_KIND_JOURNEY_ENDED: _ClassVar[ActivityKind]

class CreditModel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CREDIT_MODEL_UNSPECIFIED: _ClassVar[CreditModel]
    CREDIT_MODEL_FIRST_TOUCH: _ClassVar[CreditModel]
    CREDIT_MODEL_LAST_TOUCH: _ClassVar[CreditModel]
    CREDIT_MODEL_LINEAR: _ClassVar[CreditModel]
    CREDIT_MODEL_TIME_DECAY: _ClassVar[CreditModel]
    CREDIT_MODEL_POSITION_BASED: _ClassVar[CreditModel]
TIME_BASIS_UNSPECIFIED: TimeBasis
TIME_BASIS_SENT: TimeBasis
TIME_BASIS_CONVERTED: TimeBasis
SERIES_STEP_UNSPECIFIED: SeriesStep
SERIES_STEP_HOUR: SeriesStep
SERIES_STEP_DAY: SeriesStep
DELIVERY_FIGURE_UNSPECIFIED: DeliveryFigure
DELIVERY_FIGURE_SENT: DeliveryFigure
DELIVERY_FIGURE_OPENED: DeliveryFigure
DELIVERY_FIGURE_CLICKED: DeliveryFigure
DELIVERY_FIGURE_CONVERTED: DeliveryFigure
DELIVERY_FIGURE_NOT_CONVERTED: DeliveryFigure
DELIVERY_FIGURE_MACHINE_OPENED: DeliveryFigure
DELIVERY_FIGURE_MACHINE_CLICKED: DeliveryFigure
DELIVERY_FIGURE_UNTRACKED_CLICKED: DeliveryFigure
DELIVERY_FIGURE_CONVERTIBLE: DeliveryFigure
JOURNEY_FIGURE_UNSPECIFIED: JourneyFigure
JOURNEY_FIGURE_STARTED: JourneyFigure
JOURNEY_FIGURE_ACTIVE: JourneyFigure
JOURNEY_FIGURE_FINISHED: JourneyFigure
JOURNEY_FIGURE_EXITED: JourneyFigure
JOURNEY_FIGURE_CONVERTED: JourneyFigure
JOURNEY_FIGURE_NOT_CONVERTED: JourneyFigure
ACTIVITY_KIND_UNSPECIFIED: ActivityKind
ACTIVITY_KIND_JOURNEY_STARTED: ActivityKind
ACTIVITY_KIND_CONVERSION: ActivityKind
ACTIVITY_KIND_JOURNEY_ENDED: ActivityKind
CREDIT_MODEL_UNSPECIFIED: CreditModel
CREDIT_MODEL_FIRST_TOUCH: CreditModel
CREDIT_MODEL_LAST_TOUCH: CreditModel
CREDIT_MODEL_LINEAR: CreditModel
CREDIT_MODEL_TIME_DECAY: CreditModel
CREDIT_MODEL_POSITION_BASED: CreditModel

class DeliveryFigures(_message.Message):
    __slots__ = ("sent", "opened", "clicked", "converted", "not_converted", "machine_opened", "machine_clicked", "untracked_clicked", "convertible", "shares")
    SENT_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    CLICKED_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    NOT_CONVERTED_FIELD_NUMBER: _ClassVar[int]
    MACHINE_OPENED_FIELD_NUMBER: _ClassVar[int]
    MACHINE_CLICKED_FIELD_NUMBER: _ClassVar[int]
    UNTRACKED_CLICKED_FIELD_NUMBER: _ClassVar[int]
    CONVERTIBLE_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    sent: int
    opened: int
    clicked: int
    converted: int
    not_converted: int
    machine_opened: int
    machine_clicked: int
    untracked_clicked: int
    convertible: int
    shares: DeliveryShares
    def __init__(self, sent: _Optional[int] = ..., opened: _Optional[int] = ..., clicked: _Optional[int] = ..., converted: _Optional[int] = ..., not_converted: _Optional[int] = ..., machine_opened: _Optional[int] = ..., machine_clicked: _Optional[int] = ..., untracked_clicked: _Optional[int] = ..., convertible: _Optional[int] = ..., shares: _Optional[_Union[DeliveryShares, _Mapping]] = ...) -> None: ...

class DeliveryShares(_message.Message):
    __slots__ = ("opened", "clicked", "converted", "not_converted")
    OPENED_FIELD_NUMBER: _ClassVar[int]
    CLICKED_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    NOT_CONVERTED_FIELD_NUMBER: _ClassVar[int]
    opened: float
    clicked: float
    converted: float
    not_converted: float
    def __init__(self, opened: _Optional[float] = ..., clicked: _Optional[float] = ..., converted: _Optional[float] = ..., not_converted: _Optional[float] = ...) -> None: ...

class JourneyFigures(_message.Message):
    __slots__ = ("started", "active", "finished", "exited", "converted", "not_converted", "shares")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    EXITED_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    NOT_CONVERTED_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    started: int
    active: int
    finished: int
    exited: int
    converted: int
    not_converted: int
    shares: JourneyShares
    def __init__(self, started: _Optional[int] = ..., active: _Optional[int] = ..., finished: _Optional[int] = ..., exited: _Optional[int] = ..., converted: _Optional[int] = ..., not_converted: _Optional[int] = ..., shares: _Optional[_Union[JourneyShares, _Mapping]] = ...) -> None: ...

class JourneyShares(_message.Message):
    __slots__ = ("active", "finished", "exited", "converted", "not_converted")
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    EXITED_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    NOT_CONVERTED_FIELD_NUMBER: _ClassVar[int]
    active: float
    finished: float
    exited: float
    converted: float
    not_converted: float
    def __init__(self, active: _Optional[float] = ..., finished: _Optional[float] = ..., exited: _Optional[float] = ..., converted: _Optional[float] = ..., not_converted: _Optional[float] = ...) -> None: ...

class ExitCount(_message.Message):
    __slots__ = ("reason", "count")
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    reason: _journey_pb2.ExitReason
    count: int
    def __init__(self, reason: _Optional[_Union[_journey_pb2.ExitReason, str]] = ..., count: _Optional[int] = ...) -> None: ...

class ActionMetrics(_message.Message):
    __slots__ = ("action_id", "deliveries", "converted_people", "total_value", "conversions_without_value")
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_WITHOUT_VALUE_FIELD_NUMBER: _ClassVar[int]
    action_id: str
    deliveries: DeliveryFigures
    converted_people: int
    total_value: float
    conversions_without_value: int
    def __init__(self, action_id: _Optional[str] = ..., deliveries: _Optional[_Union[DeliveryFigures, _Mapping]] = ..., converted_people: _Optional[int] = ..., total_value: _Optional[float] = ..., conversions_without_value: _Optional[int] = ...) -> None: ...

class MetricsStep(_message.Message):
    __slots__ = ("start_time", "end_time", "deliveries", "journeys", "converted_people", "total_value", "conversions_without_value")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_WITHOUT_VALUE_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    deliveries: DeliveryFigures
    journeys: JourneyFigures
    converted_people: int
    total_value: float
    conversions_without_value: int
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deliveries: _Optional[_Union[DeliveryFigures, _Mapping]] = ..., journeys: _Optional[_Union[JourneyFigures, _Mapping]] = ..., converted_people: _Optional[int] = ..., total_value: _Optional[float] = ..., conversions_without_value: _Optional[int] = ...) -> None: ...

class PersonActivity(_message.Message):
    __slots__ = ("time", "kind", "campaign_id", "journey_id", "delivery_id", "action_id", "channel", "event_id", "value", "exit_reason")
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EXIT_REASON_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    kind: ActivityKind
    campaign_id: str
    journey_id: str
    delivery_id: str
    action_id: str
    channel: _delivery_pb2.Channel
    event_id: str
    value: float
    exit_reason: _journey_pb2.ExitReason
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[ActivityKind, str]] = ..., campaign_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., delivery_id: _Optional[str] = ..., action_id: _Optional[str] = ..., channel: _Optional[_Union[_delivery_pb2.Channel, str]] = ..., event_id: _Optional[str] = ..., value: _Optional[float] = ..., exit_reason: _Optional[_Union[_journey_pb2.ExitReason, str]] = ...) -> None: ...

class CreditSettings(_message.Message):
    __slots__ = ("model", "half_life", "first_percent", "last_percent")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    HALF_LIFE_FIELD_NUMBER: _ClassVar[int]
    FIRST_PERCENT_FIELD_NUMBER: _ClassVar[int]
    LAST_PERCENT_FIELD_NUMBER: _ClassVar[int]
    model: CreditModel
    half_life: _duration_pb2.Duration
    first_percent: int
    last_percent: int
    def __init__(self, model: _Optional[_Union[CreditModel, str]] = ..., half_life: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., first_percent: _Optional[int] = ..., last_percent: _Optional[int] = ...) -> None: ...

class ActionCredit(_message.Message):
    __slots__ = ("action_id", "credit_billionths", "value")
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_BILLIONTHS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    action_id: str
    credit_billionths: int
    value: float
    def __init__(self, action_id: _Optional[str] = ..., credit_billionths: _Optional[int] = ..., value: _Optional[float] = ...) -> None: ...
