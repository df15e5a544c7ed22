"""Which parts of the data a rule reads, as far as its text says."""

from dataclasses import dataclass

from attribution_dsl import syntax
from attribution_dsl.syntax import Node, children, path_to


@dataclass(frozen=True, slots=True)
class Path:
    """A part of the data that a rule names.

    Attributes:
        text: How the rule would write it, such as `event.items[0].id`.
        root: The root it is in, such as `event`.
        steps: The names of properties and places in lists that lead to it; none: the whole root.
    """

    text: str
    root: str
    steps: tuple[str | int, ...]


def paths_of(tree: Node) -> tuple[Path, ...]:
    """Find the parts of the data that a rule names, each once, in the order of the source.

    What a rule works out itself, such as which item of a list, is not known from its text: of
    `event.items[event.place].id` the paths are `event.items` and `event.place`.
    """
    found: dict[Path, None] = {}
    pending = [tree]
    while pending:
        node = pending.pop()
        path = _path(node)
        if path is None:
            pending.extend(reversed(children(node)))
        else:
            found.setdefault(path)
    return tuple(found)


def _path(node: Node) -> Path | None:
    """The path that the node is, whole; None if it is none."""
    steps: list[str | int] = []
    while not isinstance(node, syntax.Ident):
        match node:
            case syntax.Select() | syntax.Presence():
                steps.append(node.name)
            case syntax.Index(index=syntax.Literal(value=str() as name)):
                steps.append(name)
            case syntax.Index(index=syntax.Literal(value=int() as place)) if _is_place(place):
                steps.append(place)
            case _:
                return None
        node = children(node)[0]
    steps.reverse()
    text = node.name
    for step in steps:
        text = path_to(text, step)
    return Path(text, node.name, tuple(steps))


def _is_place(number: int) -> bool:
    return not isinstance(number, bool) and number >= 0
