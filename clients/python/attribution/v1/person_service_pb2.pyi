from attribution.v1 import conversion_pb2 as _conversion_pb2
from attribution.v1 import explanation_pb2 as _explanation_pb2
from attribution.v1 import person_pb2 as _person_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UpdateAttributesRequest(_message.Message):
    __slots__ = ("person_id", "attributes", "remove_names", "update_id", "explain")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    REMOVE_NAMES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_ID_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    attributes: _struct_pb2.Struct
    remove_names: _containers.RepeatedScalarFieldContainer[str]
    update_id: str
    explain: bool
    def __init__(self, person_id: _Optional[str] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., remove_names: _Optional[_Iterable[str]] = ..., update_id: _Optional[str] = ..., explain: bool = ...) -> None: ...

class UpdateAttributesResponse(_message.Message):
    __slots__ = ("person", "entered_segment_ids", "left_segment_ids", "conversions", "achieved_journeys", "replayed", "explanation")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    ENTERED_SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    LEFT_SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    person: _person_pb2.Person
    entered_segment_ids: _containers.RepeatedScalarFieldContainer[str]
    left_segment_ids: _containers.RepeatedScalarFieldContainer[str]
    conversions: _containers.RepeatedCompositeFieldContainer[_conversion_pb2.Conversion]
    achieved_journeys: _containers.RepeatedScalarFieldContainer[str]
    replayed: bool
    explanation: _explanation_pb2.Explanation
    def __init__(self, person: _Optional[_Union[_person_pb2.Person, _Mapping]] = ..., entered_segment_ids: _Optional[_Iterable[str]] = ..., left_segment_ids: _Optional[_Iterable[str]] = ..., conversions: _Optional[_Iterable[_Union[_conversion_pb2.Conversion, _Mapping]]] = ..., achieved_journeys: _Optional[_Iterable[str]] = ..., replayed: bool = ..., explanation: _Optional[_Union[_explanation_pb2.Explanation, _Mapping]] = ...) -> None: ...

class GetPersonRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class GetPersonResponse(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: _person_pb2.Person
    def __init__(self, person: _Optional[_Union[_person_pb2.Person, _Mapping]] = ...) -> None: ...

class DeletePersonRequest(_message.Message):
    __slots__ = ("person_id",)
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    def __init__(self, person_id: _Optional[str] = ...) -> None: ...

class DeletePersonResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
