"""What names mean: the variables of comprehensions, and roots whose names have dots."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final

from attribution_dsl import syntax
from attribution_dsl.syntax import Node, path_of

_Scope = frozenset[str]


def resolve(tree: Node, roots: Collection[str]) -> Node:
    """Replace names that are variables by `Local`, and `a.b` by the root of that name, if any.

    Args:
        tree: As the parser gives it, within the limit of depth.
        roots: The names that can be read.
    """
    dotted = frozenset(name for name in roots if "." in name)
    return _Resolver(dotted).visit(tree, frozenset())


class _Resolver:
    def __init__(self, dotted: frozenset[str]) -> None:
        self._dotted = dotted

    def visit(self, node: Node, scope: _Scope) -> Node:
        return _VISIT[node.__class__](self, node, scope)

    def itself(self, node: Node, _scope: _Scope) -> Node:
        return node

    def ident(self, node: syntax.Ident, scope: _Scope) -> Node:
        if node.absolute or node.name not in scope:
            return node
        return syntax.Local(node.name, node.span)

    def select(self, node: syntax.Select, scope: _Scope) -> Node:
        if self._dotted and not node.optional:
            root = self._dotted_root(node, scope)
            if root is not None:
                return root
        return replace(node, operand=self.visit(node.operand, scope))

    def _dotted_root(self, node: syntax.Select, scope: _Scope) -> Node | None:
        first: Node = node
        while isinstance(first, syntax.Select) and not first.optional:
            first = first.operand
        if not isinstance(first, syntax.Ident) or (first.name in scope and not first.absolute):
            return None
        path = path_of(node)
        return syntax.Ident(path, first.absolute, node.span) if path in self._dotted else None

    def operand(self, node: syntax.Presence | syntax.Unary, scope: _Scope) -> Node:
        return replace(node, operand=self.visit(node.operand, scope))

    def index(self, node: syntax.Index, scope: _Scope) -> Node:
        operand = self.visit(node.operand, scope)
        return replace(node, operand=operand, index=self.visit(node.index, scope))

    def binary(self, node: syntax.Binary, scope: _Scope) -> Node:
        left = self.visit(node.left, scope)
        return replace(node, left=left, right=self.visit(node.right, scope))

    def logical(self, node: syntax.And | syntax.Or, scope: _Scope) -> Node:
        return replace(node, terms=self._all(node.terms, scope))

    def conditional(self, node: syntax.Conditional, scope: _Scope) -> Node:
        return replace(
            node,
            condition=self.visit(node.condition, scope),
            then=self.visit(node.then, scope),
            otherwise=self.visit(node.otherwise, scope),
        )

    def call(self, node: syntax.Call, scope: _Scope) -> Node:
        target = None if node.target is None else self.visit(node.target, scope)
        return replace(node, target=target, arguments=self._all(node.arguments, scope))

    def fallback(self, node: syntax.Fallback, scope: _Scope) -> Node:
        target = self.visit(node.target, scope)
        return replace(node, target=target, alternative=self.visit(node.alternative, scope))

    def comprehension(self, node: syntax.Comprehension, scope: _Scope) -> Node:
        target = self.visit(node.target, scope)
        return replace(node, target=target, body=self._all(node.body, scope | {*node.variables}))

    def list_literal(self, node: syntax.ListLiteral, scope: _Scope) -> Node:
        items = [replace(each, value=self.visit(each.value, scope)) for each in node.items]
        return replace(node, items=tuple(items))

    def map_literal(self, node: syntax.MapLiteral, scope: _Scope) -> Node:
        entries = [
            replace(each, key=self.visit(each.key, scope), value=self.visit(each.value, scope))
            for each in node.entries
        ]
        return replace(node, entries=tuple(entries))

    def _all(self, nodes: tuple[Node, ...], scope: _Scope) -> tuple[Node, ...]:
        return tuple(self.visit(each, scope) for each in nodes)


_VISIT: Final[dict[type, Callable[[_Resolver, Any, _Scope], Node]]] = {
    syntax.Literal: _Resolver.itself,
    syntax.Ident: _Resolver.ident,
    syntax.Local: _Resolver.itself,
    syntax.Select: _Resolver.select,
    syntax.Presence: _Resolver.operand,
    syntax.Index: _Resolver.index,
    syntax.Unary: _Resolver.operand,
    syntax.Binary: _Resolver.binary,
    syntax.And: _Resolver.logical,
    syntax.Or: _Resolver.logical,
    syntax.Conditional: _Resolver.conditional,
    syntax.Call: _Resolver.call,
    syntax.Fallback: _Resolver.fallback,
    syntax.Comprehension: _Resolver.comprehension,
    syntax.ListLiteral: _Resolver.list_literal,
    syntax.MapLiteral: _Resolver.map_literal,
}
