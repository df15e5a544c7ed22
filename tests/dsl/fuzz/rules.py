"""A generator of rules: most are well-typed, some are not; the same for the same seed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from attribution_dsl import RootKind
from attribution_dsl.functions import FUNCTIONS, METHODS
from dsl.fuzz import templates
from dsl.fuzz.data import DOUBLES, FIELDS, INTS, KEYS, LARGE, MOMENTS, ROOTS, SPANS, STRINGS, TEXTS
from dsl.fuzz.templates import MEMBER, TERNARY, UNARY, Template

_PROPERTIES: Final = [name for name, kind in ROOTS.items() if kind is RootKind.PROPERTIES]
_HOLE: Final = re.compile(r"\{([a-zA-Z]+)(?:@([0-7]))?\}")
# `event` and `name` hide a root, or look like a property.
_VARIABLES: Final = ("x", "y", "i", "v", "k", "item", "event", "name")
_RESULTS: Final = (*"bbbbbbbbbiddsstp", "li", "ls", "la", "mi", "md", "lt")
_ANYTHING: Final = (*"bidsn", "li", "mi")
_WRONG: Final = ("b", "i", "d", "s", "n", "li", "mi", "t")
_OF_ITEM: Final = {"s": "sku", "d": "price", "i": "qty"}
_TOKEN: Final = re.compile(r"[A-Za-z_0-9.]+|\s+|&&|\|\||[<>=!]=|.", re.DOTALL)
_TOKENS: Final = (
    *("(", ")", "[", "]", "{", "}", ",", ".", "?", ":", "!", "-", "+", "*", "/", "%", "<", "=="),
    *("&&", "||", "in", " in ", "1", "0x1F", "1.5", ".5", "1e3", "1.", "'a'", "''", '"', "r'"),
    *("true", "null", "event", ".event", "x", "size", "has", "//", "\\", "`", "`a`", "1u", "#"),
    *(
        " ",
        "\n",
        "\t",
        "\f",
        "\v",
        "\u00a0",
        "[?",
        ".?",
        "{?",
        "??",
        "'''",
        "--",
        "!!",
        "- -",
        "as",
    ),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A rule.

    Attributes:
        source: For our language.
        other: For the C++ engine.
        merge: Whether `other` gives a list of maps that have to be merged.
        comparable: Whether the C++ engine can evaluate it.
    """

    source: str
    other: str
    merge: bool
    comparable: bool


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    level: int = MEMBER


def rule(seed: int, number: int) -> Written:
    """Write one rule; the same for the same numbers."""
    random = Random(f"rule {seed} {number}")
    wild = random.choice((0.04, 0.15)) if random.random() < 0.12 else 0.0
    writer = _Writer(random, wild, random.randrange(3, 26))
    depth = random.randrange(1, 6)
    if random.random() < 0.03:
        source, other = writer.map_made(depth)
        return Written(source, other, merge=True, comparable=writer.comparable)
    other = writer.whole(random.choice(_RESULTS), depth)
    if random.random() < 0.04:
        other = _mangled(random, other)
        return Written(other, other, merge=False, comparable=writer.comparable)
    return Written(other, other, merge=False, comparable=writer.comparable)


def _mangled(random: Random, source: str) -> str:
    """Take a token out, or put one in, or another in its place: most are no rules any more."""
    tokens = _TOKEN.findall(source)
    place = random.randrange(len(tokens))
    match random.randrange(4):
        case 0:
            del tokens[place]
        case 1:
            tokens.insert(place, random.choice(tokens))
        case 2:
            tokens.insert(place, random.choice(_TOKENS))
        case _:
            tokens[place] = random.choice(_TOKENS)
    return "".join(tokens)


def _known(template: Template) -> bool:
    for name in template.needs:
        if name.removeprefix(".") not in (METHODS if name.startswith(".") else FUNCTIONS):
            return False
    return True


_TEMPLATES: Final = {
    kind: [each for each in listed if _known(each)] for kind, listed in templates.TEMPLATES.items()
}
_LISTS: Final = [each for each in templates.LIST_CALLS if _known(each)]
_OPTIONALS: Final = [each for each in templates.OPTIONAL_CALLS if _known(each)]


class _Writer:
    """Writes one rule.

    Attributes:
        _random: What decides.
        _wild: How likely an expression is of another type than is wanted.
        _left: How many operations the rule may still have.
        _scope: The variables that can be read, with their types, innermost last.
    """

    def __init__(self, random: Random, wild: float, size: int) -> None:
        self._random = random
        self._wild = wild
        self._left = size
        self._scope: list[tuple[str, str]] = []
        self._loops = 0
        self.comparable = True

    def whole(self, kind: str, depth: int) -> str:
        return self._spaced(self.write(kind, depth).text)

    def write(self, kind: str, depth: int) -> _Text:
        """Write an expression of a type."""
        if self._random.random() < self._wild:
            kind = self._random.choice(_WRONG)
        if kind == "a":
            kind = self._random.choice(_ANYTHING)
        self._left -= 1
        if depth <= 0 or self._left <= 0:
            return self._leaf(kind, depth)
        if self._random.random() < 0.2:
            return self._leaf(kind, depth)
        return self._compound(kind, depth - 1)

    def _in(self, kind: str, level: int, depth: int) -> str:
        """Write an expression for a place that needs a certain level."""
        made = self.write(kind, depth)
        needed = made.level < level
        # Some needed ones are left out: what the rule means then, both parsers must agree on.
        if needed and self._random.random() < (0.03 if self._wild else 0.0):
            needed = False
        return f"({made.text})" if needed or self._random.random() < 0.04 else made.text

    # Leaves.

    def _leaf(self, kind: str, depth: int) -> _Text:
        if kind == "a":
            kind = self._random.choice(_ANYTHING)
        ways: list[Callable[[], _Text]] = [partial(self._literal, kind)]
        if kind in FIELDS:
            ways += [partial(self._field, kind)] * (1 if kind == "n" else 3)
        variables = self._readable(kind)
        if variables:
            ways += [lambda: _Text(self._random.choice(variables))] * 4
        if kind == "t":
            ways += [lambda: _Text("now")] * 2
        if kind == "ls":
            ways.append(lambda: _Text("segments"))
        if kind in _OF_ITEM:
            ways += [partial(_Text, f"{name}.{_OF_ITEM[kind]}") for name in self._readable("m")] * 4
        if kind[0] == "o":
            ways = [partial(self._optional_leaf, kind[1:])]
        if kind == "lm":
            ways = [lambda: _Text(f"{self._root()}.items")]
        del depth
        return self._random.choice(ways)()

    def _readable(self, kind: str) -> list[str]:
        """Give the variables of a type that no inner one hides."""
        innermost = dict(self._scope)
        return [name for name, held in innermost.items() if held == kind]

    def _root(self) -> str:
        name = self._random.choice(_PROPERTIES)
        hidden = any(variable == name for variable, _ in self._scope)
        return f".{name}" if hidden or self._random.random() < 0.02 else name

    def _field(self, kind: str) -> _Text:
        holder = self._root()
        draw = self._random.random()
        if kind == "s" and draw < 0.08:
            return _Text(f"{holder}.address.city")
        if kind == "d" and draw < 0.08:
            return _Text(f"{holder}.address.geo.lat")
        name = self._random.choice(FIELDS[kind])
        return _Text(f"{holder}{self._member(name)}")

    def _member(self, name: str, optional: bool = False) -> str:
        """Write the read of a property in one of its spellings."""
        mark = "?" if optional else ""
        draw = self._random.random()
        if draw < 0.12:
            return f"[{mark}{self._quoted(name)}]"
        if not name.isidentifier() or draw < 0.16:
            return f".{mark}`{name}`"
        return f".{mark}{name}"

    def _optional_leaf(self, kind: str) -> _Text:
        if kind in FIELDS:
            name = self._random.choice(FIELDS[kind])
            if self._random.random() < 0.2:
                name = "missing"
            return _Text(f"{self._root()}{self._member(name, optional=True)}")
        return _Text(f"optional.of({self._leaf(kind, 0).text})")

    def _literal(self, kind: str) -> _Text:
        random = self._random
        match kind[0]:
            case "b":
                return _Text(random.choice(("true", "false")))
            case "i":
                return self._int()
            case "d":
                return self._double()
            case "s":
                return _Text(self._quoted(random.choice(STRINGS)))
            case "n":
                return _Text("null")
            case "t":
                return _Text(f"timestamp({self._quoted(random.choice(MOMENTS))})")
            case "p":
                return _Text(f"duration({self._quoted(random.choice(SPANS))})")
            case "l":
                return _Text(self._list_of(kind[1:], 0))
            case _ if kind == "m":
                return self._item(0)
            case _:
                return _Text(self._map_of(kind[1:], 0))

    def _item(self, depth: int) -> _Text:
        price, quantity = self._in("d", TERNARY, depth), self._in("i", TERNARY, depth)
        return _Text(f"{{'sku': {self._literal('s').text}, 'price': {price}, 'qty': {quantity}}}")

    def _int(self) -> _Text:
        number = self._random.choice(LARGE if self._random.random() < 0.05 else INTS)
        text = hex(number) if self._random.random() < 0.1 else str(number)
        return _Text(text, UNARY if number < 0 else MEMBER)

    def _double(self) -> _Text:
        number = self._random.choice(DOUBLES)
        text = self._random.choice((repr(number), repr(number), f"{number:e}", f"{number:.3f}"))
        return _Text(text, UNARY if text.startswith("-") else MEMBER)

    def _quoted(self, text: str) -> str:
        """Write a string in one of its spellings."""
        plain = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        draw = self._random.random()
        if draw < 0.45:
            return "'" + plain.replace("'", "\\'") + "'"
        if draw < 0.85:
            return '"' + plain.replace('"', '\\"') + '"'
        if draw < 0.9:
            return '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        if draw < 0.95 and text.isprintable() and "'" not in text and text:
            return f"r'{text}'"
        return "'" + "".join(map(self._escaped, text)) + "'"

    def _escaped(self, character: str) -> str:
        point = ord(character)
        ways = [f"\\U{point:08x}"]
        if point < 0x10000:
            ways.append(f"\\u{point:04X}")
        if point < 0x80:
            ways += [f"\\x{point:02x}", f"\\{point:03o}"]
        return self._random.choice(ways)

    # Compounds.

    def _compound(self, kind: str, depth: int) -> _Text:
        if kind in {"format", "pattern"}:
            return self._special(kind, depth)
        ways: list[tuple[int, Callable[[], _Text]]] = [(4, partial(self._generic, kind, depth))]
        listed = _TEMPLATES.get(kind, [])
        if listed:
            ways.append((16, partial(self._one_of, listed, depth)))
        if kind == "b":
            ways.append((6, partial(self._quantified, depth)))
            ways.append((2, partial(self._presence)))
        if kind == "i":
            ways.append((1, partial(self._counted, depth)))
        if kind[0] == "l" and kind != "lm":
            ways.append((12, partial(self._list, kind, depth)))
        if kind[0] == "m":
            ways.append((14, partial(self._map, kind, depth)))
        if kind[0] == "o":
            ways.append((12, partial(self._optional, kind, depth)))
        weights = [weight for weight, _ in ways]
        return self._random.choices([way for _, way in ways], weights)[0]()

    def _one_of(self, listed: Sequence[Template], depth: int) -> _Text:
        weights = [each.weight for each in listed]
        template = self._random.choices(listed, weights)[0]
        return self._fill(template.text, template.level, depth)

    def _fill(self, text: str, level: int, depth: int, **kinds: str) -> _Text:
        """Fill the holes of a template; `kinds` says what `T` and the like stand for."""

        def hole(match: re.Match[str]) -> str:
            kind = kinds.get(match[1], match[1])
            if kind in _SPECIAL:
                return self._special(kind, depth).text
            return self._in(kind, int(match[2] or TERNARY), depth)

        return _Text(_HOLE.sub(hole, text), level)

    def _special(self, kind: str, depth: int) -> _Text:
        """Write an argument of which a function needs a certain form."""
        random = self._random
        if random.random() < 0.1 and kind not in {"zone", "optional", "field"}:
            return _Text(self._in("i" if kind == "small" else "s", TERNARY, depth))
        if kind == "optional":
            return _Text(f"{self._root()}.?{random.choice(('address', 'address', 'missing'))}")
        if kind == "field":
            return _Text(random.choice(("city", "geo", "lat", "missing")))
        if kind == "small":
            return _Text(str(random.choice((0, 0, 1, 1, 2, 2, 3, 4, -1))))
        if random.random() < 0.4:
            return _Text(f"{self._root()}.{kind}")
        usual, odd = TEXTS[kind]
        # An odd literal mostly refuses the rule.
        return _Text(self._quoted(random.choice(odd if random.random() < 0.02 else usual)))

    def _generic(self, kind: str, depth: int) -> _Text:
        """Write what can be done with values of every type."""
        holes = {"T": kind, "L": f"l{kind}", "M": f"m{kind}", "O": f"o{kind}"}
        listed = [
            ("{b@1} ? {T@1} : {T}", TERNARY),
            ("{b@1} ? {T@1} : {T}", TERNARY),
            ("({T})", MEMBER),
            ("dyn({T})", MEMBER),
        ]
        if kind[0] != "o" and len(kind) < 3:
            listed += [
                ("{O@7}.orValue({T})", MEMBER),
                ("{O@7}.orValue({T})", MEMBER),
                ("[{T}, {T}][{small}]", MEMBER),
                ("[{T}][0]", MEMBER),
                ("{'a': {T}, 'b': {T}}.a", MEMBER),
                ("{'a': {T}}['a']", MEMBER),
                ("optional.of({T}).value()", MEMBER),
                ("{L@7}.first().orValue({T})", MEMBER),
                ("{M@7}[?{s}].orValue({T})", MEMBER),
            ]
        text, level = self._random.choice(listed)
        return self._fill(text, level, depth, **holes)

    def _names(self, count: int) -> list[str]:
        return self._random.sample(_VARIABLES, count)

    def _body(self, variables: Sequence[tuple[str, str]], kind: str, depth: int) -> str:
        """Write a part of a macro, where its variables can be read."""
        outer = self._scope
        self._scope = [*outer, *variables]
        made = self._in(kind, TERNARY, depth)
        self._scope = outer
        return made

    def _quantified(self, depth: int) -> _Text:
        """Write a macro that gives a bool; the order of maps makes no difference to it."""
        macro = self._random.choice(("all", "exists", "exists", "exists_one"))
        holder, element = self._range()
        target = self._in(holder, MEMBER, depth)
        if self._random.random() < 0.6:
            (name,) = self._names(1)
            variable = element if holder[0] == "l" else "s"
            body = self._loop_body([(name, variable)], "b", depth)
            return _Text(f"{target}.{macro}({name}, {body})")
        first, second = self._names(2)
        variables = [(first, "i" if holder[0] == "l" else "s"), (second, element)]
        body = self._loop_body(variables, "b", depth)
        macro = macro.replace("exists_one", "existsOne")
        return _Text(f"{target}.{macro}({first}, {second}, {body})")

    def _loop_body(self, variables: Sequence[tuple[str, str]], kind: str, depth: int) -> str:
        self._loops += 1
        body = self._body(variables, kind, depth if self._loops < 3 else 0)
        self._loops -= 1
        return body

    def _range(self) -> tuple[str, str]:
        """Choose the type of what a macro goes through, and that of its elements."""
        kind = self._random.choice(("li", "ls", "ld", "la", "lm", "mi", "md", "ms"))
        return kind, kind[1:]

    def _presence(self) -> _Text:
        names = [name for listed in FIELDS.values() for name in listed if name.isidentifier()]
        name = self._random.choice([*names, "missing", "address"])
        inner = self._random.choice(("", "", ".address", ".address.geo"))
        return _Text(f"has({self._root()}{inner}.{name})")

    def _counted(self, depth: int) -> _Text:
        """Count what a macro makes of a map, whose order the engines do not agree on."""
        kind = self._random.choice(("mi", "ms", "md"))
        target = self._in(kind, MEMBER, depth)
        first, second = self._names(2)
        if self._random.random() < 0.5:
            body = self._loop_body([(first, "s")], "b", depth)
            return _Text(f"{target}.filter({first}, {body}).size()")
        variables = [(first, "s"), (second, kind[1:])]
        body = self._loop_body(variables, self._random.choice("bids"), depth)
        return _Text(f"size({target}.transformList({first}, {second}, {body}))")

    def _list(self, kind: str, depth: int) -> _Text:
        inner = kind[1:]
        draw = self._random.random()
        if draw < 0.3 or len(kind) > 2:
            return _Text(self._list_of(inner, depth))
        if draw < 0.45:
            return self._fill("{L@4} + {L@5}", templates.SUM, depth, L=kind)
        if draw < 0.6 and _LISTS:
            template = self._random.choice(_LISTS)
            return self._fill(template.text, template.level, depth, L=kind, O=f"o{inner}")
        if draw < 0.75:
            target = self._in(kind, MEMBER, depth)
            (name,) = self._names(1)
            body = self._loop_body([(name, inner)], "b", depth)
            return _Text(f"{target}.filter({name}, {body})")
        return self._mapped(inner, depth)

    def _mapped(self, inner: str, depth: int) -> _Text:
        """Write `map` or `transformList`, with or without a filter, of a list."""
        element = self._random.choice(("i", "s", "d", "m", "a"))
        target = self._in(f"l{element}", MEMBER, depth)
        if self._random.random() < 0.5:
            (name,) = names = self._names(1)
            variables, macro = [(name, element)], "map"
        else:
            names = self._names(2)
            variables, macro = [(names[0], "i"), (names[1], element)], "transformList"
        parts = [*names]
        if self._random.random() < 0.4:
            parts.append(self._loop_body(variables, "b", depth))
        parts.append(self._loop_body(variables, inner, depth))
        return _Text(f"{target}.{macro}({', '.join(parts)})")

    def _list_of(self, inner: str, depth: int) -> str:
        items = []
        for _ in range(self._random.choice((0, 1, 1, 2, 2, 3))):
            if self._random.random() < 0.12 and inner != "a":
                items.append(f"?{self._in(f'o{inner}', TERNARY, depth)}")
            else:
                items.append(self._in(inner, TERNARY, depth))
        comma = "," if items and self._random.random() < 0.05 else ""
        return f"[{', '.join(items)}{comma}]"

    def _map_of(self, inner: str, depth: int) -> str:
        entries = []
        for key in self._random.sample(KEYS, self._random.choice((0, 1, 1, 2, 3))):
            if self._random.random() < 0.12 and inner != "a":
                entries.append(f"?{self._quoted(key)}: {self._in(f'o{inner}', TERNARY, depth)}")
            else:
                entries.append(f"{self._quoted(key)}: {self._in(inner, TERNARY, depth)}")
        return f"{{{', '.join(entries)}}}"

    def _map(self, kind: str, depth: int) -> _Text:
        inner = kind[1:]
        if kind == "m":
            return self._item(depth)
        if self._random.random() < 0.4 or len(kind) > 2:
            return _Text(self._map_of(inner, depth))
        if self._random.random() < 0.7:
            return _Text(self._map_of(inner, depth))
        self.comparable = False
        return _Text(self._transformed(inner, depth)[0])

    def map_made(self, depth: int) -> tuple[str, str]:
        """Write a rule that makes a map of a map or list.

        The package for C++ lacks a part of these macros, so there a list of maps is made.
        """
        kind = self._random.choice("bids")
        return self._transformed(kind, depth)

    def _transformed(self, inner: str, depth: int) -> tuple[str, str]:
        holder, element = self._random.choice((("mi", "i"), ("ms", "s"), ("md", "d"), ("ls", "s")))
        target = self._in(holder, MEMBER, depth)
        first, second = names = self._names(2)
        variables = [(first, "i" if holder[0] == "l" else "s"), (second, element)]
        parts = [*names]
        if self._random.random() < 0.4:
            parts.append(self._loop_body(variables, "b", depth))
        made = self._loop_body(variables, inner, depth)
        entry = f"{{{second if element == 's' else first}: {made}}}"
        if holder[0] == "m" and self._random.random() < 0.5:
            before, entry_of_map = ", ".join(parts), f"{{{first}: {made}}}"
            return (
                f"{target}.transformMap({before}, {made})",
                f"{target}.transformList({before}, {entry_of_map})",
            )
        listed = ", ".join([*parts, entry])
        return f"{target}.transformMapEntry({listed})", f"{target}.transformList({listed})"

    def _optional(self, kind: str, depth: int) -> _Text:
        inner = kind[1:]
        draw = self._random.random()
        if draw < 0.35 and _OPTIONALS:
            template = self._random.choice(_OPTIONALS)
            return self._fill(template.text, template.level, depth, T=inner, L=f"l{inner}")
        if draw < 0.5:
            return self._fill("{O@7}.or({O})", MEMBER, depth, O=kind)
        if draw < 0.6:
            return self._fill("{M@7}[?{s}]", MEMBER, depth, M=f"m{inner}")
        if draw < 0.7:
            return self._fill("{L@7}[?{small}]", MEMBER, depth, L=f"l{inner}")
        element = self._random.choice("bids")
        target = self._in(f"o{element}", MEMBER, depth)
        (name,) = self._names(1)
        flat = self._random.random() < 0.4
        body = self._body([(name, element)], kind if flat else inner, depth)
        return _Text(f"{target}.{'optFlatMap' if flat else 'optMap'}({name}, {body})")

    def _spaced(self, text: str) -> str:
        """Put a comment or a line break where a space is, now and then."""
        if self._random.random() > 0.05:
            return text
        return f"// rule\n{text}\n" if self._random.random() < 0.5 else f" \t{text} // 'end"


_SPECIAL: Final = frozenset({"small", "optional", "field", *TEXTS})
