"""How large the results of functions may grow: a few short calls can ask for any amount."""

from collections.abc import Iterable
from typing import Final

from attribution_dsl.values import ErrorKind, ErrorValue

MOST_CHARACTERS: Final = 1_048_576
MOST_ITEMS: Final = 65_536
# A piece takes half a microsecond, however short it is.
_MOST_PIECES: Final = 32_768
TEXT_TOO_LONG: Final = ErrorValue(
    ErrorKind.BUDGET_EXCEEDED, f"a text would have more than {MOST_CHARACTERS} characters"
)
LIST_TOO_LONG: Final = ErrorValue(
    ErrorKind.BUDGET_EXCEEDED, f"a list would have more than {MOST_ITEMS} items"
)
_TOO_MANY_PIECES: Final = ErrorValue(
    ErrorKind.BUDGET_EXCEEDED, f"a text would be made of more than {_MOST_PIECES} pieces"
)


def assemble(pieces: Iterable[str | ErrorValue]) -> str | ErrorValue:
    """Put a text together from its pieces.

    Takes no more pieces than it needs to find that they are too many or the text would be too long,
    so they may be made one by one.

    Returns:
        The text; the first error among the pieces, if there is one.
    """
    found: list[str] = []
    length = 0
    for each in pieces:
        if isinstance(each, ErrorValue):
            return each
        length += len(each)
        if length > MOST_CHARACTERS:
            return TEXT_TOO_LONG
        if len(found) == _MOST_PIECES:
            return _TOO_MANY_PIECES
        found.append(each)
    return "".join(found)
