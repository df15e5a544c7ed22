"""The attacks: rules that are meant to take long, to fill the memory, or to raise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.hostile import odd

LARGE: Final = "large"
ODD: Final = "odd"


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack.

    Attributes:
        group: What it is aimed at.
        name: What it is.
        source: The rule.
        data: What it meets: the name of a function of `hostile`.
    """

    group: str
    name: str
    source: str
    data: str = LARGE


def attacks() -> Iterator[Attack]:
    """Give all attacks; names are unique."""
    for group, sources in (
        ("size", _SIZES),
        ("nonsense", _NONSENSE),
        ("mistakes", _MISTAKES),
        ("nesting", _NESTED),
        ("chains", _CHAINS),
        ("regex", _REGEX),
        ("equality", _EQUALITY),
        ("macros", _MACROS),
        ("sharing", _SHARING),
        ("strings", _STRINGS),
        ("lists and sets", _LISTS),
    ):
        for name, source in sources.items():
            yield Attack(group, name, source)
    for name, source in _SIZES.items():
        if len(source) > _SOURCE_BYTES:
            yield Attack("size", f"{name}, cut to 4 KiB", source[:_SOURCE_BYTES])
    for number, source in enumerate(_ODD):
        yield Attack("odd values", f"{number}: {source[:60]}", source, ODD)
    for number, source in enumerate(_TIMES):
        yield Attack("times", f"{number}: {source[:60]}", source, ODD)


_SOURCE_BYTES: Final = 4096
_SIZES: Final = {
    "200,000 open brackets": "(" * 200_000,
    "100,000 pairs of brackets": "(" * 100_000 + "1" + ")" * 100_000,
    "200,000 open square brackets": "[" * 200_000,
    "100,000 pairs of square brackets": "[" * 100_000 + "]" * 100_000,
    "200,000 open braces": "{" * 200_000,
    "50,000 open calls": "f(" * 50_000,
    "sum of 5,000": "1" + " + 1" * 5_000,
    "&& of 5,000": " && ".join(["true"] * 5_000),
    "|| of 5,000": " || ".join(["false"] * 5_000),
    "2,000 selectors": "event" + ".a" * 2_000,
    "2,000 indexes": "event" + "[0]" * 2_000,
    "2,000 optional selectors": "event" + ".?a" * 2_000,
    "2,000 calls": "event.a" + ".size()" * 2_000,
    "10 MB of terms": "event.a == 1 || " * 650_000,
    "10 MB of one name": "a" * 10_000_000,
    "10 MB of spaces": " " * 10_000_000,
    "10 MB of emoji": "\U0001f600" * 2_500_000,
    "10 MB of digits": "9" * 10_000_000,
    "10 MB of quotes": "'" * 10_000_000,
    "10 MB of newlines": "\n" * 10_000_000,
    "10 MB of comments": "//\n" * 3_400_000,
    "100,000 quotes": '"' * 100_000,
    "100,000 triple quotes": "'''" * 100_000,
    "100,000 backslashes in quotes": "'" + "\\" * 100_000,
    "20,000 conditionals": "true ? true : " * 20_000 + "true",
    "20,000 open conditionals": "a ? " * 20_000,
    "200,000 not": "!" * 200_000 + "true",
    "200,000 minus": "-" * 200_000 + "1",
    "100,000 hexadecimal digits": "0x" + "f" * 100_000,
    "100,000 digits after the point": "0." + "1" * 100_000,
    "exponent of 100,000 digits": "1e" + "9" * 100_000,
    "20,000 names": "event.a " * 20_000,
    "50,000 comments": "//" * 50_000,
    "5,000 macros": "event.l" + ".map(x, x)" * 5_000,
}
_NONSENSE: Final = {
    "half of a surrogate pair": "event.a == '\ud800'",
    "only half of a surrogate pair": "\ud800",
    "4,000 halves": "\ud800" * 4_000,
    "NUL": "\0",
    "4,000 NULs": "\0" * 4_000,
    "NUL in a string": "event.a == 'a\0b'",
    "byte order mark": "\ufefftrue",
    "overriding direction": "event.a == '\u202e' /* \u202d */",
    "digits of another script": "event.a == \uff11\uff12",
    "name in another script": "\u0435vent.total > 1",
    "1,000 combining marks": "a" + "\u0301" * 1_000,
    "line separators": "event.a\u2028==\u2029 1\u0085",
    "no-break spaces": "event.a\u00a0==\u00a01",
    "vertical tabs": "\v\f\x1c" * 1_000,
    "carriage returns": "\r" * 4_000 + "@",
    "tabs before a mistake": "\t" * 4_000 + "@",
    "1,000 emoji": "\U0001f600" * 1_000,
    "1,000 flags in a string": "'" + "\U0001f1e9\U0001f1ea" * 500 + "'",
    "escapes of every kind": r"'\a\b\f\n\r\t\v\?\x00\u0000\U0010ffff\377\ud800'",
    "escape beyond Unicode": r"'\U00110000'",
    "1,000 long escapes": "'" + r"\U0010ffff" * 400 + "'",
    "unterminated quote, 4 KiB": "'" + "a" * 4_000,
    "unterminated triple quote, 4 KiB": '"""' + 'a"' * 2_000,
    "unterminated raw quote": 'r"' + "\\" * 4_000,
    "bytes": "b'" + "\\xff" * 1_000 + "'",
    "nothing": "",
    "only a comment": "//" + "x" * 4_000,
    "many lines, mistake at the end": "\n" * 4_000 + "@",
    "code of Python": "__import__('os').system('true')",
    "dunder": "event.__class__.__mro__[1].__subclasses__()",
    "lambda": "(lambda: 1)()",
    "format of Python": "'{0.__class__}'.format([event])",
    "walrus": "(a := 1)",
    "names that code may use": "roots == rule || runtime || interpreted || v0 || _0",
    "reserved words": "for.if.while && import || in in in",
    "names of the generated code": "event.get.items.__init__",
}
_MISTAKES: Final = {
    "2,000 at signs": "@ " * 2_000,
    "2,000 equals signs": "= " * 2_000,
    "1,000 and": "a and " * 680,
    "1,000 unknown names": "||".join(f"evnt{number}" for number in range(400)),
    "unknown name of 4,000 letters": "e" * 4_000,
    "unknown method of 4,000 letters": "event." + "startsWit" * 440 + "()",
    "400 unknown methods": "||".join(f"event.startsWit{number}()" for number in range(170)),
    "400 wrong arguments": "||".join(["size()"] * 400),
    "160 comparisons of kinds": "||".join(["'a' < 1"] * 160),
    "160 broken expressions": "||".join(["event.a.matches('(')"] * 160),
    "1,000 semicolons": "event.a;" * 500,
    "600 assignments": "event.a=1 " * 400,
    "1,000 single brackets": ")" * 4_000,
    "1,000 wrong brackets": "(]" * 2_000,
    "mixed brackets": "([{" * 1_300,
    "4,000 dots": "." * 4_000,
    "4,000 commas": "[" + "," * 4_000 + "]",
    "4,000 question marks": "?" * 4_000,
    "4,000 colons": ":" * 4_000,
    "2,000 not equals": "<>" * 2_000,
    "operators only": "&&||==!=<><=>=+-*/%!?:" * 180,
    "1,300 ifs": "if " * 1_300,
    "same mistake in 130 macros": "||".join(["event.l.map(1, x)"] * 130),
    "duplicate keys": "{" + ",".join(["'a': 1"] * 240) + "} == {}",
    "160 wrong escapes": "||".join([r"'\q'"] * 400),
    "alternating languages": "event.a is not None and not event.b or event.c <> 1 " * 70,
}
_DEPTHS: Final = (30, 33, 1_000)


def _nest(make: str, core: str, close: str = "") -> dict[str, str]:
    return {f"{depth} times {make}": make * depth + core + close * depth for depth in _DEPTHS}


_NESTED: Final = {
    **_nest("!", "event.a"),
    **_nest("-", "(event.a)"),
    **_nest("(", "event.a", ")"),
    **_nest("[", "event.a", "]"),
    **_nest("{'a': ", "event.a", "}"),
    **_nest("true ? ", "event.a", " : event.b"),
    **_nest("event.a ? event.b : ", "event.c"),
    **_nest("(event.a && ", "event.b", ")"),
    **_nest("(event.a || !", "event.b", ")"),
    **_nest("event.a + (", "event.b", ")"),
    **_nest("event.a == (", "event.b", ")"),
    **_nest("event.a < (", "event.b", ")"),
    **_nest("event.a in [", "event.b", "]"),
    **_nest("event[", "event.a", "]"),
    **_nest("size([", "1", "])"),
    **_nest("has(event.a) && (", "event.b", ")"),
    **_nest("[1].map(x, ", "x", ")"),
    **_nest("cel.bind(x, 1, ", "x", ")"),
    **_nest("optional.of(", "1", ")"),
    **_nest("string(", "1", ")"),
    **_nest("[?event.?a, ", "1", "]"),
}
_CHAINS: Final = {
    "120 comparisons of long lists": " || ".join(["event.l == event.m"] * 120),
    "120 comparisons that differ at the start": " || ".join(["event.l == event.n"] * 120),
    "120 comparisons of lists with themselves": " || ".join(["event.l != event.l"] * 120),
    "120 comparisons of lists of lists": " || ".join(["event.lists != event.lists"] * 120),
    "120 comparisons of a deep list": " || ".join(["event.deep != event.deep2"] * 120),
    "120 comparisons of long texts": " || ".join(["event.s == event.t"] * 120),
    "120 comparisons of large maps": " || ".join(["event.keys != event.keys2"] * 120),
    "120 look-ups in a long list": " || ".join(["-1.0 in event.l"] * 120),
    "120 look-ups of a list": " || ".join(["[-1.0] in event.lists"] * 120),
    "120 look-ups in a list of all kinds": " || ".join(["event.keys in event.mixed"] * 120),
    "120 searches in a long text": " || ".join([f"event.s.contains('aab{n}')" for n in range(120)]),
    "120 searches of half a text": " || ".join(["event.s.contains(event.t)"] * 120),
    "120 periodic searches": " || ".join(["event.ab.contains('" + "ab" * 8 + "b')"] * 90),
    "500 properties": " && ".join(f"event.k{number}" for number in range(240)),
    "499 trues": " && ".join(["true"] * 499),
    "list of 498 items": "[" + "1," * 498 + "1] == []",
    "map of 240 items": "{" + ",".join(f"{n}: {n}" for n in range(240)) + "} == {}",
    "240 equalities": " || ".join(f"event.s == '{number}'" for number in range(150)),
    "240 different equalities": " || ".join(f"event.p{n} == {n}" for n in range(120)),
    "long list of literals": "event.s in [" + ",".join(f"'{n}'" for n in range(490)) + "]",
}
_REGEX: Final = {
    "(a+)+$": "event.t.matches('(a+)+$')",
    "(a|a)*b": "event.s.matches('(a|a)*b')",
    "(a|aa)+c": "event.t.matches('^(a|aa)+c$')",
    "(.*)(.*)(.*)(.*)x": "event.s.matches('(.*)(.*)(.*)(.*)(.*)(.*)x')",
    "a{1000} 20 times": "event.s.matches('" + "a{1000}" * 20 + "x')",
    "a{0,1000} 9 times": "event.s.matches('" + "a{0,1000}" * 9 + "x')",
    "nested repetition": "event.s.matches('((a{1,10}){1,10}){1,10}x')",
    "(x?) 900 times": "event.s.matches('" + "(a?)" * 900 + "y')",
    "(a?) 300 times": "event.s.matches('" + "(a?)" * 300 + "y')",
    "(a?) 100 times": "event.s.matches('" + "(a?)" * 100 + "y')",
    "[ab]*a[ab]{900}c": "event.ab.matches('[ab]*a[ab]{900}c')",
    "[ab]*a[ab]{90}c": "event.ab.matches('[ab]*a[ab]{90}c')",
    "[ab]*a[ab]{14}c": "event.ab.matches('[ab]*a[ab]{14}c')",
    "alternation of 900": "event.ab.matches('" + "|".join(f"a{n}" for n in range(900)) + "')",
    "classes of Unicode": "event.emoji.matches('" + r"(\\pL|\\pN|\\pS)" * 90 + "x')",
    "case-insensitive": "event.s.matches('(?i)" + "(a|k|s)" * 400 + "x')",
    "4,000 brackets": "event.s.matches('" + "(" * 2_000 + ")" * 2_000 + "')",
    "4,000 stars": "event.s.matches('a" + "*" * 4_000 + "')",
    "word bounds": "event.s.matches('" + r"\\b" * 900 + "x')",
    "20 at once": " || ".join(["event.ab.matches('[ab]*a[ab]{60}c')"] * 20),
    "100 at once": " || ".join(["event.ab.matches('[ab]*a[ab]{14}c')"] * 100),
    "40 large ones": " || ".join([f"event.s.matches('a{{{900 + n}}}c')" for n in range(100)]),
    "pattern as data": "event.t.matches(event.ab)",
    "pattern of digits": "event.t.matches(event.digits)",
    "pattern of backslashes": "event.t.matches(event.backslashes)",
    "in a macro": "event.l.exists(x, event.ab.matches('[ab]*a[ab]{14}c'))",
    "small, in a macro": "event.l.exists(x, event.s.matches('b$'))",
    "10,000 patterns": "event.patterns.exists(p, 'abc'.matches(p))",
    "10,000 patterns on a text": "event.patterns.exists(p, event.s.matches(p))",
    "broken ones, in a macro": "event.w.exists(p, 'abc'.matches('(' + p))",
    "regex.replace": r"regex.replace(event.s, '(a)', '\\1\\1\\1\\1\\1\\1\\1\\1') == ''",
    "regex.replace of nothing": "regex.replace(event.s, '', event.s) == ''",
    "regex.extractAll": "size(regex.extractAll(event.s, '')) > 0",
}
_EQUALITY: Final = {
    "deep lists": "event.deep == event.deep2",
    "deep lists that differ": "event.deep == event.deeper",
    "deep list and itself": "event.deep == event.deep",
    "deep maps": "event.maps == event.maps2",
    "deep list and map": "event.deep == event.maps",
    "deep list in a list": "event.deep in [event.deep2, event.deeper]",
    "deep list in itself": "event.deep in event.deeper",
    "deep list as a key": "event.keys[event.deep] == 1",
    "deep list as an index": "event.l[event.deep] == 1",
    "deep list and a number": "event.deep + 1 == 1",
    "deep list joined": "size(event.deep + event.deep2) == 1",
    "deep list ordered": "event.deep < event.deep2",
    "deep list as the result": "[event.deep]",
    "deep list as text": "string(event.deep) == ''",
    "deep list as JSON": "json.encode(event.deep) == ''",
    "deep list formatted": "'%s'.format([event.deep]) == ''",
    "deep list flattened": "size(event.deep.flatten(1000000)) == 1",
    "deep list sorted": "[event.deep, event.deep2].sort() == []",
    "deep list distinct": "[event.deep, event.deep2].distinct() == []",
    "deep list mapped": "event.deep.map(x, x) == event.deep2.map(x, x)",
    "deep list in an optional": "optional.of(event.deep) == optional.of(event.deep2)",
    "deep list of a type": "type(event.deep) == list",
    "deep list as a key of a literal": "{event.deep: 1} == {}",
    "deep list in a set": "sets.contains([event.deep], [event.deep2])",
    "long list 240 times": f"[{','.join(['event.l'] * 120)}] == [{','.join(['event.l'] * 120)}]",
    "long texts 240 times": f"[{','.join(['event.s'] * 120)}] == [{','.join(['event.t'] * 120)}]",
    "list of all kinds": "event.mixed == event.mixed",
    "large maps": "event.keys == event.keys2",
    "list within a long list": "event.lists == event.lists",
    "list of lists in a list": f"event.lists in [{','.join(['event.l'] * 200)}, event.lists]",
}
_MACROS: Final = {
    "exists": "event.l.exists(x, x < 0.0)",
    "all": "event.l.all(x, x >= 0.0)",
    "exists_one": "event.l.exists_one(x, x == 1.0)",
    "map": "size(event.l.map(x, x * 2.0)) > 0",
    "map with filter": "size(event.l.map(x, x > 1.0, x * 2.0)) > 0",
    "filter": "size(event.l.filter(x, x > 1.0)) > 0",
    "exists in exists": "event.l.exists(x, event.l.exists(y, x + y < 0.0))",
    "map in map": "size(event.l.map(x, event.l.map(y, x * y))) > 0",
    "filter in filter": "size(event.l.filter(x, event.l.filter(y, y > x) == [])) > 0",
    "all in all of maps": "event.keys.all(x, event.keys.all(y, x != y))",
    "three within each other": "event.l.all(x, event.l.all(y, event.l.all(z, z > 0.0)))",
    "five within each other": (
        "event.l.all(x, event.l.all(y, event.l.all(z, event.l.all(a, event.l.all(b, b >= 0.0)))))"
    ),
    "25 after each other": "size(event.l" + ".map(x, x + 1.0)" * 25 + ") > 0",
    "60 beside each other": " || ".join(["event.l.exists(x, x < 0.0)"] * 60),
    "60 beside each other, 150 items": " || ".join(["event.l.exists(x, x in [])"] * 60),
    "expensive body": "event.l.exists(x, event.l == event.m)",
    "expensive look-up in the body": "event.l.exists(x, -1.0 in event.l)",
    "expensive search in the body": "event.l.exists(x, event.s.contains('aab'))",
    "expensive sum in the body": "event.l.exists(x, size(event.l + event.l) == 0)",
    "expensive text in the body": "event.l.exists(x, size(event.s + event.s) == 0)",
    "map to long texts": "size(event.l.map(x, event.s + event.s)) > 0",
    "map to long lists": "size(event.l.map(x, event.l + event.l)) > 0",
    "map to large maps": "size(event.l.map(x, {'a': event.l, 'b': [x, x, x, x]})) > 0",
    "doubling lists": "size([[1.0]]" + ".map(x, x + x)" * 28 + "[0]) > 0",
    "doubling texts": "size(['ab']" + ".map(x, x + x)" * 28 + "[0]) > 0",
    "doubling a list with itself": "size([1, 2].map(x, [1, 2] + [1, 2])) > 0",
    "squaring": "size(event.l.map(x, event.l).map(x, event.l)) > 0",
    "macro over a text": "event.s.exists(c, c == 'b')",
    "macro over a number": "1.exists(c, c == 'b')",
    "errors in every step": "event.l.exists(x, x.nothing == 1)",
    "errors in every step of all": "event.l.all(x, 1 / 0 == 1)",
    "variable named as a root": "event.l.exists(event, event == 1.0)",
    "variable named as a word": "event.l.exists(size, size == 1.0)",
    "variable named as Python's": "event.l.exists(None, None == 1.0)",
    "variable named as another": "event.l.exists(x, event.l.exists(x, x < 0.0))",
    "variable of 3,000 letters": f"event.l.exists({'x' * 1_900}, {'x' * 1_900} < 0.0)",
    "two variables": "event.l.exists(i, x, x < 0.0)",
    "transformList": "size(event.l.transformList(i, x, event.s + event.s)) > 0",
    "transformMap": "size(event.keys.transformMap(k, v, event.s + event.s)) > 0",
    "transformMapEntry": "size(event.l.transformMapEntry(i, x, {string(x): event.l + [x]})) > 0",
    "sortBy": "event.l.sortBy(x, -x)[0] == 1.0",
    "sortBy texts": "event.w.sortBy(x, event.s + x)[0] == ''",
    "8 binds that double": (
        "cel.bind(a, event.l + event.l, cel.bind(b, a + a, cel.bind(c, b + b, "
        "cel.bind(d, c + c, size(d + d) > 0))))"
    ),
    "8 binds that double texts": (
        "cel.bind(a, event.s + event.s, cel.bind(b, a + a, cel.bind(c, b + b, "
        "cel.bind(d, c + c, size(d + d) > 0))))"
    ),
}


def _shared(times: int, start: str = "[0]") -> str:
    """A list of one item that holds itself twice, and so on: 2 ** times leaves in little memory."""
    return f"[{start}]" + ".map(x, [x, x])" * times


_SHARING: Final = {
    "2^24 leaves, compared": f"{_shared(24)} == {_shared(24)}",
    "2^24 leaves, contained": f"{_shared(24)}[0] in {_shared(24)}",
    "2^28 leaves, with itself": f"{_shared(28)}.all(x, x == x)",
    "2^24 leaves as text": f"string({_shared(24)}) == ''",
    "2^24 leaves formatted": f"'%s'.format({_shared(24)}) == ''",
    "2^24 leaves flattened": f"size({_shared(24)}.flatten(30)) > 0",
    "2^24 leaves, distinct": f"size(({_shared(13)} + {_shared(13)}).distinct()) > 0",
    "2^24 leaves in maps": "[0]" + ".map(x, {'a': x, 'b': x})" * 20 + " == [1]",
    "2^20 leaves in maps, compared": (
        "[0]" + ".map(x, {'a': x, 'b': x})" * 18 + " == [0]" + ".map(x, {'a': x, 'b': x})" * 18
    ),
    "2^20 leaves by texts": "size(['ab']" + ".map(x, [x, x].join())" * 24 + "[0]) > 0",
    "10,000 long lists, compared": ("event.l.map(x, event.l) == event.l.map(x, event.l)"),
    "10,000 long texts, compared": ("event.l.map(x, event.s) == event.l.map(x, event.t)"),
    "10,000 long texts, joined": "size(event.l.map(x, event.s).join()) > 0",
    "10,000 long lists, flattened": "size(event.l.map(x, event.l).flatten()) > 0",
    "10,000 long lists, as the result": "event.l.map(x, event.l)",
    "4 binds of lists of lists": (
        "cel.bind(a, [event.l, event.l], cel.bind(b, [a, a], cel.bind(c, [b, b], "
        "cel.bind(d, [c, c], d == d))))"
    ),
}
_STRINGS: Final = {
    "sum of 30 long texts": "size(" + " + ".join(["event.s"] * 30) + ") > 0",
    "tree of 240 long texts": "size("
    + " + ".join(["(" + " + ".join(["event.s"] * 15) + ")"] * 14)
    + ") > 0",
    "replace nothing": "size(event.s.replace('', event.s)) > 0",
    "replace nothing in little": "'a'.replace('', event.s) == ''",
    "replace letters": "size(event.s.replace('a', event.s)) > 0",
    "replace 10 times": "size('a'" + ".replace('a', 'aaaaaaaaaa')" * 10 + ") > 0",
    "replace 25 times": "size('a'" + ".replace('a', 'aa')" * 25 + ") > 0",
    "replace a negative number of times": "event.s.replace('a', 'b', -5) == ''",
    "replace 2^63-1 times": "event.s.replace('a', 'bb', 9223372036854775807) == ''",
    "split into letters": "size(event.s.split('')) > 0",
    "split at commas": "size(event.commas.split(',')) > 0",
    "split at commas, 10 times": "size(event.commas.split(','))" + " + 1" * 10 + " > 0",
    "split a negative number of times": "size(event.commas.split(',', -7)) > 0",
    "split and join": "event.s.split('').join(event.s) == ''",
    "join long list": "size(event.w.join(event.s)) > 0",
    "join numbers": "event.l.join(',') == ''",
    "join list of all kinds": "event.mixed.join(',') == ''",
    "format: 30,000 arguments": "event.percents.format(event.w) == ''",
    "format: huge precision": "'%.999999999f'.format([1.0]) == ''",
    "format: large precision": "'%.9999f'.format([1.0]) == ''",
    "format: huge width": "'%999999999d'.format([1]) == ''",
    "format: precision of 1,000 digits": "'%." + "9" * 1_000 + "f'.format([1.0]) == ''",
    "format: long list": "'%s'.format([event.l]) == ''",
    "format: long list, 100 times": "'"
    + "%s" * 100
    + "'.format(["
    + ",".join(["event.l"] * 100)
    + "]) == ''",
    "format: hexadecimal of a text": "'%X'.format([event.s]) == ''",
    "format: long text, 100 times": "'"
    + "%s" * 100
    + "'.format(["
    + ",".join(["event.s"] * 100)
    + "]) == ''",
    "format: nothing after %": "'%'.format([1]) == ''",
    "format: unknown": "'%q%z%-5s'.format([1, 2, 3]) == ''",
    "format: too few": "'%s%s'.format([1]) == ''",
    "format: text as a number": "'%d'.format(['a']) == ''",
    "substring before the start": "event.s.substring(-1) == ''",
    "substring the wrong way": "event.s.substring(5, 2) == ''",
    "substring far beyond": "event.s.substring(0, 9223372036854775807) == ''",
    "charAt far beyond": "event.s.charAt(9223372036854775807) == ''",
    "indexOf": "event.s.indexOf(event.t) == 0",
    "indexOf nothing": "event.s.indexOf('', 9223372036854775807) == 0",
    "lastIndexOf": "event.s.lastIndexOf('ba') == 0",
    "lastIndexOf of a long text": "event.s.lastIndexOf(event.t.substring(30000)) == 0",
    "reverse": "event.emoji.reverse() == ''",
    "quote": "strings.quote(event.backslashes) == ''",
    "quote 20 times": "strings.quote(" * 20 + "event.backslashes" + ")" * 20 + " == ''",
    "trim": "event.spaces.trim() == ''",
    "lowerAscii": "event.emoji.lowerAscii() == ''",
    "int of many digits": "int(event.digits) == 0",
    "double of many digits": "double(event.digits) == 0.0",
    "timestamp of many digits": "timestamp(event.digits) == now",
    "duration of many digits": "duration(event.digits + 's') == duration('1s')",
    "duration of many parts": "duration(event.s.replace('a', '1h')) == duration('1s')",
    "bool of much": "bool(event.s)",
    "base64": "base64.encode(bytes(event.s)) == ''",
    "getHours in a long zone": "now.getHours(event.s) == 0",
    "10,000 zones": "event.zones.exists(z, now.getHours(z) == 99)",
    "10,000 times in a zone": "event.l.exists(x, now.getHours('America/New_York') == 99)",
    "10,000 times parsed": "event.w.exists(x, timestamp('2024-01-01T00:00:00Z') == now && false)",
    "10,000 durations parsed": "event.w.exists(x, duration('1h1m1s1ms1us1ns') < duration('0s'))",
}
_LISTS: Final = {
    "range": "size(lists.range(9223372036854775807)) > 0",
    "range of a million": "size(lists.range(1000000)) > 0",
    "range of -1": "size(lists.range(-1)) > 0",
    "distinct": "size(event.l.distinct()) > 0",
    "distinct of all kinds": "size(event.mixed.distinct()) > 0",
    "distinct of lists": "size(event.lists.distinct()) > 0",
    "sort": "event.l.sort()[0] == 0.0",
    "sort texts": "event.w.sort()[0] == ''",
    "sort all kinds": "event.mixed.sort()[0] == 0.0",
    "slice": "event.l.slice(0, 9223372036854775807) == []",
    "slice the wrong way": "event.l.slice(5, 2) == []",
    "flatten": "size(event.lists.flatten(9223372036854775807)) > 0",
    "reverse": "event.l.reverse()[0] == 0.0",
    "first and last": "event.l.first().value() == event.l.last().value()",
    "sets.contains": "sets.contains(event.l, event.m)",
    "sets.equivalent": "sets.equivalent(event.l, event.m)",
    "sets.intersects": "sets.intersects(event.l, event.w)",
    "sets.contains of lists": "sets.contains(event.lists, event.lists)",
    "math.greatest": "math.greatest(event.l) > 0.0",
    "math.least of all kinds": "math.least(event.mixed) > 0.0",
    "shift by much": "math.bitShiftLeft(1, 9223372036854775807) > 0",
    "shift by a negative number": "math.bitShiftLeft(1, -1) > 0",
    "round infinity": "math.round(1.0 / 0.0) > 0.0",
    "30 sums of long lists": "size(" + " + ".join(["event.l"] * 30) + ") > 0",
    "tree of sums": "size((event.l + event.l) + (event.l + event.l)) > 0",
    "in, of a literal": "[" + ",".join(["event.l"] * 100) + "][99] == event.l",
    "look-up of a text": "'x' in event.w",
    "look-up of all kinds": "event.deep in event.mixed",
}
_VALUES: Final = tuple(odd()["event"])
_FORMS: Final = (
    "event.{0} == event.{0}",
    "-event.{0} == 1",
    "!event.{0}",
    "event.{0} + event.{0} == 1",
    "event.{0} * event.{0} / event.{0} - event.{0} == 1",
    "event.{0} % event.{0} == 1",
    "event.{0} / event.zero == 1",
    "event.{0} < event.int || event.{0} >= event.number",
    "event.l[event.{0}] == 1",
    "event.map[event.{0}] == 1",
    "{{event.{0}: event.{0}, event.{0}: 1}} == {{}}",
    "[event.{0}] == [event.{0}, 1]",
    "event.{0} in event.odd",
    "event.{0} in event.map",
    "event.{0} ? 1 : 2",
    "event.{0} && event.{0} || event.{0}",
    "size(event.{0}) == 1",
    "event.{0}.a.b == 1",
    "event.{0}[0] == 1",
    "has(event.{0}.a)",
    "event.{0}.startsWith(event.{0})",
    "event.{0}.contains(event.{0})",
    "event.{0}.matches(event.{0})",
    "event.{0}.matches('a')",
    "string(event.{0}) == ''",
    "int(event.{0}) == 1",
    "double(event.{0}) == 1.0",
    "bool(event.{0})",
    "timestamp(event.{0}) == now",
    "duration(event.{0}) == now - now",
    "type(event.{0}) == string",
    "dyn(event.{0}) == 1",
    "'%s %d %f %e %x %o %b'.format([event.{0}, event.{0}, event.{0}, event.{0}, event.{0},"
    " event.{0}, event.{0}]) == ''",
    "event.{0}.exists(x, x == 1)",
    "event.{0}.map(x, x) == []",
    "event.{0}.exists(i, x, x == i)",
    "[event.{0}].sort() == []",
    "[event.{0}, event.{0}].distinct() == []",
    "event.{0}.split(event.{0}) == []",
    "event.{0}.replace(event.{0}, event.{0}) == ''",
    "event.{0}.substring(event.int) == ''",
    "event.{0}.join(event.{0}) == ''",
    "event.{0}.lowerAscii().upperAscii().trim().reverse() == ''",
    "strings.quote(event.{0}) == ''",
    "event.{0}.indexOf(event.{0}) == event.{0}.lastIndexOf(event.{0})",
    "now + event.{0} == now",
    "event.{0} - event.earliest == event.latest - event.{0}",
    "event.{0}.getFullYear() == 1",
    "event.{0}.getHours('America/New_York') == 1",
    "event.{0}.getMilliseconds() == 1",
    "math.abs(event.{0}) == math.ceil(event.{0})",
    "math.greatest(event.{0}, event.int) == math.least(event.{0}, event.number)",
    "math.round(event.{0}) == math.sign(event.{0})",
    "event.?{0}.orValue(1) == 1",
    "optional.of(event.{0}) == optional.ofNonZeroValue(event.{0})",
    "event.{0}.?a.hasValue()",
    "event.{0}[?0].hasValue()",
    "{{event.{0}: 1}} == {{}}",
    "event.{0}",
)
_ODD: Final = tuple(form.format(value) for form in _FORMS for value in _VALUES)
_ZONES: Final = (
    "America",
    "../../etc/passwd",
    "/etc/passwd",
    "",
    ".",
    "..",
    "posix",
    "UTC\\0",
    "\\ud800",
    "+99:99",
    "-00:00",
    "+14:00",
    "-14:00",
    "+23:59",
    "24:00",
    "Europe/Berlin/x",
    "europe/berlin",
    "CON",
    "zone.tab",
    "tzdata.zi",
    "__init__.py",
    "leapseconds",
    "Factory",
)
_GETTERS: Final = (
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
)
_MOMENTS: Final = ("now", "event.earliest", "event.latest")
_TIMES: Final = (
    *(f"{moment}.getHours('{zone}') == 1" for zone in _ZONES for moment in _MOMENTS),
    *(
        f"timestamp('{text}') == now"
        for text in (
            "",
            "now",
            "2024-02-30T00:00:00Z",
            "2024-02-29T23:59:60Z",
            "2024-02-29T24:00:00Z",
            "2024-13-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59.999999999-14:00",
            "9999-12-31T23:59:59." + "9" * 3_000 + "Z",
            "10000-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
            "2024-01-01t00:00:00z",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00+99:99",
            "\uff12\uff10\uff12\uff14-01-01T00:00:00Z",
            "9" * 3_000,
            "2024-01-01T00:00:00Z\\n",
            "2024-01-01T00:00:00Z\\0",
        )
    ),
    *(
        f"duration('{text}') == duration('1s')"
        for text in (
            "",
            "s",
            "-",
            "+-1s",
            "1",
            "1.s",
            ".1s",
            "1e9s",
            "9223372036854775807ns",
            "9223372036854775808ns",
            "-9223372036854775808ns",
            "9" * 3_000 + "h",
            "0." + "9" * 3_000 + "h",
            "1h" * 1_500,
            "infs",
            "nans",
            "\uff11s",
            "1s\\n",
        )
    ),
    *(
        f"{moment}.{getter}() == 1"
        for moment in ("event.earliest", "event.latest", "event.longest", "event.shortest")
        for getter in _GETTERS
    ),
    "event.longest + event.longest == event.shortest",
    "-event.shortest == event.longest",
    "event.shortest - event.longest == event.longest",
    "event.latest - event.earliest == event.longest",
    "event.earliest + event.shortest == now",
    "string(event.earliest) == string(event.latest)",
    "string(event.longest) == string(event.shortest)",
    "int(event.earliest) == int(event.latest)",
    "timestamp(event.int_max) == now",
    "timestamp(event.int_min) == now",
    "now.getHours(event.zone) == now.getHours(event.path)",
    "now.getHours(event.half) == now.getHours(event.nul)",
)
