"""From the text of a string literal to its value."""

import re
from typing import Final

_SIMPLE: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "?": "?",
    '"': '"',
    "'": "'",
    "`": "`",
}
_ESCAPE: Final = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\?\"'`])|[xX](?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|(?P<octal>[0-3][0-7]{2})|(?P<bad>[\s\S]))"
)


class BadEscapeError(ValueError):
    r"""A backslash is followed by what means nothing.

    Attributes:
        offset: Where the backslash is, in characters from the start of the literal.
        text: The backslash and what follows it, such as `\d`.
    """

    def __init__(self, offset: int, text: str) -> None:
        super().__init__(text)
        self.offset = offset
        self.text = text


def string_value(text: str) -> str:
    """Give the value of a string literal.

    Args:
        text: The literal with its prefix and quotes, as the lexer has found it.

    Raises:
        BadEscapeError: An escape means nothing.
    """
    raw = text[0] in "rR"
    inner = text[1:] if raw else text
    quotes = 3 if inner[:3] in {'"""', "'''"} else 1
    body = inner[quotes:-quotes]
    if quotes == 3 and "\r" in body:
        # CEL reads every kind of line end as "\n"; places in it are no longer those of the source.
        _check_escapes(body, quotes, raw)
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if raw or "\\" not in body:
        return body

    _check_escapes(body, quotes, raw)
    return _ESCAPE.sub(lambda match: _unescape(match) or "", body)


def _check_escapes(body: str, offset: int, raw: bool) -> None:
    for match in () if raw else _ESCAPE.finditer(body):
        if _unescape(match) is None:
            raise BadEscapeError(offset + match.start(), match.group())


def _unescape(match: re.Match[str]) -> str | None:
    digits = match["x"] or match["u"] or match["U"]
    if match["simple"]:
        return _SIMPLE[match["simple"]]
    if match["octal"]:
        return chr(int(match["octal"], 8))
    if digits is None:
        return None
    point = int(digits, 16)
    # Half a surrogate pair is no character, and nothing is beyond U+10FFFF.
    return None if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF else chr(point)
