"""Markdown as the documentation uses it: fenced blocks, headings, links, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)
_OUTPUTS = ("json", "text")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line that its text begins at."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Example:
    """Commands, and the block of what they print if one comes right after them."""

    commands: Block
    output: Block | None

    @property
    def starts_with(self) -> str:
        """The program that is run first."""
        return self.commands.text.split()[0].rpartition("/")[2]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a document."""
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start(2)) + 1)
        for found in _FENCE.finditer(text)
    ]


def examples(text: str) -> list[Example]:
    """The blocks of shell commands of a document."""
    last = Block("", "", 0)
    return [
        Example(block, following if following.language in _OUTPUTS else None)
        for block, following in pairwise([*blocks(text), last])
        if block.language == "sh"
    ]


def links(text: str) -> list[str]:
    """The targets of all links outside of fenced blocks."""
    return _LINK.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The anchors of the headings, made as the usual viewers make them."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        repeated = anchor
        for number in range(1, 100):
            if repeated not in found:
                break
            repeated = f"{anchor}-{number}"
        found.add(repeated)
    return found


def table(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head; code marks are taken off."""
    _, found, rest = text.partition(f"\n{heading}\n")
    if not found:
        raise LookupError(f"there is no heading {heading!r}")
    rows = list(_rows(rest))
    return rows[2:]


def _rows(text: str) -> Iterator[list[str]]:
    inside = False
    for line in text.splitlines():
        if line.startswith("|"):
            inside = True
            # A bar inside a cell is written \|.
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            yield [cell.strip().replace("`", "").replace("\\|", "|") for cell in cells]
        elif inside or line.startswith("#"):
            return


def documents() -> list[Path]:
    """The documents of the project."""
    folders = (ROOT, ROOT / ".ci")
    trees = ["docs", "clients", "dsl", "examples", "service", "protos", "tests", "requirements"]
    found = [path for folder in folders for path in folder.glob("*.md")]
    found += [path for tree in trees for path in (ROOT / tree).rglob("*.md")]
    return sorted(found)


def name_of(path: Path) -> str:
    """The path below the root, for the names of tests and for messages."""
    return path.relative_to(ROOT).as_posix()
