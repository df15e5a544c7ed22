"""From a syntax tree back to text: one spelling for each tree, with no bracket too many."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, Final

from attribution_dsl import syntax
from attribution_dsl.limits import Limits
from attribution_dsl.mistakes import KEYWORDS
from attribution_dsl.parse import parse
from attribution_dsl.syntax import Node

_DEFAULT_LIMITS: Final = Limits()
_WIDEST_LINE: Final = 100
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTABLE_NAME: Final = re.compile(r"[A-Za-z0-9_.\-/ ]+")
_EXPONENT: Final = re.compile(r"e\+?(-?)0*")
# What cannot be seen, or moves what stands around it.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_ESCAPES: Final = {
    "\\": "\\\\",
    '"': '\\"',
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


class _Binding(IntEnum):
    """How tightly an expression holds together; what binds looser is put in brackets."""

    CONDITIONAL = 0
    OR = 1
    AND = 2
    RELATION = 3
    SUM = 4
    PRODUCT = 5
    UNARY = 6
    MEMBER = 7


_ARITHMETIC: Final = {
    "+": _Binding.SUM,
    "-": _Binding.SUM,
    "*": _Binding.PRODUCT,
    "/": _Binding.PRODUCT,
    "%": _Binding.PRODUCT,
}


def format_rule(source: str, *, limits: Limits = _DEFAULT_LIMITS) -> str:
    """Write a rule the canonical way: one spelling for all rules that have the same tree.

    Comments are lost, since they are no part of the tree. A chain of `&&` or `||` that is longer
    than a line, 100 characters, gets a line for each of its terms. To do it again changes nothing.

    Args:
        source: The text of the rule.
        limits: How large it may be. What is given back has more spaces and may be larger.

    Raises:
        RuleError: It is no rule; the diagnostics say why. What it reads is not looked at.
    """
    return format_lines(parse(source, limits))


def format_lines(tree: Node) -> str:
    """Write a tree as `format_rule` does, a long chain in several lines."""
    text = format_tree(tree)
    if len(text) <= _WIDEST_LINE or not isinstance(tree, syntax.And | syntax.Or):
        return text
    binding = _binding_of(tree) + 1
    operator = "&&" if isinstance(tree, syntax.And) else "||"
    return f"\n{operator} ".join(_text(term, binding) for term in tree.terms)


def format_tree(node: Node) -> str:
    """Write a tree in one line, so that parsing the text gives an equal tree.

    Args:
        node: A tree that the parser or `resolve` gave, or a part of one. `resolve` is to be called
            on what the text is parsed to if it was called on this.

    Raises:
        ValueError: The tree has no text, such as `has()` of a name that no backticks can hold. The
            parser gives none such.
    """
    return _WRITE[node.__class__](node)


def _text(node: Node, least: int) -> str:
    """Write a part that stands where nothing that binds looser than `least` can."""
    text = format_tree(node)
    return text if _binding_of(node) >= least else f"({text})"


def _binding_of(node: Node) -> _Binding:
    match node:
        case syntax.Conditional():
            return _Binding.CONDITIONAL
        case syntax.Or():
            return _Binding.OR
        case syntax.And():
            return _Binding.AND
        case syntax.Binary():
            return _ARITHMETIC.get(node.operator, _Binding.RELATION)
        case syntax.Unary():
            return _Binding.UNARY
        case syntax.Literal() if _is_negative(node):
            return _Binding.UNARY
        case _:
            return _Binding.MEMBER


def _is_negative(node: Node) -> bool:
    """Tell whether it is a literal with a sign; -0.0 is one."""
    if not isinstance(node, syntax.Literal) or not isinstance(node.value, int | float):
        return False
    return repr(node.value).startswith("-")


def _literal(node: syntax.Literal) -> str:
    value = node.value
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        # Python writes 1e+300 and 1e-07.
        return _EXPONENT.sub(r"e\1", repr(value))
    if value is None:
        return "null"
    return str(value).lower()


def _string(value: str) -> str:
    """Write a string; regular expressions stay readable as raw ones."""
    escaped = "".join(map(_escaped, value))
    if "\\" in value and not value.endswith("\\") and escaped == value.replace("\\", "\\\\"):
        return f'r"{value}"'
    return f'"{escaped}"'


def _escaped(character: str) -> str:
    if character == " " or unicodedata.category(character) not in _UNSEEN:
        return _ESCAPES.get(character, character)
    point = ord(character)
    return _ESCAPES.get(character) or (f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}")


def _ident(node: syntax.Ident) -> str:
    return f".{node.name}" if node.absolute else node.name


def _local(node: syntax.Local) -> str:
    return node.name


def _select(node: syntax.Select) -> str:
    if not _QUOTABLE_NAME.fullmatch(node.name):
        name = syntax.Literal(node.name, node.name_span)
        return _index(syntax.Index(node.operand, name, node.optional, node.span))
    return _read(node.operand, node.name, optional=node.optional)


def _presence(node: syntax.Presence) -> str:
    return f"has({_read(node.operand, node.name, optional=False)})"


def _read(operand: Node, name: str, *, optional: bool) -> str:
    return f"{_text(operand, _Binding.MEMBER)}{'.?' if optional else '.'}{_name(name)}"


def _name(name: str) -> str:
    """Write a name that stands after a dot."""
    if _PLAIN_NAME.fullmatch(name) and name not in KEYWORDS:
        return name
    if not _QUOTABLE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot stand after a dot")
    return f"`{name}`"


def _index(node: syntax.Index) -> str:
    opening = "[?" if node.optional else "["
    return f"{_text(node.operand, _Binding.MEMBER)}{opening}{format_tree(node.index)}]"


def _unary(node: syntax.Unary) -> str:
    operand = node.operand
    # Signs of one kind stand side by side, the sign of a number among them; `!-a` is no rule.
    repeated = isinstance(operand, syntax.Unary) and operand.operator == node.operator
    if repeated or (node.operator == "-" and _is_negative(operand)):
        return f"{node.operator}{format_tree(operand)}"
    return f"{node.operator}{_text(operand, _Binding.MEMBER)}"


def _binary(node: syntax.Binary) -> str:
    binding = _binding_of(node)
    # All group to the left: `a - (b - c)` needs its brackets, and `(a - b) - c` does not.
    left, right = _text(node.left, binding), _text(node.right, binding + 1)
    return f"{left} {node.operator} {right}"


def _and(node: syntax.And) -> str:
    return " && ".join(_text(term, _Binding.AND + 1) for term in node.terms)


def _or(node: syntax.Or) -> str:
    return " || ".join(_text(term, _Binding.OR + 1) for term in node.terms)


def _conditional(node: syntax.Conditional) -> str:
    condition, then = _text(node.condition, _Binding.OR), _text(node.then, _Binding.OR)
    return f"{condition} ? {then} : {format_tree(node.otherwise)}"


def _call(node: syntax.Call) -> str:
    if node.target is None:
        # As it is: the name of a function in a namespace has the dot in it.
        return f"{node.name}({_listed(node.arguments)})"
    return _method(node.target, node.name, node.arguments)


def _fallback(node: syntax.Fallback) -> str:
    return _method(node.target, "orValue" if node.unwrap else "or", (node.alternative,))


def _method(target: Node, name: str, arguments: Iterable[Node]) -> str:
    return f"{_text(target, _Binding.MEMBER)}.{_name(name)}({_listed(arguments)})"


def _comprehension(node: syntax.Comprehension) -> str:
    parts = ", ".join([*node.variables, *map(format_tree, node.body)])
    return f"{_text(node.target, _Binding.MEMBER)}.{node.macro}({parts})"


def _listed(nodes: Iterable[Node]) -> str:
    return ", ".join(map(format_tree, nodes))


def _list_literal(node: syntax.ListLiteral) -> str:
    return f"[{', '.join(_part(each.value, optional=each.optional) for each in node.items)}]"


def _map_literal(node: syntax.MapLiteral) -> str:
    # A key in brackets where it could stand without: `{a ? b : c: d}` is hard to read.
    entries = [
        f"{'?' if each.optional else ''}{_text(each.key, _Binding.OR)}: {format_tree(each.value)}"
        for each in node.entries
    ]
    return f"{{{', '.join(entries)}}}"


def _part(value: Node, *, optional: bool) -> str:
    return f"?{_text(value, _Binding.OR)}" if optional else format_tree(value)


_WRITE: Final[dict[type, Callable[[Any], str]]] = {
    syntax.Literal: _literal,
    syntax.Ident: _ident,
    syntax.Local: _local,
    syntax.Select: _select,
    syntax.Presence: _presence,
    syntax.Index: _index,
    syntax.Unary: _unary,
    syntax.Binary: _binary,
    syntax.And: _and,
    syntax.Or: _or,
    syntax.Conditional: _conditional,
    syntax.Call: _call,
    syntax.Fallback: _fallback,
    syntax.Comprehension: _comprehension,
    syntax.ListLiteral: _list_literal,
    syntax.MapLiteral: _map_literal,
}
