"""The definitions of a folder, and everything that is wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from attribution_dsl import Severity

from attribution_service.lint.find import rules_of
from attribution_service.lint.findings import Finding, findings
from attribution_service.scenarios.definitions import (
    FILE_KEYS,
    KINDS,
    Definition,
    Kind,
    defined_in,
    definition,
)
from attribution_service.scenarios.documents import FileError, Item, decoded, parse, read_bytes
from attribution_service.scenarios.load import load

_YAML = frozenset({".yaml", ".yml"})


@dataclass(slots=True)
class Folder:
    """What files define.

    `wrong` says what cannot be sent and why, `found` what is wrong or doubtful about rules.
    """

    files: int = 0
    by_title: dict[str, Definition] = field(default_factory=dict)
    wrong: list[FileError] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)

    @property
    def definitions(self) -> list[Definition]:
        """All of them: what comes later may name what comes before."""
        return sorted(self.by_title.values(), key=lambda each: (KINDS.index(each.kind), each.id))

    @property
    def refused(self) -> int:
        """How many things keep it from being applied."""
        errors = sum(each.diagnostic.severity is Severity.ERROR for each in self.found)
        return errors + len(self.wrong)


def read_folder(path: Path) -> Folder:
    """What the YAML files below a folder, or a single file, define. Nothing is raised."""
    folder = Folder()
    for file in _files(path, folder):
        folder.files += 1
        try:
            _read(file, folder)
        except FileError as error:
            folder.wrong.append(error)
    return folder


def _files(path: Path, folder: Folder) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if _is_yaml(each, path))
    if not found:
        folder.wrong.append(FileError(str(path), "the folder holds no .yaml file"))
    return found


def _is_yaml(path: Path, folder: Path) -> bool:
    hidden = any(name.startswith(".") for name in path.relative_to(folder).parts)
    return path.suffix in _YAML and not hidden and path.is_file()


def _read(path: Path, folder: Folder) -> None:
    data = read_bytes(path)
    document = parse(data, path)
    text = decoded(data, path)
    fields = document.known_fields("the file", FILE_KEYS)
    faults = len(folder.wrong)
    for kind, item in defined_in(fields):
        try:
            _add(_definition(kind, item), text, folder)
        except FileError as error:
            folder.wrong.append(error)
    if len(folder.wrong) == faults:
        load(path)  # its scenarios must be right, too


def _definition(kind: Kind, item: Item) -> Definition:
    new = definition(kind, item)
    if not new.id:
        raise item.wrong(f"the {kind.name} has no {kind.id_field!r}")
    return new


def _add(new: Definition, text: str, folder: Folder) -> None:
    other = folder.by_title.setdefault(new.title, new)
    if other is not new:
        raise new.item.wrong(f"the {new.title} stands at {other.item.place}, too")
    folder.found += _findings(new, text)


def _findings(new: Definition, text: str) -> Iterator[Finding]:
    for rule in rules_of(new, text):
        yield from findings(rule)
