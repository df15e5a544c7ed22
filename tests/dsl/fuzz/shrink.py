"""Makes a rule smaller as long as it stays what it is wanted for."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from attribution_dsl import RuleError, syntax
from attribution_dsl.format import format_tree
from attribution_dsl.parse import parse
from attribution_dsl.syntax import Node, children, with_depth
from dsl.fuzz.ours import LIMITS

_MOST_TRIES: Final = 400


def shrink(source: str, wanted: Callable[[str], bool]) -> str:
    """Replace parts of a rule by parts of themselves or by literals, while it is still wanted."""
    tries = 0
    best = source
    while True:
        for candidate in _smaller(best):
            tries += 1
            if tries > _MOST_TRIES:
                return best
            if wanted(candidate):
                best = candidate
                break
        else:
            return best


def _smaller(source: str) -> Iterator[str]:
    try:
        tree = parse(source, LIMITS)
    except RuleError:
        return
    nodes = [node for node, _ in with_depth(tree)]
    for node in nodes:
        for other in _instead(node):
            text = format_tree(_replaced(tree, node, other))
            if len(text) < len(source):
                yield text


def _instead(node: Node) -> Iterator[Node]:
    yield from children(node)
    if not isinstance(node, syntax.Literal):
        for value in (None, 0, True, "", 1.5):
            yield syntax.Literal(value, node.span)
    if isinstance(node, syntax.And | syntax.Or) and len(node.terms) > 2:
        for place in range(len(node.terms)):
            yield replace(node, terms=node.terms[:place] + node.terms[place + 1 :])
    if isinstance(node, syntax.ListLiteral):
        for place in range(len(node.items)):
            yield replace(node, items=node.items[:place] + node.items[place + 1 :])
    if isinstance(node, syntax.MapLiteral):
        for place in range(len(node.entries)):
            yield replace(node, entries=node.entries[:place] + node.entries[place + 1 :])


def _replaced(whole: Any, old: Node, new: Node) -> Any:
    """Copy a tree with one node, that very object, replaced."""
    if whole is old:
        return new
    if isinstance(whole, tuple):
        return tuple(_replaced(each, old, new) for each in whole)
    if not is_dataclass(whole) or isinstance(whole, type):
        return whole
    changed = {each.name: _replaced(getattr(whole, each.name), old, new) for each in fields(whole)}
    return replace(whole, **changed)
