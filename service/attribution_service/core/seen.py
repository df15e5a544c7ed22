"""The values that rules saw: of the parts of the data that they name, shortened."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from attribution_dsl import Path, Timestamp
from attribution_dsl.library.printing import timestamp_text

from attribution_service.core.model import NOTHING_SEEN, Seen, SeenValue
from attribution_service.core.rules import RuleInput

MAX_SEEN_VALUES = 16
MAX_SEEN_SIZE = 256
MAX_SEEN_DEPTH = 5
MAX_SEEN_PATH = 128
_ITEM_SIZE = 8
_CUT = "…"
_ABSENT = object()


def seen(paths: Iterable[Path], given: RuleInput, *, person_of_now: bool = False) -> Seen:
    """What the paths lead to; `person_of_now`: the person may have been another when it counted.

    At most MAX_SEEN_VALUES, the first ones; of each as much as MAX_SEEN_SIZE holds.
    """
    distinct = {path.text: path for path in paths}
    if not distinct:
        return NOTHING_SEEN
    values = tuple(
        [
            _seen_value(path, given, person_of_now and path.root == "person")
            for path in islice(distinct.values(), MAX_SEEN_VALUES)
        ]
    )
    return Seen(values, cut=len(distinct) > MAX_SEEN_VALUES)


def _root(name: str, given: RuleInput) -> object:
    """The data of a root: only what is asked for, since it may have to be read from text."""
    match name:
        case "event":
            return given.event.values
        case "trigger":
            return given.trigger.values
        case "person":
            return given.person.values
        case "now" if given.now_us is not None:
            return timestamp_text(Timestamp.from_micros(given.now_us))
        case _:
            return _ABSENT


def _seen_value(path: Path, given: RuleInput, of_now: bool) -> SeenValue:
    text = path.text
    if len(text) > MAX_SEEN_PATH:
        text = text[: MAX_SEEN_PATH - 1] + _CUT
    value = _at(_root(path.root, given), path.steps)
    if value is _ABSENT:
        return SeenValue(text, absent=True, of_now=of_now)
    if value is None or isinstance(value, (bool, int, float)):
        return SeenValue(text, value, of_now=of_now)
    if isinstance(value, str) and len(value) <= MAX_SEEN_SIZE:
        return SeenValue(text, value, of_now=of_now)
    shortener = _Shortener()
    value = shortener.short(value, MAX_SEEN_DEPTH)
    return SeenValue(text, value, cut=shortener.cut, of_now=of_now)


def _at(value: object, steps: Iterable[str | int]) -> object:
    for step in steps:
        if isinstance(step, str):
            value = value.get(step, _ABSENT) if isinstance(value, Mapping) else _ABSENT
        elif isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return _ABSENT
    return value


class _Shortener:
    """Copies as much of one value as there is room for."""

    def __init__(self) -> None:
        self.cut = False
        self._room = MAX_SEEN_SIZE

    def short(self, value: object, depth: int) -> object:
        if isinstance(value, str):
            return self._text(value)
        self._room -= _ITEM_SIZE
        if isinstance(value, Mapping):
            return dict(self._entries(value, depth))
        if isinstance(value, list):
            return list(self._items(value, depth))
        return value

    def _text(self, text: str) -> str:
        room = max(self._room, 0)
        self._room -= len(text)
        if len(text) <= room:
            return text
        self.cut = True
        return text[: max(room - 1, 0)] + _CUT

    def _items(self, items: list[object], depth: int) -> Iterator[object]:
        for item in items:
            if self._is_full(depth):
                return
            yield self.short(item, depth - 1)

    def _entries(self, values: Mapping[str, object], depth: int) -> Iterator[tuple[str, object]]:
        # In order of the names, so that the same is shown wherever the values come from.
        for name in sorted(values):
            if self._is_full(depth) or len(name) > self._room:
                self.cut = True
                return
            self._room -= len(name)
            yield name, self.short(values[name], depth - 1)

    def _is_full(self, depth: int) -> bool:
        if depth == 0 or self._room <= 0:
            self.cut = True
            return True
        return False
