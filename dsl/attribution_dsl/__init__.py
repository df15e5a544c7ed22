"""A subset of CEL, the Common Expression Language, for JSON-like values.

    >>> from attribution_dsl import compile_rule
    >>> rule = compile_rule("event.total > 9.99", roots=["event"])
    >>> rule.evaluate({"event": {"total": 12.5}})
    True

What a rule cannot say, and what is wrong with one, is told by RuleError at load. What only data can
get wrong is an ErrorValue at evaluation, never an exception.
"""

from attribution_dsl.diagnostics import Diagnostic, RuleError, Severity, Span
from attribution_dsl.format import format_rule
from attribution_dsl.limits import Limits
from attribution_dsl.paths import Path
from attribution_dsl.results import ResultType
from attribution_dsl.roots import RootKind
from attribution_dsl.rule import Rule, compile_rule
from attribution_dsl.values import UNSAFE_INTEGER, Duration, ErrorKind, ErrorValue, Timestamp

__all__ = [
    "UNSAFE_INTEGER",
    "Diagnostic",
    "Duration",
    "ErrorKind",
    "ErrorValue",
    "Limits",
    "Path",
    "ResultType",
    "RootKind",
    "Rule",
    "RuleError",
    "Severity",
    "Span",
    "Timestamp",
    "compile_rule",
    "format_rule",
]
