"""Pages of lists whose records have places: a time and what breaks ties, not an id alone."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from google.protobuf.message import Message

from attribution_service.core.refusals import Reason, invalid
from attribution_service.storage.interface import Place, Placed
from attribution_service.transport.fields import Fields
from attribution_service.transport.reads import Page

M = TypeVar("M", bound=Message)
R = TypeVar("R")

_MOST_PARTS = 4
_LARGEST = 2**63


class PlacePage:
    """One page of such a list. Its token is bound to the query, of whatever that consists."""

    def __init__(self, query: Sequence[object], size: int, token: str, fields: Fields) -> None:
        self._page = Page([repr(part) for part in query], size, token, fields)
        _place(self._page.after)  # refused before the store is asked

    def fill(
        self,
        fetch: Callable[[Place | None, int], Sequence[Placed[R]]],
        encoded: Callable[[R], M],
    ) -> tuple[list[M], str]:
        """The messages of the page, and the token of the next; empty: there is none."""
        return self._page.fill(
            lambda after, limit: fetch(_place(after), limit),
            lambda found: encoded(found.record),
            lambda found: json.dumps(found.place),
        )


def _place(after: str) -> Place | None:
    """The place that a token holds. Raises Refusal if it holds none."""
    if not after:
        return None
    try:
        parts = json.loads(after)
    except ValueError:
        parts = None
    if not isinstance(parts, list) or len(parts) > _MOST_PARTS or not all(map(_is_part, parts)):
        raise invalid(
            "page_token",
            Reason.PAGE_TOKEN_INVALID,
            "is not one that this list gave for the same query",
        )
    return tuple(parts)


def _is_part(part: object) -> bool:
    if isinstance(part, int) and not isinstance(part, bool):
        return -_LARGEST <= part < _LARGEST
    return isinstance(part, str)
