"""Frequent mistakes that a single token shows, each with what was meant."""

from typing import Final

from lark import Token

from attribution_dsl.build import INTENDED, int_value, span_of
from attribution_dsl.diagnostics import Diagnostic, Span, error
from attribution_dsl.literals import BadEscapeError, string_value
from attribution_dsl.values import INT_MAX

KEYWORDS: Final = frozenset({"true", "false", "null", "in"})
RESERVED: Final = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    }
)
_LONGEST_ID: Final = 40
_WORDS: Final = {"BAD_OR": "||", "BAD_AND": "&&", "BAD_NOT": "!"}


def mistake_in(token: Token, before: Token | None, earlier: Token | None) -> Diagnostic | None:
    """Find what is wrong with one token.

    Args:
        token: The token.
        before: The token before it, if any.
        earlier: The token before that one, if any.
    """
    if token.type.startswith("BAD_"):
        return _mistake(token)
    match token.type:
        case "IDENT":
            return _bad_name(token, before)
        case "INT":
            return _bad_int(token, before, earlier)
        case "LEFT" if before is not None and before.type == "QUOTED_NAME":
            message = "the name of a method stands without backticks"
            return error("SYNTAX", message, span_of(before))
        case "DOUBLE" if float(token) == float("inf"):
            return error("DOUBLE_OUT_OF_RANGE", "no double is this large", span_of(token))
        case "STRING":
            return _bad_escape(token)
        case _:
            return None


def ends_operand(token: Token | None) -> bool:
    """Tell whether an operand can end with this token, so that a minus after it subtracts."""
    return token is not None and token.type in {
        "IDENT",
        "QUOTED_NAME",
        "INT",
        "DOUBLE",
        "STRING",
        "TRUE",
        "FALSE",
        "NULL",
        "RIGHT",
        "RIGHT_SQUARE",
        "RIGHT_BRACE",
    }


def _mistake(token: Token) -> Diagnostic:
    span = span_of(token)
    text = " ".join(token.split())
    match token.type:
        case "BAD_RELATION":
            meant = INTENDED[text]
            return _operator(text, span, f"did you mean `{meant}`?")
        case "BAD_OR" | "BAD_AND" | "BAD_NOT":
            return _operator(text, span, f"did you mean `{_WORDS[token.type]}`?")
        case "BAD_NOT_IN":
            return _operator(text, span, "write `!(a in b)`")
        case "BAD_METHOD":
            return _operator(text, span, f"it is a method: write `a.{text}(b)`")
        case "BAD_UINT":
            message = "unsigned numbers are not part of the language"
            return error("NOT_SUPPORTED", message, span, f"write `{token.rstrip('uU')}`")
        case "BAD_BYTES":
            message = "bytes are not part of the language"
            return error("NOT_SUPPORTED", message, span, "write a string, without the `b`")
        case _:
            message = "these quotation marks do not make a string"
            return error("WRONG_QUOTES", message, span, f'did you mean `"{token[1:-1]}"`?')


def _operator(text: str, span: Span, suggestion: str) -> Diagnostic:
    return error("WRONG_OPERATOR", f"`{text}` is not an operator", span, suggestion)


def _bad_name(token: Token, before: Token | None) -> Diagnostic | None:
    selected = before is not None and before.type in {"DOT", "OPTIONAL_DOT"}
    if selected and token in KEYWORDS:
        message = f"`{token}` is a keyword, so it cannot be read with a dot"
        return error(
            "RESERVED_WORD", message, span_of(token), f'write `["{token}"]` for `.{token}`'
        )
    if not selected and token in RESERVED:
        message = f"`{token}` is reserved and cannot be used as a name"
        return error("RESERVED_WORD", message, span_of(token))
    return None


def _bad_int(token: Token, before: Token | None, earlier: Token | None) -> Diagnostic | None:
    if token[:2] == "0X":
        meant = f"did you mean `0x{token[2:]}`?"
        return error("SYNTAX", "hexadecimal numbers begin with `0x`", span_of(token), meant)
    value = int_value(token)
    if value <= INT_MAX:
        return None
    negated = before is not None and before.type == "MINUS" and not ends_operand(earlier)
    if negated and value == INT_MAX + 1:
        return None
    message = "a whole number must fit 64 bits: -9223372036854775808 to 9223372036854775807"
    fix = f'if it is an id: write `"{token}"`' if len(token) <= _LONGEST_ID else None
    return error("INT_OUT_OF_RANGE", message, span_of(token), fix)


def _bad_escape(token: Token) -> Diagnostic | None:
    try:
        string_value(token)
    except BadEscapeError as bad:
        return error(
            "BAD_ESCAPE",
            f"`{bad.text}` means nothing in a string",
            _within(token, bad.offset, len(bad.text)),
            "write `\\\\` for a backslash, or put `r` before the string",
        )
    return None


def _within(token: Token, offset: int, length: int) -> Span:
    start = (token.start_pos or 0) + offset
    before = token[:offset]
    lines = before.count("\n")
    column = offset - before.rfind("\n") if lines else (token.column or 1) + offset
    return Span(start, start + length, (token.line or 1) + lines, column)
