"""The names that a rule may read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attribution_dsl.kinds import ANY, STRING, TIMESTAMP, Kind, Type


class RootKind(StrEnum):
    """What a root holds."""

    PROPERTIES = "properties"
    """A map from names to any values; not being given counts as being empty."""
    TIMESTAMP = "timestamp"
    """A moment."""
    STRINGS = "strings"
    """A list of strings."""
    ANY = "any"
    """Any value."""


ROOT_TYPES: Final[Mapping[RootKind, Type]] = MappingProxyType(
    {
        RootKind.PROPERTIES: Type(Kind.MAP, ANY),
        RootKind.TIMESTAMP: TIMESTAMP,
        RootKind.STRINGS: Type(Kind.LIST, STRING),
        RootKind.ANY: ANY,
    }
)
_KINDS_BY_NAME: Final = MappingProxyType({"now": RootKind.TIMESTAMP, "segments": RootKind.STRINGS})


@dataclass(frozen=True, slots=True)
class Roots:
    """What can be read where a rule stands.

    Attributes:
        kinds: What each root holds, in the order in which suggestions name them.
        unavailable: Roots that exist elsewhere, each with the reason why not here.
    """

    kinds: Mapping[str, RootKind]
    unavailable: Mapping[str, str] = field(default_factory=dict)

    @property
    def properties(self) -> Iterable[str]:
        """The roots that hold properties."""
        return (name for name, kind in self.kinds.items() if kind is RootKind.PROPERTIES)


def roots_of(names: Mapping[str, RootKind] | Collection[str]) -> Mapping[str, RootKind]:
    """Give each root its kind: of bare names, `now` and `segments` have their own."""
    if isinstance(names, Mapping):
        return MappingProxyType(dict(names))
    return MappingProxyType({name: _KINDS_BY_NAME.get(name, RootKind.PROPERTIES) for name in names})
