"""What rules mean: compiled code and interpreter give the value that CEL gives."""

import copy
import math
from typing import Any

import pytest
from attribution_dsl import (
    UNSAFE_INTEGER,
    Duration,
    ErrorKind,
    ErrorValue,
    ResultType,
    Timestamp,
    compile_rule,
)

ROOTS = ("event", "trigger", "person", "now", "segments")
EVENT: dict[str, Any] = {
    "nil": None,
    "yes": True,
    "no": False,
    "one": 1,
    "two": 2,
    "big": 2**53,
    "most": 2**63 - 1,
    "least": -(2**63),
    "half": 0.5,
    "one_d": 1.0,
    "two_d": 2.0,
    "zero_d": 0.0,
    "nan": math.nan,
    "inf": math.inf,
    "name": "Ångström",
    "empty": "",
    "list": [1, "a", None, True, 2.5],
    "names": ["a", "b"],
    "map": {"a": 1, "b": {"c": "deep"}, "a b": 2},
    "unsafe": UNSAFE_INTEGER,
    "holed": [1.0, UNSAFE_INTEGER, "a"],
    "at": Timestamp.from_micros(1_000_000),
    "hour": Duration.from_micros(3_600_000_000),
    "__class__": "data",
    'quo"te': "data",
}
DATA: dict[str, Any] = {
    "event": EVENT,
    "trigger": {"one": 1},
    "now": Timestamp.from_micros(5_000_000),
    "segments": ["vip", "new"],
}


def value(source: str, data: dict[str, Any] = DATA) -> object:
    rule = compile_rule(source, roots=ROOTS, result=ResultType.ANY)
    before = copy.deepcopy(data)
    compiled, interpreted = rule.evaluate(data), rule.interpret(data)
    assert repr(compiled) == repr(interpreted), source
    assert repr(data) == repr(before), "data was changed"
    return compiled


def kind(source: str) -> ErrorKind:
    result = value(source)
    assert isinstance(result, ErrorValue), f"{source} gives {result!r}"
    return result.kind


LITERALS = [
    ("null", None),
    ("true", True),
    ("false", False),
    ("0", 0),
    ("0x1F", 31),
    ("-0xff", -255),
    ("9223372036854775807", 2**63 - 1),
    ("-9223372036854775808", -(2**63)),
    ("-0x8000000000000000", -(2**63)),
    ("007", 7),
    ("1.5", 1.5),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("1.5E-2", 0.015),
    ("-2.5", -2.5),
    ('"a"', "a"),
    ("'a'", "a"),
    ("''", ""),
    ("'\"'", '"'),
    (r"'\''", "'"),
    ('"""a"b\nc"""', 'a"b\nc'),
    ("'''it's'''", "it's"),
    (r"""'''\''''""", "'"),
    (r"r'\d'", r"\d"),
    (r'R"\n"', r"\n"),
    (r'r"""a\"""', "a\\"),
    (r"'\a\b\f\n\r\t\v\\\?\"\'\`'", "\a\b\f\n\r\t\v\\?\"'`"),
    (r"'\x41\X42'", "AB"),
    (r"'\u00e5'", "å"),
    (r"'\U0001F600'", "😀"),
    (r"'\101\000\377'", "A\0ÿ"),
    ("'😀'", "😀"),
    ("[]", []),
    ("[1, 'a', [null]]", [1, "a", [None]]),
    ("[1, 2,]", [1, 2]),
    ("{}", {}),
    ("{'a': 1, 'b': [2],}", {"a": 1, "b": [2]}),
    ("1 // one", 1),
    ("// first\n1", 1),
    ("\t1\r\n", 1),
]


@pytest.mark.parametrize(("source", "expected"), LITERALS)
def test_literals(source: str, expected: object) -> None:
    result = value(source)
    assert repr(result) == repr(expected)


VALUES = [
    # Precedence and grouping.
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 2 - 3", 5),
    ("2 - -3", 5),
    ("--5", 5),
    ("- 5", -5),
    ("-(5)", -5),
    ("1 + 1 == 2 && 2 < 3 || false", True),
    ("false || true && false", False),
    ("!false && true", True),
    ("1 < 2 == true", True),
    ("false ? 1 : true ? 2 : 3", 2),
    ("true ? 1 : 1 / 0", 1),
    ("!!true", True),
    # Arithmetic.
    ("7 / 2", 3),
    ("-7 / 2", -3),
    ("7 / -2", -3),
    ("7 % 3", 1),
    ("-7 % 3", -1),
    ("7 % -3", 1),
    ("1.0 / 4.0", 0.25),
    ("1.0 / 0.0", math.inf),
    ("-1.0 / 0.0", -math.inf),
    ("1.0 / -0.0", -math.inf),
    ("0.0 / 0.0 == 0.0 / 0.0", False),
    ("event.two_d / event.zero_d", math.inf),
    ("event.two_d * 2.0", 4.0),
    ("event.two_d - 0.5 + event.half", 2.0),
    ("1e308 * 10.0", math.inf),
    ("-event.two", -2),
    ("-event.two_d", -2.0),
    ("'a' + 'b'", "ab"),
    ("event.name + '!'", "Ångström!"),
    ("[1] + ['a']", [1, "a"]),
    ("event.most - 1", 2**63 - 2),
    # Equality.
    ("true == 1", False),
    ("event.yes == event.one", False),
    ("event.one == event.yes", False),
    ("event.no == 0", False),
    ("event.one == true", False),
    ("event.yes == true", True),
    ("event.yes != false", True),
    ("event.nil == null", True),
    ("event.nil != null", False),
    ("event.one == null", False),
    ("event.no == null", False),
    ("null == false", False),
    ("event.one != null", True),
    ("1 == 1.0", True),
    ("event.one == event.one_d", True),
    ("event.one_d == event.one", True),
    ("event.one == 1.0", True),
    ("event.one_d == 1", True),
    ("event.one == '1'", False),
    ("event.name != 1", True),
    ("'1' == event.name", False),
    ("event.nan == event.nan", False),
    ("event.nan != event.nan", True),
    ("0.0 == -0.0", True),
    ("event.zero_d == -0.0", True),
    ("-0.0 < 0.0", False),
    ("[1, 2.0] == [1.0, 2]", True),
    ("[1] == [true]", False),
    ("[1, 2] == [1]", False),
    ("[[1]] == [[1.0]]", True),
    ("{'a': 1} == {'a': 1.0}", True),
    ("{'a': 1} == {'a': true}", False),
    ("{'a': 1} == {'b': 1}", False),
    ("{1: 'a'} == {1: 'a'}", True),
    ("{1: 'a'} == {true: 'a'}", False),
    ("event.map == {'a': 1, 'b': {'c': 'deep'}, 'a b': 2}", True),
    ("event.list == [1, 'a', null, true, 2.5]", True),
    ("event.names != event.list", True),
    ("[] == {}", False),
    ("trigger == trigger", True),
    ("event == event", False),
    ("event.at == event.at", True),
    ("event.at == event.hour", False),
    # int and double meet as doubles, as in all of CEL's engines.
    ("event.most == 9223372036854775808.0", True),
    ("9223372036854775807 < 9223372036854775808.0", False),
    ("event.least == -9223372036854775808.0", True),
    ("event.most < 9223372036854777856.0", True),
    ("event.inf > event.most", True),
    ("event.nan < 1", False),
    ("event.nan >= 1", False),
    ("9007199254740993 == 9007199254740992.0", True),
    ("9007199254740993 == 9007199254740992", False),
    # Ordering.
    ("1 < 1.5", True),
    ("1.5 <= 1", False),
    ("event.one < event.two_d", True),
    ("event.two_d >= event.one", True),
    ("2 >= event.two", True),
    ("2.0 > event.two_d", False),
    ("0.1 < event.half", True),
    ("event.one <= 1", True),
    ("event.one_d > 0", True),
    ("false < true", True),
    ("event.no < true", True),
    ("event.yes <= event.no", False),
    ("'a' < 'b'", True),
    ("'Z' < 'a'", True),
    ("event.name > 'Z'", True),
    ("'' < event.name", True),
    ("now > event.at", True),
    ("event.hour >= event.hour", True),
    ("now - event.at < event.hour", True),
    ("event.at + event.hour > now", True),
    ("event.hour + event.at == event.at + event.hour", True),
    ("now - event.hour < event.at", True),
    # Errors that do not decide.
    ("event.gone || true", True),
    ("true || event.gone", True),
    ("event.gone && false", False),
    ("false && event.gone", False),
    ("event.gone == 1 || event.one == 1", True),
    ("event.gone > 1 && event.one == 2", False),
    ("event.name && false", False),
    ("event.name || true", True),
    ("1 / 0 == 0 || event.yes", True),
    ("event.gone == 'a' || event.gone == 'b' || event.one == 1", True),
    ("event.gone != 'a' && event.gone != 'b' && event.one == 2", False),
    ("(event.gone || event.yes) && !event.no", True),
    ("event.yes ? true : event.gone", True),
    ("has(event.one) && has(trigger.one)", True),
    ("has(event.gone) || has(trigger.one)", True),
    # Select, index and presence.
    ("event.map.b.c", "deep"),
    ('event["map"]["b"]["c"]', "deep"),
    ("event.`quote` == 1 || true", True),
    ("event.map.`a b`", 2),
    ('event.map["a b"]', 2),
    (".event.one", 1),
    ("event.list[0]", 1),
    ("event.list[1.0]", "a"),
    ("event.list[event.two_d]", None),
    ("[7, 8][1]", 8),
    ("{'a': 1}.a", 1),
    ("{'a': 1}['a']", 1),
    ("{1: 'int', true: 'bool', 'x': 's'}[true]", "bool"),
    ("{1: 'int', true: 'bool'}[1]", "int"),
    ("{1: 'int'}[1.0]", "int"),
    ("{false: 1, 0: 2}[false]", 1),
    ("segments[1]", "new"),
    ("has(event.one)", True),
    ("has(event.gone)", False),
    ("has(event.nil)", True),
    ("has(event.unsafe)", True),
    ("has(event.map.b)", True),
    ("has(event.map.x)", False),
    ("has({'a': 1}.a)", True),
    ("!has(event.gone)", True),
    ("has(person.plan)", False),
    ("event.__class__", "data"),
    ("event['quo\"te']", "data"),
    # in
    ("1 in [1, 2]", True),
    ("1.0 in [1, 2]", True),
    ("true in [1]", False),
    ("'a' in event.names", True),
    ("'x' in event.names", False),
    ("event.name in ['x', 'Ångström']", True),
    ("event.one in ['x']", False),
    ("event.one in [1.0]", True),
    ("2.5 in event.list", True),
    ("null in event.list", True),
    ("'one' in event", True),
    ("'gone' in event", False),
    ("'a' in event.map", True),
    ("1 in {1: 1}", True),
    ("1.0 in {1: 1}", True),
    ("1.5 in {1: 1}", False),
    ("true in {1: 1}", False),
    ("'vip' in segments", True),
    ("'old' in segments", False),
    ("[1] in [[1.0]]", True),
    ("'a' in event.holed", True),
    ("1 in event.holed", True),
    ("'x' in []", False),
    # Functions.
    ("size('ÿ😀')", 2),
    ("'abc'.size()", 3),
    ("size(event.names)", 2),
    ("size(event.map) == 3", True),
    ("size({}) + size([]) + size('')", 0),
    ("event.holed.size()", 3),
    ("event.name.startsWith('Å')", True),
    ("event.name.endsWith('x')", False),
    ("event.name.contains('gst')", True),
    ("event.name.contains(event.empty)", True),
    ("'a'.startsWith(event.empty)", True),
    ("event.name.matches('^Å.*m$')", True),
    ("event.name.matches('gs')", True),
    ("matches(event.name, r'^\\d')", False),
    ("'a'.matches('a' + 'b?')", True),
    # Lists of equal comparisons become a look-up, and mean the same.
    ("event.name == 'a' || event.name == 'Ångström' || 'b' == event.name", True),
    ("event.name != 'a' && event.name != 'b'", True),
    ("event.name != 'a' && event.name != 'Ångström'", False),
    ("event.one == 'a' || event.one == 'b'", False),
    ("event.one != 'a' && event.one != 'b'", True),
    ("event.list[1] == 'a' || event.list[1.0] == 'b'", True),
]


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_values(source: str, expected: object) -> None:
    result = value(source)
    assert type(result) is type(expected)
    assert result == expected


ERRORS = [
    ("event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.gone > 1", ErrorKind.NO_SUCH_KEY),
    ("1 < event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.gone == null", ErrorKind.NO_SUCH_KEY),
    ("event.gone == true", ErrorKind.NO_SUCH_KEY),
    ("event.gone != 'premium'", ErrorKind.NO_SUCH_KEY),
    ("event.gone == event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.one == event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.gone in ['a']", ErrorKind.NO_SUCH_KEY),
    ("'a' in event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.gone == 'a' || event.gone == 'b'", ErrorKind.NO_SUCH_KEY),
    ("event.gone != 'a' && event.gone != 'b'", ErrorKind.NO_SUCH_KEY),
    ("!event.gone", ErrorKind.NO_SUCH_KEY),
    ("-event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.gone ? 1 : 2", ErrorKind.NO_SUCH_KEY),
    ("event.gone.more", ErrorKind.NO_SUCH_KEY),
    ("has(event.gone.more)", ErrorKind.NO_SUCH_KEY),
    ("event.gone && true", ErrorKind.NO_SUCH_KEY),
    ("true && event.gone", ErrorKind.NO_SUCH_KEY),
    ("event.gone || false", ErrorKind.NO_SUCH_KEY),
    ("false || event.gone == 1", ErrorKind.NO_SUCH_KEY),
    ("event.gone.startsWith('a')", ErrorKind.NO_SUCH_KEY),
    ("event.name.contains(event.gone)", ErrorKind.NO_SUCH_KEY),
    ("event.gone.matches('a')", ErrorKind.NO_SUCH_KEY),
    ("size(event.gone)", ErrorKind.NO_SUCH_KEY),
    ("[event.gone]", ErrorKind.NO_SUCH_KEY),
    ("{'a': event.gone}", ErrorKind.NO_SUCH_KEY),
    ("{'a': 1}.b", ErrorKind.NO_SUCH_KEY),
    ("{1: 1}[2]", ErrorKind.NO_SUCH_KEY),
    ("{1: 1}[1.5]", ErrorKind.NO_SUCH_KEY),
    ("{1: 1}[true]", ErrorKind.NO_SUCH_KEY),
    ("event['gone']", ErrorKind.NO_SUCH_KEY),
    ("person.plan", ErrorKind.NO_SUCH_KEY),
    ("event.two_d * 2", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.two_d + 1", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one + 1.5", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one + event.half", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.two_d % event.two_d", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.name + 1", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.yes + 1", ErrorKind.NO_SUCH_OVERLOAD),
    ("-event.yes", ErrorKind.NO_SUCH_OVERLOAD),
    ("!event.one", ErrorKind.NO_SUCH_OVERLOAD),
    ("!event.nil", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one < 'a'", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.yes < 2", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.yes < 2.5", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.nil < 1", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.nil >= event.nil", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.list < event.list", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one < true", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one && true", ErrorKind.NO_SUCH_OVERLOAD),
    ("true && event.name", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.nil || false", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one ? 1 : 2", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.name.more", ErrorKind.NO_SUCH_OVERLOAD),
    ("has(event.name.more)", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.nil.more", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.list.more", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.list['a']", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.list[event.yes]", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.map[event.nil]", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one[0]", ErrorKind.NO_SUCH_OVERLOAD),
    ("1 in event.name", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.nil in event.map", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.list in event.map", ErrorKind.NO_SUCH_OVERLOAD),
    ("'a' in event.name", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one.startsWith('a')", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.name.startsWith(event.one)", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.one.matches('a')", ErrorKind.NO_SUCH_OVERLOAD),
    ("size(event.one)", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.nil.size()", ErrorKind.NO_SUCH_OVERLOAD),
    ("{event.half: 1}", ErrorKind.NO_SUCH_OVERLOAD),
    ("{event.nil: 1}", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.at + event.at", ErrorKind.NO_SUCH_OVERLOAD),
    ("event.hour - event.at", ErrorKind.NO_SUCH_OVERLOAD),
    ("now < 5", ErrorKind.NO_SUCH_OVERLOAD),
    ("9223372036854775807 + 1", ErrorKind.OVERFLOW),
    ("event.most + event.one", ErrorKind.OVERFLOW),
    ("event.least - 1", ErrorKind.OVERFLOW),
    ("event.most * 2", ErrorKind.OVERFLOW),
    ("-event.least", ErrorKind.OVERFLOW),
    ("--9223372036854775808", ErrorKind.OVERFLOW),
    ("event.least / -1", ErrorKind.OVERFLOW),
    ("event.least % -1", ErrorKind.OVERFLOW),
    ("1 / 0", ErrorKind.DIVIDE_BY_ZERO),
    ("event.one / 0", ErrorKind.DIVIDE_BY_ZERO),
    ("1 % 0", ErrorKind.DIVIDE_BY_ZERO),
    ("event.list[5]", ErrorKind.OUT_OF_RANGE),
    ("event.list[-1]", ErrorKind.OUT_OF_RANGE),
    ("[][0]", ErrorKind.OUT_OF_RANGE),
    ("event.list[0.5]", ErrorKind.INVALID_ARGUMENT),
    ("event.list[event.nan]", ErrorKind.INVALID_ARGUMENT),
    ("event.list[event.inf]", ErrorKind.INVALID_ARGUMENT),
    ("event.name.matches('(' + event.empty)", ErrorKind.INVALID_ARGUMENT),
    ("{'a': 1, 'a': 2}", ErrorKind.INVALID_ARGUMENT),
    ("event.unsafe", ErrorKind.UNSAFE_INTEGER),
    ("event.unsafe == 1", ErrorKind.UNSAFE_INTEGER),
    ("1.0 < event.unsafe", ErrorKind.UNSAFE_INTEGER),
    ("event.unsafe != 'a' && event.unsafe != 'b'", ErrorKind.UNSAFE_INTEGER),
    ("event.holed[1] == 1", ErrorKind.UNSAFE_INTEGER),
    ("'x' in event.holed", ErrorKind.UNSAFE_INTEGER),
    ("2 in event.holed", ErrorKind.UNSAFE_INTEGER),
    ("event.holed == [1, 2, 'a']", ErrorKind.UNSAFE_INTEGER),
    ("[event.unsafe]", ErrorKind.UNSAFE_INTEGER),
]


@pytest.mark.parametrize(("source", "expected"), ERRORS)
def test_errors(source: str, expected: ErrorKind) -> None:
    relaxed = source.replace("now < 5", "now < event.one")
    assert kind(relaxed) is expected


def test_difference_outweighs_error_inside() -> None:
    assert value("event.holed == [1, 2]") is False
    assert value("event.holed == [1, 2, 'b']") is False
    assert value("event.holed != [2, 2, 'a']") is True


@pytest.mark.parametrize(
    ("source", "path", "message"),
    [
        ("event.course_id == 'a'", "event.course_id", "event.course_id is not there"),
        ("event.map.x", "event.map.x", "event.map.x is not there"),
        ("event['a b']", 'event["a b"]', 'event["a b"] is not there'),
        ("event.map['b'].x", "event.map.b.x", "event.map.b.x is not there"),
        ("has(event.gone.x)", "event.gone", "event.gone is not there"),
        ("{'a': 1}.b", "the map.b", "the map.b is not there"),
        ("event.list[9]", "event.list[9]", "event.list[9] is not there: the list has 5 items"),
    ],
)
def test_missing_is_named(source: str, path: str, message: str) -> None:
    result = value(source)
    assert isinstance(result, ErrorValue)
    assert (result.path, result.message) == (path, message)


def test_mixing_says_what_to_write() -> None:
    result = value("event.two_d * 2")
    assert isinstance(result, ErrorValue)
    assert "`2.0`" in result.message


DISAGREED = [
    # Names that look alike and are not: a variable, a root, an optional read.
    ('[{"a": "z"}].exists(event, event.a == "x" || .event.a == "y")', {"a": "y"}, True),
    ('event.?a == "x" || event.a == "y"', {"a": "y"}, True),
    ('event.a == "x" || event.?a == "y"', {"a": "y"}, False),
    ('event.?a != "x" && event.a != "y"', {"a": "y"}, False),
    # CEL reads the line ends of texts in three quotes as one kind.
    ('"""a\r\nb""" == "a\\nb"', {}, True),
    ("r'''a\r\nb\rc''' == 'a\\nb\\nc'", {}, True),
    ('"""a\\r\r\nb""" == "a\\r\\nb"', {}, True),
    # Lists that Python compares quickly, and wrongly where there is a NaN.
    ("event.l == event.m", {"l": [1.0, 2.0], "m": [1.0, 2.0]}, True),
    ("event.l == event.m", {"l": [1.0, 2.0], "m": [1.0]}, False),
    ("event.l == event.l", {"l": [math.nan]}, False),
    ("event.l == event.l", {"l": [1.0] * 20 + [math.nan]}, False),
    ("event.l == event.m", {"l": [1.0] * 20, "m": [1.0] * 19 + [True]}, False),
    ("event.l == event.m", {"l": ["a"] * 20, "m": ["a"] * 20}, True),
    ("event.l == event.l", {"l": [math.inf, -math.inf]}, True),
    ("event.l == event.m", {"l": ["a", "b"], "m": ["a", "c"]}, False),
    ("event.l == event.m", {"l": [1.0], "m": [True]}, False),
    # An optional value within an optional one.
    ('{"a": optional.of(1).optMap(x, 1)}.?a.optMap(x, x.hasValue()).orValue(false)', {}, True),
    ('{"a": optional.none()}.?a.hasValue()', {}, True),
]


@pytest.mark.parametrize(("source", "event", "expected"), DISAGREED)
def test_where_there_was_disagreement(
    source: str, event: dict[str, object], expected: bool
) -> None:
    rule = compile_rule(source, roots=["event"])
    assert rule.evaluate({"event": event}) is expected
    assert rule.interpret({"event": event}) is expected


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">="])
@pytest.mark.parametrize("right", ["event.missing", "event.l[0]", "1 / 0", "event.c"])
def test_the_first_of_two_errors(operator: str, right: str) -> None:
    rule = compile_rule(f"event.big {operator} ({right})", roots=["event"])
    data = {"event": {"big": UNSAFE_INTEGER, "l": []}}
    assert rule.evaluate(data) is UNSAFE_INTEGER
    assert rule.interpret(data) is UNSAFE_INTEGER
