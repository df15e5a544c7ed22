"""Pages of lists whose records have places: a time and what breaks ties, not an id alone."""

import json
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from attribution_service.core.refusals import Reason, Refusal, invalid
from attribution_service.storage.interface import Place, Placed
from attribution_service.transport.fields import Fields
from attribution_service.transport.reads import Page, is_text

M = TypeVar("M", bound=Message)
R = TypeVar("R")

_LARGEST = 2**63


class PagedRequest(Protocol):
    """A request for a page of any list; a generated message."""

    page_size: int
    page_token: str


class PlacePage:
    """One page of such a list, whose places have parts of these types.

    Its token is bound to the query, of whatever that consists.
    """

    def __init__(
        self,
        query: Sequence[object],
        parts: Sequence[type[int | str]],
        request: PagedRequest,
        fields: Fields,
    ) -> None:
        told = [repr(part) for part in query]
        self._page = Page(told, request.page_size, request.page_token, fields)
        self._parts = parts
        self._place(self._page.after)  # refused before the store is asked

    def fill(
        self,
        fetch: Callable[[Place | None, int], Sequence[Placed[R]]],
        encoded: Callable[[R], M],
    ) -> tuple[list[M], str]:
        """The messages of the page, and the token of the next; empty: there is none."""
        return self._page.fill(
            lambda after, limit: fetch(self._place(after), limit),
            lambda found: encoded(found.record),
            lambda found: json.dumps(found.place),
        )

    def _place(self, after: str) -> Place | None:
        """The place that a token holds. Raises Refusal if it holds none."""
        if not after:
            return None
        try:
            found = json.loads(after)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list) or len(found) != len(self._parts):
            raise _not_ours()
        if not all(map(_is, found, self._parts)):
            raise _not_ours()
        return tuple(found)


def _is(part: object, kind: type[int | str]) -> bool:
    if type(part) is int and kind is int:
        return -_LARGEST <= part < _LARGEST
    return type(part) is kind and (not isinstance(part, str) or is_text(part))


def _not_ours() -> Refusal:
    return invalid(
        "page_token",
        Reason.PAGE_TOKEN_INVALID,
        "is not one that this list gave for the same query",
    )
