import pytest
from attribution_dsl import UNSAFE_INTEGER
from attribution_service.core.properties import EMPTY, Properties


def test_equal_by_content_not_by_order() -> None:
    assert Properties({"a": 1.0, "b": None}) == Properties({"b": None, "a": 1.0})
    assert Properties(text='{"a":1.0}') == Properties({"a": 1.0})
    assert hash(Properties({"a": 1.0})) == hash(Properties(text='{"a":1.0}'))
    assert Properties({}) == EMPTY


@pytest.mark.parametrize("other", [{"a": 1.0}, {"a": "true"}, {"a": None}, {}, {"b": True}])
def test_what_only_looks_alike_differs(other: dict[str, object]) -> None:
    assert Properties({"a": True}) != Properties(other)
    assert Properties({"a": True}) != "x"


def test_text_goes_round() -> None:
    values = {"t": "é\0\n", "n": [1.5, {"x": False}], "tiny": 5e-324, "minus": -0.0}
    again = Properties(text=Properties(values).text)
    assert dict(again.values) == values
    assert again.text == Properties(values).text


def test_the_canonical_text() -> None:
    values = {"b": [1.0, None, True], "a": "é"}
    assert Properties(values).text == '{"a":"é","b":[1.0,null,true]}'
    with pytest.raises(ValueError, match="JSON"):
        _ = Properties({"a": float("nan")}).text


def test_a_rule_sees_only_what_it_reads() -> None:
    properties = Properties({"a": 1.0, "b": 2.0})
    assert properties.for_rule(frozenset({"a", "missing"})) == {"a": 1.0}
    assert properties.for_rule(None) == {"a": 1.0, "b": 2.0}


@pytest.mark.parametrize("number", [2.0**53, -(2.0**53), 1e300, -1e300])
def test_numbers_that_may_have_lost_digits_are_error_values(number: float) -> None:
    seen = Properties({"id": number, "in": [{"x": number}]}).for_rule(None)
    assert seen["id"] is UNSAFE_INTEGER
    assert seen["in"] == [{"x": UNSAFE_INTEGER}]


@pytest.mark.parametrize("number", [2.0**53 - 1, -(2.0**53 - 1), 0.1])
def test_numbers_that_are_exact_stay(number: float) -> None:
    assert Properties({"id": number}).for_rule(None) == {"id": number}


def test_needs_one_form() -> None:
    with pytest.raises(ValueError, match="either"):
        Properties()
    with pytest.raises(ValueError, match="either"):
        Properties({}, text="{}")
