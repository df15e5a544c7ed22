"""From source to syntax tree, with every refusal that needs no types."""

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final, cast

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken

from attribution_dsl.build import builder, span_of
from attribution_dsl.diagnostics import Diagnostic, RuleError, Span, error
from attribution_dsl.limits import Limits
from attribution_dsl.mistakes import ends_operand, mistake_in
from attribution_dsl.syntax import Node, with_depth

_OPENING: Final = {"LEFT": ")", "LEFT_SQUARE": "]", "OPTIONAL_SQUARE": "]", "LEFT_BRACE": "}"}
_CLOSING: Final = frozenset({"RIGHT", "RIGHT_SQUARE", "RIGHT_BRACE"})
# One node each, at most: what bounds the work before the tree is there to be counted.
_NODES: Final = frozenset(
    {
        "IDENT",
        "QUOTED_NAME",
        "INT",
        "BAD_UINT",
        "DOUBLE",
        "STRING",
        "BAD_BYTES",
        "BAD_QUOTES",
        "TRUE",
        "FALSE",
        "NULL",
        "LESS",
        "LESS_EQUAL",
        "GREATER",
        "GREATER_EQUAL",
        "EQUAL",
        "NOT_EQUAL",
        "IN",
        "BAD_RELATION",
        "PLUS",
        "STAR",
        "SLASH",
        "PERCENT",
        "NOT",
        "BAD_NOT",
        "QUESTION",
        "LEFT_SQUARE",
        "OPTIONAL_SQUARE",
        "LEFT_BRACE",
    }
)
_LONGEST_TOKEN_SHOWN: Final = 30
_WORDS_OF_OTHERS: Final = {
    "is": "did you mean `==`?",
    "equals": "did you mean `==`?",
    "eq": "did you mean `==`?",
    "ne": "did you mean `!=`?",
    "gt": "did you mean `>`?",
    "gte": "did you mean `>=`?",
    "lt": "did you mean `<`?",
    "lte": "did you mean `<=`?",
    "like": 'write `a.contains("x")`, or `a.matches("^x")`',
    "between": "write `a >= 1 && a < 5`",
    "then": "write `condition ? a : b`",
    "xor": "write `a != b`",
}
"""What other languages write between two values."""


def parse(source: str, limits: Limits) -> Node:
    """Parse a rule.

    Args:
        source: The text of the rule.
        limits: How large it may be.

    Returns:
        The tree, within all limits of size.

    Raises:
        RuleError: It is no rule; the diagnostics say why.
    """
    tree, mistakes = parse_leniently(source, limits)
    if mistakes:
        raise RuleError(source, mistakes)
    return tree


def parse_leniently(source: str, limits: Limits) -> tuple[Node, tuple[Diagnostic, ...]]:
    """Parse a rule whose mistakes leave no doubt about what was meant.

    Args:
        source: The text of the rule.
        limits: How large it may be.

    Returns:
        The tree of what was meant, within all limits of size; and the mistakes, each of which
        refuses the rule.

    Raises:
        RuleError: It is no rule; the diagnostics say why, the mistakes among them.
    """
    _check_size(source, limits)
    run = _Parse(source, limits)
    tree = run.tree()
    _check_tree(source, tree, limits)
    return tree, tuple(run.found)


class _Parse:
    """One run of the parser: watches the tokens go by for mistakes and limits."""

    def __init__(self, source: str, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self.found: list[Diagnostic] = []
        self._open: list[Token] = []
        # Of the rule and each open bracket: how many `?` wait for their `:`.
        self._choices = [0]
        self._nodes = 0
        self._before: Token | None = None
        self._earlier: Token | None = None

    def tree(self) -> Node:
        parser = _lark().parse_interactive(self._source)
        # A token comes before the parser takes it: it is watched once it has been taken.
        taken: Token | None = None
        try:
            for token in parser.iter_parse():
                self._watch(taken)
                taken = token
            self._watch(taken)
            tree = parser.feed_eof(self._before)  # type: ignore[no-untyped-call]
        except UnexpectedToken as unexpected:
            if unexpected.token is not taken:
                self._watch(taken)
            failure = self._unexpected_token(unexpected)
        except UnexpectedCharacters as unexpected:
            self._watch(taken)
            failure = self._unexpected_character(unexpected)
        else:
            return cast(Node, tree)
        raise RuleError(self._source, [*self.found, failure])

    def _refuse(self, diagnostic: Diagnostic) -> None:
        raise RuleError(self._source, [diagnostic])

    def _watch(self, token: Token | None) -> None:
        if token is None:
            return
        kind = token.type
        if kind in _NODES or (kind == "MINUS" and self._follows_minus()):
            self._nodes += 1
            if self._nodes > self._limits.nodes:
                self._refuse(_too_many(span_of(token), self._limits))
        elif kind in _CLOSING and self._open and _OPENING[self._open[-1].type] == token:
            self._open.pop()
            self._choices.pop()
        if kind == "QUESTION" and ends_operand(self._before):
            self._choices[-1] += 1
        elif kind == "COLON" and self._choices[-1]:
            self._choices[-1] -= 1
        if kind in _OPENING:
            self._open.append(token)
            self._choices.append(0)
            if len(self._open) > self._limits.depth:
                self._refuse(_too_deep(span_of(token), self._limits, "brackets"))
        mistake = mistake_in(token, self._before, self._earlier)
        if mistake is not None:
            self.found.append(mistake)
        self._earlier, self._before = self._before, token

    def _follows_minus(self) -> bool:
        """Tell a run of signs, which nests, from one that belongs to a number."""
        return self._before is not None and self._before.type == "MINUS"

    def _unexpected_token(self, unexpected: UnexpectedToken) -> Diagnostic:
        token = unexpected.token
        if token.type == "$END":
            return self._unexpected_end(unexpected)
        if token.type in _CLOSING:
            wrong = self._wrong_bracket(token)
            if wrong is not None:
                return wrong
        elif token.type == "LEFT_BRACE" and ends_operand(self._before):
            return error("NOT_SUPPORTED", "messages are not part of the language", span_of(token))
        message = f"`{_short(token)}` cannot stand here: {self._expected(unexpected.expected)}"
        return error("SYNTAX", message, span_of(token), self._meant_by(token))

    def _meant_by(self, token: Token) -> str | None:
        start = token.start_pos or 0
        if self._source[start : start + 2] == "/*":
            return "comments begin with `//`"
        word = token.lower()
        if word in _WORDS_OF_OTHERS:
            return _WORDS_OF_OTHERS[word]
        if (
            token.type == "QUESTION"
            and self._before is not None
            and self._before.type == token.type
        ):
            return "for what may be absent write `event.?a.orValue(1)`"
        if token.type == "_COMMA" and self._before is not None and self._before.type == "INT":
            return "decimals are written with a point, such as `1.5`"
        return None

    def _unexpected_end(self, unexpected: UnexpectedToken) -> Diagnostic:
        if self._open:
            opening = self._open[-1]
            message = f"`{opening}` is never closed: `{_OPENING[opening.type]}` is missing"
            return error("UNBALANCED_BRACKET", message, span_of(opening))
        last = self._before
        place = Span(0, 0) if last is None else span_of(last)
        text = "" if last is None else f" after `{_short(last)}`"
        expected = self._expected(unexpected.expected)
        if self._choices[-1] and "INT" not in unexpected.expected:
            expected = "`:` was expected, as in `a ? b : c`"
        return error("SYNTAX", f"the rule breaks off{text}: {expected}", place)

    def _wrong_bracket(self, token: Token) -> Diagnostic | None:
        if not self._open:
            return error("UNBALANCED_BRACKET", f"`{token}` closes nothing", span_of(token))
        opening = self._open[-1]
        needed = _OPENING[opening.type]
        if needed == token:
            return None
        line = f" (line {opening.line}, column {opening.column})"
        message = f"`{token}` cannot close `{opening}`{line}: `{needed}` was expected"
        return error("UNBALANCED_BRACKET", message, span_of(token), f"did you mean `{needed}`?")

    def _unexpected_character(self, unexpected: UnexpectedCharacters) -> Diagnostic:
        start = unexpected.pos_in_stream or 0
        span = Span(start, start + 1, unexpected.line, unexpected.column)
        rest = self._source[start : start + 4]
        if rest.lstrip("rRbB")[:1] in {'"', "'"}:
            return self._unterminated(span)
        if rest[0] == "#" or rest[:2] == "/*":
            message = f"`{rest[0]}` cannot stand here"
            return error("SYNTAX", message, span, "comments begin with `//`")
        if rest[0] == "`":
            message = "only letters, digits and `_.-/ ` can stand between backticks, after a dot"
            return error("SYNTAX", message, span, 'write `["name"]`')
        if not rest[0].isascii() or not rest[0].isprintable():
            name = unicodedata.name(rest[0], "a control character").lower()
            message = f"U+{ord(rest[0]):04X} ({name}) cannot stand outside a string"
            return error("BAD_CHARACTER", message, span)
        expected = self._expected(unexpected.allowed or set())
        return error("SYNTAX", f"`{rest[0]}` cannot stand here: {expected}", span)

    def _expected(self, terminals: set[str]) -> str:
        if "IDENT" in terminals:
            return "a value was expected" if "INT" in terminals else "a name was expected"
        if self._choices[-1]:
            return "an operator or `:` was expected"
        end = f"`{_OPENING[self._open[-1].type]}`" if self._open else "the end of the rule"
        return f"an operator or {end} was expected"

    def _unterminated(self, span: Span) -> Diagnostic:
        rest = self._source[span.start :].lstrip("rRbB")
        triple = rest[:3] in {'"""', "'''"}
        quote = rest[: 3 if triple else 1]
        line_end = self._source.find("\n", span.start)
        end = len(self._source) if triple or line_end < 0 else line_end
        message = f"the string is never closed: {quote} is missing"
        place = Span(span.start, end, span.line, span.column)
        return error("UNTERMINATED_STRING", message, place)


def _check_size(source: str, limits: Limits) -> None:
    """Refuse by size before anything looks at the text."""
    most = limits.source_bytes
    # A code point takes at least a byte: a huge source is refused without encoding it.
    size = len(source)
    if size <= most:
        try:
            size = len(source.encode())
        except UnicodeEncodeError as broken:
            raise RuleError(source, [_lone_surrogate(source, broken.start)]) from None
    if size > most:
        message = f"the rule has more than {most} bytes"
        raise RuleError(source[:most], [error("SOURCE_TOO_LONG", message, Span(0, 1))])
    if not source.strip():
        message = "the rule is empty: an expression was expected"
        raise RuleError(source, [error("BLANK", message, Span(0, 0))])


def _lone_surrogate(source: str, start: int) -> Diagnostic:
    line = source.count("\n", 0, start) + 1
    column = start - source.rfind("\n", 0, start)
    message = f"U+{ord(source[start]):04X} (half of a surrogate pair) is not a character"
    return error("BAD_CHARACTER", message, Span(start, start + 1, line, column))


def _check_tree(source: str, tree: Node, limits: Limits) -> None:
    for count, (node, depth) in enumerate(with_depth(tree), start=1):
        if depth > limits.depth:
            raise RuleError(source, [_too_deep(node.span, limits, "operations")])
        if count > limits.nodes:
            raise RuleError(source, [_too_many(node.span, limits)])


def _too_deep(span: Span, limits: Limits, what: str) -> Diagnostic:
    message = f"more than {limits.depth} {what} within each other"
    return error("TOO_DEEP", message, span)


def _too_many(span: Span, limits: Limits) -> Diagnostic:
    message = f"the rule has more than {limits.nodes} names, literals and operations"
    return error("TOO_MANY_NODES", message, span)


def _short(token: Token) -> str:
    text = " ".join(token.split())
    return text if len(text) <= _LONGEST_TOKEN_SHOWN else text[: _LONGEST_TOKEN_SHOWN - 3] + "..."


@cache
def _lark() -> Lark:
    grammar = files("attribution_dsl").joinpath("grammar.lark").read_text("utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        transformer=builder(),
        maybe_placeholders=True,
        propagate_positions=False,
    )
