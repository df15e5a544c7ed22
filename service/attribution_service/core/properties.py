"""Properties of events and attributes of people: JSON values, kept as they came."""

import json
from collections.abc import Collection, Mapping

from attribution_dsl import UNSAFE_INTEGER

_FIRST_UNSAFE = 2.0**53


class Properties:
    """A JSON object, immutable, as text, as values, or both; each is made when first asked for.

    Two are equal if their canonical texts are: `true` and `1` differ, the order of names does not.
    Do not change what `values` returns.
    """

    __slots__ = ("_seen", "_text", "_values")

    def __init__(
        self, values: Mapping[str, object] | None = None, *, text: str | None = None
    ) -> None:
        if (values is None) == (text is None):
            raise ValueError("give either the values or their canonical text")
        self._values = values
        self._text = text
        self._seen: dict[frozenset[str] | None, Mapping[str, object]] = {}

    @property
    def values(self) -> Mapping[str, object]:
        """The object as Python values: None, bool, float, str, list, dict."""
        if self._values is None:
            self._values = json.loads(self._text or "{}")
        return self._values

    @property
    def text(self) -> str:
        """The object as canonical JSON: names sorted, no spaces."""
        if self._text is None:
            self._text = _canonical(self._values)
        return self._text

    def merged(self, over: "Properties", without: Collection[str] = ()) -> "Properties":
        """These with those of `over` put over them by top-level name, and without some names."""
        if not over.values and not without:
            return self
        kept = {name: value for name, value in self.values.items() if name not in without}
        return Properties({**kept, **over.values})

    def differing(self, other: "Properties") -> frozenset[str]:
        """The top-level names under which the two hold different values, or one holds none."""
        mine, others = self.values, other.values
        both = mine.keys() & others.keys()
        differ = {name for name in both if _canonical(mine[name]) != _canonical(others[name])}
        return frozenset(differ | (mine.keys() ^ others.keys()))

    def for_rule(self, names: frozenset[str] | None) -> Mapping[str, object]:
        """What a rule sees that reads these top-level `names` (None: all of them).

        A number that may have lost digits on its way is an error value (docs/language.md), so that
        it never matches by mistake. Made once for each set of names.
        """
        seen = self._seen.get(names)
        if seen is None:
            values = self.values
            wanted = values.keys() if names is None else names
            seen = {name: _safe(values[name]) for name in wanted if name in values}
            self._seen[names] = seen
        return seen

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Properties) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Properties(text={self.text!r})"


# `dumps` with such settings would make it anew for each value.
_canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def _safe(value: object) -> object:
    if isinstance(value, float):
        return value if -_FIRST_UNSAFE < value < _FIRST_UNSAFE else UNSAFE_INTEGER
    if isinstance(value, dict):
        return {name: _safe(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_safe(item) for item in value]
    return value


EMPTY = Properties({})
