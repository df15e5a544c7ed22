"""YAML documents that remember where everything stands, read the way people expect of JSON.

Only null, booleans and numbers are more than text: no dates, no `yes`, no base-60 numbers.
"""

import codecs
import contextlib
import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml

MAX_FILE_BYTES = 1024 * 1024
# Aliases can make a small file unfold into a huge one, or one without an end.
_MAX_VALUES = 200_000
_MAX_DEPTH = 100
# More than any number that JSON's readers keep.
_MAX_DIGITS = 100
_MERGE = "<<"

N = TypeVar("N", int, float)


class FileError(Exception):
    """A file that is wrong; the text is `file:line:column: what is wrong`."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")


class _Loader(yaml.SafeLoader):
    """Resolves plain scalars as JSON does."""

    # Its own, and empty: the base class's would resolve dates and `yes`.
    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012  as the base class has it


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""]
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"),
    list("-0123456789"),
)


class Item:
    """A value of a document, and where it stands."""

    def __init__(self, node: yaml.Node, path: Path, key: yaml.Node | None = None) -> None:
        self._node = node
        self._path = path
        self._key = key

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def place(self) -> str:
        """`file:line`, the line from 1."""
        return f"{self._path}:{self.line}"

    @property
    def exact_place(self) -> str:
        """`file:line:column`, both from 1."""
        return f"{self.place}:{int(self._node.start_mark.column) + 1}"

    @property
    def key(self) -> "Item":
        """The name under which it stands; itself if it stands under none."""
        return self if self._key is None else Item(self._key, self._path)

    @property
    def line(self) -> int:
        """The line, from 1."""
        return int(self._node.start_mark.line) + 1

    @property
    def extent(self) -> tuple[int, int]:
        """Where it begins and ends in the text of the file, in characters from 0."""
        return int(self._node.start_mark.index), int(self._node.end_mark.index)

    def wrong(self, what: str) -> FileError:
        """The error that says what is wrong here."""
        return FileError(self.exact_place, what)

    @property
    def is_mapping(self) -> bool:
        """Whether it holds names with values."""
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_null(self) -> bool:
        """Whether it is null."""
        return isinstance(self._node, yaml.ScalarNode) and self.scalar("this") is None

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self._node, yaml.SequenceNode)

    def fields(self, what: str, merges: int = 0) -> dict[str, "Item"]:
        """The values by name; raises FileError if this is no mapping or a name stands twice.

        `merges` says inside how many merges (`<<`) this stands.
        """
        if merges > _MAX_DEPTH:
            raise self.wrong("is merged into itself")
        if not isinstance(self._node, yaml.MappingNode):
            raise self.wrong(f"{what} must be names with values")
        found: dict[str, Item] = {}
        merged: dict[str, Item] = {}
        for key, value in self._node.value:
            name = str(key.value)
            if name == _MERGE:
                merged |= self._merged(Item(value, self._path), merges + 1)
            elif name in found:
                raise Item(key, self._path).wrong(f"{name!r} stands here twice")
            else:
                found[name] = Item(value, self._path, key)
        return merged | found

    def _merged(self, source: "Item", merges: int) -> dict[str, "Item"]:
        """What is merged: one mapping, or a list of them, of which the first says it."""
        found: dict[str, Item] = {}
        for part in reversed(source.items("what is merged") if source.is_list else [source]):
            found |= part.fields("what is merged", merges)
        return found

    def without(self, name: str) -> "Item":
        """The same without the value of this name; of another kind than names with values: itself.

        What is merged stays.
        """
        if not isinstance(self._node, yaml.MappingNode):
            return self
        node = yaml.MappingNode(
            self._node.tag,
            [(key, value) for key, value in self._node.value if key.value != name],
            self._node.start_mark,
            self._node.end_mark,
        )
        return Item(node, self._path, self._key)

    def known_fields(self, what: str, known: Iterable[str]) -> dict[str, "Item"]:
        """Like `fields`; raises FileError, with a suggestion, for a name that is not known."""
        fields = self.fields(what)
        names = list(known)
        for name, item in fields.items():
            if name not in names:
                raise item.key.wrong(f"{what} has no {name!r}{suggestion(name, names)}")
        return fields

    def items(self, what: str) -> list["Item"]:
        """The values of a list; raises FileError if this is none."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.wrong(f"{what} must be a list")
        return [Item(node, self._path) for node in self._node.value]

    def text(self, what: str) -> str:
        """The text; raises FileError for what is no text, such as a number."""
        value = self.scalar(what)
        if not isinstance(value, str):
            raise self.wrong(f"{what} must be text: put it in quotes")
        return value

    def scalar(self, what: str) -> str | bool | int | float | None:
        """A value that has no parts."""
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.wrong(f"{what} must be a single value")
        value: str = self._node.value
        match self._node.tag.rpartition(":")[2]:
            case "null":
                return None
            case "bool":
                return value == "true"
            case "int":
                return self._number(value, int)
            case "float":
                return self._number(value, float)
            case _:
                return value

    def _number(self, text: str, kind: Callable[[str], N]) -> N:
        if len(text) <= _MAX_DIGITS:
            with contextlib.suppress(ValueError):
                return kind(text)
        raise self.wrong(f"{text[:_MAX_DIGITS]!r} is no number; put text in quotes")

    def plain(self) -> Any:
        """The value as JSON would have it."""
        return _plain(self, _Budget(_MAX_VALUES), 0)


class _Budget:
    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, item: Item) -> None:
        self._left -= 1
        if self._left < 0:
            raise item.wrong(f"the document unfolds into more than {_MAX_VALUES} values")


def _plain(item: Item, budget: _Budget, depth: int) -> Any:
    budget.spend(item)
    if depth > _MAX_DEPTH:
        raise item.wrong(f"is nested more than {_MAX_DEPTH} deep, or within itself")
    if item.is_mapping:
        return {
            name: _plain(value, budget, depth + 1) for name, value in item.fields("this").items()
        }
    if item.is_list:
        return [_plain(value, budget, depth + 1) for value in item.items("this")]
    return item.scalar("this")


def read(path: Path) -> Item:
    """The document in a file. Raises FileError."""
    return parse(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """What a file holds. Raises FileError."""
    if path.exists() and not path.is_file() and not path.is_dir():
        # A pipe or a device may never come to an end.
        raise FileError(str(path), "is no file: a pipe, a device or a socket")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileError(str(path), f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise FileError(str(path), f"has more than {MAX_FILE_BYTES} bytes")
    return data


def decoded(data: bytes, path: Path) -> str:
    """The text of a file, a mark of byte order included. Raises FileError."""
    encoding = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    try:
        return data.decode(encoding.get(data[:2], "utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{path}:{line}", "is not UTF-8") from None


def parse(data: bytes, path: Path) -> Item:
    """The document that these bytes are; `path` is what faults call it. Raises FileError."""
    try:
        node = yaml.compose(data, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else f"{path}:1"
        raise FileError(place, f"is not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise FileError(str(path), f"is not YAML: {error}") from None
    if node is None:
        raise FileError(str(path), "is empty")
    return Item(node, path)


def suggestion(name: str, known: Iterable[str]) -> str:
    """What was likely meant, as the end of a message; empty if nothing is near."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; it may have: {', '.join(names)}" if len(names) <= 20 else ""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and all YAML files below the folders named. Raises FileError for none."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(p for p in path.rglob("*") if p.suffix in {".yaml", ".yml"})
        if not found:
            raise FileError(str(path), "the folder holds no .yaml file")
        yield from found
