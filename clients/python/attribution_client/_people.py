"""The calls about people and segments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from attribution.v1.person_service_pb2 import (
    DeletePersonResponse,
    GetPersonResponse,
    UpdateAttributesResponse,
)
from attribution.v1.segment_pb2 import Segment
from attribution.v1.segment_service_pb2 import (
    CreateSegmentResponse,
    DeleteSegmentResponse,
    GetSegmentResponse,
    UpdateSegmentResponse,
)

from attribution_client import _requests
from attribution_client._async_calls import AsyncCalls
from attribution_client._calls import Calls
from attribution_client._convert import Properties


class PersonCalls(Calls):
    """The calls about people and segments."""

    def update_attributes(
        self,
        *,
        person_id: str,
        attributes: Properties | None = None,
        remove_names: Sequence[str] = (),
        update_id: str = "",
        explain: bool = False,
        timeout: float | None = None,
    ) -> UpdateAttributesResponse:
        """Store attributes of a person; segments with a rule are entered and left by it.

        Args:
            person_id: The person.
            attributes: New values by name; other names stay as they are. None as
                a value is null, and removes nothing.
            remove_names: Names to remove.
            update_id: The caller's id of the update, unique within the person.
                Set it to get the same answer if the call is repeated.
            explain: Ask for the explanation too.
            timeout: Seconds; None: the client's.

        Returns:
            The person as they are now, the segments entered and left, and what
            this achieved.

        Raises:
            AlreadyExists: The id was used for something else.
            AttributionError: The call failed otherwise.
        """
        request = _requests.update_attributes(
            person_id, attributes, remove_names, update_id, explain
        )
        return self._call(self._people.UpdateAttributes, request, timeout)

    def get_person(self, person_id: str, *, timeout: float | None = None) -> GetPersonResponse:
        """Return a person's attributes and segments as they are now.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.get_person(person_id)
        return self._call(self._people.GetPerson, request, timeout)

    def delete_person(
        self, person_id: str, *, timeout: float | None = None
    ) -> DeletePersonResponse:
        """Remove everything that is a person's, for good; figures stay as they were.

        Deleting twice, or somebody who was never there, is no error.

        Args:
            person_id: The person.
            timeout: Seconds; None: the client's.

        Raises:
            AttributionError: The call failed.
        """
        request = _requests.delete_person(person_id)
        return self._call(self._people.DeletePerson, request, timeout)

    def create_segment(
        self, segment: Segment, *, timeout: float | None = None
    ) -> CreateSegmentResponse:
        """Create a segment.

        Args:
            segment: The segment; its output-only fields are not looked at.
            timeout: Seconds; None: the client's.

        Raises:
            AlreadyExists: The id is taken.
            InvalidArgument: A field or the rule is refused.
            AttributionError: The call failed otherwise.
        """
        request = _requests.create_segment(segment)
        return self._call(self._segments.CreateSegment, request, timeout)

    def get_segment(self, segment_id: str, *, timeout: float | None = None) -> GetSegmentResponse:
        """Return a segment as it is now.

        Raises:
            NotFound: There is no such segment.
            AttributionError: The call failed otherwise.
        """
        request = _requests.get_segment(segment_id)
        return self._call(self._segments.GetSegment, request, timeout)

    def list_segments(
        self, *, page_size: int = 0, timeout: float | None = None
    ) -> Iterator[Segment]:
        """List all segments in byte order of their ids, fetching pages as needed.

        Args:
            page_size: Segments to fetch at once, at most 1000; 0: 50.
            timeout: Seconds for each page; None: the client's.

        Raises:
            AttributionError: Fetching a page failed; raised while iterating.
        """
        request = _requests.list_segments(page_size)
        pages = self._pages(self._segments.ListSegments, request, timeout)
        return (segment for page in pages for segment in page.segments)

    def update_segment(
        self,
        segment: Segment,
        *,
        update_mask: Sequence[str] = (),
        timeout: float | None = None,
    ) -> UpdateSegmentResponse:
        """Change a segment's name or rule; nobody achieves anything by that.

        Args:
            segment: The new values, the id, and, to be refused if somebody else
                changed it in between, the etag.
            update_mask: `["display_name"]`, `["rule"]` or both. Empty: those set
                in `segment`.
            timeout: Seconds; None: the client's.

        Raises:
            Aborted: The etag is not the current one.
            NotFound: There is no such segment.
            FailedPrecondition: It has a rule, which cannot be taken away, or none.
            InvalidArgument: A field, the rule or a path of the mask is refused.
            AttributionError: The call failed otherwise.
        """
        request = _requests.update_segment(segment, update_mask)
        return self._call(self._segments.UpdateSegment, request, timeout)

    def delete_segment(
        self, segment_id: str, *, etag: str = "", timeout: float | None = None
    ) -> DeleteSegmentResponse:
        """Delete a segment with its members.

        Args:
            segment_id: The segment.
            etag: To be refused if somebody else changed it in between.
            timeout: Seconds; None: the client's.

        Raises:
            Aborted: The etag is not the current one.
            NotFound: There is no such segment; it may be this very call that
                deleted it, if an earlier attempt's answer was lost.
            FailedPrecondition: A campaign is about it.
            AttributionError: The call failed otherwise.
        """
        request = _requests.delete_segment(segment_id, etag)
        return self._call(self._segments.DeleteSegment, request, timeout)


class AsyncPersonCalls(AsyncCalls):
    """The same for asyncio."""

    async def update_attributes(
        self,
        *,
        person_id: str,
        attributes: Properties | None = None,
        remove_names: Sequence[str] = (),
        update_id: str = "",
        explain: bool = False,
        timeout: float | None = None,
    ) -> UpdateAttributesResponse:
        """Store attributes of a person; segments with a rule are entered and left by it.

        See `AttributionClient.update_attributes`.
        """
        request = _requests.update_attributes(
            person_id, attributes, remove_names, update_id, explain
        )
        return await self._call(self._people.UpdateAttributes, request, timeout)

    async def get_person(
        self, person_id: str, *, timeout: float | None = None
    ) -> GetPersonResponse:
        """Return a person's attributes and segments as they are now.

        See `AttributionClient.get_person`.
        """
        request = _requests.get_person(person_id)
        return await self._call(self._people.GetPerson, request, timeout)

    async def delete_person(
        self, person_id: str, *, timeout: float | None = None
    ) -> DeletePersonResponse:
        """Remove everything that is a person's, for good; figures stay as they were.

        See `AttributionClient.delete_person`.
        """
        request = _requests.delete_person(person_id)
        return await self._call(self._people.DeletePerson, request, timeout)

    async def create_segment(
        self, segment: Segment, *, timeout: float | None = None
    ) -> CreateSegmentResponse:
        """Create a segment.

        See `AttributionClient.create_segment`.
        """
        request = _requests.create_segment(segment)
        return await self._call(self._segments.CreateSegment, request, timeout)

    async def get_segment(
        self, segment_id: str, *, timeout: float | None = None
    ) -> GetSegmentResponse:
        """Return a segment as it is now.

        See `AttributionClient.get_segment`.
        """
        request = _requests.get_segment(segment_id)
        return await self._call(self._segments.GetSegment, request, timeout)

    def list_segments(
        self, *, page_size: int = 0, timeout: float | None = None
    ) -> AsyncIterator[Segment]:
        """List all segments in byte order of their ids, fetching pages as needed.

        See `AttributionClient.list_segments`.
        """
        request = _requests.list_segments(page_size)
        pages = self._pages(self._segments.ListSegments, request, timeout)
        return (segment async for page in pages for segment in page.segments)

    async def update_segment(
        self,
        segment: Segment,
        *,
        update_mask: Sequence[str] = (),
        timeout: float | None = None,
    ) -> UpdateSegmentResponse:
        """Change a segment's name or rule; nobody achieves anything by that.

        See `AttributionClient.update_segment`.
        """
        request = _requests.update_segment(segment, update_mask)
        return await self._call(self._segments.UpdateSegment, request, timeout)

    async def delete_segment(
        self, segment_id: str, *, etag: str = "", timeout: float | None = None
    ) -> DeleteSegmentResponse:
        """Delete a segment with its members.

        See `AttributionClient.delete_segment`.
        """
        request = _requests.delete_segment(segment_id, etag)
        return await self._call(self._segments.DeleteSegment, request, timeout)
