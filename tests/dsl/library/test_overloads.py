"""Tables of functions, and what is said where nothing fits."""

import pytest
from attribution_dsl import ErrorKind, ErrorValue, ResultType, compile_rule
from attribution_dsl.functions import merged
from attribution_dsl.kinds import ANY, BOOL, INT, LIST, STRING, Kind, Type
from attribution_dsl.overloads import Overload, function


def _first(*arguments: object) -> object:
    return arguments[0]


INT_OR_STRING = function(
    "f",
    Overload((Kind.INT,), INT, _first, repeats=True),
    Overload((Kind.STRING,), STRING, _first, repeats=True),
    Overload((Kind.LIST,), LIST, _first),
    Overload((Kind.BOOL, Kind.INT), BOOL, _first),
    call=_first,
)


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([INT], INT),
        ([LIST], LIST),
        ([INT, INT, INT], INT),
        ([INT, STRING, INT], ANY),
        ([STRING, ANY], ANY),
        ([BOOL, INT], BOOL),
        ([INT, BOOL], None),
        ([LIST, LIST], None),
        ([INT, LIST], None),
        ([BOOL, INT, INT], None),
        ([], None),
    ],
)
def test_overloads_that_repeat_are_mixed(types: list[Type], expected: Type | None) -> None:
    assert INT_OR_STRING.result(types) == expected


def test_counts() -> None:
    assert INT_OR_STRING.variadic
    assert [INT_OR_STRING.takes(count) for count in range(5)] == [False, True, True, True, True]
    plain = function("g", Overload((Kind.INT,), INT, _first))
    assert not plain.variadic
    assert [plain.takes(count) for count in range(3)] == [False, True, False]


def test_no_module_replaces_a_function_of_another() -> None:
    one = function("one", Overload((Kind.INT,), INT, _first))
    assert merged([{"one": one}, {"two": one}]) == {"one": one, "two": one}
    with pytest.raises(ValueError, match="defined in two modules: one"):
        merged([{"one": one}, {"two": one, "one": one}])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("timestamp(event.x)", "`timestamp` does not take double"),
        ("'text'.charAt(event.x)", "`charAt` does not take string and double"),
        ("'text'.substring(1, event.x)", "`substring` does not take string and int and double"),
        ("math.bitAnd(event.x, event.x)", "`math.bitAnd` does not take double and double"),
    ],
)
def test_doubles_in_the_place_of_whole_numbers(source: str, message: str) -> None:
    rule = compile_rule(source, roots=["event"], result=ResultType.ANY)
    expected = ErrorValue(
        ErrorKind.NO_SUCH_OVERLOAD, f"{message}: `int()` makes whole numbers of doubles"
    )
    data = {"event": {"x": 1.5}}
    assert (rule.evaluate(data), rule.interpret(data)) == (expected, expected)


@pytest.mark.parametrize(
    "source", ["size(event.x)", "'text'.contains(event.x)", "duration(event.x)", "event.x + 'a'"]
)
def test_the_hint_is_only_given_where_it_helps(source: str) -> None:
    rule = compile_rule(source, roots=["event"], result=ResultType.ANY)
    found = rule.evaluate({"event": {"x": 1.5}})
    assert isinstance(found, ErrorValue)
    assert "int()" not in found.message
