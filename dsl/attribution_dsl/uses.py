"""How a rule uses its roots, which decides how the generated code reads them."""

from collections.abc import Mapping
from dataclasses import dataclass

from attribution_dsl import syntax
from attribution_dsl.roots import RootKind
from attribution_dsl.syntax import Node, children, with_depth


@dataclass(frozen=True, slots=True)
class Use:
    """The use of one root.

    Attributes:
        local: The local variable that holds it; None if it is read once only.
        whole: Whether it is used otherwise than by reading a property.
    """

    local: str | None
    whole: bool


def uses_of(tree: Node, kinds: Mapping[str, RootKind]) -> Mapping[str, Use]:
    """Find the roots that a rule uses, in no particular order."""
    counts: dict[str, int] = {}
    whole: set[str] = set()
    loops = False
    for node, _ in with_depth(tree):
        loops = loops or isinstance(node, syntax.Comprehension)
        reads_property = _reads_property(node)
        for place, child in enumerate(children(node)):
            if isinstance(child, syntax.Ident):
                counts[child.name] = counts.get(child.name, 0) + 1
                if place > 0 or not reads_property:
                    whole.add(child.name)
    if isinstance(tree, syntax.Ident):
        counts[tree.name] = 1
        whole.add(tree.name)
    return {
        name: Use(f"r{number}" if loops or count > 1 or name in whole else None, name in whole)
        for number, (name, count) in enumerate(counts.items())
        if name in kinds
    }


def _reads_property(node: Node) -> bool:
    if isinstance(node, syntax.Select):
        return True
    if not isinstance(node, syntax.Index) or not isinstance(node.index, syntax.Literal):
        return False
    return isinstance(node.index.value, str)
