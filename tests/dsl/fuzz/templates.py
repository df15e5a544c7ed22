"""What rules are made of: for every type of value the ways to write an expression of it.

Types are letters: b(ool) i(nt) d(ouble) s(tring) n(ull) t(imestamp) p (duration), a(ny of these);
`l` and `m` before the type of the elements of a list or map, `o` before that of an optional value.
`{i}` is a hole for an int; `{i@5}` one that binds at least as tightly as a product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

TERNARY, OR, AND, RELATION, SUM, PRODUCT, UNARY, MEMBER = range(8)


@dataclass(frozen=True, slots=True)
class Template:
    """One way to write an expression.

    Attributes:
        text: With holes.
        level: How tightly it binds.
        needs: The functions it calls, of which our language must have all.
        weight: How often it is taken.
    """

    text: str
    level: int = MEMBER
    needs: tuple[str, ...] = ()
    weight: int = 2


def _calls(*texts: str, weight: int = 2) -> list[Template]:
    return [Template(text, needs=_called(text), weight=weight) for text in texts]


def _called(text: str) -> tuple[str, ...]:
    """Give the function that a text calls, as `f(`, `.f(` or `math.f(`."""
    head = text.partition("(")[0]
    return (head.rpartition("}")[2],)


def _infix(level: int, *texts: str, weight: int = 3) -> list[Template]:
    return [Template(text, level, weight=weight) for text in texts]


_RELATIONS: Final = [
    Template(f"{{{left}@4}} {operator} {{{right}@4}}", RELATION, weight=weight)
    for left, right, weight in (
        ("i", "i", 3),
        ("d", "d", 3),
        ("i", "d", 2),
        ("d", "i", 2),
        ("s", "s", 2),
        ("b", "b", 1),
        ("t", "t", 1),
        ("p", "p", 1),
    )
    for operator in ("<", "<=", ">", ">=")
]
_EQUALITIES: Final = [
    Template(f"{{{kind}@4}} {operator} {{{kind}@4}}", RELATION, weight=2)
    for kind in ("b", "i", "d", "s", "n", "t", "p", "li", "la", "mi", "oi", "a")
    for operator in ("==", "!=")
]
_MIXED: Final = [
    Template(f"{{{left}@4}} == {{{right}@4}}", RELATION, weight=1)
    for left, right in (("i", "d"), ("d", "i"), ("a", "i"), ("s", "a"), ("li", "ld"), ("n", "a"))
]

TEMPLATES: Final[Mapping[str, Sequence[Template]]] = {
    "b": [
        *_RELATIONS,
        *_EQUALITIES,
        *_MIXED,
        *_infix(AND, "{b@3} && {b@3}", "{b@3} && {b@3} && {b@3}", weight=14),
        *_infix(OR, "{b@2} || {b@2}", "{b@2} || {b@2} || {b@2}", weight=14),
        *_infix(UNARY, "!{b@7}", "!!{b@7}", weight=6),
        *_infix(RELATION, "{i@4} in {li@4}", "{s@4} in {ls@4}", "{s@4} in {mi@4}", weight=4),
        *_infix(RELATION, "{d@4} in {li@4}", "{a@4} in {la@4}", "{n@4} in {la@4}", weight=2),
        *_calls("{s@7}.startsWith({s})", "{s@7}.endsWith({s})", "{s@7}.contains({s})", weight=4),
        *_calls("{s@7}.matches({pattern})", "matches({s}, {pattern})", weight=4),
        *_calls("{oi@7}.hasValue()", "{os@7}.hasValue()", "bool({boolish})"),
        Template("has({optional}.{field})", weight=2),
        Template("{i@4} in {1: {a}, 2: {a}}", RELATION, weight=1),
        Template("{b@4} in {true: {a}}", RELATION, weight=1),
        Template("{d@4} in {1: {a}, 3: {a}}", RELATION, weight=1),
        *_calls("math.isNaN({d})", "math.isInf({d})", "math.isFinite({d})"),
        *_calls("sets.contains({li}, {li})", "sets.intersects({ls}, {ls})"),
        *_calls("sets.equivalent({la}, {la})", "sets.contains({la}, {ld})"),
    ],
    "i": [
        *_infix(SUM, "{i@4} + {i@5}", "{i@4} - {i@5}", weight=8),
        *_infix(PRODUCT, "{i@5} * {i@6}", weight=8),
        *_infix(PRODUCT, "{i@5} / {i@6}", "{i@5} % {i@6}", weight=4),
        *_infix(UNARY, "-{i@7}", "--{i@7}", weight=3),
        *_calls("size({s})", "size({li})", "size({mi})", "{s@7}.size()", "{la@7}.size()", weight=3),
        *_calls("{md@7}.size()", "int({d})", "int({digits})", "int({i})", "int({t})"),
        *_calls("{s@7}.indexOf({s})", "{s@7}.indexOf({s}, {small})", "{s@7}.lastIndexOf({s})"),
        *_calls("{s@7}.lastIndexOf({s}, {small})"),
        *_calls(*(f"{{t@7}}.get{part}()" for part in ("FullYear", "Month", "Date", "DayOfMonth"))),
        *_calls(*(f"{{t@7}}.get{part}({{zone}})" for part in ("DayOfWeek", "DayOfYear", "Hours"))),
        *_calls(*(f"{{t@7}}.get{part}({{zone}})" for part in ("Date", "Minutes", "FullYear"))),
        *_calls(*(f"{{t@7}}.get{part}()" for part in ("Seconds", "Milliseconds", "DayOfYear"))),
        *_calls(*(f"{{p@7}}.get{part}()" for part in ("Hours", "Minutes", "Seconds"))),
        *_calls("{p@7}.getMilliseconds()"),
        Template("{0: {i}, 1: {i}, 2: {i}}[{i}]"),
        Template("{0: {i}, 1: {i}}[{d}]", weight=1),
        Template("{0: {i}, 1: {i}}[?{i}].orValue({i})"),
        Template("{true: {i}, false: {i}}[{b}]"),
        Template("{li@7}[{d}]", weight=1),
        *_calls("math.greatest({i}, {i})", "math.least({i}, {i}, {i})", "math.least({li})"),
        *_calls("math.abs({i})", "math.sign({i})", "math.bitAnd({i}, {i})", "math.bitOr({i}, {i})"),
        *_calls("math.bitXor({i}, {i})", "math.bitNot({i})", "math.bitShiftLeft({i}, {small})"),
        *_calls("math.bitShiftRight({i}, {small})"),
    ],
    "d": [
        *_infix(SUM, "{d@4} + {d@5}", "{d@4} - {d@5}", weight=8),
        *_infix(PRODUCT, "{d@5} * {d@6}", "{d@5} / {d@6}", weight=6),
        *_infix(UNARY, "-{d@7}", weight=3),
        Template("{optional}.geo.lat.orValue({d})", weight=3),
        Template("{optional}.?geo.?{field}.orValue({d})"),
        *_calls("double({i})", "double({d})", "double({numeral})", weight=3),
        *_calls("math.greatest({d}, {d})", "math.least({i}, {d})", "math.greatest({ld})"),
        *_calls("math.abs({d})", "math.sign({d})", "math.ceil({d})", "math.floor({d})"),
        *_calls("math.round({d})", "math.trunc({d})", "math.sqrt({d})", "math.sqrt({i})"),
    ],
    "s": [
        *_infix(SUM, "{s@4} + {s@5}", weight=10),
        Template("{optional}.city.orValue({s})"),
        Template("{optional}[?'city'].or({os}).orValue({s})"),
        *_calls("string({i})", "string({b})", "string({s})", "string({d})", weight=2),
        *_calls("string({t})", "string({p})", weight=1),
        *_calls("{s@7}.charAt({small})", "{s@7}.substring({small})", "{s@7}.trim()"),
        *_calls("{s@7}.substring({small}, {small})", "{s@7}.lowerAscii()", "{s@7}.upperAscii()"),
        *_calls("{s@7}.replace({s}, {s})", "{s@7}.replace({s}, {s}, {small})", "{s@7}.reverse()"),
        *_calls("{ls@7}.join()", "{ls@7}.join({s})", "strings.quote({s})"),
        *_calls("{format@7}.format([{a}])", "'%s/%s'.format([{la}, {mi}])"),
        *_calls("'%d %x %o %b'.format([{i}, {i}, {i}, {i}])", "'%.2f|%e'.format([{d}, {d}])"),
    ],
    "n": [Template("null", weight=4)],
    "t": [
        *_infix(SUM, "{t@4} + {p@5}", "{t@4} - {p@5}", "{p@4} + {t@5}", weight=4),
        *_calls("timestamp({moment})", "timestamp({i})", "timestamp({t})", weight=3),
    ],
    "p": [
        *_infix(SUM, "{p@4} + {p@5}", "{p@4} - {p@5}", "{t@4} - {t@5}", weight=3),
        *_calls("duration({span})", weight=6),
    ],
    "ls": [*_calls("{s@7}.split({s})", "{s@7}.split({s}, {small})", weight=2)],
}
"""The ways that are particular to a type."""

LIST_CALLS: Final = (
    *_calls("{L@7}.slice({small}, {small})", "{L@7}.reverse()", "{L@7}.distinct()"),
    *_calls("optional.unwrap([{O}, {O}])", "[{O}, {O}].unwrapOpt()"),
)
"""Ways to a list `L` whose elements have a type that `O` holds optionally."""
OPTIONAL_CALLS: Final = (
    *_calls("optional.of({T})", "optional.ofNonZeroValue({T})", weight=3),
    *_calls("{L@7}.first()", "{L@7}.last()"),
    *_calls("optional.none()", weight=1),
)
"""Ways to an optional value of the type `T`."""
