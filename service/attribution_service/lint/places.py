"""Where in a file the characters of a rule stand, which YAML quotes, indents and folds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Anchors and tags, which stand before a value.
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_LINE_BREAK = re.compile(r"[ \t]*\r?\n")
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A place in a file, lines and columns from 1 in code points; only the line may be known."""

    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where a rule stands: the text of the file, and the offset in it of each of its characters.

    `offsets` has one for each character and one for the end; it is None if they are not known, and
    then only `start` is.
    """

    text: str
    start: int
    offsets: Sequence[int] | None

    def place(self, start: int, end: int) -> FilePlace:
        """The place in the file of a piece of the rule."""
        if self.offsets is None:
            return FilePlace(self._line(self.start))
        begin = self.offsets[min(start, len(self.offsets) - 1)]
        after = self.offsets[end - 1] + 1 if end > start else begin
        return FilePlace(
            self._line(begin), self._column(begin), self._line(after), self._column(after)
        )

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def _column(self, offset: int) -> int:
        line = self.text.rfind("\n", 0, offset) + 1
        # A mark of byte order is no column.
        hidden = line == 0 and self.text.startswith("\ufeff")
        return offset - line + 1 - hidden


def whole(text: str, start: int) -> Where:
    """Where a rule stands that is the text from `start` to its end."""
    return Where(text, start, range(start, len(text) + 1))


def scalar(text: str, start: int, end: int, value: str) -> Where:
    """Where the text `value` of a YAML document stands that is written from `start` to `end`."""
    found = _offsets(text[start:end], value)
    return Where(text, start, None if found is None else [start + each for each in found])


def _offsets(raw: str, value: str) -> list[int] | None:
    """The place in what is written of each character that it means, and of its end.

    Goes through both side by side, so whatever is not understood is noticed: then it is None.
    """
    properties = _PROPERTIES.match(raw)
    begin = 0 if properties is None else properties.end()
    style = raw[begin : begin + 1]
    at = begin
    if style in {"|", ">"}:
        at = raw.find("\n", begin) + 1
    elif style in {'"', "'"}:
        at = begin + 1
    found = []
    for character in value:
        place, after = _next(raw, at, character, style)
        if after is None:
            return None
        found.append(place)
        at = after
    return [*found, at]


def _next(raw: str, at: int, character: str, style: str) -> tuple[int, int | None]:
    """Where the next character stands, and where to go on: None if it is not there."""
    while style == '"' and re.match(r"\\\r?\n", raw[at : at + 3]):
        at = _after_space(raw, at + 1)
    if style == '"' and raw[at : at + 1] == "\\":
        return at, at + 2 + _HEX_DIGITS.get(raw[at + 1 : at + 2], 0)
    if style == "'" and raw[at : at + 2] == "''":
        return at, at + 2 if character == "'" else None
    if raw[at : at + 1] == character:
        return at, at + 1
    if character == "\n" and (line_break := _LINE_BREAK.match(raw, at)):
        return at, line_break.end()
    after = _after_space(raw, at)
    if after == at:
        return at, None
    if character == " ":  # a line break that was folded
        return at, after
    # The indentation of a line.
    return _next(raw, after, character, style)


def _after_space(raw: str, at: int) -> int:
    while raw[at : at + 1].isspace():
        at += 1
    return at
