"""From what the parser recognises to the syntax tree.

Stateless, since one parser serves all rules: whatever is wrong is found by `parse` among the
tokens, so everything here can be built without complaint.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from lark import Token, Transformer, v_args

from attribution_dsl import syntax
from attribution_dsl.diagnostics import Span
from attribution_dsl.functions import FUNCTIONS
from attribution_dsl.literals import BadEscapeError, string_value
from attribution_dsl.macros import FALLBACKS, shape_of
from attribution_dsl.syntax import Node

INTENDED: Final = {"=": "==", "===": "==", "!==": "!=", "<>": "!=", "=>": ">=", "=<": "<="}
"""Relations that people write, and what they mean."""
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


def span_of(token: Token) -> Span:
    """Give the place of a token."""
    return Span(token.start_pos or 0, token.end_pos or 0, token.line or 1, token.column or 1)


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """One method per rule of the grammar; called by the parser as it goes."""

    def start(self, node: Node) -> Node:
        return node

    def conditional(self, test: Node, _q: Token, then: Node, _c: Token, other: Node) -> Node:
        return syntax.Conditional(test, then, other, test.span.to(other.span))

    def any_of(self, *parts: Node | Token) -> Node:
        terms = _nodes(parts)
        return syntax.Or(terms, terms[0].span.to(terms[-1].span))

    def all_of(self, *parts: Node | Token) -> Node:
        terms = _nodes(parts)
        return syntax.And(terms, terms[0].span.to(terms[-1].span))

    def binary(self, left: Node, operator: Token, right: Node) -> Node:
        symbol = INTENDED.get(operator, str(operator))
        return syntax.Binary(symbol, left, right, span_of(operator), left.span.to(right.span))

    def not_in(self, left: Node, operator: Token, right: Node) -> Node:
        span = left.span.to(right.span)
        return syntax.Unary("!", syntax.Binary("in", left, right, span_of(operator), span), span)

    def infix_method(self, left: Node, method: Token, right: Node) -> Node:
        span = left.span.to(right.span)
        return syntax.Call(left, str(method), (right,), span_of(method), span)

    def prefixed(self, *parts: Any) -> Node:
        *operators, node = parts
        for operator in reversed(operators):
            node = _prefix(operator, node)
        return node  # type: ignore[no-any-return]

    def select(self, operand: Node, dot: Token, name: Token) -> Node:
        span = span_of(name)
        optional = dot.type == "OPTIONAL_DOT"
        return syntax.Select(operand, _name(name), optional, span, operand.span.to(span))

    def method(
        self,
        target: Node,
        _dot: Token,
        token: Token,
        _left: Token,
        arguments: tuple[Node, ...],
        right: Token,
    ) -> Node:
        span = target.span.to(span_of(right))
        name, name_span = _name(token), span_of(token)
        if isinstance(target, syntax.Ident) and not target.absolute:
            full = f"{target.name}.{name}"
            if full in FUNCTIONS:
                return syntax.Call(None, full, arguments, target.span.to(name_span), span)
        if name in FALLBACKS and len(arguments) == 1:
            unwrap = FALLBACKS[name]
            return syntax.Fallback(target, arguments[0], unwrap, name_span, span)
        shape = shape_of(name, arguments)
        if shape is None:
            return syntax.Call(target, name, arguments, name_span, span)
        names = arguments[: shape.variables]
        return syntax.Comprehension(
            target,
            name,
            tuple(each.name for each in names if isinstance(each, syntax.Ident)),
            arguments[shape.variables :],
            tuple(each.span for each in names),
            name_span,
            span,
        )

    def index(self, operand: Node, left: Token, index: Node, right: Token) -> Node:
        optional = left.type == "OPTIONAL_SQUARE"
        return syntax.Index(operand, index, optional, operand.span.to(span_of(right)))

    def ident(self, dot: Token | None, name: Token) -> Node:
        span = span_of(name)
        return syntax.Ident(str(name), dot is not None, span_of(dot).to(span) if dot else span)

    def call(
        self,
        dot: Token | None,
        name: Token,
        _left: Token,
        arguments: tuple[Node, ...],
        right: Token,
    ) -> Node:
        start = span_of(name if dot is None else dot)
        span = start.to(span_of(right))
        macro = name == "has" and dot is None
        read = arguments[0] if macro and len(arguments) == 1 else None
        # CEL takes no `.?` as the last step here: a presence is no optional value.
        if isinstance(read, syntax.Select) and not read.optional:
            return syntax.Presence(read.operand, read.name, read.name_span, span)
        return syntax.Call(None, str(name), arguments, span_of(name), span)

    def parens(self, left: Token, node: Node, right: Token) -> Node:
        # What is shown of it to people has its brackets.
        return replace(node, span=span_of(left).to(span_of(right)))

    def list_literal(self, left: Token, *rest: Any) -> Node:
        *items, right = (each for each in rest if each is not None)
        return syntax.ListLiteral(tuple(items), span_of(left).to(span_of(right)))

    def map_literal(self, left: Token, *rest: Any) -> Node:
        *entries, right = (each for each in rest if each is not None)
        return syntax.MapLiteral(tuple(entries), span_of(left).to(span_of(right)))

    def item(self, question: Token | None, value: Node) -> syntax.Item:
        return syntax.Item(value, question is not None)

    def entry(self, question: Token | None, key: Node, _colon: Token, value: Node) -> syntax.Entry:
        return syntax.Entry(key, value, question is not None)

    def arguments(self, *nodes: Node | None) -> tuple[Node, ...]:
        return tuple(each for each in nodes if each is not None)

    def name(self, token: Token) -> Token:
        return token

    def relational(self, token: Token) -> Token:
        return token

    def int_literal(self, token: Token) -> Node:
        return syntax.Literal(int_value(token), span_of(token))

    def double_literal(self, token: Token) -> Node:
        return syntax.Literal(float(token), span_of(token))

    def string_literal(self, token: Token) -> Node:
        text = token.lstrip("bB") if token.type == "BAD_BYTES" else str(token)
        try:
            value = string_value(text)
        except BadEscapeError:
            value = ""
        return syntax.Literal(value, span_of(token))

    def smart_string(self, token: Token) -> Node:
        return syntax.Literal(token[1:-1], span_of(token))

    def constant(self, token: Token) -> Node:
        return syntax.Literal(_CONSTANTS[token], span_of(token))


def builder() -> Transformer[Token, Node]:
    """Make what the parser calls, once per rule of the grammar that it recognises."""
    return _Builder()


def int_value(token: str) -> int:
    """Give the value of a literal of digits, decimal or hexadecimal, of any size."""
    digits = token.rstrip("uU")
    if digits[:2] in {"0x", "0X"}:
        return int(digits, 16)
    significant = digits.lstrip("0")
    # Python refuses to convert thousands of digits; what is this long is out of range anyway.
    return 10**40 if len(significant) > 40 else int(significant or "0")


def _prefix(operator: Token, operand: Node) -> Node:
    span = span_of(operator).to(operand.span)
    if operator != "-":
        return syntax.Unary("!", operand, span)
    # "-" and digits are one literal in CEL, so that the smallest int can be written; only the
    # innermost "-" is, so that "--" of the smallest int still overflows.
    if isinstance(operand, syntax.Literal):
        value = operand.value
        if type(value) in {int, float} and value >= 0:  # type: ignore[operator]
            return syntax.Literal(-value, span)  # type: ignore[operator]
    return syntax.Unary("-", operand, span)


def _name(token: Token) -> str:
    return token[1:-1] if token.type == "QUOTED_NAME" else str(token)


def _nodes(parts: Sequence[Node | Token]) -> tuple[Node, ...]:
    return tuple(each for each in parts if not isinstance(each, Token))
