from attribution.v1 import journey_pb2 as _journey_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartJourneyRequest(_message.Message):
    __slots__ = ("journey_id", "campaign_id", "person_id", "trigger_properties")
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    campaign_id: str
    person_id: str
    trigger_properties: _struct_pb2.Struct
    def __init__(self, journey_id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., person_id: _Optional[str] = ..., trigger_properties: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class StartJourneyResponse(_message.Message):
    __slots__ = ("journey", "replayed")
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    journey: _journey_pb2.Journey
    replayed: bool
    def __init__(self, journey: _Optional[_Union[_journey_pb2.Journey, _Mapping]] = ..., replayed: bool = ...) -> None: ...

class GetJourneyRequest(_message.Message):
    __slots__ = ("person_id", "journey_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    journey_id: str
    def __init__(self, person_id: _Optional[str] = ..., journey_id: _Optional[str] = ...) -> None: ...

class GetJourneyResponse(_message.Message):
    __slots__ = ("journey",)
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    journey: _journey_pb2.Journey
    def __init__(self, journey: _Optional[_Union[_journey_pb2.Journey, _Mapping]] = ...) -> None: ...

class ListJourneysRequest(_message.Message):
    __slots__ = ("person_id", "campaign_id", "page_size", "page_token")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    campaign_id: str
    page_size: int
    page_token: str
    def __init__(self, person_id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJourneysResponse(_message.Message):
    __slots__ = ("journeys", "next_page_token")
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    journeys: _containers.RepeatedCompositeFieldContainer[_journey_pb2.Journey]
    next_page_token: str
    def __init__(self, journeys: _Optional[_Iterable[_Union[_journey_pb2.Journey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FinishJourneyRequest(_message.Message):
    __slots__ = ("person_id", "journey_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    journey_id: str
    def __init__(self, person_id: _Optional[str] = ..., journey_id: _Optional[str] = ...) -> None: ...

class FinishJourneyResponse(_message.Message):
    __slots__ = ("journey", "replayed")
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    journey: _journey_pb2.Journey
    replayed: bool
    def __init__(self, journey: _Optional[_Union[_journey_pb2.Journey, _Mapping]] = ..., replayed: bool = ...) -> None: ...
